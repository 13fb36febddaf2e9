-- The rival: the same rules in one prepared statement of plain SQL over tables
-- of the entries, which says which points a claim breaches.
--
-- It is given every advantage: entries as the compiler resolved them (limits,
-- windows, validity), sets of diagnoses as arrays of prefixes, one index-only
-- scan to find the points of a code, and nothing to compute but whether a
-- point is breached: no money, no evidence, no refunds, no exceptions, nothing
-- undecided, one visit of one person.  Where drawn claims cannot tell, it
-- does the cheaper thing.

CREATE TABLE bench.entry AS
SELECT row_number() OVER (ORDER BY rule_code, entry_code)::int AS id, rule_code, entry_code,
       c ->> 'measure' AS measure, c ->> 'scope' AS scope, c ->> 'sex' AS sex,
       (c ->> 'age_from')::int AS age_from, (c ->> 'age_below')::int AS age_below, c ->> 'age_unit' AS age_unit,
       ARRAY(SELECT jsonb_array_elements_text(c -> 'settings')) AS settings,
       ARRAY(SELECT jsonb_array_elements_text(c -> 'insurance')) AS insurance,
       (c ->> 'level_min')::int AS level_min,
       CASE WHEN c ? 'levels' THEN ARRAY(SELECT jsonb_array_elements_text(c -> 'levels')::int) END AS levels,
       left(c ->> 'region', 2) AS region,
       CASE WHEN c ? 'access' THEN ARRAY['11', '21'] END AS med_types,
       (c ->> 'limit_value')::numeric AS limit_value, coalesce(c ->> 'limit_basis' = 'stay_days', false) AS per_day,
       (c ->> 'window_days')::int AS window_days,
       coalesce((c ->> 'valid_from')::date, '-infinity') AS valid_from, coalesce((c ->> 'valid_to')::date, 'infinity') AS valid_to,
       CASE WHEN c ? 'dx_required' THEN ARRAY(
           SELECT CASE WHEN part ~ '-' THEN left(part, 1) || lpad(n::text, 2, '0') ELSE part END
           FROM regexp_split_to_table(c ->> 'dx_required', ', *') AS part,
                generate_series(substr(part, 2, 2)::int, CASE WHEN part ~ '-' THEN substr(split_part(part, '-', 2), 2, 2)::int ELSE substr(part, 2, 2)::int END) AS n) END AS dx
FROM medsup.rulebook b, medsup.rulebook_entries(b.compiled) AS e (rule_code, entry_code, c);
ALTER TABLE bench.entry ADD PRIMARY KEY (id);

CREATE TABLE bench.posting AS
SELECT c.code::text COLLATE "C" AS code, e.id AS entry, c.role = 'sub' AS is_sub
FROM medsup.rulebook b, medsup.rulebook_codes(b.compiled) c JOIN bench.entry e ON e.entry_code = c.entry_code;
CREATE INDEX posting_code ON bench.posting (code) INCLUDE (entry, is_sub);
VACUUM (ANALYZE) bench.entry, bench.posting;

