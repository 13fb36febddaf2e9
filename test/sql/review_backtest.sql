\set SHOW_CONTEXT never
-- what a draft would find: the same as publishing and auditing it, and nothing left behind
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_backtest;
\c regress_medsup_backtest
SET client_min_messages = warning;
\set VERBOSITY terse
CREATE EXTENSION medsup CASCADE;
\set fixture :srcdir '/data/run_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
CALL medsup.run_audit();
CREATE TEMP TABLE before AS
SELECT (SELECT count(*) FROM medsup.knowledge) AS points, (SELECT count(*) FROM medsup.rule_setting) AS settings, (SELECT count(*) FROM medsup.rulebook) AS books,
    (SELECT count(*) FROM medsup.run) AS runs, (SELECT md5(string_agg(f::text, '' ORDER BY finding_id)) FROM medsup.finding f) AS findings;
-- a looser cap of the same item, whose lines are all known, and another drug
\set draft '[{"entry_code": "D-1", "rule_code": "L-DAY", "item_name": "示例项目", "codes": ["003106040050000"], "measure": "quantity", "scope": "day", "limit_value": 2, "unit": "time", "count_key": "person_institution"}, {"entry_code": "D-2", "rule_code": "L-SEX", "item_name": "另一药品", "codes": ["XA02BCA001A001010100021"], "sex": "female"}]'
\set quiet 'findings, persons, lines, vola_amt, fund_amt, known_findings, known_lines, new_amt'
SELECT part, rule_code, entry_code, fixmedins_code, :quiet, explanation
FROM medsup.backtest(:'draft', '[2025-02-01, 2025-05-01)', sample => 0) WHERE part <> 'outcome';
SELECT part, rule_code, outcome, lines FROM medsup.backtest(:'draft', '[2025-02-01, 2025-05-01)', sample => 0) WHERE part = 'outcome';
-- random, the same again, another by another seed
CREATE TEMP TABLE drawn AS SELECT 1 AS draw, b.* FROM medsup.backtest(:'draft', '[2025-02-01, 2025-05-01)', sample => 5, seed => 'a') b WHERE part IN ('hit', 'near_miss');
INSERT INTO drawn SELECT 2, b.* FROM medsup.backtest(:'draft', '[2025-02-01, 2025-05-01)', sample => 5, seed => 'a') b WHERE part IN ('hit', 'near_miss');
INSERT INTO drawn SELECT 3, b.* FROM medsup.backtest(:'draft', '[2025-02-01, 2025-05-01)', sample => 5, seed => 'b') b WHERE part IN ('hit', 'near_miss');
SELECT part, rule_code, entry_code, fixmedins_code, psn_no, mdtrt_id, feedetl_sn, vola_amt, explanation FROM drawn WHERE draw = 1;
SELECT draw, part, count(*), count(*) = (SELECT count(*) FROM drawn o WHERE o.draw = 1 AND o.part = d.part AND ROW (o.mdtrt_id, o.feedetl_sn) IN (SELECT x.mdtrt_id, x.feedetl_sn FROM drawn x WHERE x.draw = d.draw AND x.part = d.part)) AS as_the_first
FROM drawn d GROUP BY draw, part ORDER BY part, draw;
-- hits are hits, near misses are none
SELECT part, count(*), count(*) FILTER (WHERE (l.cnt::int > 2) = (part = 'hit')) AS by_quantity
FROM drawn d JOIN wh.fee_list_d l ON l.bkkp_sn = d.feedetl_sn WHERE d.entry_code = 'D-1' GROUP BY part ORDER BY part;
-- nothing is left
SELECT b = ROW ((SELECT count(*) FROM medsup.knowledge), (SELECT count(*) FROM medsup.rule_setting), (SELECT count(*) FROM medsup.rulebook),
    (SELECT count(*) FROM medsup.run), (SELECT md5(string_agg(f::text, '' ORDER BY finding_id)) FROM medsup.finding f))::before AS nothing_left FROM before b;
-- a rule that is in force already: all of it is known
SELECT part, :quiet FROM medsup.backtest(rules => '{L-DAY}', sample => 0) WHERE part = 'all';
SELECT count(*), sum(vola_amt), sum(fund_amt) FROM medsup.finding WHERE rule_code = 'L-DAY';

