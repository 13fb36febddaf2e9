-- trace codes of packages (K14): the same one settled again and again, boxes without codes
\set SHOW_CONTEXT never
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_trace;
\c regress_medsup_trace
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
\set fixture :srcdir '/data/provider_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
\set VERBOSITY terse
INSERT INTO medsup.trace_check (check_code, rule_code, lead, at_least, note) VALUES ('BAD', 'N25-043', 'same_institution', 1, '示例');
INSERT INTO medsup.trace_check (check_code, rule_code, lead, at_least, note) VALUES ('BAD', 'N25-043', 'between_institutions', 2, '示例');
\set VERBOSITY default
INSERT INTO medsup.trace_check (check_code, rule_code, lead, at_least, span_days, every, note) VALUES
    ('TRACE-ONE', 'N25-043', 'same_institution', 3, NULL, NULL, '示例'),
    ('TRACE-MANY', 'N25-043', 'between_institutions', 2, 30, NULL, '示例'),
    ('TRACE-BOX', 'N25-043', 'boxes', 2, NULL, 'month', '示例');
INSERT INTO medsup.stock_check (check_code, rule_code, codes, every, opening, tolerance_share, tolerance_cnt, note)
VALUES ('TRACE-ONE', 'N25-043', 'X*', 'month', 'ledger', 0, 0, '示例');
SELECT entry_code, state, reason FROM medsup.provider_rules() WHERE entry_code IS NOT NULL;
SELECT medsup.bind_source('trace_code', 'wh.trac_d', '{"trdn_flag": "NULL"}');
SELECT medsup.unbind_source('trace_code', 'wh.trac_d'), medsup.bind_source('trace_code', 'wh.trac_d');
SELECT entry_code, state, reason FROM medsup.provider_rules() WHERE entry_code IS NOT NULL;
\set ECHO none
-- a sale with the trace codes of its packages
CREATE FUNCTION wh.sale(no text, hospital text, at timestamp, cnt numeric, codes text[], opened text DEFAULT '0') RETURNS int LANGUAGE sql AS $$
    SELECT wh.bill(no, hospital, at, 'XA02BCA001A001010100001', cnt, 30 + length(no));
    INSERT INTO wh.trac_d SELECT c, 'S' || no, 'M' || no, 'L' || no, 'P' || no, hospital, 'XA02BCA001A001010100001', at, 1, opened FROM unnest(codes) c;
    SELECT 1;
