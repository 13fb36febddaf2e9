-- Rules over providers, set by set: the queries of each judge, of which those named
-- hit and tally are its answer.

CREATE TABLE medsup.provider_tally (
    run             bigint NOT NULL,
    rule_code       text NOT NULL,
    entry_code      text NOT NULL,
    window_start    timestamp,
    peer_group      text,
    outcome         text NOT NULL,
    reason          text,
    subjects        bigint NOT NULL,
    CONSTRAINT provider_tally_key UNIQUE NULLS NOT DISTINCT (run, entry_code, window_start, peer_group, outcome, reason),
    CONSTRAINT provider_tally_outcome CHECK (outcome OPERATOR(pg_catalog.=) ANY ('{hit,passed,undecided}'))
);
COMMENT ON TABLE medsup.provider_tally IS
    'the ledger of rules over providers: subjects (institutions, departments, doctors, drugs of an institution, trace codes) by entry, window, peers and outcome';
COMMENT ON COLUMN medsup.provider_tally.window_start IS 'begin of the calendar unit judged; NULL: no unit';
COMMENT ON COLUMN medsup.provider_tally.peer_group IS 'what the peers have in common; NULL: a fence without peers';
COMMENT ON COLUMN medsup.provider_tally.reason IS
    'why undecided: small_denominator, peer_unknown, few_peers, no_spread, no_unit_before, opening_unknown, movement_unmapped, ledger_unreadable, no_ledger';

-- A body that the planner puts in place of the call: it is asked once a subject.
CREATE FUNCTION medsup.window_length(every text) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    RETURN CASE every WHEN 'day' THEN interval '1 day' WHEN 'week' THEN interval '7 days' WHEN 'month' THEN interval '1 month'
                      WHEN 'quarter' THEN interval '3 months' WHEN 'year' THEN interval '1 year' END;
COMMENT ON FUNCTION medsup.window_length(text) IS 'how long a calendar unit is';

-- What every hit of these rules is, whichever judge found it.
CREATE TYPE medsup.provider_hit AS (
    entry_code text, kind text, scope text, window_start timestamp, window_end timestamp,
    subject text, fixmedins_code text, dept text, doctor text,
    measure text, limit_value numeric, actual_value numeric, unit text, excess numeric,
    vola_amt numeric, vola_amt_max numeric, formula text, provisional boolean, note text,
    act_from timestamp, act_to timestamp, period_time timestamp, evidence jsonb
);
COMMENT ON TYPE medsup.provider_hit IS 'what a judge of rules over providers finds, before it becomes a finding';

-- K13.  A value is numerator / denominator to six places; fees whose class nobody
-- knows count for the institution: not in a numerator that is too high, in one that
-- is too low.
CREATE FUNCTION medsup.indicator_queries(setting jsonb, columns jsonb, period_from timestamp, period_to timestamp)
RETURNS SETOF medsup.provider_query
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 9
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- growth looks one unit back
    read_from timestamp := period_from - interval '1 year';
    fence_query text := format($q$
        SELECT f.*, i.figure, i.fee_classes, i.days, s.codes, s.diagnoses, s.plan_field, s.planned, s.unplanned
        FROM %s f JOIN %s i ON i.rule_code = f.rule_code LEFT JOIN %s s ON s.rule_code = f.rule_code$q$,
        medsup.setting_rows(setting, 'indicator_fence'), medsup.setting_rows(setting, 'indicator'),
        medsup.setting_rows(setting, 'indicator_set'));
    fences jsonb;
    figures text[] := '{}';
