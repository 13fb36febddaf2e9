\set SHOW_CONTEXT never
-- what a DBA is told: every item, healthy and not
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_health;
\c regress_medsup_health
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
-- nothing bound, nothing published
SELECT item, state FROM medsup.health();
\set fixture :srcdir '/data/run_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
SET client_min_messages = error;
SELECT medsup.schedule_nightly() ~ 'schedule_in_database' AS elsewhere;
SET client_min_messages = warning;
CALL medsup.nightly();
SELECT item, state FROM medsup.health() WHERE state <> 'ok';
SELECT item, regexp_replace(detail, '\d{4}-\d\d-\d\d \d\d:\d\d', 'T') AS detail FROM medsup.health()
WHERE item IN ('last_good_night', 'last_night', 'missed_nights', 'running', 'lock', 'rulebook', 'reach', 'sources');
SELECT item, detail ~ '^\d+ \w+$' AS told FROM medsup.health() WHERE item = 'findings_size'
UNION ALL SELECT item, detail ~ '^\d+ \w+ in \d+ files' FROM medsup.health() WHERE item = 'temp_files'
UNION ALL SELECT item, detail ~ '^\d+ wanted \(medsup.audit_workers\), \d+ free of max_worker_processes \d+$' FROM medsup.health() WHERE item = 'workers';

-- a session that forgot the lock; one whose run is in the ledger has it rightly
SELECT medsup.run_lock(true);
SELECT state, regexp_replace(detail, '\d+', 'N', 'g') FROM medsup.health() WHERE item = 'lock';
INSERT INTO medsup.run (kind, rulebook, partitions) VALUES ('audit', 1, 4);
SELECT item, state, regexp_replace(regexp_replace(detail, '\d{4}-\d\d-\d\d \d\d:\d\d', 'T'), 'backend \d+', 'backend N') FROM medsup.health()
WHERE item IN ('lock', 'running');
UPDATE medsup.run SET started_at = started_at - interval '13 hours' WHERE status = 'running';
SELECT item, state FROM medsup.health() WHERE item IN ('lock', 'running');
SELECT medsup.run_lock(false);
-- its backend is gone
UPDATE medsup.run SET backend_pid = 0 WHERE status = 'running';
SELECT item, state, detail FROM medsup.health() WHERE item IN ('lock', 'running');
UPDATE medsup.run SET status = 'abandoned', finished_at = now() WHERE status = 'running';

-- memory as runs had it
UPDATE medsup.run SET peak_mem = 3::bigint << 30 WHERE run = 1;
SELECT item, state, detail FROM medsup.health() WHERE item = 'memory';
UPDATE medsup.run SET peak_mem = 500 << 20 WHERE run = 1;
SELECT item, state, detail FROM medsup.health() WHERE item = 'memory';

-- missed nights; a night over few persons loses no rule
UPDATE medsup.nightly_setting SET scheduled_at = scheduled_at - interval '9 days';
UPDATE medsup.run SET started_at = started_at - interval '50 hours' WHERE run = 1;
SELECT state, detail FROM medsup.health() WHERE item = 'missed_nights';
INSERT INTO medsup.run (kind, status, rulebook, partitions, lines, lines_checked, changed_only, finished_at) VALUES ('nightly', 'done', 1, 1, 1, 1, true, now());
SELECT item, state, regexp_replace(detail, '\d{4}-\d\d-\d\d \d\d:\d\d', 'T') AS detail FROM medsup.health() WHERE item IN ('last_good_night', 'missed_nights', 'reach');
INSERT INTO medsup.run (kind, status, rulebook, partitions, lines, lines_checked, finished_at) VALUES ('nightly', 'done', 1, 1, 1, 1, now());
SELECT item, state, detail FROM medsup.health() WHERE item = 'reach';

-- on which days a schedule names a night: February of 2025 begins on a Saturday
SELECT s.schedule, medsup.nights_due(s.schedule, '2025-02-01 00:00+00', '2025-03-01 00:00+00') AS february
FROM (VALUES (1, '0 18 * * *'), (2, '0 18 * * 1'), (3, '30 17 * * mon-fri'), (4, '0 18 1,15 * *'), (5, '0 18 1 * 1'), (6, '0 18 $ * *'), (7, '0 18 */7 * *'),
    (8, '*/5 * * * *'), (9, '30 seconds'), (10, '0 0 * jan,mar *'), (11, '0 18 * 2-4/2 sun,7'), (12, '0 18 31 * *'), (13, ' 0  18  *  FEB  * '), (14, 'x 18 * * ?')) s (n, schedule) ORDER BY n;
-- after one moment, up to another; by the clock of the schedule
SELECT medsup.nights_due('0 18 * * *', '2025-02-01 18:00+00', '2025-02-02 17:59+00') AS none, medsup.nights_due('0 18 * * *', '2025-02-01 17:59+00', '2025-02-02 18:00+00') AS two,
    medsup.nights_due('0 2 * * *', '2025-02-01 17:59+00', '2025-02-01 18:01+00', 'Asia/Shanghai') AS one, medsup.nights_due('0 2 * * *', '2025-02-02 00:00+00', '2025-02-01 00:00+00') AS backwards,
    medsup.nights_due('0 18 * * *', '-infinity', '2025-02-01 18:00+00') > 300 AS years;
-- one that never comes would never be missed
SELECT medsup.schedule_nightly('99 99 * * *');
SELECT medsup.schedule_nightly('0 18 30 2 *');
-- a weekly one is not missed on other days
UPDATE medsup.nightly_setting SET schedule = format('0 18 * * %s', extract(dow FROM now() AT TIME ZONE 'GMT' + interval '2 days')), scheduled_at = now() - interval '4 days';
UPDATE medsup.run SET started_at = now() - interval '4 days' WHERE kind = 'nightly' AND run > 1;
SELECT state, detail FROM medsup.health() WHERE item = 'missed_nights';
UPDATE medsup.nightly_setting SET schedule = '0 18 * * *';
SELECT state, detail ~ '^[34]; ' AS counted FROM medsup.health() WHERE item = 'missed_nights';
UPDATE medsup.run SET started_at = now() WHERE kind = 'nightly' AND run > 1;

-- a queue that a good night did not empty
SELECT detail FROM medsup.health() WHERE item = 'queue';
INSERT INTO medsup.changed_person (psn_no, since, reasons) VALUES ('P1', now() + interval '1 day', '{new}'), ('P2', now() - interval '1 year', '{new}');
SELECT item, state, detail FROM medsup.health() WHERE item = 'queue';

-- an operator is told the same
CREATE ROLE regress_health_operator;
SELECT medsup.grant_access('regress_health_operator', 'operator');
SET ROLE regress_health_operator;
SELECT count(*), count(detail) FROM medsup.health();
RESET ROLE;
DROP OWNED BY regress_health_operator;
DROP ROLE regress_health_operator;
\c contrib_regression
DROP DATABASE regress_medsup_health;
