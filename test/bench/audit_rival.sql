-- The rivals' statements, one a kind, for PostgreSQL and for DuckDB alike: what
-- is in breach, by entry and line, with its amount.  audit_points.sql lays out
-- the book for them, a table a kind, as narrow as can be.
--
-- They say exactly what the rules say of this warehouse (audit_draw.sql), and no
-- more: no refunds, no unreadable values, no regions, no validity, no evidence,
-- nothing undecided, no tallies.  Quantities are whole and a code has one price,
-- so the cheapest choice of lines is the first of them, and nothing is rounded.

-- kind sex
CREATE TABLE hit_sex AS
SELECT x.entry, l.mdtrt_id, l.feedetl_sn, l.det_item_fee_sumamt AS amount
FROM fee_list_d l
JOIN point_sex x ON x.code = l.med_list_codg
JOIN mdtrt_d v ON v.mdtrt_id = l.mdtrt_id AND v.gend <> x.gend
JOIN setl_d s ON s.setl_id = l.setl_id AND s.hifp_pay > 0
WHERE l.inscp_amt > 0 AND l.fulamt_ownpay_amt <> l.det_item_fee_sumamt;

-- kind age
CREATE TABLE hit_age AS
SELECT x.entry, l.mdtrt_id, l.feedetl_sn, l.det_item_fee_sumamt AS amount
FROM fee_list_d l
JOIN point_age x ON x.code = l.med_list_codg
JOIN mdtrt_d v ON v.mdtrt_id = l.mdtrt_id
 AND extract(year FROM l.fee_ocur_time) - extract(year FROM v.brdy)
   - CASE WHEN extract(month FROM l.fee_ocur_time) * 100 + extract(day FROM l.fee_ocur_time)
             < extract(month FROM v.brdy) * 100 + extract(day FROM v.brdy) THEN 1 ELSE 0 END NOT BETWEEN x.age_from AND x.age_to
JOIN setl_d s ON s.setl_id = l.setl_id AND s.hifp_pay > 0
WHERE l.inscp_amt > 0 AND l.fulamt_ownpay_amt <> l.det_item_fee_sumamt;

-- kind setting
CREATE TABLE hit_setting AS
SELECT x.entry, l.mdtrt_id, l.feedetl_sn, l.det_item_fee_sumamt AS amount
FROM fee_list_d l
JOIN point_setting x ON x.code = l.med_list_codg
JOIN mdtrt_d v ON v.mdtrt_id = l.mdtrt_id AND v.med_type <> x.med_type
JOIN setl_d s ON s.setl_id = l.setl_id AND s.hifp_pay > 0
WHERE l.inscp_amt > 0 AND l.fulamt_ownpay_amt <> l.det_item_fee_sumamt;

-- kind level
-- the points name the levels that are too low
CREATE TABLE hit_level AS
SELECT x.entry, l.mdtrt_id, l.feedetl_sn, l.det_item_fee_sumamt AS amount
FROM fee_list_d l
JOIN point_level x ON x.code = l.med_list_codg
JOIN mdtrt_d v ON v.mdtrt_id = l.mdtrt_id AND v.hosp_lv = x.too_low
JOIN setl_d s ON s.setl_id = l.setl_id AND s.hifp_pay > 0
WHERE l.inscp_amt > 0 AND l.fulamt_ownpay_amt <> l.det_item_fee_sumamt;

-- kind diagnosis
CREATE TABLE hit_diagnosis AS
SELECT x.entry, l.mdtrt_id, l.feedetl_sn, l.det_item_fee_sumamt AS amount
FROM fee_list_d l
JOIN point_diagnosis x ON x.code = l.med_list_codg
JOIN setl_d s ON s.setl_id = l.setl_id AND s.hifp_pay > 0
WHERE l.inscp_amt > 0 AND l.fulamt_ownpay_amt <> l.det_item_fee_sumamt
  AND NOT EXISTS (SELECT 1 FROM setl_list_diag_d d WHERE d.mdtrt_id = l.mdtrt_id
                  AND (left(d.diag_code, 3) BETWEEN x.dx_from AND x.dx_to OR left(d.diag_code, 5) = x.dx_also));

