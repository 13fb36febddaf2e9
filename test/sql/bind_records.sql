-- records beside visits, bills and lines: what their views read and complete
BEGIN;
SET datestyle = 'ISO';
CREATE SCHEMA rec;
CREATE TABLE rec.mdtrt_d (mdtrt_id text, psn_no text, gend text, brdy text, fixmedins_code text, insutype text, med_type text,
    begntime text, chfpdr_code text, adm_dept_codg text, die_date text, extra jsonb);
INSERT INTO rec.mdtrt_d VALUES
    ('M1', 'P1', '1', '1980-01-01', 'H1', '310', '21', '2025-03-01', 'D1', 'A03', '', '{"ward": "7B", "adm_way": "9"}'),
    ('M2', 'P2', '2', '1980-01-01', 'H1', '310', '21', '2025-03-01', NULL, NULL, '2025-03-09', '[1, 2]'),
    ('M3', 'P3', '2', '1980-01-01', 'H1', '310', '21', '2025-03-01', NULL, NULL, NULL, NULL);
SELECT medsup.bind_source('encounter', 'rec.mdtrt_d');
SELECT mdtrt_id, atddr_codg, adm_dept_codg, die_date, attributes FROM medsup.src_encounter ORDER BY mdtrt_id COLLATE "C";

-- death from the person, where the visit does not know it
CREATE TABLE rec.person (psn_no text, gend text, brdy text, die_date date);
INSERT INTO rec.person VALUES ('P1', '1', '1980-01-01', '2025-04-01'), ('P2', '2', '1980-01-01', '2025-03-10'),
    ('P3', '2', '1980-01-01', '2025-03-10'), ('P3', '2', '1980-01-01', '2025-03-11');
SELECT medsup.bind_source('person', 'rec.person');
SELECT mdtrt_id, die_date FROM medsup.src_encounter ORDER BY mdtrt_id COLLATE "C";

-- the settlement list: everything by name, who the person is left out, the list declared last
CREATE TABLE rec.list (mdtrt_id text, dcla_time text, psn_name text, certno text, adm_time text, nwb_bir_wt text, adm_way int, vali_flag text, setl_begn_date date);
INSERT INTO rec.list VALUES
    ('M1', '2025-03-02', ' ', NULL, '2025/3/1 8:05', '3200.50', 1, '1', '2025-03-01'),
    ('M1', '2025-03-05', '张三', '-', 'x', '1e3', 2, '1', '2025-03-02'),
    ('M1', '2025-03-09', '张三', '', '', '', 3, '0', NULL),
    ('M3', NULL, '李四', '1', NULL, NULL, NULL, NULL, NULL);
SELECT medsup.bind_source('settlement_list', 'rec.list');
SELECT mdtrt_id, attributes FROM medsup.src_encounter ORDER BY mdtrt_id COLLATE "C";
-- an object of the visit's own goes first; what is none says nothing
SELECT medsup.bind_source('encounter', 'rec.mdtrt_d', '{"attributes": "t.extra"}');
SELECT mdtrt_id, attributes FROM medsup.src_encounter ORDER BY mdtrt_id COLLATE "C";
SAVEPOINT s;
SELECT medsup.bind_source('encounter', 'rec.mdtrt_d', '{"attributes": "t.mdtrt_id"}');
ROLLBACK TO s;
SELECT count(ROW(s.*)::medsup.claim_encounter) FROM medsup.src_encounter s;
SELECT medsup.rebind_sources();
SELECT medsup.unbind_source('settlement_list', 'rec.list');
SELECT mdtrt_id, attributes FROM medsup.src_encounter ORDER BY mdtrt_id COLLATE "C";

-- the title of a line's doctor, by doctor and institution
CREATE TABLE rec.fee_list_d (feedetl_sn text, mdtrt_id text, setl_id text, psn_no text, fixmedins_code text, fee_ocur_time text,
    med_list_codg text, cnt text, pric text, det_item_fee_sumamt text, fulamt_ownpay_amt text, inscp_amt text,
    bilg_dr_code text, prd_days text, sin_dos numeric, drord_time text);
