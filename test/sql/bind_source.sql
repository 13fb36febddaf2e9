\set SHOW_CONTEXT never
-- binding a warehouse: by name, by alias, by mapping, all problems at once
SET client_min_messages = warning;
SET datestyle = 'ISO';
CREATE SCHEMA bind_wh;
SET search_path = bind_wh;
CREATE TABLE fee_list_d (
    bkkp_sn varchar, mdtrt_id varchar, setl_id varchar, psn_no varchar, fixmedins_code varchar,
    fee_ocur_time varchar, "MED_LIST_CODG" varchar, med_type varchar, cnt varchar, pric varchar,
    det_item_fee_sumamt varchar, fulamt_ownpay_amt varchar, inscp_scp_amt varchar,
    reim_prop varchar, hosp_appr_flag varchar, bilg_dr_code varchar, vali_flag varchar, pt varchar);
INSERT INTO fee_list_d VALUES
    ('1', 'M1', 'S1', 'P1', 'H1', '2025-03-01 08:00:00', E'X1\t', '01', '2', '10.5', '21.00', '0', '21', null, '01', 'D1', '1', 'x'),
    ('2', 'M1', '-', 'P1', 'H1', '08:00:00', 'X1', '1', '1e2', '10.5', '', 'null', '21', '0.8', '1', 'D1', '0', 'x'),
    ('3', 'M2', '', 'null', 'H1', '', '', '21', '', '1.000000', '1,5', '0.00', '21', '', '', '', '', 'x');
SELECT medsup.bind_source('fee_line', 'fee_list_d');
SELECT feedetl_sn, setl_id, psn_no, fee_ocur_time, med_list_codg, med_type, cnt, pric, det_item_fee_sumamt,
    fulamt_ownpay_amt, inscp_amt, reim_prop, hosp_appr_flag, rx_circ_flag, bilg_dr_codg, vali_flag
FROM medsup.src_fee_line ORDER BY feedetl_sn COLLATE "C";

-- the same lines in a typed table say the same
CREATE TYPE flag AS ENUM ('0', '1');
CREATE DOMAIN money_amt AS numeric(16,2);
CREATE TABLE typed (
    feedetl_sn bigint, mdtrt_id char(10), setl_id text, psn_no numeric(20,0), fixmedins_code name,
    fee_ocur_time timestamptz, med_list_codg text, med_type smallint, cnt double precision, pric numeric(16,6),
    det_item_fee_sumamt money_amt, fulamt_ownpay_amt numeric, inscp_amt int,
    hosp_appr_flag numeric(3,1), rx_circ_flag boolean, etip_flag flag, dscg_tkdrug_flag "char", vali_flag boolean);
INSERT INTO typed VALUES
    (10, 'M1', 'S1', 101, 'H1', '2025-03-01 00:00:00+00', 'X1', 1, 2.5, 10.5, 21, 0, 21, 1.0, true, '1', '1', true),
    (11, 'M1', 'S1', 101, 'H1', 'infinity', 'X1', 21, 'Infinity', 'NaN', null, '-Infinity', 3, null, null, null, null, false);
SELECT medsup.bind_source('fee_line', 'typed');
SET TimeZone = 'America/New_York';
SELECT feedetl_sn, mdtrt_id, psn_no, fixmedins_code, to_char(fee_ocur_time, 'YYYY-MM-DD HH24:MI:SS') AS civil, fee_ocur_time = '-infinity' AS unreadable,
    med_type, cnt, pric, det_item_fee_sumamt, fulamt_ownpay_amt, inscp_amt, hosp_appr_flag, rx_circ_flag, etip_flag, dscg_tkdrug_flag, vali_flag
FROM medsup.src_fee_line WHERE length(feedetl_sn) = 2 ORDER BY feedetl_sn COLLATE "C";
RESET TimeZone;

-- by mapping, and with a condition of the DBA's own through a view
CREATE TABLE local_lines (id int, visit text, bill text, person text, hospital text, day date, clock time,
    code text, qty numeric, price numeric, total numeric, own numeric, insured numeric);
