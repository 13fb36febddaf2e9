-- What goes out: findings under the columns of the national audit, and the
-- negative list, which tells everybody beforehand what is not to be done.

-- One row a line, as the national results have them; a finding without lines is
-- one row.  Role 1 is 违规项, 2 涉及项; refunds applied are neither.
CREATE VIEW medsup.finding_national AS
    SELECT f.finding_id, f.rule_code, r.name_zh AS rule_name,
        pg_catalog.left(medsup.explain(f), 500) AS vola_cont,
        COALESCE(l.vola_amt, CASE WHEN l.role IS NULL THEN f.vola_amt ELSE 0 END) AS vola_amt,
        f.result_type AS sev_deg,
        pg_catalog.left(pg_catalog.concat_ws('，', medsup.finding_clause(f), medsup.finding_basis(f)), 500) AS vola_evid,
        COALESCE(l.role, 1)::text AS vola_item_type,
        f.psn_no,
        COALESCE(l.mdtrt_id, f.mdtrt_id) AS mdtrt_id,
        COALESCE(l.feedetl_sn, f.feedetl_sn) AS feedetl_sn,
        l.med_list_codg, l.fee_ocur_time,
        CASE WHEN l.role IS NULL THEN f.fixmedins_code ELSE l.fixmedins_code END AS fixmedins_code,
        CASE WHEN l.role IS NULL THEN f.bilg_dept_codg ELSE l.bilg_dept_codg END AS bilg_dept_codg,
        CASE WHEN l.role IS NULL THEN f.bilg_dr_codg ELSE l.bilg_dr_codg END AS bilg_dr_codg,
        CASE WHEN l.role IS NULL THEN f.setl_id ELSE l.setl_id END AS setl_id, f.insu_admdvs, f.fix_blng_admdvs,
        f.vola_amt AS finding_vola_amt, f.fund_amt AS finding_fund_amt,
        r.disposal, medsup.finding_state(f) AS state, f.period_time
    FROM medsup.finding f
    LEFT JOIN medsup.rule_text r ON r.rule_code OPERATOR(pg_catalog.=) f.rule_code
    LEFT JOIN LATERAL (
        SELECT (e.line ->> 'role')::int AS role, e.line ->> 'mdtrt_id' AS mdtrt_id, e.line ->> 'feedetl_sn' AS feedetl_sn,
            e.line ->> 'med_list_codg' AS med_list_codg, (e.line ->> 'fee_ocur_time')::timestamp AS fee_ocur_time,
            (e.line ->> 'vola_amt')::numeric AS vola_amt, e.line ->> 'fixmedins_code' AS fixmedins_code,
            e.line ->> 'bilg_dept_codg' AS bilg_dept_codg, e.line ->> 'bilg_dr_codg' AS bilg_dr_codg, e.line ->> 'setl_id' AS setl_id
        FROM pg_catalog.jsonb_array_elements(f.evidence) e (line)
        WHERE f.psn_no IS NOT NULL AND NOT e.line OPERATOR(pg_catalog.?) 'what'
          AND e.line ->> 'role' OPERATOR(pg_catalog.=) ANY (ARRAY['1', '2'])
    ) l ON true;
COMMENT ON VIEW medsup.finding_national IS
    'findings by line under the national names: rule_code, rule_name, vola_cont, vola_amt, vola_evid, sev_deg, vola_item_type (1 违规项, 2 涉及项), psn_no, mdtrt_id, feedetl_sn, fixmedins_code, bilg_dr_codg';