CREATE FUNCTION bench.rival() RETURNS text
LANGUAGE sql STABLE AS $body$ SELECT replace($$
WITH claim AS MATERIALIZED (
    SELECT claim::jsonb AS j FROM bench.claim WHERE what = $1 AND nr = $2
), visit AS MATERIALIZED (
    SELECT CASE p.gend WHEN 1 THEN 'male' WHEN 2 THEN 'female' END AS sex, p.brdy, left(e.fix_blng_admdvs, 2) AS region, e.med_type,
           CASE WHEN e.med_type LIKE '2%' THEN 'inpatient' ELSE 'outpatient' END AS setting,
           CASE WHEN e.hosp_lv <= '04' THEN 3 WHEN e.hosp_lv <= '07' THEN 2 ELSE 1 END AS level,
           e.endtime::date - e.begntime::date + 1 AS stay_days,
           (SELECT array_agg(left(d ->> 'diag_code', n)) FROM jsonb_array_elements(j -> 'diagnoses') AS d, generate_series(3, 5, 2) AS n) AS dx
    FROM claim, jsonb_to_record(j -> 'person') AS p (gend int, brdy date),
         jsonb_to_record(j -> 'encounters' -> 0) AS e (fix_blng_admdvs text, med_type text, hosp_lv text, begntime timestamp, endtime timestamp)
), line AS MATERIALIZED (
    SELECT l.*, fee_ocur_time::date AS day
    FROM claim, jsonb_to_recordset(j -> 'lines') AS l (feedetl_sn int, fee_ocur_time timestamp, med_list_codg text, cnt numeric, pric numeric,
                                                       det_item_fee_sumamt numeric, inscp_amt numeric, rx_drord_no text, prd_days int)
    WHERE inscp_amt <> 0
), hit AS MATERIALIZED (
    SELECT e.*, l.*, p.is_sub
    FROM line l
    JOIN bench.posting p ON p.code = ANY (ARRAY[{nodes}])
    JOIN bench.entry e ON e.id = p.entry AND l.day BETWEEN e.valid_from AND e.valid_to
    CROSS JOIN visit v
    WHERE (e.region IS NULL OR e.region = v.region) AND (e.levels IS NULL OR v.level = ANY (e.levels)) AND (e.med_types IS NULL OR v.med_type = ANY (e.med_types))
), breach AS (
    -- of a line
    SELECT h.id FROM hit h, visit v
    WHERE CASE measure WHEN 'sex' THEN v.sex <> h.sex
                       WHEN 'age' THEN CASE age_unit WHEN 'year' THEN extract(year FROM age(day, brdy)) WHEN 'day' THEN day - brdy
                                       ELSE extract(year FROM age(day, brdy)) * 12 + extract(month FROM age(day, brdy)) END
                                       NOT BETWEEN coalesce(age_from, 0) AND coalesce(age_below - 1, 100000)
                       WHEN 'setting' THEN v.setting <> ALL (h.settings)
                       WHEN 'insurance' THEN 'basic' <> ALL (h.insurance)
                       WHEN 'level' THEN v.level < h.level_min
                       WHEN 'diagnosis' THEN NOT v.dx && h.dx
                       WHEN 'price' THEN least(pric, det_item_fee_sumamt / cnt) > limit_value
                       WHEN 'never' THEN true ELSE false END
    UNION ALL
    -- sums over a window
    SELECT id FROM hit h, visit v
    WHERE measure IN ('quantity', 'supply_days') AND scope <> 'rolling'
    GROUP BY id, limit_value, CASE scope WHEN 'day' THEN day::text WHEN 'prescription' THEN rx_drord_no END, per_day, stay_days, scope, setting
    HAVING sum(CASE measure WHEN 'quantity' THEN cnt ELSE prd_days END) > limit_value * CASE WHEN per_day THEN stay_days ELSE 1 END
       AND (scope <> 'stay' OR setting = 'inpatient')
    UNION ALL
    SELECT h.id FROM hit h
    WHERE h.measure = 'quantity' AND h.scope = 'rolling'
      AND (SELECT sum(w.cnt) FROM hit w WHERE w.id = h.id AND w.day BETWEEN h.day - h.window_days + 1 AND h.day) > h.limit_value
    UNION ALL
    -- days of use
    SELECT id FROM hit h, visit v
    WHERE measure = 'days' AND (scope <> 'stay' OR setting = 'inpatient')
    GROUP BY id, limit_value HAVING count(DISTINCT day) > limit_value
    UNION ALL
    -- what excludes each other; a line that is both is the one in breach
    SELECT s.id FROM hit s JOIN hit m ON m.id = s.id AND s.is_sub AND NOT m.is_sub AND m.feedetl_sn <> s.feedetl_sn
    WHERE s.measure = 'pair'
      AND CASE s.scope WHEN 'day' THEN m.day = s.day WHEN 'prescription' THEN m.rx_drord_no = s.rx_drord_no
                       WHEN 'hour' THEN date_trunc('hour', m.fee_ocur_time) = date_trunc('hour', s.fee_ocur_time)
                       WHEN '6h' THEN m.fee_ocur_time BETWEEN s.fee_ocur_time - interval '6 hours' AND s.fee_ocur_time + interval '6 hours'
                       ELSE true END
      AND NOT EXISTS (SELECT FROM hit b WHERE b.id = m.id AND b.feedetl_sn = m.feedetl_sn AND b.is_sub)
    UNION ALL
    -- two medicines of one class in use at a time
    SELECT a.id FROM hit a JOIN hit b ON b.id = a.id AND left(b.med_list_codg, 10) <> left(a.med_list_codg, 10)
    WHERE a.measure = 'overlap' AND a.day >= b.day AND a.day < b.day + b.prd_days
)
SELECT DISTINCT e.rule_code, e.entry_code FROM breach b JOIN bench.entry e ON e.id = b.id
$$, '{nodes}', (SELECT string_agg(DISTINCT format('left(l.med_list_codg, %s) COLLATE "C"', char_length(code)), ', ') FROM bench.posting)) $body$;