INSERT INTO local_lines VALUES (100, 'M1', 'S1', 'P1', 'H1', '2025-03-02', '10:00', 'X1', 3, 4, 12, 0, 12);
CREATE VIEW local_view AS SELECT * FROM local_lines WHERE total > 0;
SELECT medsup.bind_source('fee_line', 'local_view', '{
    "bkkp_sn": "t.id", "MDTRT_ID": "t.visit", "setl_id": "bill", "psn_no": "person", "fixmedins_code": "hospital",
    "fee_ocur_time": "t.day + t.clock", "med_list_codg": "code", "cnt": "qty", "pric": "price -- per unit",
    "det_item_fee_sumamt": "total", "fulamt_ownpay_amt": "own", "inscp_amt": "insured", "vali_flag": "NULL"}');
SELECT feedetl_sn, fee_ocur_time, cnt, det_item_fee_sumamt, vali_flag FROM medsup.src_fee_line WHERE feedetl_sn = '100';
SELECT kind, required, relation, state, problem, bound_columns, missing_columns, zone
FROM medsup.sources WHERE kind IN ('fee_line', 'settlement') ORDER BY kind, relation::text COLLATE "C";

-- one error for everything that is wrong
CREATE TABLE wrong (mdtrt_id point, psn_no text, fee_ocur_time time, cnt date, setl_id text[]);
SELECT medsup.bind_source('fee_line', 'wrong',
    '{"pric": "a b", "med_list_codg": "t.no_such", "inscp_amt": "1 AS y, 2", "fixmedins_code": "t.psn_no",
      "xx": "1", "bkkp_sn": "1", "feedetl_sn": "2", "med_type": 3, "vali_flag": ""}');
SELECT medsup.bind_source('diagnosis', 'wrong');
SELECT medsup.bind_source('bills', 'wrong');
SELECT medsup.bind_source(NULL, 'wrong');
SELECT medsup.bind_source('fee_line', NULL);
SELECT medsup.bind_source('fee_line', 'wrong', '[]');
SELECT medsup.bind_source('fee_line', 'wrong', NULL);
SELECT medsup.bind_source('fee_line', 'no_such_table');
CREATE INDEX wrong_idx ON wrong (psn_no);
SELECT medsup.bind_source('fee_line', 'wrong_idx');
CREATE TEMP TABLE temp_lines (LIKE fee_list_d);
DO $$ BEGIN PERFORM medsup.bind_source('fee_line', 'temp_lines'); EXCEPTION WHEN OTHERS THEN
    RAISE INFO '% %', SQLSTATE, regexp_replace(SQLERRM, 'temp_[0-9]+', 'temp_N'); END $$;
SELECT medsup.unbind_source('fee_line', 'wrong');
SELECT count(*) FROM medsup.source_binding;

-- partitioned, row security, materialized and foreign tables
CREATE TABLE parts (LIKE fee_list_d) PARTITION BY LIST (pt);
CREATE TABLE parts_x PARTITION OF parts FOR VALUES IN ('x');
INSERT INTO parts SELECT * FROM fee_list_d;
SELECT medsup.bind_source('fee_line', 'parts');
CREATE MATERIALIZED VIEW mat AS SELECT * FROM fee_list_d;
SELECT medsup.bind_source('fee_line', 'mat');
SELECT count(*) FROM medsup.src_fee_line;
SELECT medsup.unbind_source('fee_line', 'parts');
SELECT medsup.unbind_source('fee_line', 'mat');
SELECT medsup.unbind_source('fee_line', 'local_view');
SELECT medsup.unbind_source('fee_line', 'typed');
SELECT count(*) FROM medsup.src_fee_line;

-- a visit's gaps are filled from the master data, where these are unambiguous
CREATE TABLE mdtrt_d (mdtrt_id text, psn_no text, gend text, brdy text, fixmedins_code text, hosp_lv int, fix_blng_admdvs text,
    insutype text, med_type text, begntime text, endtime text, vali_flag text);
