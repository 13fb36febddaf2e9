-- Local rules without code: templates, and points loaded from JSON or CSV with
-- every wrong row named.

CREATE TABLE medsup.rule_template (
    template        text PRIMARY KEY CHECK (template OPERATOR(pg_catalog.~) '^[a-z][a-z0-9_]{1,40}$'),
    kind            text NOT NULL,
    subject         text NOT NULL,
    fund_scope      text NOT NULL,
    name_zh         text NOT NULL,
    name_en         text NOT NULL,
    explanation_zh  text NOT NULL,
    explanation_en  text NOT NULL,
    limits          jsonb NOT NULL,
    asks            text[] NOT NULL,
    takes           text[] NOT NULL,
    roles           text[] NOT NULL
);
COMMENT ON TABLE medsup.rule_template IS 'shapes of rules: what is fixed, what an author fills in; shipped, read by add_rule';
COMMENT ON COLUMN medsup.rule_template.template IS 'its name';
COMMENT ON COLUMN medsup.rule_template.kind IS 'kind of the rule, K1 to K12';
COMMENT ON COLUMN medsup.rule_template.subject IS 'what the rule looks at';
COMMENT ON COLUMN medsup.rule_template.fund_scope IS 'whose money must have paid; rule_setting changes it';
COMMENT ON COLUMN medsup.rule_template.name_zh IS 'what it is for';
COMMENT ON COLUMN medsup.rule_template.name_en IS 'what it is for';
COMMENT ON COLUMN medsup.rule_template.explanation_zh IS 'what a rule of it says';
COMMENT ON COLUMN medsup.rule_template.explanation_en IS 'what a rule of it says';
COMMENT ON COLUMN medsup.rule_template.limits IS 'limits of its points that are fixed';
COMMENT ON COLUMN medsup.rule_template.asks IS 'limits that every point must give';
COMMENT ON COLUMN medsup.rule_template.takes IS 'further limits that a point may give';
COMMENT ON COLUMN medsup.rule_template.roles IS 'codes that a point must give: codes, sub_codes, list_codes, per_codes';

INSERT INTO medsup.rule_template
    (template, kind, subject, fund_scope, name_zh, name_en, explanation_zh, explanation_en, limits, asks, takes, roles)
SELECT v.template, v.kind, v.subject, v.fund_scope, v.name_zh, v.name_en, v.explanation_zh, v.explanation_en,
       v.limits::jsonb, v.asks::text[], v.takes::text[], v.roles::text[]
