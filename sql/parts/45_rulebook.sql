-- What is published: the views the compiler reads, the checks before it and the
-- immutable versions it leaves.

-- An incision group is published code by code, but judged as a whole.  Not by
-- knowledge_status, which reads the codes of all points.
CREATE VIEW medsup.grouped_point AS
SELECT k.entry_code,
       pg_catalog.min(k.entry_code COLLATE "C") OVER
           (PARTITION BY k.rule_code, k.entry_group, k.valid_from, k.valid_to, k.region, k.region_by,
                         k.scope, k.count_key, k.rates, k.rates_parameter, u.newer, u.newer_from) AS entry_of
FROM medsup.knowledge k
LEFT JOIN (SELECT o.supersedes, pg_catalog.count(*) AS newer, pg_catalog.min(n.valid_from) AS newer_from
           FROM medsup.knowledge_supersedes o
           JOIN medsup.knowledge n ON n.entry_code OPERATOR(pg_catalog.=) o.entry_code AND n.enabled
           GROUP BY o.supersedes) AS u ON u.supersedes OPERATOR(pg_catalog.=) k.entry_code
WHERE k.entry_group IS NOT NULL AND k.enabled
  -- asked for the few that have a group, not joined to the codes of all
  AND (SELECT true FROM medsup.knowledge_code c WHERE c.entry_code OPERATOR(pg_catalog.=) k.entry_code LIMIT 1);
COMMENT ON VIEW medsup.grouped_point IS 'points that are judged together as one entry of the book, and which of them that entry is';

CREATE VIEW medsup.effective_entry AS
SELECT s.entry_code, s.rule_code, COALESCE(s.entry_group, s.item_name) AS item_name,
       CASE WHEN s.widened THEN '可疑' ELSE COALESCE(t.result_type, s.result_type) END AS result_type,
       s.sex, s.age_from, s.age_below, s.age_unit, s.insurance, s.settings,
       s.level_min, s.level_first_only, s.alt_level_min, s.alt_medins_type,
       s.scope, s.window_days,
       -- what is charged is counted per institution, what is paid for a course per
       -- person: the compiler knows which measure is which
       s.count_key, s.measure,
       pg_catalog.trim_scale(s.limit_value) AS limit_value,
       COALESCE(s.unit, CASE s.measure WHEN 'quantity' THEN 'time' WHEN 'hours' THEN 'hour'
                                       WHEN 'days' THEN 'day' WHEN 'span_days' THEN 'day' WHEN 'gap_days' THEN 'day' END) AS unit,
       s.limit_basis, s.limit_case, s.at_least, s.before_days, s.sub_first,
       s.departments, s.medins_types, s.programmes, s.grade_min,
       s.dx_required, s.dx_forbidden, s.oprn_required, s.dx_main_only, s.dx_relation,
       s.rates, s.condition, s.levels, s.access,
       s.valid_from, s.valid_to, s.region, s.region_by,
       -- what the bureau set goes first; where the point was published stays behind it
       CASE WHEN t.basis IS NULL THEN s.basis
            ELSE pg_catalog.concat_ws('；知识点：',
                     pg_catalog.concat_ws(' ', t.basis, t.basis_no) OPERATOR(pg_catalog.||) '（设定）',
                     NULLIF(pg_catalog.concat_ws(' ', s.basis, s.basis_no), '')) END AS basis,
       CASE WHEN t.basis IS NULL THEN COALESCE(s.basis_no, CASE WHEN s.basis IS NULL THEN t.basis_no END)
            ELSE t.basis_no END AS basis_no,
       s.judged, s.in_force, s.lacks,
       COALESCE(t.enabled, true)
           -- read once, whatever the planner thinks of the rest
           AND NOT (s.entry_code OPERATOR(pg_catalog.=) ANY (SELECT g.entry_code FROM medsup.grouped_point g
                                                             WHERE g.entry_of OPERATOR(pg_catalog.<>) g.entry_code)) AS wanted