BEGIN
    EXECUTE format('SELECT jsonb_agg(f) FROM (%s) f', fence_query) INTO fences;
    IF fences IS NULL THEN
        RETURN;
    END IF;
    RETURN NEXT ('medsup_fence', fence_query, NULL)::medsup.provider_query;
    IF fences @> '[{"figure": "fee"}]' THEN
        figures := figures || medsup.fee_figure_query(fences, setting, read_from, period_to);
    END IF;
    IF fences @> '[{"figure": "infection"}]' OR fences @> '[{"figure": "readmission"}]' THEN
        RETURN QUERY SELECT * FROM medsup.stay_queries(fences, setting, columns);
        figures := figures || medsup.stay_figure_query(fences, read_from, period_to);
    END IF;
    RETURN NEXT ('medsup_figure', array_to_string(figures, ' UNION ALL '), NULL)::medsup.provider_query;
    RETURN NEXT ('medsup_before', format($q$
        WITH figure AS (
            SELECT f.fence_code, date_trunc(f.every, g.month) AS window_start, g.fixmedins_code,
                CASE f.grain WHEN 'department' THEN g.dept END AS dept, CASE f.grain WHEN 'doctor' THEN g.doctor END AS doctor,
                sum(g.numerator) AS numerator, sum(g.denominator) AS denominator,
                sum(g.unclassified) AS unclassified, sum(g.unreadable) AS unreadable
            FROM medsup_fence f
            JOIN medsup_figure g ON g.rule_code = f.rule_code
            WHERE (f.settings IS NULL OR g.setting = ANY (f.settings))
              AND CASE f.grain WHEN 'department' THEN g.dept IS NOT NULL WHEN 'doctor' THEN g.doctor IS NOT NULL ELSE true END
            GROUP BY 1, 2, 3, 4, 5
        ), valued AS (
            SELECT g.*, f.method, f.value AS setting_value, f.direction, f.min_denominator, f.min_peers, f.peer, w.window_end,
                g.window_start >= %1$L
                    AND (f.valid_from IS NULL OR g.window_start >= f.valid_from)
                    AND (f.valid_to IS NULL OR w.window_end <= f.valid_to + 1) AS wanted,
                CASE WHEN g.denominator > 0
                     THEN round((g.numerator + CASE f.direction WHEN 'low' THEN g.unclassified ELSE 0 END) / g.denominator, 6) END AS value,
                jsonb_strip_nulls(jsonb_build_object(
                    'level', CASE WHEN 'level' = ANY (f.peer) THEN i.level END,
                    'medins_type', CASE WHEN 'medins_type' = ANY (f.peer) THEN i.medins_type END,
                    'region', CASE WHEN 'region' = ANY (f.peer) THEN i.fix_blng_admdvs END,
                    'institution', CASE WHEN 'institution' = ANY (f.peer) THEN g.fixmedins_code END,
                    'department', CASE WHEN 'department' = ANY (f.peer) THEN g.dept END)) AS peer_group
            FROM figure g
            JOIN medsup_fence f ON f.fence_code = g.fence_code
            CROSS JOIN LATERAL (SELECT g.window_start + medsup.window_length(f.every) AS window_end) w
            LEFT JOIN medsup_institution i ON i.fixmedins_code = g.fixmedins_code
            WHERE w.window_end <= %2$L
        )
        SELECT v.*,
            CASE WHEN v.method = 'growth' AND lag(v.window_end) OVER w = v.window_start
                      AND lag(v.denominator) OVER w >= v.min_denominator THEN nullif(lag(v.value) OVER w, 0) END AS value_before
        FROM valued v
        WINDOW w AS (PARTITION BY v.fence_code, v.fixmedins_code, v.dept, v.doctor ORDER BY v.window_start)$q$, period_from, period_to), NULL)::medsup.provider_query;
    -- the peers' values stand once a group, not once a subject
    RETURN NEXT ('medsup_peers', $q$
        SELECT p.fence_code, p.window_start, p.peer_group, p.sorted, cardinality(p.sorted) AS peers,
            medsup.fence_value(p.method, p.setting_value, p.direction, p.sorted, NULL) AS fence,
            medsup.quantile(p.sorted, 0.25) AS q1, medsup.quantile(p.sorted, 0.5) AS median, medsup.quantile(p.sorted, 0.75) AS q3,
            CASE WHEN p.method = 'mad' THEN medsup.median_deviation(p.sorted) END AS mad
        FROM (
            SELECT b.fence_code, b.window_start, b.peer_group, b.method, b.setting_value, b.direction,
                array_agg(b.value ORDER BY b.value) AS sorted
            FROM medsup_before b
            WHERE b.peer IS NOT NULL AND b.wanted AND b.denominator >= b.min_denominator
            GROUP BY 1, 2, 3, 4, 5, 6
        ) p$q$, 'fence_code, window_start, peer_group')::medsup.provider_query;
    RETURN NEXT ('medsup_value', $q$
        SELECT b.*, coalesce(p.peers, 0) AS peers, p.q1, p.median, p.q3, p.mad,
            CASE b.method WHEN 'fixed' THEN round(b.setting_value, 6)
                          WHEN 'growth' THEN medsup.fence_value(b.method, b.setting_value, b.direction, NULL, b.value_before)
                          ELSE p.fence END AS fence,
            CASE WHEN b.value IS NULL OR b.denominator < b.min_denominator THEN 'small_denominator'
                 WHEN b.peer IS NOT NULL AND (SELECT count(*) FROM jsonb_object_keys(b.peer_group)) < cardinality(b.peer) THEN 'peer_unknown'
                 WHEN b.peer IS NOT NULL AND coalesce(p.peers, 0) < b.min_peers THEN 'few_peers'
                 WHEN b.method = 'quartile' AND p.q1 = p.q3 OR b.method = 'mad' AND p.mad = 0 THEN 'no_spread'
                 WHEN b.method = 'growth' AND b.value_before IS NULL THEN 'no_unit_before' END AS reason
        FROM medsup_before b
        LEFT JOIN medsup_peers p ON p.fence_code = b.fence_code AND p.window_start = b.window_start AND p.peer_group = b.peer_group
        WHERE b.wanted$q$, NULL)::medsup.provider_query;
    RETURN NEXT ('tally', $q$
        SELECT f.rule_code, v.fence_code AS entry_code, v.window_start, CASE WHEN v.peer IS NOT NULL THEN v.peer_group::text END AS peer_group,
            CASE WHEN v.reason IS NOT NULL THEN 'undecided'
                 WHEN CASE v.direction WHEN 'high' THEN v.value > v.fence ELSE v.value < v.fence END THEN 'hit' ELSE 'passed' END AS outcome,
            v.reason, count(*) AS subjects
        FROM medsup_value v
        JOIN medsup_fence f ON f.fence_code = v.fence_code
        GROUP BY 1, 2, 3, 4, 5, 6$q$, NULL)::medsup.provider_query;
    RETURN NEXT ('hit', $q$
        SELECT v.fence_code, 'K13', f.every, v.window_start, v.window_end,
            concat(f.grain, ':', concat_ws('/', v.fixmedins_code, v.dept, v.doctor)), v.fixmedins_code, v.dept, v.doctor,
            CASE f.figure WHEN 'fee' THEN 'share' ELSE 'rate' END, trim_scale(v.fence), trim_scale(v.value), NULL,
            trim_scale(abs(v.value - v.fence)), 0, 0,
            format('%s / %s = %s %s %s', trim_scale(v.numerator + CASE v.direction WHEN 'low' THEN v.unclassified ELSE 0 END),
                trim_scale(v.denominator), trim_scale(v.value), CASE v.direction WHEN 'high' THEN '>' ELSE '<' END, trim_scale(v.fence)),
            f.figure = 'readmission' AND v.window_end + f.days * interval '1 day' > (SELECT max(b.setl_time) FROM medsup_bill b), NULL,
            v.window_start, v.window_end - interval '1 microsecond', v.window_start,
            jsonb_build_array(jsonb_build_object('role', 1, 'what', 'indicator', 'row', jsonb_strip_nulls(jsonb_build_object(
                'subject', concat(f.grain, ':', concat_ws('/', v.fixmedins_code, v.dept, v.doctor)),
                'numerator', trim_scale(v.numerator), 'denominator', trim_scale(v.denominator),
                'unclassified', nullif(trim_scale(v.unclassified), 0), 'unreadable_lines', nullif(v.unreadable, 0),
                'value', trim_scale(v.value), 'direction', v.direction,
                'method', v.method, 'method_value', trim_scale(v.setting_value), 'min_denominator', trim_scale(v.min_denominator),
                'value_before', trim_scale(v.value_before), 'fence', trim_scale(v.fence),
                'peer_group', CASE WHEN v.peer IS NOT NULL THEN v.peer_group END, 'peers', CASE WHEN v.peer IS NOT NULL THEN v.peers END,
                'min_peers', v.min_peers, 'q1', trim_scale(round(v.q1, 6)), 'median', trim_scale(round(v.median, 6)),
                'q3', trim_scale(round(v.q3, 6)), 'mad', trim_scale(round(v.mad, 6))))))
            -- the peers themselves while they are few enough to be read
            || CASE WHEN v.peers BETWEEN 1 AND 200
               THEN jsonb_build_array(jsonb_build_object('role', 2, 'what', 'peers', 'row', jsonb_build_object(
                        'values', (SELECT jsonb_agg(trim_scale(x) ORDER BY x) FROM medsup_peers p CROSS JOIN LATERAL unnest(p.sorted) x
                                   WHERE p.fence_code = v.fence_code AND p.window_start = v.window_start AND p.peer_group = v.peer_group))))
               ELSE '[]' END
        FROM medsup_value v
        JOIN medsup_fence f ON f.fence_code = v.fence_code
        WHERE v.reason IS NULL AND CASE v.direction WHEN 'high' THEN v.value > v.fence ELSE v.value < v.fence END$q$, NULL)::medsup.provider_query;
