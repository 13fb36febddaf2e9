-- the morning page, from a ledger and findings written by hand
SET client_min_messages = warning;
SET TimeZone = 'America/New_York';
SET DateStyle = 'German, DMY';
\set VERBOSITY terse
-- before the first run there is nothing to say
SELECT * FROM medsup.morning_report();
BEGIN;
CREATE SCHEMA regress_wh;
CREATE TABLE regress_wh.fixmedins_b (fixmedins_code varchar, fixmedins_name varchar, hosp_lv varchar);
INSERT INTO regress_wh.fixmedins_b VALUES ('H99999900001', '示例县人民医院', '02'), ('H99999900002', '示例市中医院', '03'),
    ('H99999900003', '示例镇卫生院', '14'), ('H99999900004', '示例第四医院', '01');
SELECT medsup.bind_source('provider', 'regress_wh.fixmedins_b');
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, clause, clause_en, clause_status)
VALUES ('X-1', '测试频次', 'test frequency', 'K6', 'item', '某条例第三十八条', 'art. 38', '建议'),
       ('X-2', '测试性别', 'test sex', 'K1', 'item', NULL, NULL, NULL);
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, basis, basis_no, limit_text)
VALUES ('X-1-1', 'X-1', '住院诊查费', '知识库', '第8批', '每日一次'), ('X-2-1', 'X-2', '阴茎海绵体造影', '知识库', '第1批', NULL);
INSERT INTO medsup.run (run, kind, status, period_from, period_to, rulebook, lines, lines_checked, lines_skipped, started_at, finished_at)
VALUES (901, 'nightly', 'done', '2025-03-01', '2025-04-01', 1, 1000, 900, 100, '2025-04-01 18:00+00', '2025-04-01 18:00:23.46+00'),
       (902, 'nightly', 'failed', NULL, NULL, 1, 0, 0, 0, '2025-04-02 18:00+00', '2025-04-02 18:00:23+00'),
       (903, 'nightly', 'done', '2025-04-01', '2025-05-01', 1, 0, 0, 0, '2025-05-01 18:00+00', '2025-05-01 18:00:01+00');
INSERT INTO medsup.run_tally (run, rule_code, outcome, reason, fixmedins_code, lines) VALUES
    (901, NULL, 'checked', NULL, 'H99999900001', 500), (901, NULL, 'checked', NULL, 'H99999900002', 300),
    (901, NULL, 'checked', NULL, 'H99999900003', 100), (901, NULL, 'skipped', 'refund', 'H99999900001', 60),
    (901, NULL, 'skipped', 'refunded', 'H99999900004', 40),
    (901, 'X-1', 'hit', NULL, 'H99999900001', 3), (901, 'X-1', 'undecided', 'no_clock', 'H99999900001', 5),
    (901, 'X-2', 'undecided', 'sex_unknown', 'H99999900001', 7), (901, 'X-2', 'undecided', 'sex_unknown', 'H99999900002', 2);
-- f1: two lines, the second one in two findings; f3 paid by group; f4 another month; f5 closed
CREATE TEMP TABLE staged AS
SELECT (jsonb_populate_record(NULL::medsup.verdict, jsonb_build_object(
    'what', 'F', 'rule_code', r, 'entry_code', r || '-1', 'kind', 'K6', 'result_type', '可疑', 'provisional', n = 2,
    'scope', 'day', 'measure', CASE r WHEN 'X-1' THEN 'quantity' ELSE 'sex' END,
    'limit_value', CASE r WHEN 'X-1' THEN '1' ELSE 'male' END, 'actual_value', CASE r WHEN 'X-1' THEN '3' ELSE 'female' END,
    'unit', CASE r WHEN 'X-1' THEN 'time' END, 'excess', 2, 'vola_amt', amt, 'vola_amt_max', amt + (n = 1)::int, 'inscp_amt', amt,
    'fund_amt', CASE WHEN n <> 3 THEN amt * 0.8 END, 'fund_method', CASE WHEN n = 3 THEN 'none' ELSE 'ratio' END,
    'fund_split', CASE WHEN n <> 3 THEN jsonb_build_object('hifp_pay', amt * 0.8, 'acct_pay', 1) END,
    'psn_no', 'p' || n, 'mdtrt_id', 'm' || n, 'feedetl_sn', 'f' || n || 'a', 'fixmedins_code', 'H9999990000' || inst, 'hosp_lv', '02',
    'act_from', '2025-03-04 10:00', 'act_to', '2025-03-04 15:00', 'formula', '3 - 1 = 2; 2 × 30.00 = 60.00',
    'exceptions_tested', '["own_paid","refund"]'::jsonb, 'clause', '某条例第三十八条', 'basis', '知识库', 'basis_no', '第8批',
    'evidence', lines, 'period_time', at,
    'finding_id', '\x' || encode(sha256(n::text::bytea), 'hex'), 'content_digest', '\x' || encode(sha256(n::text::bytea), 'hex')))).*
