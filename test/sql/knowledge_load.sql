-- loading: all or nothing, every broken row named, the same again changes nothing
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
BEGIN;
DELETE FROM medsup.knowledge;
SELECT * FROM medsup.load_knowledge();
CREATE FUNCTION pg_temp.files() RETURNS void LANGUAGE sql AS $$
INSERT INTO medsup.import_point (kp_id, rule_class, gz_code, item_name, "constraint", detect_logic, batch, batch_tag, supersedes, n_codes, codes) VALUES
    ('KP-1', '药品限就医方式', '', '安宫牛黄丸', '限急诊或住院患者。', '就医方式不符', '4', 'batch_04', '', '2', 'ZA07AAA0061010100166;ZA07AAA0061010100169'),
    ('KP-2', '药品限就医方式', NULL, '安宫牛黄丸', '限急诊或住院患者。', '就医方式不符', '', 'updates_2026-01', '"KP-1"', '3', 'ZA07AAA0061010100166;ZA07AAA0061010100169;ZA07AAA0061010100220'),
    ('KP-3', '药品区分性别使用', 'GZ10000301004000', '甲片', '用于前列腺癌', '与限定性别不符', '', 'updates_2026-01', '', '1', 'XL02BBA326A001010102180'),
    ('KP-4', '药品区分性别使用', 'GZ10000301004000', '乙丸', '调经', '与限定性别不符', '1', 'batch_01', '', '1', 'ZD03AAA0043010100166'),
    ('KP-5', '药品区分性别使用', 'GZ10000301004000', '乙丸', '调经', '与限定性别不符', '', 'updates_2026-01', '"KP-4"', '1', 'ZD03AAA0043010100220'),
    ('KP-6', '医疗服务项目重复收费', 'GZ10000102012000', '丙×丁', '含丁', '项目A和项目B同时收费', '7', 'batch_07', '', '2', '003107020020000;003107010220000'),
    ('KP-7', '药品限适应症', 'GZ10000101008000', '戊片', '限己患者。', '诊断不符', '12', 'batch_12', '', '1', 'XL02BBA326A001010178537'),
    ('KP-8', '药品限支付疗程', 'GZ10000101010000', '庚', '支付不超过14天。', '日期总计超过限制天数', '6', 'batch_06', '', '1', 'XB01AXA223B002010100156'),
    ('KP-9', '医疗服务项目区分性别使用', 'GZ10000302004000', '说明', '', '', '1', 'batch_01', '', '0', ''),
    ('KP-10', '中药饮片单复方均不予支付', 'GZ10000101003000', '阿胶', '不得纳入基金支付范围的中药饮片', '', '11', 'batch_11', '', '1', 'T001700233'),
    ('KP-11', '中药饮片单方使用不予支付', 'GZ10000101004000', '丁香', '单独使用时统筹基金不予支付。', '', '11', 'batch_11', '', '1', 'T000700200'),
    ('KP-12', '超互联网医院药品支付范围', '', '辛贴剂', '不得开具麻醉药品。', '互联网诊疗时开具麻醉药品精神药品', '10', 'batch_10', '', '1', 'XN02ABF027V002010101389'),
    ('KP-13', '药品限二线使用', 'GZ10000101005000', '壬胶囊', '限二线用药。', '没有一线药品使用无效的证据', '9', 'batch_09', '', '1', 'XL01ELA387E001010184513');
INSERT INTO medsup.import_code (kp_id, rule_class, batch_tag, item_name, code)
SELECT p.kp_id, p.rule_class, p.batch_tag, p.item_name, c FROM medsup.import_point p, unnest(string_to_array(nullif(p.codes, ''), ';')) c;
INSERT INTO medsup.import_limit (batch, rule_class, kind, name, code, limit_kind, limit_value, "window", text) VALUES
    ('4', '药品限就医方式', 'drug', '安宫牛黄丸', 'ZA07AAA0061010100166', '限定就医方式', '住院', '', '限急诊或住院患者。'),
    ('1', '药品区分性别使用', 'drug', '乙丸', 'ZD03AAA0043010100166', '限定性别对象', '女', '', '调经'),
    ('6', '药品限支付疗程', 'drug', '庚', 'XB01AXA223B002010100156', '限定支付疗程', '14天', '', '支付不超过14天。');
INSERT INTO medsup.import_pair (seq, "window", main_name, main_code, sub_name, sub_code, note) VALUES
    ('1', '同一小时', '丙', '003107020020000', '丁', '003107010220000', '含丁');
