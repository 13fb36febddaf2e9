-- the starter set of examples, and the night that tells which rules lost their reach
\pset null -
SET client_min_messages = warning;
BEGIN;
DELETE FROM medsup.parameter_setting;
SELECT medsup.set_parameter('supply_days_outpatient', '5', '本市文件');
SELECT kind, name, value, set_to, origin FROM medsup.example_value ORDER BY kind COLLATE "C", name COLLATE "C";
SELECT medsup.load_example_parameters() AS loaded;
-- what is set stays, also when it is loaded again; an example that is changed is one no longer
SELECT medsup.set_parameter('split_stay_gap_days', '10', '本市文件');
UPDATE medsup.stock_check SET tolerance_share = 0.1, note = '本市文件' WHERE check_code = 'EXAMPLE-STOCK';
SELECT medsup.load_example_parameters() AS loaded;
SELECT kind, name, value, set_to, origin FROM medsup.example_value ORDER BY kind COLLATE "C", name COLLATE "C";
SELECT value, note FROM medsup.parameter_setting WHERE name = 'stay_days';
SELECT check_code, rule_code, lead, at_least, note FROM medsup.trace_check WHERE check_code = 'EXAMPLE-TRACE';
-- every one is of a source, and allowed
SELECT count(*) FROM medsup.example_values() WHERE source IS NULL OR remark IS NULL;

-- two nights with lines, one without between them, one that failed
CREATE FUNCTION pg_temp.night(n int, status text, lines bigint) RETURNS void LANGUAGE sql AS
$$ INSERT INTO medsup.run (run, kind, status, lines) VALUES (9000 + n, 'nightly', status, lines) $$;
SELECT count(*) FROM (SELECT pg_temp.night(1, 'done', 100), pg_temp.night(2, 'done', 0), pg_temp.night(3, 'failed', 5), pg_temp.night(4, 'done', 90)) x;
INSERT INTO medsup.run_tally (run, rule_code, outcome, reason, fixmedins_code, lines) VALUES
    (9001, NULL, 'checked', NULL, 'H1', 100), (9004, NULL, 'checked', NULL, 'H1', 90),
    (9001, 'N25-067', 'passed', NULL, 'H1', 7), (9001, 'N25-067', 'hit', NULL, 'H2', 1),
    (9001, 'N25-027', 'hit', NULL, 'H1', 3), (9004, 'N25-027', 'undecided', 'no_clock', 'H2', 1),
    (9001, 'N25-014', 'passed', NULL, 'H1', 4),
    (9003, 'N25-013', 'passed', NULL, 'H1', 4),
    (9004, 'N25-025', 'passed', NULL, 'H1', 4);
INSERT INTO medsup.rule_setting (rule_code, enabled) VALUES ('N25-014', false);
SELECT * FROM medsup.rule_reach_lost();
SELECT item, state, detail FROM medsup.health() WHERE item = 'reach';
INSERT INTO medsup.run_tally (run, rule_code, outcome, reason, fixmedins_code, lines) VALUES (9004, 'N25-067', 'passed', NULL, 'H3', 1);
SELECT item, state, detail FROM medsup.health() WHERE item = 'reach';
ROLLBACK;
