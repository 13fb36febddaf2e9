\set SHOW_CONTEXT never
-- absurd times must not unbalance a night of one month
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_run_dirt;
\c regress_medsup_run_dirt
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
\set fixture :srcdir '/data/run_fixture.sql'
\o /dev/null
\i :fixture
\o
UPDATE wh.setl_d SET setl_time = '9999-12-31 00:00:00' WHERE setl_id = 'S70';
UPDATE wh.setl_d SET setl_time = '0202-03-02 00:00:00' WHERE setl_id = 'S73';
UPDATE wh.fee_list_d SET fee_ocur_time = '0202-03-02 00:00:00', setl_id = NULL WHERE bkkp_sn = '71-5';
UPDATE wh.fee_list_d SET fee_ocur_time = '2250-03-02 00:00:00' WHERE bkkp_sn = '72-5';
-- settlements twice: the row that counts is the same for run and evaluator
INSERT INTO wh.setl_d SELECT (jsonb_populate_record(s, '{"setl_time": null}')).* FROM wh.setl_d s WHERE setl_id = 'S80';
INSERT INTO wh.setl_d SELECT (jsonb_populate_record(s, '{"setl_time": "x"}')).* FROM wh.setl_d s WHERE setl_id IN ('S81', 'S200');
INSERT INTO wh.setl_d SELECT (jsonb_populate_record(s, '{"setl_time": "2025-03-15 10:00:00", "mdtrt_id": "a"}')).* FROM wh.setl_d s WHERE setl_id IN ('S82', 'S201');
CALL medsup.run_audit('[2025-03-01,2025-04-01)');
CALL medsup.run_audit('(,)');
SELECT run, status, lines = lines_checked + lines_skipped AS balanced, lines, lines_skipped, error FROM medsup.run ORDER BY run;
\c contrib_regression
SET client_min_messages = warning;
DROP DATABASE regress_medsup_run_dirt;
