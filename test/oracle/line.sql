-- What each entry says of each living line (docs/rulebook.md, 2 and 3).

-- the longest entry of the map that the value begins with
CREATE FUNCTION batch.setting_of(med_type text) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT m.setting FROM medsup.setting_map m WHERE starts_with(setting_of.med_type, m.med_type)
        ORDER BY length(m.med_type) DESC, m.origin LIMIT 1);

CREATE TABLE batch.alive AS
SELECT f.c, f.id, f.mdtrt_id, f.feedetl_sn, f.setl_id, f.fee_ocur_time AS t, f.fee_ocur_time::date AS day, f.code,
       f.left_cnt AS cnt, f.left_amt AS amt, f.left_inscp AS inscp, f.pric, f.fixmedins_code AS place,
       nullif(btrim(f.rx_drord_no), '') AS rx, nullif(btrim(f.bilg_dr_codg), '') AS doctor, nullif(btrim(f.bilg_dept_codg), '') AS dept,
       f.acord_dept_codg AS dept2, d.grade,
       e.gend, e.brdy, e.medins_type, lv.level, e.fix_blng_admdvs AS care, f.insu_admdvs AS insured, ins.class AS insurance, se.setting,
       e.begntime, e.endtime, e.dise_no,
       -- filled at a pharmacy for somebody else's prescription, of that level
       (f.rx_circ_flag = '1' AND (f.fixmedins_code ~ '^P[0-9]+$' OR se.setting = 'pharmacy')) IS TRUE AS outside, rx.level AS rx_level,
       -- money that was certainly not the fund's
       f.left_inscp = 0 OR f.left_own = f.left_amt OR f.hosp_appr_flag = '2' AS not_in_scope,
       b.pooled = 0 AS no_pool, b.pooled = 0 AND b.account = 0 AS no_account,
       row_number() OVER (PARTITION BY f.c ORDER BY f.fee_ocur_time, f.mdtrt_id COLLATE "C", f.feedetl_sn COLLATE "C") AS at
FROM batch.fate f
JOIN batch.encounter e ON e.mdtrt_id = f.mdtrt_id
LEFT JOIN batch.settlement s ON s.setl_id = f.setl_id
LEFT JOIN batch.bill b ON b.setl_id = f.setl_id
LEFT JOIN medsup.level_map lv ON lv.hosp_lv = e.hosp_lv
LEFT JOIN medsup.level_map rx ON rx.hosp_lv = f.rx_hosp_lv
LEFT JOIN medsup.insurance_map ins ON ins.insutype = coalesce(s.insutype, e.insutype)
CROSS JOIN LATERAL (SELECT batch.setting_of(coalesce(f.med_type, s.med_type, e.med_type)) AS setting) AS se
LEFT JOIN (VALUES ('1', 1), ('2', 2), ('3', 3)) AS d (duty, grade) ON d.duty = f.dr_pro_tech_duty AND coalesce(f.bilg_dr_codg, '') !~ '[,;、/|]'
WHERE f.skip IS NULL;

-- of a visit; where that is not written, of its first line
ALTER TABLE batch.alive ADD visit_setting text;
UPDATE batch.alive a SET visit_setting = CASE WHEN e.med_type IS NOT NULL THEN batch.setting_of(e.med_type)
    ELSE (SELECT f.setting FROM batch.alive f WHERE f.mdtrt_id = e.mdtrt_id ORDER BY f.at LIMIT 1) END
FROM batch.encounter e WHERE e.mdtrt_id = a.mdtrt_id;

