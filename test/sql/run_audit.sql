\set SHOW_CONTEXT never
-- a run from end to end on a small warehouse; the ledger adds up
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_run;
\c regress_medsup_run
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
-- nothing bound, nothing published, nothing there
CALL medsup.run_audit();
CALL medsup.nightly();
\set fixture :srcdir '/data/run_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
CALL medsup.run_audit('empty');
CALL medsup.run_audit('[1990-01-01, 1991-01-01)');
CALL medsup.run_audit(partitions => 0);
BEGIN;
CALL medsup.run_audit();
ROLLBACK;
CALL medsup.run_through(NULL);
CALL medsup.run_through(77);
BEGIN;
CALL medsup.run_through(1);
ROLLBACK;
SELECT run, kind, status, sqlstate, error FROM medsup.run ORDER BY run;

-- a rule that this version does not judge is told, not passed over
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, judged, not_judged_why)
VALUES ('Z-1', '模型评分', 'score of a model', 'K1', 'drug', false, 'a model');
-- NOTICEs tell seconds, so they are left out here
SET client_min_messages = warning;
CALL medsup.run_audit(label => 'first', partitions => 3);
SELECT run, kind, label, period_from, period_to, status, rulebook, partitions, partitions_done, lines, lines_checked, lines_skipped,
    lines_unsettled, findings, opened, changed, reopened, kept, closed, vola_amt, fund_amt, sqlstate, error,
    finished_at >= started_at AS timed
FROM medsup.run ORDER BY run DESC LIMIT 1;
SELECT partition, lines = lines_checked + lines_skipped AS balanced, finished_at >= evaluated_at AND evaluated_at >= started_at AS timed
FROM medsup.run_step WHERE run = (SELECT max(run) FROM medsup.run) ORDER BY partition;
SELECT rule_code, outcome, reason, sum(lines) FROM medsup.run_tally WHERE run = (SELECT max(run) FROM medsup.run)
GROUP BY 1, 2, 3 ORDER BY rule_code COLLATE "C" NULLS FIRST, outcome COLLATE "C", reason COLLATE "C";
SELECT mdtrt_id, feedetl_sn, fixmedins_code, reason FROM medsup.skipped_line ORDER BY feedetl_sn COLLATE "C";
-- the same figures by plain SQL
SELECT count(*) AS lines, count(*) FILTER (WHERE setl_id IS NULL) AS unsettled FROM wh.fee_list_d;
SELECT count(*) AS men FROM wh.fee_list_d l JOIN wh.mdtrt_d m USING (mdtrt_id) WHERE l.med_list_codg LIKE 'XG%' AND m.gend = '1';
SELECT count(*) AS days, sum(cnt::int - 1) AS excess FROM wh.fee_list_d l WHERE l.med_list_codg LIKE '0031%' AND cnt::int > 1;
SELECT rule_code, count(*), sum(excess) AS excess, sum(vola_amt) AS vola_amt, count(*) FILTER (WHERE provisional) AS provisional
FROM medsup.finding GROUP BY 1 ORDER BY 1;
SELECT rule_code, state, reason, entries FROM medsup.run_rule
WHERE run = (SELECT max(run) FROM medsup.run) AND (rule_code LIKE 'L-%') ORDER BY 1;
SELECT state, count(*) > 0 AS some FROM medsup.run_rule WHERE run = (SELECT max(run) FROM medsup.run) GROUP BY 1 ORDER BY 1;
SELECT state, reason LIKE '%diagnosis%' AS named, count(*) > 0 AS some FROM medsup.run_rules() r JOIN medsup.rule USING (rule_code) WHERE kind = 'K3' GROUP BY 1, 2;
SELECT state, reason FROM medsup.run_rules() WHERE rule_code = 'Z-1';

-- the second night finds nothing new, and writes nothing to kept findings
CREATE TEMP TABLE before AS SELECT f.finding_id, f.xmin::text AS x, f.version FROM medsup.finding f;
CALL medsup.nightly();
SELECT kind, status, lines, findings, opened, changed, reopened, kept, closed FROM medsup.run ORDER BY run DESC LIMIT 1;
SELECT count(*) AS rules, count(*) FILTER (WHERE (a.state, a.reason, a.entries, a.points, a.unset) IS DISTINCT FROM (b.state, b.reason, b.entries, b.points, b.unset)) AS differ
FROM medsup.run_rules() a JOIN medsup.run_rule b USING (rule_code) WHERE b.run = (SELECT max(run) FROM medsup.run);
SELECT count(*) AS rewritten FROM medsup.finding f JOIN before b USING (finding_id) WHERE f.xmin::text <> b.x;
-- a part of the year: lines placed by settlement, unsettled ones by themselves
CALL medsup.run_audit('[2025-02-01, 2025-03-01)', 'February');
SELECT label, period_from, period_to, status, lines, lines_checked, lines_skipped, findings, opened, changed, kept, closed FROM medsup.run ORDER BY run DESC LIMIT 1;
SELECT count(*) FROM wh.fee_list_d l LEFT JOIN wh.setl_d s USING (setl_id) WHERE coalesce(s.setl_time, l.fee_ocur_time) >= '2025-02-01' AND coalesce(s.setl_time, l.fee_ocur_time) < '2025-03-01';
CALL medsup.run_audit('(2025-01-31 18:00:00, 2025-02-28 18:00:00]', 'by bounds', 1);
SELECT label, period_from, period_to, lines, lines_checked FROM medsup.run ORDER BY run DESC LIMIT 1;
CALL medsup.run_audit('[2025-10-20,)', 'unsettled');
SELECT label, lines, lines_unsettled, kept, closed FROM medsup.run ORDER BY run DESC LIMIT 1;

