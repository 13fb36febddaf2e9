-- publishing: checks first, same content same version, a version never changes
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
BEGIN;
DELETE FROM medsup.knowledge;
SELECT medsup.publish_rulebook();
SELECT medsup.load_bundled_knowledge();
-- what is missing is said, never passed over
SELECT severity, rule_code, entry_code, problem, hint FROM medsup.lint_rulebook();
SELECT rule_code, in_force, ready, unset, runs, lacks FROM medsup.rule_status WHERE in_force > 0 ORDER BY rule_code COLLATE "C";
SELECT rule_code, judged, runs, lacks FROM medsup.rule_status WHERE rule_code IN ('N25-003', 'N25-006', 'N25-047') ORDER BY rule_code COLLATE "C";
SELECT coalesce(max(version), 0) AS before FROM medsup.rulebook \gset
SELECT medsup.publish_rulebook('first') - :before AS version;
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT medsup.publish_rulebook('again') - :before AS version;
SELECT medsup.set_parameter('child_age_below_years', '14', 'test');
SELECT medsup.publish_rulebook('with children') - :before AS version;
SELECT medsup.publish_rulebook('and again') - :before AS version;
-- going back to the same content gives the same digest under a new number
SELECT medsup.set_parameter('child_age_below_years', NULL);
SELECT medsup.publish_rulebook('without again') - :before AS version;
RESET client_min_messages;
\set VERBOSITY default
SELECT version - :before AS version, rules, entries, codes, unset, note, digest = sha256(compiled) AS sealed,
       digest = (SELECT f.digest FROM medsup.rulebook f WHERE f.version = :before + 1) AS like_first
FROM medsup.rulebook WHERE version > :before ORDER BY version;
SELECT c.version - :before AS version, c.digest = b.digest AS same FROM medsup.current_rulebook() c JOIN medsup.rulebook b USING (version);
UPDATE medsup.rulebook SET note = 'x';
DELETE FROM medsup.rulebook;
TRUNCATE medsup.rulebook;
-- and no row pretends to be another book
\set VERBOSITY terse
INSERT INTO medsup.rulebook (version, digest, compiled, rules, entries, codes, unset) VALUES (99, sha256('x'), 'y', 0, 0, 0, 0);
\set VERBOSITY default
-- a rule that is switched off leaves the book
INSERT INTO medsup.rule_setting (rule_code, enabled) VALUES ('N25-067', false);
SELECT count(*) FROM medsup.publishable_rule WHERE rule_code = 'N25-067';
SELECT runs, lacks FROM medsup.rule_status WHERE rule_code = 'N25-067';
DELETE FROM medsup.rule_setting;
-- 明确违规 needs a clause and a basis of the bureau
INSERT INTO medsup.rule_setting (rule_code, result_type) VALUES ('N25-013', '明确违规');
SELECT medsup.publish_rulebook();
UPDATE medsup.rule_setting SET clause = '第三十八条第六项', basis = '医保药品目录', basis_no = '2025';
SELECT severity FROM medsup.lint_rulebook() WHERE severity = 'error';
-- a widened point stays 可疑 all the same
SELECT r.result_type AS rule, e.item_name, e.result_type, e.basis_no FROM medsup.publishable_entry e JOIN medsup.publishable_rule r USING (rule_code)
WHERE e.rule_code = 'N25-013' ORDER BY e.item_name COLLATE "C";
-- the bureau's basis goes first, the point's own source stays behind it; a rule
-- without a setting keeps the point's
SELECT DISTINCT t.rule_code COLLATE "C" AS rule_set, e.basis COLLATE "C" AS basis, e.basis_no, k.basis AS point_basis, k.basis_no AS point_no
FROM medsup.publishable_entry e JOIN medsup.knowledge k USING (entry_code) LEFT JOIN medsup.rule_setting t ON t.rule_code = e.rule_code
WHERE e.rule_code IN ('N25-013', 'N25-067') ORDER BY 1, 2;
-- contradictions
SELECT medsup.add_knowledge('L-1', 'N25-067', '甲', '{XL02BBA326A001010102180}', '{"sex": "female"}');
SELECT medsup.add_knowledge('L-2', 'N25-067', '乙', '{XL03}', '{"sex": "female", "insurance": ["basic"]}');
SELECT medsup.add_knowledge('L-3', 'N25-029', '丙', '{003402000320000}', '{"age_from": 60, "age_below": 60, "age_unit": "year"}');
SELECT medsup.add_knowledge('L-4', 'N25-029', '丙', '{003402000320000}', '{"age_from": 60}');
SELECT medsup.add_knowledge('L-5', 'N25-013', '丁', '{XL03}', '{"settings": ["inpatient"], "level_min": 2}');
SELECT medsup.add_knowledge('L-6', 'N25-025', '戊', '{003402000320000}', '{"scope": "day"}');
SELECT medsup.add_knowledge('L-7', 'N25-027', '己', '{003402000320000}', '{"scope": "rolling", "measure": "quantity", "limit_value": 1}');
SELECT medsup.add_knowledge('L-8', 'N25-027', '己', '{003402000320000}', '{"scope": "visit", "measure": "quantity", "limit_value": 1}');
SELECT medsup.add_knowledge('L-9', 'N25-027', '住院诊查费', '{001102000050000}', '{"scope": "day", "measure": "quantity", "limit_value": 2, "valid_from": "2026-01-06"}');
SELECT medsup.add_knowledge('L-10', 'N25-025', '庚', '{003107010220000}', '{"scope": "hour"}', '{003107020020000}');
SELECT medsup.add_knowledge('L-11', 'N25-067', '辛', '{XL04}', '{"sex": "male", "valid_to": "2020-12-31"}');
SELECT severity, rule_code, entry_code, problem FROM medsup.lint_rulebook() WHERE item = 'refused';
SELECT medsup.publish_rulebook();
-- what contradicts is looked for in what can be compiled
DELETE FROM medsup.knowledge WHERE entry_code IN ('L-2', 'L-3', 'L-4', 'L-5', 'L-6', 'L-7');
SELECT severity, item, rule_code, entry_code, problem FROM medsup.lint_rulebook() WHERE entry_code IS NOT NULL;
SELECT medsup.publish_rulebook();
ROLLBACK;
