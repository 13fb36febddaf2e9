-- What is said of records and of lines beside each other: diagnoses, programmes,
-- prerequisites, closed prescriptions.

INSERT INTO oracle.code VALUES (100, 'T000700200'), (101, 'T001700233'), (102, 'T000100100'), (103, 'T000700201');
INSERT INTO oracle.listed VALUES (100, 'T000700200'), (101, 'T001700233'), (102, 'T0007'), (103, 'T000100100');

INSERT INTO oracle.ask (kind, measure, scope, count_key)
SELECT v.kind, v.measure, v.scope, NULL
FROM (VALUES ('K2', 'programme', 'line'), ('K3', 'diagnosis', 'line'), ('K3', 'diagnosis', 'line'), ('K9', 'closure', 'prescription')) AS v (kind, measure, scope),
     generate_series(1, 2);

INSERT INTO oracle.ask (kind, measure, scope, count_key)
SELECT 'K4', 'prerequisite', s, k
FROM unnest('{prescription,hour,day,rolling,visit,operation,stay,lifetime}'::text[]) AS s,
     unnest('{person_institution,person,encounter,prescription,doctor,department}'::text[]) AS k;

-- Conditions, each with what it says in SQL over batch.fact f, a line or a visit.
-- "line": it names the line.
CREATE TABLE oracle.expression (n serial, per text, text text, sql text);
INSERT INTO oracle.expression (per, text, sql) VALUES
    ('line', $$line.cnt * line.pric <> line.det_item_fee_sumamt$$, $$f.cnt * f.pric <> f.amt$$),
    ('line', $$line.net_cnt > 2 or line.hosp_appr_flag = '1'$$, $$f.net_cnt > 2 OR f.appr = '1'$$),
    ('line', $$line.bilg_dept_codg like 'A*' and not line.dscg_tkdrug_flag = '1'$$, $$f.dept LIKE 'A%' AND NOT f.take = '1'$$),
    ('line', $$days_between(visit.begntime, line.fee_ocur_time) not between 0 and 3$$, $$f.day - f.begntime::date NOT BETWEEN 0 AND 3$$),
    ('line', $$line.rx_drord_no is missing or count_item('0011', 'prescription') > 1$$,
     $$f.rx IS NULL OR (SELECT count(*) FROM batch.alive a WHERE a.mdtrt_id = f.mdtrt_id AND a.rx = f.rx AND a.code LIKE '0011%') > 1$$),
    ('line', $$hour(line.fee_ocur_time) >= 9 and weekday(line.fee_ocur_time) <= 5$$, $$extract(hour FROM f.t) >= 9 AND extract(isodow FROM f.t) <= 5$$),
    ('line', $$coalesce(line.pric, 0) < 15$$, $$CASE WHEN f.pric_unreadable THEN NULL ELSE coalesce(f.pric, 0) < 15 END$$),
    ('line', $$line.inscp_amt is missing or line.pric is unreadable$$, $$f.inscp IS NULL OR f.pric_unreadable$$),
    ('line', $$has_item('XL02', 'day') or line.net_amt >= 60$$,
     $$EXISTS (SELECT FROM batch.alive a WHERE a.c = f.c AND a.day = f.day AND a.code LIKE 'XL02%') OR f.net_amt >= 60$$),
    ('visit', $$visit.amount > 100$$, $$(SELECT sum(a.amt) FROM batch.alive a WHERE a.mdtrt_id = f.mdtrt_id) > 100$$),
    ('visit', $$has_diagnosis('I20-I25') and person.gend = '1'$$, $$batch.has_dx(f.mdtrt_id, 'I20-I25', false) AND f.gend = '1'$$),
    ('visit', $$visit.unreadable_diagnoses > 0 or visit.lines > 4$$,
     $$CASE WHEN f.has_diagnoses THEN (SELECT count(*) FROM batch.dx d WHERE d.mdtrt_id = f.mdtrt_id AND d.code IS NULL AND d.traditional IS NOT TRUE) > 0 END
       OR (SELECT count(*) FROM batch.alive a WHERE a.mdtrt_id = f.mdtrt_id) > 4$$),
    ('visit', $$visit.main_diagnoses <> 1$$, $$CASE WHEN f.has_diagnoses THEN (SELECT count(*) FROM batch.dx d WHERE d.mdtrt_id = f.mdtrt_id AND d.main AND d.traditional IS NOT TRUE) <> 1 END$$),
    ('visit', $$number(list.nwb_bir_wt) between 200 and 20000$$, $$CASE WHEN f.list ->> 'nwb_bir_wt' ~ '^[0-9]+$' THEN (f.list ->> 'nwb_bir_wt')::numeric BETWEEN 200 AND 20000 END$$),
    ('visit', $$list.adm_way is missing and visit.attributes > 0$$,
     $$coalesce(f.list ->> 'adm_way', '-') = '-' AND (SELECT count(*) FROM jsonb_object_keys(f.list)) > 0$$),
    ('visit', $$stay_days() > 2$$, $$(SELECT st.days FROM batch.stay st JOIN batch.inpatient i USING (stay) WHERE i.mdtrt_id = f.mdtrt_id) > 2$$),
    ('visit', $$age_years() < 18$$, $$CASE WHEN f.brdy >= '1700-01-01' AND f.brdy::date <= f.act AND batch.months(f.brdy::date, f.act) <= 150 * 12 THEN batch.months(f.brdy::date, f.act) / 12 < 18 END$$),
    ('visit', $$visit.endtime is missing or visit.dscg_way = '2'$$, $$f.endtime IS NULL OR f.dscg_way = '2'$$),
    ('visit', $$quantity_item('X') > 3$$, $$coalesce((SELECT sum(a.cnt) FROM batch.alive a WHERE a.mdtrt_id = f.mdtrt_id AND a.code LIKE 'X%'), 0) > 3$$),
    ('visit', $$visit.operations > 1 or visit.matn_stas = '1'$$,
     $$CASE WHEN f.has_operations THEN (SELECT count(*) FROM batch.oprn o WHERE o.mdtrt_id = f.mdtrt_id) > 1 END OR f.matn_stas = '1'$$),
    ('visit', $$visit.endtime > add_days(person.die_date, 1)$$, $$f.endtime > f.died + interval '1 day'$$),
    ('visit', $$known('level', visit.hosp_lv) and not visit.medins_type in ('A1', 'C3')$$,
     $$CASE WHEN f.hosp_lv IS NULL THEN NULL ELSE EXISTS (SELECT FROM medsup.level_map m WHERE m.hosp_lv = f.hosp_lv) END AND NOT f.medins_type IN ('A1', 'C3')$$);