$$;
SELECT pg_temp.files();
SELECT * FROM medsup.import_problems();
SELECT * FROM medsup.load_knowledge();
SELECT count(*) AS left_over FROM medsup.import_point;
SELECT entry_code, rule_code, status, compiles, valid_from, valid_to, sex, settings, scope, measure, limit_value, widened, missing
FROM medsup.knowledge_status ORDER BY entry_code COLLATE "C";
SELECT entry_code, limit_from, limit_text, limit_value_text, limit_window_text, widen_reason, basis_no FROM medsup.knowledge ORDER BY entry_code COLLATE "C";
SELECT * FROM medsup.knowledge_code WHERE entry_code IN ('KP-2', 'KP-6') ORDER BY entry_code COLLATE "C", role COLLATE "C", code;
SELECT * FROM medsup.unset_entry ORDER BY entry_code COLLATE "C";
-- what goes into a book: the older wording up to the day before the newer one
SELECT entry_code, result_type, settings, sex, scope, valid_from, valid_to FROM medsup.publishable_entry ORDER BY entry_code COLLATE "C";
SELECT entry_code, role, code FROM medsup.publishable_code ORDER BY entry_code COLLATE "C", role COLLATE "C", code;
SELECT rule_code, kind, fund_scope, result_type, stage, name_zh FROM medsup.publishable_rule ORDER BY rule_code COLLATE "C";
SELECT medsup.set_parameter('course_gap_days', '30', 'test');
SELECT entry_code, status FROM medsup.knowledge_status WHERE entry_code = 'KP-8';
-- again: nothing changes
SELECT pg_temp.files();
SELECT added, changed, unchanged FROM medsup.load_knowledge();
-- codes alone, or predecessors alone, count as a change
SELECT pg_temp.files();
UPDATE medsup.import_point SET codes = 'XL02BBA326A001020278537' WHERE kp_id = 'KP-3';
UPDATE medsup.import_code SET code = 'XL02BBA326A001020278537' WHERE kp_id = 'KP-3';
UPDATE medsup.import_point SET supersedes = '' WHERE kp_id = 'KP-5';
UPDATE medsup.import_limit SET limit_value = '男' WHERE name = '乙丸';
SELECT added, changed, unchanged, in_force, superseded FROM medsup.load_knowledge();
-- what a bureau set on a point outlives a load
UPDATE medsup.knowledge SET enabled = false WHERE entry_code = 'KP-6';
SELECT pg_temp.files();
SELECT added, changed, unchanged FROM medsup.load_knowledge();
SELECT entry_code, status FROM medsup.knowledge_status WHERE entry_code IN ('KP-5', 'KP-6') ORDER BY 1;
-- broken rows: named one by one, nothing is loaded
SELECT pg_temp.files();
INSERT INTO medsup.import_point (kp_id, rule_class, gz_code, item_name, supersedes, n_codes, codes) VALUES
    ('KP-1', '药品限就医方式', '', '重复', '', '0', ''),
    ('', '药品限就医方法', '', '', '', '1', '??'),
    ('KP-20', '药品限儿童使用', 'GZ1', '甲', 'KP-99;KP-20', '3', 'ZA07AAA0061010100166;ZA07AAA0061010100166'),
    ('KP-21', '医疗服务项目重复收费', NULL, '甲×乙', NULL, 'x', '003107020020000');
INSERT INTO medsup.import_code (kp_id, code) VALUES ('KP-77', '003107020020000'), ('KP-3', '003107020020000');
DELETE FROM medsup.import_code WHERE kp_id = 'KP-8';
INSERT INTO medsup.import_limit (rule_class, kind, name, code, limit_kind, limit_value, "window") VALUES
    ('药品限就医方法', 'drug', NULL, '1', '限定性别', '女', '一日'),
    ('药品区分性别使用', 'drug', '丙', 'ZD03AAA0043010100166', '限定性别对象', '未知', '');
INSERT INTO medsup.import_pair (seq, "window", main_code, sub_code) VALUES ('2', '周', '0031', '0031'), ('3', '单日', NULL, '003107020020000');
SELECT * FROM medsup.import_problems();
SELECT * FROM medsup.load_knowledge();
SELECT count(*) FROM medsup.knowledge WHERE item_name = '重复';
-- more than twenty
INSERT INTO medsup.import_point (kp_id, rule_class, item_name, n_codes, codes) SELECT 'KP-a' || i, '无', 'x', '0', '' FROM generate_series(1, 30) i;
\set VERBOSITY terse
SELECT * FROM medsup.load_knowledge();
\set VERBOSITY default
-- a folder that is not there
SELECT * FROM medsup.load_knowledge('/nowhere/at all/');
SELECT * FROM medsup.load_knowledge(NULL);
ROLLBACK;
