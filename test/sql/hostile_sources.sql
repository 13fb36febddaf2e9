\set SHOW_CONTEXT never
-- mappings that are no expressions, values that do not cast, millions without a person
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_hostile;
\c regress_medsup_hostile
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
\set fixture :srcdir '/data/run_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
CREATE TABLE wh.victim (x int);
CREATE FUNCTION pg_temp.why(expr text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    d text;
BEGIN
    PERFORM medsup.bind_source('fee_line', 'wh.fee_list_d', jsonb_build_object('pric', expr));
    RETURN 'bound';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(E'\n', SQLSTATE, nullif(d, ''), CASE WHEN SQLSTATE <> 'MS902' THEN SQLERRM END);
END
$$;
SELECT pg_temp.why(e) FROM (VALUES
    (1, '1) AS x FROM wh.fee_list_d AS t; DROP TABLE wh.victim; SELECT (1'),
    (2, '1)) IS NULL; DROP TABLE wh.victim; SELECT ((1'),
    (3, '1); DROP TABLE wh.victim; --'),
    (4, '1) AS x FROM pg_catalog.pg_class UNION ALL SELECT (2'),
    (5, '1), (2'),
    (6, 'max(t.pric)'),
    (7, 'unnest(ARRAY[t.pric, t.pric])'),
    (8, 'row_number() OVER ()'),
    (9, 'a b'),
    (10, '1 / 0'),
    (11, '(SELECT max(v.x) FROM wh.victim v) -- a lookup is an expression'),
    (12, 't.pric')) v (n, e) ORDER BY n;
SELECT to_regclass('wh.victim') AS victim;
SELECT medsup.bind_source('fee_line', 'medsup.src_fee_line');

-- a cast that fails on a cell: neither the ledger nor the error quotes it
UPDATE wh.fee_list_d SET bilg_dr_code = 'Zhang San 1234' WHERE bkkp_sn = '5-1';
SELECT medsup.bind_source('fee_line', 'wh.fee_list_d', '{"bilg_dr_codg": "CASE WHEN t.bkkp_sn = ''5-1'' THEN t.bilg_dr_code::int::text END"}');
CALL medsup.run_audit(partitions => 1);
SELECT medsup.bind_source('fee_line', 'wh.fee_list_d', '{"fee_ocur_time": "t.bilg_dr_code::timestamp"}');
CALL medsup.run_audit('[2025-01-01, 2025-03-01)');
CALL medsup.nightly();
SELECT medsup.set_nightly('100 years');
CALL medsup.nightly();
SELECT kind, status, sqlstate, error FROM medsup.run ORDER BY run;
SELECT count(*) AS quoted FROM medsup.run WHERE error LIKE '%Zhang%';
SELECT state, detail FROM medsup.health() WHERE item = 'last_night';
SELECT medsup.error_text(s, 'text') FROM unnest('{MS203,53200,42501,22P02,23514,P0001,HV000}'::text[]) s;
SELECT medsup.set_nightly('1000000 years');
SELECT medsup.set_nightly(NULL);
SELECT medsup.bind_source('fee_line', 'wh.fee_list_d');

-- real keeps more than the six digits of its direct cast
CREATE TABLE wh.amounts AS SELECT bkkp_sn, mdtrt_id, setl_id, psn_no, fixmedins_code, fee_ocur_time, med_list_codg,
    1::real AS cnt, 123456.78::real AS pric, 'Infinity'::real AS det_item_fee_sumamt, NULL::real AS fulamt_ownpay_amt, 0.1::real AS inscp_amt
FROM wh.fee_list_d WHERE bkkp_sn = '1-1';
SELECT medsup.bind_source('fee_line', 'wh.amounts');
SELECT cnt, round(pric, 2) AS pric, det_item_fee_sumamt, fulamt_ownpay_amt, round(inscp_amt, 2) AS inscp_amt
FROM medsup.src_fee_line WHERE round(pric, 2) = 123456.78;
SELECT medsup.unbind_source('fee_line', 'wh.amounts');

-- typed columns at the ends of their types are unreadable, and end no run
CREATE TABLE wh.extreme (feedetl_sn int8, mdtrt_id text, setl_id text, psn_no text, fixmedins_code text, fee_ocur_time timestamptz,
    med_list_codg text, cnt float8, pric numeric, det_item_fee_sumamt numeric, fulamt_ownpay_amt real, inscp_amt float8);
INSERT INTO wh.extreme SELECT v.i, 'X1', 'X1', 'X1', 'H1', v.t, 'XG01AAA001A001010100001', v.c, 1, v.d, v.o, v.s FROM (VALUES
    (1, timestamptz '2025-01-02 00:00+00', 1e308, 1, 0, 1),
    (2, '2025-01-02 00:00+00', 1e-320, 1, 0, 1),
    (3, '294276-12-31 23:59:59+00', 1, 1, 0, 1),
    (4, '4713-01-01 00:00+00 BC', 1, 1, 0, 1),
    (5, '-infinity', 1, 1, 0, 1),
    (6, '2025-01-02 00:00+00', 1, ('9' || repeat('0', 3000))::numeric, 0, 1),
    (7, '2025-01-02 00:00+00', 1, '-Infinity', 'NaN', 'Infinity'),
    (8, '2025-01-02 00:00+00', 1, 1, 3e38, 1e300)) v (i, t, c, d, o, s);
CREATE TABLE wh.extreme_visit (mdtrt_id text, psn_no text, gend int, brdy date, fixmedins_code text, insutype int, med_type text, begntime date, endtime date);
INSERT INTO wh.extreme_visit VALUES ('X1', 'X1', 1, '5874897-12-31', 'H1', 310, '21', '4713-01-01 BC', 'infinity');
SELECT medsup.bind_source('fee_line', 'wh.extreme'), medsup.bind_source('encounter', 'wh.extreme_visit');
SELECT brdy, begntime, endtime FROM medsup.src_encounter WHERE mdtrt_id = 'X1';
SELECT feedetl_sn, fee_ocur_time, cnt > 1e9 AS large, det_item_fee_sumamt > 1e9 AS dear FROM medsup.src_fee_line WHERE mdtrt_id = 'X1' ORDER BY feedetl_sn;
CALL medsup.run_audit(partitions => 1);
SELECT s.feedetl_sn, s.reason FROM medsup.skipped_line s WHERE s.run = (SELECT max(run) FROM medsup.run) AND s.mdtrt_id = 'X1' ORDER BY 1;
SELECT medsup.unbind_source('fee_line', 'wh.extreme'), medsup.unbind_source('encounter', 'wh.extreme_visit');
SELECT medsup.bind_source('fee_line', 'wh.fee_list_d', '{"quantity": "t.cnt"}');

-- a view that is made anew is readable to those who need it, and to nobody else
CREATE ROLE regress_hostile_reviewer;
CREATE ROLE regress_hostile_operator;
SELECT medsup.grant_access('regress_hostile_reviewer', 'reviewer'), medsup.grant_access('regress_hostile_operator', 'operator');
SELECT medsup.bind_source('provider', 'wh.mdtrt_d'), medsup.unbind_source('provider', 'wh.mdtrt_d'), medsup.bind_source('provider', 'wh.mdtrt_d');
DROP VIEW medsup.src_fee_line;
SELECT medsup.rebind_sources();
SELECT r, v, has_table_privilege('regress_hostile_' || r, 'medsup.src_' || v, 'SELECT') AS reads
FROM unnest('{reviewer,operator}'::text[]) r, unnest('{provider,fee_line}'::text[]) v ORDER BY 1, 2;
SELECT medsup.unbind_source('provider', 'wh.mdtrt_d');
DROP OWNED BY regress_hostile_reviewer, regress_hostile_operator;
DROP ROLE regress_hostile_reviewer, regress_hostile_operator;

-- lines without a person go to the evaluator a few at a time, with their settlements
CREATE TABLE wh.nobody AS SELECT * FROM wh.fee_list_d WHERE mdtrt_id IN ('M1', 'M2', 'M295');
UPDATE wh.nobody SET bkkp_sn = 'n' || bkkp_sn, psn_no = '', setl_id = 'N' || setl_id;
CREATE TABLE wh.nobody_setl AS SELECT * FROM wh.setl_d WHERE setl_id IN ('S1', 'S2');
UPDATE wh.nobody_setl SET setl_id = 'N' || setl_id, psn_no = NULL, setl_time = '2026-07-01 10:00:00', vali_flag = CASE setl_id WHEN 'S2' THEN '0' ELSE '1' END;
SELECT medsup.bind_source('fee_line', 'wh.nobody'), medsup.bind_source('settlement', 'wh.nobody_setl');
CALL medsup.run_audit('[2026-07-01, 2026-08-01)', partitions => 2);
SELECT status, lines, lines_checked, lines_skipped FROM medsup.run ORDER BY run DESC LIMIT 1;
SELECT reason, count(*) FROM medsup.skipped_line WHERE run = (SELECT max(run) FROM medsup.run) GROUP BY 1 ORDER BY 1;
CALL medsup.run_audit();
SELECT status, lines, lines_checked, lines_skipped, lines_unsettled FROM medsup.run ORDER BY run DESC LIMIT 1;
\c contrib_regression
DROP DATABASE regress_medsup_hostile;
