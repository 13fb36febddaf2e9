-- What lint says: of each item a planted case and a near miss beside it.
\set SHOW_CONTEXT never
\pset null -
SET client_min_messages = warning;
BEGIN;
DELETE FROM medsup.knowledge;
-- a book of drugs and services in force, and a code that ended
INSERT INTO medsup.code_book (system, edition, valid) VALUES ('drug', 'T1', '[2020-01-01,)'), ('icd10', 'T1', '[2020-01-01,)');
INSERT INTO medsup.code_book_entry (system, edition, code, valid) VALUES
    ('drug', 'T1', 'XL02BBA326A001010102180', '[2020-01-01,)'), ('drug', 'T1', 'XC01EBC109B001010102049', '[2020-01-01,2024-01-01)'),
    ('icd10', 'T1', 'I20.000', '[2020-01-01,)');
CREATE FUNCTION pg_temp.plant(code text, rule text, codes text[], limits jsonb, subs text[] DEFAULT NULL) RETURNS void LANGUAGE sql AS
$$ SELECT medsup.add_knowledge(code, rule, code, codes, limits, subs) $$;
CREATE FUNCTION pg_temp.lint(wanted text) RETURNS TABLE (severity text, entry_code text, problem text) LANGUAGE sql AS
$$ SELECT l.severity, l.entry_code, l.problem FROM medsup.lint_rulebook() l WHERE l.item = wanted $$;

-- contradiction: opposite sexes and ages, two limits; not over other days, regions or codes
SELECT count(pg_temp.plant(c, 'N25-067', k, l)) FROM (VALUES
    ('C-male', '{003102000010000}'::text[], '{"sex": "male"}'::jsonb),
    ('C-female', '{0031020000}', '{"sex": "female", "valid_to": "2026-12-31"}'),
    ('C-later', '{003102000010000}', '{"sex": "male", "valid_from": "2027-01-01", "region": "320000", "region_by": "care"}'),
    ('C-other', '{003103000010000}', '{"sex": "female"}')) p (c, k, l);
SELECT count(pg_temp.plant(c, 'N25-027', k, l)) FROM (VALUES
    ('C-two', '{003104000010000}'::text[], '{"measure": "quantity", "scope": "day", "limit_value": 2}'::jsonb),
    ('C-per-person', '{003104000010000}', '{"measure": "quantity", "scope": "day", "limit_value": 1, "count_key": "person"}'),
    ('C-level-3', '{003105000010000}', '{"measure": "quantity", "scope": "day", "limit_value": 1, "levels": [3]}'),
    ('C-all-levels', '{003105000010000}', '{"measure": "quantity", "scope": "day", "limit_value": 2}')) p (c, k, l);
SELECT count(pg_temp.plant(c, 'N25-014', k, l)) FROM (VALUES
    ('C-price-9', '{003104000010000,003104000020000}'::text[], '{"limit_value": 9}'::jsonb),
    ('C-price-8', '{003104000010000,003104000030000}', '{"limit_value": 8}'),
    ('C-price-7', '{003104000040000}', '{"limit_value": 7}')) p (c, k, l);
SELECT * FROM pg_temp.lint('contradiction');
-- which refuses the publish
SAVEPOINT before;
SELECT medsup.publish_rulebook();
ROLLBACK TO before;
DELETE FROM medsup.knowledge WHERE entry_code = 'C-male';

-- overlap and subsumption: the same said twice, or said already by something stricter
SELECT count(pg_temp.plant(c, r, k, l, s)) FROM (VALUES
    ('O-some', 'N25-029', '{003201000010000,003201000020000}'::text[], '{"age_from": 18, "age_unit": "year"}'::jsonb, NULL::text[]),
    ('O-others', 'N25-029', '{003201000020000,003201000030000}', '{"age_from": 18, "age_unit": "year"}', NULL),
    ('S-stricter', 'N25-029', '{00320100}', '{"age_from": 21, "age_unit": "year", "valid_from": "2026-06-01"}', NULL),
    ('S-same', 'N25-029', '{003202000010000}', '{"age_from": 18, "age_unit": "year"}', NULL),
    ('S-same-again', 'N25-029', '{003202000010000}', '{"age_from": 18, "age_unit": "year", "valid_from": "2026-06-01"}', NULL),
    ('S-looser', 'N25-086', '{003203000010000}', '{"measure": "quantity", "scope": "stay", "limit_value": 3}', NULL),
    ('S-wider', 'N25-086', '{003203000010000,003203000020000}', '{"measure": "quantity", "scope": "stay", "limit_value": 3}', NULL),
    ('S-narrow', 'N25-086', '{003203000020000}', '{"measure": "quantity", "scope": "stay", "limit_value": 2}', NULL),
    ('P-there', 'N25-025', '{003204000010000}', '{"scope": "day"}', '{003204000020000}'),
    ('P-back', 'N25-025', '{003204000020000}', '{"scope": "day"}', '{003204000010000}'),
    ('P-visit', 'N25-025', '{003204000020000}', '{"scope": "visit"}', '{003204000010000}')) p (c, r, k, l, s);
SELECT * FROM pg_temp.lint('overlap');
SELECT * FROM pg_temp.lint('subsumption');
SELECT * FROM pg_temp.lint('contradiction') WHERE entry_code ~ '^[OS]-';

