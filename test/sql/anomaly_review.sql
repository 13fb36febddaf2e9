\set SHOW_CONTEXT never
\getenv srcdir PG_ABS_SRCDIR
-- Scores become findings: within a budget, kept, changed, closed, proved
CREATE DATABASE regress_medsup_score;
\c regress_medsup_score
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
CREATE SCHEMA score;
CREATE FUNCTION noise(n int, k int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint4extended(n, k) & 1048575) / 1048576.0::float8;
CREATE TABLE score.features AS
SELECT 'H' || n AS fixmedins_code, CASE WHEN n <= 120 THEN '三级' ELSE '二级' END AS peer,
    ARRAY[noise(n, 1), noise(n, 2) + noise(n, 3), noise(n, 4)]::float8[] AS features
FROM generate_series(1, 205) n;
-- two that stick out, one less so; five of another kind are too few for a score
UPDATE score.features SET features[1] = 30 WHERE fixmedins_code = 'H7';
UPDATE score.features SET features[2] = 20 WHERE fixmedins_code = 'H130';
UPDATE score.features SET features[3] = 2 WHERE fixmedins_code = 'H9';
UPDATE score.features SET peer = '专科' WHERE fixmedins_code IN ('H201', 'H202', 'H203', 'H204', 'H205');

-- the budget: so many of each group, or a share of false leads over all
SELECT fixmedins_code, peer, peers, rank, round(score::numeric, 2) AS score, round(threshold::numeric, 2) AS threshold, cardinality(parts) AS parts
FROM medsup.score_review('score.features', top => 2);
SELECT fixmedins_code, rank, round(score::numeric, 2) AS score FROM medsup.score_review('score.features', false_share => 0.1);
-- Benjamini and Hochberg once more, for shares of all sizes; of equal ones the last counts
SELECT share, count(*) AS chosen, count(*) = (
    SELECT coalesce(max(k), 0) FROM (SELECT row_number() OVER (ORDER BY p) AS k, p, count(*) OVER () AS m
        FROM (SELECT 10 ^ (-medsup.provider_anomaly(features) OVER (PARTITION BY peer)) AS p FROM score.features) x WHERE p IS NOT NULL) y WHERE p <= share * k / m) AS as_wanted
FROM (VALUES (0.01), (0.05), (0.1), (0.3), (0.6)) s (share), LATERAL medsup.score_review('score.features', false_share => share) GROUP BY share ORDER BY share;
-- ties with the last are in
CREATE TABLE score.equal AS SELECT 'H' || n AS fixmedins_code, 'a' AS peer, ARRAY[CASE WHEN n <= 3 THEN 9 ELSE noise(n, 1) END]::float8[] AS features FROM generate_series(1, 50) n;
SELECT fixmedins_code, rank FROM medsup.score_review('score.equal', top => 1);
SELECT share, count(*) AS chosen, count(*) = (
    SELECT coalesce(max(k), 0) FROM (SELECT row_number() OVER (ORDER BY p) AS k, p, count(*) OVER () AS m
        FROM (SELECT 10 ^ (-medsup.provider_anomaly(features) OVER ()) AS p FROM score.equal) x) y WHERE p <= share * k / m) AS as_wanted
FROM (VALUES (0.4), (0.5), (0.6), (0.9)) s (share), LATERAL medsup.score_review('score.equal', false_share => share) GROUP BY share ORDER BY share;
SELECT count(*) FROM medsup.score_review('score.equal', '{-1}', top => 50);
SELECT * FROM medsup.score_review('score.features');
SELECT * FROM medsup.score_review('score.features', top => 1, false_share => 0.1);
SELECT * FROM medsup.score_review('score.features', false_share => 1);
SELECT * FROM medsup.score_review('score.features', top => 0);
SELECT * FROM medsup.score_review('pg_class', top => 1);

