-- The conformance kit: for each rule, claims that breach it and claims that only
-- just do not, each with a small book of its own and the figures worked out by
-- hand from docs/rulebook.md.  It judges the evaluator, not what a bureau loaded.

CREATE FUNCTION medsup.compile_book(content jsonb) RETURNS bytea
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 10000
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'medsup_compile_book';
COMMENT ON FUNCTION medsup.compile_book(jsonb)
    IS 'a compiled book of the rows given: lists rule, entry, code, map, param with the columns of the views medsup.publishable_*';

-- The files of test/data/conformance, one a rule; make appends them to the script.
CREATE TABLE medsup.conformance_file (
    rule_code text PRIMARY KEY,
    content   jsonb NOT NULL
);
COMMENT ON TABLE medsup.conformance_file IS 'conformance cases as shipped, one file a rule (docs/conformance.md)';
COMMENT ON COLUMN medsup.conformance_file.rule_code IS 'the rule that its cases are about';
COMMENT ON COLUMN medsup.conformance_file.content IS 'the file: book, claim and cases';

-- A file says once what its cases have in common.
CREATE VIEW medsup.conformance_case AS
SELECT f.rule_code, c.n::int AS case_no, c.item OPERATOR(pg_catalog.->>) 'name' AS case_name,
       c.item OPERATOR(pg_catalog.->>) 'name_zh' AS case_name_zh,
       CASE pg_catalog.jsonb_typeof(f.content OPERATOR(pg_catalog.->) 'entries') WHEN 'object'
           THEN (f.content OPERATOR(pg_catalog.->) 'entries') OPERATOR(pg_catalog.||) COALESCE(c.item OPERATOR(pg_catalog.->) 'entries', '{}')
           ELSE COALESCE(c.item OPERATOR(pg_catalog.->) 'entries', f.content OPERATOR(pg_catalog.->) 'entries') END AS entries,
       COALESCE(f.content OPERATOR(pg_catalog.->) 'params', '{}') OPERATOR(pg_catalog.||) COALESCE(c.item OPERATOR(pg_catalog.->) 'params', '{}') AS params,
       COALESCE(f.content OPERATOR(pg_catalog.->) 'maps', '[]') AS maps,
       COALESCE(c.item OPERATOR(pg_catalog.->) 'exceptions', '[]') AS exceptions,
       f.content OPERATOR(pg_catalog.->) 'claim' AS base,
       COALESCE(c.item OPERATOR(pg_catalog.->) 'claim', '{}') AS claim,
       COALESCE(c.item OPERATOR(pg_catalog.->) 'findings', '[]') AS findings,
       c.item OPERATOR(pg_catalog.->) 'outcomes' AS outcomes
FROM medsup.conformance_file f
CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(f.content OPERATOR(pg_catalog.->) 'cases') WITH ORDINALITY c (item, n);
COMMENT ON VIEW medsup.conformance_case IS 'conformance cases, one row a case: its entries, parameters and claim, and what is expected';

CREATE FUNCTION medsup.conformance_book(rule_code text, entries jsonb, params jsonb, maps jsonb, exceptions jsonb) RETURNS bytea
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED STRICT COST 20000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- the rule as the catalogue ships it, dictionaries and exceptions as shipped and
    -- what the case adds to them or switches on: nothing local
    RETURN medsup.compile_book(jsonb_strip_nulls(jsonb_build_object(
        'rule', (SELECT jsonb_agg(to_jsonb(r) || '{"stage": "事后"}') FROM medsup.rule r WHERE r.rule_code = conformance_book.rule_code),
        'entry', (SELECT jsonb_agg(jsonb_build_object('rule_code', rule_code, 'entry_code', rule_code || '-' || n) || (e - 'codes'))
                  FROM jsonb_array_elements(entries) WITH ORDINALITY x (e, n)),
        'code', (SELECT jsonb_agg(jsonb_build_object('entry_code', coalesce(e ->> 'entry_code', rule_code || '-' || n), 'role', k.role, 'code', c))
                 FROM jsonb_array_elements(entries) WITH ORDINALITY x (e, n)
                 CROSS JOIN LATERAL jsonb_each(e -> 'codes') k (role, codes)
                 CROSS JOIN LATERAL jsonb_array_elements(k.codes) c),
        'map', (SELECT jsonb_agg(jsonb_build_object('map', m.map, 'key', m.key, 'value', m.value)) FROM (
                    SELECT 'level' AS map, l.hosp_lv AS key, l.level::text AS value FROM medsup.level_map l WHERE l.origin = 'national'
                    UNION ALL SELECT 'setting', s.med_type, s.setting FROM medsup.setting_map s WHERE s.origin = 'national'
                    UNION ALL SELECT 'insurance', i.insutype, i.class FROM medsup.insurance_map i WHERE i.origin = 'national'
                    UNION ALL SELECT 'clr_way', c.clr_way, c.method FROM medsup.clr_way_map c WHERE c.origin = 'national'
                    UNION ALL SELECT x ->> 'map', x ->> 'key', x ->> 'value' FROM jsonb_array_elements(maps) x) m
                WHERE m.value IS NOT NULL),
        'exception', (SELECT jsonb_agg(jsonb_build_object('exception_code', x.exception_code, 'name_zh', x.name_zh, 'name_en', x.name_en,
                                           'rule_codes', x.rule_codes, 'condition', x.condition)
                                       ORDER BY x.exception_code COLLATE "C")
                      FROM medsup.exception x
                      WHERE x.origin = 'national' AND coalesce(conformance_book.rule_code = ANY (x.rule_codes), true)
                        AND (x.enabled OR exceptions ? x.exception_code)),
        'param', (SELECT jsonb_agg(jsonb_build_object('name', p.name, 'value', p.value)) FROM jsonb_each_text(params) p (name, value)))));