END
$$;
COMMENT ON FUNCTION medsup.indicator_queries(jsonb, jsonb, timestamp, timestamp) IS
    'K13: every subject of every fence and whole calendar unit of the period against its fence';

-- Items that any of these entries speaks about.
CREATE FUNCTION medsup.checked_items(entries jsonb) RETURNS medsup.fee_itemmultirange
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT range_agg(r) FROM jsonb_array_elements(nullif(entries, 'null')) e
            CROSS JOIN LATERAL unnest(medsup.fee_item_set(e ->> 'codes')) r);
END
$$;
COMMENT ON FUNCTION medsup.checked_items(jsonb) IS 'items of all caps or stock checks together; NULL: there is none';

-- K6 over all persons of a doctor, a department or an institution.  A refund that
-- names its line takes back from it; one that names none counts at its own time.
CREATE FUNCTION medsup.provider_cap_queries(setting jsonb, period_from timestamp, period_to timestamp)
RETURNS SETOF medsup.provider_query
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 5
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted medsup.fee_itemmultirange := medsup.checked_items(setting -> 'provider_cap');
BEGIN
    IF wanted IS NULL THEN
        RETURN;
    END IF;
    RETURN NEXT ('medsup_cap', format('SELECT c.*, medsup.fee_item_set(c.codes) AS items FROM %s c',
        medsup.setting_rows(setting, 'provider_cap')), NULL)::medsup.provider_query;
    -- the evidence of a hit looks its lines up
    RETURN NEXT ('medsup_cap_line', format($q$
        WITH line AS MATERIALIZED (
            SELECT DISTINCT ON (t.mdtrt_id, t.feedetl_sn) t.mdtrt_id, t.feedetl_sn, t.init_feedetl_sn, t.psn_no, t.fixmedins_code,
                t.bilg_dept_codg AS dept, t.bilg_dr_codg AS doctor, medsup.try_fee_item(t.med_list_codg) AS item,
                t.fee_ocur_time, t.cnt, t.pric, t.det_item_fee_sumamt AS amt
            FROM src_fee_line t
            LEFT JOIN medsup_bill b ON b.setl_id = t.setl_id
            WHERE t.vali_flag IS DISTINCT FROM '0' AND b.gone IS NOT TRUE AND t.fixmedins_code IS NOT NULL AND t.psn_no IS NOT NULL
              AND t.fee_ocur_time >= %2$L AND t.cnt <> 'NaN' AND t.det_item_fee_sumamt <> 'NaN' AND t.feedetl_sn IS NOT NULL
              AND medsup.try_fee_item(t.med_list_codg) OPERATOR(medsup.<@) %1$L::medsup.fee_itemmultirange
            ORDER BY t.mdtrt_id, t.feedetl_sn, t.fee_ocur_time, t.cnt, t.det_item_fee_sumamt, t.setl_id
        ), refund AS (
            SELECT r.mdtrt_id, r.init_feedetl_sn, sum(r.cnt) AS cnt, sum(r.amt) AS amt
            FROM line r WHERE r.cnt < 0 AND r.init_feedetl_sn IS NOT NULL
            GROUP BY 1, 2
        )
        SELECT l.*, l.cnt + coalesce(r.cnt, 0) AS net_cnt, l.amt + coalesce(r.amt, 0) AS net_amt
        FROM line l
        LEFT JOIN refund r ON l.cnt > 0 AND r.mdtrt_id = l.mdtrt_id AND r.init_feedetl_sn = l.feedetl_sn
        WHERE l.fee_ocur_time < %3$L AND NOT (l.cnt < 0 AND l.init_feedetl_sn IS NOT NULL)$q$,
        wanted, period_from, period_to), 'fixmedins_code, fee_ocur_time')::medsup.provider_query;
    RETURN NEXT ('medsup_counter', format($q$
        SELECT c.cap_code, c.limit_value, l.window_start, w.window_end, l.fixmedins_code, l.dept, l.doctor, l.lines, l.persons,
            CASE c.measure WHEN 'lines' THEN l.lines WHEN 'persons' THEN l.persons WHEN 'money' THEN l.money ELSE l.quantity END AS actual,
            l.quantity, l.money, l.pric_min, l.pric_max, l.act_from, l.act_to
        FROM (
            SELECT c.cap_code, date_trunc(c.every, l.fee_ocur_time) AS window_start, l.fixmedins_code,
                CASE c.grain WHEN 'department' THEN l.dept END AS dept, CASE c.grain WHEN 'doctor' THEN l.doctor END AS doctor,
                count(*) FILTER (WHERE l.net_cnt > 0) AS lines, count(DISTINCT l.psn_no) FILTER (WHERE l.net_cnt > 0) AS persons,
                sum(l.net_cnt) AS quantity, sum(l.net_amt) AS money,
                min(l.pric) FILTER (WHERE l.net_cnt > 0) AS pric_min, max(l.pric) FILTER (WHERE l.net_cnt > 0) AS pric_max,
                min(l.fee_ocur_time) AS act_from, max(l.fee_ocur_time) AS act_to
            FROM medsup_cap c
            JOIN medsup_cap_line l ON l.item OPERATOR(medsup.<@) c.items
            WHERE CASE c.grain WHEN 'department' THEN l.dept IS NOT NULL WHEN 'doctor' THEN l.doctor IS NOT NULL ELSE true END
              AND (c.fixmedins_code IS NULL OR c.fixmedins_code = l.fixmedins_code)
            GROUP BY 1, 2, 3, 4, 5
        ) l
        JOIN medsup_cap c ON c.cap_code = l.cap_code
        CROSS JOIN LATERAL (SELECT l.window_start + medsup.window_length(c.every) AS window_end) w
        WHERE l.window_start >= %1$L AND w.window_end <= %2$L
          AND (c.valid_from IS NULL OR l.window_start >= c.valid_from) AND (c.valid_to IS NULL OR w.window_end <= c.valid_to + 1)$q$, period_from, period_to), NULL)::medsup.provider_query;
    -- days and weeks are many: the ledger counts them by month
    RETURN NEXT ('tally', $q$
        SELECT c.rule_code, c.cap_code AS entry_code,
            CASE WHEN c.every IN ('day', 'week') THEN date_trunc('month', k.window_start) ELSE k.window_start END AS window_start, NULL AS peer_group,
            CASE WHEN k.actual > c.limit_value THEN 'hit' ELSE 'passed' END AS outcome, NULL AS reason, count(*) AS subjects
        FROM medsup_counter k JOIN medsup_cap c ON c.cap_code = k.cap_code
        GROUP BY 1, 2, 3, 5$q$, NULL)::medsup.provider_query;
    RETURN NEXT ('hit', $q$
        SELECT c.cap_code, 'K6', c.every, k.window_start, k.window_end, s.subject, k.fixmedins_code, k.dept, k.doctor,
            c.measure, trim_scale(c.limit_value), trim_scale(k.actual), c.unit, trim_scale(k.actual - c.limit_value),
            m.least, m.most,
            format('%s - %s = %s', trim_scale(k.actual), trim_scale(c.limit_value), trim_scale(k.actual - c.limit_value)),
            false, NULL, k.act_from, k.act_to, k.window_start,
            jsonb_build_array(jsonb_build_object('role', 1, 'what', 'counter', 'row', jsonb_strip_nulls(jsonb_build_object(
                'subject', s.subject, 'measure', c.measure, 'codes', c.codes, 'limit', trim_scale(c.limit_value),
                'quantity', trim_scale(k.quantity), 'money', trim_scale(k.money), 'lines', k.lines, 'persons', k.persons))))
            || coalesce((
                SELECT jsonb_agg(jsonb_build_object('role', 2, 'what', 'line', 'row', jsonb_strip_nulls(jsonb_build_object(
                           'mdtrt_id', l.mdtrt_id, 'feedetl_sn', l.feedetl_sn, 'psn_no', l.psn_no, 'med_list_codg', l.item::text,
                           'fee_ocur_time', to_char(l.fee_ocur_time, 'YYYY-MM-DD HH24:MI:SS'),
                           'net_cnt', trim_scale(l.net_cnt), 'net_amt', trim_scale(l.net_amt))))
                       ORDER BY l.fee_ocur_time, l.mdtrt_id, l.feedetl_sn)
                FROM (SELECT x.* FROM medsup_cap_line x
                      WHERE x.item OPERATOR(medsup.<@) c.items AND x.fixmedins_code = k.fixmedins_code
                        AND x.fee_ocur_time >= k.window_start AND x.fee_ocur_time < k.window_end
                        AND (k.dept IS NULL OR x.dept = k.dept) AND (k.doctor IS NULL OR x.doctor = k.doctor)
                      ORDER BY x.fee_ocur_time, x.mdtrt_id, x.feedetl_sn LIMIT 200) l), '[]')
        FROM medsup_counter k
        JOIN medsup_cap c ON c.cap_code = k.cap_code
        CROSS JOIN LATERAL (SELECT concat(c.grain, ':', concat_ws('/', k.fixmedins_code, k.dept, k.doctor)) AS subject) s
        CROSS JOIN LATERAL (
            SELECT CASE WHEN c.measure IN ('quantity', 'hours') THEN coalesce(round((k.actual - c.limit_value) * k.pric_min, 2), 0)
                        WHEN c.measure = 'money' THEN round(k.actual - c.limit_value, 2) ELSE 0 END AS least,
                   CASE WHEN c.measure IN ('quantity', 'hours') THEN coalesce(round((k.actual - c.limit_value) * k.pric_max, 2), 0)
                        WHEN c.measure = 'money' THEN round(k.actual - c.limit_value, 2) ELSE 0 END AS most) m
        WHERE k.actual > c.limit_value$q$, NULL)::medsup.provider_query;
