\set SHOW_CONTEXT never
-- What a night looks at: whose rows, rules or exemptions changed; by a sweep, a
-- column or triggers; and what has it look at everybody.
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_night;
\c regress_medsup_night
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
\o /dev/null
\set fixture :srcdir '/data/run_fixture.sql'
\i :fixture
\o
SELECT medsup.set_nightly(NULL, full_share => 0.5);

CREATE FUNCTION pg_temp.last_night(OUT status text, OUT changed_only boolean, OUT lines bigint, OUT opened bigint, OUT changed bigint,
    OUT closed bigint, OUT reasons text)
LANGUAGE sql AS $$
    SELECT r.status, r.changed_only, r.lines, r.opened, r.changed, r.closed,
        (SELECT string_agg(concat_ws(' ', c.reason, c.persons), '; ' ORDER BY c.reason COLLATE "C")
         FROM medsup.run_change c WHERE c.run = r.run AND c.persons IS DISTINCT FROM 0)
    FROM medsup.run r WHERE r.kind = 'nightly' ORDER BY r.run DESC LIMIT 1
$$;
-- nothing differs from what a look at everybody would find
CREATE TEMP TABLE said (finding_id bytea, content_digest bytea, status text);
CREATE FUNCTION pg_temp.keep() RETURNS bigint LANGUAGE sql AS $$
    DELETE FROM said;
    INSERT INTO said SELECT finding_id, content_digest, status FROM medsup.finding;
    SELECT count(*) FROM said;
$$;
CREATE FUNCTION pg_temp.differ() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM said s FULL JOIN medsup.finding f USING (finding_id)
    WHERE (s.content_digest, s.status) IS DISTINCT FROM (f.content_digest, f.status)
$$;

CALL medsup.nightly();
SELECT * FROM pg_temp.last_night();
CALL medsup.nightly();
SELECT * FROM pg_temp.last_night();

-- corrected, deleted, late, moved to another person, a visit that changed
UPDATE wh.fee_list_d SET cnt = '5', det_item_fee_sumamt = '50.00', inscp_amt = '50.00' WHERE bkkp_sn = '1-2';
DELETE FROM wh.fee_list_d WHERE psn_no = 'P5';
UPDATE wh.fee_list_d SET psn_no = 'P8' WHERE bkkp_sn = '7-1';
UPDATE wh.mdtrt_d SET gend = '2' WHERE mdtrt_id = 'M9';
-- spelt otherwise, read as before: looked at, nothing found
UPDATE wh.fee_list_d SET cnt = ' ' || cnt WHERE psn_no = 'P20';
UPDATE wh.setl_d SET setl_time = replace(setl_time, '-', '/') WHERE psn_no = 'P21';
-- written again as it was
UPDATE wh.fee_list_d SET cnt = cnt WHERE psn_no = 'P22';
CALL medsup.nightly();
SELECT * FROM pg_temp.last_night();
SELECT psn_no, status, closed_reason, count(*) FROM medsup.finding
WHERE psn_no IN ('P1', 'P5', 'P7', 'P8', 'P9') AND version > 1 GROUP BY 1, 2, 3 ORDER BY 1, 2;
-- a person of whom no row is left
DELETE FROM wh.mdtrt_d WHERE psn_no = 'P5';
DELETE FROM wh.setl_d WHERE psn_no = 'P5';
DELETE FROM wh.fee_list_d WHERE psn_no = 'P11';
DELETE FROM wh.mdtrt_d WHERE psn_no = 'P11';
DELETE FROM wh.setl_d WHERE psn_no = 'P11';
CALL medsup.nightly();
SELECT * FROM pg_temp.last_night();
SELECT count(*) FROM medsup.finding WHERE psn_no = 'P11' AND status <> 'closed';
SELECT pg_temp.keep() > 300 AS some;
CALL medsup.run_audit();
SELECT pg_temp.differ();

-- a verdict outlives nights that do not change the finding
SELECT count(*) AS judged FROM medsup.finding f CROSS JOIN LATERAL medsup.judge(f.finding_id, '排除', 'typing error') WHERE f.psn_no = 'P13' AND f.rule_code = 'L-SEX';
UPDATE wh.mdtrt_d SET insutype = '390' WHERE mdtrt_id = 'M13';
CALL medsup.nightly();
SELECT medsup.finding_state(f) AS state, count(*) FROM medsup.finding f WHERE psn_no = 'P13' AND rule_code = 'L-SEX' GROUP BY 1 ORDER BY 1;

