-- local rules from templates; points from JSON and CSV, every wrong row named
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
BEGIN;
SET LOCAL client_min_messages = warning;
DELETE FROM medsup.knowledge;
-- every template makes a rule that compiles
SELECT t.template, t.kind, medsup.add_rule(t.template, 'T-' || t.template, t.name_zh, t.name_en, jsonb_build_array(
    jsonb_build_object('entry_code', 'T-' || t.template, 'item_name', t.name_zh)
    || (SELECT coalesce(jsonb_object_agg(r, '["003107010220000"]'::jsonb), '{}') FROM unnest(t.roles) r WHERE r = 'codes')
    || (SELECT coalesce(jsonb_object_agg(r, '["003107020020000"]'::jsonb), '{}') FROM unnest(t.roles) r WHERE r <> 'codes')
    || (SELECT coalesce(jsonb_object_agg(a.name, a.value), '{}')
        FROM (VALUES ('sex', '"female"'::jsonb), ('age_unit', '"year"'), ('age_below', '14'), ('settings', '["inpatient"]'), ('level_min', '2'),
                     ('departments', '["A03"]'), ('dx_required', '"I20-I25"'), ('dx_forbidden', '"N18"'),
                     ('scope', CASE WHEN t.template IN ('cap', 'parts', 'not_beside', 'per_item', 'needs_item') THEN '"day"'::jsonb
                                    WHEN t.template = 'not_together' THEN '"lifetime"' ELSE '"month"' END),
                     ('at_least', '2'), ('measure', '"quantity"'), ('limit_value', '3'), ('condition', '"visit.endtime < visit.begntime"')) AS a (name, value)
        WHERE a.name = ANY (t.asks) OR a.name = ANY ('{limit_value,age_below}') AND a.name = ANY (t.takes)))) AS points
FROM medsup.rule_template t ORDER BY t.template COLLATE "C";
SELECT severity, rule_code, problem FROM medsup.lint_rulebook() WHERE severity = 'error';
SELECT s.rule_code, s.missing FROM medsup.unset_entry s;
SELECT i.rules, i.entries FROM medsup.build_rulebook() b, medsup.rulebook_info(b.compiled) i;
-- to a rule that is there more points are added
SELECT medsup.add_rule('one_sex', 'T-one_sex', 'x', 'x', '[{"entry_code": "T-2", "item_name": "乙", "codes": ["003107020020000"], "sex": "male"}]');
SELECT count(*) FROM medsup.rule WHERE rule_code = 'T-one_sex';
-- what does not fit
SELECT medsup.add_rule('no_such', 'T-9', 'x', 'x', '[]');
SELECT medsup.add_rule('day_cap', 'T-one_sex', 'x', 'x', '[{"entry_code": "T-3", "item_name": "乙", "codes": ["003107020020000"], "limit_value": 1}]');
SELECT medsup.add_rule('day_cap', 'T-9', 'x', 'x', '[{"entry_code": "T-3", "item_name": "乙", "codes": ["003107020020000"]}, {"entry_code": "T-4", "item_name": "乙", "limit_value": 1, "codes": ["0031"], "sex": "male"}]');
SELECT medsup.add_rule('day_cap', 'T-9', 'x', 'x', '[{"entry_code": "T-3", "item_name": "乙", "codes": ["no code"], "limit_value": 1}]');
SELECT medsup.add_rule('day_cap', 'N25-999', 'x', 'x', '[{"entry_code": "T-3", "item_name": "乙", "codes": ["0031"], "limit_value": 1}]');
SELECT count(*) AS nothing FROM medsup.rule WHERE rule_code = 'T-9';
-- lists: all or none
SELECT medsup.load_points('{}');
SELECT medsup.load_points('[]');
SELECT medsup.load_points('[{"entry_code": "L-1", "rule_code": "N25-067", "item_name": "甲", "codes": ["XG02ADD082D003010179504"], "sex": "female"},
    7,
    {"entry_code": "L-2", "rule_code": "N25-067", "item_name": "甲", "codes": ["XG02ADD08 2"], "sex": "female"},
    {"entry_code": "L-3", "rule_code": "N25-099", "item_name": "甲", "codes": ["XG02"], "sex": "female"},
    {"entry_code": "L-4", "rule_code": "N25-067", "item_name": "甲", "codes": ["XG02"], "sex": "woman"},
    {"entry_code": "L-5", "rule_code": "N25-067", "item_name": "甲", "codes": ["XG02"], "age_below": "many"},
    {"entry_code": "L-6", "rule_code": "N25-067", "item_name": "甲", "codes": ["XG02"], "sexx": "male"}]');
