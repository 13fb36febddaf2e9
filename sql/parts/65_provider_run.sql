-- Running the rules over providers, and proving what they found.  Their findings
-- stand beside those of persons, in the same table and with the same life: no
-- person, no anchor line; the first item of the evidence says who they are about.

CREATE FUNCTION medsup.figure_hash(figure jsonb) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 50
BEGIN ATOMIC
    SELECT pg_catalog.sha256(pg_catalog.string_agg(
        medsup.digest_field(f.key) OPERATOR(pg_catalog.||) medsup.digest_field(f.value), ''::bytea ORDER BY f.key COLLATE "C"))
    FROM pg_catalog.jsonb_each_text(figure) f;
END;
COMMENT ON FUNCTION medsup.figure_hash(jsonb) IS
    'SHA-256 of a row of figures in the evidence: names and values by name, as digests take fields';

CREATE FUNCTION medsup.digest_time(value timestamp) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT pg_catalog.to_char(value, 'YYYY-MM-DD HH24:MI:SS') OPERATOR(pg_catalog.||)
        CASE WHEN value OPERATOR(pg_catalog.<>) pg_catalog.date_trunc('second', value)
             THEN pg_catalog.rtrim(pg_catalog.to_char(value, '.US'), '0') ELSE '' END;
END;
COMMENT ON FUNCTION medsup.digest_time(timestamp) IS 'a time as digests take it';

CREATE FUNCTION medsup.provider_digest(v medsup.verdict) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 500
BEGIN ATOMIC
    SELECT pg_catalog.sha256(
        (SELECT pg_catalog.string_agg(medsup.digest_field(x.value), ''::bytea ORDER BY x.n)
         FROM pg_catalog.unnest(ARRAY[(v).result_type, CASE WHEN (v).provisional THEN 't' ELSE 'f' END, (v).note,
            medsup.digest_time((v).window_end), medsup.digest_time((v).act_from), medsup.digest_time((v).act_to),
            (v).measure, (v).limit_value, (v).actual_value, (v).unit, pg_catalog.trim_scale((v).excess)::text,
            pg_catalog.trim_scale((v).vola_amt)::text, pg_catalog.trim_scale((v).vola_amt_max)::text, NULL, NULL, (v).fund_method,
            (v).formula, NULL, (v).fixmedins_code, (v).hosp_lv, NULL, (v).fix_blng_admdvs, NULL, NULL, NULL,
            (v).bilg_dept_codg, (v).bilg_dr_codg, medsup.digest_time((v).period_time), (v).clause, (v).basis, (v).basis_no,
            pg_catalog.to_char((v).valid_from, 'YYYY-MM-DD'), pg_catalog.to_char((v).valid_to, 'YYYY-MM-DD'),
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL]) WITH ORDINALITY x (value, n))
        OPERATOR(pg_catalog.||)
        (SELECT pg_catalog.string_agg(medsup.digest_field(e.item ->> 'role') OPERATOR(pg_catalog.||) medsup.digest_field(e.item ->> 'hash'),
                                      ''::bytea ORDER BY e.n)
         FROM pg_catalog.jsonb_array_elements((v).evidence) WITH ORDINALITY e (item, n)));
END;
COMMENT ON FUNCTION medsup.provider_digest(medsup.verdict) IS
    'content digest of a finding about a provider: the same fields as that of a line (docs/formats.md), the evidence by role and hash';

CREATE FUNCTION medsup.bound_columns() RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 1000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_object_agg(v.kind, v.names), '{}')
            FROM (SELECT substr(c.relname, 5) AS kind, jsonb_agg(a.attname) AS names
                  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                  WHERE c.relnamespace = 'medsup'::regnamespace AND c.relkind = 'v' AND c.relname ~ '^src_'
                  GROUP BY c.relname) v);
END
$$;
COMMENT ON FUNCTION medsup.bound_columns() IS 'the columns of each source view that there is, by kind';

