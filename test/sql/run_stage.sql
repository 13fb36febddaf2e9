\set SHOW_CONTEXT never
-- the stage: sources read once, judged by partition; what memory, order, number
-- of partitions and sort of relation change is nothing
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_stage;
\c regress_medsup_stage
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
\set fixture :srcdir '/data/run_fixture.sql'
\set ECHO none
\set QUIET on
\o /dev/null
\i :fixture
\o
\set QUIET off
\set ECHO all
-- lines without a person, of bills without a person, and of none
INSERT INTO wh.setl_d (setl_id, setl_time) SELECT 'N' || i, '2025-06-01 10:00:00' FROM generate_series(1, 20) i;
INSERT INTO wh.fee_list_d (bkkp_sn, mdtrt_id, setl_id, fee_ocur_time, med_list_codg, cnt, pric, det_item_fee_sumamt, inscp_amt, vali_flag)
SELECT 'N' || i, 'M' || i % 7, CASE WHEN i % 3 > 0 THEN 'N' || i % 25 END, '2025-05-31 10:00:00', 'XG01AAA001A001010100001', '1', '1', '1', '1', '1'
FROM generate_series(1, 500) i;
-- two numbers with one hash
SELECT hashtextextended('P00000000001', 0) = hashtextextended('KTfganxx4j0s', 0) AS collide;
UPDATE wh.mdtrt_d SET psn_no = CASE psn_no WHEN 'P3' THEN 'P00000000001' ELSE 'KTfganxx4j0s' END WHERE psn_no IN ('P3', 'P4');
UPDATE wh.setl_d SET psn_no = CASE psn_no WHEN 'P3' THEN 'P00000000001' ELSE 'KTfganxx4j0s' END WHERE psn_no IN ('P3', 'P4');
UPDATE wh.fee_list_d SET psn_no = CASE psn_no WHEN 'P3' THEN 'P00000000001' ELSE 'KTfganxx4j0s' END WHERE psn_no IN ('P3', 'P4');
CALL medsup.run_audit(partitions => 3);
SELECT status, lines, lines_checked, lines_skipped, lines_unsettled, findings, error FROM medsup.run;
SELECT reason, sum(lines) FROM medsup.run_tally WHERE rule_code IS NULL AND outcome = 'skipped' GROUP BY 1 ORDER BY reason COLLATE "C";
SELECT count(*) AS lines, count(*) FILTER (WHERE psn_no IS NULL OR psn_no = 'null') AS nobody FROM wh.fee_list_d;
CALL medsup.run_audit('[2025-06-01,2025-07-01)', partitions => 2);
SELECT status, lines, lines_checked, lines_skipped, lines_unsettled, findings, error FROM medsup.run ORDER BY run DESC LIMIT 1;
SELECT count(*) FROM wh.fee_list_d l LEFT JOIN wh.setl_d s ON s.setl_id = l.setl_id AND coalesce(s.psn_no, '') = coalesce(nullif(l.psn_no, 'null'), '')
WHERE coalesce(s.setl_time, l.fee_ocur_time) >= '2025-06-01' AND coalesce(s.setl_time, l.fee_ocur_time) < '2025-07-01';

-- partitions: everybody is in one, who has no number in that of the empty one
SELECT count(*) AS persons, count(DISTINCT medsup.partition_of(p, 7)) AS partitions,
    min(medsup.partition_of(p, 7)), max(medsup.partition_of(p, 7)),
    bool_and(medsup.in_partitions(p, 7, ARRAY[medsup.partition_of(p, 7)])) AS in_its_own,
    count(*) FILTER (WHERE medsup.in_partitions(p, 7, '{1,4}')) = count(*) FILTER (WHERE medsup.partition_of(p, 7) IN (1, 4)) AS in_two,
    bool_or(medsup.in_partitions(p, 7, '{}') OR medsup.in_partitions(p, 7, '{0,8}')) AS in_none
FROM (SELECT 'P' || i FROM generate_series(1, 1000) i) s (p);
SELECT medsup.partition_of(NULL, 7) = medsup.partition_of('', 7) AS empty, medsup.in_partitions(NULL, 1, '{1}') AS present,
    medsup.in_partitions('P1', 7, NULL) IS NULL AS unknown;