INSERT INTO mdtrt_d VALUES
    ('M1', 'P1', NULL, '1980-05-06', 'H1', 2, '990000', '310', '11', '2025-03-01 08:00:00', '2025-03-01 09:00:00', '1'),
    ('M2', 'P2', '2', '', 'H1', NULL, NULL, '0390', '21', '2025-03-01', NULL, '1'),
    ('M3', 'P3', NULL, NULL, 'H2', NULL, NULL, '390', '21', '2025-03-01', NULL, '1'),
    ('M4', 'P4', NULL, NULL, 'H3', NULL, NULL, '390', '21', '2025-03-01', NULL, '1');
CREATE TABLE fixmedins_b (fixmedins_code text, fixmedins_name text, hosp_lv text, medins_type text, admdvs text, begndate date, vali_flag text);
INSERT INTO fixmedins_b VALUES
    ('H1', '示例一院', '03', 'eye', '990100', '2020-01-01', '1'), ('H1', '示例旧名', '09', NULL, '990100', '2010-01-01', '0'),
    ('H2', '示例二院', '05', NULL, '990200', '2020-01-01', '1'), ('H2', '示例二院', '06', NULL, '990200', '2024-01-01', '1');
CREATE TABLE psn_info_b (psn_no text, gend text, brdy text);
INSERT INTO psn_info_b VALUES ('P1', '1', '1981-01-01'), ('P2', '1', '1990-01-01'), ('P3', '2', '2000-02-30'), ('P4', '1', '2001-01-01'), ('P4', '1', '2002-01-01');
SELECT medsup.bind_source('encounter', 'mdtrt_d');
SELECT mdtrt_id, gend, brdy, fixmedins_name, hosp_lv, medins_type, fix_blng_admdvs, insutype, med_type, begntime FROM medsup.src_encounter ORDER BY mdtrt_id COLLATE "C";
SELECT medsup.bind_source('provider', 'fixmedins_b');
SELECT medsup.bind_source('person', 'psn_info_b');
SELECT mdtrt_id, gend, brdy, fixmedins_name, hosp_lv, medins_type, fix_blng_admdvs, insutype, med_type, begntime FROM medsup.src_encounter ORDER BY mdtrt_id COLLATE "C";
SELECT medsup.unbind_source('provider', 'fixmedins_b');
SELECT medsup.unbind_source('person', 'psn_info_b');
SELECT mdtrt_id, gend, brdy, fixmedins_name, hosp_lv FROM medsup.src_encounter ORDER BY mdtrt_id COLLATE "C";

-- two relations of one kind, one of them with fewer columns
CREATE TABLE setl_d (setl_id text, mdtrt_id text, psn_no text, init_setl_id text, refd_setl_flag text, setl_time text, fund_pay_sumamt text, hifp_pay text);
CREATE TABLE outmed_setl_d (setl_id bigint, mdtrt_id text, psn_no text, init_setl_id text, refd_setl_flag smallint, setl_time timestamp, fund_pay_sumamt numeric(16,2), acct_pay numeric(16,2));
INSERT INTO setl_d VALUES ('S1', 'M1', 'P1', '', '0', '2025-03-01 10:00:00', '10', '10.00');
INSERT INTO outmed_setl_d VALUES (2, 'M2', 'P2', NULL, 0, '2025-03-02', 5, 1);
SELECT medsup.bind_source('settlement', 'setl_d');
SELECT medsup.bind_source('settlement', 'outmed_setl_d');
SELECT setl_id, init_setl_id, refd_setl_flag, setl_time, fund_pay_sumamt, hifp_pay, acct_pay FROM medsup.src_settlement ORDER BY setl_id COLLATE "C";
-- the record types take the views' columns as they stand
SELECT count(ROW(s.*)::medsup.claim_settlement) FROM medsup.src_settlement s;
SELECT count(ROW(s.*)::medsup.claim_encounter) FROM medsup.src_encounter s;
SELECT count(ROW(s.*)::medsup.claim_fee_line) FROM medsup.src_fee_line s;
SELECT sc.kind, string_agg(sc.column_name || ' ' || sc.reads, ', ' ORDER BY sc.ordinal)
    = string_agg(a.attname || ' ' || CASE format_type(a.atttypid, -1) WHEN 'timestamp without time zone' THEN 'time'
        WHEN 'numeric' THEN 'number' WHEN 'jsonb' THEN 'object' ELSE CASE sc.reads WHEN 'dict' THEN 'dict' ELSE 'text' END END, ', ' ORDER BY a.attnum) AS same