FROM medsup.effective_point s
LEFT JOIN medsup.rule_setting t ON t.rule_code OPERATOR(pg_catalog.=) s.rule_code
WHERE s.enabled AND s.has_days;
COMMENT ON VIEW medsup.effective_entry IS 'points that judge some days, as the bureau set their rules; wanted: not switched off, nor part of another entry; lacks: what is missing to judge them';

CREATE VIEW medsup.publishable_entry AS
SELECT e.entry_code, e.rule_code, e.item_name, e.result_type, e.sex, e.age_from, e.age_below,
       e.age_unit, e.insurance, e.settings, e.level_min, e.level_first_only, e.alt_level_min,
       e.alt_medins_type, e.scope, e.window_days, e.count_key, e.measure, e.limit_value, e.unit,
       e.limit_basis, e.limit_case, e.at_least, e.before_days, e.sub_first, e.departments,
       e.medins_types, e.programmes, e.grade_min, e.dx_required, e.dx_forbidden, e.oprn_required,
       e.dx_main_only, e.dx_relation, e.rates, e.condition, e.levels, e.access, e.valid_from,
       e.valid_to, e.region, e.region_by, e.basis, e.basis_no
FROM medsup.effective_entry e
WHERE e.wanted AND e.judged AND e.lacks IS NULL;
COMMENT ON VIEW medsup.publishable_entry IS 'points that go into the next rulebook, parameters put in; a superseded one ends the day before its successor begins';

CREATE VIEW medsup.effective_rule AS
SELECT r.rule_code, r.kind, r.subject,
       COALESCE(t.fund_scope, r.fund_scope) AS fund_scope,
       COALESCE(t.result_type, r.result_type) AS result_type,
       COALESCE(t.stage, '事后') AS stage,
       COALESCE(t.local_name, r.name_zh) AS name_zh,
       r.name_en,
       COALESCE(t.clause, r.clause) AS clause,
       COALESCE(t.disposal, r.disposal) AS disposal
FROM medsup.rule r
LEFT JOIN medsup.rule_setting t ON t.rule_code OPERATOR(pg_catalog.=) r.rule_code;
COMMENT ON VIEW medsup.effective_rule IS 'rules with what the bureau set; stage 事后 while unset, since the night audits after the fact';

CREATE VIEW medsup.publishable_rule AS
SELECT r.rule_code, r.kind, r.subject, r.fund_scope, r.result_type, r.stage, r.name_zh, r.name_en, r.clause, r.disposal
FROM medsup.effective_rule r
WHERE r.rule_code OPERATOR(pg_catalog.=) ANY (SELECT e.rule_code FROM medsup.publishable_entry e);
COMMENT ON VIEW medsup.publishable_rule IS 'rules that have a point in the next rulebook, with what the bureau set';

CREATE VIEW medsup.effective_code AS
SELECT c.entry_code, c.role, c.code
FROM medsup.knowledge_code c
WHERE NOT (c.entry_code OPERATOR(pg_catalog.=) ANY (SELECT g.entry_code FROM medsup.grouped_point g))
UNION ALL
-- a code may be in several points of a group
SELECT DISTINCT g.entry_of, c.role, c.code
FROM medsup.grouped_point g
JOIN medsup.knowledge_code c ON c.entry_code OPERATOR(pg_catalog.=) g.entry_code;
COMMENT ON VIEW medsup.effective_code IS 'codes of all points, those of a group as codes of the entry that it is in the book';

CREATE VIEW medsup.publishable_code AS
SELECT c.entry_code, c.role, c.code
FROM medsup.effective_code c
JOIN medsup.publishable_entry e ON e.entry_code OPERATOR(pg_catalog.=) c.entry_code;
COMMENT ON VIEW medsup.publishable_code IS 'codes of the points that go into the next rulebook';

