-- The shipped indicators of institutions a second time, each by a statement of its
-- own, as docs/indicators.md says what they are and never as sql/parts/74_* does it.
-- Reads the bound sources and nothing else of medsup but its dictionaries; "from" and
-- "to" are the period.  Leaves again (indicator_code, fixmedins_code, numerator,
-- denominator).
CREATE SCHEMA again;
SET search_path = again, public;
SET jit = off;
CREATE TABLE settlement AS TABLE medsup.src_settlement;
CREATE INDEX ON settlement (setl_id);
CREATE INDEX ON settlement (init_setl_id);
CREATE TABLE bill AS
SELECT s.*, s.vali_flag IS NOT DISTINCT FROM '0'
    OR s.refd_setl_flag = '1' AND s.init_setl_id <> s.setl_id AND EXISTS (SELECT FROM settlement o WHERE o.setl_id = s.init_setl_id)
    OR EXISTS (SELECT FROM settlement r WHERE r.init_setl_id = s.setl_id AND r.setl_id <> s.setl_id
               AND r.refd_setl_flag = '1' AND r.vali_flag IS DISTINCT FROM '0') AS gone
FROM settlement s;
CREATE INDEX ON bill (mdtrt_id);
CREATE TABLE line AS
SELECT l.mdtrt_id, l.psn_no, l.fixmedins_code, l.fee_ocur_time AS at, l.med_list_codg AS code, l.chrgitm_lv,
    NULLIF(l.cnt, 'NaN') AS cnt, NULLIF(l.det_item_fee_sumamt, 'NaN') AS amount, NULLIF(l.fulamt_ownpay_amt, 'NaN') AS own, NULLIF(l.inscp_amt, 'NaN') AS scope,
    (SELECT m.setting FROM medsup.setting_map m WHERE starts_with(COALESCE(l.med_type, b.med_type), m.med_type) ORDER BY length(m.med_type) DESC LIMIT 1) AS setting,
    (SELECT m.fee_class FROM medsup.fee_class_map m WHERE starts_with(l.med_chrgitm_type, m.med_chrgitm_type) ORDER BY length(m.med_chrgitm_type) DESC LIMIT 1) AS class
FROM medsup.src_fee_line l, bill b
WHERE b.setl_id = l.setl_id AND NOT b.gone AND b.setl_time >= :'from' AND b.setl_time < :'to'
  AND COALESCE(l.vali_flag, '1') <> '0' AND l.psn_no IS NOT NULL AND l.fixmedins_code IS NOT NULL;
CREATE INDEX ON line (mdtrt_id);
CREATE TABLE encounter AS TABLE medsup.src_encounter;
CREATE TABLE visit AS
SELECT x.*, s.setting, s.setting = 'inpatient' AS stay, e.begntime AS at, e.begntime::date AS day, e.endtime::date AS last_day, left(e.insu_admdvs, 4) AS home, left(e.fix_blng_admdvs, 4) AS place
FROM (SELECT mdtrt_id, fixmedins_code, min(psn_no) AS psn_no, min(setting) AS line_setting,
          COALESCE(sum(amount), 0) AS amount, count(*) AS lines
      FROM line WHERE mdtrt_id IS NOT NULL GROUP BY 1, 2) x
LEFT JOIN encounter e ON e.mdtrt_id = x.mdtrt_id
CROSS JOIN LATERAL (SELECT COALESCE(x.line_setting, (SELECT m.setting FROM medsup.setting_map m WHERE starts_with(e.med_type, m.med_type) ORDER BY length(m.med_type) DESC LIMIT 1)) AS setting) s;
CREATE INDEX ON visit (psn_no);
CREATE TABLE dx AS
SELECT mdtrt_id, min(substr(medsup.try_icd10(diag_code)::text, 1, 3)) AS category FROM medsup.src_diagnosis
WHERE maindiag_flag = '1' AND COALESCE(vali_flag, '1') <> '0' GROUP BY 1 HAVING count(medsup.try_icd10(diag_code)) > 0;
-- stays: a visit opens one unless it meets an earlier one of the person there
CREATE TABLE leg AS
SELECT e.*, COALESCE((SELECT b.mid_setl_flag = '1' FROM bill b WHERE b.mdtrt_id = e.mdtrt_id AND NOT b.gone ORDER BY b.setl_time DESC NULLS LAST, b.setl_id DESC LIMIT 1), false) AS interim
FROM encounter e
WHERE COALESCE(e.vali_flag, '1') <> '0' AND e.psn_no IS NOT NULL AND e.fixmedins_code IS NOT NULL AND e.begntime > '-infinity'
  AND (SELECT m.setting FROM medsup.setting_map m WHERE starts_with(e.med_type, m.med_type) ORDER BY length(m.med_type) DESC LIMIT 1) = 'inpatient'
  AND (EXISTS (SELECT FROM bill b WHERE b.mdtrt_id = e.mdtrt_id AND NOT b.gone) OR NOT EXISTS (SELECT FROM bill b WHERE b.mdtrt_id = e.mdtrt_id));
