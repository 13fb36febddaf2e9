-- a bureau's own points
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
BEGIN;
DELETE FROM medsup.knowledge;
SELECT medsup.load_bundled_knowledge();
SELECT medsup.add_knowledge('KP-1', 'N25-067', '甲', '{XL02}', '{"sex": "male"}');
SELECT medsup.add_knowledge('a b', 'N25-067', '甲', '{XL02}', '{"sex": "male"}');
SELECT medsup.add_knowledge(NULL, 'N25-067', '甲', '{XL02}', '{"sex": "male"}');
SELECT medsup.add_knowledge('L-1', 'N25-099', '甲', '{XL02}', '{"sex": "male"}');
SELECT medsup.add_knowledge('L-1', 'N25-067', ' ', '{XL02}', '{"sex": "male"}');
SELECT medsup.add_knowledge('L-1', 'N25-067', '甲', '{}', '{"sex": "male"}');
SELECT medsup.add_knowledge('L-1', 'N25-067', '甲', '{XL02,?}', '{"sex": "male"}');
SELECT medsup.add_knowledge('L-1', 'N25-067', '甲', '{XL02}', '{"gender": "male", "age": 3}');
SELECT medsup.add_knowledge('L-1', 'N25-067', '甲', '{XL02}', '{"sex": "x"}');
SELECT medsup.add_knowledge('L-1', 'N25-067', '甲', '{XL02}', '{"level_min": "three"}');
SELECT medsup.add_knowledge('L-1', 'N25-067', '甲', '{XL02}', '{"age_below_parameter": "nothing"}');
SELECT medsup.add_knowledge('L-1', 'N25-067', '甲', '{XL02BB,XL02BBA326A001010102180}', '{"sex": "male"}', NULL, '{KP-9d2200dd87d22a1a}');
SELECT medsup.add_knowledge('L-1', 'N25-067', '甲', '{XL02}', '{"sex": "male"}');
SELECT medsup.add_knowledge('L-2', 'N25-025', '乙×丙', '{003107020020000}', '{"scope": "day", "count_key": "person_institution", "valid_from": "2026-01-01", "basis": "文件", "basis_no": "1号"}', '{003107010220000}');
SELECT entry_code, count_key, unit FROM medsup.publishable_entry WHERE entry_code = 'L-2';
SELECT entry_code, origin, status, in_force, compiles, valid_from FROM medsup.knowledge_status
WHERE origin = 'local' OR entry_code = 'KP-9d2200dd87d22a1a' ORDER BY entry_code COLLATE "C";
SELECT * FROM medsup.knowledge_code WHERE entry_code LIKE 'L-%' ORDER BY entry_code COLLATE "C", role COLLATE "C", code;
-- switched off, the replaced one is back
UPDATE medsup.knowledge SET enabled = false WHERE entry_code = 'L-1';
SELECT entry_code, status FROM medsup.knowledge_status WHERE entry_code IN ('L-1', 'KP-9d2200dd87d22a1a') ORDER BY entry_code COLLATE "C";
-- the bundled set: every judged class, the same again adds nothing
SELECT r.name_zh, count(*) AS points, count(*) FILTER (WHERE s.status = 'ready') AS ready
FROM medsup.knowledge_status s JOIN medsup.rule r USING (rule_code) WHERE s.origin = 'bundled' GROUP BY r.name_zh, r.seq ORDER BY r.seq;
SELECT measure, scope, window_days, limit_value, unit, count(*) FROM medsup.knowledge WHERE origin = 'bundled' AND measure IS NOT NULL
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5;
SELECT scope, count(*) FROM medsup.knowledge WHERE rule_code = 'N25-025' AND origin = 'bundled' GROUP BY scope ORDER BY scope COLLATE "C";
SELECT medsup.load_bundled_knowledge();
-- the published row of a bundled point takes its place
INSERT INTO medsup.import_point (kp_id, rule_class, item_name, "constraint", batch_tag, supersedes, n_codes, codes) VALUES
    ('KP-279cff6bbf15ebb3', '药品限就医方式', '安宫牛黄丸', '限急诊或住院患者。', 'updates_2026-01', '', '1', 'ZA07AAA0061010100166');
SELECT added, changed, unchanged FROM medsup.load_knowledge();
SELECT origin, settings, limit_from FROM medsup.knowledge WHERE entry_code = 'KP-279cff6bbf15ebb3';
SELECT medsup.load_bundled_knowledge();
SELECT count(*) FROM medsup.knowledge_code WHERE entry_code = 'KP-279cff6bbf15ebb3';
ROLLBACK;