-- kind duplicate
-- of a class the first medicine of a day stays, all others are too much
CREATE TABLE hit_duplicate AS
WITH m AS MATERIALIZED (
    SELECT x.entry, x.medicine, l.mdtrt_id, l.feedetl_sn, l.fee_ocur_time, CAST(l.fee_ocur_time AS date) AS day, l.det_item_fee_sumamt
    FROM fee_list_d l
    JOIN point_duplicate x ON x.code = l.med_list_codg
    JOIN setl_d s ON s.setl_id = l.setl_id AND s.hifp_pay > 0
    WHERE l.inscp_amt > 0 AND l.fulamt_ownpay_amt <> l.det_item_fee_sumamt
), several AS (
    SELECT entry, mdtrt_id, day FROM m GROUP BY entry, mdtrt_id, day HAVING min(medicine) <> max(medicine)
)
SELECT entry, mdtrt_id, feedetl_sn, det_item_fee_sumamt AS amount
FROM (SELECT m.*, first_value(medicine) OVER (PARTITION BY entry, mdtrt_id, day ORDER BY fee_ocur_time, feedetl_sn) AS first_medicine
      FROM m JOIN several USING (entry, mdtrt_id, day)) AS w
WHERE medicine <> first_medicine;

-- kind day_cap
CREATE TABLE hit_day_cap AS
WITH m AS MATERIALIZED (
    SELECT x.entry, x.limit_value, x.med_type, l.psn_no, l.fixmedins_code, l.mdtrt_id, l.feedetl_sn, l.fee_ocur_time,
           CAST(l.fee_ocur_time AS date) AS day, l.cnt, l.pric
    FROM fee_list_d l JOIN point_day_cap x ON x.code = l.med_list_codg
), over AS (
    SELECT entry, psn_no, fixmedins_code, day, sum(cnt) - limit_value AS excess, min(mdtrt_id) AS mdtrt_id, max(mdtrt_id) AS other
    FROM m GROUP BY entry, psn_no, fixmedins_code, day, limit_value HAVING sum(cnt) > limit_value
), late AS (
    -- fees of several days of a stay posted on one: within the limit of all its days, nothing is lost
    SELECT DISTINCT t.entry, t.mdtrt_id
    FROM (SELECT m.entry, m.mdtrt_id, min(m.limit_value) AS limit_value, min(m.med_type) AS med_type, sum(m.cnt) AS total
          FROM m JOIN (SELECT DISTINCT entry, mdtrt_id FROM over WHERE mdtrt_id = other) AS o USING (entry, mdtrt_id)
          GROUP BY m.entry, m.mdtrt_id) AS t
    JOIN mdtrt_d v ON v.mdtrt_id = t.mdtrt_id AND v.med_type = t.med_type
    WHERE t.total <= t.limit_value * (CAST(v.endtime AS date) - CAST(v.begntime AS date) + 1)
)
SELECT w.entry, w.mdtrt_id, w.feedetl_sn, CASE WHEN late.entry IS NULL THEN pric * least(cnt, excess - taken) ELSE 0 END AS amount
FROM (SELECT m.*, o.excess, CASE WHEN o.mdtrt_id = o.other THEN o.mdtrt_id END AS only,
             sum(cnt) OVER (PARTITION BY entry, psn_no, fixmedins_code, day ORDER BY pric, fee_ocur_time, feedetl_sn) - cnt AS taken
      FROM m JOIN over AS o USING (entry, psn_no, fixmedins_code, day)) AS w
LEFT JOIN late ON late.entry = w.entry AND late.mdtrt_id = w.only
WHERE taken < excess;

-- kind stay_cap
CREATE TABLE hit_stay_cap AS
WITH m AS MATERIALIZED (
    SELECT x.entry, x.limit_value, x.med_type, l.mdtrt_id, l.feedetl_sn, l.fee_ocur_time, l.cnt, l.pric
    FROM fee_list_d l
    JOIN point_stay_cap x ON x.code = l.med_list_codg
    JOIN setl_d s ON s.setl_id = l.setl_id AND s.hifp_pay > 0
    WHERE l.inscp_amt > 0 AND l.fulamt_ownpay_amt <> l.det_item_fee_sumamt
), over AS (
    SELECT g.entry, g.mdtrt_id, g.total - g.limit_value * (CAST(v.endtime AS date) - CAST(v.begntime AS date) + 1) AS excess
    FROM (SELECT entry, mdtrt_id, sum(cnt) AS total, min(limit_value) AS limit_value, min(med_type) AS med_type
          FROM m GROUP BY entry, mdtrt_id HAVING sum(cnt) > min(limit_value)) AS g
    JOIN mdtrt_d v ON v.mdtrt_id = g.mdtrt_id AND v.med_type = g.med_type
    WHERE g.total > g.limit_value * (CAST(v.endtime AS date) - CAST(v.begntime AS date) + 1)
)
SELECT entry, mdtrt_id, feedetl_sn, pric * least(cnt, excess - taken) AS amount
FROM (SELECT m.*, o.excess, sum(cnt) OVER (PARTITION BY entry, mdtrt_id ORDER BY pric, fee_ocur_time, feedetl_sn) - cnt AS taken
      FROM m JOIN over AS o USING (entry, mdtrt_id)) AS w