-- findings need what every run needs
SELECT medsup.review_scores('score.features', '{次均费用,平均住院日,药占比}', '[2025-01-01,2025-07-01)', top => 1);
\set fixture :srcdir '/data/run_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
\set QUIET on
SET client_min_messages = warning;
SELECT medsup.publish_rulebook() IS NOT NULL AS published;
SELECT medsup.review_scores('score.features', '{次均费用,平均住院日,药占比}', '[2025-01-01,2025-07-01)', top => 1) AS run;
SELECT kind, label, status, findings, opened, changed, kept, closed, vola_amt FROM medsup.run ORDER BY run;
SELECT fixmedins_code, origin, result_type, rule_code, entry_code, kind, scope, window_start, window_end, measure, limit_value, actual_value, excess, vola_amt, formula, note
FROM medsup.finding ORDER BY fixmedins_code;
SELECT medsup.explain(f), medsup.explain(f, 'en') FROM medsup.finding f WHERE fixmedins_code = 'H7';
SELECT jsonb_pretty(evidence -> 0 -> 'row') AS first, jsonb_array_length(evidence) AS items FROM medsup.finding WHERE fixmedins_code = 'H7';
SELECT e -> 'row' ->> 'name' AS name, e -> 'row' ->> 'value' AS value, e -> 'row' ->> 'peers' AS peers, e -> 'row' ->> 'below' AS below, (e -> 'row' ->> 'part')::numeric > 0 AS part
FROM medsup.finding, jsonb_array_elements(evidence) e WHERE fixmedins_code = 'H7' AND e ->> 'what' = 'part';
-- proved from the evidence, and not when it was touched
SELECT fixmedins_code, (medsup.verify_provider_finding(finding_id)).* FROM medsup.finding ORDER BY 1;
BEGIN;
UPDATE medsup.finding SET evidence = jsonb_set(evidence, '{1,row,part}', '99') WHERE fixmedins_code = 'H7';
SELECT (medsup.verify_provider_finding(finding_id)).* FROM medsup.finding WHERE fixmedins_code = 'H7';
ROLLBACK;