CREATE VIEW medsup.publishable_map AS
SELECT m.map, m.key, m.value
FROM (
    SELECT DISTINCT ON (u.map, u.key) u.map, u.key, u.value
    FROM (
        SELECT 'level' AS map, pg_catalog.btrim(l.hosp_lv) AS key, l.level::text AS value, l.origin FROM medsup.level_map l
        UNION ALL
        SELECT 'setting', pg_catalog.btrim(s.med_type), s.setting, s.origin FROM medsup.setting_map s
        UNION ALL
        SELECT 'insurance', pg_catalog.btrim(i.insutype), i.class, i.origin FROM medsup.insurance_map i
        UNION ALL
        SELECT 'clr_way', pg_catalog.btrim(c.clr_way), c.method, c.origin FROM medsup.clr_way_map c
        UNION ALL
        SELECT 'duty', pg_catalog.btrim(d.pro_tech_duty), d.grade::text, d.origin FROM medsup.duty_map d
    ) AS u
    ORDER BY u.map, u.key, (u.origin OPERATOR(pg_catalog.=) 'local') DESC
) AS m
WHERE m.value IS NOT NULL;
COMMENT ON VIEW medsup.publishable_map IS 'dictionaries that go into the next rulebook, local rows outranking shipped ones';

-- Codes of provincial and local lists as the national codes that they stand for,
-- by the maps to the editions in force.  Frozen into each book, so that a
-- version judges the same whatever becomes of the maps.
CREATE VIEW medsup.mapped_code AS
SELECT c.from_code AS code, c.from_system, c.from_edition, c.to_system, c.to_edition,
       pg_catalog.min(c.to_code) AS national_code, pg_catalog.count(*) AS candidates
FROM (
    SELECT DISTINCT m.from_code, m.to_code,
           pg_catalog.min(m.from_system) OVER w AS from_system, pg_catalog.min(m.from_edition) OVER w AS from_edition,
           pg_catalog.min(m.to_system) OVER w AS to_system, pg_catalog.min(m.to_edition) OVER w AS to_edition
    FROM medsup.code_map m
    WHERE m.retracted_at IS NULL AND m.to_code OPERATOR(pg_catalog.<>) m.from_code
      AND m.from_system OPERATOR(pg_catalog.=) ANY ('{drug,service,consumable,local}')
      AND m.to_system OPERATOR(pg_catalog.=) ANY ('{drug,service,consumable}')
      -- another edition than the one in force is no way to today's points
      AND NOT EXISTS (SELECT FROM medsup.code_book b
                      WHERE b.system OPERATOR(pg_catalog.=) m.to_system AND b.edition OPERATOR(pg_catalog.<>) m.to_edition
                        AND b.valid OPERATOR(pg_catalog.@>) medsup.civil_today())
      -- what is a national code today is meant as such
      AND NOT EXISTS (SELECT FROM medsup.code_book_entry e
                      WHERE e.system OPERATOR(pg_catalog.=) m.to_system AND e.code OPERATOR(pg_catalog.=) m.from_code
                        AND e.retracted_at IS NULL AND e.valid OPERATOR(pg_catalog.@>) medsup.civil_today())
    WINDOW w AS (PARTITION BY m.from_code)
) AS c
GROUP BY c.from_code, c.from_system, c.from_edition, c.to_system, c.to_edition;
COMMENT ON VIEW medsup.mapped_code IS 'codes of local lists and older editions, and the code of the edition in force that each stands for; more than one candidate: none goes into the next rulebook';

CREATE VIEW medsup.publishable_param AS
SELECT p.name, COALESCE(s.value, p.default_value) AS value
FROM medsup.rule_parameter p
LEFT JOIN medsup.parameter_setting s ON s.name OPERATOR(pg_catalog.=) p.name
WHERE COALESCE(s.value, p.default_value) IS NOT NULL
UNION ALL
SELECT 'mapped ' OPERATOR(pg_catalog.||) m.code,
       pg_catalog.format('%s %s %s > %s %s', m.national_code, m.from_system, m.from_edition, m.to_system, m.to_edition)
FROM medsup.mapped_code m
WHERE m.candidates OPERATOR(pg_catalog.=) 1;
COMMENT ON VIEW medsup.publishable_param IS 'parameters that go into the next rulebook, and the codes that stand for others (mapped CODE)';

