-- Random claims: cases :from to :to, one person each.
-- Small vocabularies and few days, so that things meet.

CREATE TABLE batch.person AS
SELECT c, 'p' || c AS psn_no, :'seed' || '/' || c AS s,
       (ARRAY['2024-02-26', '2024-12-28', '2025-03-29', '2025-12-27', '2026-06-28', '2021-01-01']::date[])[1 + oracle.r(6, :'seed' || '/' || c || 'base')] AS base,
       1 + oracle.r(3, :'seed' || '/' || c || 'encounters') AS encounters,
       4 + oracle.r(11, :'seed' || '/' || c || 'lines') AS lines,
       oracle.r(4, :'seed' || '/' || c || 'operations') <> 0 AS has_operations,
       -- in one place, of one order and doctor, on few days: more meets
       oracle.r(2, :'seed' || '/' || c || 'tidy') = 0 AS tidy
FROM generate_series(:from, :to) AS c;

CREATE TABLE batch.encounter AS
SELECT p.c, n AS visit, r.*
FROM batch.person p, generate_series(1, p.encounters) AS n,
LATERAL (SELECT p.s || 'E' || n AS s,
                     p.base + interval '1 day' * oracle.r(6, p.s || 'E' || n || 'day') + interval '1 hour' * oracle.r(12, p.s || 'E' || n || 'hour') AS begin) AS e,
LATERAL jsonb_populate_record(NULL::medsup.claim_encounter, jsonb_build_object(
    'mdtrt_id', format('%s-E%s', p.psn_no, n), 'psn_no', p.psn_no,
    'gend', oracle.pick('{1,1,2,2,9,NULL}', p.s || 'gend'),
    'brdy', CASE oracle.r(8, p.s || 'brdy') WHEN 0 THEN NULL WHEN 1 THEN '-infinity' WHEN 2 THEN (p.base + oracle.r(9, p.s || 'after') - 2)::text
            WHEN 3 THEN (p.base - interval '1 year' * oracle.r(3, p.s || 'y') + interval '1 day' * oracle.r(6, p.s || 'd'))::text
            WHEN 4 THEN (p.base - interval '18 year' + interval '1 day' * oracle.r(6, p.s || 'd'))::text
            WHEN 5 THEN '1850-01-01' ELSE '1970-03-31' END,
    'fixmedins_code', CASE WHEN p.tidy THEN 'H1' ELSE oracle.pick('{H1,H1,H1,H2,H2,NULL}', e.s || 'h') END,
    'hosp_lv', oracle.pick('{02,05,08,11,zz,NULL}', e.s || 'lv'),
    'medins_type', oracle.pick('{A1,A1,B2,NULL}', e.s || 'type'),
    'fix_blng_admdvs', oracle.pick('{510100,510100,510181,320100,NULL}', e.s || 'place'),
    'insu_admdvs', oracle.pick('{510100,510181,320100}', p.s || 'insured'),
    'insutype', oracle.pick('{310,310,390,510,999,NULL}', e.s || 'insutype'),
    'med_type', oracle.pick('{11,13,14,21,21,21,52,99}', e.s || 'med'),
    'begntime', e.begin, 'endtime', CASE oracle.r(8, e.s || 'end') WHEN 0 THEN NULL ELSE e.begin + interval '1 day' * oracle.r(5, e.s || 'days') + interval '3 hours' END,
    'inhosp_stas', oracle.pick('{0,1,NULL}', e.s || 'stas'),
    'vali_flag', CASE oracle.r(20, e.s || 'vali') WHEN 0 THEN '0' ELSE '1' END)) AS r;

CREATE INDEX ON batch.encounter (mdtrt_id);

-- two settlements a visit; the second one may be the reversal of the first
CREATE TABLE batch.settlement AS
SELECT e.c, i AS bill, r.*
FROM batch.encounter e, generate_series(1, 2) AS i,
LATERAL (SELECT :'seed' || e.mdtrt_id || 'S' || i AS s,
                     oracle.r(6, :'seed' || e.mdtrt_id || 'S' || i || 'own') = 0 AS own,
                     i = 2 AND oracle.r(6, :'seed' || e.mdtrt_id || 'reverses') = 0 AS reverses) AS s,
