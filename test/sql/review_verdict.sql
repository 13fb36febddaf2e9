-- verdicts and exemptions: what sticks, what comes back, what is counted
SET client_min_messages = warning;
SET TimeZone = 'Asia/Shanghai';
\set VERBOSITY terse
BEGIN;
CREATE FUNCTION pg_temp.staged(psn text, amt numeric, limit_value text, inst text, at timestamp, evidence jsonb, content text)
RETURNS medsup.verdict LANGUAGE sql AS $$
    SELECT jsonb_populate_record(NULL::medsup.verdict, jsonb_build_object(
        'what', 'F', 'rule_code', 'X-1', 'entry_code', 'X-1-1', 'kind', 'K6', 'result_type', '可疑', 'provisional', false,
        'scope', 'day', 'measure', 'quantity', 'limit_value', limit_value, 'actual_value', '3', 'unit', 'time', 'excess', 1,
        'vola_amt', amt, 'vola_amt_max', amt, 'inscp_amt', amt, 'fund_amt', amt, 'fund_method', 'line',
        'psn_no', psn, 'mdtrt_id', 'm-' || psn, 'feedetl_sn', 'f1', 'fixmedins_code', inst, 'act_from', at, 'act_to', at + interval '1 hour',
        'evidence', evidence, 'period_time', at,
        'finding_id', '\x' || encode(sha256(psn::bytea), 'hex'), 'content_digest', '\x' || encode(sha256((psn || content)::bytea), 'hex')))
$$;
CREATE FUNCTION pg_temp.lines(visit text, VARIADIC codes text[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_agg(jsonb_build_object('role', split_part(c, ' ', 1)::int, 'mdtrt_id', visit, 'feedetl_sn', 'f' || n,
        'med_list_codg', split_part(c, ' ', 2), 'vola_amt', CASE WHEN c LIKE '1 %' THEN 10 END, 'vola_fund', CASE WHEN c LIKE '1 %' THEN 10 END) ORDER BY n)
    FROM unnest(codes) WITH ORDINALITY u (c, n)
$$;
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, disposal) VALUES ('X-1', '测试频次', 'test frequency', 'K6', 'item', '扣减');
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name) VALUES ('X-1-1', 'X-1', '住院诊查费');
CREATE TEMP TABLE staged AS
SELECT (pg_temp.staged(p, amt, '1', inst, at, e, '')).*
FROM (VALUES
    ('p1', 10.00, 'H1', '2025-03-02 10:00'::timestamp, pg_temp.lines('m-p1', '1 001102000050000')),
    ('p2', 20.00, 'H1', '2025-03-05 10:00', pg_temp.lines('m-p2', '1 001102000050000', '1 001102000060000')),
    ('p3', 30.00, 'H2', '2025-03-31 23:30', pg_temp.lines('m-p3', '1 001102000050000', '2 001102000060000')),
    ('p4', 40.00, 'H2', '2025-03-08 10:00', pg_temp.lines('m-p4', '1 not a code'))) t (p, amt, inst, at, e);
CREATE TEMP TABLE persons AS SELECT 'p' || i AS psn_no FROM generate_series(1, 4) i;
\set record 'SELECT * FROM medsup.record_findings(:run, 1, sha256(''book''), ''staged'', ''persons'', NULL, NULL)'
\set show 'SELECT f.psn_no, f.status, f.closed_reason, f.exemption, f.version, medsup.finding_state(f), medsup.word(''status'', medsup.finding_state(f)) FROM medsup.finding f ORDER BY f.psn_no COLLATE "C"'
\set totals 'SELECT r.findings AS by_rule, r.vola_amt, i.findings AS by_institution, i.vola_amt AS once, g.findings AS by_region, (SELECT count(*) FROM medsup.worklist(''H1'')) + (SELECT count(*) FROM medsup.worklist(''H2'')) AS listed FROM medsup.rule_total() r, (SELECT sum(findings) AS findings, sum(vola_amt) AS vola_amt FROM medsup.institution_total()) i, (SELECT sum(findings) AS findings FROM medsup.region_total() WHERE region_by = ''care'') g'
\set run 1
:record;
:totals;

