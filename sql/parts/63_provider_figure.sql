-- Figures of providers, by plain aggregates over the sources: one pass over the lines
-- for all indicators of fees, one for all caps, one for all stocks.
--
-- A rule over providers is a chain of queries, each over sources and over the queries
-- before it, which it knows by bare names (src_fee_line, medsup_bill).  The run lays
-- them down one by one as temporary tables over the bound sources; the conformance kit
-- makes them one statement over the rows of a case, and writes nothing.  What bureaus
-- set comes in as JSON, so that both are judged by the same text.
CREATE TYPE medsup.provider_query AS (
    name        text,   -- hit, tally: what comes out; else the name that later queries read it by
    query       text,
    index_on    text
);
COMMENT ON TYPE medsup.provider_query IS 'one query of a chain that judges rules over providers';
COMMENT ON COLUMN medsup.provider_query.name IS 'by which later queries read it; hit: findings, as medsup.provider_hit; tally: counts, as medsup.provider_tally';
COMMENT ON COLUMN medsup.provider_query.query IS 'a SELECT over src_KIND and the queries before it';
COMMENT ON COLUMN medsup.provider_query.index_on IS 'columns by which later queries look rows up; NULL: none do';

-- Percentiles by linear interpolation, in numeric: the same digits everywhere.
CREATE FUNCTION medsup.quantile(sorted numeric[], share numeric) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 20
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    n int := cardinality(sorted);
    place numeric := (n - 1) * share + 1;
    below int := floor(place);
BEGIN
    IF n = 0 THEN
        RETURN NULL;
    END IF;
    RETURN trim_scale(sorted[below] + (place - below) * (sorted[least(below + 1, n)] - sorted[below]));
END
$$;
COMMENT ON FUNCTION medsup.quantile(numeric[], numeric) IS
    'quantile of a sorted array by linear interpolation, as percentile_cont, but exact; NULL of an empty one';

CREATE FUNCTION medsup.median_deviation(sorted numeric[]) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 100
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    median numeric := medsup.quantile(sorted, 0.5);
BEGIN
    RETURN (SELECT medsup.quantile(array_agg(d.deviation ORDER BY d.deviation), 0.5)
            FROM (SELECT abs(v.x - median) AS deviation FROM unnest(sorted) v (x)) d);
END
$$;
COMMENT ON FUNCTION medsup.median_deviation(numeric[]) IS
    'median of the absolute deviations from the median (MAD) of a sorted array, not scaled';

-- One formula for judging and for proving.
CREATE FUNCTION medsup.fence_value(method text, value numeric, direction text, sorted numeric[], before numeric) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 200
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sign int := CASE direction WHEN 'high' THEN 1 ELSE -1 END;
BEGIN
    RETURN trim_scale(round(CASE method
        WHEN 'fixed' THEN value
        WHEN 'growth' THEN before * (1 + sign * value)
        WHEN 'percentile' THEN medsup.quantile(sorted, value)
        WHEN 'quartile' THEN medsup.quantile(sorted, CASE direction WHEN 'high' THEN 0.75 ELSE 0.25 END)
                             + sign * value * (medsup.quantile(sorted, 0.75) - medsup.quantile(sorted, 0.25))
        WHEN 'mad' THEN medsup.quantile(sorted, 0.5) + sign * value * 1.4826 * medsup.median_deviation(sorted)
        END, 6));
END
$$;
COMMENT ON FUNCTION medsup.fence_value(text, numeric, text, numeric[], numeric) IS
    'where a fence stands, to six places: by its method, value and direction, from the peers'' sorted values or the value of the unit before';