END
$$;
COMMENT ON FUNCTION medsup.conformance_book(text, jsonb, jsonb, jsonb, jsonb) IS 'the small book of a conformance case';

-- A case's records over those of its file: a list takes the place of a list, each
-- of its records is put over the first one of the file's list.  Lines are
-- numbered and multiplied out where they do not say it themselves.
CREATE FUNCTION medsup.conformance_claim(base jsonb, claim jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 2000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result jsonb := base || claim;
    part text;
BEGIN
    result := result || jsonb_build_object('person', coalesce(base -> 'person', '{}') || coalesce(claim -> 'person', '{}'));
    FOR part IN SELECT k FROM jsonb_each(result) e (k, v) WHERE jsonb_typeof(e.v) = 'array' LOOP
        result := jsonb_set(result, ARRAY[part], coalesce((
            SELECT jsonb_agg(CASE WHEN part IN ('lines', 'fee_line') THEN
                    jsonb_build_object('feedetl_sn', 'L' || n)
                    || jsonb_build_object('det_item_fee_sumamt', (l.line ->> 'cnt')::numeric * (l.line ->> 'pric')::numeric)
                    || jsonb_build_object('inscp_amt', coalesce((l.line ->> 'det_item_fee_sumamt')::numeric, (l.line ->> 'cnt')::numeric * (l.line ->> 'pric')::numeric))
                    || l.line ELSE l.line END ORDER BY n)
            FROM jsonb_array_elements(result -> part) WITH ORDINALITY x (item, n)
            CROSS JOIN LATERAL (SELECT coalesce(base -> part -> 0, '{}') || x.item) l (line)), '[]'));
    END LOOP;
    RETURN result;
END
$$;
COMMENT ON FUNCTION medsup.conformance_claim(jsonb, jsonb) IS 'the claim of a conformance case: its records put over those of its file';

CREATE FUNCTION medsup.conformance()
RETURNS TABLE (rule_code text, case_name text, ok boolean, detail text)
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED CALLED ON NULL INPUT COST 1000000 ROWS 600
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c medsup.conformance_case;
    found jsonb;
    outcomes jsonb;
    wrong text;
BEGIN
    FOR c IN SELECT x.* FROM medsup.conformance_case x ORDER BY x.rule_code COLLATE "C", x.case_no LOOP
        rule_code := c.rule_code;
        case_name := c.case_name;
        BEGIN
            IF jsonb_typeof(c.entries) = 'object' THEN
                SELECT p.* INTO found, outcomes
                FROM medsup.judge_provider_case(medsup.conformance_setting(c.rule_code, c.entries, c.maps),
                                                medsup.conformance_claim(c.base, c.claim)) p;
            ELSE
                WITH claim AS MATERIALIZED (
                    SELECT medsup.conformance_claim(c.base, c.claim) AS j
                ), v AS MATERIALIZED (
                    SELECT e.* FROM claim CROSS JOIN LATERAL medsup.evaluate(
                        medsup.conformance_book(c.rule_code, c.entries, c.params, c.maps, c.exceptions), NULL, NULL,
                        medsup.claim_rows(j, 'encounters', NULL::medsup.claim_encounter),
                        medsup.claim_rows(j, 'settlements', NULL::medsup.claim_settlement),
                        medsup.claim_rows(j, 'lines', NULL::medsup.claim_fee_line),
                        medsup.claim_rows(j, 'diagnoses', NULL::medsup.claim_diagnosis),
                        medsup.claim_rows(j, 'operations', NULL::medsup.claim_operation),
                        medsup.claim_rows(j, 'registrations', NULL::medsup.claim_registration)) e
                )
                SELECT
                    (SELECT coalesce(jsonb_agg(jsonb_build_object('line', nullif(v.feedetl_sn, ''), 'visit', v.mdtrt_id, 'entry', v.entry_code, 'excess', v.excess,
                            'limit', v.limit_value, 'actual', v.actual_value, 'vola_amt', v.vola_amt, 'vola_amt_max', v.vola_amt_max,
                            'fund_amt', v.fund_amt, 'method', v.fund_method, 'note', v.note, 'result_type', v.result_type, 'provisional', v.provisional)
                            ORDER BY v.mdtrt_id COLLATE "C", v.feedetl_sn COLLATE "C", v.entry_code COLLATE "C", v.window_start), '[]')
                     FROM v WHERE v.what = 'F'),
                    (SELECT coalesce(jsonb_object_agg(t.outcome, t.lines), '{}')
                     FROM (SELECT concat_ws(' ', w.outcome, w.reason) AS outcome, sum(w.lines) AS lines FROM v w
                           WHERE w.what = 'T' AND (w.rule_code IS NOT NULL OR w.outcome = 'skipped') GROUP BY 1) t)
                INTO found, outcomes;
            END IF;
            wrong := concat_ws('; ',
                CASE WHEN jsonb_array_length(found) <> jsonb_array_length(c.findings)
                          OR EXISTS (SELECT FROM jsonb_array_elements(c.findings) WITH ORDINALITY w (f, n) WHERE NOT coalesce(found -> (n - 1)::int @> f, false))
                     THEN format('findings expected %s, found %s', c.findings, found) END,
                CASE WHEN outcomes <> c.outcomes THEN format('outcomes expected %s, found %s', c.outcomes, outcomes) END);
        EXCEPTION
            WHEN query_canceled THEN RAISE;
            WHEN OTHERS THEN wrong := format('error %s: %s', SQLSTATE, SQLERRM);
        END;
        ok := wrong = '';
        detail := nullif(wrong, '');
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION medsup.conformance() IS 'every shipped case through compiler and evaluator, one row a case; detail says what differs';
