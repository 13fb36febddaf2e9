-- the catalogue as shipped, its guards, and the dictionaries
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT count(*) AS rules, count(gz_code_1_0) AS with_1_0_code, count(DISTINCT gz_code_1_0) AS codes_1_0,
       min(rule_code COLLATE "C") AS first, max(rule_code COLLATE "C") AS last
FROM medsup.rule WHERE origin = 'national';
SELECT tier1_zh, tier2_zh, count(*) AS rules, count(gz_code_1_0) AS with_1_0_code
FROM medsup.rule WHERE origin = 'national' GROUP BY tier1_zh, tier2_zh ORDER BY min(seq);
SELECT seq, name_zh FROM medsup.rule WHERE origin = 'national' AND gz_code_1_0 IS NULL ORDER BY seq;
SELECT rule_code, gz_code_1_0, name_zh FROM medsup.rule WHERE seq = 9;
SELECT kind, count(*) AS rules, count(*) FILTER (WHERE judged) AS judged
FROM medsup.rule WHERE origin = 'national' GROUP BY kind ORDER BY substr(kind, 2)::int;
-- what was not published stays empty, what is proposed says so
SELECT count(stage) AS stage, count(scenario) AS scenario, count(hospital_level) AS level, count(hospital_type) AS type,
       count(persons) AS persons, count(insurance) AS insurance, count(supervised_fee) AS fee, count(disposal) AS disposal,
       array_agg(DISTINCT result_type) AS result_types, array_agg(DISTINCT clause_status) AS clause_status
FROM medsup.rule WHERE origin = 'national';
SELECT rule_code, time_interval FROM medsup.rule WHERE time_interval IS NOT NULL ORDER BY seq;
SELECT rule_code, fund_scope, clause, clause_en FROM medsup.rule WHERE seq IN (1, 25, 27, 31, 67) ORDER BY seq;
-- both languages everywhere, and no name holds remains of the table it was read from
SELECT rule_code FROM medsup.rule WHERE origin = 'national'
   AND (name_en = '' OR explanation_zh IS NULL OR explanation_en IS NULL OR name_en ~ '[^ -~]' OR explanation_en ~ '[^ -~]' OR name_zh ~ '规则|[.0-9]$');
SELECT name_en, count(*) FROM medsup.rule WHERE origin = 'national' GROUP BY name_en HAVING count(*) > 1;

-- shipped rows are read-only, local rows are not
UPDATE medsup.rule SET name_en = 'x' WHERE seq = 1;
DELETE FROM medsup.rule WHERE seq = 1;
INSERT INTO medsup.rule (rule_code, origin, name_zh, name_en, kind, subject) VALUES ('N25-089', 'national', '甲', 'a', 'K1', 'drug');
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject) VALUES ('N25-089', '甲', 'a', 'K1', 'drug');
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject) VALUES ('L-1', '甲', 'a', 'K15', 'drug');
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject) VALUES ('L-1', '甲', 'a', 'K1', 'drug');
UPDATE medsup.rule SET origin = 'national' WHERE rule_code = 'L-1';
UPDATE medsup.rule SET name_en = 'b' WHERE rule_code = 'L-1';
DELETE FROM medsup.rule WHERE rule_code = 'L-1';
\set VERBOSITY terse
INSERT INTO medsup.rule_setting (rule_code, result_type) VALUES ('N25-001', '违规');
\set VERBOSITY default
INSERT INTO medsup.rule_setting (rule_code, local_name, stage) VALUES ('N25-001', '本地名称', '事中');

-- dictionaries
SELECT value AS level, string_agg(key, ' ' ORDER BY key COLLATE "C") AS hosp_lv FROM medsup.publishable_map WHERE map = 'level' GROUP BY value ORDER BY value DESC;
SELECT value AS setting, string_agg(key, ' ' ORDER BY key COLLATE "C") AS med_type FROM medsup.publishable_map WHERE map = 'setting' GROUP BY value ORDER BY value COLLATE "C";
SELECT value AS class, string_agg(key, ' ' ORDER BY key COLLATE "C") AS insutype FROM medsup.publishable_map WHERE map = 'insurance' GROUP BY value ORDER BY value COLLATE "C";
SELECT value AS method, string_agg(key, ' ' ORDER BY key COLLATE "C") AS clr_way FROM medsup.publishable_map WHERE map = 'clr_way' GROUP BY value ORDER BY value COLLATE "C";
UPDATE medsup.level_map SET level = 1 WHERE hosp_lv = '02';
INSERT INTO medsup.level_map (hosp_lv, level) VALUES ('02', 2), ('x', 1);
INSERT INTO medsup.setting_map (med_type, setting) VALUES ('71', 'inpatient'), ('1401', 'outpatient');
INSERT INTO medsup.insurance_map (insutype, class) VALUES ('510', NULL), ('610', 'work_injury');
INSERT INTO medsup.clr_way_map (clr_way, method) VALUES ('1', 'group'), ('7', 'packet');
INSERT INTO medsup.clr_way_map (clr_way, method) VALUES ('1', 'group');
SELECT map, key, value FROM medsup.publishable_map
WHERE (map, key) IN (('level', '02'), ('level', 'x'), ('setting', '71'), ('setting', '1401'), ('insurance', '510'), ('insurance', '610'), ('clr_way', '1'), ('clr_way', '01'))
ORDER BY map COLLATE "C", key COLLATE "C";
ROLLBACK;