END
$$;
COMMENT ON FUNCTION medsup.provider_cap_queries(jsonb, timestamp, timestamp) IS
    'K6 over persons: what a doctor, a department or an institution billed in a calendar unit against medsup.provider_cap';

-- K14, stock ledgers.  available = opening + in - other out; settled quantities above
-- it and the tolerance are reported.  A shortage is reported in the unit it arose
-- in: the next one opens with nothing, not with less.
CREATE FUNCTION medsup.stock_queries(setting jsonb, period_from timestamp, period_to timestamp)
RETURNS SETOF medsup.provider_query
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted medsup.fee_itemmultirange := medsup.checked_items(setting -> 'stock_check');
    unit text;
BEGIN
    IF wanted IS NULL THEN
        RETURN;
    END IF;
    RETURN NEXT ('medsup_stock_check', format('SELECT c.*, medsup.fee_item_set(c.codes) AS items FROM %s c',
        medsup.setting_rows(setting, 'stock_check')), NULL)::medsup.provider_query;
    RETURN NEXT ('medsup_move', format($q$
        SELECT t.fixmedins_code, medsup.try_fee_item(t.med_list_codg)::text AS item, t.inv_chg_time AS at, m.movement, t.cnt,
            CASE WHEN t.cnt IS NULL OR t.cnt = 'NaN' OR t.inv_chg_time IS NULL OR t.inv_chg_time = '-infinity' THEN 'ledger_unreadable'
                 WHEN m.movement IS NULL THEN 'movement_unmapped' END AS problem
        FROM src_stock_move t
        LEFT JOIN %2$s m ON m.inv_chg_type = t.inv_chg_type
        WHERE t.vali_flag IS DISTINCT FROM '0' AND t.fixmedins_code IS NOT NULL
          AND medsup.try_fee_item(t.med_list_codg) OPERATOR(medsup.<@) %1$L::medsup.fee_itemmultirange$q$,
        wanted, medsup.setting_rows(setting, 'inv_chg_type_map')), NULL)::medsup.provider_query;
    RETURN NEXT ('medsup_ledger_problem', $q$
        SELECT m.fixmedins_code, m.item, min(m.problem) AS problem FROM medsup_move m
        WHERE m.problem IS NOT NULL GROUP BY 1, 2$q$, NULL)::medsup.provider_query;
    RETURN NEXT ('medsup_ledger', $q$
        SELECT DISTINCT t.fixmedins_code FROM src_stock_move t WHERE t.vali_flag IS DISTINCT FROM '0'$q$, NULL)::medsup.provider_query;

    FOREACH unit IN ARRAY ARRAY['month', 'quarter', 'year'] LOOP
        CONTINUE WHEN NOT setting -> 'stock_check' @> jsonb_build_array(jsonb_build_object('every', unit));
        -- the last stock-taking of each unit: what moves after it goes on from it
        RETURN NEXT ('medsup_count_' || unit, format($q$
            SELECT DISTINCT ON (m.fixmedins_code, m.item, date_trunc(%1$L, m.at)) m.fixmedins_code, m.item,
                date_trunc(%1$L, m.at) AS window_start, m.at, m.cnt
            FROM medsup_move m
            WHERE m.movement = 'count' AND m.problem IS NULL
            ORDER BY m.fixmedins_code, m.item, date_trunc(%1$L, m.at), m.at DESC, m.cnt DESC$q$, unit), NULL)::medsup.provider_query;
        RETURN NEXT ('medsup_sold_' || unit, format($q$
            SELECT l.fixmedins_code, l.item, l.window_start, sum(l.cnt) AS cnt, coalesce(sum(l.cnt) FILTER (WHERE l.fee_ocur_time > c.at), 0) AS after_count,
                min(l.pric) FILTER (WHERE l.cnt > 0) AS pric_min, max(l.pric) FILTER (WHERE l.cnt > 0) AS pric_max,
                min(l.fee_ocur_time) AS act_from, max(l.fee_ocur_time) AS act_to, count(*) AS lines
            FROM (
                SELECT t.fixmedins_code, medsup.try_fee_item(t.med_list_codg)::text AS item, date_trunc(%1$L, t.fee_ocur_time) AS window_start,
                    t.fee_ocur_time, t.cnt, t.pric
                FROM src_fee_line t
                JOIN medsup_bill b ON b.setl_id = t.setl_id
                WHERE t.vali_flag IS DISTINCT FROM '0' AND NOT b.gone AND t.fixmedins_code IS NOT NULL
                  AND t.fee_ocur_time > '-infinity' AND t.fee_ocur_time < %3$L AND t.cnt <> 'NaN'
                  AND medsup.try_fee_item(t.med_list_codg) OPERATOR(medsup.<@) %2$L::medsup.fee_itemmultirange
                OFFSET 0
            ) l
            LEFT JOIN medsup_count_%1$s c ON c.fixmedins_code = l.fixmedins_code AND c.item = l.item AND c.window_start = l.window_start
            GROUP BY 1, 2, 3$q$,
            unit, wanted, period_to), NULL)::medsup.provider_query;
        RETURN NEXT ('medsup_stock_' || unit, format($q$
            WITH moved AS (
                SELECT m.fixmedins_code, m.item, date_trunc(%1$L, m.at) AS window_start,
                    coalesce(sum(m.cnt) FILTER (WHERE m.movement = 'in'), 0) AS ins,
                    coalesce(sum(m.cnt) FILTER (WHERE m.movement = 'out'), 0) AS outs,
                    coalesce(sum(CASE m.movement WHEN 'in' THEN m.cnt WHEN 'out' THEN -m.cnt END) FILTER (WHERE m.at > c.at), 0) AS after_count
                FROM medsup_move m
                LEFT JOIN medsup_count_%1$s c ON c.fixmedins_code = m.fixmedins_code AND c.item = m.item
                    AND c.window_start = date_trunc(%1$L, m.at)
                WHERE m.problem IS NULL
                GROUP BY 1, 2, 3
            ), flow AS (
                SELECT fixmedins_code, item, window_start, coalesce(m.ins, 0) AS ins, coalesce(m.outs, 0) AS outs,
                    coalesce(s.cnt, 0) AS sold, c.cnt AS counted, c.at AS counted_at,
                    CASE WHEN c.cnt IS NULL THEN coalesce(m.ins, 0) - coalesce(m.outs, 0) - coalesce(s.cnt, 0)
                         ELSE c.cnt + coalesce(m.after_count, 0) - coalesce(s.after_count, 0) END AS step,
                    s.pric_min, s.pric_max, s.act_from, s.act_to, s.lines
                FROM moved m
                FULL JOIN medsup_sold_%1$s s USING (fixmedins_code, item, window_start)
                LEFT JOIN medsup_count_%1$s c USING (fixmedins_code, item, window_start)
            ), since AS (
                SELECT f.*, count(f.counted) OVER (PARTITION BY f.fixmedins_code, f.item ORDER BY f.window_start) AS counts
                FROM flow f
            ), summed AS (
                SELECT s.*, sum(s.step) OVER (PARTITION BY s.fixmedins_code, s.item, s.counts ORDER BY s.window_start) AS level
                FROM since s
            ), closed AS (
                -- what a running sum becomes when it may not fall below nothing
                SELECT s.*, s.level - least(0, min(s.level) OVER (PARTITION BY s.fixmedins_code, s.item, s.counts ORDER BY s.window_start)) AS closing
                FROM summed s
            )
            SELECT c.*, coalesce(lag(c.closing) OVER w, 0) AS opening, coalesce(lag(c.counts) OVER w, 0) > 0 AS opening_counted
            FROM closed c
            WINDOW w AS (PARTITION BY c.fixmedins_code, c.item ORDER BY c.window_start)$q$, unit), NULL)::medsup.provider_query;
        RETURN NEXT ('medsup_shortage_' || unit, format($q$
            SELECT k.check_code, k.rule_code, w.window_end, s.*, a.available, trim_scale(a.available + k.tolerance_cnt + k.tolerance_share * a.available) AS allowed,
                k.tolerance_cnt, k.tolerance_share, k.opening AS opening_by,
                CASE WHEN l.fixmedins_code IS NULL THEN 'no_ledger'
                     WHEN p.problem IS NOT NULL THEN p.problem
                     WHEN k.opening = 'count' AND NOT s.opening_counted THEN 'opening_unknown' END AS reason
            FROM medsup_stock_%1$s s
            JOIN medsup_stock_check k ON k.every = %1$L AND medsup.try_fee_item(s.item) OPERATOR(medsup.<@) k.items
            CROSS JOIN LATERAL (SELECT greatest(s.opening + s.ins - s.outs, 0) AS available) a
            CROSS JOIN LATERAL (SELECT s.window_start + medsup.window_length(%1$L) AS window_end) w
            LEFT JOIN medsup_ledger l ON l.fixmedins_code = s.fixmedins_code
            LEFT JOIN medsup_ledger_problem p ON p.fixmedins_code = s.fixmedins_code AND p.item = s.item
            WHERE s.window_start >= %2$L AND w.window_end <= %3$L AND s.sold > 0
              AND (k.valid_from IS NULL OR s.window_start >= k.valid_from) AND (k.valid_to IS NULL OR w.window_end <= k.valid_to + 1)$q$,
            unit, period_from, period_to), NULL)::medsup.provider_query;
        RETURN NEXT ('tally', format($q$
            SELECT s.rule_code, s.check_code AS entry_code, s.window_start, NULL AS peer_group,
                CASE WHEN s.reason IS NOT NULL THEN 'undecided' WHEN s.sold > s.allowed THEN 'hit' ELSE 'passed' END AS outcome, s.reason, count(*) AS subjects
            FROM medsup_shortage_%1$s s
            GROUP BY 1, 2, 3, 5, 6$q$, unit), NULL)::medsup.provider_query;
        RETURN NEXT ('hit', format($q$
            SELECT s.check_code, 'K14', %1$L, s.window_start, s.window_end, concat('item:', s.fixmedins_code, '/', s.item),
                s.fixmedins_code, NULL, NULL, 'stock', s.allowed, trim_scale(s.sold), NULL, trim_scale(s.sold - s.allowed),
                coalesce(round((s.sold - s.allowed) * s.pric_min, 2), 0), coalesce(round((s.sold - s.allowed) * s.pric_max, 2), 0),
                format('%%s - (%%s + %%s - %%s) - %%s = %%s', trim_scale(s.sold), trim_scale(s.opening), trim_scale(s.ins), trim_scale(s.outs),
                    trim_scale(s.allowed - s.available), trim_scale(s.sold - s.allowed)),
                false, NULL, s.act_from, s.act_to, s.window_start,
                jsonb_build_array(jsonb_build_object('role', 1, 'what', 'stock', 'row', jsonb_strip_nulls(jsonb_build_object(
                    'subject', concat('item:', s.fixmedins_code, '/', s.item), 'med_list_codg', s.item,
                    'opening', trim_scale(s.opening), 'opening_by', s.opening_by, 'in', trim_scale(s.ins), 'out', trim_scale(s.outs),
                    'settled', trim_scale(s.sold), 'settled_lines', s.lines, 'available', trim_scale(s.available),
                    'tolerance_cnt', trim_scale(s.tolerance_cnt), 'tolerance_share', trim_scale(s.tolerance_share)))))
            FROM medsup_shortage_%1$s s
            WHERE s.reason IS NULL AND s.sold > s.allowed$q$, unit), NULL)::medsup.provider_query;
    END LOOP;
