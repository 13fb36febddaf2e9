-- Indicators of every grain a second time, from the raw tables of indicator_ugly.sql,
-- as docs/indicators.md says what they are: texts are read here, and stays are walked
-- one by one.  "grain", "from" and "to" say of whom and when.  Leaves mine.difference
-- and mine.answer (indicator_code, fixmedins_code, unit, numerator, denominator).
DROP SCHEMA IF EXISTS mine CASCADE;
CREATE SCHEMA mine;
SET search_path = mine, public;
CREATE FUNCTION word(t text) RETURNS text LANGUAGE sql IMMUTABLE RETURN nullif(btrim(t, E' \t\r\n'), '');
CREATE FUNCTION number(t text) RETURNS numeric LANGUAGE sql IMMUTABLE RETURN CASE WHEN word(t) ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$' THEN word(t)::numeric END;
CREATE FUNCTION dict(t text) RETURNS text LANGUAGE sql IMMUTABLE RETURN CASE WHEN word(t) ~ '^[0-9]+$' THEN lpad(ltrim(word(t), '0'), 2, '0') ELSE word(t) END;
CREATE FUNCTION setting(med_type text) RETURNS text LANGUAGE sql STABLE RETURN (SELECT m.setting FROM medsup.setting_map m WHERE m.med_type = setting.med_type);
SELECT format('CREATE FUNCTION unit(department text, doctor text) RETURNS text LANGUAGE sql IMMUTABLE RETURN %s',
              CASE :'grain' WHEN 'department' THEN 'department' WHEN 'doctor' THEN 'doctor' ELSE '''''' END) \gexec
SELECT :'grain' = 'pharmacy' AS pharmacy, :'grain' = 'institution' AS institution \gset

-- of several rows under one number the one that is not void
CREATE TABLE one_bill AS
SELECT DISTINCT ON (setl_id) setl_id, word(mdtrt_id) AS mdtrt_id, word(psn_no) AS psn_no, init_setl_id, refd_setl_flag, mid_setl_flag, vali_flag IS NOT DISTINCT FROM '0' AS void,
    setl_time, dict(med_type) AS med_type, number(medfee_sumamt) AS fee, number(fund_pay_sumamt) AS fund
FROM wh.setl_d ORDER BY setl_id, vali_flag IS NOT DISTINCT FROM '0';
CREATE TABLE bill AS
SELECT b.*, b.void OR EXISTS (SELECT FROM one_bill r WHERE r.init_setl_id = b.setl_id AND r.refd_setl_flag = '1' AND NOT r.void AND r.setl_id <> b.setl_id)
    OR b.refd_setl_flag = '1' AND b.init_setl_id <> b.setl_id AND EXISTS (SELECT FROM one_bill o WHERE o.setl_id = b.init_setl_id) AS gone
FROM one_bill b;
CREATE TABLE encounter AS
SELECT DISTINCT ON (mdtrt_id) mdtrt_id, word(psn_no) AS psn_no, fixmedins_code, dict(med_type) AS med_type, wh.finite(begntime) AS began, wh.finite(endtime) AS ended,
    unit(dscg_dept_codg, atddr_codg) AS unit, vali_flag IS NOT DISTINCT FROM '0' AS void, left(insu_admdvs, 4) AS home,
    left(coalesce(fix_blng_admdvs, (SELECT f.fix_blng_admdvs FROM wh.fixmedins_b f WHERE f.fixmedins_code = e.fixmedins_code AND f.vali_flag = '1')), 4) AS place
FROM wh.mdtrt_d e ORDER BY mdtrt_id, vali_flag IS NOT DISTINCT FROM '0';
CREATE TABLE settled AS
SELECT word(l.mdtrt_id) AS mdtrt_id, word(l.psn_no) AS psn_no, l.fixmedins_code, unit(word(l.bilg_dept_codg), word(l.bilg_dr_codg)) AS unit, wh.finite(l.fee_ocur_time) AS at,
    word(l.med_list_codg) AS code, number(l.cnt) AS cnt, number(l.det_item_fee_sumamt) AS amount, number(l.fulamt_ownpay_amt) AS own, dict(l.med_chrgitm_type) AS class,
    dict(l.chrgitm_lv) AS graded, b.med_type, setting(b.med_type) AS setting
