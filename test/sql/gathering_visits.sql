\set SHOW_CONTEXT never
-- Visits out of what is bound: when somebody was where, and what is left out
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_visits;
\c regress_medsup_visits
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
SELECT * FROM medsup.gathering_visits('2026-03-01', '2026-03-31');
CREATE SCHEMA wh;
CREATE TABLE wh.mdtrt_d (mdtrt_id text, psn_no text, fixmedins_code text, med_type text, begntime timestamp, endtime timestamp, vali_flag text);
CREATE TABLE wh.setl_d (setl_id text, mdtrt_id text, psn_no text, init_setl_id text, refd_setl_flag text, vali_flag text, setl_time text, med_type text, medfee_sumamt text);
INSERT INTO wh.mdtrt_d VALUES
    ('out', 'A', 'H1', '11', '2026-03-02 08:00', NULL, '1'),
    ('pharmacy', 'B', 'H2', '41', '2026-03-02 08:00', NULL, '1'),
    ('stay', 'C', 'H1', '21', '2026-03-03 15:30', '2026-03-20 10:00', '1'),
    ('void', 'A', 'H1', '11', '2026-03-04 08:00', NULL, '0'),
    ('reversed', 'A', 'H1', '11', '2026-03-05 08:00', NULL, '1'),
    ('not settled', 'A', 'H1', '11', '2026-03-06 08:00', NULL, '1'),
    ('midnight', 'B', 'H1', '11', '2026-03-07 08:00', NULL, '1'),
    ('unreadable', 'B', 'H1', '11', '2026-03-08 08:00', NULL, '1'),
    ('last day', 'B', 'H1', '11', '2026-03-31 08:00', NULL, '1'),
    ('too late', 'B', 'H1', '11', '2026-04-01 00:00', NULL, '1'),
    ('unknown kind', 'D', 'H1', 'zz', '2026-03-09 08:00', NULL, '1'),
    ('dialysis', 'R', 'H1', '14', '2026-03-10 08:00', NULL, '1'),
    ('dialysis elsewhere', 'R', 'H2', '11', '2026-03-10 18:00', NULL, '1'),
    ('check', 'A', 'H3', '11', '2026-03-11 08:00', NULL, '1'),
    ('after the check', 'A', 'H3', '11', '2026-03-12 08:00', NULL, '1');
INSERT INTO wh.setl_d VALUES
    ('s1', 'out', 'A', NULL, '0', '1', '2026-03-02 09:10:11', '11', '80'), ('s2', 'out', 'A', NULL, '0', '1', '2026-03-02 10:00', '11', '20.5'),
    ('s3', 'pharmacy', 'B', NULL, '0', '1', '2026-03-02 11:00:00', '41', 'x'),
    ('s4', 'stay', 'C', NULL, '0', '1', '2026-03-20 10:00', '21', '9000'), ('s5', 'void', 'A', NULL, '0', '1', '2026-03-04 09:00', '11', '1'),
    ('s6', 'reversed', 'A', NULL, '0', '1', '2026-03-05 09:00', '11', '70'), ('s6r', 'reversed', 'A', 's6', '1', '1', '2026-03-05 09:30', '11', '-70'),
    ('s7', 'midnight', 'B', NULL, '0', '1', '2026-03-07', '11', '1'), ('s8', 'unreadable', 'B', NULL, '0', '1', '2026-03-32', '11', '1'),
    ('s9', 'last day', 'B', NULL, '0', '1', '2026-03-31 23:59:59', '11', '1'), ('s10', 'too late', 'B', NULL, '0', '1', '2026-04-01', '11', '1'),
    ('s11', 'unknown kind', 'D', NULL, '0', '1', '2026-03-09 09:00', 'zz', '1'), ('s12', 'dialysis', 'R', NULL, '0', '1', '2026-03-10 09:00', '14', '400'),
    ('s13', 'dialysis elsewhere', 'R', NULL, '0', '1', '2026-03-10 19:00', '11', '9'),
    ('s14', 'check', 'A', NULL, '0', '1', '2026-03-11 09:00', '11', '30'), ('s15', 'after the check', 'A', NULL, '0', '1', '2026-03-12 09:00', '11', '30');
