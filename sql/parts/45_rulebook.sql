-- What is published: the views the compiler reads, the checks before it and the
-- immutable versions it leaves.

CREATE VIEW medsup.publishable_entry AS
SELECT k.entry_code, k.rule_code, k.item_name,
       CASE WHEN k.widened THEN '可疑' ELSE COALESCE(t.result_type, r.result_type) END AS result_type,
       s.sex, s.age_from, s.age_below, s.age_unit, s.insurance, s.settings,
       s.level_min, s.level_first_only, s.alt_level_min, s.alt_medins_type,
       s.scope, s.window_days, s.count_key, s.measure,
       pg_catalog.trim_scale(s.limit_value) AS limit_value, s.unit,
       k.valid_from, k.valid_to, k.region, k.region_by,
       COALESCE(k.basis, t.basis) AS basis,
       COALESCE(k.basis_no, CASE WHEN k.basis IS NULL THEN t.basis_no END) AS basis_no
FROM medsup.knowledge_status s
JOIN medsup.knowledge k ON k.entry_code OPERATOR(pg_catalog.=) s.entry_code
JOIN medsup.rule r ON r.rule_code OPERATOR(pg_catalog.=) s.rule_code
LEFT JOIN medsup.rule_setting t ON t.rule_code OPERATOR(pg_catalog.=) s.rule_code
WHERE s.status OPERATOR(pg_catalog.=) 'ready'
  AND COALESCE(t.enabled, true);
COMMENT ON VIEW medsup.publishable_entry IS 'points that go into the next rulebook, parameters put in';

CREATE VIEW medsup.publishable_rule AS
SELECT r.rule_code, r.kind, r.subject,
       COALESCE(t.fund_scope, r.fund_scope) AS fund_scope,
       COALESCE(t.result_type, r.result_type) AS result_type,
       COALESCE(t.stage, '事后') AS stage,
       COALESCE(t.local_name, r.name_zh) AS name_zh,
       r.name_en,
       COALESCE(t.clause, r.clause) AS clause,
       COALESCE(t.disposal, r.disposal) AS disposal
FROM medsup.rule r
LEFT JOIN medsup.rule_setting t ON t.rule_code OPERATOR(pg_catalog.=) r.rule_code
WHERE r.rule_code OPERATOR(pg_catalog.=) ANY (SELECT e.rule_code FROM medsup.publishable_entry e);
COMMENT ON VIEW medsup.publishable_rule IS 'rules that have a point in the next rulebook, with what the bureau set; stage 事后 while unset, since the night audits after the fact';

CREATE VIEW medsup.publishable_code AS
SELECT c.entry_code, c.role, c.code
FROM medsup.knowledge_code c
WHERE c.entry_code OPERATOR(pg_catalog.=) ANY (SELECT e.entry_code FROM medsup.publishable_entry e);
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
    ) AS u
    ORDER BY u.map, u.key, (u.origin OPERATOR(pg_catalog.=) 'local') DESC
) AS m
WHERE m.value IS NOT NULL;
COMMENT ON VIEW medsup.publishable_map IS 'dictionaries that go into the next rulebook, local rows outranking shipped ones';

CREATE VIEW medsup.publishable_param AS
SELECT p.name, COALESCE(s.value, p.default_value) AS value
FROM medsup.rule_parameter p
LEFT JOIN medsup.parameter_setting s ON s.name OPERATOR(pg_catalog.=) p.name
WHERE COALESCE(s.value, p.default_value) IS NOT NULL;
COMMENT ON VIEW medsup.publishable_param IS 'parameters that go into the next rulebook';

CREATE TABLE medsup.rulebook (
    version         int PRIMARY KEY,
    digest          bytea NOT NULL,
    compiled        bytea NOT NULL,
    rules           int NOT NULL,
    entries         int NOT NULL,
    codes           int NOT NULL,
    unset           int NOT NULL,
    note            text,
    published_by    text NOT NULL DEFAULT CURRENT_USER,
    published_at    timestamptz NOT NULL DEFAULT pg_catalog.now()
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
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
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
