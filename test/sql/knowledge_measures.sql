-- every measure as a point of its own, through saving, lint, compile and back
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
BEGIN;
-- the kinds that this version does not judge yet are judged for the test
ALTER TABLE medsup.rule DROP CONSTRAINT IF EXISTS rule_judged_kind;
ALTER TABLE medsup.rule DISABLE TRIGGER USER;
UPDATE medsup.rule SET judged = true, not_judged_why = NULL WHERE NOT judged;
SELECT medsup.set_parameter('insurance_year_start', '07-01'), medsup.set_parameter('course_gap_days', '30');
SELECT medsup.set_parameter('insurance_year_start', '02-29');
SELECT medsup.set_parameter('insurance_year_start', '04-31');

-- kinds, columns, roles
CREATE TEMP TABLE point (entry_code text, rule_code text, limits jsonb, sub text[], list text[], per text[], main text[] DEFAULT '{XL02BB}');
INSERT INTO point (entry_code, rule_code, limits) VALUES
    ('T-sex', 'N25-067', '{"sex": "male"}'),
    ('T-age', 'N25-065', '{"age_below": 14, "age_unit": "year", "levels": [2, 3]}'),
    ('T-insurance', 'N25-001', '{"insurance": ["work_injury"], "region": "510100", "region_by": "insured"}'),
    ('T-condition', 'N25-001', '{"condition": "line.cnt > 3"}'),
    ('T-setting', 'N25-013', '{"settings": ["inpatient"], "access": "age_years() >= 18"}'),
    ('T-level', 'N25-012', '{"level_min": 3, "alt_level_min": 2, "alt_medins_type": "A5"}'),
    ('T-type', 'N25-012', '{"medins_types": ["A1", "A5"]}'),
    ('T-department', 'N25-021', '{"departments": ["A03", "A04"]}'),
    ('T-grade', 'N25-045', '{"grade_min": 2}'),
    ('T-dx', 'N25-008', '{"dx_required": "I20-I25, !I24", "dx_forbidden": "Z*", "dx_main_only": true}'),
    ('T-price', 'N25-014', '{"limit_value": 12.5}'),
    ('T-discount', 'N25-015', '{"scope": "operation", "rates": [1, 0.5]}'),
    ('T-never', 'N25-003', '{"measure": "never"}'),
    ('T-closure', 'N25-004', '{"measure": "closure"}'),
    ('T-needs-operation', 'N25-064', '{"scope": "stay", "oprn_required": "36.0"}'),
    ('T-parts', 'N25-026', '{"scope": "day", "at_least": 3}'),
    ('T-course', 'N25-010', '{"measure": "days", "scope": "course", "limit_value": 3}'),
    ('T-year', 'N25-027', '{"measure": "count", "scope": "insurance_year", "limit_value": 3, "count_key": "doctor"}'),
    ('T-parameter', 'N25-027', '{"measure": "quantity", "scope": "day", "limit_parameter": "split_stay_gap_days"}'),
    ('T-case', 'N25-028', '{"measure": "fund_money", "scope": "visit", "limit_value": 2, "limit_basis": "case", "limit_case": "visit.amount"}'),
    ('T-overlap', 'N25-069', '{"measure": "overlap", "scope": "lifetime", "at_least": 2}');
INSERT INTO point (entry_code, rule_code, limits, sub, list, per, main) VALUES
    ('T-programme', 'N25-011', '{"programmes": ["M0390"]}', NULL, '{XL02BBA}', NULL, '{X,Z}'),
    ('T-prerequisite', 'N25-005', '{"scope": "lifetime", "before_days": -1, "sub_first": true}', '{XL01}', NULL, NULL, '{XL02BB}'),
    ('T-pair', 'N25-025', '{"scope": "prescription"}', '{XL01}', NULL, NULL, '{XL02BB}'),
    ('T-item', 'N25-086', '{"measure": "quantity", "scope": "stay", "limit_value": 2, "limit_basis": "item"}', NULL, NULL, '{003402000240000}', '{003402000210000}'),
    ('T-record', 'N25-036', '{"condition": "line.prd_days is missing"}', NULL, NULL, NULL, NULL),
    ('T-visits', 'N25-050', '{"measure": "visits", "scope": "month", "limit_value": 15, "settings": ["outpatient"]}', NULL, NULL, NULL, NULL),
    ('T-run', 'N25-051', '{"measure": "visit_days", "scope": "lifetime", "limit_value": 3}', NULL, NULL, NULL, NULL),
    ('T-again', 'N25-049', '{"measure": "readmission", "limit_value": 7, "dx_relation": "same_category"}', NULL, NULL, NULL, NULL),
    ('T-twice', 'N25-052', '{"measure": "stay_overlap"}', NULL, NULL, NULL, NULL),
    ('T-during', 'N25-052', '{"measure": "during_stay", "settings": ["pharmacy"]}', NULL, NULL, NULL, NULL),
    ('T-late', 'N25-052', '{"measure": "after_death"}', NULL, NULL, NULL, NULL);