$$;
SELECT sum(wh.sale(no, hospital, at, cnt, codes, opened)) AS sales FROM (VALUES
    -- T1: three settlements in one institution
    ('a1', 'H01', timestamp '2025-03-01 09:00', 1, '{T1}'::text[], '0'), ('a22', 'H01', '2025-03-02 09:00', 1, '{T1}', '0'), ('a333', 'H01', '2025-03-03 09:00', 1, '{T1}', '0'),
    -- T2: the same, but the package was opened (拆零)
    ('b1', 'H01', '2025-03-01 09:00', 1, '{T2}', '1'), ('b2', 'H01', '2025-03-02 09:00', 1, '{T2}', '1'), ('b3', 'H01', '2025-03-03 09:00', 1, '{T2}', '1'),
    -- T3: one of the three was reversed and settled again
    ('c1', 'H01', '2025-03-01 09:00', 1, '{T3}', '0'), ('c2', 'H01', '2025-03-02 09:00', 1, '{T3}', '0'), ('c3', 'H01', '2025-03-03 09:00', 1, '{T3}', '0'),
    -- T4: brought back and sold again
    ('d1', 'H01', '2025-03-01 09:00', 1, '{T4}', '0'), ('d2', 'H01', '2025-03-05 09:00', 1, '{T4}', '0'), ('d3', 'H01', '2025-03-09 09:00', 1, '{T4}', '0'),
    -- T5: twice only; T6: in two institutions, 40 days apart; T7: in two institutions, 29 days apart
    ('e1', 'H01', '2025-03-01 09:00', 1, '{T5}', '0'), ('e2', 'H01', '2025-03-02 09:00', 1, '{T5}', '0'),
    ('f1', 'H01', '2025-02-01 09:00', 1, '{T6}', '0'), ('f2', 'H02', '2025-03-13 09:00', 1, '{T6}', '0'),
    ('g1', 'H01', '2025-02-01 09:00', 1, '{T7}', '0'), ('g2', 'H02', '2025-03-02 09:00', 1, '{T7}', '0'),
    -- boxes: two lines of three boxes with two codes each; one that is right; of an opened package; refunded
    ('h1', 'H03', '2025-03-01 09:00', 3, '{U1,U2}', '0'), ('h2', 'H03', '2025-03-02 09:00', 3, '{U3,U4}', '0'), ('h3', 'H03', '2025-03-03 09:00', 2, '{U5,U6}', '0'),
    ('h4', 'H04', '2025-03-01 09:00', 3, '{U7}', '1'), ('h5', 'H04', '2025-03-02 09:00', 3, '{U8}', '0'), ('h6', 'H04', '2025-03-02 09:00', 3, '{U9}', '0'),
    -- once in March, once in April: no two in a month
    ('i1', 'H05', '2025-03-01 09:00', 3, '{V1,V2}', '0'), ('i2', 'H05', '2025-04-02 09:00', 3, '{V3,V4}', '0')
) b (no, hospital, at, cnt, codes, opened);
SELECT wh.reverse('c2', '2025-03-02 10:00');
-- T4's return, under a number of its own
INSERT INTO wh.trac_d VALUES ('T4', 'Sback', 'Mback', 'Lback', 'Pd1', 'H01', 'XA02BCA001A001010100001', '2025-03-04 09:00', -1, '0');
-- T5 is uploaded again, the same rows and at another time
INSERT INTO wh.trac_d SELECT * FROM wh.trac_d WHERE drug_trac_codg = 'T5';
INSERT INTO wh.trac_d SELECT drug_trac_codg, setl_id, mdtrt_id, feedetl_sn, psn_no, fixmedins_code, med_list_codg, sel_retn_time + interval '1 day', sel_retn_cnt, trdn_flag
FROM wh.trac_d WHERE drug_trac_codg = 'T5' AND setl_id = 'Se1';
-- a refund of one of h6's boxes
INSERT INTO wh.fee_list_d SELECT 'Lh6-', mdtrt_id, setl_id, psn_no, 'Lh6', fixmedins_code, '2025-03-04 10:00', med_list_codg, -2, pric, -2 * pric, 0, 0, NULL, bilg_dept_codg, bilg_dr_codg, '1'
FROM wh.fee_list_d WHERE feedetl_sn = 'Lh6';
\set ECHO all
CALL medsup.run_provider_rules('2025-03-01', '2025-05-01');
SELECT entry_code, subject, fixmedins_code, window_start::date, limit_value, actual_value, excess, vola_amt, vola_amt_max, note, formula FROM medsup.provider_finding
ORDER BY entry_code COLLATE "C", subject COLLATE "C";
SELECT entry_code, window_start::date, outcome, subjects FROM medsup.provider_tally ORDER BY entry_code COLLATE "C", window_start, outcome COLLATE "C";
SELECT v.ok, v.why, count(*) FROM medsup.provider_finding f CROSS JOIN LATERAL medsup.verify_finding(f.finding_id) v GROUP BY 1, 2;
SELECT medsup.explain(finding_id), medsup.explain(finding_id, 'en') FROM medsup.provider_finding ORDER BY entry_code COLLATE "C";
SELECT jsonb_pretty(evidence) FROM medsup.finding WHERE entry_code = 'TRACE-MANY';
-- one settlement in the evidence less is a lead no more
BEGIN;
UPDATE medsup.finding SET evidence = evidence - 2 WHERE entry_code = 'TRACE-ONE';
SELECT v.ok, v.why FROM medsup.provider_finding f CROSS JOIN LATERAL medsup.verify_finding(f.finding_id) v WHERE entry_code = 'TRACE-ONE';
ROLLBACK;
-- a fourth settlement changes the finding; a return closes another
\set ECHO none
SELECT wh.sale('a4', 'H01', '2025-04-03 09:00', 1, '{T1}');
INSERT INTO wh.trac_d VALUES ('T6', 'Sback2', 'Mback2', 'Lback2', 'Pf1', 'H01', 'XA02BCA001A001010100001', '2025-02-04 09:00', -1, '0');
\set ECHO all
CALL medsup.run_provider_rules();
SELECT entry_code, subject, actual_value, status, closed_reason, version FROM medsup.provider_finding ORDER BY entry_code COLLATE "C", subject COLLATE "C";
-- nightly does it too, an operator may
CREATE ROLE regress_provider_operator;
CREATE ROLE regress_provider_author;
SELECT medsup.grant_access('regress_provider_operator', 'operator'), medsup.grant_access('regress_provider_author', 'author');
SET ROLE regress_provider_operator;
CALL medsup.nightly();
SELECT kind, status, findings, kept FROM medsup.run ORDER BY run DESC LIMIT 1;
CALL medsup.run_provider_rules();
SELECT count(*) FROM medsup.provider_finding f CROSS JOIN LATERAL medsup.verify_finding(f.finding_id) v WHERE v.ok;
INSERT INTO medsup.trace_check (check_code, rule_code, lead, at_least, note) VALUES ('MINE', 'N25-043', 'same_institution', 2, '示例');
SET ROLE regress_provider_author;
INSERT INTO medsup.trace_check (check_code, rule_code, lead, at_least, note) VALUES ('MINE', 'N25-043', 'same_institution', 2, '示例');
SELECT what, enabled FROM medsup.provider_entry WHERE entry_code = 'MINE';
CALL medsup.run_provider_rules();
RESET ROLE;
DROP OWNED BY regress_provider_operator, regress_provider_author;
DROP ROLE regress_provider_operator, regress_provider_author;
\c contrib_regression
DROP DATABASE regress_medsup_trace;