END
$$;
COMMENT ON FUNCTION medsup.stock_queries(jsonb, timestamp, timestamp) IS
    'K14: quantities settled in a calendar unit against opening stock, purchases, other out and tolerance, by institution and code';

-- K14, trace codes.  Rows of opened packages (拆零) leave; a code counts once in a
-- settlement however often it was uploaded; settlements that were reversed leave; a
-- return under a number of its own takes back the sale before it.
CREATE FUNCTION medsup.trace_queries(setting jsonb, period_from timestamp, period_to timestamp)
RETURNS SETOF medsup.provider_query
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    leads text[] := (SELECT array_agg(DISTINCT e ->> 'lead') FROM jsonb_array_elements(nullif(setting -> 'trace_check', 'null')) e);
BEGIN
    IF leads IS NULL THEN
        RETURN;
    END IF;
    RETURN NEXT ('medsup_trace_check', format('SELECT c.* FROM %s c', medsup.setting_rows(setting, 'trace_check')), NULL)::medsup.provider_query;
    IF leads <> '{boxes}' THEN
        -- nearly all codes occur once: only the others are read whole
        RETURN NEXT ('medsup_deal', format($q$
            WITH repeated AS (
                SELECT t.drug_trac_codg FROM src_trace_code t
                WHERE t.trdn_flag IS DISTINCT FROM '1' AND t.drug_trac_codg IS NOT NULL
                GROUP BY 1 HAVING count(*) > 1
            ), upload AS (
                SELECT DISTINCT t.drug_trac_codg, t.fixmedins_code, coalesce('s' || t.setl_id, 'm' || t.mdtrt_id, 'p' || t.psn_no) AS deal,
                    t.setl_id, t.mdtrt_id, t.feedetl_sn, t.sel_retn_time, coalesce(t.sel_retn_cnt, 1) AS cnt
                FROM src_trace_code t
                JOIN repeated r ON r.drug_trac_codg = t.drug_trac_codg
                LEFT JOIN medsup_bill b ON b.setl_id = t.setl_id
                WHERE t.trdn_flag IS DISTINCT FROM '1' AND t.fixmedins_code IS NOT NULL AND b.gone IS NOT TRUE
                  AND t.sel_retn_time > '-infinity' AND t.sel_retn_time < %1$L AND t.sel_retn_cnt IS DISTINCT FROM 'NaN'
            ), deal AS (
                SELECT u.drug_trac_codg, u.fixmedins_code, u.deal, min(u.sel_retn_time) AS at, sum(sign(u.cnt)) AS net,
                    (array_agg(u.mdtrt_id ORDER BY u.sel_retn_time, u.feedetl_sn))[1] AS mdtrt_id,
                    (array_agg(u.feedetl_sn ORDER BY u.sel_retn_time, u.feedetl_sn))[1] AS feedetl_sn,
                    (array_agg(u.setl_id ORDER BY u.sel_retn_time, u.feedetl_sn))[1] AS setl_id
                FROM upload u
                GROUP BY 1, 2, 3
                HAVING sum(sign(u.cnt)) <> 0
            ), answered AS (
                SELECT d.*, lead(d.net) OVER (PARTITION BY d.drug_trac_codg, d.fixmedins_code ORDER BY d.at, d.deal) AS next_net
                FROM deal d
            )
            SELECT a.* FROM answered a WHERE a.net > 0 AND (a.next_net < 0) IS NOT TRUE$q$, period_to), 'drug_trac_codg')::medsup.provider_query;
        RETURN NEXT ('medsup_lead', format($q$
            SELECT g.*, concat('trace_code:', CASE g.lead WHEN 'same_institution' THEN g.fixmedins_code || '/' END, g.drug_trac_codg) AS subject,
                medsup.is_trace_lead(g.lead, g.at_least, g.span_days, g.deals, g.places, g.first_at, g.last_at) AS hit
            FROM (
                SELECT c.check_code, c.rule_code, c.lead, c.at_least, c.span_days, c.valid_from, c.valid_to, g.*
                FROM medsup_trace_check c
                CROSS JOIN LATERAL (
                    SELECT d.drug_trac_codg, d.fixmedins_code, count(*) AS deals, 1 AS places, min(d.at) AS first_at, max(d.at) AS last_at
                    FROM medsup_deal d WHERE c.lead = 'same_institution' GROUP BY 1, 2
                    UNION ALL
                    SELECT d.drug_trac_codg, (array_agg(d.fixmedins_code ORDER BY d.at DESC, d.deal DESC))[1], count(*),
                        count(DISTINCT d.fixmedins_code), min(d.at), max(d.at)
                    FROM medsup_deal d WHERE c.lead = 'between_institutions' GROUP BY 1
                ) g
                WHERE g.last_at >= %1$L
                  AND (c.valid_from IS NULL OR g.last_at >= c.valid_from) AND (c.valid_to IS NULL OR g.last_at < c.valid_to + 1)
            ) g$q$, period_from), NULL)::medsup.provider_query;
        -- the settlements that the evidence shows
        RETURN NEXT ('medsup_lead_deal', $q$
            SELECT x.* FROM (
                SELECT l.check_code, l.subject, d.*, row_number() OVER (PARTITION BY l.check_code, l.subject ORDER BY d.at, d.fixmedins_code, d.deal) AS n
                FROM medsup_lead l
                JOIN medsup_deal d ON d.drug_trac_codg = l.drug_trac_codg AND (l.lead <> 'same_institution' OR d.fixmedins_code = l.fixmedins_code)
                WHERE l.hit) x
            WHERE x.n <= 200$q$, 'check_code, subject')::medsup.provider_query;
        -- what the settlements after the first one cost: the cheapest choice, the dearest
        RETURN NEXT ('medsup_lead_cost', $q$
            SELECT d.check_code, d.subject, sum(t.pric) - max(t.pric) AS least, sum(t.pric) - min(t.pric) AS most
            FROM medsup_lead_deal d
            JOIN src_fee_line t ON t.mdtrt_id = d.mdtrt_id AND t.feedetl_sn = d.feedetl_sn
            WHERE t.cnt > 0 AND t.pric <> 'NaN' AND t.vali_flag IS DISTINCT FROM '0'
            GROUP BY 1, 2$q$, NULL)::medsup.provider_query;
        RETURN NEXT ('tally', $q$
            SELECT l.rule_code, l.check_code AS entry_code, NULL::timestamp AS window_start, NULL AS peer_group,
                CASE WHEN l.hit THEN 'hit' ELSE 'passed' END AS outcome, NULL AS reason, count(*) AS subjects
            FROM medsup_lead l
            GROUP BY 1, 2, 5$q$, NULL)::medsup.provider_query;
        RETURN NEXT ('hit', $q$
            SELECT l.check_code, 'K14', 'lifetime', NULL::timestamp, NULL::timestamp, l.subject, l.fixmedins_code, NULL, NULL,
                'settlements', l.at_least - 1, l.deals, NULL, l.deals - (l.at_least - 1), coalesce(c.least, 0), coalesce(c.most, 0),
                format('%s settlements of one trace code, %s allowed', l.deals, l.at_least - 1), false, l.lead,
                l.first_at, l.last_at, l.last_at,
                jsonb_build_array(jsonb_build_object('role', 1, 'what', 'repetition', 'row', jsonb_strip_nulls(jsonb_build_object(
                    'subject', l.subject, 'lead', l.lead, 'settlements', l.deals, 'institutions', l.places,
                    'at_least', l.at_least, 'span_days', l.span_days))))
                || (SELECT jsonb_agg(jsonb_build_object('role', 1, 'what', 'trace_code', 'row', jsonb_strip_nulls(jsonb_build_object(
                        'drug_trac_codg', d.drug_trac_codg, 'fixmedins_code', d.fixmedins_code, 'setl_id', d.setl_id, 'mdtrt_id', d.mdtrt_id,
                        'feedetl_sn', d.feedetl_sn, 'sel_retn_time', to_char(d.at, 'YYYY-MM-DD HH24:MI:SS'), 'deal', d.deal)))
                    ORDER BY d.n)
                    FROM medsup_lead_deal d WHERE d.check_code = l.check_code AND d.subject = l.subject)
            FROM medsup_lead l
            LEFT JOIN medsup_lead_cost c ON c.check_code = l.check_code AND c.subject = l.subject
            WHERE l.hit$q$, NULL)::medsup.provider_query;
    END IF;

    IF 'boxes' = ANY (leads) THEN
        -- lines without any code, of opened packages or with a refund are not compared
        RETURN NEXT ('medsup_box', format($q$
            WITH code AS (
                SELECT t.mdtrt_id, t.feedetl_sn, count(DISTINCT t.drug_trac_codg) AS codes
                FROM src_trace_code t
                WHERE t.mdtrt_id IS NOT NULL AND t.feedetl_sn IS NOT NULL
                GROUP BY 1, 2
                HAVING NOT bool_or(t.trdn_flag IS NOT DISTINCT FROM '1' OR t.sel_retn_cnt IS NOT DISTINCT FROM 'NaN' OR t.sel_retn_cnt < 0)
            ), refunded AS (
                SELECT DISTINCT t.mdtrt_id, t.init_feedetl_sn AS feedetl_sn FROM src_fee_line t
                WHERE t.init_feedetl_sn IS NOT NULL AND t.cnt < 0 AND t.vali_flag IS DISTINCT FROM '0'
            )
            SELECT DISTINCT ON (t.mdtrt_id, t.feedetl_sn) t.mdtrt_id, t.feedetl_sn, t.fixmedins_code, medsup.try_fee_item(t.med_list_codg)::text AS item,
                t.fee_ocur_time, t.cnt, t.pric, c.codes
            FROM src_fee_line t
            JOIN code c ON c.mdtrt_id = t.mdtrt_id AND c.feedetl_sn = t.feedetl_sn
            LEFT JOIN medsup_bill b ON b.setl_id = t.setl_id
            LEFT JOIN refunded r ON r.mdtrt_id = t.mdtrt_id AND r.feedetl_sn = t.feedetl_sn
            WHERE t.vali_flag IS DISTINCT FROM '0' AND b.gone IS NOT TRUE AND r.feedetl_sn IS NULL AND t.fixmedins_code IS NOT NULL
              AND t.fee_ocur_time >= %1$L AND t.fee_ocur_time < %2$L AND t.cnt > 0 AND t.cnt <> 'NaN' AND t.cnt = trunc(t.cnt)
              AND medsup.try_fee_item(t.med_list_codg) IS NOT NULL
            ORDER BY t.mdtrt_id, t.feedetl_sn, t.fee_ocur_time, t.cnt$q$,
            period_from, period_to), 'fixmedins_code, item')::medsup.provider_query;
        RETURN NEXT ('medsup_box_lead', format($q$
            SELECT c.check_code, c.rule_code, c.every, c.at_least, g.window_start, w.window_end, g.fixmedins_code, g.item, g.lines, g.boxes, g.codes, g.over, g.differ, g.over_amt
            FROM medsup_trace_check c
            CROSS JOIN LATERAL (
                SELECT date_trunc(c.every, x.fee_ocur_time) AS window_start, x.fixmedins_code, x.item, count(*) FILTER (WHERE x.cnt <> x.codes) AS lines,
                    coalesce(sum(x.cnt) FILTER (WHERE x.cnt <> x.codes), 0) AS boxes, coalesce(sum(x.codes) FILTER (WHERE x.cnt <> x.codes), 0) AS codes,
                    sum(greatest(x.cnt - x.codes, 0)) AS over, sum(abs(x.cnt - x.codes)) AS differ,
                    coalesce(round(sum(greatest(x.cnt - x.codes, 0) * nullif(x.pric, 'NaN')), 2), 0) AS over_amt
                FROM medsup_box x GROUP BY 1, 2, 3
            ) g
            CROSS JOIN LATERAL (SELECT g.window_start + medsup.window_length(c.every) AS window_end) w
            WHERE c.lead = 'boxes' AND g.window_start >= %1$L AND w.window_end <= %2$L
              AND (c.valid_from IS NULL OR g.window_start >= c.valid_from) AND (c.valid_to IS NULL OR w.window_end <= c.valid_to + 1)$q$,
            period_from, period_to), NULL)::medsup.provider_query;
        RETURN NEXT ('tally', $q$
            SELECT l.rule_code, l.check_code AS entry_code, l.window_start, NULL AS peer_group,
                CASE WHEN l.lines >= l.at_least THEN 'hit' ELSE 'passed' END AS outcome, NULL AS reason, count(*) AS subjects
            FROM medsup_box_lead l GROUP BY 1, 2, 3, 5$q$, NULL)::medsup.provider_query;
        RETURN NEXT ('hit', $q$
            SELECT l.check_code, 'K14', l.every, l.window_start, l.window_end, concat('item:', l.fixmedins_code, '/', l.item),
                l.fixmedins_code, NULL, NULL, 'boxes', l.codes, trim_scale(l.boxes), NULL, trim_scale(l.differ), l.over_amt, l.over_amt,
                format('%s lines: %s boxes billed, %s codes', l.lines, trim_scale(l.boxes), l.codes), false, 'boxes',
                l.window_start, l.window_end - interval '1 microsecond', l.window_start,
                jsonb_build_array(jsonb_build_object('role', 1, 'what', 'boxes', 'row', jsonb_build_object(
                    'subject', concat('item:', l.fixmedins_code, '/', l.item), 'med_list_codg', l.item, 'lines', l.lines,
                    'boxes', trim_scale(l.boxes), 'codes', l.codes, 'differ', trim_scale(l.differ), 'at_least', l.at_least)))
                || (SELECT jsonb_agg(jsonb_build_object('role', 1, 'what', 'line', 'row', jsonb_build_object(
                        'mdtrt_id', x.mdtrt_id, 'feedetl_sn', x.feedetl_sn, 'fee_ocur_time', to_char(x.fee_ocur_time, 'YYYY-MM-DD HH24:MI:SS'),
                        'cnt', trim_scale(x.cnt), 'codes', x.codes))
                    ORDER BY x.fee_ocur_time, x.mdtrt_id, x.feedetl_sn)
                    FROM (SELECT y.* FROM medsup_box y
                          WHERE y.fixmedins_code = l.fixmedins_code AND y.item = l.item AND y.cnt <> y.codes
                            AND y.fee_ocur_time >= l.window_start AND y.fee_ocur_time < l.window_end
                          ORDER BY y.fee_ocur_time, y.mdtrt_id, y.feedetl_sn LIMIT 200) x)
            FROM medsup_box_lead l
            WHERE l.lines >= l.at_least$q$, NULL)::medsup.provider_query;
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.trace_queries(jsonb, timestamp, timestamp) IS
    'K14: trace codes settled again and again in one institution or between several, and boxes billed without as many codes';