LATERAL jsonb_populate_record(NULL::medsup.claim_settlement, jsonb_build_object(
    'setl_id', format('%s-S%s', e.mdtrt_id, i), 'mdtrt_id', e.mdtrt_id, 'psn_no', e.psn_no,
    'init_setl_id', CASE WHEN s.reverses THEN format('%s-S1', e.mdtrt_id) END,
    'refd_setl_flag', CASE WHEN s.reverses THEN '1' ELSE '0' END,
    'mid_setl_flag', CASE oracle.r(5, s.s || 'mid') WHEN 0 THEN '1' ELSE '0' END,
    'vali_flag', CASE oracle.r(12, s.s || 'vali') WHEN 0 THEN '0' ELSE '1' END,
    'setl_time', coalesce(e.endtime, e.begntime) + interval '1 hour' * i,
    'clr_way', oracle.pick('{1,1,1,4,NULL}', s.s || 'clr'),
    'insutype', e.insutype,
    'hifp_pay', CASE WHEN s.own THEN 0 ELSE 100 END, 'fund_pay_sumamt', CASE WHEN s.own THEN 0 ELSE 100 END,
    'acct_pay', oracle.r(2, s.s || 'acct') * 20)) AS r;

CREATE TABLE batch.line AS
WITH drawn AS (
    SELECT p.c, p.psn_no, n, p.s || 'L' || n AS s, CASE WHEN p.tidy THEN p.s ELSE p.s || 'L' || n END AS o, p.tidy, p.base,
           1 + oracle.r(p.encounters, p.s || 'L' || n || 'visit') AS visit,
           n > 2 AND oracle.r(5, p.s || 'L' || n || 'back') = 0 AS back,
           1 + oracle.r(greatest(n - 1, 1), p.s || 'L' || n || 'of') AS of
    FROM batch.person p, generate_series(1, p.lines) AS n
), facts AS (
    -- a refund looks like the line that it is of, most of the time
    SELECT d.*, f.s AS f, f.visit AS at
    FROM drawn d JOIN drawn f ON f.c = d.c AND f.n = CASE WHEN d.back THEN d.of ELSE d.n END
), known AS (
    SELECT k.*, format('%s-E%s', k.psn_no, k.at) AS mdtrt_id,
           (SELECT code FROM oracle.code WHERE n = oracle.r(8, k.f || 'code')) AS code,
           (1 + oracle.r(3, k.f || 'price')) * 10.00 AS pric,
           CASE WHEN k.back THEN -(1 + oracle.r(3, k.s || 'taken'))
                ELSE (ARRAY[1, 1, 2, 3, 4, 0.5, 26])[1 + oracle.r(7, k.s || 'cnt')] END AS cnt,
           k.base + interval '1 day' * (oracle.r(CASE WHEN k.tidy THEN 4 ELSE 7 END, k.s || 'day') + CASE oracle.r(12, k.s || 'far') WHEN 0 THEN 31 WHEN 1 THEN -40 ELSE 0 END)
               + (ARRAY['00:00', '00:00', '08:00', '08:30', '09:00', '14:10', '23:30', '23:59:59'])[1 + oracle.r(8, k.s || 'clock')]::interval AS t,
           oracle.r(40, k.s || 'dirt') AS dirt,
           CASE oracle.r(6, k.f || 'scope') WHEN 0 THEN 0 WHEN 1 THEN 0.5 ELSE 1 END AS share
    FROM facts k
)
SELECT c, k.n, r.*
FROM known k,
LATERAL jsonb_populate_record(NULL::medsup.claim_fee_line, jsonb_build_object(
    'feedetl_sn', CASE dirt WHEN 0 THEN NULL ELSE format('L%s', n) END,
    'mdtrt_id', CASE dirt WHEN 1 THEN 'nowhere' ELSE mdtrt_id END,
    'setl_id', CASE oracle.r(5, s || 'setl') WHEN 0 THEN NULL ELSE format('%s-S%s', mdtrt_id, 1 + oracle.r(2, s || 'which')) END,
    'psn_no', CASE WHEN oracle.r(50, :'seed' || psn_no || 'nobody') <> 0 THEN psn_no END,
    'init_feedetl_sn', CASE WHEN back AND oracle.r(2, s || 'names') = 0 THEN format('L%s', of) END,
    'fixmedins_code', (SELECT e.fixmedins_code FROM batch.encounter e WHERE e.mdtrt_id = k.mdtrt_id),
    'fee_ocur_time', CASE dirt WHEN 3 THEN NULL WHEN 4 THEN '-infinity' WHEN 5 THEN '2200-01-01' ELSE t::text END,
    'med_list_codg', CASE dirt WHEN 6 THEN '-' WHEN 7 THEN NULL WHEN 8 THEN ' ' || code || ' ' ELSE code END,
    'cnt', CASE dirt WHEN 9 THEN NULL WHEN 10 THEN 'NaN' WHEN 11 THEN '0' WHEN 12 THEN '100000001' ELSE cnt::text END,
    'pric', pric,
    'det_item_fee_sumamt', CASE dirt WHEN 13 THEN NULL WHEN 14 THEN 'NaN' WHEN 15 THEN '10000000001' ELSE (cnt * pric)::text END,
    'inscp_amt', CASE dirt WHEN 16 THEN NULL WHEN 17 THEN NULL ELSE round(cnt * pric * share, 2) END,
    'fulamt_ownpay_amt', CASE oracle.r(10, f || 'ownpay') WHEN 0 THEN cnt * pric WHEN 1 THEN NULL ELSE 0 END,
    'hosp_appr_flag', oracle.pick('{0,1,NULL,2,0,0,0,1}', s || 'appr'),
    'rx_drord_no', oracle.pick('{A,B,NULL}', o || 'order'),
    'bilg_dept_codg', oracle.pick('{A01,A02,B01,NULL}', o || 'dept'),
    'acord_dept_codg', oracle.pick('{A01,B01,NULL,NULL}', s || 'acord'),
    'bilg_dr_codg', oracle.pick('{D1,D2,NULL}', o || 'doctor'),
    'dr_pro_tech_duty', oracle.pick('{1,2,3,9,NULL}', s || 'duty'),
    'insu_admdvs', (SELECT e.insu_admdvs FROM batch.encounter e WHERE e.mdtrt_id = k.mdtrt_id),
    'vali_flag', CASE dirt WHEN 18 THEN '0' ELSE '1' END,
    'prd_days', (ARRAY[NULL, 0, 1, 2, 3, 3.5, 7])[1 + oracle.r(7, s || 'supply')],
    'sin_dos', (ARRAY[NULL, 0, 0.5, 1, 1, 2])[1 + oracle.r(6, s || 'dose')],
    'used_frqu_dscr', oracle.pick('{tid,BID,qod,q8h,每日三次,as needed,NULL}', s || 'uses'))) AS r;

