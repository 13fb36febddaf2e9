-- settled quantities against stock ledgers (K14)
\set SHOW_CONTEXT never
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_stock;
\c regress_medsup_stock
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
\set fixture :srcdir '/data/provider_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
INSERT INTO medsup.stock_check (check_code, rule_code, codes, every, opening, tolerance_share, tolerance_cnt, note) VALUES
    ('STOCK-DRUG', 'N25-043', 'X*, Z*', 'month', 'ledger', 0.05, 0, '示例'),
    ('STOCK-MAT', 'N25-048', 'C*', 'month', 'count', 0, 1, '示例');
SELECT rule_code, entry_code, state, reason FROM medsup.provider_rules() WHERE entry_code IS NOT NULL;
INSERT INTO medsup.inv_chg_type_map VALUES ('101', 'in', '采购入库'), ('102', 'out', '报损出库'), ('108', 'sale', '销售出库'), ('110', 'count', '盘点');
SELECT entry_code, state, reason FROM medsup.provider_rules() WHERE entry_code IS NOT NULL;
SELECT medsup.bind_source('stock_move', 'wh.inv_chg_d');
SELECT entry_code, state, reason FROM medsup.provider_rules() WHERE entry_code IS NOT NULL;
\set ECHO none
INSERT INTO wh.inv_chg_d VALUES
    -- A: 100 in, 10 broken, 90 sold over the counter of 1; settled 94 of 90 available: within 5 %; B: settled 95: over
    ('H01', 'XA02BCA001A001010100001', '101', '2025-01-02', 100, 8), ('H01', 'XA02BCA001A001010100001', '102', '2025-01-20', 10, 8),
    ('H01', 'XA02BCA001A001010100001', '108', '2025-01-20', 90, 8),
    ('H01', 'XA02BCA001A001010100002', '101', '2025-01-02', 100, 8), ('H01', 'XA02BCA001A001010100002', '102', '2025-01-20', 10, 8),
    -- C: short in January, stocked again in February: February is not blamed for January
    ('H01', 'XA02BCA001A001010100003', '101', '2025-01-02', 10, 8), ('H01', 'XA02BCA001A001010100003', '101', '2025-02-02', 20, 8),
    -- E: a movement nobody mapped; F: a quantity nobody can read
    ('H01', 'XA02BCA001A001010100005', '999', '2025-01-02', 10, 8),
    ('H01', 'XA02BCA001A001010100006', '101', '2025-01-02', 'NaN', 8),
    -- consumables: a stock-taking of 5 in January, then 3 in: 8 less what was settled after it
    ('H01', 'C01010100100001', '110', '2025-01-15 12:00', 5, 1), ('H01', 'C01010100100001', '101', '2025-01-20', 3, 1),
    -- without a stock-taking
    ('H01', 'C01010100100002', '101', '2025-01-20', 3, 1);
SELECT sum(wh.bill(no, hospital, at, code, cnt, 10)) AS bills FROM (VALUES
    ('a', 'H01', timestamp '2025-01-25 09:00', 'XA02BCA001A001010100001', 94), ('b', 'H01', '2025-01-25 09:00', 'XA02BCA001A001010100002', 95),
    ('c1', 'H01', '2025-01-25 09:00', 'XA02BCA001A001010100003', 15), ('c2', 'H01', '2025-02-25 09:00', 'XA02BCA001A001010100003', 20),
    -- D: settled and never bought
    ('d', 'H01', '2025-01-25 09:00', 'XA02BCA001A001010100004', 2),
    ('e', 'H01', '2025-01-25 09:00', 'XA02BCA001A001010100005', 2), ('f', 'H01', '2025-01-25 09:00', 'XA02BCA001A001010100006', 2),
    -- an institution without any ledger
    ('g', 'H02', '2025-01-25 09:00', 'XA02BCA001A001010100001', 2),
    -- reversed, refunded
    ('h', 'H01', '2025-02-25 09:00', 'XA02BCA001A001010100001', 50), ('i', 'H01', '2025-02-25 09:00', 'XA02BCA001A001010100002', 50),
    -- consumables: 40 before the stock-taking, 2 after it; 6 available in February, tolerance 1
    ('m1', 'H01', '2025-01-10 09:00', 'C01010100100001', 40), ('m2', 'H01', '2025-01-16 09:00', 'C01010100100001', 2),
    ('m3', 'H01', '2025-02-10 09:00', 'C01010100100001', 7), ('m4', 'H01', '2025-03-10 09:00', 'C01010100100001', 2),
    ('n', 'H01', '2025-01-25 09:00', 'C01010100100002', 30)
) b (no, hospital, at, code, cnt);
SELECT wh.reverse('h', '2025-02-27 08:00');
INSERT INTO wh.fee_list_d SELECT 'Li-', mdtrt_id, setl_id, psn_no, 'Li', fixmedins_code, '2025-02-26 10:00', med_list_codg, -50, pric, -500, 0, -500, NULL, bilg_dept_codg, bilg_dr_codg, '1'
FROM wh.fee_list_d WHERE feedetl_sn = 'Li';
\set ECHO all
CALL medsup.run_provider_rules('2025-01-01', '2025-04-01');
SELECT entry_code, subject, window_start::date, limit_value, actual_value, excess, vola_amt, formula FROM medsup.provider_finding
ORDER BY entry_code COLLATE "C", subject COLLATE "C", window_start;
SELECT entry_code, window_start::date, outcome, reason, subjects FROM medsup.provider_tally ORDER BY entry_code COLLATE "C", window_start, outcome COLLATE "C", reason COLLATE "C";
SELECT v.ok, v.why, count(*) FROM medsup.provider_finding f CROSS JOIN LATERAL medsup.verify_finding(f.finding_id) v GROUP BY 1, 2;
SELECT medsup.explain(finding_id), medsup.explain(finding_id, 'en') FROM medsup.provider_finding WHERE excess = 0.5;
SELECT rule_code, state, reason, entries FROM medsup.run_rules() WHERE rule_code IN ('N25-043', 'N25-048') ORDER BY 1;
-- the tolerance is the bureau's: a wider one closes
UPDATE medsup.stock_check SET tolerance_cnt = 5 WHERE check_code = 'STOCK-DRUG';
CALL medsup.run_provider_rules('2025-01-01', '2025-04-01');
SELECT entry_code, subject, window_start::date, excess, status, closed_reason, version FROM medsup.provider_finding ORDER BY entry_code COLLATE "C", subject COLLATE "C", window_start;
\c contrib_regression
DROP DATABASE regress_medsup_stock;
