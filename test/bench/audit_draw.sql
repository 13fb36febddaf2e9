-- The warehouse of bench-audit: "persons" persons with five visits each, ten
-- lines a visit on average, drawn by hashes.  Of a hundred lines some 65 are of
-- codes that the points of audit_draw_book.sql name (below number 480 * "active") and
-- fewer than one is in breach.
--
-- Kept simple, so that a statement in SQL can say exactly what a rule says:
-- whole quantities, one price a code, nothing refunded, cancelled or unreadable,
-- one settlement a visit, stays that do not meet.  Three lines of a hundred are
-- the patient's own, and two bills of a hundred no pooled fund paid.  "tidy" is
-- what the load ends with, ANALYZE or VACUUM (ANALYZE).

CREATE SCHEMA wh;

-- What a visit is drawn from, as integers; by person.
CREATE TABLE bench.visit AS
SELECT 5 * p + j AS e, p, sex, is_child, inst, 3 - inst % 3 AS level, is_inpatient, days, CASE WHEN is_inpatient THEN 5 ELSE 1 + bench.draw(5 * p + j, 8, 9) END AS slots,
       bench.draw(5 * p + j, 9, 20) AS dx, brdy, timestamp '2025-01-01 07:50' + (60 * j + bench.draw(5 * p + j, 10, 45)) * interval '1 day' AS begntime,
       bench.draw(5 * p + j, 11, 50) = 0 AS is_account
FROM (SELECT p, 1 + bench.draw(p, 1, 2) AS sex, k.is_child,
             CASE WHEN k.is_child THEN date '2013-06-01' + bench.draw(p, 3, 3600) ELSE date '1940-01-01' + bench.draw(p, 3, 25000) END AS brdy
      FROM generate_series(1, :persons) AS p, LATERAL (SELECT bench.draw(p, 2, 5) = 0 AS is_child) AS k) AS person,
     generate_series(0, 4) AS j,
     -- seven of ten visits are to the own hospital; low numbers are busy
     LATERAL (SELECT (2000 * power(bench.draw(CASE WHEN bench.draw(5 * p + j, 4, 10) < 7 THEN p ELSE 5 * p + j END, 5, 100000) / 1e5, 2))::int AS inst) AS at,
     LATERAL (SELECT bench.draw(5 * p + j, 6, 5) = 0 AS is_inpatient) AS care,
     LATERAL (SELECT CASE WHEN is_inpatient THEN 3 + bench.draw(5 * p + j, 7, 7) ELSE 1 END AS days) AS stay;
ANALYZE bench.visit;

CREATE TABLE wh.mdtrt_d AS
SELECT '5100' || lpad(e::text, 15, '0') AS mdtrt_id, '510000' || lpad(p::text, 14, '0') AS psn_no, sex::text AS gend, brdy::date AS brdy,
       'H51' || lpad(inst::text, 9, '0') AS fixmedins_code, (ARRAY['08', '05', '02'])[level] AS hosp_lv, '310'::text AS insutype,
       CASE WHEN is_inpatient THEN '21' ELSE '11' END AS med_type, begntime, begntime + (days - 1) * interval '1 day' + interval '10 hours' AS endtime,
       begntime + days * interval '1 day' AS upld_time
FROM bench.visit;
CREATE TABLE wh.setl_d AS
SELECT '5199' || lpad(e::text, 15, '0') AS setl_id, '5100' || lpad(e::text, 15, '0') AS mdtrt_id, '510000' || lpad(p::text, 14, '0') AS psn_no,
       NULL::text AS init_setl_id, '0'::text AS refd_setl_flag, begntime + (days - 1) * interval '1 day' + interval '11 hours' AS setl_time,
       f.pooled AS fund_pay_sumamt, f.pooled AS hifp_pay, begntime + days * interval '1 day' AS upld_time
FROM bench.visit, LATERAL (SELECT CASE WHEN is_account THEN 0 ELSE 100 * days END::numeric(14,2) AS pooled) AS f;
CREATE TABLE wh.setl_list_diag_d AS
SELECT '5100' || lpad(e::text, 15, '0') AS mdtrt_id, '510000' || lpad(p::text, 14, '0') AS psn_no,
       CASE d WHEN 0 THEN chr(65 + dx) ELSE 'Z' END || lpad(bench.draw(e, 20 + d, 10)::text, 2, '0') || '.100' AS diag_code, (1 - d)::text AS maindiag_flag,
       begntime + days * interval '1 day' AS upld_time
FROM bench.visit, generate_series(0, 1) AS d
WHERE d = 0 OR bench.draw(e, 12, 10) < 3;

