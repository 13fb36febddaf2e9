\set SHOW_CONTEXT never
-- what people said stands through campaigns, interrupted and resumed runs: no run
-- touches a verdict, and none changes a finding that says what it said
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_sticks;
\c regress_medsup_sticks
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
\set fixture :srcdir '/data/run_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
SET client_min_messages = warning;
CALL medsup.run_audit(label => 'first', partitions => 4);
-- a third each, by an order that says nothing about persons, institutions or rules; a fourth nobody looked at
SELECT v.verdict, count(medsup.judge(f.finding_id, v.verdict, 'seen'))
FROM (SELECT f.finding_id, row_number() OVER (ORDER BY f.finding_id) % 4 AS n FROM medsup.finding f) f
JOIN (VALUES (0, 'confirmed'), (1, 'excluded'), (2, 'records_needed')) v (n, verdict) USING (n)
GROUP BY 1 ORDER BY 1;
SELECT medsup.add_exemption('agreed', 'the bureau', rule => 'L-SEX', person => 'P11') > 0 AS exempted;
CALL medsup.run_audit(label => 'exempt', partitions => 4);
SELECT medsup.finding_state(f) AS state, count(*) FROM medsup.finding f GROUP BY 1 ORDER BY 1;
CREATE TABLE said AS SELECT f.finding_id, f.content_digest, f.version, f.status, f.exemption, medsup.finding_state(f) AS state FROM medsup.finding f;
CREATE TABLE judged AS TABLE medsup.judgement;
-- how many findings stand otherwise than said, and what of the verdicts is not as it was
CREATE VIEW pg_temp.moved AS SELECT
    (SELECT count(*) FROM said s FULL JOIN medsup.finding f USING (finding_id)
     WHERE (s.content_digest, s.version, s.status, s.exemption, s.state)
        IS DISTINCT FROM (f.content_digest, f.version, f.status, f.exemption, medsup.finding_state(f))) AS findings,
    (SELECT count(*) FROM ((TABLE judged EXCEPT ALL TABLE medsup.judgement) UNION ALL (TABLE medsup.judgement EXCEPT ALL TABLE judged)) j) AS verdicts;
CREATE VIEW pg_temp.last AS SELECT label, status, partitions_done, resumed, opened, changed, reopened, closed, exempt FROM medsup.run ORDER BY run DESC LIMIT 1;

-- campaigns of every sort
CALL medsup.run_audit(label => 'institutions', institutions => '{H1,H2}');
TABLE pg_temp.last;
CALL medsup.run_audit(label => 'rules', rules => '{L-DAY}');
TABLE pg_temp.last;
CALL medsup.run_audit('[2025-03-01, 2025-06-01)', 'occurrence', med_types => '{11}', by => 'occurrence');
TABLE pg_temp.last;
TABLE pg_temp.moved;

-- a run that breaks off in its middle, and goes on
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.partition = 4 THEN RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON medsup.run_step FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
SET medsup.audit_workers = 0;
CALL medsup.run_audit(label => 'broken', partitions => 6);
TABLE pg_temp.last;
TABLE pg_temp.moved;
DROP TRIGGER refuse ON medsup.run_step;
CALL medsup.run_audit(label => 'broken', partitions => 6);
TABLE pg_temp.last;
TABLE pg_temp.moved;
RESET medsup.audit_workers;
-- what the interrupted half had counted is not lost, nor counted twice
SELECT r.lines, sum(t.lines) AS tallied, (SELECT count(*) FROM medsup.run_step s WHERE s.run = r.run AND s.tallies IS NOT NULL) AS left_over
FROM medsup.run r JOIN medsup.run_tally t USING (run) WHERE r.label = 'broken' AND t.rule_code IS NULL GROUP BY r.run, r.lines;

-- lines grow: their verdicts no longer stand, the others do; corrected back, they stand
-- again.  Lines whose bill nothing else was found in, since it is split anew.
SELECT DISTINCT ON (j.verdict) j.verdict, f.feedetl_sn INTO TEMP touched
FROM medsup.finding_judged j JOIN medsup.finding f USING (finding_id)
WHERE f.rule_code = 'L-DAY' AND NOT EXISTS (SELECT FROM medsup.finding o WHERE o.mdtrt_id = f.mdtrt_id AND o.finding_id <> f.finding_id)
ORDER BY j.verdict, f.finding_id;
CREATE TABLE wh.kept AS SELECT l.* FROM wh.fee_list_d l JOIN touched t ON t.feedetl_sn = l.bkkp_sn;
UPDATE wh.fee_list_d l SET cnt = '9', det_item_fee_sumamt = '90.00', inscp_amt = '90.00' FROM touched t WHERE t.feedetl_sn = l.bkkp_sn;
-- of a campaign that does not ask about it nothing follows
CALL medsup.run_audit(label => 'other rule', rules => '{L-SEX}');
TABLE pg_temp.moved;
CALL medsup.run_audit(label => 'its rule', rules => '{L-DAY}');
TABLE pg_temp.last;
SELECT t.verdict, medsup.finding_state(f) AS state, f.version FROM touched t JOIN medsup.finding f USING (feedetl_sn) WHERE f.rule_code = 'L-DAY' ORDER BY 1;
SELECT findings, verdicts FROM pg_temp.moved;
UPDATE wh.fee_list_d l SET cnt = k.cnt, det_item_fee_sumamt = k.det_item_fee_sumamt, inscp_amt = k.inscp_amt FROM wh.kept k WHERE k.bkkp_sn = l.bkkp_sn;
CALL medsup.run_audit(label => 'its rule', rules => '{L-DAY}');
SELECT t.verdict, medsup.finding_state(f) AS state, f.version FROM touched t JOIN medsup.finding f USING (feedetl_sn) WHERE f.rule_code = 'L-DAY' ORDER BY 1;
-- gone, closed by a campaign; back again, opened by the next one under its old verdict
DELETE FROM wh.fee_list_d l USING wh.kept k WHERE k.bkkp_sn = l.bkkp_sn;
CALL medsup.run_audit(label => 'its rule', rules => '{L-DAY}');
SELECT t.verdict, medsup.finding_state(f) AS state FROM touched t JOIN medsup.finding f USING (feedetl_sn) WHERE f.rule_code = 'L-DAY' ORDER BY 1;
INSERT INTO wh.fee_list_d TABLE wh.kept;
CALL medsup.run_audit(label => 'all kinds', med_types => '{11}');
SELECT t.verdict, medsup.finding_state(f) AS state FROM touched t JOIN medsup.finding f USING (feedetl_sn) WHERE f.rule_code = 'L-DAY' ORDER BY 1;
-- and all the others as ever
SELECT count(*) AS moved FROM said s JOIN medsup.finding f USING (finding_id) WHERE s.state <> medsup.finding_state(f);
SELECT verdicts FROM pg_temp.moved;
\c contrib_regression
DROP DATABASE regress_medsup_sticks;
