-- The checks of records that are shipped: each can be compiled, and each group
-- finds its fault and lets what only looks like one pass.
\pset null -
SET client_min_messages = warning;
BEGIN;
SELECT rule_code, pg_catalog.count(*) AS checks FROM medsup.record_checks() GROUP BY rule_code ORDER BY rule_code COLLATE "C";
SELECT entry_code, medsup.check_expression(condition, 'boolean') AS condition, medsup.check_expression(access, 'boolean') AS access
FROM medsup.record_checks()
WHERE medsup.check_expression(condition, 'boolean') IS NOT NULL OR medsup.check_expression(access, 'boolean') IS NOT NULL;
SELECT medsup.load_record_checks() AS loaded;
SELECT medsup.load_record_checks() AS again;
-- two wait for numbers of the bureau
SELECT entry_code, missing FROM medsup.unset_entry WHERE entry_code LIKE 'RC-%' ORDER BY entry_code COLLATE "C";
SELECT medsup.set_parameter('upload_delay_hours', '48', 'test');
SELECT medsup.set_parameter('low_admission_test_share', '0.5', 'test');
SELECT medsup.set_parameter('test_before_admission_days', '3', 'test');
CREATE TEMP TABLE book AS SELECT medsup.compile_rulebook() AS b;

CREATE FUNCTION pg_temp.enc(more jsonb DEFAULT '{}') RETURNS medsup.claim_encounter[] LANGUAGE sql AS $$
SELECT ARRAY[jsonb_populate_record(NULL::medsup.claim_encounter, '{"mdtrt_id": "M1", "psn_no": "P1", "gend": "1",
    "brdy": "1980-05-05", "fixmedins_code": "H1", "hosp_lv": "02", "insutype": "310", "med_type": "21",
    "begntime": "2026-03-01 08:00", "endtime": "2026-03-08 10:00", "vali_flag": "1"}' || more)]
$$;
CREATE FUNCTION pg_temp.line(sn text, more jsonb DEFAULT '{}') RETURNS medsup.claim_fee_line LANGUAGE sql AS $$
SELECT jsonb_populate_record(NULL::medsup.claim_fee_line, jsonb_build_object('feedetl_sn', sn) || '{"mdtrt_id": "M1", "psn_no": "P1",
    "setl_id": "S1", "fee_ocur_time": "2026-03-02 09:30", "med_list_codg": "003107010220000", "cnt": 2, "pric": 10,
    "det_item_fee_sumamt": 20, "inscp_amt": 20, "fulamt_ownpay_amt": 0, "vali_flag": "1"}' || more)
$$;
CREATE FUNCTION pg_temp.setl() RETURNS medsup.claim_settlement[] LANGUAGE sql AS $$
SELECT ARRAY[jsonb_populate_record(NULL::medsup.claim_settlement, '{"setl_id": "S1", "mdtrt_id": "M1", "vali_flag": "1",
    "setl_time": "2026-03-08 11:00", "clr_way": "1", "hifp_pay": 10}')]
$$;
CREATE FUNCTION pg_temp.dx(VARIADIC codes text[]) RETURNS medsup.claim_diagnosis[] LANGUAGE sql AS $$
SELECT array_agg(jsonb_populate_record(NULL::medsup.claim_diagnosis, jsonb_build_object('mdtrt_id', 'M1', 'diag_code', c, 'diag_type', '1',
    'maindiag_flag', CASE WHEN i = 1 THEN '1' ELSE '0' END, 'vali_flag', '1')) ORDER BY i) FROM unnest(codes) WITH ORDINALITY AS u (c, i)
$$;
CREATE FUNCTION pg_temp.op(code text, more jsonb DEFAULT '{}') RETURNS medsup.claim_operation LANGUAGE sql AS $$
SELECT jsonb_populate_record(NULL::medsup.claim_operation, jsonb_build_object('mdtrt_id', 'M1', 'oprn_oprt_code', code) ||
    '{"main_oprn_flag": "1", "oprn_oprt_date": "2026-03-02", "vali_flag": "1"}' || more)
$$;
-- what is found, as entry codes
CREATE FUNCTION pg_temp.found(enc medsup.claim_encounter[], lines medsup.claim_fee_line[],
    dx medsup.claim_diagnosis[] DEFAULT pg_temp.dx('I10.x00'), ops medsup.claim_operation[] DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
SELECT pg_catalog.string_agg(v.entry_code OPERATOR(pg_catalog.||) COALESCE(' ' OPERATOR(pg_catalog.||) v.feedetl_sn, ''), ', ' ORDER BY v.entry_code COLLATE "C", v.feedetl_sn COLLATE "C")
FROM book, medsup.evaluate(b, NULL, NULL, enc, pg_temp.setl(), lines, dx, ops, '{}') v WHERE v.what = 'F'
$$;

-- nothing wrong, and no settlement list: nothing is said about it
SELECT pg_temp.found(pg_temp.enc(), ARRAY[pg_temp.line('1')]) AS clean;

-- 35: a full settlement list is clean; then one thing after the other
CREATE TEMP TABLE list AS SELECT '{"psn_name": "1", "gend": "1", "brdy": "1980-05-05 00:00:00", "ntly": "CHN", "naty": "01",
    "patn_cert_type": "01", "certno": "1", "prfs": "11", "curr_addr": "1", "coner_name": "1", "patn_rlts": "01", "coner_tel": "1",
    "hi_type": "310", "insuplc": "510100", "medcasno": "1", "ipt_med_type": "1", "adm_way": "2", "adm_time": "2026-03-01 08:00:00",
    "adm_caty": "03", "dscg_time": "2026-03-08 10:00:00", "dscg_caty": "03", "act_ipt_days": "7", "dscg_way": "1", "chfpdr_name": "1",
    "setl_begn_date": "2026-03-01 00:00:00", "setl_end_date": "2026-03-08 00:00:00", "hi_paymtd": "1", "age": "45", "poscode": "610041",
    "diag_code_cnt": "1", "oprn_oprt_code_cnt": "0", "pwcry_bfadm_coma_dura": "0/24/00"}'::jsonb AS good;
SELECT f.fault, pg_temp.found(pg_temp.enc(jsonb_build_object('attributes', good || f.fault)), ARRAY[pg_temp.line('1')]) AS found
FROM list, (VALUES
    (1, '{}'::jsonb),
    (2, '{"psn_name": null}'), (3, '{"certno": ""}'), (4, '{"hi_paymtd": "-"}'),
    (5, '{"gend": "2"}'), (6, '{"gend": "3"}'), (7, '{"brdy": "-infinity"}'),
    (8, '{"age": "46"}'), (9, '{"age": "47"}'), (10, '{"age": "151"}'),
    (11, '{"nwb_bir_wt": "200", "nwb_adm_wt": "20000"}'), (12, '{"nwb_bir_wt": "199.9", "nwb_adm_wt": "20000.1"}'),
    (13, '{"nwb_age": "366"}'), (14, '{"poscode": "61004"}'), (15, '{"poscode": "61004A"}'),
    (16, '{"wm_dise_code": "I10.x00"}'), (17, '{"wm_dise_code": "高血压"}'),
    (18, '{"pwcry_bfadm_coma_dura": "1/25/00"}'), (19, '{"pwcry_afadm_coma_dura": "2小时"}'), (20, '{"pwcry_afadm_coma_dura": "12/09/30"}'),
    (21, '{"act_ipt_days": "8"}'), (22, '{"act_ipt_days": "9"}'), (23, '{"act_ipt_days": "0"}'),
    (24, '{"diag_code_cnt": "2", "oprn_oprt_code_cnt": "1"}'),
    (25, '{"lv1_nurscare_days": "4", "scd_nurscare_days": "4"}'), (26, '{"lv1_nurscare_days": "4", "scd_nurscare_days": "5"}'),
    (27, '{"bld_cat": "1", "bld_amt": "0"}'), (28, '{"bld_amt": "0"}'),
    (29, '{"dscg_time": "2026-02-28 10:00:00"}'), (30, '{"adm_time": "2026-03-02 08:00:00"}'),
    (31, '{"setl_end_date": "2026-02-28 00:00:00"}')
) AS f (n, fault) ORDER BY n;

-- 36, 41, 42: lines
SELECT f.fault, pg_temp.found(pg_temp.enc(), ARRAY[pg_temp.line('1', f.fault)]) AS found
FROM (VALUES
    (1, '{"det_item_fee_sumamt": 20.01}'::jsonb), (2, '{"det_item_fee_sumamt": 20.02}'), (3, '{"pric": 3.3333, "cnt": 3, "det_item_fee_sumamt": 10, "inscp_amt": 10}'),
    (4, '{"inscp_amt": 21}'), (5, '{"inscp_amt": 10, "fulamt_ownpay_amt": 11}'),
    (6, '{"med_chrgitm_type": "14", "chrgitm_lv": "03"}'), (7, '{"med_chrgitm_type": "15", "chrgitm_lv": "9"}'), (8, '{"med_chrgitm_type": "00"}'), (9, '{"med_chrgitm_type": "0801"}'),
    (10, '{"reim_prop": 100}'), (11, '{"reim_prop": 101}'),
    (12, '{"upld_time": "2026-03-04 09:30"}'), (13, '{"upld_time": "2026-03-04 09:31"}'),
    (14, '{"fee_ocur_time": "2026-03-08 23:59"}'), (15, '{"fee_ocur_time": "2026-03-09 00:01"}'),
    (16, '{"fee_ocur_time": "2026-02-26 09:00"}'), (17, '{"fee_ocur_time": "2026-02-25 09:00"}')
) AS f (n, fault) ORDER BY n;
-- an outpatient visit has no discharge to be late for
SELECT pg_temp.found(pg_temp.enc('{"med_type": "11"}'), ARRAY[pg_temp.line('1', '{"fee_ocur_time": "2026-03-09 09:00", "dscg_tkdrug_flag": "1"}')]) AS outpatient;

-- 37 to 40, 54, 55: diagnoses and operations
SELECT f.gend, f.dx, f.ops, pg_temp.found(pg_temp.enc(jsonb_build_object('gend', f.gend)), ARRAY[pg_temp.line('1')], pg_temp.dx(VARIADIC f.dx),
    (SELECT array_agg(pg_temp.op(o)) FROM unnest(f.ops) AS o)) AS found
FROM (VALUES
    (1, '1', '{I10.x00,?}'::text[], '{}'::text[]), (2, '1', '{I10.x00}', '{36.0600}'), (3, '1', '{I10.x00}', '{x}'),
    (4, '1', '{I10.x00}', '{36.0600,36.0700}'),
    (5, '1', '{I10.x00}', '{68.4100}'), (6, '2', '{I10.x00}', '{68.4100}'), (7, '2', '{I10.x00}', '{60.5x00}'), (8, '1', '{I10.x00}', '{60.5x00}'),
    (9, '2', '{I10.x00}', '{74.1x01}'), (10, '2', '{O82.000}', '{74.1x01}'), (11, '2', '{Z37.000}', '{74.1x01}'),
    (12, '1', '{C53.900}', '{}'), (13, '2', '{C53.900}', '{}'), (14, '2', '{C61.x00}', '{}'), (15, '1', '{C61.x00}', '{}'), (16, '9', '{C61.x00}', '{}'),
    (17, '1', '{Z38.000}', '{}'), (18, '1', '{R54.x00}', '{}')
) AS f (n, gend, dx, ops) ORDER BY n;
SELECT pg_temp.found(pg_temp.enc('{"brdy": "2025-03-02"}'), ARRAY[pg_temp.line('1')], pg_temp.dx('Z38.000')) AS infant,
       pg_temp.found(pg_temp.enc('{"brdy": "2024-03-01"}'), ARRAY[pg_temp.line('1')], pg_temp.dx('R95.x00', 'R54.x00')) AS two_years;
-- times of an operation: within the stay, ending before it begins, outside
SELECT f.more, pg_temp.found(pg_temp.enc(), ARRAY[pg_temp.line('1')], ops => ARRAY[pg_temp.op('36.0600', f.more)]) AS found
FROM (VALUES
    (1, '{"oprn_oprt_begntime": "2026-03-02 09:00", "oprn_oprt_endtime": "2026-03-02 11:00", "anst_begntime": "2026-03-01 08:30", "anst_endtime": "2026-03-08 10:00"}'::jsonb),
    (2, '{"oprn_oprt_begntime": "2026-03-02 09:00", "oprn_oprt_endtime": "2026-03-02 08:59"}'),
    (3, '{"oprn_oprt_date": "2026-02-28"}'), (4, '{"oprn_oprt_date": "2026-03-01"}'), (5, '{"anst_endtime": "2026-03-08 10:01"}')
) AS f (n, more) ORDER BY n;
-- 53: mostly tests, unless there was an operation; exactly the share is not beyond
SELECT f.test, pg_temp.found(pg_temp.enc(), ARRAY[
    pg_temp.line('1', jsonb_build_object('med_chrgitm_type', '03', 'cnt', f.test, 'pric', 1, 'det_item_fee_sumamt', f.test, 'inscp_amt', f.test)),
    pg_temp.line('2', '{"med_chrgitm_type": "05", "cnt": 50, "pric": 1, "det_item_fee_sumamt": 50, "inscp_amt": 50}')], ops => f.ops) AS found
FROM (VALUES (50, '{}'::medsup.claim_operation[]), (51, '{}'), (51, ARRAY[pg_temp.op('36.0600')])) AS f (test, ops);
-- how a finding explains itself; what is not known is counted as such
SELECT v.feedetl_sn, v.result_type, v.limit_value, v.actual_value, v.vola_amt, v.exceptions_tested
FROM book, medsup.evaluate(b, NULL, NULL, pg_temp.enc(), pg_temp.setl(), ARRAY[pg_temp.line('1', '{"det_item_fee_sumamt": 21}')], NULL, NULL, NULL) v
WHERE v.what = 'F';
SELECT v.rule_code, v.outcome, v.reason, v.lines
FROM book, medsup.evaluate(b, NULL, NULL, pg_temp.enc('{"gend": null}'), pg_temp.setl(), ARRAY[pg_temp.line('1')], NULL, NULL, NULL) v
WHERE v.what = 'T' ORDER BY v.rule_code COLLATE "C" NULLS FIRST, v.outcome COLLATE "C";
ROLLBACK;
