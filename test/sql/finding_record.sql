-- findings from staged verdicts: new, kept, changed, closed, reopened
SET client_min_messages = warning;
SET TimeZone = 'Asia/Shanghai';
BEGIN;
CREATE TEMP TABLE staged AS
SELECT (pg_catalog.jsonb_populate_record(NULL::medsup.verdict, pg_catalog.jsonb_build_object(
    'what', w, 'rule_code', 'N25-026', 'entry_code', 'e1', 'kind', 'K6', 'result_type', '可疑',
    'provisional', false, 'scope', 'day', 'measure', 'quantity', 'limit_value', '1', 'actual_value', '2',
    'unit', '次', 'excess', 1, 'vola_amt', amt, 'vola_amt_max', amt, 'inscp_amt', amt, 'fund_amt', amt,
    'fund_method', 'line', 'psn_no', psn, 'mdtrt_id', 'm' || psn, 'feedetl_sn', 'f1',
    'fixmedins_code', 'H99999900001', 'evidence', '[]'::jsonb, 'period_time', at,
    'finding_id', '\x' || pg_catalog.encode(pg_catalog.sha256(psn::bytea), 'hex'),
    'content_digest', '\x' || pg_catalog.encode(pg_catalog.sha256((psn || amt)::bytea), 'hex')))).*
FROM (VALUES ('F', 'p1', 10.00, '2025-03-02 10:00'::timestamp),
             ('F', 'p2', 20.00, '2025-03-05 10:00'),
             ('F', 'p3', 30.00, '2025-02-27 10:00'),
             ('S', 'p4', 40.00, NULL)) t (w, psn, amt, at);
CREATE TEMP TABLE persons AS SELECT 'p' || i AS psn_no FROM generate_series(1, 4) i;
\set record 'SELECT * FROM medsup.record_findings(:run, 1, sha256(''book''), ''staged'', ''persons'', ''2025-03-01'', ''2025-04-01'')'
\set show 'SELECT psn_no, vola_amt, status, closed_reason, version, first_run, changed_run FROM medsup.finding ORDER BY psn_no COLLATE "C"'
\set run 1
:record;
:show;
-- a second night over the same: nothing written
\set run 2
:record;
:show;
-- one grown, one gone in the period, one gone but of another period
UPDATE staged SET vola_amt = 11, content_digest = sha256('other') WHERE psn_no = 'p1';
DELETE FROM staged WHERE psn_no IN ('p2', 'p3');
\set run 3
:record;
:show;
SELECT psn_no, version, vola_amt, status, changed_run FROM medsup.finding_history ORDER BY psn_no COLLATE "C", version;
-- back again: reopened under its own id
INSERT INTO staged SELECT (jsonb_populate_record(NULL::medsup.verdict,
    (SELECT to_jsonb(f) FROM medsup.finding f WHERE psn_no = 'p2') || '{"what": "F"}')).*;
\set run 4
:record;
:show;
SELECT psn_no, version, vola_amt, status, closed_reason, changed_run FROM medsup.finding_history ORDER BY psn_no COLLATE "C", version;
-- a line twice in the warehouse is one finding, the larger one
INSERT INTO staged SELECT * FROM staged WHERE psn_no = 'p1';
UPDATE staged SET vola_amt = vola_amt + 5, content_digest = sha256('larger') WHERE ctid = (SELECT max(ctid) FROM staged);
\set run 5
:record;
:show;
-- without persons nothing is closed
DELETE FROM staged;
SELECT * FROM medsup.record_findings(6, 1, sha256('book'), 'staged', NULL, NULL, NULL);
-- gone because its rule was not looked at, and gone though it was
INSERT INTO medsup.run_rule (run, rule_code, state, entries) VALUES (7, 'N25-026', 'off', 0), (8, 'N25-026', 'checked', 1);
UPDATE medsup.finding SET period_time = '2025-03-02' WHERE psn_no = 'p3';
SELECT closed FROM medsup.record_findings(7, 1, sha256('book'), 'staged', 'persons', '2025-03-01', '2025-03-04');
SELECT closed FROM medsup.record_findings(8, 1, sha256('book'), 'staged', 'persons', '2025-03-01', '2025-04-01');
SELECT psn_no, closed_reason, medsup.word('closed_reason', closed_reason), medsup.word('closed_reason', closed_reason, 'en'), stage, changed_run
FROM medsup.finding ORDER BY psn_no COLLATE "C";
-- a campaign leaves alone what it did not ask about
UPDATE medsup.finding SET status = 'open', closed_reason = NULL, med_type = '21', act_from = '2025-02-10 09:00', period_time = '2025-03-02';
INSERT INTO medsup.run (run, kind, institutions, rules, med_types, by_occurrence) VALUES
    (9001, 'audit', '{H99999900002}', NULL, NULL, false), (9002, 'audit', NULL, '{N25-001}', NULL, false),
    (9003, 'audit', NULL, NULL, '{11}', false), (9004, 'audit', NULL, NULL, NULL, true),
    (9005, 'audit', '{H99999900002,H99999900001}', '{N25-026}', '{21}', true);