CREATE INDEX ON leg (psn_no);
ANALYZE;
CREATE TABLE opening AS
SELECT a.psn_no, a.fixmedins_code, a.begntime, a.mdtrt_id FROM leg a
WHERE NOT EXISTS (SELECT FROM leg b WHERE b.psn_no = a.psn_no AND b.fixmedins_code = a.fixmedins_code AND (b.begntime, b.mdtrt_id) < (a.begntime, a.mdtrt_id)
                  AND COALESCE(b.endtime, 'infinity') >= date_trunc('minute', a.begntime))
  AND NOT COALESCE((SELECT b.interim FROM leg b WHERE b.psn_no = a.psn_no AND b.fixmedins_code = a.fixmedins_code AND (b.begntime, b.mdtrt_id) < (a.begntime, a.mdtrt_id)
                    ORDER BY b.begntime DESC, b.mdtrt_id DESC LIMIT 1), false);
CREATE INDEX ON opening (psn_no);
CREATE TABLE chain AS
SELECT o.psn_no, o.fixmedins_code, o.begntime, n.begntime AS next_begin, w.endtime, w.legs, w.plan
FROM opening o
LEFT JOIN LATERAL (SELECT * FROM opening p WHERE p.psn_no = o.psn_no AND p.fixmedins_code = o.fixmedins_code AND (p.begntime, p.mdtrt_id) > (o.begntime, o.mdtrt_id)
                   ORDER BY p.begntime, p.mdtrt_id LIMIT 1) n ON true
CROSS JOIN LATERAL (SELECT CASE WHEN count(*) = count(l.endtime) THEN max(l.endtime) END AS endtime, array_agg(l.mdtrt_id) AS legs,
                        (array_agg(l.attributes ->> 'days_rinp_flag_31' ORDER BY l.begntime DESC, l.mdtrt_id DESC))[1] AS plan
                    FROM leg l WHERE l.psn_no = o.psn_no AND l.fixmedins_code = o.fixmedins_code AND (l.begntime, l.mdtrt_id) >= (o.begntime, o.mdtrt_id)
                      AND (n.mdtrt_id IS NULL OR (l.begntime, l.mdtrt_id) < (n.begntime, n.mdtrt_id))) w;
CREATE TABLE discharge AS SELECT *, GREATEST(endtime::date - begntime::date, 1) AS days FROM chain WHERE endtime >= :'from' AND endtime < :'to';
CREATE TABLE day AS SELECT d::date AS day, extract(isodow FROM d) >= 6 AND d::date NOT IN (SELECT day FROM medsup.holiday WHERE working) AS off_work,
    d::date IN (SELECT day FROM medsup.holiday WHERE NOT working) AS holiday
FROM generate_series(:'from'::date - 800, :'to'::date + 1, interval '1 day') d;

CREATE TABLE answer (indicator_code text, fixmedins_code text, numerator numeric, denominator numeric);
-- who is asked: whoever did anything
CREATE TABLE asked AS
SELECT fixmedins_code FROM line UNION SELECT fixmedins_code FROM discharge
UNION SELECT e.fixmedins_code FROM bill b JOIN encounter e USING (mdtrt_id) WHERE b.setl_time >= :'from' AND b.setl_time < :'to' AND e.fixmedins_code IS NOT NULL
UNION SELECT fixmedins_code FROM medsup.finding WHERE status = 'open' AND psn_no IS NOT NULL AND period_time >= :'from' AND period_time < :'to';