FROM wh.fee_list_d l JOIN bill b USING (setl_id)
WHERE l.vali_flag IS DISTINCT FROM '0' AND NOT b.gone AND b.setl_time >= :'from' AND b.setl_time < :'to' AND word(l.psn_no) IS NOT NULL AND l.fixmedins_code IS NOT NULL;
DELETE FROM settled WHERE unit IS NULL;
CREATE TABLE line AS SELECT * FROM settled WHERE NOT :'pharmacy' OR setting = 'pharmacy';
CREATE TABLE visit AS
SELECT v.*, k.setting, k.setting = 'inpatient' AS stay, e.began, e.ended, e.home, e.place
FROM (SELECT fixmedins_code, unit, mdtrt_id, min(psn_no) AS psn_no, min(med_type) AS med_type, count(*) AS lines, sum(amount) AS amount,
          sum(amount) FILTER (WHERE class IN ('09', '10', '11')) AS drugs, sum(amount) FILTER (WHERE class IN ('03', '04')) AS tests
      FROM settled WHERE mdtrt_id IS NOT NULL GROUP BY 1, 2, 3) v
LEFT JOIN encounter e USING (mdtrt_id)
CROSS JOIN LATERAL (SELECT setting(coalesce(v.med_type, e.med_type)) AS setting) k
WHERE NOT :'pharmacy' OR k.setting = 'pharmacy';
CREATE TABLE other AS SELECT * FROM visit WHERE NOT stay AND began IS NOT NULL;
CREATE TABLE outpatient AS SELECT * FROM visit WHERE setting IN ('outpatient', 'emergency', 'chronic', 'internet');
CREATE TABLE code AS SELECT s.* FROM settled s JOIN visit USING (fixmedins_code, unit, mdtrt_id) WHERE s.cnt > 0;
CREATE TABLE settlement AS
SELECT b.*, e.fixmedins_code, e.unit FROM bill b JOIN encounter e USING (mdtrt_id)
WHERE b.setl_time >= :'from' AND b.setl_time < :'to' AND e.fixmedins_code IS NOT NULL AND e.unit IS NOT NULL
  AND (NOT :'pharmacy' OR setting(coalesce(b.med_type, e.med_type)) = 'pharmacy');
CREATE TABLE main_diagnosis AS
SELECT mdtrt_id, min(left(medsup.try_icd10(diag_code)::text, 3)) AS category FROM wh.setl_list_diag_d
WHERE maindiag_flag = '1' AND vali_flag IS DISTINCT FROM '0' AND medsup.try_icd10(diag_code) IS NOT NULL GROUP BY 1;

-- stays, walked: the next one belongs to them when it begins no later than they end, or after an interim settlement
CREATE TABLE stay (psn_no text, fixmedins_code text, unit text, began timestamp, ended timestamp, open boolean, interim boolean, visits text[], next_began timestamp);
DO $$
DECLARE
    e record;
    s mine.stay;