SELECT medsup.partition_of('P1', 0);
SELECT medsup.in_partitions('P1', NULL, '{1}');
SELECT medsup.in_partitions('P1', 7, '{1,NULL}');
CREATE TABLE wh.person AS SELECT 'P' || i AS psn_no FROM generate_series(1, 1000) i;
ANALYZE wh.person;
CREATE FUNCTION pg_temp.rows_expected(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END
$$;
SELECT pg_temp.rows_expected($$SELECT FROM wh.person WHERE medsup.in_partitions(psn_no, 10, '{1,2,3}')$$);

-- the statements
SELECT k, medsup.stage_query(r, k, '{1}') FROM medsup.run r, unnest('{settlement,operation,wanted}'::text[]) k WHERE run = 1 ORDER BY k COLLATE "C";
SELECT medsup.stage_query(r, 'wanted', '{1,2}', true) FROM medsup.run r WHERE run = 2;

-- what is not bound is not asked for: NULL in every branch, and nothing beside fills it in
CREATE VIEW wh.half AS
SELECT NULL::text COLLATE "C" AS a, NULL::text AS b, NULL::numeric AS c, NULL::timestamp AS d, 1 AS e FROM wh.person
UNION ALL
(SELECT NULL, psn_no, NULL::numeric, NULL::timestamp, NULL FROM wh.person UNION ALL SELECT NULL, NULL, NULL, '-infinity', 2);
CREATE VIEW wh.completed AS
SELECT h.a, h.b, coalesce(h.c, 1) AS c, h.d, p.psn_no AS e, (SELECT h.a) AS f
FROM (SELECT NULL::text AS a, psn_no AS b, NULL::numeric AS c, NULL::timestamp AS d FROM wh.person UNION ALL SELECT NULL, 'P', NULL, NULL) h
LEFT JOIN wh.person p ON p.psn_no = h.b;
SELECT medsup.null_columns('wh.half') AS half, medsup.null_columns('wh.completed') AS completed;
SELECT medsup.null_columns('wh.person');

-- everything that is said, with findings and tallies of all partitions together
CREATE FUNCTION pg_temp.say(text, int, OUT label text, OUT digest text, OUT findings bigint, OUT lines bigint, OUT spilled boolean)
LANGUAGE plpgsql AS $$
DECLARE
    this medsup.run;
BEGIN
    label := $1;
    this.partitions := $2;
    PERFORM medsup.stage_claims(this, ARRAY(SELECT generate_series(1, $2)), true, NULL);
    spilled := EXISTS (SELECT FROM pg_ls_tmpdir() WHERE name LIKE 'pgsql_tmp' || pg_backend_pid() || '.%');
    SELECT md5(string_agg(concat_ws(' ', j.said, j.n, j.lines), E'\n' ORDER BY j.said::text COLLATE "C")),
        sum(j.n) FILTER (WHERE j.said ->> 'what' = 'F'), sum(j.lines) FILTER (WHERE j.said ->> 'what' = 'N' AND j.said ->> 'outcome' = 'lines')
    INTO digest, findings, lines
    FROM (
        SELECT s.said, count(*) FILTER (WHERE s.what IN ('F', 'S')) AS n, sum(s.lines) AS lines
        FROM (SELECT v.what, v.lines, to_jsonb(v) - 'lines' - CASE WHEN v.what = 'N' THEN 'note' ELSE '' END AS said
              FROM medsup.rulebook b, generate_series(1, $2) p, medsup.run_verdicts(0, p, b.compiled) v) s
        GROUP BY s.said
    ) j;
    PERFORM medsup.run_unstage();
END $$;
CREATE TEMP TABLE said AS SELECT * FROM pg_temp.say('at once', 1);
SELECT findings, lines, spilled FROM said;
SET medsup.audit_mem = '64kB';
SET work_mem = '64kB';
INSERT INTO said SELECT * FROM pg_temp.say('little memory, one partition', 1);
INSERT INTO said SELECT * FROM pg_temp.say('little memory', 7);
INSERT INTO said SELECT * FROM pg_temp.say('little memory, many partitions', 700);
RESET work_mem;
RESET medsup.audit_mem;
INSERT INTO said SELECT * FROM pg_temp.say('many partitions', 2000);

-- sources of every sort, in another order
CREATE FUNCTION pg_temp.say_of(label text, relation text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM medsup.unbind_source('fee_line', s.relation) FROM medsup.source_binding s WHERE s.kind = 'fee_line';
    PERFORM medsup.bind_source('fee_line', relation);
    INSERT INTO said SELECT * FROM pg_temp.say(label, 3);
END $$;
CREATE TABLE wh.shuffled AS SELECT * FROM wh.fee_list_d ORDER BY md5(bkkp_sn);
SELECT pg_temp.say_of('shuffled', 'wh.shuffled');
CREATE VIEW wh.seen AS SELECT l.* FROM wh.fee_list_d l JOIN (SELECT DISTINCT bkkp_sn FROM wh.shuffled) s USING (bkkp_sn) ORDER BY l.fee_ocur_time DESC;
SELECT pg_temp.say_of('view', 'wh.seen');
CREATE MATERIALIZED VIEW wh.stored AS TABLE wh.shuffled;
SELECT pg_temp.say_of('materialized view', 'wh.stored');
CREATE TABLE wh.parted (LIKE wh.fee_list_d) PARTITION BY HASH (bkkp_sn);
CREATE TABLE wh.part0 PARTITION OF wh.parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE wh.part1 PARTITION OF wh.parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO wh.parted TABLE wh.fee_list_d;
SELECT pg_temp.say_of('partitioned', 'wh.parted');
-- stored elsewhere and compressed
CREATE TABLE wh.toasted (LIKE wh.fee_list_d);
ALTER TABLE wh.toasted ADD note text, ALTER note SET STORAGE EXTERNAL, ALTER bkkp_sn SET STORAGE MAIN;
ALTER TABLE wh.toasted SET (toast_tuple_target = 128);
INSERT INTO wh.toasted SELECT l.*, repeat('x', 3000) FROM wh.fee_list_d l;
SELECT pg_temp.say_of('toasted', 'wh.toasted');
-- row security is the source's business: of the owner of the view upon it
CREATE ROLE regress_stage_owner;
GRANT USAGE, CREATE ON SCHEMA wh TO regress_stage_owner;
CREATE TABLE wh.secured AS SELECT l.*, true AS open FROM wh.fee_list_d l UNION ALL SELECT l.*, false FROM wh.fee_list_d l WHERE med_list_codg LIKE 'XG%';
ALTER TABLE wh.secured ENABLE ROW LEVEL SECURITY;
CREATE POLICY only_open ON wh.secured USING (open);
GRANT SELECT ON wh.secured TO regress_stage_owner;
SET ROLE regress_stage_owner;
CREATE VIEW wh.allowed AS TABLE wh.secured;
RESET ROLE;
SELECT pg_temp.say_of('row security', 'wh.allowed');
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
IMPORT FOREIGN SCHEMA wh LIMIT TO (shuffled) FROM SERVER loop INTO public;
SELECT pg_temp.say_of('foreign', 'public.shuffled');
SELECT postgres_fdw_disconnect_all();
\endif
\o
\set QUIET off
SELECT count(*) >= 10 AS all_said, count(*) FILTER (WHERE spilled) AS spilled FROM said;
SELECT s.label AS differs FROM said s, said w WHERE w.label = 'at once' AND (s.digest, s.findings, s.lines) IS DISTINCT FROM (w.digest, w.findings, w.lines);
SELECT pg_temp.say_of('as it was', 'wh.fee_list_d');

-- how long it stays
CREATE FUNCTION pg_temp.held() RETURNS text LANGUAGE sql VOLATILE AS $$
SELECT concat_ws(' ', CASE WHEN medsup.is_staged(1, 1) THEN 'staged' ELSE 'nothing' END, 'contexts',
    (SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'medsup stage%' OR name LIKE 'medsup judging%'),
    'files', (SELECT count(*) FROM pg_ls_tmpdir() WHERE name LIKE 'pgsql_tmp' || pg_backend_pid() || '.%')) $$;
SET medsup.audit_mem = '64kB';
SELECT medsup.run_stage(1, '{1,3}') > 0 AS read;
SELECT pg_temp.held();
-- a subtransaction that fails after it leaves it, as does an error of judging
DO $$ BEGIN
    PERFORM count(*) FROM medsup.run_verdicts(1, 1, '\x00');
EXCEPTION WHEN others THEN
    RAISE WARNING '% %', SQLSTATE, SQLERRM;
END $$;
SELECT pg_temp.held(), medsup.is_staged(1, 2) AS other, medsup.is_staged(2, 1) AS other_run;
SELECT what, count(*) FROM medsup.run_verdicts(1, 1) WHERE what IN ('F', 'S', 'N') GROUP BY 1 ORDER BY 1;
SELECT count(*) FILTER (WHERE what = 'F') AS again FROM medsup.run_verdicts(1, 1);
SELECT count(*) FILTER (WHERE what = 'F') AS third FROM medsup.run_verdicts(1, 3);
SELECT medsup.is_staged(1, 1) AS first, medsup.is_staged(1, 3) AS third;
-- a rollback takes it away
BEGIN;
SELECT medsup.is_staged(1, 3);
ROLLBACK;
SELECT pg_temp.held();
SELECT count(*) FROM medsup.run_verdicts(1, 1);
SELECT medsup.run_stage(1, '{1}') > 0 AS read;
SELECT medsup.run_unstage();
SELECT pg_temp.held();
SELECT medsup.run_stage(1, '{0}');
SELECT medsup.run_stage(1, '{4}');
SELECT medsup.run_stage(1, '{1,NULL}');

-- no room for the temporary file
SET medsup.audit_mem = '64kB';
SET temp_file_limit = '100kB';
\set VERBOSITY sqlstate
SELECT medsup.run_stage(1, '{1,2,3}');
\set VERBOSITY default
SELECT pg_temp.held();
RESET temp_file_limit;
RESET medsup.audit_mem;

-- an error in the middle of reading, and a cancel: nothing is left
CREATE VIEW wh.broken AS SELECT CASE WHEN bkkp_sn = '299-9' THEN (1 / length(''))::text ELSE bkkp_sn END AS bkkp_sn, mdtrt_id, setl_id, psn_no, fixmedins_code, fee_ocur_time,
    med_list_codg, cnt, pric, det_item_fee_sumamt, fulamt_ownpay_amt, inscp_amt FROM wh.fee_list_d;
CREATE VIEW wh.slow AS SELECT CASE WHEN bkkp_sn = '299-9' THEN pg_sleep(60)::text ELSE bkkp_sn END AS bkkp_sn, mdtrt_id, setl_id, psn_no, fixmedins_code, fee_ocur_time,
    med_list_codg, cnt, pric, det_item_fee_sumamt, fulamt_ownpay_amt, inscp_amt FROM wh.fee_list_d;
SELECT medsup.unbind_source('fee_line', 'wh.fee_list_d'), medsup.bind_source('fee_line', 'wh.broken');
SELECT medsup.run_stage(1, '{1,2,3}');
DO $$ BEGIN
    PERFORM medsup.run_stage(1, '{1,2,3}');
EXCEPTION WHEN division_by_zero THEN
    RAISE WARNING '% %', SQLSTATE, pg_temp.held();
END $$;
SELECT medsup.unbind_source('fee_line', 'wh.broken'), medsup.bind_source('fee_line', 'wh.slow');
SET statement_timeout = '500ms';
SELECT medsup.run_stage(1, '{1,2,3}');
RESET statement_timeout;
SELECT pg_temp.held();
-- statements that do not return the record
SELECT medsup.stage(r, '{1}', ARRAY['SELECT 1', NULL, NULL, NULL, NULL, NULL], NULL, NULL, false) FROM medsup.run r WHERE run = 1;
SELECT medsup.stage(r, '{1}', ARRAY['SELECT 1 AS psn_no', NULL, NULL, NULL, NULL, NULL], NULL, NULL, false) FROM medsup.run r WHERE run = 1;
SELECT medsup.stage(r, '{1}', ARRAY['SELECT t.psn_no, t.mdtrt_id FROM medsup.src_encounter t', NULL, NULL, NULL, NULL, NULL], NULL, NULL, false) FROM medsup.run r WHERE run = 1;
SELECT medsup.stage(r, '{1}', ARRAY['SELECT t.mdtrt_id FROM medsup.src_encounter t', NULL, NULL, NULL, NULL, NULL], NULL, NULL, false) FROM medsup.run r WHERE run = 1;
SELECT medsup.stage(r, '{1}', ARRAY['SELECT 1'], NULL, NULL, false) FROM medsup.run r WHERE run = 1;
SELECT medsup.stage(r, NULL, '{}', NULL, NULL, false) FROM medsup.run r WHERE run = 1;
SELECT pg_temp.held();

-- a source that lets go of the stage while it is read, or reads another one
CREATE FUNCTION wh.meddle() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        PERFORM medsup.run_stage(1, '{1}');
    EXCEPTION WHEN object_in_use THEN
        RAISE WARNING '%', SQLERRM;
    END;
    PERFORM medsup.run_unstage();
    RETURN true;
END $$;
CREATE VIEW wh.meddling AS SELECT * FROM wh.fee_list_d WHERE wh.meddle();
SELECT medsup.unbind_source('fee_line', 'wh.slow'), medsup.bind_source('fee_line', 'wh.meddling');
SELECT medsup.run_stage(1, '{1,2,3}');
SELECT pg_temp.held();

-- nothing is left but what was made
DROP OWNED BY regress_stage_owner CASCADE;
\c contrib_regression
DROP DATABASE regress_medsup_stage;
DROP ROLE regress_stage_owner;