-- shares of fees
INSERT INTO answer SELECT 'drug_share', fixmedins_code, sum(amount) FILTER (WHERE class IN ('western_drug', 'herb', 'patent_drug')), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'test_share', fixmedins_code, sum(amount) FILTER (WHERE class IN ('examination', 'laboratory')), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'consumable_share', fixmedins_code, sum(amount) FILTER (WHERE class = 'consumable'), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'treatment_share', fixmedins_code, sum(amount) FILTER (WHERE class = 'treatment'), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'ct_share', fixmedins_code, sum(amount) FILTER (WHERE medsup.try_fee_item(code)::text LIKE '00310%'), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'mri_share', fixmedins_code, sum(amount) FILTER (WHERE medsup.try_fee_item(code)::text ~ '^(00250|0013)'), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'western_drug_share', fixmedins_code, sum(amount) FILTER (WHERE class = 'western_drug'), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'herb_share', fixmedins_code, sum(amount) FILTER (WHERE class = 'herb'), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'patent_drug_share', fixmedins_code, sum(amount) FILTER (WHERE class = 'patent_drug'), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'examination_share', fixmedins_code, sum(amount) FILTER (WHERE class = 'examination'), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'laboratory_share', fixmedins_code, sum(amount) FILTER (WHERE class = 'laboratory'), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'operation_share', fixmedins_code, sum(amount) FILTER (WHERE class = 'operation'), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'nursing_share', fixmedins_code, sum(amount) FILTER (WHERE class = 'nursing'), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'bed_share', fixmedins_code, sum(amount) FILTER (WHERE class = 'bed'), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'consultation_share', fixmedins_code, sum(amount) FILTER (WHERE class IN ('consultation', 'general', 'registration')), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'outpatient_drug_share', fixmedins_code, sum(amount) FILTER (WHERE class IN ('western_drug', 'herb', 'patent_drug')), sum(amount) FROM line WHERE setting IN ('outpatient', 'emergency', 'chronic', 'internet') GROUP BY 2;
INSERT INTO answer SELECT 'outpatient_test_share', fixmedins_code, sum(amount) FILTER (WHERE class IN ('examination', 'laboratory')), sum(amount) FROM line WHERE setting IN ('outpatient', 'emergency', 'chronic', 'internet') GROUP BY 2;
INSERT INTO answer SELECT 'stay_drug_share', fixmedins_code, sum(amount) FILTER (WHERE class IN ('western_drug', 'herb', 'patent_drug')), sum(amount) FROM line WHERE setting = 'inpatient' GROUP BY 2;
INSERT INTO answer SELECT 'stay_test_share', fixmedins_code, sum(amount) FILTER (WHERE class IN ('examination', 'laboratory')), sum(amount) FROM line WHERE setting = 'inpatient' GROUP BY 2;
INSERT INTO answer SELECT 'stay_consumable_share', fixmedins_code, sum(amount) FILTER (WHERE class = 'consumable'), sum(amount) FROM line WHERE setting = 'inpatient' GROUP BY 2;
INSERT INTO answer SELECT 'own_pay_share', fixmedins_code, sum(own), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'in_scope_share', fixmedins_code, sum(scope), sum(amount) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'class_b_share', fixmedins_code, sum(amount) FILTER (WHERE chrgitm_lv = '02'), sum(amount) FROM line WHERE chrgitm_lv IN ('01', '02', '03') GROUP BY 2;
INSERT INTO answer SELECT 'class_c_share', fixmedins_code, sum(amount) FILTER (WHERE chrgitm_lv = '03'), sum(amount) FROM line WHERE chrgitm_lv IN ('01', '02', '03') GROUP BY 2;
INSERT INTO answer SELECT 'fund_share', e.fixmedins_code, sum(b.fund_pay_sumamt) FILTER (WHERE b.medfee_sumamt IS NOT NULL), sum(b.medfee_sumamt) FROM bill b JOIN encounter e USING (mdtrt_id) WHERE NOT b.gone AND b.setl_time >= :'from' AND b.setl_time < :'to' GROUP BY 2;
INSERT INTO answer SELECT 'account_share', e.fixmedins_code, sum(b.acct_pay) FILTER (WHERE b.medfee_sumamt IS NOT NULL), sum(b.medfee_sumamt) FROM bill b JOIN encounter e USING (mdtrt_id) WHERE NOT b.gone AND b.setl_time >= :'from' AND b.setl_time < :'to' GROUP BY 2;

