-- What claims hold beside lines and their visits: diagnoses, registrations,
-- further fields of visits, settlements and lines.  A quarter of the persons
-- has no source of each kind of record.

ALTER TABLE batch.person ADD has_diagnoses boolean, ADD has_registrations boolean, ADD history_from timestamp;
UPDATE batch.person SET has_diagnoses = oracle.r(4, s || 'diagnoses') <> 0, has_registrations = oracle.r(4, s || 'registrations') <> 0,
    history_from = CASE oracle.r(5, s || 'history') WHEN 0 THEN base + 1 + interval '8 hours' END;

ALTER TABLE batch.encounter ADD draw text;
UPDATE batch.encounter SET draw = :'seed' || mdtrt_id || 'R';
ALTER TABLE batch.settlement ADD draw text;
UPDATE batch.settlement SET draw = :'seed' || setl_id || 'R';
ALTER TABLE batch.line ADD draw text;
UPDATE batch.line SET draw = :'seed' || mdtrt_id || '/' || n || 'R';

UPDATE batch.encounter e SET
    med_type = coalesce(oracle.pick('{NULL,NULL,NULL,NULL,NULL,NULL,1101,2199,14,41,15,none}', draw || 'med'), e.med_type),
    fixmedins_code = CASE oracle.r(8, draw || 'pharmacy') WHEN 0 THEN 'P5101' ELSE e.fixmedins_code END,
    dise_no = oracle.pick('{M001,M001,M00102,M0023,NULL}', draw || 'dise'),
    matn_stas = oracle.pick('{0,1,NULL}', draw || 'matn'),
    dscg_way = oracle.pick('{1,1,2,NULL}', draw || 'dscg'),
    die_date = CASE oracle.r(5, p.s || 'dies') WHEN 0 THEN (p.base + oracle.r(6, draw || 'died'))::text::timestamp END,
    attributes = CASE oracle.r(3, draw || 'list') WHEN 0 THEN NULL
                 ELSE jsonb_strip_nulls(jsonb_build_object('nwb_bir_wt', oracle.pick('{3000,150,heavy,NULL}', draw || 'weight'), 'adm_way', oracle.pick('{1,7,-,NULL}', draw || 'way'))) END
FROM batch.person p
WHERE p.c = e.c;
UPDATE batch.encounter SET med_type = NULL WHERE med_type = 'none';
-- some are in hospital once and again
UPDATE batch.encounter e SET med_type = '21', begntime = x.begin,
    endtime = CASE WHEN e.endtime IS NOT NULL THEN x.begin + interval '1 day' * oracle.r(5, draw || 'stays') + interval '2 hours' END
FROM (SELECT o.mdtrt_id, o.begntime + interval '1 day' * (o.visit - 1) * oracle.r(4, p.s || 'pause') AS begin
      FROM batch.encounter o JOIN batch.person p USING (c) WHERE oracle.r(4, p.s || 'again') = 0) AS x
WHERE x.mdtrt_id = e.mdtrt_id;

UPDATE batch.settlement s SET
    med_type = oracle.pick('{NULL,NULL,NULL,NULL,NULL,NULL,21,11}', draw || 'med'),
    hifp_pay = CASE oracle.r(12, draw || 'hifp') WHEN 0 THEN NULL WHEN 1 THEN 'NaN' WHEN 2 THEN 33.33 ELSE s.hifp_pay END,
    hifmi_pay = CASE WHEN s.hifp_pay = 0 OR oracle.r(3, draw || 'hifmi') <> 0 THEN NULL ELSE 7.01 END,
    maf_pay = CASE oracle.r(3, draw || 'maf') WHEN 0 THEN 0 END,
    acct_mulaid_pay = CASE oracle.r(3, draw || 'family') WHEN 0 THEN 5.55 WHEN 1 THEN 0 END,
    inscp_amt = (ARRAY[NULL, NULL, 50, 500, 1000])[1 + oracle.r(5, draw || 'inscp')];
UPDATE batch.settlement s SET hifp_pay = NULL, hifmi_pay = NULL, maf_pay = NULL WHERE oracle.r(6, :'seed' || setl_id || 'sum') = 0;