-- region 510000 covers 51, 510100 covers 5101
CREATE FUNCTION batch.region_fits(region text, place text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN coalesce(starts_with(place, regexp_replace(region, '(00)+$', '')), true);

CREATE TABLE batch.spoken AS
SELECT e.entry_code, k.role, k.listed, a.*,
       CASE WHEN e.region IS NOT NULL AND CASE e.region_by WHEN 'care' THEN a.care ELSE a.insured END IS NULL THEN 'undecided:region_unknown'
            WHEN e.levels IS NOT NULL AND a.level IS NULL THEN 'undecided:level_unknown'
            WHEN e.fund_scope = 'any' THEN NULL
            WHEN a.not_in_scope OR CASE e.fund_scope WHEN 'pool' THEN a.no_pool ELSE a.no_account END THEN 'not_fund_paid:'
            WHEN a.inscp IS NULL THEN 'undecided:inscp_amt_missing' END AS barred
FROM batch.entry e
JOIN (SELECT k.entry_code, k.role, c.code,
             EXISTS (SELECT FROM batch.entry_code l WHERE l.entry_code = k.entry_code AND l.role = 'list' AND starts_with(c.code, l.code)) AS listed
      FROM batch.entry_code k, (SELECT DISTINCT code FROM oracle.code) c WHERE starts_with(c.code, k.code)
      GROUP BY k.entry_code, k.role, c.code) k USING (entry_code)
JOIN batch.alive a ON a.code = k.code
WHERE a.day >= coalesce(e.valid_from, '-infinity') AND a.day <= coalesce(e.valid_to, 'infinity')
  AND (e.region IS NULL OR batch.region_fits(e.region, CASE e.region_by WHEN 'care' THEN a.care ELSE a.insured END))
  AND (e.levels IS NULL OR a.level IS NULL OR a.level = ANY (e.levels));

-- The entry of a smaller region outranks the others on a line: of the same rule
-- (which has one check and scope here), about the same item.
DELETE FROM batch.spoken s
USING batch.entry e
WHERE e.entry_code = s.entry_code
  AND EXISTS (SELECT FROM batch.spoken o JOIN batch.entry r ON r.entry_code = o.entry_code
              WHERE r.rule_code = e.rule_code AND o.id = s.id AND o.role = s.role
                AND length(regexp_replace(r.region, '(00)+$', '')) > coalesce(length(regexp_replace(e.region, '(00)+$', '')), 0)
                AND (e.region IS NULL OR r.region_by = e.region_by)
                AND (e.measure <> 'condition' OR r.item_name = e.item_name)
                AND CASE WHEN e.measure IN ('pair', 'overlap') AND e.at_least IS NULL
                         -- about the sub item, beside all of the main ones
                         THEN s.role = 'sub' AND NOT EXISTS (
                              SELECT FROM batch.alive a WHERE a.c = s.c
                              AND EXISTS (SELECT FROM batch.entry_code k WHERE k.entry_code = e.entry_code AND k.role = 'main' AND starts_with(a.code, k.code))
                              AND NOT EXISTS (SELECT FROM batch.entry_code k WHERE k.entry_code = r.entry_code AND k.role = 'main' AND starts_with(a.code, k.code)))
                         ELSE s.role = 'main' END);

-- Age in whole units: a month is complete on the same day of the month, or on
-- the first of the next where there is none.
CREATE FUNCTION batch.month_done(birth date, n int) RETURNS date LANGUAGE sql IMMUTABLE
RETURN CASE WHEN extract(day FROM birth + n * interval '1 month') = extract(day FROM birth) THEN (birth + n * interval '1 month')::date
            ELSE (birth + n * interval '1 month')::date + 1 END;
CREATE FUNCTION batch.months(birth date, day date) RETURNS int LANGUAGE sql IMMUTABLE
RETURN (SELECT n - CASE WHEN batch.month_done(birth, n) > day THEN 1 ELSE 0 END
        FROM (SELECT 12 * (extract(year FROM day) - extract(year FROM birth))::int + (extract(month FROM day) - extract(month FROM birth))::int AS n) AS m);

-- Above a ceiling: by the lower one of unit price and amount for one.
CREATE FUNCTION batch.over_price(pric numeric, cnt numeric, amt numeric, ceiling numeric) RETURNS numeric LANGUAGE sql IMMUTABLE
RETURN round(least((nullif(nullif(pric, 0), 'NaN') - ceiling) * cnt, amt - ceiling * cnt, amt), 2);

-- outcome of each line for each entry that judges lines
CREATE TABLE batch.outcome AS
SELECT s.entry_code, s.c, s.id, coalesce(s.barred, CASE e.measure
    WHEN 'sex' THEN CASE WHEN s.gend IS NULL OR s.gend NOT IN ('1', '2') THEN 'undecided:sex_unknown'
                         WHEN (s.gend = '1') = (e.sex = 'male') THEN 'passed:' ELSE 'hit:' END
    WHEN 'age' THEN CASE WHEN s.brdy IS NULL THEN 'undecided:birth_missing'
                         WHEN s.brdy < '1700-01-01' THEN 'undecided:birth_unreadable'
                         WHEN s.brdy::date > s.day OR batch.months(s.brdy::date, s.day) > 150 * 12 THEN 'undecided:birth_implausible'
                         ELSE (SELECT CASE WHEN age < e.age_from OR age >= e.age_below THEN 'hit:' ELSE 'passed:' END
                               FROM (SELECT CASE e.age_unit WHEN 'day' THEN s.day - s.brdy::date WHEN 'month' THEN batch.months(s.brdy::date, s.day)
                                            ELSE batch.months(s.brdy::date, s.day) / 12 END AS age) AS x) END
    WHEN 'insurance' THEN CASE WHEN s.insurance IS NULL THEN 'undecided:insurance_unknown'
                               WHEN s.insurance = ANY (e.insurance) THEN 'passed:' ELSE 'hit:' END
    WHEN 'setting' THEN CASE WHEN s.outside THEN 'undecided:prescriber_unknown'
                             WHEN s.setting IS NULL THEN 'undecided:setting_unknown'
                             -- ordinary outpatient care may hide an internet visit
                             WHEN s.setting IN ('outpatient', 'chronic') AND NOT 'internet' = ANY (e.settings) AND cardinality(e.settings) = 5
                                  AND NOT EXISTS (SELECT FROM medsup.setting_map m WHERE m.setting = 'internet') THEN 'undecided:setting_unknown'
                             WHEN s.setting = ANY (e.settings) THEN 'passed:' ELSE 'hit:' END
    WHEN 'level' THEN CASE WHEN e.level_first_only AND EXISTS (SELECT FROM batch.alive o JOIN batch.entry_code k ON k.entry_code = s.entry_code AND starts_with(o.code, k.code)
                                                                 WHERE o.c = s.c AND o.at < s.at) THEN 'passed:'
                           WHEN s.outside AND s.rx_level IS NULL THEN 'undecided:prescriber_unknown'
                           WHEN NOT s.outside AND s.level IS NULL THEN 'undecided:level_unknown'
                           WHEN CASE WHEN s.outside THEN s.rx_level ELSE s.level END >= e.level_min THEN 'passed:'
                           -- a lower level suffices to one kind of institution
                           WHEN CASE WHEN s.outside THEN s.rx_level ELSE s.level END < coalesce(e.alt_level_min, 9) THEN 'hit:'
                           WHEN s.outside THEN 'undecided:prescriber_unknown'
                           WHEN s.medins_type IS NULL THEN 'undecided:institution_type_unknown'
                           WHEN s.medins_type = e.alt_medins_type THEN 'passed:' ELSE 'hit:' END
    WHEN 'institution_type' THEN CASE WHEN s.outside THEN 'undecided:prescriber_unknown'
                                      WHEN s.medins_type IS NULL THEN 'undecided:institution_type_unknown'
                                      WHEN s.medins_type = ANY (e.medins_types) THEN 'passed:' ELSE 'hit:' END
    WHEN 'department' THEN CASE WHEN s.dept IS NULL AND s.dept2 IS NULL THEN 'undecided:department_unknown'
                                WHEN EXISTS (SELECT FROM unnest(e.departments) d WHERE starts_with(s.dept, d) OR starts_with(s.dept2, d)) THEN 'passed:'
                                ELSE 'hit:' END
    WHEN 'prescriber' THEN CASE WHEN s.grade IS NULL THEN 'undecided:doctor_unknown'
                                WHEN s.grade < e.grade_min THEN 'hit:' ELSE 'passed:' END
    WHEN 'never' THEN 'hit:'
    WHEN 'price' THEN CASE WHEN least(nullif(nullif(s.pric, 0), 'NaN'), s.amt / s.cnt) <= e.limit_value THEN 'passed:'
                           WHEN batch.over_price(s.pric, s.cnt, s.amt, e.limit_value) = 0 THEN 'passed:'
                           WHEN s.pric = 'NaN' THEN 'undecided:price_missing' ELSE 'hit:' END
    WHEN 'programme' THEN CASE WHEN s.setting IS NULL THEN 'undecided:setting_unknown'
                               WHEN s.setting <> 'chronic' THEN 'passed:'
                               WHEN s.dise_no IS NOT NULL AND NOT EXISTS (SELECT FROM unnest(e.programmes) p WHERE starts_with(s.dise_no, p)) THEN 'passed:'
                               WHEN s.listed THEN 'passed:'
                               WHEN EXISTS (SELECT FROM batch.registration r WHERE r.c = s.c AND r.dise_no = s.dise_no AND r.vali_flag = '1'
                                            AND r.begndate::date <= s.day AND r.begndate <> '-infinity'
                                            AND (r.enddate IS NULL OR r.enddate <> '-infinity' AND r.enddate::date >= s.day)) THEN 'hit:'
                               ELSE 'undecided:programme_unknown' END
    END) AS outcome
FROM batch.spoken s JOIN batch.entry e USING (entry_code)
WHERE e.kind IN ('K1', 'K2', 'K9', 'K8') AND e.measure <> 'closure' AND s.role = 'main';

-- The lines of a finding: role 1 violates, 2 is involved; take / of of the line
-- is what the excess chose of it.
CREATE TABLE batch.member (entry_code text, c int, anchor bigint, window_start timestamp, line bigint, role int, take numeric, of numeric);
CREATE TABLE batch.finding (entry_code text, c int, id bigint, scope text, window_start timestamp, excess numeric, vola numeric, vola_max numeric, note text);
INSERT INTO batch.finding
SELECT o.entry_code, o.c, o.id, 'line', NULL, CASE WHEN e.measure = 'price' THEN p.over ELSE a.cnt END,
       CASE WHEN e.measure = 'price' THEN p.over ELSE a.amt END, CASE WHEN e.measure = 'price' THEN p.over ELSE a.amt END, NULL
FROM batch.outcome o JOIN batch.entry e USING (entry_code) JOIN batch.alive a ON a.id = o.id
CROSS JOIN LATERAL (SELECT batch.over_price(a.pric, a.cnt, a.amt, e.limit_value) AS over) AS p
WHERE o.outcome = 'hit:';
INSERT INTO batch.member
SELECT f.entry_code, f.c, f.id, NULL, f.id, 1, f.vola, a.amt FROM batch.finding f JOIN batch.alive a USING (id);