-- four in one second, three in another
INSERT INTO wh.mdtrt_d SELECT 'b' || n, 'U' || n, 'H' || 4 + n / 4, '11', '2026-03-13 08:00', NULL, '1' FROM generate_series(0, 6) n;
INSERT INTO wh.setl_d SELECT 'b' || n, 'b' || n, 'U' || n, NULL, '0', '1', '2026-03-13 09:00', '11', '5' FROM generate_series(0, 6) n;
SELECT medsup.bind_source('encounter', 'wh.mdtrt_d', '{"gend": "NULL", "brdy": "NULL", "insutype": "NULL"}') IS NOT NULL AS bound;
SELECT * FROM medsup.gathering_visits('2026-03-01', '2026-03-31');
SELECT medsup.bind_source('settlement', 'wh.setl_d', '{"fund_pay_sumamt": "NULL"}') IS NOT NULL AS bound;
SELECT mdtrt_id, psn_no, fixmedins_code, at, setting, money, doubtful FROM medsup.gathering_visits('2026-03-01', '2026-03-31')
ORDER BY at, mdtrt_id COLLATE "C";

-- marked by the warehouse: whatever is 1 or true, of stays too
SELECT medsup.bind_source('encounter', 'wh.mdtrt_d', $${"gend": "NULL", "brdy": "NULL", "insutype": "NULL",
    "attributes": "CASE t.mdtrt_id WHEN 'out' THEN '{\"offline\": true}' WHEN 'pharmacy' THEN '{\"offline\": \"01\"}' WHEN 'stay' THEN '{\"offline\": 1}' WHEN 'check' THEN '{\"offline\": \"0\"}' WHEN 'dialysis' THEN '{\"offline\": false}' WHEN 'last day' THEN '{\"other\": \"1\"}' END::jsonb"}$$) IS NOT NULL AS bound;
SELECT mdtrt_id FROM medsup.gathering_visits('2026-03-01', '2026-03-31') WHERE doubtful AND mdtrt_id !~ '^b' ORDER BY at;

-- exclusions: a person at a place, a place on a day, a kind of visit
INSERT INTO medsup.gathering_exclusion (psn_no, fixmedins_code, med_type, valid_from, valid_to, reason) VALUES
    ('R', 'H1', NULL, '2026-01-01', '2026-12-31', 'dialysis'), (NULL, 'H3', NULL, '2026-03-11', '2026-03-11', 'mass check'), (NULL, NULL, '4', '2026-03-01', '2026-03-05', 'drug days');
SELECT mdtrt_id FROM medsup.gathering_visits('2026-03-01', '2026-03-12') ORDER BY at, mdtrt_id COLLATE "C";
INSERT INTO medsup.gathering_exclusion (valid_from, valid_to, reason) VALUES ('2026-01-01', '2026-12-31', 'everything');
INSERT INTO medsup.gathering_exclusion (psn_no, valid_from, valid_to, reason) VALUES ('A', '2026-12-31', '2026-01-01', 'backwards');
INSERT INTO medsup.gathering_exclusion (psn_no, valid_from, valid_to, reason) VALUES ('A', '2026-01-01', '2026-12-31', ' ');

-- days in order; infinity is all there is on that side
SELECT count(*) FROM medsup.gathering_visits('-infinity', 'infinity');
SELECT * FROM medsup.gathering_visits('2026-03-12', '2026-03-11');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM medsup.gathering_visits('2026-03-12', NULL);
\echo :LAST_ERROR_SQLSTATE

-- and they are what the aggregates take
SELECT cardinality(medsup.covisit_groups(psn_no, fixmedins_code, at, money, NULL, NULL, medsup.covisit_setting()) FILTER (WHERE NOT doubtful)) AS groups
FROM medsup.gathering_visits('2026-03-01', '2026-03-31');
SELECT fixmedins_code, medsup.crowd_size(psn_no, at, '1 minute') OVER (PARTITION BY fixmedins_code) AS size FROM medsup.gathering_visits('2026-03-13', '2026-03-13')
ORDER BY 1, 2;
\c contrib_regression
DROP DATABASE regress_medsup_visits;