UPDATE batch.line l SET
    fixmedins_code = (SELECT e.fixmedins_code FROM batch.encounter e WHERE e.mdtrt_id = l.mdtrt_id),
    med_type = oracle.pick('{NULL,NULL,NULL,NULL,NULL,NULL,NULL,11,13,21}', draw || 'med'),
    rx_circ_flag = oracle.pick('{0,0,NULL,1}', draw || 'rx'),
    rx_hosp_lv = oracle.pick('{02,08,zz,NULL}', draw || 'rxlv'),
    reim_prop = (ARRAY[NULL, NULL, NULL, 0.8, 80, 0.333333, 1.5, 'NaN'::numeric])[1 + oracle.r(8, draw || 'prop')],
    dscg_tkdrug_flag = oracle.pick('{0,0,1,NULL}', draw || 'take'),
    etip_flag = oracle.pick('{0,0,1,NULL}', draw || 'etip'),
    bilg_dr_codg = CASE oracle.r(15, draw || 'two') WHEN 0 THEN 'D1,D2' ELSE l.bilg_dr_codg END,
    pric = CASE WHEN l.cnt > 0 AND oracle.r(12, draw || 'priced') = 0 THEN (ARRAY[NULL, 0, 'NaN'::numeric])[1 + oracle.r(3, draw || 'price')] ELSE l.pric END;

CREATE TABLE batch.diagnosis AS
SELECT e.c, r.*
FROM batch.encounter e, generate_series(1, 4) AS i,
LATERAL (SELECT :'seed' || e.mdtrt_id || 'D' || i AS s) AS d,
LATERAL jsonb_populate_record(NULL::medsup.claim_diagnosis, jsonb_build_object(
    'mdtrt_id', CASE WHEN oracle.r(8, d.s || 'bill') <> 0 THEN e.mdtrt_id END,
    'setl_id', CASE WHEN oracle.r(8, d.s || 'bill') < 2 THEN format('%s-S%s', e.mdtrt_id, 1 + oracle.r(2, d.s || 'which')) END,
    'psn_no', e.psn_no,
    'diag_code', oracle.pick('{I21.000,I21.900,I20.000,I25.100,E11.200x011+N08.3*,N08.300*,C50.900,Z51.100,no code,NULL}', d.s || 'code'),
    'diag_type', oracle.pick('{1,1,1,1,NULL,2,3}', d.s || 'type'),
    'maindiag_flag', oracle.pick('{0,0,1,NULL}', d.s || 'main'),
    'inout_diag_type', oracle.pick('{1,2,2,NULL}', d.s || 'inout'),
    'vali_flag', CASE oracle.r(10, d.s || 'vali') WHEN 0 THEN '0' ELSE '1' END)) AS r
WHERE oracle.r(3, d.s || 'there') = 0;
-- in hospital again for the same, or for something near it
INSERT INTO batch.diagnosis
SELECT e.c, r.*
FROM batch.encounter e JOIN batch.person p USING (c),
LATERAL jsonb_populate_record(NULL::medsup.claim_diagnosis, jsonb_build_object('mdtrt_id', e.mdtrt_id, 'psn_no', e.psn_no,
    'diag_code', oracle.pick('{I21.000,I21.900,I25.100,E11.200x011+N08.3*,E11.900}', e.draw || 'main'), 'maindiag_flag', '1', 'vali_flag', '1')) AS r
WHERE oracle.r(4, p.s || 'again') = 0;
DELETE FROM batch.diagnosis d USING batch.person p WHERE p.c = d.c AND NOT p.has_diagnoses;

CREATE TABLE batch.registration AS
SELECT p.c, r.*
FROM batch.person p, generate_series(1, 2) AS i,
LATERAL (SELECT p.s || 'G' || i AS s) AS d,
LATERAL jsonb_populate_record(NULL::medsup.claim_registration, jsonb_build_object(
    'psn_no', p.psn_no,
    'dise_no', oracle.pick('{M001,M001,M00102,M0023,NULL}', d.s || 'dise'),
    'begndate', CASE oracle.r(8, d.s || 'begin') WHEN 0 THEN NULL WHEN 1 THEN '-infinity' WHEN 2 THEN (p.base + 2)::text ELSE '2020-01-01' END,
    'enddate', CASE oracle.r(8, d.s || 'end') WHEN 0 THEN '-infinity' WHEN 1 THEN (p.base + 3)::text WHEN 2 THEN '2030-01-01 00:00' END,
    'fixmedins_code', oracle.pick('{H1,NULL}', d.s || 'h'),
    'vali_flag', CASE oracle.r(10, d.s || 'vali') WHEN 0 THEN '0' ELSE '1' END)) AS r
WHERE oracle.r(3, d.s || 'there') <> 0;
DELETE FROM batch.registration r USING batch.person p WHERE p.c = r.c AND NOT p.has_registrations;

-- Prescriptions of herbs: some persons' codes are such.
UPDATE batch.line l SET med_list_codg = h.herb
FROM batch.person p, (VALUES ('001102000030000', 'T000700200'), ('001103000010000', 'T001700233'), ('003314000020000', 'T000100100'),
                             ('XG01AAA001A001010100001', 'T000700201')) AS h (code, herb)
WHERE p.c = l.c AND h.code = btrim(l.med_list_codg) AND oracle.r(4, p.s || 'herbs') = 0;