-- corrected, deleted and late lines
UPDATE wh.fee_list_d SET cnt = '5', det_item_fee_sumamt = '50.00', inscp_amt = '50.00' WHERE bkkp_sn = '1-1';
DELETE FROM wh.fee_list_d WHERE bkkp_sn IN ('3-1', '299-1');
DELETE FROM wh.fee_list_d WHERE psn_no = 'P5';
INSERT INTO wh.fee_list_d SELECT 'late', mdtrt_id, setl_id, psn_no, NULL, fixmedins_code, fee_ocur_time, med_list_codg, med_type, '1', pric, '10.00', '0', '10.00', hosp_appr_flag, bilg_dept_codg, bilg_dr_code, insu_admdvs, vali_flag FROM wh.fee_list_d WHERE bkkp_sn = '11-1';
CALL medsup.nightly();
SELECT status, lines, findings, opened, changed, reopened, closed FROM medsup.run ORDER BY run DESC LIMIT 1;
SELECT closed_reason, count(*) FROM medsup.finding WHERE status = 'closed' GROUP BY 1;
SELECT feedetl_sn, version, excess, vola_amt FROM medsup.finding WHERE feedetl_sn IN ('1-1', 'late') ORDER BY feedetl_sn COLLATE "C";
SELECT feedetl_sn, version, excess, vola_amt FROM medsup.finding_history WHERE feedetl_sn = '1-1';
-- lists are kept of the last good run of each kind and label, counts of all
SELECT r.kind, r.label, count(*) FROM medsup.skipped_line s JOIN medsup.run r USING (run) GROUP BY 1, 2 ORDER BY 1, 2;

-- sources that vanish close nothing
BEGIN;
CREATE TABLE wh.kept AS SELECT * FROM wh.fee_list_d;
TRUNCATE wh.fee_list_d;
COMMIT;
CALL medsup.nightly();
CALL medsup.run_audit();
INSERT INTO wh.fee_list_d SELECT * FROM wh.kept;
SELECT status, count(*) FROM medsup.finding GROUP BY 1 ORDER BY 1;
ALTER TABLE wh.fee_list_d DROP COLUMN pric CASCADE;
CALL medsup.run_audit();
SELECT item, state, detail FROM medsup.health() WHERE item IN ('last_night', 'sources', 'running', 'rules_not_runnable', 'missed_nights');
ALTER TABLE wh.fee_list_d ADD COLUMN pric numeric(16,6) DEFAULT 10;
SELECT medsup.rebind_sources();

-- a failing partition: the ledger says why, what is done stays, the rest comes with the next run
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.partition = 2 THEN RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON medsup.run_step FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
-- one after the other
SET medsup.audit_workers = 0;
CALL medsup.run_audit(partitions => 3);
SELECT status, partitions, partitions_done, sqlstate, error, lines = lines_checked + lines_skipped AS balanced FROM medsup.run ORDER BY run DESC LIMIT 1;
DROP TRIGGER refuse ON medsup.run_step;
RESET medsup.audit_workers;
CALL medsup.run_audit(partitions => 3);
SELECT status, resumed, workers, partitions_done, opened, changed, closed FROM medsup.run ORDER BY run DESC LIMIT 1;
-- a run that did not live to say so; nobody else carries it on by its number
UPDATE medsup.run SET status = 'running', finished_at = NULL, backend_pid = 1 WHERE run = (SELECT max(run) FROM medsup.run);
SELECT max(run) AS dead FROM medsup.run \gset
CALL medsup.run_through(:dead);
SELECT status FROM medsup.run WHERE run = :dead;
CALL medsup.run_audit(partitions => 1);
SELECT status, error FROM medsup.run ORDER BY run DESC LIMIT 2;
-- an unbalanced evaluation would be refused
SELECT count(*) AS locks_left FROM pg_locks WHERE locktype = 'advisory';
ALTER TABLE medsup.run_step DROP CONSTRAINT run_step_balanced;
INSERT INTO medsup.run_tally VALUES (currval('medsup.run_seq') + 1, NULL, 'checked', NULL, 'H9', 1);
CALL medsup.run_audit();
SELECT status, sqlstate, error FROM medsup.run ORDER BY run DESC LIMIT 1;
ALTER TABLE medsup.run_step ADD CONSTRAINT run_step_balanced CHECK (lines = lines_checked + lines_skipped);