FROM (VALUES
    ('one_sex', 'K1', 'item', 'any', '限性别', 'for one sex', '只适用于一种性别的药品、项目或耗材。', 'A drug, item or consumable for one sex.',
     '{}', '{sex}', '{}', '{codes}'),
    ('age_range', 'K1', 'item', 'pool', '限年龄', 'for an age', '就诊人年龄须在范围内。', 'The person''s age must be within a range.',
     '{}', '{age_unit}', '{age_from,age_below,age_from_parameter,age_below_parameter}', '{codes}'),
    ('setting', 'K2', 'item', 'pool', '限就医方式', 'for care settings', '只在所列就医方式下支付。', 'Paid in the named care settings only.',
     '{}', '{settings}', '{}', '{codes}'),
    ('level', 'K2', 'item', 'pool', '限机构级别', 'from a level of institution on', '低于所列级别的机构不予支付。', 'Not paid below a level of institution.',
     '{}', '{level_min}', '{level_first_only}', '{codes}'),
    ('department', 'K2', 'item', 'pool', '限科室', 'for departments', '只由所列科室开具或执行。', 'Ordered or done by the named departments only.',
     '{"measure": "department"}', '{departments}', '{}', '{codes}'),
    ('diagnosis', 'K3', 'item', 'pool', '限诊断', 'for diagnoses', '须有所列诊断之一。', 'One of the named diagnoses is needed.',
     '{"measure": "diagnosis"}', '{dx_required}', '{dx_main_only,oprn_required}', '{codes}'),
    ('contraindication', 'K3', 'item', 'pool', '禁忌诊断', 'not for diagnoses', '有所列诊断之一时不得使用。', 'Not to be used with one of the named diagnoses.',
     '{"measure": "diagnosis"}', '{dx_forbidden}', '{dx_main_only}', '{codes}'),
    ('needs_item', 'K4', 'item', 'any', '缺少前提项目', 'needs another item', '收取时须有前提项目（sub_codes）。', 'Charged only beside a prerequisite (sub_codes).',
     '{"measure": "prerequisite"}', '{scope}', '{at_least,before_days,sub_first,count_key}', '{codes,sub_codes}'),
    ('not_beside', 'K5', 'item', 'any', '互斥项目', 'not beside another item', '主项目（codes）已含次项目（sub_codes），不得同时收取。', 'The main items (codes) contain the others (sub_codes), which are not charged beside them.',
     '{"measure": "pair"}', '{scope}', '{count_key}', '{codes,sub_codes}'),
    ('parts', 'K5', 'item', 'any', '分解收费', 'parts of a whole', '同一窗口内收取一组项目中的若干项，应合并为一项。', 'So many of a group of items within a window are to be charged as one.',
     '{"measure": "parts"}', '{scope,at_least}', '{count_key}', '{codes}'),
    ('day_cap', 'K6', 'item', 'any', '每日限量', 'so many a day', '一日内的数量上限。', 'A cap of the quantity within a day.',
     '{"measure": "quantity", "scope": "day"}', '{limit_value}', '{unit,count_key,limit_basis,limit_case}', '{codes}'),
    ('cap', 'K6', 'item', 'pool', '限量', 'so much within a window', '一个窗口内数量、天数、金额等的上限。', 'A cap of a quantity, of days or of money within a window.',
     '{}', '{measure,scope}', '{limit_value,limit_parameter,window_days,unit,count_key,limit_basis,limit_case}', '{codes}'),
    ('per_item', 'K6', 'consumable', 'any', '与另一项目数量之比', 'so many per another item', '数量不得超过另一项目（per_codes）数量的若干倍。', 'No more than so many times the quantity of other items (per_codes).',
     '{"measure": "quantity", "limit_basis": "item"}', '{scope,limit_value}', '{unit,count_key}', '{codes,per_codes}'),
    ('per_stay_day', 'K6', 'item', 'any', '按住院天数限量', 'so many per day of stay', '住院期间的数量不得超过住院天数的若干倍。', 'Within a stay no more than so many times its days.',
     '{"measure": "quantity", "scope": "stay", "limit_basis": "stay_days"}', '{limit_value}', '{unit,count_key}', '{codes}'),
    ('price_ceiling', 'K8', 'item', 'any', '限价', 'price ceiling', '单价不得高于限价。', 'The unit price must not exceed a ceiling.',
     '{"measure": "price"}', '{limit_value}', '{levels}', '{codes}'),
    ('never_paid', 'K9', 'item', 'pool', '不予支付', 'never paid', '基金不予支付。', 'The fund never pays it.',
     '{"measure": "never"}', '{}', '{}', '{codes}'),
    ('not_together', 'K10', 'drug', 'pool', '不得同用', 'not in use together', '两组药品不得同时使用。', 'Drugs of two groups must not be in use together.',
     '{"measure": "overlap"}', '{scope}', '{at_least}', '{codes,sub_codes}'),
    ('record_check', 'K11', 'record', 'any', '记录校验', 'check of a record', '条件成立即为异常（表达式见文档）。', 'A fault where the condition is true (see the page on expressions).',
     '{"measure": "condition"}', '{condition}', '{}', '{}'),
    ('frequent_visits', 'K12', 'person', 'pool', '频繁就诊', 'frequent visits', '一个窗口内就诊次数的上限。', 'A cap of the visits within a window.',
     '{"measure": "visits"}', '{scope,settings}', '{limit_value,limit_parameter,window_days,count_key}', '{}'),
    ('split_stay', 'K12', 'encounter', 'pool', '分解住院', 'split stays', '出院后若干天内再次住院。', 'Another stay within so many days.',
     '{"measure": "readmission"}', '{}', '{limit_value,limit_parameter,window_days,dx_relation,count_key}', '{}')
) AS v (template, kind, subject, fund_scope, name_zh, name_en, explanation_zh, explanation_en, limits, asks, takes, roles);

