-- The warehouse of audit_draw.sql in a narrow layout: integers alone, amounts in
-- fen; for the floor and the rivals only.
CREATE SCHEMA narrow;
CREATE TABLE narrow.fee_list_d AS
SELECT e * 64::bigint + i AS feedetl_sn, e AS mdtrt_id, e AS setl_id, p AS psn_no, inst AS fixmedins_code, at AS fee_ocur_time, number AS med_list_codg,
       l.cnt, (100 * c.pric)::int AS pric, (100 * c.pric * l.cnt)::int AS det_item_fee_sumamt,
       CASE WHEN own THEN (100 * c.pric * l.cnt)::int ELSE 0 END AS fulamt_ownpay_amt, CASE WHEN own THEN 0 ELSE (100 * c.pric * l.cnt)::int END AS inscp_amt
FROM bench.line l JOIN bench.code c USING (number);
CREATE TABLE narrow.mdtrt_d AS SELECT e AS mdtrt_id, p AS psn_no, sex AS gend, brdy::date AS brdy, level AS hosp_lv, CASE WHEN is_inpatient THEN 21 ELSE 11 END AS med_type,
    begntime, begntime + (days - 1) * interval '1 day' + interval '10 hours' AS endtime FROM bench.visit;
CREATE TABLE narrow.setl_d AS SELECT e AS setl_id, CASE WHEN is_account THEN 0 ELSE 10000 * days END AS hifp_pay FROM bench.visit;
CREATE TABLE narrow.setl_list_diag_d AS SELECT right(mdtrt_id, 9)::int AS mdtrt_id, diag_code FROM wh.setl_list_diag_d;
VACUUM (ANALYZE) narrow.fee_list_d, narrow.mdtrt_d, narrow.setl_d, narrow.setl_list_diag_d;