-- the same once it is published
CREATE TEMP TABLE foretold AS SELECT entry_code, findings, vola_amt, fund_amt FROM medsup.backtest(:'draft', sample => 0) WHERE part = 'entry';
SELECT medsup.load_points(:'draft'), medsup.publish_rulebook();
CALL medsup.run_audit();
SELECT t.entry_code, t.findings, t.findings = count(*) AND t.vola_amt = sum(f.vola_amt) AND t.fund_amt = sum(f.fund_amt) AS as_foretold
FROM foretold t JOIN medsup.finding f USING (entry_code) GROUP BY t.entry_code, t.findings, t.vola_amt, t.fund_amt ORDER BY 1;
SELECT medsup.verify_finding(finding_id) FROM medsup.finding WHERE entry_code LIKE 'D-%' GROUP BY 1;
-- a rule about visits, whom lines alone do not reach
SELECT medsup.add_rule('frequent_visits', 'L-VISIT', '频繁就诊', 'Frequent visits', '[{"entry_code": "L-VISIT-0", "item_name": "门诊", "settings": ["outpatient"], "scope": "year", "limit_value": 99}]');
SELECT part, findings, lines, vola_amt, new_amt FROM medsup.backtest('[{"entry_code": "D-3", "rule_code": "L-VISIT", "item_name": "门诊", "settings": ["outpatient"], "scope": "year", "measure": "visits", "limit_value": 2}]', sample => 3) WHERE part IN ('all', 'near_miss');

-- where its codes are rare only who has them is read, to the same end
CREATE TEMP TABLE common AS SELECT * FROM medsup.backtest(rules => '{L-DAY}');
INSERT INTO wh.fee_list_d
SELECT 'R-' || n, 'M-R', NULL, 'P-R', NULL, 'H1', '2025-02-01 08:00:00', 'XA02BCA001A001010100999', NULL, '1', '10.000000', '10.00', '0.00', '10.00', '1', 'D1', 'DR1', '999901', '1'
FROM generate_series(1, 3000) n;
CREATE TEMP TABLE rare AS SELECT * FROM medsup.backtest(rules => '{L-DAY}');
SELECT part, count(*), count(*) FILTER (WHERE c::text IN (SELECT r::text FROM rare r)) AS same FROM common c GROUP BY part ORDER BY part;
SELECT count(*) = (SELECT count(*) FROM common) AS no_more FROM rare;

-- what cannot be tested is said
SELECT medsup.backtest();
SELECT medsup.backtest('[]');
SELECT medsup.backtest(:'draft');
SELECT medsup.backtest('[{"entry_code": "D-9", "rule_code": "L-DAY", "item_name": "x", "codes": ["no code"]}]');
\set VERBOSITY default
SELECT medsup.backtest('[{"entry_code": "D-9", "rule_code": "L-DAY", "item_name": "x", "codes": ["003106040050000"]}]');
SELECT medsup.backtest('[{"entry_code": "D-9", "rule_code": "L-DAY", "item_name": "x", "codes": ["003106040050000"], "measure": "quantity", "scope": "rolling", "window_days": 99999, "limit_value": 1}]');
\set VERBOSITY terse
SELECT medsup.backtest(rules => '{NONE}');
SELECT medsup.backtest(rules => '{N25-044}');
INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, note)
VALUES ('F', 'N25-056', 'institution', 'month', 'fixed', 0.35, 'high', 100, 'x');
SELECT medsup.backtest(rules => '{L-DAY,N25-056}');
SELECT medsup.backtest(rules => '{L-DAY}', sample => -1);
SELECT medsup.backtest(rules => '{L-DAY}', period => '[1990-01-01, 1991-01-01)');
-- it takes an author who may read the warehouse
CREATE ROLE regress_medsup_tester;
SELECT medsup.grant_access('regress_medsup_tester', 'author');
SET ROLE regress_medsup_tester;
SELECT medsup.backtest(rules => '{L-DAY}');
RESET ROLE;
SELECT medsup.grant_access('regress_medsup_tester', 'operator');
SET ROLE regress_medsup_tester;
SELECT part, findings FROM medsup.backtest(rules => '{L-DAY}', sample => 0) WHERE part = 'all';
RESET ROLE;
SELECT medsup.revoke_access('regress_medsup_tester', 'author'), medsup.revoke_access('regress_medsup_tester', 'operator');
DROP ROLE regress_medsup_tester;
-- a cast that a mapping put there does not show the cell it fails on
UPDATE wh.mdtrt_d SET brdy = 'a cell' WHERE mdtrt_id = (SELECT min(mdtrt_id) FROM wh.fee_list_d WHERE med_list_codg = '003106040050000');
SELECT medsup.unbind_source('encounter', 'wh.mdtrt_d');
SELECT medsup.bind_source('encounter', 'wh.mdtrt_d', '{"brdy": "brdy::timestamp"}') IS NOT NULL AS bound;
SELECT * FROM medsup.backtest(rules => '{L-DAY}');
\c contrib_regression
DROP DATABASE regress_medsup_backtest;