CREATE FUNCTION medsup.load_points(points jsonb) RETURNS int
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    names   constant text[] := '{entry_code,rule_code,item_name,codes,sub_codes,list_codes,per_codes,supersedes}';
    p       record;
    bad     int := 0;
    n       int := 0;
    listing text := '';
    what    text;
    detail  text;
    hint    text;
    first_hint text;
BEGIN
    IF jsonb_typeof(points) <> 'array' THEN
        RAISE EXCEPTION 'points are not a list but %', jsonb_typeof(points)
        USING ERRCODE = 'MS101', HINT = 'Give [{"entry_code": "...", "rule_code": "...", "item_name": "...", "codes": ["..."], ...}, ...]; docs/authoring.md has an example.';
    END IF;
    FOR p IN SELECT e.value, coalesce((e.value -> 'row')::int, e.ordinality::int) AS row_no
             FROM jsonb_array_elements(points) WITH ORDINALITY e (value, ordinality) LOOP
        n := n + 1;
        BEGIN
            IF jsonb_typeof(p.value) <> 'object' THEN
                RAISE EXCEPTION 'not an object but %', jsonb_typeof(p.value) USING ERRCODE = 'MS101';
            END IF;
            SELECT string_agg(k, ', ' ORDER BY k) INTO what FROM unnest('{entry_code,rule_code,item_name}'::text[]) k WHERE coalesce(btrim(p.value ->> k), '') = '';
            IF what IS NOT NULL THEN
                RAISE EXCEPTION '% missing', what || CASE WHEN what LIKE '%,%' THEN ' are' ELSE ' is' END
                USING ERRCODE = 'MS101', HINT = 'Every point has entry_code, rule_code and item_name; see docs/authoring.md.';
            END IF;
            PERFORM medsup.add_knowledge(
                p.value ->> 'entry_code', p.value ->> 'rule_code', p.value ->> 'item_name',
                medsup.text_list(p.value -> 'codes'), p.value - names - '{row}'::text[],
                sub_codes => medsup.text_list(p.value -> 'sub_codes'), supersedes => medsup.text_list(p.value -> 'supersedes'),
                list_codes => medsup.text_list(p.value -> 'list_codes'), per_codes => medsup.text_list(p.value -> 'per_codes'));
        EXCEPTION WHEN SQLSTATE 'MS101' OR SQLSTATE 'MS102' OR data_exception OR integrity_constraint_violation OR wrong_object_type THEN
            bad := bad + 1;
            GET STACKED DIAGNOSTICS what = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            IF SQLSTATE LIKE 'MS%' AND detail <> '' THEN
                what := what || '. ' || detail;
            END IF;
            first_hint := coalesce(first_hint, nullif(hint, ''));
            IF bad <= 20 THEN
                listing := listing || format(E'%srow %s: %s', CASE WHEN bad > 1 THEN E'\n' END, p.row_no, what);
            END IF;
        END;
    END LOOP;
    IF bad > 0 THEN
        RAISE EXCEPTION '% of % points cannot be read, nothing was loaded', bad, n
        USING ERRCODE = 'MS101',
              DETAIL = listing || CASE WHEN bad > 20 THEN format(E'\nand %s more', bad - 20) ELSE '' END,
              HINT = coalesce(first_hint, 'The columns of medsup.knowledge say what each limit means.');
    END IF;
    RETURN n;
END
$$;
COMMENT ON FUNCTION medsup.load_points(jsonb) IS 'adds points of the bureau''s own from a list of objects: all or none, each wrong row named';