FROM medsup.source_column sc
JOIN pg_attribute a ON a.attrelid = to_regclass('medsup.claim_' || CASE sc.kind WHEN 'chronic_reg' THEN 'registration' ELSE sc.kind END)
    AND a.attnum = sc.ordinal
WHERE sc.kind IN ('encounter', 'settlement', 'fee_line', 'diagnosis', 'operation', 'chronic_reg')
GROUP BY sc.kind ORDER BY sc.kind COLLATE "C";

-- drift
ALTER TABLE setl_d ALTER COLUMN setl_time TYPE timestamp USING NULL;
ALTER TABLE setl_d DROP COLUMN hifp_pay CASCADE;
ALTER TABLE setl_d ALTER COLUMN setl_time TYPE timestamp USING setl_time::timestamp;
SELECT * FROM medsup.source_drift() ORDER BY 1, 2, 3;
SELECT relation, state, problem FROM medsup.sources WHERE kind = 'settlement' ORDER BY relation::text COLLATE "C";
SELECT medsup.rebind_sources();
SELECT * FROM medsup.source_drift();
-- a table replaced by another one of its name
CREATE TABLE fee_list_new (LIKE fee_list_d);
DROP TABLE fee_list_d CASCADE;
SELECT * FROM medsup.source_drift() ORDER BY 1, 2, 3;
DO $$ BEGIN PERFORM medsup.rebind_sources(); EXCEPTION WHEN OTHERS THEN
    RAISE INFO '% %', SQLSTATE, SQLERRM; END $$;
BEGIN;
SELECT medsup.unbind_source(kind, relation) FROM medsup.source_binding WHERE kind = 'fee_line';
SELECT state FROM medsup.sources WHERE kind = 'fee_line';
ROLLBACK;
ALTER TABLE fee_list_new RENAME TO fee_list_d;
SELECT medsup.rebind_sources();
SELECT count(*) FROM medsup.src_fee_line;
SELECT * FROM medsup.source_drift();
-- row security is said
CREATE ROLE regress_bind_owner;
GRANT USAGE, CREATE ON SCHEMA bind_wh TO regress_bind_owner;
SET ROLE regress_bind_owner;
CREATE TABLE secured (psn_no text, gend text, brdy date);
ALTER TABLE secured ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
RESET ROLE;
SELECT medsup.bind_source('person', 'secured');
GRANT USAGE, CREATE ON SCHEMA medsup TO regress_bind_owner;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA medsup TO regress_bind_owner;
GRANT ALL ON medsup.source_binding TO regress_bind_owner;
GRANT SELECT ON ALL TABLES IN SCHEMA medsup TO regress_bind_owner;
SELECT medsup.unbind_source('person', 'secured');
SELECT medsup.unbind_source('encounter', 'mdtrt_d');
SET ROLE regress_bind_owner;
SELECT medsup.bind_source('person', 'secured');
RESET ROLE;
SELECT medsup.unbind_source('person', 'secured');
-- clean up
SELECT medsup.unbind_source(kind, relation) FROM medsup.source_binding;
SELECT count(*) FROM pg_class WHERE relnamespace = 'medsup'::regnamespace AND relname ~ '^src_';
DROP SCHEMA bind_wh CASCADE;
DROP OWNED BY regress_bind_owner;
DROP ROLE regress_bind_owner;