CREATE VIEW medsup.publishable_exception AS
SELECT x.exception_code, x.name_zh, x.name_en, x.rule_codes, x.condition
FROM medsup.exception x
LEFT JOIN medsup.exception_setting t ON t.exception_code OPERATOR(pg_catalog.=) x.exception_code
WHERE COALESCE(t.enabled, x.enabled);
COMMENT ON VIEW medsup.publishable_exception IS 'exceptions that go into the next rulebook';

CREATE FUNCTION medsup.rulebook_problems(OUT object text, OUT problem text, OUT allowed text)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL RESTRICTED CALLED ON NULL INPUT ROWS 10
SET search_path = pg_catalog, pg_temp SET enable_nestloop = off SET enable_mergejoin = off SET work_mem = '64MB' SET jit = off
AS 'MODULE_PATHNAME', 'medsup_rulebook_problems';
COMMENT ON FUNCTION medsup.rulebook_problems() IS 'everything for which compile_rulebook would refuse: the entry, rule, parameter or exception, what is wrong with it and what is allowed';

CREATE TABLE medsup.rulebook (
    version         int PRIMARY KEY CHECK (version OPERATOR(pg_catalog.>) 0),
    digest          bytea NOT NULL,
    compiled        bytea NOT NULL,
    rules           int NOT NULL,
    entries         int NOT NULL,
    codes           int NOT NULL,
    unset           int NOT NULL,
    note            text,
    published_by    text NOT NULL DEFAULT CURRENT_USER,
    published_at    timestamptz NOT NULL DEFAULT pg_catalog.now(),
    -- authors may insert rows, but not one that pretends to be another book
    CONSTRAINT rulebook_digest CHECK (digest OPERATOR(pg_catalog.=) pg_catalog.sha256(compiled))
);
-- A book is read whole and is not text: no compression to undo in every backend.
ALTER TABLE medsup.rulebook ALTER COLUMN compiled SET STORAGE EXTERNAL;
COMMENT ON TABLE medsup.rulebook IS 'published rulebooks: a version is never changed, findings refer to it';
COMMENT ON COLUMN medsup.rulebook.version IS 'number, counted up by publish_rulebook';
COMMENT ON COLUMN medsup.rulebook.digest IS 'SHA-256 of compiled; same content, same digest';
COMMENT ON COLUMN medsup.rulebook.compiled IS 'the book as the evaluator reads it (docs/formats.md)';
COMMENT ON COLUMN medsup.rulebook.rules IS 'rules in it';
COMMENT ON COLUMN medsup.rulebook.entries IS 'points in it';
COMMENT ON COLUMN medsup.rulebook.codes IS 'distinct codes in it';
COMMENT ON COLUMN medsup.rulebook.unset IS 'points in force left out because something was missing';
COMMENT ON COLUMN medsup.rulebook.note IS 'why it was published';
COMMENT ON COLUMN medsup.rulebook.published_by IS 'who published it';
COMMENT ON COLUMN medsup.rulebook.published_at IS 'when';

CREATE FUNCTION medsup.guard_rulebook() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a published rulebook never changes'
    USING ERRCODE = '55000',
          DETAIL = format('%s on medsup.rulebook was refused: findings and their evidence refer to its versions.', TG_OP),
          HINT = 'Change rules or knowledge and publish the next version.';
END
$$;
COMMENT ON FUNCTION medsup.guard_rulebook() IS 'trigger: refuses any change of a published rulebook';
CREATE TRIGGER rulebook_guard BEFORE UPDATE OR DELETE ON medsup.rulebook
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_rulebook();
COMMENT ON TRIGGER rulebook_guard ON medsup.rulebook IS 'a version never changes';
CREATE TRIGGER rulebook_guard_all BEFORE TRUNCATE ON medsup.rulebook
    FOR EACH STATEMENT EXECUTE FUNCTION medsup.guard_rulebook();
