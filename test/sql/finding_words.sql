-- findings in words: every measure, both languages, and the views on top
SET client_min_messages = warning;
SET TimeZone = 'America/New_York';
SET DateStyle = 'German, DMY';
BEGIN;
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, clause, clause_en, clause_status)
VALUES ('X-1', '测试规则', 'test rule', 'K6', 'item', '某条例第三十八条', 'art. 38', '建议');
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, window_days) VALUES ('X-1-1', 'X-1', '住院诊查费', 14);
CREATE TEMP TABLE staged AS
SELECT (jsonb_populate_record(NULL::medsup.verdict, jsonb_build_object(
    'what', 'F', 'rule_code', 'X-1', 'entry_code', 'X-1-1', 'kind', 'K6', 'result_type', '可疑',
    'scope', sc, 'measure', m, 'limit_value', l, 'actual_value', a, 'unit', u, 'excess', 2,
    'vola_amt', 60, 'vola_amt_max', CASE m WHEN 'quantity' THEN 70 ELSE 60 END, 'inscp_amt', 60,
    'fund_amt', CASE WHEN m <> 'age' THEN 48 END, 'fund_method', CASE m WHEN 'age' THEN 'none' ELSE 'ratio' END,
    'psn_no', 'p1', 'mdtrt_id', 'm1', 'feedetl_sn', n, 'hosp_lv', '02', 'provisional', false, 'note', CASE n WHEN 2 THEN 'late_posting' END,
    'act_from', '2025-03-04 10:00', 'act_to', CASE WHEN sc IN ('stay', 'course') THEN '2025-03-09' ELSE '2025-03-04 11:00' END,
    'fixmedins_code', 'H99999900001', 'clause', '某条例第三十八条', 'basis', '知识库第八批', 'basis_no', '8', 'formula', '3 - 1 = 2; 2 × 30.00 = 60.00',
    'evidence', jsonb_build_array(jsonb_build_object('role', 1, 'mdtrt_id', 'm1', 'feedetl_sn', 'f1', 'net_cnt', 3, 'net_amt', 90,
        'fee_ocur_time', '2025-03-04 10:00:00', 'excess', 2, 'vola_amt', n, 'vola_fund', n - 0.5)),
    'period_time', '2025-03-05',
    'finding_id', '\x' || encode(sha256(n::text::bytea), 'hex'), 'content_digest', '\x' || encode(sha256(n::text::bytea), 'hex')))).*
FROM (VALUES
    (1, 'quantity', 'day', '1', '3', 'time'), (2, 'quantity', 'rolling', '1', '3', 'time'),
    (3, 'hours', 'day', '24', '30', 'hour'), (4, 'days', 'course', '14', '16', 'day'),
    (5, 'days', 'stay', '14', '16', 'day'), (6, 'span_days', 'lifetime', '365', '400', 'day'),
    (7, 'gap_days', 'lifetime', '14', '7', 'day'), (8, 'pair', 'day', '0', '2', 'time'),
    (9, 'pair', '6h', '0', '2', 'time'), (10, 'pair', 'hour', '0', '2', 'time'), (11, 'pair', 'visit', '0', '2', 'time'),
    (12, 'sex', 'line', 'female', 'male', NULL), (13, 'age', 'line', '< 18 year', '45 year', 'year'),
    (14, 'setting', 'line', 'inpatient,emergency', 'outpatient', NULL), (15, 'level', 'line', '3', '1', NULL),
    (16, 'insurance', 'line', 'work_injury', 'basic', NULL), (17, 'something', 'line', 'a', 'b', NULL)) t (n, m, sc, l, a, u);