-- again: kept to the byte; another figure: changed; no longer among the first: closed, and reopened
SELECT medsup.review_scores('score.features', '{次均费用,平均住院日,药占比}', '[2025-01-01,2025-07-01)', top => 1) AS run;
UPDATE score.features SET features[1] = 40 WHERE fixmedins_code = 'H7';
SELECT medsup.review_scores('score.features', '{次均费用,平均住院日,药占比}', '[2025-01-01,2025-07-01)', top => 1) AS run;
UPDATE score.features SET features[1] = 0 WHERE fixmedins_code = 'H7';
SELECT medsup.review_scores('score.features', '{次均费用,平均住院日,药占比}', '[2025-01-01,2025-07-01)', top => 1) AS run;
UPDATE score.features SET features[1] = 30 WHERE fixmedins_code = 'H7';
SELECT medsup.review_scores('score.features', '{次均费用,平均住院日,药占比}', '[2025-01-01,2025-07-01)', top => 1) AS run;
-- an institution can be exempt from scores
SELECT medsup.add_exemption('new', 'the head', rule => 'SCORE', institution => 'H7') AS exemption;
SELECT medsup.review_scores('score.features', '{次均费用,平均住院日,药占比}', '[2025-01-01,2025-07-01)', top => 1) AS run;
SELECT fixmedins_code, status, exemption FROM medsup.finding ORDER BY fixmedins_code, status;
SELECT medsup.end_exemption(1, 'a year is over');
SELECT medsup.review_scores('score.features', '{次均费用,平均住院日,药占比}', '[2025-01-01,2025-07-01)', top => 1) AS run;
-- another period and another review stand beside it, and an audit leaves them all as they are
SELECT medsup.review_scores('score.features', '{次均费用,平均住院日,药占比}', '[2025-07-01,2026-01-01)', top => 1) AS run;
SELECT medsup.review_scores('score.features', '{次均费用,平均住院日,药占比}', '[2025-01-01,2025-07-01)', false_share => 0.05, review => '错误率') AS run;
-- and one that begins on the same day
SELECT medsup.review_scores('score.features', '{次均费用,平均住院日,药占比}', '[2025-01-01,2026-01-01)', top => 1) AS run;
CALL medsup.run_provider_rules();
SELECT run, label, status, findings, opened, changed, reopened, kept, closed FROM medsup.run ORDER BY run;
SELECT entry_code, window_start::date, window_end::date, fixmedins_code, status, version FROM medsup.finding ORDER BY entry_code COLLATE "C", 2, 3, 4;
-- departments and doctors
CREATE TABLE score.doctors AS SELECT fixmedins_code, 'D1' AS dept, 'dr' || fixmedins_code AS doctor, peer, features FROM score.features;
SELECT medsup.review_scores('score.doctors', '{a,b,c}', '[2025-01-01,2025-02-01)', top => 1, review => 'doctors') AS run;
SELECT medsup.subject_text(f, 'en'), bilg_dept_codg, bilg_dr_codg FROM medsup.finding f WHERE entry_code = 'doctors' ORDER BY 1;
-- the bureau's own indicators, names and directions: provider_features has the columns that a review reads
CREATE TABLE score.own AS SELECT f.*, 'all' AS peer FROM medsup.provider_features('[2025-02-01,2025-05-01)', 'institution') f;
SELECT count(*) AS rows, bool_and(cardinality(f.features) = cardinality(l.codes)) AS named FROM score.own f, medsup.indicator_list('institution') l;
SELECT medsup.review_scores('score.own', l.names_zh, '[2025-02-01,2025-05-01)', l.directions, top => 1, review => 'own') IS NOT NULL AS reviewed FROM medsup.indicator_list('institution') l;
SELECT count(*) AS of_fewer_than_ten FROM medsup.finding WHERE entry_code = 'own';
CREATE TABLE score.own_monthly AS
SELECT m::date AS month, f.*, 'all' AS peer FROM generate_series(timestamp '2025-02-01', '2025-04-01', '1 month') m, medsup.provider_features(daterange(m::date, (m + interval '1 month')::date), 'institution') f;
SELECT count(*) AS rows, count(t.score) AS scored, max(t.peers) AS peers FROM medsup.indicator_list('institution') l, medsup.anomaly_trend('score.own_monthly', l.directions, 3) t;
-- an operator records, and a reviewer proves
CREATE ROLE regress_medsup_score;
SELECT medsup.grant_access('regress_medsup_score', 'operator');
GRANT USAGE ON SCHEMA score TO regress_medsup_score;
GRANT SELECT ON score.features TO regress_medsup_score;
SET ROLE regress_medsup_score;
SELECT medsup.review_scores('score.features', '{次均费用,平均住院日,药占比}', '[2025-07-01,2026-01-01)', top => 1) AS run;
RESET ROLE;
SELECT opened, kept FROM medsup.run ORDER BY run DESC LIMIT 1;
SELECT medsup.revoke_access('regress_medsup_score', 'operator'), medsup.grant_access('regress_medsup_score', 'reviewer');
SET ROLE regress_medsup_score;
SELECT count(*), bool_and((medsup.verify_provider_finding(finding_id)).ok) AS proved FROM medsup.finding WHERE entry_code = 'scores' AND status = 'open';
RESET ROLE;
SELECT medsup.revoke_access('regress_medsup_score', 'reviewer');
REVOKE ALL ON SCHEMA score FROM regress_medsup_score;
REVOKE ALL ON score.features FROM regress_medsup_score;
-- what is wrong leaves no run in progress
SELECT medsup.review_scores('score.features', '{a}', '[2025-01-01,2025-02-01)', top => 1);
SELECT medsup.review_scores('score.features', '{a,b,c}', 'empty', top => 1);
SELECT medsup.review_scores('score.features', '{a,b,c}', '[2025-01-01,)', top => 1);
SELECT medsup.review_scores('score.features', '{a,b,c}', '[2025-01-01,2025-02-01)');
INSERT INTO score.features VALUES ('H7', '三级', '{1,1,1}'), (NULL, '三级', '{99,99,99}');
SELECT medsup.review_scores('score.features', '{a,b,c}', '[2025-01-01,2025-02-01)', top => 1);
SELECT status, count(*) FROM medsup.run GROUP BY 1 ORDER BY 1;
\c contrib_regression
DROP DATABASE regress_medsup_score;
DROP ROLE regress_medsup_score;
