-- K12, sequences: from points that an author adds through a published book to
-- findings.  Each way to measure, with codes and without; v: in breach, n: just
-- not.  Figures are worked out by hand from docs/rulebook.md.
\getenv srcdir PG_ABS_SRCDIR
\pset null -
SET client_min_messages = warning;
BEGIN;
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, fund_scope) VALUES
    ('L-again', '分解住院', 'split stay', 'K12', 'person', 'any'), ('L-near', '同病再入院', 'again for the same', 'K12', 'person', 'any'),
    ('L-twice', '重叠住院', 'two stays', 'K12', 'person', 'any'), ('L-during', '住院期间门诊购药', 'bought during a stay', 'K12', 'person', 'any'),
    ('L-late', '死亡后费用', 'after death', 'K12', 'person', 'any'), ('L-many', '频繁就诊', 'too many visits', 'K12', 'person', 'any'),
    ('L-week', '一周频繁透析', 'too many visits for it', 'K12', 'person', 'any'), ('L-run', '连续就诊', 'days in a row', 'K12', 'person', 'any');
SELECT count(medsup.add_knowledge(rule || '-1', rule, '示例', codes::text[], limits::jsonb)) FROM (VALUES
    ('L-again', '{}', '{"measure": "readmission", "limit_value": 7}'),
    ('L-near', '{}', '{"measure": "readmission", "limit_value": 7, "count_key": "person", "dx_relation": "same_category"}'),
    ('L-twice', '{}', '{"measure": "stay_overlap", "limit_value": 2}'),
    ('L-during', '{X}', '{"measure": "during_stay", "settings": ["outpatient", "pharmacy"], "count_key": "person"}'),
    ('L-late', '{}', '{"measure": "after_death", "limit_value": 1}'),
    ('L-many', '{}', '{"measure": "visits", "scope": "month", "limit_value": 2, "settings": ["outpatient"], "count_key": "person"}'),
    ('L-week', '{003110000100000}', '{"measure": "visits", "scope": "rolling", "window_days": 7, "limit_value": 2, "settings": ["outpatient"], "count_key": "person_institution"}'),
    ('L-run', '{}', '{"measure": "visit_days", "scope": "lifetime", "limit_value": 2, "count_key": "person"}')) p (rule, codes, limits);