SELECT count(medsup.add_knowledge(entry_code, rule_code, 'test', main, limits, sub, NULL, list, per)::text) FROM point;
SELECT entry_code, status, missing FROM medsup.knowledge_status WHERE status <> 'ready' ORDER BY entry_code COLLATE "C";
SELECT medsup.set_parameter('split_stay_gap_days', '7');
SELECT entry_code, status, limit_value FROM medsup.knowledge_status WHERE entry_code = 'T-parameter';
SELECT object, problem, allowed FROM medsup.rulebook_problems();
CREATE TEMP TABLE b AS SELECT medsup.compile_rulebook() AS compiled;
SELECT i.format, i.entries, (SELECT count(*) FROM point) AS points FROM b, medsup.rulebook_info(b.compiled) i;

-- what the compiler would refuse is listed by lint, entry by entry
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, measure, scope, limit_value, sex, access, dx_required, condition, window_days, at_least, rates, limit_basis, departments)
VALUES ('W-kind', 'N25-027', 'w', 'visits', 'month', 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
       ('W-scope', 'N25-027', 'w', 'days', 'hour', 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
       ('W-idle', 'N25-027', 'w', 'quantity', 'day', 3, 'male', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
       ('W-window', 'N25-027', 'w', 'quantity', 'rolling', 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
       ('W-two', 'N25-067', 'w', NULL, NULL, NULL, 'male', NULL, NULL, 'line.cnt > 1', NULL, NULL, NULL, NULL, NULL),
       ('W-access', 'N25-067', 'w', NULL, NULL, NULL, 'male', 'line.cnt', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
       ('W-set', 'N25-008', 'w', NULL, NULL, NULL, NULL, NULL, 'I2-', NULL, NULL, NULL, NULL, NULL, NULL),
       ('W-empty', 'N25-008', 'w', NULL, NULL, NULL, NULL, NULL, 'I20, !I20', NULL, NULL, NULL, NULL, NULL, NULL),
       ('W-condition', 'N25-036', 'w', NULL, NULL, NULL, NULL, NULL, NULL, 'line.cmt > 1', NULL, NULL, NULL, NULL, NULL),
       ('W-per', 'N25-027', 'w', 'quantity', 'day', 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'item', NULL),
       ('W-parts', 'N25-026', 'w', 'parts', 'day', NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL),
       ('W-rates', 'N25-015', 'w', NULL, 'day', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL);
INSERT INTO medsup.knowledge_code (entry_code, code) SELECT entry_code, 'XL02' FROM medsup.knowledge WHERE entry_code LIKE 'W-%';
INSERT INTO medsup.knowledge_code (entry_code, role, code) VALUES ('W-idle', 'list', 'XL02');
SELECT rule_code, entry_code, problem, hint FROM medsup.lint_rulebook() WHERE severity = 'error';
DELETE FROM medsup.knowledge WHERE entry_code LIKE 'W-%' AND entry_code <> 'W-window';
SELECT medsup.compile_rulebook() IS NULL;
ROLLBACK;

-- a text that cannot be read is not saved
BEGIN;
SELECT medsup.add_knowledge('T-1', 'N25-036', 'x', NULL, '{"condition": "line.cnt + 1"}');
SELECT medsup.add_knowledge('T-1', 'N25-008', 'x', '{XL02}', '{"dx_required": "I2-"}');
SELECT medsup.add_knowledge('T-1', 'N25-067', 'x', NULL, '{"sex": "male"}');
SELECT medsup.add_knowledge('T-1', 'N25-067', 'x', '{XL02}', '{"sex": "male", "region": "51", "region_by": "insurance"}');
ROLLBACK;

-- exceptions: shipped ones are switched, own ones written
BEGIN;
SELECT exception_code, enabled, rule_codes, condition FROM medsup.exception ORDER BY exception_code COLLATE "C";
UPDATE medsup.exception SET enabled = true WHERE exception_code = 'N-EMERGENCY';
INSERT INTO medsup.exception_setting (exception_code, enabled) VALUES ('N-EMERGENCY', true), ('N-DIALYSIS', false);
INSERT INTO medsup.exception (exception_code, name_zh, name_en, condition) VALUES ('N-MINE', '甲', 'a', 'line.cnt > 1');
INSERT INTO medsup.exception (exception_code, name_zh, name_en, condition) VALUES ('L-1', '甲', 'a', 'line.cnt');
INSERT INTO medsup.exception (exception_code, name_zh, name_en, condition) VALUES ('L-1', '甲', 'a', 'line.cnt > 1');
SELECT exception_code, rule_codes FROM medsup.publishable_exception ORDER BY exception_code COLLATE "C";
-- they are in the book: switching one changes it
SELECT medsup.load_bundled_knowledge() > 0 AS loaded;
CREATE TEMP TABLE digest AS SELECT sha256(medsup.compile_rulebook()) AS d;
DELETE FROM medsup.exception WHERE exception_code = 'L-1';
SELECT sha256(medsup.compile_rulebook()) = d AS same FROM digest;
ROLLBACK;

-- grades of prescribers by title
BEGIN;
INSERT INTO medsup.duty_map (pro_tech_duty, grade) VALUES (' 231 ', 3), ('234', NULL), ('235', 4);
INSERT INTO medsup.duty_map (pro_tech_duty, grade) VALUES (' 231 ', 3), ('234', NULL);
SELECT map, key, value FROM medsup.publishable_map WHERE map = 'duty';
ROLLBACK;