SELECT * FROM medsup.record_findings(1, 1, sha256('b'), 'staged', NULL, NULL, NULL);
\pset format unaligned
\pset tuples_only on
SELECT medsup.explain(f) FROM medsup.finding f ORDER BY feedetl_sn::int;
SELECT medsup.explain(f, 'en') FROM medsup.finding f ORDER BY feedetl_sn::int;
\pset tuples_only off
-- what the bureau set outranks the catalogue; without names it still speaks
INSERT INTO medsup.rule_setting (rule_code, local_name, clause) VALUES ('X-1', '本地名称', '本地条款');
SELECT medsup.explain(sha256('1'));
-- another clause confirms nothing of what this finding says; the very clause does
SELECT medsup.finding_clause(f), medsup.finding_clause(f, 'en') FROM medsup.finding f WHERE feedetl_sn = '1';
UPDATE medsup.rule_setting SET clause = '某条例第三十八条' WHERE rule_code = 'X-1';
SELECT medsup.finding_clause(f), medsup.finding_clause(f, 'en') FROM medsup.finding f WHERE feedetl_sn = '1';
UPDATE medsup.rule_setting SET clause = '本地条款' WHERE rule_code = 'X-1';
-- a book that was told a basis says its number once
UPDATE medsup.finding SET basis = '某局文件 3号（设定）；知识点：知识库第八批 8', basis_no = '3号' WHERE feedetl_sn = '2';
SELECT medsup.finding_basis(f) FROM medsup.finding f WHERE feedetl_sn IN ('1', '2') ORDER BY feedetl_sn::int;
SELECT medsup.explain(sha256('nobody'::bytea));
SELECT medsup.explain(NULL::medsup.finding);
SAVEPOINT s;
\set VERBOSITY terse
SELECT medsup.explain(sha256('1'), 'fr');
ROLLBACK TO s;
UPDATE medsup.finding SET rule_code = 'gone', entry_code = 'gone', hosp_lv = NULL WHERE feedetl_sn = '1';
SELECT medsup.explain(sha256('1')), medsup.explain(sha256('1'), 'en');
-- a line is counted once, with its largest hit
SELECT feedetl_sn, vola_amt, fund_amt FROM medsup.finding_line_once();
SELECT count(*) FROM medsup.finding_line_once('2025-03-06', NULL);
-- the list: open ones of one institution and period, clear breaches first, then by money
UPDATE medsup.finding SET result_type = '明确违规' WHERE feedetl_sn = '7';
UPDATE medsup.finding SET vola_amt = 61, vola_amt_max = 61 WHERE feedetl_sn = '9';
UPDATE medsup.finding SET status = 'closed', closed_reason = 'not_reproduced' WHERE feedetl_sn = '3';
UPDATE medsup.finding SET period_time = '2025-04-01' WHERE feedetl_sn::int > 12;
UPDATE medsup.finding SET fixmedins_code = 'H99999900002' WHERE feedetl_sn = '12';
SELECT "费用明细流水号", "结果类型", "涉及金额", "机构级别", "状态", "所属期"
FROM medsup.worklist('H99999900001', '[2025-03-01, 2025-04-01)') LIMIT 3;
SELECT count(*) FROM medsup.worklist('H99999900001', '[2025-03-01, 2025-04-01)');
SELECT count(*) FROM medsup.worklist('H99999900001');
SELECT count(*) FROM medsup.worklist('H99999900003');
SELECT count(*) FROM medsup.worklist(NULL);
-- no token is left in the cells, and none becomes a formula; unknown codes stay
UPDATE medsup.finding SET insutype = '310', med_type = '21', clr_way = '04', bilg_dept_codg = '=1+1', bilg_dr_codg = '@x', setl_id = 'a=b';
UPDATE medsup.finding SET insutype = '999', med_type = '21A', clr_way = 'x', limit_value = '2|0' WHERE measure = 'level';
SELECT "限定值", "实际值", "单位", "险种", "医疗类别", "清算方式", "开单科室", "开单医师", "结算ID" FROM medsup.worklist('H99999900001') ORDER BY "费用明细流水号"::int;
SELECT "限定值", "实际值", "单位", "险种", "医疗类别", "清算方式", "状态" FROM medsup.worklist('H99999900001', lang => 'en') ORDER BY "费用明细流水号"::int;
SELECT count(*) FROM medsup.finding_zh z JOIN medsup.worklist('H99999900001') w USING ("疑点编号") WHERE z IS DISTINCT FROM w;
SELECT medsup.cell(v) FROM (VALUES ('=a'), ('+a'), ('-a'), ('@a'), (E'\ta'), ('a=')) x (v);
-- the partner of a pair by its code
UPDATE medsup.finding SET evidence = evidence || '[{"role": 2, "med_list_codg": "001102000030000"}]' WHERE feedetl_sn = '8';
SELECT medsup.breach_text(f.measure, f.scope, f.limit_value, f.actual_value, f.unit, f.excess, NULL, medsup.finding_partner(f)),
    medsup.explain(f, 'en') LIKE '%not to be billed with "001102000030000" within%' AS named
FROM medsup.finding f WHERE feedetl_sn = '8';
SELECT medsup.age_text(l, u), medsup.age_text(l, u, 'en') FROM (VALUES ('>= 16 < 60 year', 'year'), ('< 28 day', NULL), ('>= 18 month', 'month'), ('28 day', 'day'), ('60', 'year'), ('odd', NULL)) x (l, u);
-- an unknown token stands for itself, money and counts read the same everywhere
SELECT medsup.word('reason', 'no_clock', 'en'), medsup.word('reason', 'x y'), medsup.word('reason', NULL),
    medsup.money_text(1234567.891), medsup.money_text(-0.5), medsup.count_text(1234567), medsup.count_text(1.50);
ROLLBACK;