-- the same line once more
INSERT INTO batch.line
SELECT l.* FROM batch.line l JOIN batch.person p USING (c) WHERE oracle.r(40, p.s || 'L' || l.n || 'twice') = 0;

-- operations, some without times, some without a day
CREATE TABLE batch.operation AS
SELECT e.c, r.*
FROM batch.encounter e JOIN batch.person p USING (c), generate_series(1, 3) AS n,
LATERAL (SELECT :'seed' || e.mdtrt_id || 'O' || n) AS draw (o),
LATERAL (SELECT e.begntime::date + interval '1 day' * oracle.r(4, o || 'day') AS day,
                interval '1 hour' * oracle.r(4, o || 'length') - interval '30 minutes' AS length, oracle.r(6, o || 'times') AS times) AS t,
LATERAL (SELECT day + interval '7 hours' + interval '30 minutes' * oracle.r(16, o || 'begin') AS begin) AS b,
LATERAL jsonb_populate_record(NULL::medsup.claim_operation, jsonb_build_object(
    'mdtrt_id', CASE oracle.r(5, o || 'names') WHEN 0 THEN NULL ELSE e.mdtrt_id END,
    'setl_id', CASE oracle.r(3, o || 'bill') WHEN 0 THEN NULL ELSE format('%s-S%s', e.mdtrt_id, 1 + oracle.r(2, o || 'which')) END,
    'psn_no', e.psn_no, 'main_oprn_flag', oracle.pick('{0,1,NULL}', o || 'main'),
    'oprn_oprt_code', oracle.pick('{36.0600,36.0700,80.5100,bad code,NULL}', o || 'code'),
    'oprn_oprt_date', CASE oracle.r(3, o || 'date') WHEN 0 THEN NULL ELSE day END,
    'oprn_oprt_begntime', CASE WHEN times IN (0, 1, 2) THEN begin END,
    'oprn_oprt_endtime', CASE WHEN times IN (0, 1, 3) THEN begin + length END,
    'anst_begntime', CASE WHEN times IN (1, 4) THEN begin - interval '30 minutes' END,
    'anst_endtime', CASE WHEN times IN (1, 4) THEN begin + length + interval '10 minutes' END,
    'vali_flag', CASE oracle.r(8, o || 'vali') WHEN 0 THEN '0' ELSE '1' END)) AS r
WHERE p.has_operations AND oracle.r(3, o || 'there') <> 0;