-- another point: only persons with its code
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, sex) VALUES ('L-SEX-2', 'L-SEX', '另一药品', 'male');
INSERT INTO medsup.knowledge_code (entry_code, code) VALUES ('L-SEX-2', 'XG01AAA001A001010100002');
UPDATE wh.fee_list_d SET med_list_codg = 'XG01AAA001A001010100002' WHERE psn_no IN ('P30', 'P31') AND bkkp_sn LIKE '%-3';
CALL medsup.nightly();
SELECT * FROM pg_temp.last_night();
SELECT medsup.publish_rulebook();
CALL medsup.nightly();
SELECT * FROM pg_temp.last_night();
-- what stands in the book without codes, or for all of it, concerns everybody
INSERT INTO medsup.level_map (hosp_lv, level) VALUES ('x', 1);
SELECT medsup.publish_rulebook();
CALL medsup.nightly();
SELECT * FROM pg_temp.last_night();
-- back to what a book said before, with a run by the other one between
DELETE FROM medsup.knowledge_code WHERE entry_code = 'L-SEX-2';
DELETE FROM medsup.knowledge WHERE entry_code = 'L-SEX-2';
SELECT medsup.publish_rulebook();
CALL medsup.run_audit();
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, sex) VALUES ('L-SEX-2', 'L-SEX', '另一药品', 'male');
INSERT INTO medsup.knowledge_code (entry_code, code) VALUES ('L-SEX-2', 'XG01AAA001A001010100002');
SELECT medsup.publish_rulebook();
CALL medsup.nightly();
SELECT * FROM pg_temp.last_night();

-- an exception of the book: whoever has a line that its rules speak of
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject) VALUES ('L-FEW', '限男性用药', 'drug for men', 'K1', 'drug');
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, sex) VALUES ('L-FEW-1', 'L-FEW', '又一药品', 'male');
INSERT INTO medsup.knowledge_code (entry_code, code) VALUES ('L-FEW-1', 'XG01AAA001A001010100003');
UPDATE wh.fee_list_d SET med_list_codg = 'XG01AAA001A001010100003' WHERE psn_no IN ('P40', 'P42', 'P44') AND bkkp_sn LIKE '%-3';
SELECT medsup.publish_rulebook();
CALL medsup.nightly();
SELECT psn_no, status, count(*) FROM medsup.finding WHERE rule_code = 'L-FEW' GROUP BY 1, 2 ORDER BY 1;
INSERT INTO medsup.exception (exception_code, name_zh, name_en, condition, rule_codes)
VALUES ('L-X', '例外', 'exception', 'visit.insutype = ''390''', '{L-FEW}');
UPDATE wh.mdtrt_d SET insutype = '390' WHERE psn_no = 'P40';
CALL medsup.nightly();
SELECT medsup.publish_rulebook();
CALL medsup.nightly();
SELECT changed_only, closed, reasons FROM pg_temp.last_night();
UPDATE medsup.exception SET condition = 'visit.insutype = ''310''' WHERE exception_code = 'L-X';
SELECT medsup.publish_rulebook();
CALL medsup.nightly();
SELECT changed_only, closed, reasons FROM pg_temp.last_night();
SELECT psn_no, status, count(*) FROM medsup.finding WHERE rule_code = 'L-FEW' GROUP BY 1, 2 ORDER BY 1;
SELECT pg_temp.keep() > 300 AS some;
CALL medsup.run_audit();
SELECT pg_temp.differ();
-- one for a rule that no point has; taken out again
UPDATE medsup.exception SET rule_codes = '{N25-085}' WHERE exception_code = 'L-X';
SELECT medsup.publish_rulebook();
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
DELETE FROM medsup.exception WHERE exception_code = 'L-X';
SELECT medsup.publish_rulebook();
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();

-- exemptions: whom they could touch
SELECT medsup.add_exemption('trial', 'letter 1', rule => 'L-SEX', institution => 'H1') AS exemption;
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
SELECT fixmedins_code, count(*) FROM medsup.finding WHERE status = 'exempt' GROUP BY 1;
SELECT medsup.end_exemption(1, 'over');
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
SELECT count(*) FROM medsup.finding WHERE status = 'exempt';