-- Sources stand before the query under the names it knows them by.
CREATE FUNCTION medsup.lay_provider_query(q medsup.provider_query, run_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 1000000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    statement text;
BEGIN
    SELECT coalesce('WITH ' || string_agg(format('%I AS NOT MATERIALIZED (SELECT * FROM medsup.%I)', m.source, m.source), ', ') || ' ', '')
    INTO statement
    FROM (SELECT DISTINCT x[1] AS source FROM regexp_matches(q.query, '\m(src_[a-z_]+)\M', 'g') x) m;
    PERFORM medsup.quiet_log();
    CASE q.name
    WHEN 'hit' THEN
        EXECUTE format('INSERT INTO pg_temp.medsup_hit %sSELECT * FROM (%s) q', statement, q.query);
    WHEN 'tally' THEN
        EXECUTE format('INSERT INTO medsup.provider_tally (run, rule_code, entry_code, window_start, peer_group, outcome, reason, subjects)
                        %sSELECT %s, q.* FROM (%s) q', statement, run_id, q.query);
    ELSE
        EXECUTE format('CREATE TEMPORARY TABLE %I ON COMMIT DROP AS %sSELECT * FROM (%s) q', q.name, statement, q.query);
        IF q.index_on IS NOT NULL THEN
            EXECUTE format('CREATE INDEX ON pg_temp.%I (%s)', q.name, q.index_on);
        END IF;
        EXECUTE format('ANALYZE pg_temp.%I', q.name);
    END CASE;
END
$$;
COMMENT ON FUNCTION medsup.lay_provider_query(medsup.provider_query, bigint) IS
    'run one query of medsup.provider_queries over the bound sources: hits and tallies into their tables, others into a temporary one';

CREATE FUNCTION medsup.provider_step(run_id bigint) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 1000000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    this medsup.run;
    began timestamptz := clock_timestamp();
    from_t timestamp;
    to_t timestamp;
    data_from timestamp;
    data_to timestamp;
    ready boolean := EXISTS (SELECT FROM medsup.provider_rules() p WHERE p.state = 'ready');
    put record;
    shut bigint;
    money record;
    state text;
    message text;
    step_status text := 'failed';
BEGIN
    SELECT r.* INTO STRICT this FROM medsup.run r WHERE r.run = run_id;
    IF this.status <> 'running' THEN
        RETURN false;
    END IF;
    -- figures of providers are of all their lines
    IF num_nonnulls(this.institutions, this.rules, this.med_types) > 0 OR this.by_occurrence THEN
        RETURN true;
    END IF;
    BEGIN
        CREATE TEMPORARY TABLE medsup_hit OF medsup.provider_hit ON COMMIT DROP;
        IF ready THEN
            PERFORM medsup.lay_provider_query(medsup.bill_query(), run_id);
            -- whole calendar units of the period that are over; without a period, of the data
            SELECT min(b.setl_time), max(b.setl_time) INTO data_from, data_to FROM pg_temp.medsup_bill b;
            from_t := coalesce(this.period_from, date_trunc('year', data_from));
            to_t := least(coalesce(this.period_to, date_trunc('month', data_to) + interval '1 month'),
                          (now() AT TIME ZONE medsup.civil_zone()));
            IF from_t < to_t THEN
                PERFORM medsup.lay_provider_query(q, run_id)
                FROM medsup.provider_queries(medsup.provider_setting(), medsup.bound_columns(), from_t, to_t) q;
            ELSE
                PERFORM medsup.lay_provider_query(medsup.institution_query('{}', 'src_encounter'), run_id);
            END IF;
        END IF;

        CREATE TEMPORARY TABLE medsup_staged (LIKE medsup.verdict) ON COMMIT DROP;
        IF ready THEN
            INSERT INTO pg_temp.medsup_staged
            SELECT (q.verdict).*
            FROM (SELECT jsonb_populate_record(NULL::medsup.verdict, jsonb_build_object(
                'what', 'F', 'rule_code', e.rule_code, 'entry_code', h.entry_code, 'kind', h.kind,
                -- figures are never proof
                'result_type', '可疑', 'provisional', h.provisional, 'note', h.note,
                'scope', h.scope, 'window_start', h.window_start, 'window_end', h.window_end,
                'act_from', h.act_from, 'act_to', h.act_to, 'period_time', h.period_time,
                'measure', h.measure, 'limit_value', h.limit_value::text, 'actual_value', h.actual_value::text, 'unit', h.unit,
                'excess', h.excess, 'vola_amt', h.vola_amt, 'vola_amt_max', h.vola_amt_max, 'fund_method', 'provider', 'formula', h.formula,
                'mdtrt_id', '', 'feedetl_sn', '', 'fixmedins_code', h.fixmedins_code, 'hosp_lv', i.hosp_lv,
                'fix_blng_admdvs', i.fix_blng_admdvs, 'bilg_dept_codg', h.dept, 'bilg_dr_codg', h.doctor,
                'clause', t.clause, 'basis', coalesce(t.basis, e.note), 'basis_no', t.basis_no,
                'valid_from', e.valid_from, 'valid_to', e.valid_to,
                'finding_id', medsup.finding_id(e.rule_code, h.entry_code, h.subject, h.scope, h.window_start, '', ''),
                'evidence', (SELECT jsonb_agg(x.item || jsonb_build_object('hash', encode(medsup.figure_hash(x.item -> 'row'), 'hex')) ORDER BY x.n)
                             FROM jsonb_array_elements(h.evidence) WITH ORDINALITY x (item, n)))) AS verdict
            FROM pg_temp.medsup_hit h
            JOIN medsup.provider_entry e ON e.entry_code = h.entry_code
            JOIN medsup.rule_text t ON t.rule_code = e.rule_code
            LEFT JOIN pg_temp.medsup_institution i ON i.fixmedins_code = h.fixmedins_code
            OFFSET 0) q;
        END IF;
        UPDATE pg_temp.medsup_staged s SET content_digest = medsup.provider_digest(ROW(s.*)::medsup.verdict);

        SELECT * INTO put FROM medsup.record_findings(run_id, this.rulebook, this.rulebook_digest,
            'pg_temp.medsup_staged', NULL, this.period_from, this.period_to);
        -- what no longer shows in the period
        UPDATE medsup.finding f
        SET status = 'closed', changed_run = run_id,
            closed_reason = CASE WHEN EXISTS (SELECT FROM medsup.provider_rules() p WHERE p.entry_code = f.entry_code AND p.state = 'ready')
                                 THEN 'not_reproduced' ELSE 'not_in_book' END
        WHERE f.psn_no IS NULL AND f.status <> 'closed' AND f.origin = 'audit'
          AND coalesce(coalesce(f.window_start, f.period_time) >= coalesce(from_t, this.period_from), true)
          AND coalesce(coalesce(f.window_end, f.period_time) <= coalesce(to_t, this.period_to), true)
          AND NOT EXISTS (SELECT FROM pg_temp.medsup_staged s WHERE s.finding_id = f.finding_id);
        GET DIAGNOSTICS shut = ROW_COUNT;
        SELECT coalesce(sum(s.vola_amt), 0) AS vola INTO money
        FROM pg_temp.medsup_staged s JOIN medsup.finding f ON f.finding_id = s.finding_id AND f.status = 'open';
        UPDATE medsup.run r SET
            partitions_done = CASE r.kind WHEN 'provider' THEN r.partitions ELSE r.partitions_done END,
            findings = r.findings + put.opened + put.changed + put.reopened + put.kept,
            opened = r.opened + put.opened, changed = r.changed + put.changed, reopened = r.reopened + put.reopened,
            kept = r.kept + put.kept, closed = r.closed + shut, exempt = r.exempt + put.exempt, vola_amt = r.vola_amt + money.vola
        WHERE r.run = run_id;
        step_status := 'done';
    EXCEPTION
        WHEN query_canceled THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
            step_status := 'cancelled';
        WHEN others THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    END;

    IF step_status = 'done' THEN
        IF ready THEN
            RAISE NOTICE 'run %: rules over providers, % findings, % s', run_id, put.opened + put.changed + put.reopened + put.kept,
                round(extract(epoch FROM clock_timestamp() - began), 1);
        END IF;
        RETURN true;
    END IF;
    UPDATE medsup.run r SET status = step_status, finished_at = clock_timestamp(), sqlstate = state,
        error = format('rules over providers: %s', medsup.error_text(state, message))
    WHERE r.run = run_id;
    RETURN false;
END
$$;
COMMENT ON FUNCTION medsup.provider_step(bigint) IS
    'judge and record the rules over providers of a run; false when that failed, which the ledger then says';

-- Procedures that commit have no SET clause and qualify everything.
CREATE PROCEDURE medsup.run_provider_rules(period_from timestamp DEFAULT NULL, period_to timestamp DEFAULT NULL, label text DEFAULT NULL)
    LANGUAGE plpgsql
AS $$
DECLARE
    this bigint;
BEGIN
    COMMIT;
    IF period_from IS NULL AND period_to IS NULL THEN
        this := medsup.run_begin('provider', NULL, label, 1, resume => false);
    ELSE
        this := medsup.run_begin('provider', pg_catalog.tsrange(period_from, period_to), label, 1, resume => false);
    END IF;
    COMMIT;
    PERFORM medsup.provider_step(this);
    COMMIT;
    PERFORM medsup.run_end(this);
    COMMIT;
    PERFORM medsup.run_report(this);
END
$$;
COMMENT ON PROCEDURE medsup.run_provider_rules(timestamp, timestamp, text) IS
    'judge the rules over providers for the whole calendar units of a period, NULL = all, without auditing lines; medsup.run_audit and nightly do so at their end';

-- ---------------------------------------------------------------- proof ----
CREATE FUNCTION medsup.verify_provider_finding(finding_id bytea, OUT ok boolean, OUT why text) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    f medsup.finding;
    r jsonb;
    bad text[] := '{}';
    beyond text;
    sorted numeric[];
    n bigint;
    m bigint;
    first_at timestamp;
    last_at timestamp;
    value numeric;
    fence numeric;
BEGIN
    SELECT q.* INTO f FROM medsup.finding q WHERE q.finding_id = verify_provider_finding.finding_id AND q.psn_no IS NULL;
    IF NOT FOUND THEN
        ok := false;
        why := 'there is no such finding';
        RETURN;
    END IF;
    r := f.evidence -> 0 -> 'row';
    IF (CASE WHEN f.origin IN ('score', 'gathering') THEN medsup.review_finding_id(f.rule_code, f.entry_code, r ->> 'subject', f.window_start, f.window_end)
             ELSE medsup.finding_id(f.rule_code, f.entry_code, r ->> 'subject', f.scope, f.window_start, f.mdtrt_id, f.feedetl_sn) END) IS DISTINCT FROM f.finding_id THEN
        bad := bad || 'the id does not belong to rule, entry, subject and window'::text;
    END IF;
    SELECT count(*) INTO n FROM jsonb_array_elements(f.evidence) e
    WHERE encode(medsup.figure_hash(e -> 'row'), 'hex') IS DISTINCT FROM e ->> 'hash';
    IF n > 0 THEN
        bad := bad || format('%s rows of the evidence are not what they were', n);
    END IF;
    IF medsup.provider_digest(jsonb_populate_record(NULL::medsup.verdict, to_jsonb(f))) IS DISTINCT FROM f.content_digest THEN
        bad := bad || 'figures and evidence do not make the digest'::text;
    END IF;

    CASE f.evidence -> 0 ->> 'what'
    WHEN 'indicator' THEN
        value := round(((r ->> 'numerator')::numeric + CASE r ->> 'direction' WHEN 'low' THEN coalesce((r ->> 'unclassified')::numeric, 0) ELSE 0 END)
                       / nullif((r ->> 'denominator')::numeric, 0), 6);
        SELECT array_agg(v::numeric ORDER BY v::numeric) INTO sorted
        FROM jsonb_array_elements(f.evidence) e CROSS JOIN LATERAL jsonb_array_elements_text(e -> 'row' -> 'values') v
        WHERE e ->> 'what' = 'peers';
        fence := medsup.fence_value(r ->> 'method', (r ->> 'method_value')::numeric, r ->> 'direction', sorted, (r ->> 'value_before')::numeric);
        IF fence IS NULL AND (r ->> 'peers')::int > 200 THEN
            fence := (r ->> 'fence')::numeric;
            beyond := format('the fence rests on %s peers, whose values are not in the evidence', r ->> 'peers');
        END IF;
        IF sorted IS NOT NULL AND value <> ALL (sorted) THEN
            bad := bad || 'the subject is not among its peers'::text;
        END IF;
        beyond := concat_ws('; ', beyond, 'numerator and denominator are sums over the sources');
    WHEN 'stock' THEN
        value := (r ->> 'settled')::numeric;
        fence := greatest((r ->> 'opening')::numeric + (r ->> 'in')::numeric - (r ->> 'out')::numeric, 0);
        fence := fence + (r ->> 'tolerance_cnt')::numeric + (r ->> 'tolerance_share')::numeric * fence;
        beyond := 'stock and settled quantity are sums over the sources';
    WHEN 'counter' THEN
        fence := (r ->> 'limit')::numeric;
        SELECT CASE f.measure WHEN 'lines' THEN count(*) FILTER (WHERE e.net_cnt > 0)
                              WHEN 'persons' THEN count(DISTINCT e.psn_no) FILTER (WHERE e.net_cnt > 0)
                              WHEN 'money' THEN sum(e.net_amt) ELSE sum(e.net_cnt) END, count(*)
        INTO value, n
        FROM jsonb_array_elements(f.evidence) i
        CROSS JOIN LATERAL jsonb_to_record(i -> 'row') e (psn_no text, net_cnt numeric, net_amt numeric)
        WHERE i ->> 'what' = 'line';
        IF n = 200 THEN
            value := CASE f.measure WHEN 'lines' THEN r ->> 'lines' WHEN 'persons' THEN r ->> 'persons'
                                    WHEN 'money' THEN r ->> 'money' ELSE r ->> 'quantity' END::numeric;
            beyond := 'the evidence shows the first 200 lines only';
        END IF;
    WHEN 'repetition' THEN
        fence := (r ->> 'at_least')::numeric - 1;
        SELECT count(DISTINCT (e -> 'row' ->> 'fixmedins_code', e -> 'row' ->> 'deal')), count(DISTINCT e -> 'row' ->> 'fixmedins_code'),
            min((e -> 'row' ->> 'sel_retn_time')::timestamp), max((e -> 'row' ->> 'sel_retn_time')::timestamp)
        INTO n, m, first_at, last_at
        FROM jsonb_array_elements(f.evidence) e WHERE e ->> 'what' = 'trace_code';
        value := n;
        IF n = 200 THEN
            value := (r ->> 'settlements')::numeric;
            beyond := 'the evidence shows the first 200 settlements only';
        ELSIF NOT medsup.is_trace_lead(r ->> 'lead', (r ->> 'at_least')::int, (r ->> 'span_days')::int, n, m, first_at, last_at) THEN
            bad := bad || 'the settlements in the evidence are no such lead'::text;
        END IF;
    WHEN 'boxes' THEN
        SELECT sum((e -> 'row' ->> 'cnt')::numeric), sum((e -> 'row' ->> 'codes')::numeric), count(*),
            sum(abs((e -> 'row' ->> 'cnt')::numeric - (e -> 'row' ->> 'codes')::numeric))
        INTO value, fence, n FROM jsonb_array_elements(f.evidence) e WHERE e ->> 'what' = 'line';
        IF n = 200 THEN
            value := (r ->> 'boxes')::numeric;
            fence := (r ->> 'codes')::numeric;
            beyond := 'the evidence shows the first 200 lines only';
        END IF;
    WHEN 'score' THEN
        SELECT sum((e -> 'row' ->> 'part')::numeric) INTO value FROM jsonb_array_elements(f.evidence) e WHERE e ->> 'what' = 'part';
        -- the limit is the highest score that was not chosen
        fence := f.limit_value::numeric;
        beyond := 'the parts rest on all peers, whose figures are not in the evidence';
    WHEN 'gathering' THEN
        SELECT count(DISTINCT e #>> '{row,psn_no}') INTO value FROM jsonb_array_elements(f.evidence) e WHERE e ->> 'what' = 'member';
        fence := 1;
        IF EXISTS (SELECT e #>> '{row,psn_no}' FROM jsonb_array_elements(f.evidence) e WHERE e ->> 'what' = 'visit'
                   EXCEPT SELECT e #>> '{row,psn_no}' FROM jsonb_array_elements(f.evidence) e WHERE e ->> 'what' = 'member') THEN
            bad := bad || 'the evidence has visits of others'::text;
        END IF;
        beyond := 'how likely it is by chance rests on all visits of the period';
    ELSE
        bad := bad || 'the evidence is of no known kind'::text;
    END CASE;
    IF value IS DISTINCT FROM f.actual_value::numeric OR fence IS DISTINCT FROM f.limit_value::numeric THEN
        bad := bad || format('the evidence gives %s against %s', trim_scale(value), trim_scale(fence));
    ELSIF f.measure <> 'boxes' AND abs(value - fence) <> f.excess THEN
        bad := bad || 'the excess is not their difference'::text;
    END IF;
    ok := bad = '{}';
    why := CASE WHEN ok THEN 'not proved by the evidence: ' || beyond ELSE array_to_string(bad, '; ') END;
END
$$;
COMMENT ON FUNCTION medsup.verify_provider_finding(bytea) IS
    'what medsup.verify_finding does for findings about providers: ok with a why says what the evidence cannot prove';

CREATE FUNCTION medsup.subject_text(f medsup.finding, lang text DEFAULT 'zh') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 50
BEGIN ATOMIC
    SELECT CASE WHEN (f).psn_no IS NULL THEN
        medsup.word('subject', pg_catalog.split_part(s.subject, ':', 1), lang) OPERATOR(pg_catalog.||) ' '
        OPERATOR(pg_catalog.||) pg_catalog.substr(s.subject, pg_catalog.strpos(s.subject, ':') OPERATOR(pg_catalog.+) 1) END
    FROM (SELECT (f).evidence OPERATOR(pg_catalog.#>>) '{0,row,subject}' AS subject) s;
END;
COMMENT ON FUNCTION medsup.subject_text(medsup.finding, text) IS
    'who a finding without a person is about: institution, department, doctor, drug of an institution, trace code; NULL: a person''s finding';

CREATE VIEW medsup.provider_finding AS
    SELECT f.finding_id, f.rule_code, f.entry_code, f.kind, f.evidence #>> '{0,row,subject}' AS subject,
        f.fixmedins_code, f.hosp_lv, f.bilg_dept_codg, f.bilg_dr_codg, f.scope, f.window_start, f.window_end,
        f.measure, f.limit_value, f.actual_value, f.excess, f.vola_amt, f.vola_amt_max, f.formula, f.note, f.provisional,
        f.evidence -> 0 -> 'row' AS figures, f.status, f.closed_reason, f.version, f.opened_at, f.changed_at
    FROM medsup.finding f
    WHERE f.psn_no IS NULL;
COMMENT ON VIEW medsup.provider_finding IS 'findings about providers with the figures they rest on';