BEGIN
    FOR e IN SELECT x.*, coalesce((SELECT b.mid_setl_flag = '1' FROM mine.bill b WHERE b.mdtrt_id = x.mdtrt_id AND NOT b.gone ORDER BY b.setl_time DESC NULLS LAST, b.setl_id DESC LIMIT 1), false) AS interim
             FROM mine.encounter x
             WHERE NOT x.void AND mine.setting(x.med_type) = 'inpatient' AND x.psn_no IS NOT NULL AND x.fixmedins_code IS NOT NULL AND x.began IS NOT NULL
               AND coalesce((SELECT bool_or(NOT b.gone) FROM mine.bill b WHERE b.mdtrt_id = x.mdtrt_id), true)
             ORDER BY x.psn_no, x.fixmedins_code, x.began, x.mdtrt_id LOOP
        IF s.psn_no = e.psn_no AND s.fixmedins_code = e.fixmedins_code AND (s.interim OR s.open OR date_trunc('minute', e.began) <= s.ended) THEN
            s.ended := greatest(s.ended, e.ended);
            s.open := s.open OR e.ended IS NULL;
            s.visits := s.visits || e.mdtrt_id;
        ELSE
            IF s.psn_no = e.psn_no AND s.fixmedins_code = e.fixmedins_code THEN
                s.next_began := e.began;
            END IF;
            INSERT INTO mine.stay SELECT s.* WHERE s.psn_no IS NOT NULL;
            s := (e.psn_no, e.fixmedins_code, NULL, e.began, e.ended, e.ended IS NULL, NULL, ARRAY[e.mdtrt_id], NULL);
        END IF;
        s.unit := e.unit;
        s.interim := e.interim;
    END LOOP;
    INSERT INTO mine.stay SELECT s.*;
END
$$;
CREATE TABLE discharge AS
SELECT *, greatest(ended::date - began::date, 1) AS days FROM stay
WHERE NOT open AND ended >= :'from' AND ended < :'to' AND unit IS NOT NULL AND NOT :'pharmacy';