CREATE TABLE medsup.problem_point (
    domain          text NOT NULL,
    edition         text NOT NULL,
    no              int,
    violation_type  text NOT NULL,
    text            text NOT NULL,
    note            text,
    rule_codes      text[],
    loaded_by       text NOT NULL DEFAULT SESSION_USER,
    loaded_at       timestamptz NOT NULL DEFAULT pg_catalog.now(),
    -- what has no number is known by its text
    CONSTRAINT problem_point_text_fits CHECK (pg_catalog.char_length(text) OPERATOR(pg_catalog.<=) 600)
);
COMMENT ON TABLE medsup.problem_point IS 'the published lists of typical problems (典型问题清单), edition by edition, as load_problem_list read them';
COMMENT ON COLUMN medsup.problem_point.domain IS 'field of medicine or kind of institution';
COMMENT ON COLUMN medsup.problem_point.edition IS 'edition of the list';
COMMENT ON COLUMN medsup.problem_point.no IS 'number in it; NULL: not numbered';
COMMENT ON COLUMN medsup.problem_point.violation_type IS 'kind of breach, as published';
COMMENT ON COLUMN medsup.problem_point.text IS 'what is not to be done, as published';
COMMENT ON COLUMN medsup.problem_point.note IS 'how sure the transcript is; NULL: as published';
COMMENT ON COLUMN medsup.problem_point.rule_codes IS 'rules by which it is found, as the bureau says';
COMMENT ON COLUMN medsup.problem_point.loaded_by IS 'who loaded it';
COMMENT ON COLUMN medsup.problem_point.loaded_at IS 'when';
CREATE UNIQUE INDEX problem_point_key ON medsup.problem_point (domain, edition, (COALESCE(no::text, text)));
COMMENT ON INDEX medsup.problem_point_key IS 'a problem is once in an edition';

CREATE FUNCTION medsup.load_problem_list() RETURNS int
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known CONSTANT text[] := '{domain,version,no,violation_type,text,note,rule_codes}';
    needed CONSTANT text[] := '{domain,version,violation_type,text}';
    header text[];
    wrong text;
    rows jsonb;
    bad int;
    n int;
BEGIN
    SELECT array_agg(btrim(h) ORDER BY k) INTO header
    FROM (SELECT medsup.csv_fields(ltrim(i.line, E'\uFEFF')) AS f FROM medsup.import_line i ORDER BY i.row_no LIMIT 1) x
    CROSS JOIN LATERAL unnest(x.f) WITH ORDINALITY u (h, k);
    IF header IS NULL THEN
        RAISE EXCEPTION 'there is no list to load'
            USING ERRCODE = 'MS101', DETAIL = 'The table medsup.import_line is empty.',
                  HINT = E'\\copy medsup.import_line (line) FROM ''problem_list.csv'' (FORMAT csv, DELIMITER E''\\x01'', QUOTE E''\\x02'')';
    END IF;
    SELECT string_agg(quote_literal(h), ', ') INTO wrong FROM unnest(header) h WHERE h <> ALL (known);
    IF wrong IS NOT NULL OR NOT header @> needed OR cardinality(header) <> (SELECT count(DISTINCT h) FROM unnest(header) h) THEN
        RAISE EXCEPTION 'the first line does not name the columns of a list of problems'
            USING ERRCODE = 'MS101', DETAIL = coalesce('Unknown: ' || wrong || '.', 'Each is named once, and domain, version, violation_type and text are needed.'),
                  HINT = 'It names domain, version, no, violation_type, text, note and rule_codes (separated by semicolons).';
    END IF;
    SELECT coalesce(jsonb_agg(jsonb_build_object('place', x.place, 'whole', x.f IS NOT NULL AND cardinality(x.f) = cardinality(header))
        || coalesce((SELECT jsonb_object_agg(c.name, nullif(btrim(c.value), '')) FROM unnest(header, x.f) c (name, value) WHERE c.name IS NOT NULL), '{}')
        ORDER BY x.place), '[]')
    INTO rows
    FROM (SELECT row_number() OVER (ORDER BY i.row_no) AS place, medsup.csv_fields(i.line) AS f FROM medsup.import_line i) x
    WHERE x.place > 1;

    WITH r AS (
        SELECT x.*, count(*) OVER (PARTITION BY x.domain, x.version, coalesce(x.no, x.text)) AS times
        FROM jsonb_to_recordset(rows) x (place int, whole boolean, domain text, version text, no text, violation_type text, text text, rule_codes text)
    ), problem AS (
        SELECT r.place, coalesce(
            CASE WHEN NOT r.whole THEN format('does not have the %s fields of the first line', cardinality(header)) END,
            (SELECT string_agg(c.name, ', ') || ' missing'
             FROM unnest(needed, ARRAY[r.domain, r.version, r.violation_type, r.text]) c (name, value) WHERE c.value IS NULL),
            CASE WHEN r.no !~ '^[1-9]\d{0,6}$' THEN format('no is "%s", not a number', left(r.no, 40)) END,
            CASE WHEN char_length(r.text) > 600 THEN format('text has %s characters, 600 are allowed', char_length(r.text)) END,
            CASE WHEN r.times > 1 THEN format('is in the list %s times', r.times) END,
            (SELECT format('unknown rule %s', string_agg(quote_literal(u.code), ', '))
             FROM unnest(string_to_array(r.rule_codes, ';')) u (code)
             WHERE NOT EXISTS (SELECT FROM medsup.rule q WHERE q.rule_code = btrim(u.code)) HAVING count(*) > 0)) AS what
        FROM r
    )
    SELECT count(*), string_agg(CASE WHEN p.k <= 20 THEN format('row %s: %s', p.place, p.what) END, E'\n' ORDER BY p.k)
    INTO bad, wrong
    FROM (SELECT q.*, row_number() OVER (ORDER BY q.place) AS k FROM problem q WHERE q.what IS NOT NULL) p;
    IF bad > 0 THEN
        RAISE EXCEPTION '% of % rows cannot be read, nothing was loaded', bad, jsonb_array_length(rows)
            USING ERRCODE = 'MS101',
                  DETAIL = wrong || CASE WHEN bad > 20 THEN format(E'\nand %s more', bad - 20) ELSE '' END,
                  HINT = 'Rows are counted with the first line; a field with a comma is put in quotes, a record stays on one line.';
    END IF;
    INSERT INTO medsup.problem_point AS p (domain, edition, no, violation_type, text, note, rule_codes)
    SELECT x.domain, x.version, x.no, x.violation_type, x.text, x.note,
        (SELECT array_agg(btrim(u.code) ORDER BY u.k) FROM unnest(string_to_array(x.rule_codes, ';')) WITH ORDINALITY u (code, k))
    FROM jsonb_to_recordset(rows) x (place int, domain text, version text, no int, violation_type text, text text, note text, rule_codes text)
    ORDER BY x.place
    ON CONFLICT (domain, edition, (coalesce(no::text, text))) DO UPDATE SET
        violation_type = EXCLUDED.violation_type, text = EXCLUDED.text, note = EXCLUDED.note,
        -- a file without that column leaves what the bureau said
        rule_codes = coalesce(EXCLUDED.rule_codes, p.rule_codes),
        loaded_by = EXCLUDED.loaded_by, loaded_at = EXCLUDED.loaded_at;
    GET DIAGNOSTICS n = ROW_COUNT;
    DELETE FROM medsup.import_line;
    RETURN n;