CREATE FUNCTION medsup.is_trace_lead(lead text, at_least int, span_days int, deals bigint, places bigint, first_at timestamp, last_at timestamp)
RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
BEGIN ATOMIC
    SELECT deals OPERATOR(pg_catalog.>=) at_least
       AND CASE lead WHEN 'between_institutions'
           THEN places OPERATOR(pg_catalog.>=) 2 AND (last_at::date OPERATOR(pg_catalog.-) first_at::date) OPERATOR(pg_catalog.>=) span_days
           ELSE true END;
END;
COMMENT ON FUNCTION medsup.is_trace_lead(text, int, int, bigint, bigint, timestamp, timestamp) IS
    'whether the settlements of one trace code are a lead of this kind';

-- All of it, in the order in which the queries read each other.  The bills come
-- first, since the period may be theirs.
CREATE FUNCTION medsup.provider_queries(setting jsonb, columns jsonb, period_from timestamp, period_to timestamp)
RETURNS SETOF medsup.provider_query
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 10000 ROWS 20
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN NEXT medsup.institution_query(setting, CASE WHEN columns ? 'provider' THEN 'src_provider' ELSE 'src_encounter' END);
    RETURN QUERY SELECT * FROM medsup.indicator_queries(setting, columns, period_from, period_to);
    RETURN QUERY SELECT * FROM medsup.provider_cap_queries(setting, period_from, period_to);
    RETURN QUERY SELECT * FROM medsup.stock_queries(setting, period_from, period_to);
    RETURN QUERY SELECT * FROM medsup.trace_queries(setting, period_from, period_to);
END
$$;
COMMENT ON FUNCTION medsup.provider_queries(jsonb, jsonb, timestamp, timestamp) IS
    'the queries after medsup.bill_query that judge all rules over providers by these settings; columns: of each source that there is';