-- rows and exemptions that were otherwise only while somebody else audited
SELECT pg_temp.keep() > 300 AS some;
UPDATE wh.mdtrt_d SET gend = translate(gend, '12', '21') WHERE mdtrt_id = 'M12';
SELECT count(*) FROM (SELECT medsup.add_exemption('for a day', 'somebody', person => 'P14')) x;
CALL medsup.run_audit();
SELECT pg_temp.differ() > 0 AS differ;
UPDATE wh.mdtrt_d SET gend = translate(gend, '12', '21') WHERE mdtrt_id = 'M12';
SELECT count(*) FROM (SELECT medsup.end_exemption(max(exemption), 'over') FROM medsup.exemption) x;
CALL medsup.nightly();
SELECT * FROM pg_temp.last_night();
-- but what the audit found is kept as closed
SELECT f.psn_no, f.status, s.status AS before FROM said s FULL JOIN medsup.finding f USING (finding_id)
WHERE (s.content_digest, s.status) IS DISTINCT FROM (f.content_digest, f.status);
CALL medsup.nightly();
SELECT reasons FROM pg_temp.last_night();

-- a narrower period closes nothing, a wider one concerns everybody
SELECT medsup.set_nightly('100 years', full_share => 0.5);
CALL medsup.nightly();
SELECT changed_only, closed, reasons FROM pg_temp.last_night();
SELECT medsup.set_nightly(NULL, full_share => 0.5);
CALL medsup.nightly();
SELECT changed_only, closed, reasons FROM pg_temp.last_night();