INSERT INTO rec.fee_list_d VALUES
    ('1', 'M1', 'S1', 'P1', 'H1', '2025-03-01', 'X', '1', '1', '1', '0', '1', 'D1', '7', 0.5, '2025-03-01 08:00'),
    ('2', 'M1', 'S1', 'P1', 'H2', '2025-03-01', 'X', '1', '1', '1', '0', '1', 'D1', 'x', NULL, 'noon'),
    ('3', 'M1', 'S1', 'P1', 'H1', '2025-03-01', 'X', '1', '1', '1', '0', '1', 'D2', NULL, NULL, NULL);
CREATE TABLE rec.staff (dr_code text, fixmedins_code text, pro_tech_duty text, vali_flag text);
INSERT INTO rec.staff VALUES ('D1', 'H1', '231', '1'), ('D1', 'H1', '232', '0'), ('D1', 'H2', '233', NULL),
    ('D2', 'H1', '231', '1'), ('D2', 'H1', '233', '1');
SELECT medsup.bind_source('fee_line', 'rec.fee_list_d');
SELECT medsup.bind_source('staff', 'rec.staff');
SELECT feedetl_sn, bilg_dr_codg, dr_pro_tech_duty, prd_days, sin_dos, drord_time FROM medsup.src_fee_line ORDER BY feedetl_sn COLLATE "C";
SELECT count(ROW(s.*)::medsup.claim_fee_line) FROM medsup.src_fee_line s;
SELECT medsup.unbind_source('staff', 'rec.staff');
SELECT count(dr_pro_tech_duty) FROM medsup.src_fee_line;

-- the hash of a visit covers its attributes: by name, whatever their order and kind
CREATE FUNCTION pg_temp.enc(attributes jsonb) RETURNS bytea LANGUAGE sql AS
$$ SELECT medsup.encounter_hash(jsonb_populate_record(NULL::medsup.claim_encounter, jsonb_build_object('mdtrt_id', 'M1', 'attributes', attributes))) $$;
SELECT pg_temp.enc('{"a": "1", "bb": "2"}') = pg_temp.enc('{"bb": 2, "a": 1, "c": null}') AS same,
    pg_temp.enc('{"a": "1"}') <> pg_temp.enc('{"a": "2"}') AS value, pg_temp.enc('{"a": "1"}') <> pg_temp.enc('{"b": "1"}') AS name,
    pg_temp.enc('{"a": true}') = pg_temp.enc('{"a": "true"}') AS boolean,
    pg_temp.enc('{"a": {"b": [1]}}') = pg_temp.enc('{"a": "{\"b\": [1]}"}') AS nested,
    pg_temp.enc('{}') <> pg_temp.enc(NULL) AS none;
-- by hand, from docs/formats.md: the visit, 21 columns that are NULL, the object
SELECT pg_temp.enc('{"zz": "4", "name": "值"}') = sha256('\x000000024d31'::bytea || decode(repeat('ffffffff', 21), 'hex')
    || '\x0000000132' || '\x00000004'::bytea || 'name'::bytea || '\x00000003e580bc' || '\x000000027a7a' || '\x0000000134') AS by_hand;
\set VERBOSITY terse
SAVEPOINT s;
SELECT pg_temp.enc('[1]');
ROLLBACK TO s;
-- other records
SELECT medsup.diagnosis_hash(ROW('M1', 'S1', 'P1', 'I20.0', '1', '1', '1', '2')) <> medsup.diagnosis_hash(ROW('M1', 'S1', 'P1', 'I20.0', '1', '1', '1', '1')) AS diagnosis,
    medsup.registration_hash(ROW('P1', 'M00100', '2025-01-01', NULL, NULL, NULL, '1'))
    = sha256('\x000000025031'::bytea || '\x00000006' || 'M00100'::bytea || '\x00000013' || '2025-01-01 00:00:00'::bytea
             || '\xffffffffffffffffffffffff' || '\x0000000131') AS registration,
    octet_length(medsup.operation_hash(jsonb_populate_record(NULL::medsup.claim_operation, '{"oprn_oprt_code": "36.0"}'))) AS operation;
ROLLBACK;