COMMENT ON TRIGGER rulebook_guard_all ON medsup.rulebook IS 'a version never goes';

CREATE FUNCTION medsup.current_rulebook(OUT version int, OUT digest bytea) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT b.version, b.digest FROM medsup.rulebook b ORDER BY b.version DESC LIMIT 1;
END;
COMMENT ON FUNCTION medsup.current_rulebook() IS 'version and digest of the rulebook in force; no row before the first publish';

CREATE VIEW medsup.rule_status AS
SELECT r.rule_code, r.name_zh, r.name_en, r.kind,
       COALESCE(t.enabled, true) AS enabled,
       r.judged,
       COALESCE(e.in_force, 0) AS in_force,
       COALESCE(e.ready, 0) AS ready,
       COALESCE(e.unset, 0) AS unset,
       COALESCE(t.enabled, true) AND COALESCE(e.ready, 0) OPERATOR(pg_catalog.>) 0 AS runs,
       CASE WHEN NOT COALESCE(t.enabled, true) THEN 'switched off'
            WHEN NOT r.judged THEN 'not judged in this version: ' OPERATOR(pg_catalog.||) r.not_judged_why
            WHEN COALESCE(e.in_force, 0) OPERATOR(pg_catalog.=) 0 THEN 'no knowledge loaded'
            WHEN e.unset OPERATOR(pg_catalog.>) 0 THEN 'unset: ' OPERATOR(pg_catalog.||) e.missing END AS lacks
FROM medsup.rule r
LEFT JOIN medsup.rule_setting t ON t.rule_code OPERATOR(pg_catalog.=) r.rule_code
LEFT JOIN (
    SELECT s.rule_code,
           (pg_catalog.count(*) FILTER (WHERE s.in_force))::int AS in_force,
           (pg_catalog.count(*) FILTER (WHERE s.status OPERATOR(pg_catalog.=) 'ready'))::int AS ready,
           (pg_catalog.count(*) FILTER (WHERE s.status OPERATOR(pg_catalog.=) 'unset'))::int AS unset,
           pg_catalog.string_agg(DISTINCT s.missing, ', ') FILTER (WHERE s.status OPERATOR(pg_catalog.=) 'unset') AS missing
    FROM medsup.knowledge_status s
    GROUP BY s.rule_code
) AS e ON e.rule_code OPERATOR(pg_catalog.=) r.rule_code;
COMMENT ON VIEW medsup.rule_status IS 'each rule: points in force, ready and unset, whether it runs in the next rulebook and what it lacks';

CREATE FUNCTION medsup.refuse_errors() RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bad     bigint;
    listing text;
BEGIN
    SELECT count(*), string_agg(CASE WHEN l.n <= 20 THEN concat_ws(' ', l.rule_code, l.entry_code) || ': ' || l.problem || '. ' || l.hint END, E'\n' ORDER BY l.n)
    INTO bad, listing
    FROM (SELECT row_number() OVER () AS n, x.* FROM medsup.lint_rulebook() x WHERE x.severity = 'error') AS l;
    IF bad > 0 THEN
        RAISE EXCEPTION 'the rulebook has % %, nothing was published', bad, CASE WHEN bad = 1 THEN 'error' ELSE 'errors' END
        USING ERRCODE = 'MS103',
              DETAIL = listing || CASE WHEN bad > 20 THEN format(E'\nand %s more', bad - 20) ELSE '' END,
              HINT = 'medsup.lint_rulebook() lists all errors and warnings.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.refuse_errors() IS 'an error that lists all errors of lint_rulebook, where there are any';