-- cost of visits and stays
INSERT INTO answer SELECT 'visit_cost', fixmedins_code, sum(amount), count(DISTINCT mdtrt_id) FROM line WHERE setting IN ('outpatient', 'emergency', 'chronic', 'internet') AND mdtrt_id IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'stay_cost', fixmedins_code, sum(amount), count(DISTINCT mdtrt_id) FROM line WHERE setting = 'inpatient' AND mdtrt_id IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'day_cost', fixmedins_code, sum(amount), sum(GREATEST(last_day - day, 1)) FROM visit WHERE stay AND last_day >= day GROUP BY 2;
INSERT INTO answer SELECT 'purchase_cost', fixmedins_code, sum(amount), count(DISTINCT mdtrt_id) FROM line WHERE setting = 'pharmacy' AND mdtrt_id IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'visit_drug_cost', fixmedins_code, sum(amount) FILTER (WHERE class IN ('western_drug', 'herb', 'patent_drug')), count(DISTINCT mdtrt_id) FROM line WHERE setting IN ('outpatient', 'emergency', 'chronic', 'internet') AND mdtrt_id IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'visit_test_cost', fixmedins_code, sum(amount) FILTER (WHERE class IN ('examination', 'laboratory')), count(DISTINCT mdtrt_id) FROM line WHERE setting IN ('outpatient', 'emergency', 'chronic', 'internet') AND mdtrt_id IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'stay_drug_cost', fixmedins_code, sum(amount) FILTER (WHERE class IN ('western_drug', 'herb', 'patent_drug')), count(DISTINCT mdtrt_id) FROM line WHERE setting = 'inpatient' AND mdtrt_id IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'stay_test_cost', fixmedins_code, sum(amount) FILTER (WHERE class IN ('examination', 'laboratory')), count(DISTINCT mdtrt_id) FROM line WHERE setting = 'inpatient' AND mdtrt_id IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'line_cost', fixmedins_code, sum(amount), count(*) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'visit_line_count', fixmedins_code, count(*), count(DISTINCT mdtrt_id) FROM line WHERE setting IN ('outpatient', 'emergency', 'chronic', 'internet') AND mdtrt_id IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'stay_line_count', fixmedins_code, count(*), count(DISTINCT mdtrt_id) FROM line WHERE setting = 'inpatient' AND mdtrt_id IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'visit_item_count', fixmedins_code, count(DISTINCT (mdtrt_id, code)) FILTER (WHERE cnt > 0 AND code IS NOT NULL), count(DISTINCT mdtrt_id) FROM line WHERE setting IN ('outpatient', 'emergency', 'chronic', 'internet') AND mdtrt_id IS NOT NULL GROUP BY 2;

-- how patients come
INSERT INTO answer SELECT 'visits_per_patient', fixmedins_code, count(*), count(DISTINCT psn_no) FROM visit WHERE NOT stay AND at IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'stays_per_patient', fixmedins_code, count(*), count(DISTINCT psn_no) FROM visit WHERE stay AND at IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'visit_gap', fixmedins_code, sum(last - first), sum(n - 1) FROM (SELECT fixmedins_code, psn_no, max(day) AS last, min(day) AS first, count(*) AS n FROM visit WHERE NOT stay AND at IS NOT NULL GROUP BY 1, 2) p GROUP BY 2;
INSERT INTO answer SELECT 'quick_return_share', v.fixmedins_code, count(*) FILTER (WHERE EXISTS (SELECT FROM visit p WHERE NOT p.stay AND p.fixmedins_code = v.fixmedins_code AND p.psn_no = v.psn_no AND (p.at, p.mdtrt_id) < (v.at, v.mdtrt_id) AND p.day >= v.day - 3)), count(*) FROM visit v WHERE NOT v.stay AND v.at IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'same_day_share', fixmedins_code, sum(n - 1), sum(n) FROM (SELECT fixmedins_code, psn_no, day, count(*) AS n FROM visit WHERE NOT stay AND at IS NOT NULL GROUP BY 1, 2, 3) d GROUP BY 2;
INSERT INTO answer SELECT 'frequent_patient_share', fixmedins_code, count(*) FILTER (WHERE n >= 10), count(*) FROM (SELECT fixmedins_code, psn_no, count(*) AS n FROM visit WHERE NOT stay AND at IS NOT NULL GROUP BY 1, 2) p GROUP BY 2;
INSERT INTO answer SELECT 'shared_patient_share', p.fixmedins_code, count(*) FILTER (WHERE EXISTS (SELECT FROM visit o WHERE o.psn_no = p.psn_no AND o.fixmedins_code <> p.fixmedins_code)), count(*) FROM (SELECT DISTINCT fixmedins_code, psn_no FROM visit WHERE NOT stay AND at IS NOT NULL) p GROUP BY 2;
INSERT INTO answer SELECT 'far_visit_share', fixmedins_code, count(*) FILTER (WHERE home <> place), count(*) FROM visit WHERE setting IN ('outpatient', 'emergency', 'chronic', 'internet') AND home IS NOT NULL AND place IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'far_stay_share', fixmedins_code, count(*) FILTER (WHERE home <> place), count(*) FROM visit WHERE setting = 'inpatient' AND home IS NOT NULL AND place IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'diagnosis_concentration', fixmedins_code, max(n), sum(n) FROM (SELECT v.fixmedins_code, d.category, count(*) AS n FROM visit v JOIN dx d USING (mdtrt_id) GROUP BY 1, 2) c GROUP BY 2;

