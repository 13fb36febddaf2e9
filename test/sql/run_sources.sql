\set SHOW_CONTEXT never
-- Sources of every sort: full runs with workers, and nights, end with the findings
-- of plain tables; triggers on partitions.
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_sources;
\c regress_medsup_sources
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
\set fixture :srcdir '/data/run_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
SELECT medsup.set_nightly(NULL, full_share => 1);
CREATE TABLE said (label text, step text, changed_only boolean, lines bigint, findings bigint, digest text);
CREATE FUNCTION wh.say(label text, step text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO said
    SELECT say.label, say.step, r.changed_only, r.lines, (SELECT count(*) FROM medsup.finding f WHERE f.status = 'open'),
        (SELECT md5(string_agg(concat_ws(' ', f.finding_id, f.content_digest, f.evidence), E'\n' ORDER BY f.finding_id)) FROM medsup.finding f WHERE f.status = 'open')
    FROM medsup.run r ORDER BY r.run DESC LIMIT 1
$$;
-- the same tables once more, which the sources of each sort rest upon
CREATE SCHEMA kept;
CREATE TABLE kept.mdtrt_d AS TABLE wh.mdtrt_d;
CREATE TABLE kept.setl_d AS TABLE wh.setl_d;
CREATE TABLE kept.fee_list_d AS TABLE wh.fee_list_d;
CREATE FUNCTION wh.bind(visits regclass, bills regclass, lines regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM medsup.unbind_source(b.kind, b.relation) FROM medsup.source_binding b;
    PERFORM medsup.bind_source('encounter', visits), medsup.bind_source('settlement', bills), medsup.bind_source('fee_line', lines);
END $$;
-- a full run, a night over everybody, and one over whom something changed of
CREATE PROCEDURE wh.try(label text) LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM medsup.finding; COMMIT;
    CALL medsup.run_audit(partitions => 4); PERFORM wh.say(label, 'audit'); COMMIT;
    CALL medsup.nightly(); PERFORM wh.say(label, 'first night'); COMMIT;
    UPDATE wh.fee_list_d SET cnt = '9', det_item_fee_sumamt = '90.00', inscp_amt = '90.00' WHERE bkkp_sn IN ('1-2', '52-2');
    DELETE FROM wh.fee_list_d WHERE bkkp_sn = '2-2';
    UPDATE wh.mdtrt_d SET gend = '2' WHERE mdtrt_id = 'M3';
    UPDATE wh.setl_d SET hifp_pay = '100.00' WHERE setl_id = 'S64';
    COMMIT;
    CALL medsup.nightly(); PERFORM wh.say(label, 'night'); COMMIT;
    TRUNCATE wh.fee_list_d, wh.mdtrt_d, wh.setl_d;
    INSERT INTO wh.mdtrt_d TABLE kept.mdtrt_d;
    INSERT INTO wh.setl_d TABLE kept.setl_d;
    INSERT INTO wh.fee_list_d TABLE kept.fee_list_d;
    COMMIT;
END $$;
CALL wh.try('tables');
SELECT step, changed_only, lines, findings FROM said;
SELECT workers FROM medsup.run WHERE run = 1;

CREATE SCHEMA seen;
CREATE VIEW seen.mdtrt_d AS SELECT v.* FROM wh.mdtrt_d v ORDER BY v.mdtrt_id DESC;
CREATE VIEW seen.setl_d AS SELECT s.* FROM wh.setl_d s LEFT JOIN kept.setl_d k USING (setl_id) WHERE k.setl_id IS NOT NULL;
CREATE VIEW seen.fee_list_d AS SELECT * FROM wh.fee_list_d UNION ALL SELECT * FROM wh.fee_list_d WHERE false;
SELECT wh.bind('seen.mdtrt_d', 'seen.setl_d', 'seen.fee_list_d');
CALL wh.try('views');

-- partitioned: lines by hash and below by list, visits by range of text
ALTER SCHEMA wh RENAME TO plain;
CREATE SCHEMA wh;
ALTER FUNCTION plain.say SET SCHEMA wh; ALTER FUNCTION plain.bind SET SCHEMA wh; ALTER PROCEDURE plain.try SET SCHEMA wh;
CREATE TABLE wh.mdtrt_d (LIKE kept.mdtrt_d) PARTITION BY RANGE (begntime);
CREATE TABLE wh.mdtrt_d1 PARTITION OF wh.mdtrt_d FOR VALUES FROM (MINVALUE) TO ('2025-06');
CREATE TABLE wh.mdtrt_d2 PARTITION OF wh.mdtrt_d DEFAULT;
CREATE TABLE wh.setl_d (LIKE kept.setl_d);
CREATE TABLE wh.fee_list_d (LIKE kept.fee_list_d) PARTITION BY HASH (bkkp_sn);
CREATE TABLE wh.fee0 PARTITION OF wh.fee_list_d FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE wh.fee1 PARTITION OF wh.fee_list_d FOR VALUES WITH (MODULUS 2, REMAINDER 1) PARTITION BY LIST (fixmedins_code);
CREATE TABLE wh.fee1h1 PARTITION OF wh.fee1 FOR VALUES IN ('H1');
CREATE TABLE wh.fee1rest PARTITION OF wh.fee1 DEFAULT;
INSERT INTO wh.mdtrt_d TABLE kept.mdtrt_d;
INSERT INTO wh.setl_d TABLE kept.setl_d;
INSERT INTO wh.fee_list_d TABLE kept.fee_list_d;
SELECT wh.bind('wh.mdtrt_d', 'wh.setl_d', 'wh.fee_list_d');
CALL wh.try('partitioned');

-- row security: bound by a role that may not see all of the table beneath
CREATE ROLE regress_sources_owner;
GRANT USAGE, CREATE ON SCHEMA wh TO regress_sources_owner;
ALTER TABLE wh.setl_d ADD secret boolean DEFAULT false;
CREATE FUNCTION wh.decoy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO wh.setl_d SELECT 'X' || s.setl_id, s.mdtrt_id, s.psn_no, NULL, '0', '0', '1', s.setl_time, '1', '310', '11', '999901', '9', '9', '9', '9', '0', true
    FROM wh.setl_d s WHERE s.psn_no = 'P5' AND NOT s.secret;
    RETURN NULL;
END $$;
CREATE TRIGGER decoy AFTER INSERT ON wh.setl_d FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION wh.decoy();
INSERT INTO wh.setl_d SELECT * FROM kept.setl_d WHERE false;
ALTER TABLE wh.setl_d ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON wh.setl_d USING (NOT secret);
GRANT SELECT ON wh.setl_d TO regress_sources_owner;
SET ROLE regress_sources_owner;
CREATE VIEW wh.allowed AS SELECT * FROM wh.setl_d;
RESET ROLE;
SELECT count(*) FILTER (WHERE secret) AS hidden FROM wh.setl_d;
SELECT wh.bind('wh.mdtrt_d', 'wh.allowed', 'wh.fee_list_d');
CALL wh.try('row security');

-- foreign: by postgres_fdw from this very server, where it is at hand
SELECT count(*) > 0 AS has_fdw FROM pg_available_extensions WHERE name = 'postgres_fdw' \gset
\set QUIET on
\o /dev/null
\if :has_fdw
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN
    EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (dbname %L, host %L, port %L)', current_database(),
        split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'));
    EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER loop OPTIONS (user %L)', current_user);
END $$;
CREATE SCHEMA far;
IMPORT FOREIGN SCHEMA wh LIMIT TO (mdtrt_d, allowed, fee_list_d) FROM SERVER loop INTO far;
SELECT wh.bind('far.mdtrt_d', 'far.allowed', 'far.fee_list_d');
CALL wh.try('foreign');
SELECT postgres_fdw_disconnect_all();
\endif
\o
\set QUIET off
-- all the same
SELECT count(DISTINCT label) >= 4 AS sorts, count(*) % 3 AS torn FROM said;
SELECT s.label, s.step FROM said s JOIN said w ON w.label = 'tables' AND w.step = s.step
WHERE ROW (s.changed_only, s.lines, s.findings, s.digest) IS DISTINCT FROM ROW (w.changed_only, w.lines, w.findings, w.digest);

-- triggers on a partitioned table and all below it, whoever writes where
SELECT wh.bind('wh.mdtrt_d', 'wh.allowed', 'wh.fee_list_d');
SELECT medsup.watch_source('fee_line', 'trigger');
SELECT t.tgrelid::regclass AS watched, count(*) FROM pg_trigger t WHERE t.tgname LIKE 'medsup%' GROUP BY t.tgrelid ORDER BY t.tgrelid::regclass::text COLLATE "C";
CALL medsup.nightly();
UPDATE wh.fee_list_d SET cnt = '7' WHERE bkkp_sn = '10-2';
UPDATE wh.fee1 SET cnt = '7' WHERE psn_no = 'P1' AND med_list_codg = '003106040050000';
DELETE FROM wh.fee1h1 WHERE bkkp_sn = (SELECT min(bkkp_sn) FROM wh.fee1h1 WHERE psn_no = 'P16');
-- to another partition
UPDATE wh.fee1 SET fixmedins_code = 'H1' WHERE psn_no = 'P7' AND med_list_codg = '003106040050000';
SELECT DISTINCT psn_no FROM medsup.change_log ORDER BY 1;
\set last 'SELECT r.changed_only, (SELECT string_agg(concat_ws('' '', c.reason, c.persons), ''; '' ORDER BY c.reason COLLATE "C") FROM medsup.run_change c WHERE c.run = r.run AND c.persons IS DISTINCT FROM 0) AS reasons FROM medsup.run r WHERE r.kind = ''nightly'' ORDER BY r.run DESC LIMIT 1'
CALL medsup.nightly();
:last;
-- a partition that goes takes its rows along, and one that comes is not watched yet
ALTER TABLE wh.fee1 DETACH PARTITION wh.fee1h1;
CALL medsup.nightly();
:last;
ALTER TABLE wh.fee1 ATTACH PARTITION wh.fee1h1 FOR VALUES IN ('H1');
CALL medsup.nightly();
:last;
CREATE TABLE wh.fee1h2 PARTITION OF wh.fee1 FOR VALUES IN ('H77');
CALL medsup.nightly();
:last;
SELECT medsup.watch_source('fee_line', 'trigger');
CALL medsup.nightly();
CALL medsup.nightly();
:last;
INSERT INTO said SELECT 'end', 'night', true, count(*), 0, md5(string_agg(concat_ws(' ', f.finding_id, f.content_digest), E'\n' ORDER BY f.finding_id)) FROM medsup.finding f WHERE f.status = 'open';
CALL medsup.run_audit();
SELECT s.lines = count(*) AND s.digest = md5(string_agg(concat_ws(' ', f.finding_id, f.content_digest), E'\n' ORDER BY f.finding_id)) AS as_a_full_audit
FROM said s, medsup.finding f WHERE s.label = 'end' AND f.status = 'open' GROUP BY s.lines, s.digest;
SELECT medsup.unwatch_source('fee_line');
SELECT count(*) FROM pg_trigger t WHERE t.tgname LIKE 'medsup%';
DROP OWNED BY regress_sources_owner CASCADE;
\c contrib_regression
DROP DATABASE regress_medsup_sources WITH (FORCE);
DROP ROLE regress_sources_owner;
