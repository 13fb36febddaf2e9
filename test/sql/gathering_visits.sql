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

-- two thousand visits at random, told once more from the tables themselves
TRUNCATE wh.mdtrt_d, wh.setl_d, medsup.gathering_exclusion;
CREATE FUNCTION pg_temp.u(seed text, n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT ('x' || substr(md5(seed), 1, 7))::bit(28)::int % n $$;
INSERT INTO wh.mdtrt_d
SELECT 'm' || n, 'P' || pg_temp.u(n || 'a', 40), 'H' || pg_temp.u(n || 'b', 5), ('{11,41,4101,21,2101,14,zz,NULL}'::text[])[1 + pg_temp.u(n || 'c', 8)],
       CASE WHEN pg_temp.u(n || 'd', 9) > 0 THEN timestamp '2026-04-01' + pg_temp.u(n || 'e', 20) * interval '1 day' + pg_temp.u(n || 'f', 5) * interval '3 hours' END, NULL, nullif(pg_temp.u(n || 'g', 12), 2)
FROM generate_series(1, 2000) n;
-- up to three settlements, one person's visit settled by another now and then; every third a refund of one before
INSERT INTO wh.setl_d
SELECT 's' || n, e.mdtrt_id, CASE WHEN pg_temp.u(n || 'h', 30) > 0 THEN e.psn_no ELSE 'P0' END,
       CASE WHEN n % 3 = 0 THEN 's' || n - 1 - pg_temp.u(n || 'i', 3) END, CASE WHEN n % 3 = 0 THEN '1' ELSE '0' END, pg_temp.u(n || 'j', 15),
       (ARRAY['2026-04-', '2026/4/'])[1 + pg_temp.u(n || 'k', 2)] || 1 + pg_temp.u(n || 'l', 32) || (ARRAY['', ' 00:00:00', ' 09:30:00', ' 09:30:00', ' 09:31:07'])[1 + pg_temp.u(n || 'm', 5)], NULL, (ARRAY['12.5', 'x', NULL])[1 + pg_temp.u(n || 'o', 3)]
FROM generate_series(1, 4000) n JOIN wh.mdtrt_d e ON e.mdtrt_id = 'm' || 1 + pg_temp.u(n || 'v', 2000);
INSERT INTO medsup.gathering_exclusion (psn_no, fixmedins_code, med_type, valid_from, valid_to, reason)
SELECT CASE WHEN n % 2 = 0 THEN 'P' || pg_temp.u(n || 'p', 40) END, CASE WHEN n % 3 = 0 THEN 'H' || pg_temp.u(n || 'q', 5) END, CASE WHEN n % 5 = 0 OR n % 6 IN (1, 5) THEN ('{1,41,21,zz}'::text[])[1 + n % 4] END,
       date '2026-03-30' + pg_temp.u(n || 'r', 30), date '2026-03-30' + pg_temp.u(n || 'r', 30) + CASE WHEN n % 6 IN (0, 2, 4) THEN 9 ELSE 0 END, 'test'
FROM generate_series(1, 30) n;
CREATE INDEX ON wh.setl_d (mdtrt_id);
ANALYZE wh.mdtrt_d, wh.setl_d, medsup.gathering_exclusion;
CREATE TEMP TABLE counted AS
SELECT e.mdtrt_id, e.psn_no, e.fixmedins_code, e.med_type, b.at, p.money, m.setting
FROM wh.mdtrt_d e
LEFT JOIN medsup.setting_map m ON m.med_type = left(e.med_type, 2)
LEFT JOIN LATERAL (
    SELECT min(CASE WHEN medsup.read_timestamp(s.setl_time) > '-infinity' THEN medsup.read_timestamp(s.setl_time) END) AS at, sum(nullif(s.medfee_sumamt, 'x')::numeric) AS money
    FROM wh.setl_d s
    WHERE (s.mdtrt_id, s.psn_no) = (e.mdtrt_id, e.psn_no) AND s.vali_flag <> '0' AND s.refd_setl_flag = '0'
      AND s.setl_id NOT IN (SELECT r.init_setl_id FROM wh.setl_d r WHERE r.init_setl_id IS NOT NULL AND r.vali_flag <> '0')) p ON true
CROSS JOIN LATERAL (SELECT CASE WHEN m.setting = 'inpatient' THEN e.begntime ELSE p.at END) b (at)
WHERE e.vali_flag IS DISTINCT FROM '0' AND b.at BETWEEN '2026-04-03' AND timestamp '2026-04-25 23:59:59.999999';
ANALYZE counted;
CREATE TEMP TABLE expected AS
SELECT c.psn_no, c.fixmedins_code, c.at, c.setting, c.mdtrt_id, c.money, c.at::time = '00:00' OR (SELECT count(*) FROM counted o WHERE (o.fixmedins_code, o.at) = (c.fixmedins_code, c.at)) > 3 AS doubtful
FROM counted c
WHERE NOT EXISTS (SELECT FROM medsup.gathering_exclusion x
                  WHERE coalesce(x.psn_no = c.psn_no, true) AND coalesce(x.fixmedins_code = c.fixmedins_code, true)
                    AND (x.med_type IS NULL OR c.med_type LIKE x.med_type || '%') AND c.at::date BETWEEN x.valid_from AND x.valid_to);
SELECT (SELECT count(*) FROM counted) AS before_exclusion, (SELECT count(*) FROM expected) AS expected, (SELECT count(*) FROM expected WHERE doubtful) AS doubtful,
       (SELECT count(*) FROM (TABLE expected INTERSECT ALL SELECT * FROM medsup.gathering_visits('2026-04-03', '2026-04-25')) b) AS same,
       (SELECT count(*) FROM medsup.gathering_visits('2026-04-03', '2026-04-25')) AS found;
\c contrib_regression
DROP DATABASE regress_medsup_visits;