SELECT medsup.publish_rulebook();
\set fixture :srcdir '/data/kind_fixture.sql'
\i :fixture
-- Visits M1, M2, ..., each with a line 1, 2, ... of a hundred yuan at the noon of its first day; half of it was paid by the pooled fund.
CREATE FUNCTION pg_temp.visits(visits jsonb, person jsonb DEFAULT '{}', more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_build_object('history_from', 'all', 'person', '{"psn_no": "P1", "gend": "2", "brdy": "1980-05-06"}'::jsonb || person,
    'encounters', jsonb_agg('{"fixmedins_code": "H1", "hosp_lv": "02", "insutype": "310", "med_type": "21"}'::jsonb || jsonb_build_object('mdtrt_id', 'M' || n) || v ORDER BY n),
    'settlements', jsonb_agg(jsonb_build_object('setl_id', 'S' || n, 'mdtrt_id', 'M' || n, 'setl_time', coalesce(v ->> 'endtime', v ->> 'begntime'), 'clr_way', '1',
        'inscp_amt', 100, 'hifp_pay', 50, 'fund_pay_sumamt', 50) || coalesce(v -> 'bill', '{}') ORDER BY n),
    'lines', jsonb_agg(jsonb_build_object('feedetl_sn', n::text, 'mdtrt_id', 'M' || n, 'setl_id', 'S' || n, 'fixmedins_code', coalesce(v ->> 'fixmedins_code', 'H1'),
        'fee_ocur_time', left(v ->> 'begntime', 10) || ' 12:00:00', 'med_list_codg', '003110000100000', 'cnt', 1, 'pric', 100,
        'det_item_fee_sumamt', 100, 'inscp_amt', 100) || coalesce(v -> 'line', '{}') ORDER BY n)) || more
FROM jsonb_array_elements(visits) WITH ORDINALITY x (v, n)
$$;
CREATE FUNCTION pg_temp.stay(begin_at text, end_at text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_build_object('begntime', '2026-' || begin_at || ':00', 'endtime', '2026-' || end_at || ':00') || more
$$;
CREATE FUNCTION pg_temp.days(more jsonb, VARIADIC days text[]) RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_agg('{"med_type": "11"}'::jsonb || pg_temp.stay(d || ' 09:00', d || ' 10:00') || more ORDER BY n) FROM unnest(days) WITH ORDINALITY x (d, n)
$$;
CREATE TEMP TABLE tried (n int GENERATED ALWAYS AS IDENTITY, rule text, name text, claim jsonb);
INSERT INTO tried (rule, name, claim) VALUES
-- readmission: the days from discharge to admission, in one institution
('L-again', 'v on the seventh day', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-05 10:00'), pg_temp.stay('03-12 08:00', '03-15 10:00')))),
('L-again', 'v on the same day', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-05 10:00'), pg_temp.stay('03-05 15:00', '03-15 10:00')))),
('L-again', 'v the third after the second', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-03 10:00'), pg_temp.stay('03-20 08:00', '03-22 10:00'), pg_temp.stay('03-25 08:00', '03-26 10:00')))),
('L-again', 'n on the eighth day', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-05 10:00'), pg_temp.stay('03-13 00:00', '03-15 10:00')))),
('L-again', 'n in another institution', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-05 10:00'), pg_temp.stay('03-08 08:00', '03-15 10:00', '{"fixmedins_code": "H2"}')))),
('L-again', 'n within the same minute it is one stay', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-05 10:00'), pg_temp.stay('03-05 10:00', '03-15 10:00')))),
('L-again', 'n after an interim settlement', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-05 10:00', '{"bill": {"mid_setl_flag": "1"}}'), pg_temp.stay('03-06 10:00', '03-15 10:00')))),
('L-again', 'not known when the first one ended', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-05 10:00', '{"endtime": "x"}'), pg_temp.stay('03-08 08:00', '03-15 10:00')))),
-- for the same disease, wherever
('L-near', 'v elsewhere, same category', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-05 10:00'), pg_temp.stay('03-08 08:00', '03-15 10:00', '{"fixmedins_code": "H2"}')), '{}',
    '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "I21.000", "maindiag_flag": "1"}, {"mdtrt_id": "M2", "diag_code": "I21.901", "maindiag_flag": "1"}]}')),
('L-near', 'n another category', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-05 10:00'), pg_temp.stay('03-08 08:00', '03-15 10:00')), '{}',
    '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "I21.000", "maindiag_flag": "1"}, {"mdtrt_id": "M2", "diag_code": "I22.000", "maindiag_flag": "1"}]}')),
('L-near', 'not known for what', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-05 10:00'), pg_temp.stay('03-08 08:00', '03-15 10:00')), '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "I21.000", "maindiag_flag": "1"}]}')),
-- two stays at once, more than two days in common
('L-twice', 'v three days in common', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-10 10:00'), pg_temp.stay('03-08 08:00', '03-15 10:00', '{"fixmedins_code": "H2"}')))),
('L-twice', 'n two days in common', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-10 10:00'), pg_temp.stay('03-09 23:00', '03-15 10:00', '{"fixmedins_code": "H2"}')))),
('L-twice', 'n transferred on the day of discharge', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-10 10:00'), pg_temp.stay('03-10 09:00', '03-15 10:00', '{"fixmedins_code": "H2"}')))),
('L-twice', 'n in the same institution', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-10 10:00'), pg_temp.stay('03-08 08:00', '03-15 10:00')))),
-- drugs bought during a stay
('L-during', 'v on a day within', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-10 10:00'), pg_temp.stay('03-03 08:00', '03-03 09:00', '{"med_type": "41", "fixmedins_code": "P1", "line": {"med_list_codg": "XL02BBA326A001010102180"}}')))),
('L-during', 'v a drug of an outpatient visit', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-10 10:00'), pg_temp.stay('03-09 08:00', '03-09 09:00', '{"med_type": "11", "line": {"med_list_codg": "XL02BBA326A001010102180"}}')))),
('L-during', 'n another code', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-10 10:00'), pg_temp.stay('03-03 08:00', '03-03 09:00', '{"med_type": "41"}')))),
('L-during', 'n on the day of admission', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-10 10:00'), pg_temp.stay('03-02 23:00', '03-02 23:30', '{"med_type": "41", "line": {"med_list_codg": "XL02BBA326A001010102180"}}')))),
('L-during', 'n on the day of discharge', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-10 10:00'), pg_temp.stay('03-10 08:00', '03-10 09:00', '{"med_type": "41", "line": {"med_list_codg": "XL02BBA326A001010102180"}}')))),
('L-during', 'n an emergency', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-10 10:00'), pg_temp.stay('03-03 08:00', '03-03 09:00', '{"med_type": "13", "line": {"med_list_codg": "XL02BBA326A001010102180"}}')))),
-- more than a day after death
('L-late', 'v two days after', pg_temp.visits(pg_temp.days('{}', '03-02', '03-06'), '{"die_date": "2026-03-04"}')),
('L-late', 'n a day after', pg_temp.visits(pg_temp.days('{}', '03-02', '03-05'), '{"die_date": "2026-03-04"}')),
('L-late', 'n of several days of death the last one', pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-03 10:00', '{"die_date": "2026-03-03"}'), pg_temp.stay('03-06 08:00', '03-06 10:00', '{"die_date": "2026-03-06"}')))),
('L-late', 'n nobody died', pg_temp.visits(pg_temp.days('{}', '03-02', '03-06'))),
-- visits of a month, of any seven days
('L-many', 'v three in a month', pg_temp.visits(pg_temp.days('{}', '03-01', '03-02', '03-31'))),
('L-many', 'v two institutions', pg_temp.visits(pg_temp.days('{}', '03-01', '03-02') || pg_temp.days('{"fixmedins_code": "H2"}', '03-05'))),
('L-many', 'n two in each month', pg_temp.visits(pg_temp.days('{}', '03-01', '03-31', '04-01', '04-02'))),
('L-many', 'n the third one an emergency', pg_temp.visits(pg_temp.days('{}', '03-01', '03-02') || pg_temp.days('{"med_type": "13"}', '03-05'))),
('L-many', 'n the third one void', pg_temp.visits(pg_temp.days('{}', '03-01', '03-02') || pg_temp.days('{"vali_flag": "0"}', '03-05'))),
('L-week', 'v the third on the seventh day', pg_temp.visits(pg_temp.days('{}', '03-01', '03-04', '03-07'))),
('L-week', 'n the third on the eighth day', pg_temp.visits(pg_temp.days('{}', '03-01', '03-04', '03-08'))),
('L-week', 'n the third for something else', pg_temp.visits(pg_temp.days('{}', '03-01', '03-04') || pg_temp.days('{"line": {"med_list_codg": "003107010220000"}}', '03-07'))),
('L-week', 'n the third in another institution', pg_temp.visits(pg_temp.days('{}', '03-01', '03-04') || pg_temp.days('{"fixmedins_code": "H2"}', '03-07'))),
-- days in a row
('L-run', 'v three days', pg_temp.visits(pg_temp.days('{}', '02-28', '03-01', '03-02'))),
('L-run', 'v four days, twice on one of them', pg_temp.visits(pg_temp.days('{}', '03-01', '03-02', '03-02', '03-03', '03-04'))),
('L-run', 'n a day between', pg_temp.visits(pg_temp.days('{}', '03-01', '03-02', '03-04', '03-05'))),
('L-run', 'n two visits on each of two days', pg_temp.visits(pg_temp.days('{}', '03-01', '03-01', '03-02', '03-02')));
SELECT rule, name, pg_temp.says(claim, rule) FROM tried ORDER BY n;
-- nothing of this is certain; a stay not yet over is provisional
SELECT v.result_type, v.provisional, count(*) FROM tried t, medsup.check_claim(t.claim) v WHERE v.what = 'F' AND v.rule_code = t.rule GROUP BY 1, 2;
SELECT v.rule_code, v.provisional FROM medsup.check_claim(pg_temp.visits(jsonb_build_array(pg_temp.stay('03-02 08:00', '03-05 10:00'), pg_temp.stay('03-08 08:00', '03-09 08:00', '{"endtime": null, "inhosp_stas": "1"}')))) v WHERE v.what = 'F';
-- who is involved and who violates; and why, in both languages
\pset format unaligned
\pset tuples_only on
SELECT t.rule, t.name, (SELECT string_agg(concat_ws(' ', e ->> 'role', e ->> 'mdtrt_id', e ->> 'feedetl_sn'), ', ' ORDER BY n) FROM jsonb_array_elements(v.evidence) WITH ORDINALITY x (e, n))
FROM tried t, medsup.check_claim(t.claim) v WHERE v.what = 'F' AND v.rule_code = t.rule AND t.name LIKE 'v%' ORDER BY t.n, v.feedetl_sn;
SELECT DISTINCT ON (v.rule_code COLLATE "C") medsup.explain(f), medsup.explain(f, 'en')
FROM tried t, medsup.check_claim(t.claim) v, jsonb_populate_record(NULL::medsup.finding, to_jsonb(v)) f
WHERE v.what = 'F' AND v.rule_code = t.rule ORDER BY v.rule_code COLLATE "C", t.n;
ROLLBACK;
