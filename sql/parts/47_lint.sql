-- What is wrong or doubtful in rules, points, parameters and exceptions as they
-- stand.  What two points say of one code is compared in the compiled book,
-- where parameters are put in and groups are joined; the rest is asked of the
-- tables.

CREATE FUNCTION medsup.rulebook_conflicts(book bytea, opposites_only boolean DEFAULT false,
    OUT conflict text, OUT rule_code text, OUT entry_code text, OUT other_code text,
    OUT outranks boolean, OUT codes bigint, OUT code medsup.fee_item) RETURNS SETOF record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 100
AS 'MODULE_PATHNAME', 'medsup_rulebook_conflicts';
COMMENT ON FUNCTION medsup.rulebook_conflicts(bytea, boolean) IS
    'points of a compiled book that contradict or repeat each other: opposite, limits, reversed, overlap, idle (adds nothing beside the other), override (outranks the other, which is for a larger area); codes that they have in common, and one of them';

CREATE FUNCTION medsup.may_be_true(expression text, settings text[], levels text[], insurances text[]) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
AS 'MODULE_PATHNAME', 'medsup_may_be_true';
COMMENT ON FUNCTION medsup.may_be_true(text, text[], text[], text[]) IS
    'false where a condition is never true, whatever a claim holds, if the maps know these settings, levels and kinds of insurance only; NULL where it is no condition';

-- Points that contradict or repeat each other.
CREATE FUNCTION medsup.lint_conflicts(book bytea,
    OUT severity text, OUT item text, OUT rule_code text, OUT entry_code text,
    OUT zh text, OUT en text, OUT hint_zh text, OUT hint_en text) RETURNS SETOF record
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp SET jit = off AS $$
    WITH c AS MATERIALIZED (
        SELECT x.*, CASE WHEN x.codes > 1 THEN format('%s 等 %s 个编码', x.code, x.codes) WHEN x.codes = 1 THEN x.code::text ELSE '同一对象' END AS what_zh,
               CASE WHEN x.codes > 1 THEN format('%s and %s more', x.code, x.codes - 1) WHEN x.codes = 1 THEN x.code::text ELSE 'the same' END AS what_en
        FROM medsup.rulebook_conflicts(book) x
    )
    SELECT w.severity, w.item, c.rule_code, c.entry_code, format(w.zh, c.what_zh, c.other_code), format(w.en, c.what_en, c.other_code), w.hint_zh, w.hint_en
    FROM c JOIN (VALUES
        ('opposite', false, 'error', 'contradiction', '对%s，与 %s 的要求相反，任何明细都会违规', '%s: nothing satisfies both this and %s',
         '两者必有一误：终止或取代其一。', 'One of the two is wrong; end or supersede it.'),
        ('opposite', true, 'warning', 'contradiction', '对%s，与其所覆盖的上级地区知识点 %s 的要求相反', '%s: the opposite of %s, which is for a larger area and yields here',
         '核对地区口径。', 'Make sure that the region really says the opposite.'),
        ('limits', false, 'warning', 'contradiction', '对%s，与 %s 的限值不同', '%s: limited otherwise in %s',
         '同一地区、同一时期只应有一个限值；较严的会使另一个失去作用。', 'The stricter one makes the other one idle; end or supersede one of them.'),
        ('limits', true, 'warning', 'contradiction', '对%s，与 %s 的限值不同', '%s: limited otherwise in %s',
         '同一地区、同一时期只应有一个限值。', 'The stricter one makes the other one idle; end or supersede one of them.'),
        ('reversed', false, 'warning', 'overlap', '%s的排斥方向与 %s 相反', '%s codes exclude each other the other way round in %s',
         '两个方向会对同一笔钱重复报告，保留其一。', 'Both directions report the same money twice; keep one.'),
        ('reversed', true, 'warning', 'overlap', '%s的排斥方向与上级地区知识点 %s 相反', '%s codes exclude each other the other way round in %s, which is for a larger area',
         '两个方向会对同一笔钱重复报告，保留其一。', 'Both directions report the same money twice; keep one.'),
        ('overlap', false, 'warning', 'overlap', '对%s，与 %s 说法相同', '%s: the same is said in %s',
         '同一明细会被重复报告；从其一中去掉共有的编码。', 'Their lines are reported twice; take the common codes out of one of them.'),
        ('idle', false, 'warning', 'subsumption', '对%s，有 %s 在，本知识点不起作用', '%s: this adds nothing beside %s',
         '停用本知识点，或使其更严。', 'Disable it, or say what is to be stricter.'),
        ('idle', true, 'note', 'subsumption', '对%s，与上级地区知识点 %s 说法相同，仅地区较小', '%s: says what %s says for a larger area',
         '可以停用本知识点。', 'It may be disabled: the other one speaks here too.')
    ) AS w (conflict, outranks, severity, item, zh, en, hint_zh, hint_en) ON w.conflict = c.conflict AND w.outranks = c.outranks
    UNION ALL
    -- that a region says otherwise is what its points are for: one row a point
    SELECT 'note', 'override', d.rule_code, d.entry_code,
           format('在本地区代替上级地区的 %s 个知识点，如 %s', d.n, d.other_code), format('outranks %s %s of larger areas, such as %s', d.n, CASE d.n WHEN 1 THEN 'point' ELSE 'points' END, d.other_code),
           '范围（scope）不同的知识点不被代替，两者都判断。', 'Points of another scope are not outranked: both judge.'
    FROM (SELECT c.rule_code, c.entry_code, count(*) AS n, min(c.other_code COLLATE "C") AS other_code
          FROM c WHERE c.conflict = 'override' GROUP BY c.rule_code, c.entry_code) AS d