-- how it is billed
CREATE TABLE package AS SELECT fixmedins_code, codes, count(*) AS n
FROM (SELECT l.fixmedins_code, l.mdtrt_id, array_agg(DISTINCT l.code) AS codes FROM line l JOIN visit v USING (fixmedins_code, mdtrt_id) WHERE NOT v.stay AND l.cnt > 0 AND l.code IS NOT NULL GROUP BY 1, 2 HAVING count(DISTINCT l.code) >= 2) s GROUP BY 1, 2;
INSERT INTO answer SELECT 'package_concentration', fixmedins_code, max(n), sum(n) FROM package GROUP BY 2;
INSERT INTO answer SELECT 'package_repetition', fixmedins_code, sum(n) FILTER (WHERE n >= 5), sum(n) FROM package GROUP BY 2;
INSERT INTO answer SELECT 'drug_repetition', fixmedins_code, count(*) - count(DISTINCT (mdtrt_id, code)), count(*) FROM line WHERE class IN ('western_drug', 'herb', 'patent_drug') AND cnt > 0 AND mdtrt_id IS NOT NULL GROUP BY 2;
INSERT INTO answer SELECT 'weekend_share', fixmedins_code, count(*) FILTER (WHERE off_work), count(*) FROM line LEFT JOIN day ON day = at::date GROUP BY 2;
INSERT INTO answer SELECT 'holiday_share', fixmedins_code, count(*) FILTER (WHERE holiday), count(*) FROM line LEFT JOIN day ON day = at::date GROUP BY 2;
INSERT INTO answer SELECT 'night_share', fixmedins_code, count(*) FILTER (WHERE extract(hour FROM at) >= 22 OR extract(hour FROM at) < 6), count(*) FROM line WHERE at > '-infinity' AND at <> date_trunc('day', at) GROUP BY 2;
INSERT INTO answer SELECT 'benford_deviation', w.fixmedins_code, sum(abs(COALESCE(f.n, 0) - w.total * round(log(1 + 1 / d::numeric), 6))), max(w.total)
FROM (SELECT fixmedins_code, count(*) AS total FROM line WHERE amount > 0 GROUP BY 1) w CROSS JOIN generate_series(1, 9) d
LEFT JOIN (SELECT fixmedins_code, substring(amount::text FROM '[1-9]')::int AS digit, count(*) AS n FROM line WHERE amount > 0 GROUP BY 1, 2) f ON f.fixmedins_code = w.fixmedins_code AND f.digit = d GROUP BY 2;
INSERT INTO answer SELECT 'round_share', fixmedins_code, count(*) FILTER (WHERE amount / 10 = trunc(amount / 10)), count(*) FROM line WHERE amount > 0 GROUP BY 2;
INSERT INTO answer SELECT 'at_cap_share', l.fixmedins_code, count(*) FILTER (WHERE l.cnt = k.limit_value), count(*) FROM line l JOIN medsup.knowledge_code c ON c.code::text = l.code JOIN medsup.knowledge k ON k.entry_code = c.entry_code AND k.entry_code = 'L-CAP-1' WHERE l.cnt > 0 GROUP BY 2;
INSERT INTO answer SELECT 'refund_share', fixmedins_code, count(*) FILTER (WHERE cnt < 0), count(*) FROM line GROUP BY 2;
INSERT INTO answer SELECT 'billing_burst_share', fixmedins_code, sum(n) FILTER (WHERE persons >= 3), sum(n) FROM (SELECT e.fixmedins_code, to_char(b.setl_time, 'YYYYMMDDHH24MI') AS minute, count(*) AS n, count(DISTINCT b.psn_no) AS persons FROM bill b JOIN encounter e USING (mdtrt_id) WHERE NOT b.gone AND b.setl_time >= :'from' AND b.setl_time < :'to' AND to_char(b.setl_time, 'HH24MI') <> '0000' GROUP BY 1, 2) m GROUP BY 2;
INSERT INTO answer SELECT 'interim_share', e.fixmedins_code, count(*) FILTER (WHERE b.mid_setl_flag = '1'), count(*) FROM bill b JOIN encounter e USING (mdtrt_id) WHERE NOT b.gone AND b.setl_time >= :'from' AND b.setl_time < :'to' GROUP BY 2;
INSERT INTO answer SELECT 'reversal_share', e.fixmedins_code, count(*) FILTER (WHERE b.gone), count(*) FROM bill b JOIN encounter e USING (mdtrt_id) WHERE b.setl_time >= :'from' AND b.setl_time < :'to' GROUP BY 2;