-- three people's verdicts, in either language; the last one about a finding counts
SELECT medsup.judge(sha256('p1'), '排除', 'discharged and admitted again');
SELECT medsup.judge(sha256('p2'), 'records_needed', 'night nursing sheet');
SELECT medsup.judge(sha256('p2'), '确认', 'the sheet shows one');
SELECT medsup.judge(sha256('p3'), '需调病历', 'two visits?', 1);
:show;
-- the excluded one counts nowhere; the confirmed one counts and is on no list
:totals;
SELECT "疑点编号" = encode(sha256('p1'), 'hex') AS excluded, "状态", "处置" FROM medsup.finding_zh ORDER BY "涉及金额";
SELECT f.psn_no, j.verdict, j.reason, j.version, j.vola_amt, j.judged_by = SESSION_USER AS mine, j.in_force
FROM medsup.finding_judged j JOIN medsup.finding f USING (finding_id) ORDER BY j.judgement;

-- nights that find the same change nothing, gone and back again neither
\set run 2
:record;
DELETE FROM staged WHERE psn_no = 'p1';
\set run 3
:record;
INSERT INTO staged SELECT (pg_temp.staged('p1', 10, '1', 'H1', '2025-03-02 10:00', pg_temp.lines('m-p1', '1 001102000050000'), '')).*;
\set run 4
:record;
:show;
:totals;
-- lines or point changed: to be judged again, with the old verdict kept
UPDATE staged SET vola_amt = vola_amt + 1, content_digest = sha256('other ' || psn_no::bytea) WHERE psn_no IN ('p1', 'p2');
\set run 5
:record;
:show;
:totals;
SELECT f.psn_no, j.verdict, j.version, j.in_force FROM medsup.finding_judged j JOIN medsup.finding f USING (finding_id) ORDER BY j.judgement;
-- what was corrected back to what was judged has its verdict again
UPDATE staged SET vola_amt = vola_amt - 1, content_digest = sha256('p1') WHERE psn_no = 'p1';
\set run 6
:record;
:show;

-- how well the rule does: of two decided, one confirmed
SELECT * FROM medsup.rule_precision() ORDER BY entry_code COLLATE "C" NULLS FIRST;
SELECT confirmed, excluded FROM medsup.rule_precision('2025-03-03') WHERE entry_code IS NULL;
SELECT confirmed, excluded FROM medsup.rule_precision(NULL, '2025-03-05 10:00') WHERE entry_code IS NULL;
-- Wilson: 10 of 10 is not certainty, 0 of 10 not impossibility
SELECT n, k, w.* FROM (VALUES (10, 10), (10, 0), (10, 8), (100, 80), (1, 1), (0, 0), (3, 4)) t (n, k), medsup.wilson_interval(k, n) w;

-- what cannot be judged is said
SAVEPOINT s;
SELECT medsup.judge(sha256('p1'), 'maybe', 'x');
ROLLBACK TO s;
SELECT medsup.judge(sha256('p1'), NULL, 'x');
ROLLBACK TO s;
SELECT medsup.judge(sha256('p1'), '确认', '  ');
ROLLBACK TO s;
SELECT medsup.judge(sha256('nobody'), '确认', 'x');
ROLLBACK TO s;
SELECT medsup.judge(sha256('p2'), '确认', 'x', 1);
ROLLBACK TO s;
UPDATE medsup.judgement SET verdict = 'confirmed';
ROLLBACK TO s;
DELETE FROM medsup.judgement;
ROLLBACK TO s;
TRUNCATE medsup.judgement;
ROLLBACK TO s;

