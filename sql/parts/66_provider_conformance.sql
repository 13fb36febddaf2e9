-- Conformance cases of rules over providers: the queries of the run as one
-- statement over the rows of the case.  Neither bound sources, nor tables of the
-- bureau, nor temporary ones are touched, so that it runs on a hot standby too.

-- What a case sets, over dictionaries and indicators as shipped.
CREATE FUNCTION medsup.conformance_setting(rule_code text, entries jsonb, maps jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 1000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT coalesce(jsonb_object_agg(l.list, (
                   SELECT jsonb_agg(jsonb_build_object('rule_code', rule_code,
                              CASE l.list WHEN 'indicator_fence' THEN 'fence_code' ELSE 'check_code' END, rule_code || '-' || x.n) || x.item)
                   FROM jsonb_array_elements(l.items) WITH ORDINALITY x (item, n))), '{}')
        FROM jsonb_each(entries) l (list, items)
    ) || jsonb_build_object(
        'indicator', (SELECT jsonb_agg(i) FROM medsup.indicator i WHERE i.origin = 'national' AND i.rule_code IS NOT NULL),
        'map', (SELECT jsonb_agg(jsonb_build_object('map', m.map, 'key', m.key, 'value', m.value)) FROM (
                    SELECT 'setting' AS map, s.med_type AS key, s.setting AS value FROM medsup.setting_map s WHERE s.origin = 'national'
                    UNION ALL SELECT 'fee_class', f.med_chrgitm_type, f.fee_class FROM medsup.fee_class_map f WHERE f.origin = 'national'
                    UNION ALL SELECT 'level', l.hosp_lv, l.level::text FROM medsup.level_map l WHERE l.origin = 'national'
                    UNION ALL SELECT x ->> 'map', x ->> 'key', x ->> 'value' FROM jsonb_array_elements(maps) x) m));
END
$$;
COMMENT ON FUNCTION medsup.conformance_setting(text, jsonb, jsonb) IS
    'what a conformance case of a rule over providers is judged by, in the form of medsup.provider_setting';

CREATE FUNCTION medsup.judge_provider_case(setting jsonb, claim jsonb, OUT findings jsonb, OUT outcomes jsonb)
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 100000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    columns jsonb;
    sources text;
    q medsup.provider_query;
    queries text[] := '{}';
    hits text[] := ARRAY['SELECT NULL::medsup.provider_hit AS h WHERE false'];
    tallies text[] := ARRAY['SELECT NULL AS outcome, NULL AS reason, 0::bigint AS subjects WHERE false'];
BEGIN
    -- the case's lists under the names and types of the source views; one that it
    -- does not have is a source that is there and empty
    SELECT jsonb_object_agg(k.kind, k.names) FILTER (WHERE claim ? k.kind),
        string_agg(format('src_%s AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(coalesce($1 -> %L, ''[]'')) t (%s))', k.kind, k.kind, k.defs), ', ')
    INTO columns, sources
    FROM (SELECT c.kind, jsonb_agg(c.column_name) AS names,
              string_agg(format('%I %s', c.column_name, CASE c.reads WHEN 'time' THEN 'timestamp' WHEN 'number' THEN 'numeric'
                                                                     WHEN 'object' THEN 'jsonb' ELSE 'text' END), ', ' ORDER BY c.ordinal) AS defs
          FROM medsup.source_column c
          WHERE c.kind IN ('encounter', 'settlement', 'fee_line', 'diagnosis', 'provider', 'trace_code', 'stock_move')
          GROUP BY c.kind) k;
    FOR q IN
        SELECT * FROM medsup.bill_query()
        UNION ALL
        SELECT * FROM medsup.provider_queries(setting, columns, (claim #>> '{period,from}')::timestamp, (claim #>> '{period,to}')::timestamp)
    LOOP
        CASE q.name
        WHEN 'hit' THEN
            hits := hits || format('SELECT ROW(q.*)::medsup.provider_hit AS h FROM (%s) q', q.query);
        WHEN 'tally' THEN
            tallies := tallies || format('SELECT q.outcome, q.reason, q.subjects FROM (%s) q', q.query);
        ELSE
            queries := queries || format('%I AS MATERIALIZED (%s)', q.name, q.query);
        END CASE;
    END LOOP;
    EXECUTE format($q$
        WITH %s, %s
        SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('entry', (x.h).entry_code, 'subject', (x.h).subject, 'window', (x.h).window_start::date,
                    'limit', (x.h).limit_value, 'actual', (x.h).actual_value, 'excess', (x.h).excess, 'measure', (x.h).measure,
                    'vola_amt', (x.h).vola_amt, 'vola_amt_max', (x.h).vola_amt_max, 'note', (x.h).note, 'provisional', (x.h).provisional)
                    ORDER BY (x.h).entry_code COLLATE "C", (x.h).subject COLLATE "C", (x.h).window_start), '[]')
                FROM (%s) x),
            (SELECT coalesce(jsonb_object_agg(t.outcome, t.subjects), '{}')
             FROM (SELECT concat_ws(' ', u.outcome, u.reason) AS outcome, sum(u.subjects) AS subjects FROM (%s) u GROUP BY 1) t)$q$,
        sources, array_to_string(queries, ', '), array_to_string(hits, ' UNION ALL '), array_to_string(tallies, ' UNION ALL '))
    INTO findings, outcomes USING claim;
END
$$;
COMMENT ON FUNCTION medsup.judge_provider_case(jsonb, jsonb) IS
    'findings and counts of the rules over providers by these settings over the rows of a conformance case';