SELECT medsup.load_points('[{"entry_code": "L-1", "rule_code": "N25-067", "item_name": "甲", "codes": "XG02ADD082D003010179504", "sex": "female"}]');
SELECT k.sex, c.code FROM medsup.knowledge k JOIN medsup.knowledge_code c USING (entry_code) WHERE entry_code = 'L-1';
-- CSV
SELECT medsup.load_points_csv();
INSERT INTO medsup.import_line (line) VALUES (E'\uFEFFentry_code,rule_code,item_name,codes,sub_codes,scope'), ('P-1,N25-025,"甲, 乙",003107010220000;003107010210000,003107020020000,hour'), ('P-2,N25-025,丙,003107010220000,,hour');
SELECT medsup.load_points_csv();
SELECT e.entry_code, e.item_name, e.scope, string_agg(c.role || ' ' || c.code::text, ', ' ORDER BY c.role, c.code) FROM medsup.knowledge e JOIN medsup.knowledge_code c USING (entry_code) WHERE e.entry_code LIKE 'P-%' GROUP BY 1, 2, 3;
SELECT count(*) AS left_over FROM medsup.import_line;
INSERT INTO medsup.import_line (line) VALUES ('entry_code,rule_code,item_name,codez'), ('P-3,N25-025,x,0031');
SELECT medsup.load_points_csv();
DELETE FROM medsup.import_line;
INSERT INTO medsup.import_line (line) VALUES ('entry_code,rule_code,item_name,codes'), ('P-3,N25-025,x,0031'), ('P-4,N25-025,x,0031,too,many');
SELECT medsup.load_points_csv();
DELETE FROM medsup.import_line;
INSERT INTO medsup.import_line (line) VALUES ('entry_code,rule_code,item_name,codes,sex,limit_value'), ('P-3,N25-067,x,0031,male,'), ('P-4,N25-067,x,,male,'), ('P-5,N25-067,x,0031,,abc');
SELECT medsup.load_points_csv();
-- what a new user gets wrong: each row says which column, what it holds and what it takes
SELECT medsup.load_points('[{"entry_code": "Q-1"}, {"rule_code": "N25-067", "entry_code": " ", "item_name": "x"},
    {"entry_code": "Q-2", "rule_code": "N25-013", "item_name": "x", "codes": ["XL02"], "settings": "inpatient"},
    {"entry_code": "Q-3", "rule_code": "N25-067", "item_name": "x", "codes": ["XL02"], "sex": "male", "valid_from": "2026-13-01"},
    {"entry_code": "Q-4", "rule_code": "N25-067", "item_name": "x", "codes": ["XL02"], "sex": "male", "region": "510100"},
    {"entry_code": "Q-5", "rule_code": "N25-067", "item_name": "x", "codes": ["XL02"], "sex": "male", "region": "四川", "region_by": "care"},
    {"entry_code": "Q-6", "rule_code": "N25-067", "item_name": "x", "codes": ["XL02"], "sex": "male", "valid_from": "2026-02-01", "valid_to": "2026-01-01"},
    {"entry_code": "Q-7", "rule_code": "N25-067", "item_name": "x", "codes": ["银杏叶"], "sex": "male"}, 7]');
-- line ends of another system and blank lines are nothing wrong
DELETE FROM medsup.import_line;
INSERT INTO medsup.import_line (line) VALUES (E'entry_code,rule_code,item_name,codes,sex\r'), (E'P-3,N25-067,x,0031,male\r'), (E'\r'), ('');
SELECT medsup.load_points_csv();
SELECT entry_code, sex FROM medsup.knowledge WHERE entry_code = 'P-3';
ROLLBACK;