-- exemptions: a code with the codes below it, of all lines in breach
SELECT medsup.add_exemption('price list of the hospital', 'bureau letter 12', codes => '{0011020000500}', valid_to => '2025-03-31');
\set run 7
:record;
-- p1 is covered; p2 has another line in breach, p3 acts past the last day, p4 has no readable code
:show;
:totals;
SELECT "人员编号", "状态", "处置" FROM medsup.worklist('H1');
SAVEPOINT s;
SELECT medsup.judge(sha256('p1'), '确认', 'x');
ROLLBACK TO s;
-- the same night again writes nothing
\set run 8
:record;
-- another institution, another month; a visit
SELECT medsup.add_exemption('trial', 'bureau letter 13', rule => 'X-1', person => 'p2', institution => 'H9'),
    medsup.add_exemption('trial', 'bureau letter 13', person => 'p3', institution => 'H2', valid_from => '2025-04-01'),
    medsup.add_exemption('trial', 'bureau letter 13', entry => 'X-1-1', encounter => 'm-p4');
\set run 9
:record;
:show;
SELECT medsup.add_exemption('trial', 'bureau letter 14', person => 'p2', institution => 'H1', valid_from => '2025-03-05', valid_to => '2025-03-05');
\set run 10
:record;
-- a covered finding that is no longer found is closed like others
DELETE FROM staged WHERE psn_no = 'p4';
\set run 11
:record;
:show;
-- ended: back at the next run, with what was said about it
SELECT medsup.end_exemption(e.exemption, 'new price list') FROM medsup.exemption e WHERE e.codes IS NOT NULL OR e.psn_no = 'p2';
\set run 12
:record;
:show;
:totals;
SELECT rule_code, entry_code, codes, fixmedins_code, psn_no, mdtrt_id, valid_from, valid_to, reason, approver, added_by = SESSION_USER AS mine, ended_at IS NOT NULL AS ended, end_reason
FROM medsup.exemption ORDER BY exemption;
SELECT h.version, h.status, h.exemption FROM medsup.finding_history h WHERE h.psn_no = 'p1' ORDER BY h.version;
-- a visit in breach by itself has no code; lines of two visits are not one visit's; what is only involved does not count
SELECT medsup.breach_is_of('[]', 'm', NULL, 'm') AS visit_itself, medsup.breach_is_of('[]', 'm', '{0011}', 'm') AS has_no_code,
    medsup.breach_is_of(pg_temp.lines('m1', '1 001102000050000', '1 001102000050000') || pg_temp.lines('m2', '1 001102000050000'), 'm1', NULL, 'm1') AS two_visits,
    medsup.breach_is_of(pg_temp.lines('m1', '1 001102000050000', '2 X') , 'm1', '{0011}', 'm1') AS involved_only;

-- what cannot be exempted is said
SAVEPOINT s;
SELECT medsup.add_exemption('x', 'y', institution => 'H1');
ROLLBACK TO s;
SELECT medsup.add_exemption('x', ' ', rule => 'X-1');
ROLLBACK TO s;
SELECT medsup.add_exemption('x', 'y', rule => 'X-2');
ROLLBACK TO s;
SELECT medsup.add_exemption('x', 'y', entry => 'X-2');
ROLLBACK TO s;
SELECT medsup.add_exemption('x', 'y', codes => '{0011,no code,NULL}');
ROLLBACK TO s;
SELECT medsup.add_exemption('x', 'y', codes => '{}');
ROLLBACK TO s;
SELECT medsup.add_exemption('x', 'y', rule => 'X-1', valid_from => '2025-02-02', valid_to => '2025-02-01');
ROLLBACK TO s;
SELECT medsup.end_exemption(NULL, 'x');
ROLLBACK TO s;
SELECT medsup.end_exemption(max(exemption), '') FROM medsup.exemption;
ROLLBACK TO s;
SELECT medsup.end_exemption(min(exemption), 'x') FROM medsup.exemption;
ROLLBACK TO s;
UPDATE medsup.exemption SET psn_no = 'p1' WHERE ended_at IS NULL;
ROLLBACK TO s;
UPDATE medsup.exemption SET ended_at = NULL, ended_by = NULL, end_reason = NULL;
ROLLBACK TO s;
DELETE FROM medsup.exemption;
ROLLBACK TO s;