WHERE taken < excess;

-- kind pair
-- too much are as many of the sub item as there are main ones, the first ones to
-- come; both sides joined at once, since a join is parallel and grouping is not
CREATE TABLE hit_pair AS
WITH met AS MATERIALIZED (
    SELECT s.*, m.feedetl_sn AS main_sn, m.cnt AS main_cnt
    FROM (SELECT x.entry, l.psn_no, l.fixmedins_code, CAST(l.fee_ocur_time AS date) AS day, l.mdtrt_id, l.feedetl_sn, l.fee_ocur_time, l.cnt, l.pric
          FROM fee_list_d l JOIN point_pair x ON x.code = l.med_list_codg WHERE x.is_sub = 1) AS s
    JOIN (SELECT x.entry, l.psn_no, l.fixmedins_code, CAST(l.fee_ocur_time AS date) AS day, l.feedetl_sn, l.cnt
          FROM fee_list_d l JOIN point_pair x ON x.code = l.med_list_codg WHERE x.is_sub = 0) AS m
      ON m.entry = s.entry AND m.psn_no = s.psn_no AND m.fixmedins_code = s.fixmedins_code AND m.day = s.day
), sub AS (
    SELECT DISTINCT entry, psn_no, fixmedins_code, day, mdtrt_id, feedetl_sn, fee_ocur_time, cnt, pric FROM met
), main AS (
    SELECT entry, psn_no, fixmedins_code, day, sum(main_cnt) AS excess
    FROM (SELECT DISTINCT entry, psn_no, fixmedins_code, day, main_sn, main_cnt FROM met) AS d GROUP BY entry, psn_no, fixmedins_code, day
)
SELECT entry, mdtrt_id, feedetl_sn, pric * least(cnt, excess - taken) AS amount
FROM (SELECT sub.*, excess, sum(cnt) OVER (PARTITION BY entry, psn_no, fixmedins_code, day ORDER BY pric, fee_ocur_time, feedetl_sn) - cnt AS taken
      FROM sub JOIN main USING (entry, psn_no, fixmedins_code, day)) AS w
WHERE taken < excess;

-- kind interval
-- what came before in the window counts up to the limit only; exact while what
-- was too much does not itself lie between two lines that were not
CREATE TABLE hit_interval AS
WITH m AS MATERIALIZED (
    SELECT x.entry, x.limit_value, x.window_days, l.psn_no, l.fixmedins_code, CAST(l.fee_ocur_time AS date) AS day, l.mdtrt_id, l.feedetl_sn, l.fee_ocur_time,
           l.cnt, l.pric
    FROM fee_list_d l
    JOIN point_interval x ON x.code = l.med_list_codg
    JOIN setl_d s ON s.setl_id = l.setl_id AND s.hifp_pay > 0
    WHERE l.inscp_amt > 0 AND l.fulamt_ownpay_amt <> l.det_item_fee_sumamt
), many AS (
    SELECT entry, psn_no, fixmedins_code FROM m GROUP BY entry, psn_no, fixmedins_code HAVING sum(cnt) > min(limit_value)
), few AS (
    SELECT m.* FROM m JOIN many USING (entry, psn_no, fixmedins_code)
), counted AS (
    SELECT a.entry, a.mdtrt_id, a.feedetl_sn, a.pric, a.cnt, a.limit_value, coalesce(sum(b.cnt), 0) AS before
    FROM few a
    LEFT JOIN few b ON b.entry = a.entry AND b.psn_no = a.psn_no AND b.fixmedins_code = a.fixmedins_code AND b.day > a.day - a.window_days
                   AND (b.fee_ocur_time < a.fee_ocur_time OR b.fee_ocur_time = a.fee_ocur_time AND b.feedetl_sn < a.feedetl_sn)
    GROUP BY a.entry, a.mdtrt_id, a.feedetl_sn, a.pric, a.cnt, a.limit_value
)
SELECT entry, mdtrt_id, feedetl_sn, pric * least(cnt, before + cnt - limit_value) AS amount
FROM counted WHERE before + cnt > limit_value;