CREATE FUNCTION medsup.text_list(list jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE pg_catalog.jsonb_typeof(list)
        WHEN 'array' THEN ARRAY(SELECT e.value FROM pg_catalog.jsonb_array_elements_text(list) WITH ORDINALITY e (value, n) ORDER BY e.n)
        WHEN 'null' THEN NULL
        ELSE ARRAY[list OPERATOR(pg_catalog.#>>) '{}'] END;
END;
COMMENT ON FUNCTION medsup.text_list(jsonb) IS 'a JSON list of texts, or one text, as an array';

CREATE FUNCTION medsup.load_points_csv() RETURNS int
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    header  text[];
    known   text[] := '{entry_code,rule_code,item_name,codes,sub_codes,list_codes,per_codes,supersedes}';
    lists   text[];
    wrong   text;
    points  jsonb;
    n       int;
BEGIN
    SELECT medsup.csv_fields(rtrim(ltrim(i.line, E'\uFEFF'), E'\r')) INTO header FROM medsup.import_line i ORDER BY i.row_no LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there are no points to load'
        USING ERRCODE = 'MS101', DETAIL = 'The table medsup.import_line is empty.',
              HINT = E'\\copy medsup.import_line (line) FROM ''points.csv'' (FORMAT csv, DELIMITER E''\\x01'', QUOTE E''\\x02'')';
    END IF;
    header := ARRAY(SELECT btrim(h) FROM unnest(header) WITH ORDINALITY AS u (h, k) ORDER BY u.k);
    SELECT array_agg(a.attname::text) FILTER (WHERE t.typcategory = 'A'), known || array_agg(a.attname::text)
    INTO lists, known
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = 'medsup.knowledge'::regclass AND a.attnum > 0 AND NOT a.attisdropped;
    lists := lists || '{codes,sub_codes,list_codes,per_codes,supersedes}';
    SELECT string_agg(format('"%s"', h), ', ') INTO wrong FROM unnest(header) h WHERE h <> ALL (known);
    IF wrong IS NOT NULL OR NOT header @> '{entry_code,rule_code,item_name}' THEN
        RAISE EXCEPTION 'the first line does not name the columns of points'
        USING ERRCODE = 'MS101',
              DETAIL = coalesce('Unknown: ' || wrong || '.', 'entry_code, rule_code and item_name are needed.'),
              HINT = 'The first line names entry_code, rule_code, item_name, codes, sub_codes ... and limits as in medsup.knowledge; lists are separated by semicolons.';
    END IF;
    WITH fields AS (
        SELECT row_number() OVER (ORDER BY i.row_no) AS place, medsup.csv_fields(rtrim(i.line, E'\r')) AS f FROM medsup.import_line i
    )
    SELECT jsonb_agg(coalesce(o.point, '{}') || jsonb_build_object('row', r.place) ORDER BY r.place)
    INTO points
    FROM fields r
    CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(c.name, CASE WHEN c.name = ANY (lists)
                   THEN to_jsonb(ARRAY(SELECT btrim(x) FROM unnest(string_to_array(c.value, ';')) x)) ELSE to_jsonb(c.value) END) AS point
        FROM unnest(header, r.f) AS c (name, value)
        WHERE c.name IS NOT NULL AND btrim(c.value) <> '') o
    WHERE r.place > 1 AND o.point IS NOT NULL;
    SELECT min(f.place) INTO n
    FROM (SELECT row_number() OVER (ORDER BY i.row_no) AS place, medsup.csv_fields(rtrim(i.line, E'\r')) AS f, rtrim(i.line, E'\r') = '' AS blank FROM medsup.import_line i) f
    WHERE NOT f.blank AND (f.f IS NULL OR cardinality(f.f) <> cardinality(header));
    IF n IS NOT NULL THEN
        RAISE EXCEPTION 'line % does not have the % columns of the first line', n, cardinality(header)
        USING ERRCODE = 'MS101', HINT = 'A field with a comma is put in quotes; a record stays on one line.';
    END IF;
    n := medsup.load_points(coalesce(points, '[]'));
    DELETE FROM medsup.import_line;
    RETURN n;
END
$$;
COMMENT ON FUNCTION medsup.load_points_csv() IS 'adds points of the bureau''s own from the lines of a CSV file in import_line: all or none, each wrong line named';

CREATE FUNCTION medsup.add_rule(template text, rule_code text, name_zh text, name_en text, points jsonb) RETURNS int
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    t       medsup.rule_template;
    filled  jsonb;
    problem text;
BEGIN
    SELECT x.* INTO t FROM medsup.rule_template x WHERE x.template = add_rule.template;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown template "%"', template
        USING ERRCODE = 'MS101',
              DETAIL = 'Known are ' || (SELECT string_agg(x.template, ', ' ORDER BY x.template COLLATE "C") FROM medsup.rule_template x) || '.',
              HINT = 'SELECT template, name_en, asks, takes, roles FROM medsup.rule_template;';
    END IF;
    SELECT string_agg(format(E'point %s: %s', q.n, q.problem), E'\n' ORDER BY q.n) INTO problem
    FROM (SELECT e.n, CASE
              WHEN missing.names IS NOT NULL THEN missing.names || ' is missing'
              WHEN extra.names IS NOT NULL THEN extra.names || ' is not asked by this template' END AS problem
          FROM jsonb_array_elements(points) WITH ORDINALITY e (value, n)
          CROSS JOIN LATERAL (SELECT string_agg(k, ', ' ORDER BY k COLLATE "C") AS names FROM unnest(t.asks || t.roles || '{entry_code,item_name}') k
                              WHERE jsonb_typeof(e.value -> k) IS NULL OR jsonb_typeof(e.value -> k) = 'null') missing
          CROSS JOIN LATERAL (SELECT string_agg(k, ', ' ORDER BY k COLLATE "C") AS names FROM jsonb_object_keys(e.value) k
                              WHERE k <> ALL (t.asks || t.takes || t.roles || '{entry_code,item_name,supersedes,valid_from,valid_to,region,region_by,basis,basis_no,access,limit_text}')) extra) q
    WHERE q.problem IS NOT NULL;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION 'points do not fit template "%"', template
        USING ERRCODE = 'MS101', DETAIL = problem,
              HINT = format('It asks for %s; it takes %s.', array_to_string('{entry_code,item_name}' || t.asks || t.roles, ', '),
                            array_to_string(t.takes || '{supersedes,valid_from,valid_to,region,region_by,basis,basis_no,access}', ', '));
    END IF;
    IF EXISTS (SELECT FROM medsup.rule r WHERE r.rule_code = add_rule.rule_code AND r.kind <> t.kind) THEN
        RAISE EXCEPTION 'rule "%" is of another kind than template "%"', rule_code, template
        USING ERRCODE = 'MS101',
              DETAIL = (SELECT format('The rule is %s, the template makes %s.', r.kind, t.kind) FROM medsup.rule r WHERE r.rule_code = add_rule.rule_code),
              HINT = 'Choose a code of its own for the rule.';
    END IF;
    IF rule_code LIKE 'N25-%' THEN
        RAISE EXCEPTION 'rule code "%" is one of the national edition', rule_code
        USING ERRCODE = 'MS101', HINT = 'Local codes are free but never begin with N25-; add points to a national rule with medsup.load_points.';
    END IF;
    INSERT INTO medsup.rule (rule_code, name_zh, name_en, explanation_zh, explanation_en, kind, subject, fund_scope)
    SELECT add_rule.rule_code, add_rule.name_zh, add_rule.name_en, t.explanation_zh, t.explanation_en, t.kind, t.subject, t.fund_scope
    WHERE NOT EXISTS (SELECT FROM medsup.rule r WHERE r.rule_code = add_rule.rule_code);
    SELECT jsonb_agg(t.limits || e.value || jsonb_build_object('rule_code', add_rule.rule_code) ORDER BY e.n) INTO filled
    FROM jsonb_array_elements(points) WITH ORDINALITY e (value, n);
    RETURN medsup.load_points(coalesce(filled, '[]'));
END
$$;
COMMENT ON FUNCTION medsup.add_rule(text, text, text, text, jsonb) IS 'makes a local rule of a template and adds its points; a rule that is there is added to; returns the number of points';