FROM (VALUES
    (1, 'X-1', 60.00, 1, '2025-03-10'::timestamp, '[
        {"role":1,"mdtrt_id":"m1","feedetl_sn":"f1a","med_list_codg":"001102000050000","fee_ocur_time":"2025-03-04 10:00:00","cnt":2,"pric":30,"det_item_fee_sumamt":60.00,"net_cnt":2,"net_amt":60,"excess":1,"vola_amt":30.00,"vola_fund":24.00},
        {"role":1,"mdtrt_id":"m1","feedetl_sn":"f1b","med_list_codg":"001102000050000","fee_ocur_time":"2025-03-04 15:00:00","cnt":1,"pric":30,"det_item_fee_sumamt":30.00,"net_cnt":1,"net_amt":30,"excess":1,"vola_amt":30.00,"vola_fund":24.00}]'::jsonb),
    (2, 'X-2', 45.00, 1, '2025-03-10', '[
        {"role":1,"mdtrt_id":"m1","feedetl_sn":"f1b","med_list_codg":"001102000050000","fee_ocur_time":"2025-03-04 15:00:00","cnt":1,"pric":45,"det_item_fee_sumamt":45.00,"net_cnt":1,"net_amt":45,"excess":1,"vola_amt":45.00,"vola_fund":36.00}]'),
    (3, 'X-1', 500.00, 3, '2025-03-31 23:59:59', '[
        {"role":1,"mdtrt_id":"m3","feedetl_sn":"f3a","med_list_codg":"001102000050000","fee_ocur_time":"2025-03-04 15:00:00","cnt":1,"pric":500,"det_item_fee_sumamt":500.00,"net_cnt":1,"net_amt":500,"excess":1,"vola_amt":500.00,"vola_fund":null}]'),
    (4, 'X-1', 7.00, 1, '2025-04-01', '[]'),
    (5, 'X-1', 9.00, 1, '2025-03-01', '[]')) t (n, r, amt, inst, at, lines);
SELECT opened FROM medsup.record_findings(901, 1, sha256('b'), 'staged', NULL, NULL, NULL);
UPDATE medsup.finding SET status = 'closed', closed_reason = 'not_reproduced' WHERE mdtrt_id = 'm5';
SELECT * FROM medsup.rule_total('2025-03-01', '2025-04-01') ORDER BY 1;
SELECT * FROM medsup.institution_total('2025-03-01', '2025-04-01') ORDER BY 1;
SELECT * FROM medsup.region_total('2025-03-01', '2025-04-01') ORDER BY 1, 2;
-- each region's money adds up to that of the institutions
SELECT t.region_by, sum(t.vola_amt) = i.vola_amt AND sum(t.fund_amt) = i.fund_amt AND sum(t.vola_amt_max) = i.vola_amt_max AND sum(t.group_amt) = i.group_amt AS adds_up
FROM medsup.region_total() t, (SELECT sum(vola_amt) AS vola_amt, sum(fund_amt) AS fund_amt, sum(vola_amt_max) AS vola_amt_max, sum(group_amt) AS group_amt
    FROM medsup.institution_total()) i GROUP BY t.region_by, i.vola_amt, i.fund_amt, i.vola_amt_max, i.group_amt ORDER BY 1;
\pset format unaligned
\pset tuples_only on
SELECT * FROM medsup.morning_report('2025-04-02');
SELECT * FROM medsup.morning_report('2025-04-05', 'en', false);
-- confirmed: in the figures, no more to be asked about; excluded: in neither
SELECT medsup.judge(finding_id, CASE rule_code WHEN 'X-1' THEN '确认' ELSE '排除' END, 'seen') FROM medsup.finding WHERE fixmedins_code = 'H99999900001' AND status = 'open' AND period_time = '2025-03-10' ORDER BY rule_code;
SELECT r FROM medsup.morning_report('2025-04-02', 'en', false) r WHERE r ~ '^\((2|7)\)';
-- the last good run; nobody's finding
SELECT run FROM medsup.report_run();
SELECT run FROM medsup.report_run('2025-04-01');
SELECT count(*) FROM medsup.case_text(sha256('nobody'::bytea));
SAVEPOINT s;
SELECT * FROM medsup.morning_report(NULL, 'fr');
ROLLBACK TO s;
-- a reviewer gets the page without the examples from the sources
CREATE ROLE regress_medsup_page;
SELECT medsup.grant_access('regress_medsup_page', 'reviewer');
SET ROLE regress_medsup_page;
SELECT count(*) > 20 AS page FROM medsup.morning_report('2025-04-02');
RESET ROLE;
ROLLBACK;