-- regions: what overrides, what says the opposite, what says nothing new
SELECT count(pg_temp.plant(c, r, k, l)) FROM (VALUES
    ('R-nation', 'N25-027', '{003301000010000,003301000020000}'::text[], '{"measure": "quantity", "scope": "day", "limit_value": 1}'::jsonb),
    ('R-province', 'N25-027', '{003301000010000}', '{"measure": "quantity", "scope": "day", "limit_value": 2, "region": "510000", "region_by": "care"}'),
    ('R-city', 'N25-027', '{003301000010000}', '{"measure": "quantity", "scope": "day", "limit_value": 3, "region": "510100", "region_by": "care"}'),
    ('R-elsewhere', 'N25-027', '{003301000010000}', '{"measure": "quantity", "scope": "day", "limit_value": 4, "region": "520000", "region_by": "care"}'),
    ('R-visit', 'N25-027', '{003301000010000}', '{"measure": "quantity", "scope": "visit", "limit_value": 9, "region": "510100", "region_by": "care"}'),
    ('R-women', 'N25-081', '{003302000010000}', '{"sex": "female"}'),
    ('R-men', 'N25-081', '{003302000010000}', '{"sex": "male", "region": "510000", "region_by": "care"}'),
    ('R-women-too', 'N25-081', '{003302000010000}', '{"sex": "female", "region": "520000", "region_by": "care"}')) p (c, r, k, l);
SELECT * FROM pg_temp.lint('override');
SELECT * FROM pg_temp.lint('contradiction') WHERE entry_code LIKE 'R-%';
SELECT * FROM pg_temp.lint('subsumption') WHERE entry_code LIKE 'R-%';

-- codes that the books do not know; services have no book and are not asked for
SELECT count(pg_temp.plant(c, r, k, l)) FROM (VALUES
    ('U-known', 'N25-013', '{XL02BBA326A001010102180,XL02BB}'::text[], '{"settings": ["inpatient"]}'::jsonb),
    ('U-unknown', 'N25-013', '{XL02BBA326A001010102180,XL09ZZA001A001010100001,XL09ZZ}', '{"settings": ["inpatient"]}'),
    ('U-ended', 'N25-013', '{XC01EBC109B001010102049}', '{"settings": ["inpatient"]}'),
    ('U-over', 'N25-013', '{XC01EBC109B001010102049}', '{"settings": ["inpatient"], "valid_to": "2023-12-31"}'),
    ('U-service', 'N25-013', '{003303000010000}', '{"settings": ["inpatient"]}'),
    ('U-dx', 'N25-008', '{003303000020000}', '{"dx_required": "I20"}'),
    ('U-dx-none', 'N25-008', '{003303000030000}', '{"dx_required": "I99"}')) p (c, r, k, l);
SELECT * FROM pg_temp.lint('unknown_code');

-- what can hit nothing
SELECT count(pg_temp.plant(c, r, k, l)) FROM (VALUES
    ('D-false', 'N25-036', NULL::text[], '{"condition": "1 > 2 and line.cnt > 0"}'::jsonb),
    ('D-setting', 'N25-036', NULL, '{"condition": "setting() = ''inpatent'' and line.cnt > 9"}'),
    ('D-level', 'N25-036', NULL, '{"condition": "level() > 3"}'),
    ('D-not', 'N25-036', NULL, '{"condition": "setting() = ''inpatient'' and level() = 3 or line.cnt > 9"}'),
    ('D-access', 'N25-014', '{003401000010000}', '{"limit_value": 5, "access": "insurance() in (''basics'')"}'),
    ('D-all', 'N25-013', '{003401000020000}', '{"settings": ["inpatient", "emergency", "outpatient", "chronic", "pharmacy", "internet"]}'),
    ('D-some', 'N25-013', '{003401000020000}', '{"settings": ["inpatient", "emergency", "outpatient", "chronic", "pharmacy"]}'),
    ('D-age', 'N25-029', '{003401000030000}', '{"age_from": 0, "age_unit": "year"}')) p (c, r, k, l);
INSERT INTO medsup.rule_setting (rule_code, enabled) VALUES ('N25-086', false);
SELECT severity, item, rule_code, entry_code, problem FROM medsup.lint_rulebook() WHERE item IN ('dead', 'expired');

-- exceptions that cannot be reached, or swallow everything
INSERT INTO medsup.exception (exception_code, name_zh, name_en, condition, rule_codes) VALUES
    ('X-dead-rule', 'x', 'x', 'line.cnt > 1', '{N25-015}'), ('X-live-rule', 'x', 'x', 'line.cnt > 1', '{N25-015,N25-013}'), ('X-all-rules', 'x', 'x', 'line.cnt > 1', NULL),
    ('X-no-rule', 'x', 'x', 'line.cnt > 1', '{N25-013,N25-099}'),
    ('X-false', 'x', 'x', 'setting() = ''hospital''', '{N25-013}'), ('X-true', 'x', 'x', 'line.cnt > 1 or 2 > 1', '{N25-013}'),
    ('X-unset', 'x', 'x', 'visit.med_type = parameter(''observation_med_type'')', '{N25-013}'), ('X-set', 'x', 'x', 'visit.med_type = parameter(''timezone'')', '{N25-013}'),
    ('X-word', 'x', 'x', 'visit.med_type in (''21'', ''2101'', ''99'') or visit.hosp_lv = ''02''', '{N25-013}');
SELECT * FROM pg_temp.lint('exception');
SELECT severity, item, entry_code, problem, hint FROM medsup.lint_rulebook('zh') WHERE entry_code IN ('O-some', 'R-city', 'U-unknown', 'X-no-rule') OR item = 'dead' AND entry_code IS NULL;
SELECT medsup.lint_rulebook('fr');
ROLLBACK;