$$;
COMMENT ON FUNCTION medsup.lint_conflicts(bytea) IS 'rulebook_conflicts in words: contradiction, overlap, subsumption, override';

-- Codes that no book of their kind knows.  A kind of which no edition in force
-- today has any code, such as herbs where only drugs are loaded, says nothing.
CREATE FUNCTION medsup.lint_codes(
    OUT severity text, OUT item text, OUT rule_code text, OUT entry_code text,
    OUT zh text, OUT en text, OUT hint_zh text, OUT hint_en text) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 100
SET search_path = pg_catalog, pg_temp SET jit = off SET enable_nestloop = off SET enable_mergejoin = off SET work_mem = '64MB' AS $$
    WITH loaded AS MATERIALIZED (
        SELECT DISTINCT b.system FROM medsup.code_book b WHERE b.valid @> (SELECT medsup.civil_today())
    ), listed AS MATERIALIZED (
        -- a node is known when a code below it is
        SELECT p.node, bool_or(e.valid @> (SELECT medsup.civil_today())) AS today
        FROM medsup.code_book_entry e CROSS JOIN LATERAL unnest(medsup.prefixes(e.fee_item)) AS p (node)
        WHERE e.fee_item IS NOT NULL AND e.retracted_at IS NULL AND e.system = ANY ('{drug,service,consumable,local}')
        GROUP BY p.node
    ), kinds AS MATERIALIZED (
        SELECT DISTINCT medsup.kind(e.fee_item) AS kind
        FROM medsup.code_book_entry e
        WHERE e.fee_item IS NOT NULL AND e.retracted_at IS NULL AND e.system = ANY ('{drug,service,consumable,local}')
          AND e.valid @> (SELECT medsup.civil_today())
    ), strange AS MATERIALIZED (
        SELECT u.code, l.node IS NOT NULL AS once
        FROM (SELECT DISTINCT x.code FROM medsup.knowledge_code x WHERE EXISTS (SELECT FROM loaded)) u
        LEFT JOIN listed l ON l.node OPERATOR(medsup.=) u.code
        WHERE l.today IS NOT TRUE AND medsup.kind(u.code) IN (SELECT s.kind FROM kinds s)
    ), live AS MATERIALIZED (
        SELECT k.rule_code, k.entry_code, k.dx_required, k.dx_forbidden, k.oprn_required
        FROM medsup.knowledge k
        WHERE k.enabled AND coalesce(k.valid_to >= (SELECT medsup.civil_today()), true)
          AND k.entry_code NOT IN (SELECT o.supersedes FROM medsup.knowledge_supersedes o)
    ), dx AS MATERIALIZED (
        SELECT DISTINCT d.written
        FROM live l CROSS JOIN LATERAL (VALUES (l.dx_required), (l.dx_forbidden)) d (written)
        WHERE d.written IS NOT NULL AND 'icd10' IN (SELECT x.system FROM loaded x)
          AND NOT EXISTS (SELECT FROM medsup.code_book_entry e
                          WHERE e.system = 'icd10' AND e.retracted_at IS NULL AND e.valid @> (SELECT medsup.civil_today())
                            AND e.icd10 OPERATOR(medsup.<@) medsup.try_icd10_set(d.written))
    ), oprn AS MATERIALIZED (
        SELECT DISTINCT l.oprn_required AS written
        FROM live l
        WHERE l.oprn_required IS NOT NULL AND 'icd9cm3' IN (SELECT x.system FROM loaded x)
          AND NOT EXISTS (SELECT FROM medsup.code_book_entry e
                          WHERE e.system = 'icd9cm3' AND e.retracted_at IS NULL AND e.valid @> (SELECT medsup.civil_today())
                            AND e.icd9cm3 OPERATOR(medsup.<@) medsup.try_icd9cm3_set(l.oprn_required))
    )
    SELECT 'warning', 'unknown_code', l.rule_code, l.entry_code,
           format(CASE WHEN d.once THEN '%s 个编码已失效，如 %s' ELSE '%s 个编码不在编码库中，如 %s' END, d.n, d.code),
           format(CASE WHEN d.once THEN '%s %s no longer valid, such as %s' ELSE '%s %s in no code book, such as %s' END, d.n, CASE d.n WHEN 1 THEN 'code is' ELSE 'codes are' END, d.code),
           CASE WHEN d.once THEN '改用现行编码，或将知识点截止到编码失效之日。' ELSE '核对写法；或该编码所属的目录尚未载入编码库。' END,
           CASE WHEN d.once THEN 'Say the codes that took their place, or end the point with them.' ELSE 'Mistyped, or of a list that is not loaded as a code book.' END
    FROM (SELECT c.entry_code, s.once, count(*) AS n, min(c.code::text COLLATE "C") AS code
          FROM medsup.knowledge_code c JOIN strange s ON s.code OPERATOR(medsup.=) c.code GROUP BY c.entry_code, s.once) d
    JOIN live l ON l.entry_code = d.entry_code
    UNION ALL
    SELECT 'warning', 'unknown_code', l.rule_code, l.entry_code, format('%s：集合中没有编码库中的编码', w.name), format('%s: the set holds no code of the code book', w.name),
           '核对写法与版本。', 'Mistyped, or of another edition.'
    FROM live l
    CROSS JOIN LATERAL (SELECT 'dx_required' WHERE l.dx_required IN (SELECT d.written FROM dx d)
                        UNION ALL SELECT 'dx_forbidden' WHERE l.dx_forbidden IN (SELECT d.written FROM dx d)
                        UNION ALL SELECT 'oprn_required' WHERE l.oprn_required IN (SELECT o.written FROM oprn o)) AS w (name)
