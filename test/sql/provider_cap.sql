-- caps on what a doctor, a department or an institution bills, over all persons (K6)
\set SHOW_CONTEXT never
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_cap;
\c regress_medsup_cap
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
\set fixture :srcdir '/data/provider_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
INSERT INTO medsup.provider_cap (cap_code, rule_code, grain, codes, measure, every, limit_value, unit, note) VALUES
    ('CAP', 'N25-056', 'doctor', '0034*', 'quantity', 'day', 24, 'hour', '示例');
INSERT INTO medsup.provider_cap (cap_code, rule_code, grain, codes, measure, every, limit_value, unit, fixmedins_code, note) VALUES
    ('DR-HOURS', 'L-CAP', 'doctor', '003402*', 'hours', 'day', 10, 'hour', NULL, '示例：一名医师一日至多10小时'),
    ('DEPT-PERSONS', 'L-CAP', 'department', '003402*', 'persons', 'day', 3, NULL, NULL, '示例'),
    ('DIALYSIS', 'L-CAP', 'institution', '003110*', 'quantity', 'month', 6, 'time', 'H02', '示例：机器数×班次'),
    ('WEEK-LINES', 'L-CAP', 'institution', '003110*', 'lines', 'week', 4, NULL, NULL, '示例'),
    ('YEAR-MONEY', 'L-CAP', 'institution', '003110*', 'money', 'year', 1500, 'yuan', NULL, '示例');
\set ECHO none
-- DR1 bills 12 hours of four persons on 4 March: over; DR2 exactly 10: not
SELECT sum(wh.bill(no, hospital, at, '003402000100000', cnt, 50, '05', dept, doctor, person)) AS bills FROM (VALUES
    ('a1', 'H01', timestamp '2025-03-04 08:00', 3, 'D1', 'DR1', 'A'), ('a2', 'H01', '2025-03-04 09:00', 3, 'D1', 'DR1', 'B'),
    ('a3', 'H01', '2025-03-04 10:00', 3, 'D1', 'DR1', 'C'), ('a4', 'H01', '2025-03-04 23:59:59', 3, 'D1', 'DR1', 'D'),
    ('b1', 'H01', '2025-03-05 00:00', 5, 'D2', 'DR2', 'A'), ('b2', 'H01', '2025-03-05 12:00', 5, 'D2', 'DR2', 'A'),
    -- the same code of a doctor elsewhere is another doctor
    ('c1', 'H02', '2025-03-04 08:00', 6, 'D1', 'DR1', 'A'),
    -- over, but reversed; over, but refunded the day after; over by a line that is uploaded twice
    ('d1', 'H02', '2025-03-06 08:00', 6, 'D1', 'DR1', 'A'), ('d2', 'H02', '2025-03-06 09:00', 6, 'D1', 'DR1', 'B'),
    ('e1', 'H02', '2025-03-10 08:00', 6, 'D1', 'DR1', 'A'), ('e2', 'H02', '2025-03-10 09:00', 6, 'D1', 'DR1', 'B'),
    ('f1', 'H02', '2025-03-12 08:00', 6, 'D1', 'DR1', 'A')
) b (no, hospital, at, cnt, dept, doctor, person);
SELECT wh.reverse('d2', '2025-03-07 08:00');
INSERT INTO wh.fee_list_d SELECT 'Le2-', mdtrt_id, setl_id, psn_no, 'Le2', fixmedins_code, '2025-03-11 10:00', med_list_codg, -2, pric, -100, 0, -100, '05', bilg_dept_codg, bilg_dr_codg, '1'
FROM wh.fee_list_d WHERE feedetl_sn = 'Le2';
INSERT INTO wh.fee_list_d SELECT * FROM wh.fee_list_d WHERE feedetl_sn = 'Lf1';
-- dialysis: seven sessions in March in H01 and H02, of which five in one week from Monday to Sunday
SELECT sum(wh.bill(format('g%s-%s', h, d), 'H0' || h, make_timestamp(2025, 3, d, 10, 0, 0), '003110000010000', 1, 200 + d, '05', 'D9', 'DR9', 'Z' || d)) AS bills
FROM generate_series(1, 2) h, unnest(ARRAY[3, 4, 5, 8, 9, 10, 31]) d;
SELECT wh.bill('h', 'H01', '2025-12-31 10:00', '003110000010000', 1, 200, '05', 'D9', 'DR9', 'Z');
\set ECHO all
CALL medsup.run_provider_rules('2025-03-01', '2025-04-01');
SELECT entry_code, subject, scope, window_start::date, measure, limit_value, actual_value, excess, vola_amt, vola_amt_max, jsonb_array_length(f.evidence) - 1 AS lines
FROM medsup.provider_finding JOIN medsup.finding f USING (finding_id, entry_code, scope, window_start, measure, limit_value, actual_value, excess, vola_amt, vola_amt_max)
ORDER BY entry_code COLLATE "C", subject COLLATE "C", window_start;
SELECT entry_code, window_start::date, outcome, subjects FROM medsup.provider_tally ORDER BY entry_code COLLATE "C", window_start, outcome COLLATE "C";
SELECT v.ok, v.why, count(*) FROM medsup.provider_finding f CROSS JOIN LATERAL medsup.verify_finding(f.finding_id) v GROUP BY 1, 2;
SELECT medsup.explain(finding_id), medsup.explain(finding_id, 'en') FROM medsup.provider_finding WHERE entry_code = 'DR-HOURS';
SELECT jsonb_pretty(evidence) FROM medsup.finding WHERE entry_code = 'DEPT-PERSONS';
-- by another hand
SELECT fixmedins_code, bilg_dr_codg, fee_ocur_time::date, sum(cnt) FROM wh.fee_list_d WHERE med_list_codg LIKE '003402%' AND fixmedins_code = 'H01'
GROUP BY 1, 2, 3 HAVING sum(cnt) > 10;
-- a line of the evidence changed
BEGIN;
UPDATE medsup.finding SET evidence = jsonb_set(evidence, '{1,row,net_cnt}', '1') WHERE entry_code = 'DR-HOURS';
SELECT v.ok, v.why FROM medsup.provider_finding f CROSS JOIN LATERAL medsup.verify_finding(f.finding_id) v WHERE entry_code = 'DR-HOURS';
ROLLBACK;
-- the year is over now; its limit no longer holds
CALL medsup.run_provider_rules('2025-01-01', '2026-01-01');
SELECT entry_code, subject, window_start::date, actual_value, vola_amt FROM medsup.provider_finding WHERE scope = 'year' ORDER BY subject COLLATE "C";
UPDATE medsup.provider_cap SET valid_to = '2024-12-31' WHERE cap_code = 'YEAR-MONEY';
CALL medsup.run_provider_rules('2025-01-01', '2026-01-01');
SELECT entry_code, subject, status, closed_reason FROM medsup.provider_finding WHERE scope = 'year' ORDER BY subject COLLATE "C";
SELECT rule_code, state, reason, entries FROM medsup.run_rules() WHERE rule_code = 'L-CAP';
\c contrib_regression
DROP DATABASE regress_medsup_cap;