END
$$;
COMMENT ON FUNCTION medsup.load_problem_list() IS
    'read a published list of typical problems from the lines in medsup.import_line: all rows or none, each wrong row named; rows of the same edition and number are replaced';

CREATE VIEW medsup.negative_list AS
    SELECT 'rule' AS source, b.rule_code AS code, r.tier1_zh AS domain, r.tier2_zh AS violation_type,
        pg_catalog.concat_ws('：', b.content ->> 'name_zh', r.explanation_zh) AS text,
        t.clause_zh AS basis, t.disposal, ARRAY[b.rule_code] AS rule_codes,
        'version ' OPERATOR(pg_catalog.||) c.version AS edition, NULL::text AS note
    FROM medsup.current_rulebook() c
    JOIN medsup.rulebook k ON k.version OPERATOR(pg_catalog.=) c.version
    CROSS JOIN LATERAL medsup.rulebook_rules(k.compiled) b
    LEFT JOIN medsup.rule r ON r.rule_code OPERATOR(pg_catalog.=) b.rule_code
    LEFT JOIN medsup.rule_text t ON t.rule_code OPERATOR(pg_catalog.=) b.rule_code
    UNION ALL
    SELECT 'problem', p.no::text, p.domain, p.violation_type, p.text,
        NULL, NULL, p.rule_codes, p.edition, p.note
    FROM medsup.problem_point p;
COMMENT ON VIEW medsup.negative_list IS
    'the negative list (负面清单): rules of the book in force in words, and the published lists of typical problems';