$$;
COMMENT ON FUNCTION medsup.lint_codes() IS 'points whose codes, or whose sets of diagnoses and operations, the code books in force today do not know';

-- What a condition can meet at all: a word that no dictionary value stands for
-- never comes.
CREATE VIEW medsup.mapped_word AS
SELECT coalesce(array_agg(DISTINCT m.value) FILTER (WHERE m.map OPERATOR(pg_catalog.=) 'setting'), '{}') AS settings,
       coalesce(array_agg(DISTINCT m.value) FILTER (WHERE m.map OPERATOR(pg_catalog.=) 'level'), '{}') AS levels,
       coalesce(array_agg(DISTINCT m.value) FILTER (WHERE m.map OPERATOR(pg_catalog.=) 'insurance'), '{}') AS insurances
FROM medsup.publishable_map m;
COMMENT ON VIEW medsup.mapped_word IS 'settings, levels and kinds of insurance that the maps give; one row';

-- What can never hit: ended, switched off, allowing everything, asked for what
-- no claim can be.
CREATE FUNCTION medsup.lint_dead(
    OUT severity text, OUT item text, OUT rule_code text, OUT entry_code text,
    OUT zh text, OUT en text, OUT hint_zh text, OUT hint_en text) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 100
SET search_path = pg_catalog, pg_temp SET jit = off AS $$
    WITH live AS MATERIALIZED (
        SELECT k.* FROM medsup.knowledge k
        WHERE k.enabled AND (k.access IS NOT NULL OR k.condition IS NOT NULL OR k.valid_to IS NOT NULL
                             OR cardinality(k.settings) > 5 OR cardinality(k.insurance) > 2 OR k.age_from = 0)
          AND k.entry_code NOT IN (SELECT o.supersedes FROM medsup.knowledge_supersedes o)
    ), never AS MATERIALIZED (
        -- conditions are few, points may be many
        SELECT t.expression
        FROM (SELECT DISTINCT x.expression FROM live e CROSS JOIN LATERAL (VALUES (e.access), (e.condition)) x (expression)
              WHERE x.expression IS NOT NULL) t CROSS JOIN medsup.mapped_word k
        WHERE NOT medsup.may_be_true(t.expression, k.settings, k.levels, k.insurances)
    )
    SELECT 'warning', 'dead', e.rule_code, e.entry_code, '准入条件或判断条件永不成立', 'its condition is never true',
           '检查常量，以及字典中没有的就医方式、机构级别或险种。', 'Look at its constants, and at settings, levels or kinds of insurance that no map gives.'
    FROM live e WHERE e.access IN (SELECT n.expression FROM never n) OR e.condition IN (SELECT n.expression FROM never n)
    UNION ALL
    SELECT 'warning', 'dead', e.rule_code, e.entry_code, '允许一切，永不违规', 'allows everything',
           '写明不允许什么。', 'Say what is not allowed.'
    FROM live e JOIN medsup.rule r ON r.rule_code = e.rule_code
    WHERE r.kind = 'K2' AND e.settings @> '{inpatient,emergency,outpatient,chronic,pharmacy,internet}'
       OR r.kind = 'K1' AND (e.insurance @> '{basic,work_injury,maternity}'
                             OR e.age_from = 0 AND e.age_below IS NULL AND e.age_below_parameter IS NULL)
    UNION ALL
    SELECT 'warning', 'expired', e.rule_code, e.entry_code, format('已于 %s 到期', to_char(e.valid_to, 'YYYY-MM-DD')), format('expired on %s', to_char(e.valid_to, 'YYYY-MM-DD')),
           '仍判断该日及以前的行为。', 'It still judges acts up to that day.'
    FROM live e WHERE e.valid_to < (SELECT medsup.civil_today())
    UNION ALL
    -- a code that is mistyped leaves the old point in force beside the new one
    SELECT 'warning', 'dead', k.rule_code, s.entry_code, format('所取代的 %s 没有载入', s.supersedes), format('supersedes %s, which is not loaded', s.supersedes),
           '核对编码。', 'Correct the code, or load the point first.'
    FROM medsup.knowledge_supersedes s JOIN medsup.knowledge k ON k.entry_code = s.entry_code
    WHERE k.origin = 'local' AND NOT EXISTS (SELECT FROM medsup.knowledge o WHERE o.entry_code = s.supersedes)
    UNION ALL
    SELECT 'note', 'dead', r.rule_code, NULL, format('规则已停用，%s 个知识点不判断', count(*)), format('the rule is switched off: %s of its points judge nothing', count(*)),
           '在 medsup.rule_setting 中启用。', 'medsup.rule_setting switches it on.'
    FROM medsup.rule_setting r JOIN medsup.knowledge k ON k.rule_code = r.rule_code
    WHERE NOT r.enabled AND k.enabled GROUP BY r.rule_code