-- Right after a load there are no statistics, and a plan made before it may still
-- be cached: joins are made by hashing, whatever the planner believes, and plans
-- made anew, here and in publish.
CREATE FUNCTION medsup.build_rulebook(
    OUT digest bytea, OUT compiled bytea, OUT rules int, OUT entries int, OUT codes int, OUT unset int)
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp SET jit = off SET enable_nestloop = off SET enable_mergejoin = off SET work_mem = '64MB' SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    n       record;
BEGIN
    -- one publish at a time, and nothing may change between check and compile
    PERFORM pg_advisory_xact_lock(hashtextextended('medsup.publish_rulebook', 0));
    LOCK TABLE medsup.rule, medsup.rule_setting, medsup.parameter_setting, medsup.level_map, medsup.setting_map,
               medsup.insurance_map, medsup.clr_way_map, medsup.duty_map, medsup.exception, medsup.exception_setting, medsup.knowledge, medsup.knowledge_code, medsup.knowledge_supersedes,
               medsup.code_map, medsup.code_book, medsup.code_book_entry
        IN SHARE MODE;

    -- The compiler checks all that it reads and stops at the first problem;
    -- everything is read a second time only to list them all.
    IF EXISTS (SELECT FROM medsup.lint_errors()) THEN
        PERFORM medsup.refuse_errors();
    END IF;
    BEGIN
        SELECT c.* INTO n FROM medsup.compile_rulebook_counting() c;
    EXCEPTION WHEN SQLSTATE 'MS102' THEN
        PERFORM medsup.refuse_errors();
        RAISE;
    END;
    compiled := n.compiled;
    digest := sha256(compiled);
    IF EXISTS (SELECT FROM medsup.rulebook_conflicts(compiled, true) c WHERE NOT c.outranks) THEN
        PERFORM medsup.refuse_errors();
    END IF;
    SELECT i.rules, i.entries, i.codes INTO rules, entries, codes FROM medsup.rulebook_info(compiled) i;
    unset := cardinality(n.unset_rules);
    IF entries = 0 THEN
        RAISE EXCEPTION 'there is nothing to publish'
        USING ERRCODE = 'MS103',
              DETAIL = format('No knowledge point is ready; %s in force are unset.', unset),
              HINT = 'Load knowledge with medsup.load_knowledge or medsup.load_bundled_knowledge; medsup.rule_status says what each rule lacks.';
    END IF;
    IF unset > 0 OR n.not_judged > 0 THEN
        RAISE NOTICE '% knowledge points in force are left out: % unset, % of kinds this version does not judge', unset + n.not_judged, unset, n.not_judged
        USING DETAIL = (SELECT string_agg(format('%s %s (%s): %s', u.rule_code, r.name_zh, u.points, u.lacks), E'\n' ORDER BY u.rule_code COLLATE "C")
                        FROM (SELECT x.rule_code, count(*) AS points, string_agg(DISTINCT x.lacks, ', ') AS lacks
                              FROM unnest(n.unset_rules, n.unset_lacks) AS x (rule_code, lacks) GROUP BY x.rule_code) AS u
                        JOIN medsup.rule r ON r.rule_code = u.rule_code),
              HINT = 'medsup.unset_entry says how each is supplied; medsup.load_example_parameters() gives examples.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.build_rulebook() IS 'checks and compiles the next rulebook under the lock of publishing, without storing it';

CREATE FUNCTION medsup.publish_rulebook(note text DEFAULT NULL) RETURNS int
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    book    record;
    cur     record;
    v       int;
BEGIN
    PERFORM medsup.check_two_eyes();
    SELECT b.* INTO book FROM medsup.build_rulebook() b;
    SELECT c.version, c.digest INTO cur FROM medsup.current_rulebook() c;
    IF FOUND AND cur.digest = book.digest THEN
        RAISE NOTICE 'nothing changed since version %, which stays in force', cur.version;
        RETURN cur.version;
    END IF;
    INSERT INTO medsup.rulebook (version, digest, compiled, rules, entries, codes, unset, note)
    VALUES (coalesce(cur.version, 0) + 1, book.digest, book.compiled, book.rules, book.entries, book.codes, book.unset, publish_rulebook.note)
    RETURNING version INTO v;
    RETURN v;
END
$$;
COMMENT ON FUNCTION medsup.publish_rulebook(text) IS 'checks, compiles and publishes the next rulebook; returns its version, or the one in force when nothing changed';