-- What bureaus set and what can be judged of it.
CREATE FUNCTION medsup.provider_setting() RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 20000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ready text[] := (SELECT array_agg(p.entry_code) FROM medsup.provider_rules() p WHERE p.state = 'ready');
BEGIN
    RETURN jsonb_build_object(
        'indicator', (SELECT jsonb_agg(i) FROM medsup.indicator i WHERE i.rule_code IS NOT NULL),
        'indicator_set', (SELECT jsonb_agg(s) FROM medsup.indicator_set s),
        'indicator_fence', (SELECT jsonb_agg(f) FROM medsup.indicator_fence f WHERE f.fence_code = ANY (ready)),
        'provider_cap', (SELECT jsonb_agg(c) FROM medsup.provider_cap c WHERE c.cap_code = ANY (ready)),
        'stock_check', (SELECT jsonb_agg(c) FROM medsup.stock_check c WHERE c.check_code = ANY (ready)),
        'trace_check', (SELECT jsonb_agg(c) FROM medsup.trace_check c WHERE c.check_code = ANY (ready)),
        'inv_chg_type_map', (SELECT jsonb_agg(m) FROM medsup.inv_chg_type_map m),
        'map', (SELECT jsonb_agg(m) FROM (
                    SELECT DISTINCT ON (u.map, u.key) u.map, u.key, u.value
                    FROM (SELECT 'setting' AS map, s.med_type AS key, s.setting AS value, s.origin FROM medsup.setting_map s
                          UNION ALL SELECT 'fee_class', f.med_chrgitm_type, f.fee_class, f.origin FROM medsup.fee_class_map f
                          UNION ALL SELECT 'level', l.hosp_lv, l.level::text, l.origin FROM medsup.level_map l) u
                    ORDER BY u.map, u.key, u.origin = 'local' DESC) m));
END
$$;
COMMENT ON FUNCTION medsup.provider_setting() IS
    'what rules over providers are judged by: fences, caps and checks that are ready, sets and dictionaries, local rows over shipped ones';

-- A list of it as rows of its table.
CREATE FUNCTION medsup.setting_rows(setting jsonb, list text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT pg_catalog.format('pg_catalog.jsonb_populate_recordset(NULL::medsup.%I, %L)', list, COALESCE(NULLIF(setting OPERATOR(pg_catalog.->) list, 'null'), '[]'));
END;
COMMENT ON FUNCTION medsup.setting_rows(jsonb, text) IS 'a list of medsup.provider_setting as an item of FROM';

-- The longest prefix decides, as in the book.
CREATE FUNCTION medsup.map_expression(setting jsonb, map text, expr text) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT format('CASE %s END', string_agg(format('WHEN starts_with(%s, %L) THEN %L', expr, m ->> 'key', m ->> 'value'), ' '
                                                ORDER BY length(m ->> 'key') DESC, m ->> 'key' COLLATE "C"))
        FROM jsonb_array_elements(setting -> 'map') m
        WHERE m ->> 'map' = map_expression.map);
END
$$;
COMMENT ON FUNCTION medsup.map_expression(jsonb, text, text) IS
    'a dictionary as an SQL expression over a column, for statements that read millions of rows';

-- Most dictionaries have keys of one length; then a list is as good, and faster.
CREATE FUNCTION medsup.map_condition(setting jsonb, map text, expr text, wanted text[]) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    keys text[];
    shortest int;
    longest int;
BEGIN
    SELECT min(length(m ->> 'key')), max(length(m ->> 'key')), array_agg(m ->> 'key' ORDER BY m ->> 'key' COLLATE "C") FILTER (WHERE m ->> 'value' = ANY (wanted))
    INTO shortest, longest, keys
    FROM jsonb_array_elements(setting -> 'map') m WHERE m ->> 'map' = map_condition.map;
    IF keys IS NULL THEN
        RETURN 'false';
    END IF;
    IF shortest = longest THEN
        RETURN format('left(%s, %s) = ANY (%L)', expr, longest, keys);
    END IF;
    RETURN format('(%s) = ANY (%L)', medsup.map_expression(setting, map, expr), wanted);
END
$$;
COMMENT ON FUNCTION medsup.map_condition(jsonb, text, text, text[]) IS
    'whether a dictionary gives a column one of these values, as an SQL expression';

CREATE FUNCTION medsup.map_keys(setting jsonb, map text, wanted text[]) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT CASE WHEN pg_catalog.min(pg_catalog.length(m OPERATOR(pg_catalog.->>) 'key')) OPERATOR(pg_catalog.=) pg_catalog.max(pg_catalog.length(m OPERATOR(pg_catalog.->>) 'key'))
                THEN COALESCE(pg_catalog.array_agg(m OPERATOR(pg_catalog.->>) 'key' ORDER BY m OPERATOR(pg_catalog.->>) 'key' COLLATE "C")
                              FILTER (WHERE m OPERATOR(pg_catalog.->>) 'value' OPERATOR(pg_catalog.=) ANY (map_keys.wanted)), '{}') END
    FROM pg_catalog.jsonb_array_elements(setting OPERATOR(pg_catalog.->) 'map') m
    WHERE m OPERATOR(pg_catalog.->>) 'map' OPERATOR(pg_catalog.=) map_keys.map;