-- who may: reviewers judge and exempt, in their own name only; readers see shares
CREATE ROLE regress_medsup_judge;
CREATE ROLE regress_medsup_onlooker;
SELECT medsup.grant_access('regress_medsup_judge', 'reviewer'), medsup.grant_access('regress_medsup_onlooker', 'reader');
SAVEPOINT s;
SET SESSION AUTHORIZATION regress_medsup_judge;
SELECT medsup.judge(finding_id, '确认', 'x') FROM medsup.finding WHERE psn_no = 'p2';
INSERT INTO medsup.judgement (finding_id, content_digest, version, verdict, reason, vola_amt, judged_by, judged_at)
SELECT finding_id, content_digest, 99, 'excluded', 'x', 0, 'somebody else', '2000-01-01' FROM medsup.finding WHERE psn_no = 'p2';
INSERT INTO medsup.exemption (rule_code, reason, approver, added_by, ended_by, ended_at, end_reason) VALUES ('X-1', 'x', 'y', 'somebody else', 'z', now(), 'z');
SELECT judged_by, version = (SELECT f.version FROM medsup.finding f WHERE f.finding_id = j.finding_id) AS true_version, vola_amt, judged_at > '2001-01-01' AS true_time
FROM medsup.judgement j ORDER BY judgement DESC LIMIT 2;
SELECT added_by, ended_by FROM medsup.exemption ORDER BY exemption DESC LIMIT 1;
SAVEPOINT t;
INSERT INTO medsup.judgement (finding_id, content_digest, version, verdict, reason, vola_amt) VALUES (sha256('p2'), sha256('never said'), 1, 'excluded', 'x', 0);
ROLLBACK TO t;
UPDATE medsup.finding SET status = 'closed', closed_reason = 'x';
ROLLBACK TO t;
SET SESSION AUTHORIZATION regress_medsup_onlooker;
SELECT rule_code, entry_code, confirmed, excluded FROM medsup.rule_precision() WHERE entry_code IS NULL;
SELECT count(*), count(*) FILTER (WHERE excluded) AS excluded FROM medsup.finding_masked;
SELECT count(*) FROM medsup.progress;
SELECT * FROM medsup.judgement;
ROLLBACK TO s;
SET SESSION AUTHORIZATION regress_medsup_onlooker;
SELECT * FROM medsup.exemption;
ROLLBACK TO s;
SET SESSION AUTHORIZATION regress_medsup_onlooker;
SELECT medsup.judge(sha256('p2'), '确认', 'x');
ROLLBACK TO s;

-- progress: two of eight partitions done in half an hour, so 6 more take one and a half
INSERT INTO medsup.run (run, kind, status, partitions, partitions_done, lines, findings, started_at, backend_pid)
VALUES (990, 'nightly', 'running', 8, 2, 18000, 7, clock_timestamp() - interval '30 min', pg_backend_pid()),
       (991, 'audit', 'running', 2, 2, 18000, 7, clock_timestamp(), pg_backend_pid()),
       (992, 'audit', 'running', 2, 0, 0, 0, clock_timestamp(), pg_backend_pid()),
       (993, 'provider', 'running', 1, 0, 0, 0, clock_timestamp(), pg_backend_pid()),
       (994, 'audit', 'running', 2, 1, 9000, 0, clock_timestamp(), -1),
       (995, 'audit', 'done', 2, 2, 300, 0, clock_timestamp(), pg_backend_pid());
INSERT INTO medsup.run_step (run, partition, lines, lines_checked, lines_skipped, lines_unsettled, findings, opened, changed, reopened, kept, closed,
    vola_amt, fund_amt, snapshot, started_at, evaluated_at, finished_at)
SELECT r, p, 9000, 9000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', clock_timestamp() + (p - 3) * interval '15 min', clock_timestamp(), clock_timestamp() + (p - 2) * interval '15 min'
FROM (VALUES (990, 1), (990, 2), (991, 1), (991, 2), (994, 1)) v (r, p);
SELECT run, kind, doing, partitions_done, partitions, workers, lines, findings, rows_per_second, estimated_rest BETWEEN interval '80 min' AND interval '90 min' AS some_90_min,
    estimated_rest IS NULL AS unknown, elapsed >= interval '30 min' AS since_30_min
FROM medsup.progress ORDER BY run;
ROLLBACK;
