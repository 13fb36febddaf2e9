\set SHOW_CONTEXT never
-- a run over a warehouse with diagnoses, operations, registrations and settlement
-- lists: findings that rest on them, and their proof from the evidence alone
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_records;
\c regress_medsup_records
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
\set fixture :srcdir '/data/run_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
-- whatever the catalogue says of kinds
ALTER TABLE medsup.rule DROP CONSTRAINT rule_judged_kind;
INSERT INTO medsup.rule (rule_code, origin, name_zh, name_en, kind, subject) VALUES
    ('L-DX', 'local', '限适应症', 'diagnosis required', 'K3', 'drug'),
    ('L-DEAD', 'local', '死亡后就诊', 'after death', 'K12', 'person'),
    ('L-LIST', 'local', '清单缺项', 'list incomplete', 'K11', 'encounter');
SELECT medsup.add_knowledge('L-DX-1', 'L-DX', '示例药品', '{XG01AAA001A001010100001}', '{"dx_required": "N70-N77"}'),
    medsup.add_knowledge('L-DEAD-1', 'L-DEAD', '死亡后就诊', '{}', '{"measure": "after_death", "scope": "lifetime", "limit_value": 0}'),
    medsup.add_knowledge('L-LIST-1', 'L-LIST', '缺入院途径', '{}', '{"condition": "visit.mdtrt_id in (''M1'', ''M301'') and list.adm_way is missing"}');
INSERT INTO medsup.exception (exception_code, name_zh, name_en, condition, rule_codes)
VALUES ('L-EXEMPT', '本院职工', 'own staff', 'person.psn_no = ''P4''', '{L-DX}');
SELECT medsup.publish_rulebook('records');
-- no source of diagnoses: nothing is decided, and the ledger says so
CALL medsup.run_audit();
SELECT rule_code, state, reason FROM medsup.run_rule WHERE run = (SELECT max(run) FROM medsup.run) AND rule_code LIKE 'L-%' ORDER BY 1;
SELECT outcome, reason, sum(lines) FROM medsup.run_tally WHERE run = (SELECT max(run) FROM medsup.run) AND rule_code = 'L-DX' GROUP BY 1, 2 ORDER BY 1, 2;

CREATE TABLE wh.diag (mdtrt_id text, psn_no text, diag_code text, maindiag_flag text);
INSERT INTO wh.diag
SELECT 'M' || i, 'P' || i % 100, CASE i % 3 WHEN 0 THEN 'N76.000' WHEN 1 THEN 'I20.0' ELSE '?' END, '1' FROM generate_series(1, 300) i WHERE i % 10 <> 0;
CREATE TABLE wh.person (psn_no text, gend text, brdy text, die_date date);
INSERT INTO wh.person VALUES ('P5', '1', '1980-01-01', '2025-07-20'), ('PX', '1', '1980-01-01', '2025-01-01');
-- a person whose only visit has no line
INSERT INTO wh.mdtrt_d VALUES ('M301', 'PX', '1', '1980-01-01', 'H1', '示例医院', '02', '999900', '999901', '310', '21', '2025-02-01 08:00', '2025-02-05 09:00', '1');
CREATE TABLE wh.setl_list (mdtrt_id text, adm_way text, dcla_time text);
INSERT INTO wh.setl_list VALUES ('M1', NULL, '2025-02-01'), ('M301', NULL, '2025-02-01');
SELECT medsup.bind_source('diagnosis', 'wh.diag'), medsup.bind_source('person', 'wh.person'), medsup.bind_source('settlement_list', 'wh.setl_list');
CALL medsup.run_audit(partitions => 3);
SELECT rule_code, state, reason FROM medsup.run_rule WHERE run = (SELECT max(run) FROM medsup.run) AND rule_code LIKE 'L-%' ORDER BY 1;
SELECT outcome, reason, sum(lines) FROM medsup.run_tally WHERE run = (SELECT max(run) FROM medsup.run) AND rule_code = 'L-DX' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT exceptions_tested @> '{L-EXEMPT}' AS tested, count(*) FROM medsup.finding WHERE rule_code = 'L-DX' GROUP BY 1;
SELECT c.* FROM (SELECT f.finding_id FROM medsup.finding f WHERE rule_code = 'L-DX' ORDER BY mdtrt_id LIMIT 1) f, medsup.case_text(f.finding_id, 'en') c WHERE c ~ '^(Looked|diagnosis)';
SELECT rule_code, count(*), count(*) FILTER (WHERE feedetl_sn = '') AS without_line, min(sources::text) AS sources FROM medsup.finding WHERE status = 'open' GROUP BY 1 ORDER BY 1;
\pset format unaligned
\pset tuples_only on
SELECT medsup.explain(f), medsup.explain(f, 'en') FROM medsup.finding f WHERE rule_code IN ('L-DEAD', 'L-LIST') AND status = 'open' ORDER BY rule_code, mdtrt_id;
SELECT * FROM (SELECT medsup.explain(f), medsup.explain(f, 'en') FROM medsup.finding f WHERE rule_code = 'L-DX' AND status = 'open' ORDER BY mdtrt_id LIMIT 1) x;
\pset tuples_only off
\pset format aligned
SELECT rule_code, mdtrt_id, what, role, count(*) FROM medsup.finding_record r JOIN medsup.finding f USING (finding_id, rule_code)
WHERE rule_code <> 'L-DX' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
-- every one of them is proved from its evidence
SELECT f.rule_code, v.ok, min(v.why) AS why, count(*) FROM medsup.finding f, medsup.verify_finding(f.finding_id) v WHERE f.status = 'open' GROUP BY 1, 2 ORDER BY 1, 2;
-- not when a diagnosis in it was changed
CREATE TEMP TABLE kept AS SELECT finding_id, evidence, sources FROM medsup.finding;
UPDATE medsup.finding SET evidence = jsonb_set(evidence, '{1,row,diag_code}', '"N76.0"') WHERE rule_code = 'L-DX' AND evidence -> 1 ->> 'what' = 'D';
SELECT v.ok, v.why, count(*) FROM medsup.finding f, medsup.verify_finding(f.finding_id) v WHERE f.rule_code = 'L-DX' AND f.evidence -> 1 ->> 'what' = 'D' GROUP BY 1, 2;
UPDATE medsup.finding f SET evidence = k.evidence FROM kept k WHERE k.finding_id = f.finding_id;
-- a source that was there is no source that was not
UPDATE medsup.finding SET sources = '{}' WHERE rule_code = 'L-DX';
SELECT v.ok, v.why FROM medsup.finding f, medsup.verify_finding(f.finding_id) v WHERE f.rule_code = 'L-DX' GROUP BY 1, 2 ORDER BY 1, 2;
UPDATE medsup.finding f SET sources = k.sources FROM kept k WHERE k.finding_id = f.finding_id;

-- a period finds the visit without lines by its begin, and nothing twice
CALL medsup.run_audit('[2025-02-01, 2025-02-03)');
SELECT findings, opened, changed, kept, closed FROM medsup.run ORDER BY run DESC LIMIT 1;
CALL medsup.run_audit('[2025-02-03, 2025-02-05)');
SELECT opened, changed, closed FROM medsup.run ORDER BY run DESC LIMIT 1;
CALL medsup.run_audit();
SELECT opened, changed, reopened, closed FROM medsup.run ORDER BY run DESC LIMIT 1;
\c postgres
DROP DATABASE regress_medsup_records;