-- plan: workers may be launched, settings change nothing
CREATE TEMP VIEW digest AS
SELECT encode(sha256(convert_to(string_agg(concat_ws('|', encode(f.finding_id, 'hex'), encode(f.content_digest, 'hex'), f.status, jsonb_hash_extended(f.evidence, 0)), E'\n'
    ORDER BY f.finding_id), 'UTF8')), 'hex') AS digest, count(*) AS findings FROM medsup.finding f WHERE status = 'open';
CREATE TEMP TABLE wanted AS SELECT * FROM digest;
CREATE TEMP TABLE got (settings text, digest text, findings bigint);
-- by deleting what was found, everything is found again
CREATE PROCEDURE pg_temp.again(settings text) LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM medsup.finding; COMMIT;
    CALL medsup.run_audit(partitions => 2);
    INSERT INTO got SELECT settings, d.digest, d.findings FROM digest d; END $$;
SET TimeZone = 'Pacific/Chatham'; SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'sql_standard'; SET extra_float_digits = -15; SET lc_monetary = 'C'; SET bytea_output = 'escape';
CALL pg_temp.again('hostile formats');
RESET ALL; SET client_min_messages = warning; SET work_mem = '64kB'; SET jit = on; SET jit_above_cost = 0; SET jit_inline_above_cost = 0;
CALL pg_temp.again('little memory, jit');
RESET ALL; SET client_min_messages = warning; SET max_parallel_workers_per_gather = 0; SET enable_hashagg = off; SET enable_hashjoin = off;
CALL pg_temp.again('serial, merge');
RESET ALL; SET client_min_messages = warning; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SELECT count(set_config(name, 'on', false)) AS forced FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
CALL pg_temp.again('parallel');
RESET ALL; SET client_min_messages = warning;
SELECT g.settings, g.digest = w.digest AS same, g.findings = w.findings AS all FROM got g, wanted w;
-- shuffled and typed sources give the same as text in order
CREATE TABLE wh.typed AS SELECT l.bkkp_sn AS feedetl_sn, mdtrt_id, setl_id, nullif(psn_no, 'null') AS psn_no, init_feedetl_sn, fixmedins_code,
    fee_ocur_time::timestamp, nullif(med_list_codg, '-') AS med_list_codg, med_type::smallint, CASE cnt WHEN 'two' THEN 'NaN' ELSE cnt::numeric END AS cnt, pric::numeric,
    det_item_fee_sumamt::numeric, fulamt_ownpay_amt::float8, inscp_amt::numeric(16,2), hosp_appr_flag::int, bilg_dept_codg, bilg_dr_code, insu_admdvs, vali_flag = '1' AS vali_flag
FROM wh.fee_list_d l ORDER BY md5(bkkp_sn);
SELECT medsup.unbind_source('fee_line', 'wh.fee_list_d'), medsup.bind_source('fee_line', 'wh.typed');
CALL pg_temp.again('typed, shuffled');
SELECT g.digest = w.digest AS same FROM got g, wanted w WHERE settings LIKE 'typed%';

-- an operator needs no right on the warehouse, a reader cannot run
SELECT medsup.unbind_source('fee_line', 'wh.typed'), medsup.bind_source('fee_line', 'wh.fee_list_d');
CREATE ROLE regress_run_operator;
CREATE ROLE regress_run_reader;
SELECT medsup.grant_access('regress_run_operator', 'operator'), medsup.grant_access('regress_run_reader', 'reader');
SET ROLE regress_run_operator;
CALL medsup.run_audit();
SELECT status, started_by, changed, closed FROM medsup.run ORDER BY run DESC LIMIT 1;
CALL medsup.nightly();
SELECT count(*) AS alarms FROM medsup.health() WHERE state = 'alarm';
SET ROLE regress_run_reader;
CALL medsup.run_audit();
SELECT count(*) FROM medsup.skipped_line;
SELECT count(*) > 0 AS sees_the_ledger FROM medsup.run;
RESET ROLE;
DROP OWNED BY regress_run_operator, regress_run_reader;
DROP ROLE regress_run_operator, regress_run_reader;

-- nothing is left but what was made
\c contrib_regression
DROP DATABASE regress_medsup_run;