END;
COMMENT ON FUNCTION medsup.map_keys(jsonb, text, text[]) IS
    'keys of a dictionary that give one of these values, where all keys have one length, so that the first that fits is the only one; else NULL';

-- Settlements as the evaluator takes them (audit_fate_core.c): void ones leave, one
-- and its reversal cancel as a whole, of several rows under one number one counts.
CREATE FUNCTION medsup.bill_query(more text[] DEFAULT '{}') RETURNS medsup.provider_query
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ('medsup_bill', format($q$
        WITH bill AS MATERIALIZED (
            SELECT DISTINCT ON (t.setl_id) t.setl_id, t.mdtrt_id, t.psn_no, t.init_setl_id, t.refd_setl_flag, t.mid_setl_flag,
                t.vali_flag IS NOT DISTINCT FROM '0' AS void, t.med_type, nullif(t.setl_time, '-infinity') AS setl_time%1$s
            FROM src_settlement t
            WHERE t.setl_id IS NOT NULL
            ORDER BY t.setl_id, t.vali_flag IS NOT DISTINCT FROM '0', t.psn_no, t.mdtrt_id, t.init_setl_id, t.refd_setl_flag,
                t.mid_setl_flag, t.med_type, t.setl_time%1$s
        ), reversal AS (
            SELECT r.setl_id, r.init_setl_id FROM bill r
            WHERE r.refd_setl_flag = '1' AND NOT r.void AND r.init_setl_id <> r.setl_id
              AND EXISTS (SELECT FROM bill o WHERE o.setl_id = r.init_setl_id)
        )
        SELECT b.setl_id, b.mdtrt_id, b.psn_no, b.mid_setl_flag, b.setl_time, b.med_type,
            b.void OR b.setl_id IN (SELECT v.setl_id FROM reversal v UNION ALL SELECT v.init_setl_id FROM reversal v) AS gone%2$s
        FROM bill b$q$,
        (SELECT string_agg(', t.' || m, '') FROM unnest(more) m), (SELECT string_agg(', b.' || m, '') FROM unnest(more) m)), NULL)::medsup.provider_query;
END
$$;
COMMENT ON FUNCTION medsup.bill_query(text[]) IS 'settlements, alive or gone; more: further columns of them';

-- Institutions as peers see them.  What two rows say differently nobody knows.
CREATE FUNCTION medsup.institution_query(setting jsonb, source text) RETURNS medsup.provider_query
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ('medsup_institution', format($q$
        SELECT i.*, (SELECT (m ->> 'value')::int FROM jsonb_array_elements(%2$L::jsonb) m
                     WHERE m ->> 'map' = 'level' AND m ->> 'key' = btrim(i.hosp_lv)) AS level
        FROM (
            SELECT t.fixmedins_code,
                CASE WHEN min(t.hosp_lv) = max(t.hosp_lv) THEN min(t.hosp_lv) END AS hosp_lv,
                CASE WHEN min(t.medins_type) = max(t.medins_type) THEN min(t.medins_type) END AS medins_type,
                CASE WHEN min(t.fix_blng_admdvs) = max(t.fix_blng_admdvs) THEN min(t.fix_blng_admdvs) END AS fix_blng_admdvs
            FROM %1$I t
            WHERE t.fixmedins_code IS NOT NULL AND t.vali_flag IS DISTINCT FROM '0'
            GROUP BY t.fixmedins_code
        ) i$q$, source, setting -> 'map'), NULL)::medsup.provider_query;
END
$$;
COMMENT ON FUNCTION medsup.institution_query(jsonb, text) IS
    'level, type and region of institutions, from src_provider or src_encounter';

-- Codes are read once each, not once a line: most lines are of few codes.
CREATE FUNCTION medsup.item_join(sets text[]) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT format($q$ LEFT JOIN (
                        SELECT c.code, %s
                        FROM (SELECT d.code, medsup.try_fee_item(d.code) AS item
                              FROM (SELECT DISTINCT t.med_list_codg AS code FROM src_fee_line t) d OFFSET 0) c
                        WHERE c.item IS NOT NULL
                    ) i ON i.code = t.med_list_codg$q$,
            string_agg(format('c.item OPERATOR(medsup.<@) %L::medsup.fee_itemmultirange AS in_%s', medsup.fee_item_set(x.codes), x.n), ', ' ORDER BY x.n))
        FROM unnest(sets) WITH ORDINALITY x (codes, n)
        WHERE x.codes IS NOT NULL
        HAVING count(*) > 0);