SELECT r.run, f.closed FROM medsup.run r,
    LATERAL medsup.record_findings(r.run, 1, sha256('book'), 'staged', 'persons', '2025-03-01', '2025-04-01') f
WHERE r.run BETWEEN 9001 AND 9004 ORDER BY r.run;
SELECT closed FROM medsup.record_findings(9005, 1, sha256('book'), 'staged', 'persons', '2025-02-01', '2025-03-01');
-- whoever changes findings leaves what they said, whatever version they claim and under whatever id; who changes nothing leaves nothing
UPDATE medsup.finding SET status = 'open', closed_reason = NULL;
UPDATE medsup.finding SET version = 1, changed_at = '2000-01-01';
DELETE FROM medsup.finding_history;
UPDATE medsup.finding SET status = 'closed', closed_reason = 'not_reproduced', version = 7 WHERE psn_no = 'p1';
UPDATE medsup.finding SET content_digest = sha256('theirs'), version = version + 1 WHERE psn_no = 'p1';
UPDATE medsup.finding SET finding_id = sha256('theirs') WHERE psn_no = 'p3';
UPDATE medsup.finding SET note = 'theirs', version = version WHERE psn_no = 'p2';
SELECT psn_no, version, status, changed_at = now() AS counted FROM medsup.finding ORDER BY psn_no COLLATE "C";
SELECT psn_no, version, status FROM medsup.finding_history ORDER BY psn_no COLLATE "C", version;
-- one that was deleted goes on where its history ends
SELECT finding_id AS theirs FROM medsup.finding WHERE psn_no = 'p1' \gset
DELETE FROM medsup.finding WHERE psn_no = 'p1';
INSERT INTO staged (what, finding_id, content_digest, rule_code, entry_code, kind, result_type, scope, measure, vola_amt, fund_method, psn_no, mdtrt_id, feedetl_sn, evidence)
VALUES ('F', :'theirs', sha256('again'), 'N25-026', 'e', 'K1', '可疑', 'line', 'sex', 1, 'none', 'p1', 'm', 'f', '[]');
SELECT opened, changed FROM medsup.record_findings(9, 1, sha256('book'), 'staged', NULL, NULL, NULL);
UPDATE staged SET content_digest = sha256('and again');
SELECT opened, changed FROM medsup.record_findings(10, 1, sha256('book'), 'staged', NULL, NULL, NULL);
SELECT version, status, changed_run FROM medsup.finding WHERE psn_no = 'p1';
SELECT version, status FROM medsup.finding_history WHERE psn_no = 'p1' ORDER BY version;
-- what is missing is said
\set VERBOSITY terse
SAVEPOINT s;
SELECT medsup.record_findings(NULL, 1, sha256('book'), 'staged', NULL, NULL, NULL);
ROLLBACK TO s;
-- a finding is never half a finding
\set VERBOSITY terse
INSERT INTO medsup.finding (finding_id, content_digest, rule_code, entry_code, kind, result_type, rulebook, rulebook_digest,
    scope, measure, vola_amt, vola_amt_max, fund_method, psn_no, mdtrt_id, feedetl_sn, evidence, first_run, changed_run)
VALUES ('\x01', '\x02', 'r', 'e', 'K1', '可疑', 1, '\x03', 'line', 'sex', 1, 1, 'none', 'p', 'm', 'f', '[]', 1, 1);
ROLLBACK;