$$;
COMMENT ON FUNCTION medsup.lint_dead() IS 'points that can hit nothing: expired, of a rule that is switched off, allowing everything, under a condition that is never true';

CREATE FUNCTION medsup.lint_exceptions(
    OUT severity text, OUT item text, OUT rule_code text, OUT entry_code text,
    OUT zh text, OUT en text, OUT hint_zh text, OUT hint_en text) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 10
SET search_path = pg_catalog, pg_temp SET jit = off AS $$
    WITH x AS MATERIALIZED (
        SELECT p.exception_code, p.rule_codes, p.condition, o.origin
        FROM medsup.publishable_exception p JOIN medsup.exception o ON o.exception_code = p.exception_code
    ), rule AS MATERIALIZED (
        SELECT p.rule_code FROM medsup.publishable_rule p
    )
    -- the shipped ones wait for the points of their rules
    SELECT 'warning', 'exception', NULL::text, x.exception_code,
           format('所列规则（%s）均不在下一版规则库中', array_to_string(x.rule_codes, '，')), format('none of its rules is in the next rulebook: %s', array_to_string(x.rule_codes, ', ')),
           '载入这些规则的知识点，或改正规则编码。', 'Load points of these rules, or correct their codes.'
    FROM x WHERE NOT EXISTS (SELECT FROM rule r WHERE r.rule_code = ANY (x.rule_codes)) AND x.rule_codes IS NOT NULL AND x.origin = 'local'
    UNION ALL
    SELECT 'warning', 'exception', NULL, x.exception_code, format('没有规则 %s', c.code), format('there is no rule %s', c.code),
           '改正规则编码。', 'Correct its code.'
    FROM x CROSS JOIN LATERAL unnest(x.rule_codes) c (code) WHERE NOT EXISTS (SELECT FROM medsup.rule r WHERE r.rule_code = c.code)
    UNION ALL
    SELECT 'warning', 'exception', NULL, x.exception_code, '条件永不成立', 'its condition is never true',
           '检查常量，以及字典中没有的就医方式、机构级别或险种。', 'Look at its constants, and at settings, levels or kinds of insurance that no map gives.'
    FROM x CROSS JOIN medsup.mapped_word k WHERE NOT medsup.may_be_true(x.condition, k.settings, k.levels, k.insurances)
    UNION ALL
    SELECT 'warning', 'exception', NULL, x.exception_code, '条件恒成立：所列规则不再有发现', 'its condition is always true: its rules find nothing',
           '写明何时不予认定。', 'Say when a line is exempt.'
    FROM x CROSS JOIN medsup.mapped_word k WHERE NOT medsup.may_be_true('not (' || x.condition || ')', k.settings, k.levels, k.insurances)
    UNION ALL
    SELECT 'warning', 'exception', NULL, x.exception_code, format('参数 %s 未设置，条件永不成立', n.name), format('needs parameter %s, which is unset', n.name),
           format('SELECT medsup.set_parameter(%L, ''值'', ''出处'');', n.name), medsup.unset_hint('parameter ' || n.name)
    FROM x CROSS JOIN LATERAL unnest(medsup.expression_parameters(x.condition, 'boolean')) n (name)
    WHERE NOT EXISTS (SELECT FROM medsup.publishable_param p WHERE p.name = n.name)
    UNION ALL
    -- a value that the dictionary has in no row is mistyped, or the row is missing
    SELECT 'warning', 'exception', NULL, x.exception_code, format('%s 的取值 %s 不在字典中', v.field, v.word), format('%s ''%s'' is in no map', v.field, v.word),
           '核对取值，或在字典中增加一行。', 'Correct the value, or add a row to the map.'
    FROM x CROSS JOIN LATERAL (
        SELECT DISTINCT m.match[1] AS field, w.word[1] AS word
        FROM regexp_matches(x.condition, '(?:line|visit|bill)\.(med_type|hosp_lv|insutype|clr_way)\s*(?:=|in)\s*((?:\(\s*)?''[^'']*''(?:\s*,\s*''[^'']*'')*)', 'g') m (match)
        CROSS JOIN LATERAL regexp_matches(m.match[2], '''([^'']*)''', 'g') w (word)) v
    WHERE NOT EXISTS (SELECT FROM medsup.publishable_map p
                      WHERE p.map = CASE v.field WHEN 'med_type' THEN 'setting' WHEN 'hosp_lv' THEN 'level' WHEN 'insutype' THEN 'insurance' ELSE 'clr_way' END
                        AND CASE v.field WHEN 'med_type' THEN starts_with(v.word, p.key) ELSE v.word = p.key END)
