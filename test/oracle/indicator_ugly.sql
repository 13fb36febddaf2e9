-- A small warehouse that is all exceptions, made by random() from "seed": void rows,
-- reversals, one number in several rows, texts that are no numbers, times that are
-- missing or infinite, codes in several spellings, visits to two providers or of two
-- persons, stays that touch, kinds of visit that no dictionary knows; and its bindings.
SELECT setseed(:seed);
CREATE SCHEMA wh;
CREATE FUNCTION wh.pick(VARIADIC list text[]) RETURNS text LANGUAGE sql VOLATILE RETURN list[1 + floor(random() * cardinality(list))::int];
CREATE FUNCTION wh.chance(share float8) RETURNS boolean LANGUAGE sql VOLATILE RETURN random() < share;
-- a time from which nobody can subtract another is missing
CREATE FUNCTION wh.finite(at timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE RETURN CASE WHEN isfinite(at) THEN at END;

CREATE TABLE wh.fixmedins_b (fixmedins_code text, fixmedins_name text, hosp_lv text, medins_type text, fix_blng_admdvs text, aprv_bed_cnt text, vali_flag text);
INSERT INTO wh.fixmedins_b SELECT 'H' || n, '示例医院' || n, CASE WHEN n <= 3 THEN '05' ELSE '02' END, '1', '440100', (10 * n)::text, '1' FROM generate_series(1, 5) n;
INSERT INTO wh.fixmedins_b VALUES ('P1', '示例药店1', '11', '2', '440100', NULL, '1'), ('P2', '示例药店2', '11', '2', '440100', '十', '1'), ('H1', '示例医院1', '01', '9', '440300', '99', '0');

CREATE TABLE wh.mdtrt_d (mdtrt_id text, psn_no text, gend text, brdy date, fixmedins_code text, insutype text, med_type text, begntime timestamp, endtime timestamp,
    dscg_dept_codg text, atddr_codg text, vali_flag text, insu_admdvs text, fix_blng_admdvs text);
INSERT INTO wh.mdtrt_d
SELECT 'M' || n, 'P' || floor(power(random(), 2) * 100), '1', '1980-01-01', hospital, '310',
    CASE WHEN hospital LIKE 'P%' THEN wh.pick('41', '41', ' 41 ', '11') ELSE wh.pick('11', '11', '12', '13', '14', '21', '21', '24', '52', 'XX', ' 11 ', '', NULL) END,
    CASE WHEN wh.chance(0.03) THEN NULL WHEN wh.chance(0.02) THEN 'infinity' ELSE at END,
    CASE WHEN wh.chance(0.15) THEN NULL WHEN wh.chance(0.03) THEN 'infinity' WHEN wh.chance(0.03) THEN at - interval '2 days' WHEN wh.chance(0.1) THEN at + interval '3 hours'
         ELSE at + floor(random() * 9) * interval '1 day' + floor(random() * 600) * interval '1 minute' END,
    wh.pick('D1', 'D2', 'D3', NULL), wh.pick('A', 'B', 'C', 'D', NULL), CASE WHEN wh.chance(0.1) THEN '0' WHEN wh.chance(0.1) THEN NULL ELSE '1' END,
    wh.pick('440100', '440106', '440300', '999999', NULL), wh.pick('440100', '440106', '440300', NULL)
FROM (SELECT n, CASE WHEN wh.chance(0.005) THEN NULL ELSE wh.pick('H1', 'H2', 'H3', 'H4', 'H5', 'P1', 'P2') END AS hospital,
             timestamp '2026-02-01' + floor(random() * 120) * interval '1 day' + floor(random() * 96) * interval '15 minutes' AS at
      FROM generate_series(1, 1600) n OFFSET 0) v;
-- the next stay begins when the one before ends, within the minute, or later
INSERT INTO wh.mdtrt_d
SELECT mdtrt_id || 't', psn_no, gend, brdy, fixmedins_code, insutype, med_type, endtime + wh.pick('0', '30 seconds', '1 minute', '10 minutes')::interval,
    endtime + interval '2 days', 'D2', 'B', '1', insu_admdvs, fix_blng_admdvs
FROM wh.mdtrt_d WHERE med_type IN ('21', '24') AND isfinite(endtime) AND wh.chance(0.3);
-- a second row of a visit, void
INSERT INTO wh.mdtrt_d
SELECT mdtrt_id, psn_no, gend, brdy, fixmedins_code, insutype, med_type, begntime - interval '1 day', endtime, 'D3', 'A', '0', insu_admdvs, fix_blng_admdvs
FROM wh.mdtrt_d WHERE vali_flag IS DISTINCT FROM '0' AND wh.chance(0.03);

CREATE TABLE wh.setl_d (setl_id text, mdtrt_id text, psn_no text, init_setl_id text, refd_setl_flag text, mid_setl_flag text, vali_flag text, setl_time timestamp, med_type text,
    medfee_sumamt text, fund_pay_sumamt text, acct_pay text);
INSERT INTO wh.setl_d
SELECT 'S' || mdtrt_id, mdtrt_id, CASE WHEN wh.chance(0.99) THEN psn_no END, NULL, '0', wh.pick('0', '0', '0', '1', NULL), CASE WHEN wh.chance(0.1) THEN NULL ELSE '1' END,
    CASE WHEN wh.chance(0.98) THEN date_trunc('hour', coalesce(wh.finite(endtime), wh.finite(begntime), '2026-04-01')) + floor(random() * 3) * interval '1 minute' END,
    CASE WHEN wh.chance(0.5) THEN med_type END, round((random() * 1000)::numeric, 2)::text, wh.pick('0', '12.34', '700', 'x'), wh.pick('0', '1.5', 'x', '', NULL)
FROM wh.mdtrt_d WHERE vali_flag IS DISTINCT FROM '0' AND wh.chance(0.97);
INSERT INTO wh.setl_d SELECT setl_id || 'b', mdtrt_id, psn_no, NULL, '0', '0', '1', setl_time + interval '1 day', med_type, '10', '5', NULL FROM wh.setl_d WHERE wh.chance(0.05);
-- reversals, some void, one of nothing; then rows that are void
INSERT INTO wh.setl_d SELECT setl_id || 'r', mdtrt_id, psn_no, setl_id, '1', '0', wh.pick('1', '1', '1', '0'), setl_time + interval '2 days', med_type, '-10', '-5', NULL FROM wh.setl_d WHERE wh.chance(0.06);
INSERT INTO wh.setl_d VALUES ('Sx', 'M5', 'P5', 'nothing', '1', '0', '1', '2026-03-05 10:00', '11', '1', '1', NULL);
INSERT INTO wh.setl_d SELECT setl_id, mdtrt_id, psn_no, init_setl_id, refd_setl_flag, mid_setl_flag, '0', setl_time + interval '5 days', med_type, '7', '7', '7'
FROM wh.setl_d WHERE vali_flag IS DISTINCT FROM '0' AND wh.chance(0.03);
UPDATE wh.setl_d SET vali_flag = '0' WHERE setl_id IN (SELECT setl_id FROM wh.setl_d GROUP BY 1 HAVING count(*) = 1) AND wh.chance(0.07);

CREATE TABLE wh.fee_list_d (feedetl_sn text, mdtrt_id text, setl_id text, psn_no text, init_feedetl_sn text, fixmedins_code text, fee_ocur_time timestamp, med_list_codg text, cnt text, pric text,
    det_item_fee_sumamt text, fulamt_ownpay_amt text, inscp_amt text, med_chrgitm_type text, chrgitm_lv text, bilg_dept_codg text, bilg_dr_codg text, vali_flag text);
INSERT INTO wh.fee_list_d
SELECT s.setl_id || '-' || n, CASE WHEN wh.chance(0.99) THEN s.mdtrt_id END, s.setl_id, CASE WHEN wh.chance(0.01) THEN NULL WHEN wh.chance(0.02) THEN 'P7' ELSE e.psn_no END, NULL,
    CASE WHEN wh.chance(0.03) THEN wh.pick('H1', 'H2', 'P1') WHEN wh.chance(0.01) THEN NULL ELSE e.fixmedins_code END,
    CASE WHEN wh.chance(0.03) THEN NULL WHEN wh.chance(0.01) THEN 'infinity' WHEN wh.chance(0.1) THEN date_trunc('day', e.at) ELSE e.at + floor(random() * 1000) * interval '1 minute' END,
    wh.pick('XA02BCA001A001010100001', 'XA02BCA001A001010100001', ' XA02BCA001A001010100001', 'xa02bca001a001010100001', 'XB01AAA001A001010100001', '002103000010000', '002103000020000',
            '001102000010000', '002501000010000', 'T000700200', '00１１02000010000', '不详', '', NULL),
    wh.pick('1', '1', '1', '2', '3', '-1', '0', '', 'x', '0.5', '1e1', NULL), '10',
    wh.pick('10', '20', '30', '100', '7.5', '92.5', '0.05', '0.003', '0.00007', '0', '-10', '-3.3', ' 12 ', 'x', '', '1e5', 'NaN', 'Infinity', '+4', '.5', '5.', '1000', '123456.78', '12345678901234567890', '1,000', NULL),
    wh.pick('0', '0', '1.1', 'x', NULL), wh.pick('0', '5', '9.9', 'x', NULL), wh.pick('01', '02', '03', '04', '05', '06', '07', '08', '09', '9', '10', '11', '12', '13', '14', '99', ' 09 ', NULL),
    wh.pick('01', '02', '03', '1', '2', '3', 'x', NULL), wh.pick('D1', 'D2', 'D3', '', NULL), wh.pick('A', 'B', 'C', 'D', NULL), CASE WHEN wh.chance(0.1) THEN '0' WHEN wh.chance(0.1) THEN NULL ELSE '1' END
FROM (SELECT DISTINCT setl_id, mdtrt_id FROM wh.setl_d) s
LEFT JOIN (SELECT DISTINCT ON (mdtrt_id) *, coalesce(wh.finite(begntime), '2026-03-03') AS at FROM wh.mdtrt_d ORDER BY mdtrt_id, vali_flag DESC) e USING (mdtrt_id)
CROSS JOIN generate_series(1, 6) n
WHERE wh.chance(0.5);
CREATE TABLE wh.setl_list_diag_d (mdtrt_id text, psn_no text, diag_code text, maindiag_flag text, inout_diag_type text, vali_flag text);
INSERT INTO wh.setl_list_diag_d
SELECT mdtrt_id, psn_no, wh.pick('I10', 'I10.x00', 'i10', 'J18.9', 'J18.900', 'E11.9', ' E11 ', '不详', 'J18', NULL), wh.pick('1', '1', '0'), '1', wh.pick('1', '1', '1', '0')
FROM wh.mdtrt_d, generate_series(1, 2);
CREATE TABLE wh.drg (mdtrt_id text, grp_codg text, grp_wt text, vali_flag text);
INSERT INTO wh.drg SELECT mdtrt_id, wh.pick('G1', 'G2', 'G3'), wh.pick('1', '1.5', '2.25', NULL), '1' FROM wh.mdtrt_d WHERE med_type IN ('21', '24', '52');
INSERT INTO wh.drg SELECT mdtrt_id, wh.pick('G1', 'G2'), wh.pick('1', '1.5'), wh.pick('0', '1') FROM wh.drg WHERE wh.chance(0.1);

INSERT INTO medsup.holiday VALUES ('2026-03-07', true, '调休'), ('2026-03-09', false, '示例'), ('2026-04-06', false, '清明节');
INSERT INTO medsup.indicator_set (rule_code, codes) VALUES ('N25-060', '002103*'), ('N25-061', '002501*');
INSERT INTO medsup.indicator_set (rule_code, diagnoses) VALUES ('N25-062', 'J18');
SELECT medsup.bind_source('provider', 'wh.fixmedins_b'), medsup.bind_source('encounter', 'wh.mdtrt_d'), medsup.bind_source('settlement', 'wh.setl_d'), medsup.bind_source('fee_line', 'wh.fee_list_d'),
    medsup.bind_source('diagnosis', 'wh.setl_list_diag_d'), medsup.bind_source('case_group', 'wh.drg');
ANALYZE;