END
$$;
COMMENT ON FUNCTION medsup.item_join(text[]) IS
    'joins to lines, called t, what their code is in, as i.in_1, i.in_2 ...; NULL without sets';

-- Lines that count for providers: valid, of a settlement that stands and whose time
-- lies between these.  OFFSET keeps the view's readers from being called once a use.
CREATE FUNCTION medsup.settled_line_query(listed text, read_from timestamp, read_to timestamp, sets text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT pg_catalog.format($q$
                    SELECT %s%s
                    FROM src_fee_line t
                    JOIN medsup_bill b ON b.setl_id = t.setl_id%s
                    WHERE t.vali_flag IS DISTINCT FROM '0' AND t.fixmedins_code IS NOT NULL AND t.psn_no IS NOT NULL
                      AND NOT b.gone AND b.setl_time >= %L AND b.setl_time < %L
                    OFFSET 0$q$, listed,
        (SELECT pg_catalog.string_agg(pg_catalog.format(', i.in_%s', x.n), '' ORDER BY x.n) FROM pg_catalog.unnest(sets) WITH ORDINALITY x (codes, n) WHERE x.codes IS NOT NULL),
        medsup.item_join(sets), read_from, read_to);
END;
COMMENT ON FUNCTION medsup.settled_line_query(text, timestamp, timestamp, text[]) IS
    'settled lines, called t, with their settlement, called b: what fences and scores of providers add up; in_1, in_2 ... whether they are in these sets';

-- One pass for all indicators of fees: settled lines by month, institution,
-- department and doctor, by setting and class of fee.
CREATE FUNCTION medsup.fee_figure_query(fences jsonb, setting jsonb, read_from timestamp, read_to timestamp) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rules text[];
    parts text[];
    classes text[];
    sets text[];
BEGIN
    SELECT array_agg(r.rule_code ORDER BY r.rule_code COLLATE "C"),
        array_agg(r.fee_classes ORDER BY r.rule_code COLLATE "C"),
        array_agg(CASE WHEN r.fee_classes IS NULL
                       THEN format('coalesce(sum(l.amount) FILTER (WHERE l.amount <> ''NaN'' AND l.in_%s), 0)', r.n)
                       ELSE 'NULL' END ORDER BY r.rule_code COLLATE "C"),
        array_agg(CASE WHEN r.fee_classes IS NULL THEN r.codes END ORDER BY r.rule_code COLLATE "C")
    INTO rules, classes, parts, sets
    FROM (SELECT x.*, row_number() OVER (ORDER BY x.rule_code COLLATE "C") AS n FROM (SELECT DISTINCT f ->> 'rule_code' AS rule_code, f ->> 'codes' AS codes,
              (SELECT string_agg(c, ',') FROM jsonb_array_elements_text(nullif(f -> 'fee_classes', 'null')) c) AS fee_classes
          FROM jsonb_array_elements(fences) f WHERE f ->> 'figure' = 'fee') x) r;
    -- lines are added up by what they say; what that stands for is looked up in the sums
    RETURN format($q$
        SELECT f.rule_code, g.month, g.fixmedins_code, g.dept, g.doctor, g.setting,
            sum(CASE WHEN f.classes IS NULL THEN g.parts[f.n] WHEN g.fee_class = ANY (string_to_array(f.classes, ',')) THEN g.total ELSE 0 END) AS numerator,
            sum(g.total) AS denominator, sum(CASE WHEN f.classes IS NOT NULL AND g.fee_class IS NULL THEN g.total ELSE 0 END) AS unclassified,
            sum(g.unreadable) AS unreadable
        FROM (
            SELECT g.*, %3$s AS setting, %4$s AS fee_class
            FROM (
                SELECT date_trunc('month', l.setl_time) AS month, l.fixmedins_code, l.dept, l.doctor, l.med_type, l.med_chrgitm_type,
                    coalesce(sum(l.amount) FILTER (WHERE l.amount <> 'NaN'), 0) AS total,
                    count(*) FILTER (WHERE (l.amount <> 'NaN') IS NOT TRUE) AS unreadable, ARRAY[%1$s]::numeric[] AS parts
                FROM (%5$s) l
                GROUP BY 1, 2, 3, 4, 5, 6
            ) g
            OFFSET 0
        ) g
        CROSS JOIN LATERAL unnest(%2$L::text[], %6$L::text[]) WITH ORDINALITY f (rule_code, classes, n)
        GROUP BY 1, 2, 3, 4, 5, 6$q$,
        array_to_string(parts, ', '), rules, medsup.map_expression(setting, 'setting', 'g.med_type'),
        medsup.map_expression(setting, 'fee_class', 'g.med_chrgitm_type'),
        medsup.settled_line_query('b.setl_time, t.fixmedins_code, t.bilg_dept_codg AS dept, t.bilg_dr_codg AS doctor, '
            'coalesce(t.med_type, b.med_type) AS med_type, t.med_chrgitm_type, t.det_item_fee_sumamt AS amount', read_from, read_to, sets),
        classes);
END
$$;
COMMENT ON FUNCTION medsup.fee_figure_query(jsonb, jsonb, timestamp, timestamp) IS
    'numerators and denominators of all indicators of fees among the fences, in one pass over the lines';

-- Stays as chains: one institution's encounters of one person that follow each
-- other without a gap, or after an interim settlement, are one stay.
CREATE FUNCTION medsup.stay_queries(fences jsonb, setting jsonb, columns jsonb) RETURNS SETOF medsup.provider_query
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 2
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    this record;
BEGIN
    SELECT max(f ->> 'diagnoses') FILTER (WHERE f ->> 'figure' = 'infection') AS diagnoses,
        max(f ->> 'plan_field') FILTER (WHERE f ->> 'figure' = 'readmission') AS plan_field
    INTO this FROM jsonb_array_elements(fences) f;
    RETURN NEXT ('medsup_stay', format($q$
        WITH visit AS (
            SELECT DISTINCT ON (t.mdtrt_id) t.mdtrt_id, t.psn_no, t.fixmedins_code, t.begntime, nullif(t.endtime, '-infinity') AS endtime,
                %1$s AS dept, %2$s AS doctor, %3$s AS plan, t.vali_flag
            FROM src_encounter t
            WHERE t.mdtrt_id IS NOT NULL AND %4$s
            ORDER BY t.mdtrt_id, t.vali_flag IS NOT DISTINCT FROM '0', t.psn_no, t.fixmedins_code, t.begntime, t.endtime
        ), bill AS (
            SELECT b.mdtrt_id, bool_and(b.gone) AS gone,
                (array_agg(b.mid_setl_flag ORDER BY b.setl_time DESC NULLS LAST, b.setl_id DESC) FILTER (WHERE NOT b.gone))[1] = '1' AS interim
            FROM medsup_bill b JOIN visit v ON v.mdtrt_id = b.mdtrt_id GROUP BY b.mdtrt_id
        ), alive AS (
            SELECT v.*, coalesce(b.interim, false) AS interim
            FROM visit v LEFT JOIN bill b ON b.mdtrt_id = v.mdtrt_id
            WHERE v.vali_flag IS DISTINCT FROM '0' AND b.gone IS NOT TRUE
              AND v.psn_no IS NOT NULL AND v.fixmedins_code IS NOT NULL AND v.begntime > '-infinity'
        ), joined AS (
            SELECT a.*, max(coalesce(a.endtime, 'infinity')) OVER w AS before_end, lag(a.interim) OVER o AS before_interim
            FROM alive a
            WINDOW o AS (PARTITION BY a.psn_no, a.fixmedins_code ORDER BY a.begntime, a.mdtrt_id),
                w AS (o ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        ), numbered AS (
            SELECT j.*, count(*) FILTER (WHERE (date_trunc('minute', j.begntime) <= j.before_end OR j.before_interim) IS NOT TRUE)
                OVER (PARTITION BY j.psn_no, j.fixmedins_code ORDER BY j.begntime, j.mdtrt_id) AS stay
            FROM joined j
        ), ended AS (
            SELECT n.*, lead(n.stay) OVER (PARTITION BY n.psn_no, n.fixmedins_code ORDER BY n.begntime, n.mdtrt_id) IS DISTINCT FROM n.stay AS is_last
            FROM numbered n
        )
        SELECT n.psn_no, n.fixmedins_code, n.stay, min(n.begntime) AS begntime,
            nullif(max(coalesce(n.endtime, 'infinity')), 'infinity') AS endtime,
            array_agg(n.mdtrt_id ORDER BY n.begntime, n.mdtrt_id) AS visits,
            min(n.dept) FILTER (WHERE n.is_last) AS dept, min(n.doctor) FILTER (WHERE n.is_last) AS doctor, min(n.plan) FILTER (WHERE n.is_last) AS plan
        FROM ended n
        GROUP BY n.psn_no, n.fixmedins_code, n.stay$q$,
        -- columns that not every source has
        CASE WHEN columns -> 'encounter' ? 'dscg_dept_codg' THEN 't.dscg_dept_codg' ELSE 'NULL::text' END,
        CASE WHEN columns -> 'encounter' ? 'atddr_codg' THEN 't.atddr_codg' ELSE 'NULL::text' END,
        CASE WHEN this.plan_field IS NULL THEN 'NULL::text' ELSE format('t.attributes ->> %L', this.plan_field) END,
        medsup.map_condition(setting, 'setting', 't.med_type', '{inpatient}')), NULL)::medsup.provider_query;
    IF this.diagnoses IS NOT NULL THEN
        RETURN NEXT ('medsup_infected', format($q$
            SELECT DISTINCT s.psn_no, s.fixmedins_code, s.stay
            FROM src_diagnosis t
            JOIN (SELECT s.*, v.mdtrt_id FROM medsup_stay s CROSS JOIN LATERAL unnest(s.visits) v (mdtrt_id)) s
              ON s.mdtrt_id = t.mdtrt_id
            WHERE t.vali_flag IS DISTINCT FROM '0'
              AND medsup.try_icd10(t.diag_code) OPERATOR(medsup.<@) %L::medsup.icd10multirange$q$,
            medsup.icd10_set(this.diagnoses)), NULL)::medsup.provider_query;
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.stay_queries(jsonb, jsonb, jsonb) IS 'stays as chains, and which of them have a diagnosis of an infection';

CREATE FUNCTION medsup.stay_figure_query(fences jsonb, read_from timestamp, read_to timestamp) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN format($q$
        SELECT r.rule_code, date_trunc('month', s.endtime) AS month, s.fixmedins_code, s.dept, s.doctor, 'inpatient' AS setting,
            count(*) FILTER (WHERE CASE r.figure WHEN 'infection' THEN s.infected
                                   ELSE s.plan = ANY (r.unplanned) AND s.next_begin::date - s.endtime::date <= r.days END)::numeric AS numerator,
            count(*)::numeric AS denominator,
            count(*) FILTER (WHERE r.figure = 'readmission' AND s.next_begin::date - s.endtime::date <= r.days
                             AND (s.plan = ANY (r.planned || r.unplanned)) IS NOT TRUE)::numeric AS unclassified, 0::numeric AS unreadable
        FROM (
            SELECT s.*, %1$s AS infected,
                lead(s.begntime) OVER (PARTITION BY s.psn_no, s.fixmedins_code ORDER BY s.stay) AS next_begin
            FROM medsup_stay s
        ) s
        CROSS JOIN (SELECT DISTINCT f.rule_code, f.figure, f.days, f.planned, f.unplanned
                    FROM medsup_fence f WHERE f.figure IN ('infection', 'readmission')) r
        WHERE s.endtime >= %2$L AND s.endtime < %3$L
        GROUP BY 1, 2, 3, 4, 5$q$,
        CASE WHEN EXISTS (SELECT FROM jsonb_array_elements(fences) f WHERE f ->> 'figure' = 'infection')
             THEN 'EXISTS (SELECT FROM medsup_infected i
                           WHERE i.psn_no = s.psn_no AND i.fixmedins_code = s.fixmedins_code AND i.stay = s.stay)' ELSE 'false' END,
        read_from, read_to);
END
$$;
COMMENT ON FUNCTION medsup.stay_figure_query(jsonb, timestamp, timestamp) IS
    'discharges, hospital infections and unplanned readmissions of all indicators among the fences, over chains of stays';