CREATE TABLE answer (indicator_code text, fixmedins_code text, unit text, numerator numeric, denominator numeric);
CREATE FUNCTION note(code text, what text, numerator text, denominator text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO mine.answer SELECT %L, fixmedins_code, unit, coalesce(%s, 0), %s FROM %s GROUP BY 2, 3', code, numerator, denominator, what);
END
$$;
SELECT note('drug_share', 'line', $$sum(amount) FILTER (WHERE class IN ('09', '10', '11'))$$, 'sum(amount)'),
    note('consultation_share', 'line', $$sum(amount) FILTER (WHERE class IN ('02', '12', '13'))$$, 'sum(amount)'),
    note('outpatient_test_share', $$line WHERE setting IN ('outpatient', 'emergency', 'chronic', 'internet')$$, $$sum(amount) FILTER (WHERE class IN ('03', '04'))$$, 'sum(amount)'),
    note('own_pay_share', 'line', 'sum(own)', 'sum(amount)'),
    note('class_b_share', $$line WHERE graded IN ('01', '02', '03')$$, $$sum(amount) FILTER (WHERE graded = '02')$$, 'sum(amount)'),
    note('ct_share', 'line', $$sum(amount) FILTER (WHERE code LIKE '002103%')$$, 'sum(amount)'),
    note('line_cost', 'line', 'sum(amount)', 'count(*)'),
    note('weekend_share', 'line', $$count(*) FILTER (WHERE extract(isodow FROM at) >= 6 AND at::date <> '2026-03-07')$$, 'count(*)'),
    note('holiday_share', 'line', $$count(*) FILTER (WHERE at::date IN ('2026-03-09', '2026-04-06'))$$, 'count(*)'),
    note('night_share', $$line WHERE at::time <> '00:00'$$, $$count(*) FILTER (WHERE at::time >= '22:00' OR at::time < '06:00')$$, 'count(*)'),
    note('round_share', 'line WHERE amount > 0', 'count(*) FILTER (WHERE mod(amount, 10) = 0)', 'count(*)'),
    note('refund_share', 'line', 'count(*) FILTER (WHERE cnt < 0)', 'count(*)'),
    note('benford_deviation', $$(SELECT t.fixmedins_code, t.unit, t.n, abs((SELECT count(*) FROM line l WHERE l.fixmedins_code = t.fixmedins_code AND l.unit = t.unit AND l.amount > 0
            AND substring(l.amount::text FROM '[1-9]')::int = d) - t.n * round(log(1 + 1 / d::numeric), 6)) AS gap
        FROM (SELECT fixmedins_code, unit, count(*) AS n FROM line WHERE amount > 0 GROUP BY 1, 2) t, generate_series(1, 9) d) x$$, 'sum(gap)', 'max(n)');
SELECT note('visit_cost', 'outpatient', 'sum(amount)', 'count(*)'),
    note('visit_line_count', 'outpatient', 'sum(lines)', 'count(*)'),
    note('visit_item_count', 'outpatient v', 'sum((SELECT count(DISTINCT c.code) FROM code c WHERE (c.fixmedins_code, c.unit, c.mdtrt_id) = (v.fixmedins_code, v.unit, v.mdtrt_id)))', 'count(*)'),
    note('stay_cost', 'visit WHERE stay', 'sum(amount)', 'count(*)'),
    note('stay_drug_cost', 'visit WHERE stay', 'sum(drugs)', 'count(*)'),
    note('day_cost', 'visit WHERE stay AND ended >= began', 'sum(amount)', 'sum(greatest(ended::date - began::date, 1))'),
    note('low_standard_share', 'visit WHERE stay AND amount > 0', 'count(*) FILTER (WHERE 2 * tests > amount)', 'count(*)'),
    note('purchase_cost', $$visit WHERE setting = 'pharmacy'$$, 'sum(amount)', 'count(*)'),
    note('far_visit_share', 'outpatient WHERE home IS NOT NULL AND place IS NOT NULL', 'count(*) FILTER (WHERE home <> place)', 'count(*)'),
    note('diagnosis_concentration', '(SELECT fixmedins_code, unit, category, count(*) AS n FROM visit JOIN main_diagnosis USING (mdtrt_id) GROUP BY 1, 2, 3) x', 'max(n)', 'sum(n)'),
    note('drug_repetition', $$(SELECT fixmedins_code, unit, mdtrt_id, code, count(*) AS n FROM code WHERE class IN ('09', '10', '11') GROUP BY 1, 2, 3, 4) x$$, 'sum(n - 1)', 'sum(n)');
CREATE TABLE package AS
SELECT fixmedins_code, unit, codes, count(*) AS n
FROM (SELECT c.fixmedins_code, c.unit, c.mdtrt_id, array_agg(DISTINCT c.code) AS codes FROM code c JOIN visit v USING (fixmedins_code, unit, mdtrt_id) WHERE NOT v.stay AND c.code IS NOT NULL
      GROUP BY 1, 2, 3 HAVING count(DISTINCT c.code) >= 2) x GROUP BY 1, 2, 3;
SELECT note('package_concentration', 'package', 'max(n)', 'sum(n)'), note('package_repetition', 'package', 'sum(n) FILTER (WHERE n >= 5)', 'sum(n)'),
    note('visits_per_patient', 'other', 'count(*)', 'count(DISTINCT psn_no)'),
    note('stays_per_patient', 'visit WHERE stay AND began IS NOT NULL', 'count(*)', 'count(DISTINCT psn_no)'),
    note('visit_gap', '(SELECT fixmedins_code, unit, psn_no, max(began::date) - min(began::date) AS days, count(*) AS n FROM other GROUP BY 1, 2, 3) x', 'sum(days)', 'sum(n - 1)'),
    note('quick_return_share', $$(SELECT v.*, (SELECT max(b.began) FROM other b WHERE (b.fixmedins_code, b.unit, b.psn_no) = (v.fixmedins_code, v.unit, v.psn_no) AND (b.began, b.mdtrt_id) < (v.began, v.mdtrt_id)) AS before
        FROM other v) x$$, 'count(*) FILTER (WHERE began::date - before::date <= 3)', 'count(*)'),
    note('same_day_share', '(SELECT fixmedins_code, unit, psn_no, began::date, count(*) AS n FROM other GROUP BY 1, 2, 3, 4) x', 'sum(n - 1)', 'sum(n)'),
    note('frequent_patient_share', '(SELECT fixmedins_code, unit, psn_no, count(*) AS n FROM other GROUP BY 1, 2, 3) x', 'count(*) FILTER (WHERE n >= 10)', 'count(*)'),
    note('shared_patient_share', '(SELECT DISTINCT fixmedins_code, unit, psn_no FROM other) p',
         'count(*) FILTER (WHERE EXISTS (SELECT FROM visit v WHERE v.psn_no = p.psn_no AND (v.fixmedins_code, v.unit) <> (p.fixmedins_code, p.unit)))', 'count(*)');
SELECT note('fund_share', 'settlement WHERE NOT gone', 'sum(fund) FILTER (WHERE fee IS NOT NULL)', 'sum(fee)'),
    note('interim_share', 'settlement WHERE NOT gone', $$count(*) FILTER (WHERE mid_setl_flag = '1')$$, 'count(*)'),
    note('reversal_share', 'settlement', 'count(*) FILTER (WHERE gone)', 'count(*)'),
    note('billing_burst_share', $$(SELECT fixmedins_code, unit, date_trunc('minute', setl_time), count(*) AS n, count(DISTINCT coalesce(psn_no, '')) AS persons
        FROM settlement WHERE NOT gone AND setl_time::time <> '00:00' GROUP BY 1, 2, 3) x$$, 'sum(n) FILTER (WHERE persons >= 3)', 'sum(n)');
SELECT note('stay_length', 'discharge', 'sum(days)', 'count(*)'), note('short_stay_share', 'discharge', 'count(*) FILTER (WHERE days <= 2)', 'count(*)'),
    note('return_stay_share', 'discharge', 'count(*) FILTER (WHERE next_began::date - ended::date <= 15)', 'count(*)'),
    note('weekend_stay_share', 'discharge', $$count(*) FILTER (WHERE extract(isodow FROM began) >= 6 AND began::date <> '2026-03-07')$$, 'count(*)'),
    note('infection_rate', 'discharge s', $$count(*) FILTER (WHERE EXISTS (SELECT FROM wh.setl_list_diag_d d WHERE d.mdtrt_id = ANY (s.visits) AND d.vali_flag IS DISTINCT FROM '0'
        AND medsup.try_icd10(d.diag_code)::text LIKE 'J18%'))$$, 'count(*)');
CREATE TABLE grouped AS
SELECT v.*, k.grp_codg, k.weight, f.hosp_lv AS level
FROM visit v
JOIN (SELECT mdtrt_id, min(grp_codg) AS grp_codg, CASE WHEN count(DISTINCT number(grp_wt)) = 1 THEN min(number(grp_wt)) END AS weight
      FROM wh.drg WHERE vali_flag IS DISTINCT FROM '0' GROUP BY 1 HAVING count(DISTINCT grp_codg) = 1) k USING (mdtrt_id)
JOIN wh.fixmedins_b f ON f.fixmedins_code = v.fixmedins_code AND f.vali_flag = '1'
WHERE v.stay AND v.amount > 0 AND :'institution';
SELECT note('case_mix', 'grouped', 'sum(weight)', 'count(weight)'),
    note('group_deviation', $$(SELECT c.*, (SELECT CASE WHEN count(*) >= 5 THEN round(c.amount * count(*) / sum(o.amount), 6) END FROM grouped o WHERE (o.grp_codg, o.level) = (c.grp_codg, c.level)) AS r FROM grouped c) x$$,
         'sum(r)', 'count(r)');

CREATE TABLE difference AS
SELECT coalesce(a.indicator_code, o.indicator_code) AS indicator_code, coalesce(a.fixmedins_code, o.fixmedins_code) AS fixmedins_code, coalesce(a.unit, o.unit) AS unit,
    a.numerator, a.denominator, o.numerator AS medsup_numerator, o.denominator AS medsup_denominator
FROM answer a
FULL JOIN (SELECT *, coalesce(dept, doctor, '') AS unit
           FROM medsup.provider_indicators(daterange(:'from', :'to'), :'grain', ARRAY(SELECT DISTINCT indicator_code FROM answer))) o USING (indicator_code, fixmedins_code, unit)
WHERE (coalesce(a.numerator, 0), coalesce(a.denominator, 0)) <> (coalesce(o.numerator, 0), coalesce(o.denominator, 0));