INSERT INTO oracle.ask (kind, measure, scope, variant)
SELECT v.* FROM (VALUES ('K11', 'condition', 'line', 'codes'), ('K3', 'condition', 'line', 'codes'), ('K11', 'condition', 'line', 'line'),
                        ('K11', 'condition', 'visit', 'visit')) AS v (kind, measure, scope, variant), generate_series(1, 6);

INSERT INTO oracle.ask (kind, measure, scope, count_key)
SELECT 'K2', 'prescriber', 'line', NULL FROM generate_series(1, 3);

INSERT INTO oracle.ask (kind, measure, scope, count_key)
SELECT 'K12', 'visits', s, k
FROM generate_series(1, 2), unnest('{day,rolling,week,month,quarter,year,insurance_year}'::text[]) AS s, unnest('{person_institution,person}'::text[]) AS k
UNION ALL
SELECT 'K12', v.*
FROM (VALUES ('during_stay', 'stay', 'person_institution'), ('during_stay', 'stay', 'person'), ('after_death', 'lifetime', NULL)) AS v, generate_series(1, 2);

-- variant: the relation of the diagnoses
INSERT INTO oracle.ask (kind, measure, scope, count_key, variant)
SELECT 'K12', 'readmission', 'lifetime', k, nullif(d, 'any')
FROM unnest('{any,same,same_category,same_chapter}'::text[]) AS d, unnest('{person_institution,person}'::text[]) AS k, generate_series(1, 4)
UNION ALL
SELECT 'K12', 'stay_overlap', 'stay', NULL, NULL FROM generate_series(1, 8)
UNION ALL
SELECT 'K12', 'visit_days', s, k, NULL
FROM unnest('{rolling,week,month,quarter,year,insurance_year,lifetime}'::text[]) AS s, unnest('{person_institution,person}'::text[]) AS k, generate_series(1, 2);

-- limits of these are rarely met
INSERT INTO oracle.ask (kind, measure, scope, count_key)
SELECT 'K12', m, s, 'person' FROM generate_series(1, 3), (VALUES ('visits', 'year'), ('visit_days', 'year'), ('visit_days', 'insurance_year')) AS v (m, s);
