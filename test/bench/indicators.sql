-- What indicators need beyond the bench's book: lines with a class of fee by kind of
-- code, settlements with a kind of care, institutions with levels and beds, holidays,
-- the bureau's sets.
CREATE TABLE wh.fee_line_d AS
SELECT l.*, CASE WHEN starts_with(med_list_codg, 'X') THEN '09' WHEN substr(med_list_codg, 12, 1) < '3' THEN '03' WHEN substr(med_list_codg, 12, 1) < '6' THEN '04' ELSE '05' END AS med_chrgitm_type
FROM wh.fee_list_d l;
CREATE TABLE wh.bill_d AS
SELECT s.*, CASE WHEN fund_pay_sumamt > 100 THEN '21' ELSE '11' END AS med_type FROM wh.setl_d s;
CREATE TABLE wh.fixmedins_b AS
SELECT fixmedins_code, fixmedins_code AS fixmedins_name, min(hosp_lv) AS hosp_lv, '1'::text AS medins_type, 100 AS aprv_bed_cnt FROM wh.mdtrt_d GROUP BY 1;
SELECT medsup.unbind_source('fee_line', 'wh.fee_list_d'), medsup.unbind_source('settlement', 'wh.setl_d');
SELECT medsup.bind_source('fee_line', 'wh.fee_line_d'), medsup.bind_source('settlement', 'wh.bill_d'), medsup.bind_source('provider', 'wh.fixmedins_b');
INSERT INTO medsup.holiday VALUES ('2025-05-01', false, '劳动节'), ('2025-10-01', false, '国庆节');
INSERT INTO medsup.indicator_set (rule_code, codes) VALUES ('N25-060', '0031*'), ('N25-061', '0025*');
INSERT INTO medsup.indicator_set (rule_code, diagnoses) VALUES ('N25-062', 'J00-J22');
VACUUM ANALYZE;