-- stays
INSERT INTO answer SELECT 'infection_rate', fixmedins_code, count(*) FILTER (WHERE EXISTS (SELECT FROM medsup.src_diagnosis d WHERE d.mdtrt_id = ANY (c.legs) AND COALESCE(d.vali_flag, '1') <> '0' AND medsup.try_icd10(d.diag_code)::text ~ '^J(0|1|20|21|22)')), count(*) FROM discharge c GROUP BY 2;
INSERT INTO answer SELECT 'readmission_rate', fixmedins_code, count(*) FILTER (WHERE next_begin::date - endtime::date <= 31 AND plan = '0'), count(*) FROM discharge GROUP BY 2;
INSERT INTO answer SELECT 'return_stay_share', fixmedins_code, count(*) FILTER (WHERE next_begin::date - endtime::date <= 15), count(*) FROM discharge GROUP BY 2;
INSERT INTO answer SELECT 'stay_length', fixmedins_code, sum(days), count(*) FROM discharge GROUP BY 2;
INSERT INTO answer SELECT 'short_stay_share', fixmedins_code, count(*) FILTER (WHERE days <= 2), count(*) FROM discharge GROUP BY 2;
INSERT INTO answer SELECT 'long_stay_share', fixmedins_code, count(*) FILTER (WHERE days > 60), count(*) FROM discharge GROUP BY 2;
INSERT INTO answer SELECT 'weekend_stay_share', fixmedins_code, count(*) FILTER (WHERE off_work), count(*) FROM discharge LEFT JOIN day ON day = begntime::date GROUP BY 2;
INSERT INTO answer SELECT 'holiday_stay_share', fixmedins_code, count(*) FILTER (WHERE holiday), count(*) FROM discharge LEFT JOIN day ON day = begntime::date GROUP BY 2;
INSERT INTO answer SELECT 'low_standard_share', v.fixmedins_code, count(*) FILTER (WHERE 2 * (SELECT COALESCE(sum(l.amount), 0) FROM line l WHERE l.mdtrt_id = v.mdtrt_id AND l.fixmedins_code = v.fixmedins_code AND l.class IN ('examination', 'laboratory')) > v.amount), count(*) FROM visit v WHERE v.stay AND v.amount > 0 GROUP BY 2;
INSERT INTO answer SELECT 'admissions_per_bed', p.fixmedins_code, (SELECT count(*) FROM discharge d WHERE d.fixmedins_code = p.fixmedins_code), p.aprv_bed_cnt FROM medsup.src_provider p WHERE p.aprv_bed_cnt > 0;
INSERT INTO answer SELECT 'bed_occupancy', p.fixmedins_code, (SELECT sum(d.days) FROM discharge d WHERE d.fixmedins_code = p.fixmedins_code), p.aprv_bed_cnt * (:'to'::date - :'from'::date) FROM medsup.src_provider p WHERE p.aprv_bed_cnt > 0;