$$;
COMMENT ON FUNCTION medsup.lint_exceptions() IS 'exceptions of the next rulebook that can exempt nothing, or exempt everything';

CREATE FUNCTION medsup.lint_errors(OUT rule_code text, OUT entry_code text, OUT problem text, OUT hint text) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 10
SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.rule_code, NULL, '明确违规 without a clause and a basis set by the bureau',
           'Set clause and basis in medsup.rule_setting, or leave the result type 可疑.'
    FROM medsup.rule r LEFT JOIN medsup.rule_setting t ON t.rule_code = r.rule_code
    WHERE coalesce(t.result_type, r.result_type) = '明确违规' AND coalesce(t.enabled, true)
      AND (coalesce(t.clause, CASE WHEN r.clause_status = '确定' THEN r.clause END) IS NULL OR t.basis IS NULL)
$$;
COMMENT ON FUNCTION medsup.lint_errors() IS 'rules whose findings are to be 明确违规 without a clause and a basis';

CREATE FUNCTION medsup.lint_rulebook(lang text DEFAULT 'en',
    OUT severity text, OUT item text, OUT rule_code text, OUT entry_code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED ROWS 50
SET search_path = pg_catalog, pg_temp SET jit = off SET enable_nestloop = off SET enable_mergejoin = off SET work_mem = '64MB' SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    chinese boolean := coalesce(lang, '') = 'zh';
    bad     boolean;
    book    bytea;
BEGIN
    IF lang IS NULL OR lang <> ALL ('{zh,en}') THEN
        RAISE EXCEPTION 'unknown language "%"', lang
        USING ERRCODE = '22023', DETAIL = 'Allowed are zh and en.';
    END IF;
    -- whatever publishing would refuse, in the words with which it refuses
    RETURN QUERY SELECT 'error', 'refused', e.rule_code, e.entry_code, e.problem, e.hint FROM medsup.lint_errors() e
                 ORDER BY e.rule_code COLLATE "C", e.entry_code COLLATE "C" NULLS FIRST, e.problem COLLATE "C";
    RETURN QUERY SELECT 'error', 'refused', k.rule_code, x.object, x.problem,
                        coalesce('Allowed is ' || x.allowed || '.', 'See docs/knowledge.md for what each measure takes.')
                 FROM medsup.rulebook_problems() x LEFT JOIN medsup.knowledge k ON k.entry_code = x.object
                 ORDER BY k.rule_code COLLATE "C", x.object COLLATE "C" NULLS FIRST, x.problem COLLATE "C";
    bad := FOUND;
    IF bad THEN
        severity := 'note'; item := 'refused'; rule_code := NULL; entry_code := NULL;
        problem := CASE WHEN chinese THEN '以上错误改正后再检查矛盾和重复' ELSE 'contradictions and overlaps are looked for once these errors are mended' END;
        hint := CASE WHEN chinese THEN '改正后再次调用。' ELSE 'Mend them and ask again.' END;
        RETURN NEXT;
    ELSE
        book := medsup.compile_rulebook();
    END IF;
    RETURN QUERY
    SELECT f.severity, f.item, f.rule_code, f.entry_code, CASE WHEN chinese THEN f.zh ELSE f.en END, CASE WHEN chinese THEN f.hint_zh ELSE f.hint_en END
    FROM (SELECT * FROM medsup.lint_conflicts(book)
          UNION ALL SELECT * FROM medsup.lint_codes()
          UNION ALL SELECT * FROM medsup.lint_dead()
          UNION ALL SELECT * FROM medsup.lint_exceptions()
          UNION ALL
          SELECT 'warning', 'unknown_code', NULL, NULL, format('本地编码 %s 对应多个国家编码，不参与映射', m.code), format('%s stands for %s national codes: lines of it reach no point', m.code, m.candidates),
                 '在编码映射中保留一个。', 'Leave one of them in the map.'
          FROM medsup.mapped_code m WHERE m.candidates > 1
          UNION ALL
          SELECT 'warning', 'unset', u.rule_code, NULL, format('%s 个现行知识点缺少：%s', count(*), u.missing),
                 format('%s %s in force unset: %s', count(*), CASE count(*) WHEN 1 THEN 'point' ELSE 'points' END, u.missing),
                 medsup.unset_hint(u.missing), medsup.unset_hint(u.missing)
          FROM medsup.unset_entry u GROUP BY u.rule_code, u.missing) AS f
    ORDER BY array_position('{error,warning,note}', f.severity), f.rule_code COLLATE "C", f.entry_code COLLATE "C" NULLS FIRST, f.en COLLATE "C";
END
$$;
COMMENT ON FUNCTION medsup.lint_rulebook(text) IS 'what is wrong (error: refuses to publish), doubtful (warning) or worth knowing (note) in rules, points, parameters and exceptions as they stand; lang zh or en';