-- asked for, every so often, damaged, bound otherwise
SELECT medsup.next_night_full();
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
SELECT medsup.set_nightly(NULL, full_every => '0', full_share => 0.5);
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
SELECT medsup.set_nightly(NULL, full_share => 0.5);
UPDATE medsup.sweep_chunk SET persons = set_byte(persons, octet_length(persons) - 1, get_byte(persons, octet_length(persons) - 1) # 1);
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
DELETE FROM medsup.sweep_chunk;
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
SELECT medsup.rebind_sources();
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
SELECT medsup.set_nightly(NULL, full_share => 0);
UPDATE wh.mdtrt_d SET gend = '2' WHERE mdtrt_id = 'M3';
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
SELECT medsup.set_nightly(NULL, full_share => 2);
SELECT medsup.set_nightly(NULL, full_every => '-1 day');
SELECT medsup.set_nightly(NULL, full_share => 0.5);

-- institutions complete visits: where visits are swept, only whose visits say otherwise
CREATE TABLE wh.fixmedins_b (fixmedins_code varchar, fixmedins_name varchar, hosp_lv varchar, medins_type varchar);
INSERT INTO wh.fixmedins_b VALUES ('H1', 'one', '02', 'A'), ('H2', 'two', '02', 'A');
SELECT medsup.bind_source('provider', 'wh.fixmedins_b');
CALL medsup.nightly();
UPDATE wh.fixmedins_b SET medins_type = 'B' WHERE fixmedins_code = 'H1';
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();

-- a column that says when a row was written
ALTER TABLE wh.fee_list_d ADD upld_time timestamp, ADD note text;
UPDATE wh.fee_list_d SET upld_time = '2025-01-01';
SELECT medsup.watch_source('fee_line', 'column', 'UPLD_TIME', '10 minutes');
SELECT kind, method, changed_at, overlap FROM medsup.source_watch;
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
UPDATE wh.fee_list_d SET cnt = '9', det_item_fee_sumamt = '90.00', upld_time = now() AT TIME ZONE 'Asia/Shanghai' WHERE bkkp_sn = '41-2';
UPDATE wh.fee_list_d SET cnt = '9', det_item_fee_sumamt = '90.00' WHERE bkkp_sn = '42-2';
CALL medsup.nightly();
SELECT changed_only, changed, reasons FROM pg_temp.last_night();
-- within the overlap once more
CALL medsup.nightly();
SELECT changed_only, changed, reasons FROM pg_temp.last_night();
-- however this session writes times: CST is Chicago's as well
ALTER TABLE wh.fee_list_d ADD seen_at timestamptz DEFAULT '2025-01-01';
SELECT medsup.watch_source('fee_line', 'column', 'seen_at');
SET timezone = 'Asia/Shanghai';
SET datestyle = 'SQL, DMY';
CALL medsup.nightly();
UPDATE wh.fee_list_d SET cnt = '7', det_item_fee_sumamt = '70.00', seen_at = now() WHERE bkkp_sn = '48-2';
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
RESET timezone;
RESET datestyle;
SELECT medsup.watch_source('fee_line', 'column', 'UPLD_TIME', '10 minutes');
-- what completes visits is looked at by itself where visits are not swept
SELECT medsup.watch_source('encounter', 'column', 't.begntime::timestamp', '1 hour');
CALL medsup.nightly();
UPDATE wh.fixmedins_b SET medins_type = 'C' WHERE fixmedins_code = 'H1';
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
-- another relation of the kind is watched, too, or not bound; a view that is gone is noticed
CREATE TABLE wh.fee_more (LIKE wh.fee_list_d);
ALTER TABLE wh.fee_more DROP upld_time;
SELECT medsup.bind_source('fee_line', 'wh.fee_more');
ALTER TABLE wh.fee_more ADD upld_time date;
SELECT medsup.bind_source('fee_line', 'wh.fee_more');
SELECT count(*) > 0 AS watched FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid
WHERE w.ev_class = 'medsup.written_fee_line'::regclass AND d.refobjid = 'wh.fee_more'::regclass;
SELECT medsup.unbind_source('fee_line', 'wh.fee_more');
DROP TABLE wh.fee_more;
DROP VIEW medsup.written_fee_line;
CALL medsup.nightly();
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
SELECT medsup.unwatch_source('encounter'), medsup.unwatch_source('fee_line');
SELECT medsup.watch_source('fee_line', 'column', 'note');
SELECT medsup.watch_source('fee_line', 'column', 'no such column');
SELECT medsup.watch_source('fee_line', 'column');
SELECT medsup.watch_source('fee_line', 'column', 'upld_time', '-1 hour');
SELECT medsup.watch_source('fee_line', 'telepathy');
SELECT medsup.watch_source('provider', 'trigger');
SELECT medsup.watch_source('diagnosis', 'trigger');
SELECT medsup.watch_source('nothing', 'trigger');

-- triggers: nothing is asked of whoever writes
SELECT medsup.watch_source('fee_line', 'trigger'), medsup.watch_source('encounter', 'trigger');
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE 'medsup%' ORDER BY 1, 2;
CALL medsup.nightly();
CREATE ROLE regress_night_loader;
GRANT USAGE ON SCHEMA wh TO regress_night_loader;
GRANT ALL ON ALL TABLES IN SCHEMA wh TO regress_night_loader;
SET ROLE regress_night_loader;
UPDATE wh.fee_list_d SET cnt = '8', det_item_fee_sumamt = '80.00' WHERE bkkp_sn = '42-2';
UPDATE wh.fee_list_d SET psn_no = 'P44' WHERE bkkp_sn = '43-1';
DELETE FROM wh.fee_list_d WHERE bkkp_sn = '45-1';
INSERT INTO wh.mdtrt_d (mdtrt_id, psn_no) VALUES ('M46', 'P46');
RESET ROLE;
SELECT psn_no FROM medsup.change_log ORDER BY entry;
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
SELECT count(*) FROM medsup.change_log;
SELECT pg_temp.keep() > 300 AS some;
CALL medsup.run_audit();
SELECT pg_temp.differ();
-- a number of a type whose owner could have a cast of his own run is not read, and writing goes on
BEGIN;
CREATE TYPE wh.number AS (s text);
CREATE FUNCTION wh.spell(wh.number) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'with the rights of %', current_user; RETURN 'P1'; END $$;
CREATE CAST (wh.number AS text) WITH FUNCTION wh.spell(wh.number);
ALTER TABLE wh.fee_list_d RENAME psn_no TO psn_no_was;
INSERT INTO wh.fee_list_d (mdtrt_id) VALUES ('M1');
ALTER TABLE wh.fee_list_d ADD psn_no wh.number;
UPDATE wh.fee_list_d SET psn_no = ROW('P1') WHERE mdtrt_id = 'M1';
SELECT psn_no, count(*) FROM medsup.change_log GROUP BY 1;
ROLLBACK;
-- lines are swept no more: a person gone from what is swept is found in them
DELETE FROM wh.setl_d WHERE psn_no = 'P50';
DELETE FROM medsup.finding WHERE psn_no = 'P50';
DELETE FROM medsup.finding_history WHERE psn_no = 'P50';
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
TRUNCATE wh.mdtrt_d;
INSERT INTO wh.mdtrt_d SELECT 'M' || i, 'P' || i % 100, '1', '1980-01-01', 'H' || i % 5, 'x', '02', '999900', '999901', '310', '11', NULL, NULL, '1' FROM generate_series(1, 300) i;
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
ALTER TABLE wh.fee_list_d DISABLE TRIGGER medsup_delete_fee_line;
CALL medsup.nightly();
SELECT changed_only, reasons FROM pg_temp.last_night();
SELECT medsup.unwatch_source('fee_line'), medsup.unwatch_source('encounter');
SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'medsup%';
SET ROLE regress_night_loader;
SELECT medsup.watch_source('fee_line', 'trigger');
RESET ROLE;
CREATE VIEW wh.line_view AS TABLE wh.fee_list_d;
SELECT medsup.unbind_source('fee_line', 'wh.fee_list_d'), medsup.bind_source('fee_line', 'wh.line_view');
SELECT medsup.watch_source('fee_line', 'trigger');

-- a sweep within little memory sees the same
CREATE TEMP TABLE seen AS SELECT * FROM medsup.sweep_persons(medsup.sweep_queries(), false);
UPDATE wh.line_view SET cnt = '7' WHERE psn_no LIKE '%7';
DELETE FROM wh.line_view WHERE psn_no = 'P18';
INSERT INTO wh.mdtrt_d (mdtrt_id, psn_no) SELECT 'N' || i, 'N' || i FROM generate_series(1, 3000) i;
BEGIN;
SELECT count(*), count(psn_no), md5(string_agg(psn_no, ' ' ORDER BY psn_no COLLATE "C")) FROM medsup.sweep_persons(medsup.sweep_queries(), false, 128);
SELECT sweep_persons FROM medsup.change_state;
SELECT count(*) FROM medsup.sweep_persons(medsup.sweep_queries(), false);
ROLLBACK;
SELECT count(*), count(psn_no), md5(string_agg(psn_no, ' ' ORDER BY psn_no COLLATE "C")) FROM medsup.sweep_persons(medsup.sweep_queries(), false);
SELECT count(*) FROM medsup.sweep_persons(medsup.sweep_queries(), false, 64);
-- and so do several processes, each of which adds up what it scans: columns as they are stored, of those that are bound
BEGIN;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL cpu_operator_cost = 1;
EXPLAIN (COSTS OFF) SELECT medsup.sweep_sum(1::bigint, 64, 0, 0::bigint, t.psn_no, medsup.row_digest(1, 'visits'::text, t.mdtrt_id, t.dscg_way, t.gend)) FROM medsup.src_encounter t;
SELECT count(*) FROM medsup.sweep_persons(medsup.sweep_queries(), false);
SELECT count(*) FROM medsup.sweep_persons(medsup.sweep_queries(), false, 64);
EXPLAIN (VERBOSE, COSTS OFF) SELECT medsup.row_digest(1, 'visits'::text, t.mdtrt_id, t.dscg_way, t.gend) FROM medsup.src_encounter t;
COMMIT;
DELETE FROM wh.mdtrt_d WHERE psn_no LIKE 'N%';
SELECT count(*), count(psn_no) FROM medsup.sweep_persons(medsup.sweep_queries(), false, 64);
SELECT medsup.row_digest(1, 'a'::text, NULL::text) = medsup.row_digest(1, NULL::text, 'a'::text) AS same, medsup.row_digest(1, 'ab'::text, 'c'::text) = medsup.row_digest(1, 'a'::text, 'bc'::text) AS same,
    medsup.row_digest(1, 1.50::numeric, now(), 7) = medsup.row_digest(1, 1.50::numeric, now(), 7) AS same,
    medsup.row_digest(1, 'a'::text) = medsup.row_digest(2, 'a'::text) AS same, medsup.row_digest(1, ''::text) = medsup.row_digest(1, NULL::text) AS same;
SELECT medsup.row_digest(1, VARIADIC ARRAY['a', 'b']);

DROP OWNED BY regress_night_loader;
DROP ROLE regress_night_loader;
\c contrib_regression
DROP DATABASE regress_medsup_night;