-- the audit
INSERT INTO answer SELECT 'finding_rate', l.fixmedins_code, (SELECT count(*) FROM medsup.finding f WHERE f.status = 'open' AND f.psn_no IS NOT NULL AND f.fixmedins_code = l.fixmedins_code AND f.period_time >= :'from' AND f.period_time < :'to'), count(*) FROM line l GROUP BY 2;
INSERT INTO answer SELECT 'finding_amount_share', l.fixmedins_code, (SELECT sum(f.vola_amt) FROM medsup.finding f WHERE f.status = 'open' AND f.psn_no IS NOT NULL AND f.fixmedins_code = l.fixmedins_code AND f.period_time >= :'from' AND f.period_time < :'to'), sum(l.amount) FROM line l GROUP BY 2;

-- case groups
CREATE TABLE grouped AS
SELECT v.mdtrt_id, v.fixmedins_code, v.amount, g.grp_codg, g.grp_wt, d.category,
    (SELECT m.level FROM medsup.level_map m WHERE m.hosp_lv = p.hosp_lv) AS level, p.medins_type
FROM visit v JOIN medsup.src_case_group g USING (mdtrt_id) JOIN medsup.src_provider p USING (fixmedins_code) LEFT JOIN dx d USING (mdtrt_id)
WHERE v.stay AND v.amount > 0 AND EXISTS (SELECT FROM medsup.level_map m WHERE m.hosp_lv = p.hosp_lv AND m.level IS NOT NULL);
ANALYZE grouped;
CREATE TABLE ratio AS
SELECT c.*, (SELECT CASE WHEN count(*) >= 5 THEN round(c.amount * count(*) / sum(o.amount), 6) END FROM grouped o WHERE (o.grp_codg, o.level, COALESCE(o.medins_type, '')) = (c.grp_codg, c.level, COALESCE(c.medins_type, ''))) AS r,
    (SELECT CASE WHEN count(o.grp_wt) >= 5 AND c.grp_wt IS NOT NULL THEN round(sum(o.grp_wt) / count(o.grp_wt), 6) END FROM grouped o WHERE (o.category, o.level, COALESCE(o.medins_type, '')) = (c.category, c.level, COALESCE(c.medins_type, ''))) AS expected
FROM grouped c;
INSERT INTO answer SELECT 'group_deviation', fixmedins_code, sum(r), count(r) FROM ratio GROUP BY 2;
INSERT INTO answer SELECT 'dear_case_share', fixmedins_code, count(*) FILTER (WHERE r > 2), count(r) FROM ratio GROUP BY 2;
INSERT INTO answer SELECT 'cheap_case_share', fixmedins_code, count(*) FILTER (WHERE r < 0.5), count(r) FROM ratio GROUP BY 2;
INSERT INTO answer SELECT 'case_mix', fixmedins_code, sum(grp_wt), count(grp_wt) FROM ratio GROUP BY 2;
INSERT INTO answer SELECT 'weight_cost', fixmedins_code, sum(amount) FILTER (WHERE grp_wt IS NOT NULL), sum(grp_wt) FROM ratio GROUP BY 2;
INSERT INTO answer SELECT 'upcoding_index', fixmedins_code, sum(grp_wt) FILTER (WHERE expected IS NOT NULL), sum(expected) FROM ratio GROUP BY 2;

-- what is not there is nothing, not unknown: its source is bound
CREATE TABLE difference AS
SELECT i.indicator_code, a.fixmedins_code, o.numerator, o.denominator, o.value, o.reason, x.numerator AS numerator_again, x.denominator AS denominator_again
FROM medsup.indicator i
CROSS JOIN asked a
LEFT JOIN answer x ON x.indicator_code = i.indicator_code AND x.fixmedins_code = a.fixmedins_code
FULL JOIN medsup.provider_indicators(daterange(:'from', :'to')) o ON o.indicator_code = i.indicator_code AND o.fixmedins_code = a.fixmedins_code
WHERE (o.numerator, o.denominator) IS DISTINCT FROM (COALESCE(x.numerator, CASE WHEN x.indicator_code IS NULL THEN o.numerator END, 0), COALESCE(x.denominator, 0))
   OR o.value IS DISTINCT FROM CASE WHEN x.denominator >= i.min_denominator THEN trim_scale(round(i.scale * COALESCE(x.numerator, 0) / x.denominator, 6)) END
   OR o.reason IS DISTINCT FROM CASE WHEN x.denominator >= i.min_denominator THEN NULL ELSE 'small_denominator' END;