-- A stay is billed the same five things a day, but for what is billed once; now
-- and then a line is of something that does not fit.  "line" is TABLE, or VIEW
-- where disk is dear.
CREATE :line bench.line AS
SELECT e, p, inst, i, at, own,
       CASE kind WHEN 'drug' THEN n WHEN 'item' THEN 100000 + n ELSE 200000 + n END AS number,
       CASE kind WHEN 'drug' THEN many WHEN 'item' THEN CASE WHEN odds BETWEEN 110 AND 159 THEN 5 ELSE 1 END ELSE 1 END::int AS cnt
FROM (SELECT v.e, v.p, v.inst, i, odds, own, 1 + (h >> 30) % 3 AS many, v.begntime + (i / v.slots) * interval '1 day' + ((10 + i % v.slots * 37 + (h >> 20) % 30) * interval '1 minute') AS at,
             CASE WHEN what < 36 THEN 'drug' WHEN what < 72 AND (serial % 2 = 0 OR i / v.slots = serial % v.days) THEN 'item' ELSE 'other' END AS kind,
             CASE WHEN what < 36 THEN
                 (v.sex - 1) # (odds < 70)::int
                 + 2 * (v.is_child::int # (odds BETWEEN 70 AND 139)::int)
                 + 4 * (v.is_inpatient::int # (odds BETWEEN 140 AND 209)::int)
                 + 8 * (CASE WHEN odds BETWEEN 210 AND 309 THEN 2 ELSE (s >> 8) % v.level END)
                 + 24 * (CASE WHEN odds BETWEEN 310 AND 379 THEN (v.dx + 7) % 20 ELSE v.dx END)
                 + 480 * ((2 * ((s >> 16) % (:active / 2)) + v.e % 2)::int # (odds BETWEEN 380 AND 449)::int)
             WHEN what < 72 THEN
                 CASE WHEN odds BETWEEN 40 AND 109 AND serial % 4 < 2 THEN (v.dx + 1) % 20 + 20 * (serial + 2) ELSE v.dx + 20 * serial END
             ELSE (s >> 16) % 12000 END::int AS n
      FROM bench.visit v
      CROSS JOIN LATERAL generate_series(0, v.days * v.slots - 1) AS i
      CROSS JOIN LATERAL (SELECT pg_catalog.hashint8extended(v.e * 1024::bigint + i, 13) & 9223372036854775807 AS h) AS line
      CROSS JOIN LATERAL (SELECT h & 16383 AS odds, (h >> 40) % 100 < 3 AS own) AS o
      -- what the line before is of, once more or with what does not go with it
      CROSS JOIN LATERAL (SELECT pg_catalog.hashint8extended(v.e * 1024::bigint + 512
          + CASE WHEN odds < 110 OR odds BETWEEN 380 AND 449 THEN greatest(i % v.slots - 1, 0) ELSE i % v.slots END, 14) & 9223372036854775807 AS s) AS slot
      CROSS JOIN LATERAL (SELECT s % 100 AS what, ((s >> 16) % (24 * :active - 2))::int AS serial) AS w) AS drawn;

-- Every number that occurs as a code with its one price.
CREATE TABLE bench.code AS
SELECT k.base + n AS number, CASE k.base WHEN 0 THEN bench.drug(n) WHEN 100000 THEN bench.item(n) ELSE bench.item(80000 + n) END AS code,
       ((100 + bench.draw(k.base + n, 30, 20000)) / 100.0)::numeric(16,2) AS pric
FROM (VALUES (0, 480 * :active), (100000, 480 * :active), (200000, 12000)) AS k (base, n_codes), generate_series(0, k.n_codes - 1) AS n;
ANALYZE bench.code;

-- Fourteen columns of the national table, in the order of persons.
CREATE TABLE wh.fee_list_d AS
SELECT '5155' || lpad((e * 64::bigint + i)::text, 16, '0') AS feedetl_sn, '5100' || lpad(e::text, 15, '0') AS mdtrt_id, '5199' || lpad(e::text, 15, '0') AS setl_id,
       '510000' || lpad(p::text, 14, '0') AS psn_no, 'H51' || lpad(inst::text, 9, '0') AS fixmedins_code, at AS fee_ocur_time, c.code AS med_list_codg,
       l.cnt::numeric(16,4) AS cnt, c.pric, a.amount AS det_item_fee_sumamt, CASE WHEN own THEN a.amount ELSE 0 END::numeric(16,2) AS fulamt_ownpay_amt,
       CASE WHEN own THEN 0 ELSE a.amount END::numeric(16,2) AS inscp_amt, 'D51' || lpad((inst * 50 + i % 50)::text, 9, '0') AS bilg_dr_codg,
       at + interval '20 hours' AS upld_time
FROM bench.line l JOIN bench.code c USING (number), LATERAL (SELECT (l.cnt * c.pric)::numeric(16,2) AS amount) AS a;
:tidy wh.fee_list_d, wh.mdtrt_d, wh.setl_d, wh.setl_list_diag_d;
