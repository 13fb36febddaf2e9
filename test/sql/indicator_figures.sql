-- indicators of providers: small figures that can be checked by hand, reasons where
-- there is none, parameters of authors, trees of bureaus, rights
\set SHOW_CONTEXT never
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_figures;
\c regress_medsup_figures
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
-- what is shipped: each once in the tree, names in both languages, every measure used
SELECT count(*), count(DISTINCT name_zh), count(DISTINCT name_en), count(rule_code) FROM medsup.indicator;
SELECT level, count(*), count(DISTINCT indicator_code), count(*) FILTER (WHERE name_en IS NULL) AS unnamed FROM medsup.indicator_node WHERE tree = 'medsup' GROUP BY 1 ORDER BY 1;
SELECT measure_code FROM medsup.indicator_measure EXCEPT SELECT unnest(ARRAY[numerator, denominator]) FROM medsup.indicator;
-- nothing bound: nothing computed, and said so
SELECT state, count(*) FROM medsup.indicator_state() GROUP BY 1 ORDER BY state COLLATE "C";
SELECT * FROM medsup.provider_indicators('[2025-03-01,2025-04-01)');
SELECT indicator_code, state, reason FROM medsup.indicator_state('pharmacy') WHERE indicator_code IN ('drug_share', 'stay_length', 'case_mix', 'ct_share', 'bed_occupancy');
\set fixture :srcdir '/data/provider_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all

-- H01: four visits of P1, two of P2, who was at H02 too; one is reversed, one void, one in April
\set ECHO none
SELECT sum(wh.bill(v.no, v.hospital, v.at, v.code, v.cnt, v.pric, v.class, v.dept, v.doctor, v.person)) AS bills FROM (VALUES
    ('a1', 'H01', timestamp '2025-03-03 08:00', 'XA02BCA001A001010100001', 1, 20, '09', 'D1', 'DR1', 'P1'),
    ('a2', 'H01', '2025-03-03 10:00', 'XA02BCA001A001010100001', 2, 15, '09', 'D1', 'DR1', 'P1'),
    ('a3', 'H01', '2025-03-08 23:30', '002103000010000', 1, 100, '03', 'D1', 'DR2', 'P1'),
    ('a4', 'H01', '2025-03-20 08:00', '001102000010000', 1, 50, '02', 'D2', 'DR3', 'P1'),
    ('b1', 'H01', '2025-03-03 08:00', '001102000010000', 1, 7.5, '99', 'D2', 'DR3', 'P2'),
    ('b2', 'H01', '2025-03-10 08:00', 'XA02BCA001A001010100001', 1, 92.5, '09', 'D1', NULL, 'P2'),
    ('c1', 'H02', '2025-03-11 08:00', 'XA02BCA001A001010100001', 1, 10, '09', 'D1', 'DR9', 'P2'),
    ('x1', 'H01', '2025-03-12 08:00', 'XA02BCA001A001010100001', 1, 999, '09', 'D1', 'DR1', 'P1'),
    ('x2', 'H01', '2025-03-13 08:00', 'XA02BCA001A001010100001', 1, 999, '09', 'D1', 'DR1', 'P1'),
    ('x3', 'H01', '2025-03-31 23:30', 'XA02BCA001A001010100001', 1, 999, '09', 'D1', 'DR1', 'P1')) v (no, hospital, at, code, cnt, pric, class, dept, doctor, person);
SELECT wh.reverse('x1', '2025-03-14 08:00') AS reversed;
\set ECHO all
UPDATE wh.setl_d SET vali_flag = '0' WHERE setl_id = 'Sx2';
-- one settlement twice counts once; an amount that is no number counts as nothing
INSERT INTO wh.setl_d SELECT * FROM wh.setl_d WHERE setl_id = 'Sa1';
INSERT INTO wh.fee_list_d SELECT 'La4n', mdtrt_id, setl_id, psn_no, NULL, fixmedins_code, fee_ocur_time, med_list_codg, -1, pric, 'NaN', 0, 0, '02', 'D2', 'DR3', '1'
FROM wh.fee_list_d WHERE feedetl_sn = 'La4';
-- a bureau's own without a smallest denominator, so that figures this small have values
CREATE FUNCTION small(code text, num text, den text, more jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
    INSERT INTO medsup.indicator (indicator_code, name_zh, name_en, unit, numerator, denominator, direction, min_denominator, settings, fee_classes, codes, days, scale)
    SELECT code, code, code, 'number', num, den, 1, 1, r.settings, r.fee_classes, r.codes, r.days, coalesce(r.scale, 1) FROM jsonb_populate_record(NULL::medsup.indicator, more) r $$;
SELECT small('drugs', 'amount', 'amount', '{"fee_classes": ["western_drug"]}'), small('ct', 'codes_amount', 'amount', '{"codes": "002103*"}'),
    small('cost', 'visit_amount', 'visits'), small('own_stays', 'visit_amount', 'visits', '{"settings": ["inpatient"]}'), small('per_patient', 'patient_visits', 'patients'),
    small('gap', 'gap_days', 'gaps'), small('quick', 'quick_visits', 'patient_visits', '{"days": 1}'), small('same_day', 'same_day_visits', 'patient_visits'),
    small('shared', 'shared_patients', 'patients'), small('weekend', 'weekend_lines', 'lines'), small('night', 'night_lines', 'clocked_lines'),
    small('round', 'round_lines', 'positive_lines'), small('benford', 'benford_gap', 'positive_lines', '{"scale": 0.5}'), small('refund', 'refund_lines', 'lines'),
    small('reversal', 'gone_bills', 'all_bills'), small('burst', 'burst_bills', 'clocked_bills'), small('findings', 'findings', 'lines', '{"scale": 1000}');
SELECT indicator_code, fixmedins_code, numerator, denominator, value, reason
FROM medsup.provider_indicators('[2025-03-01,2025-04-01)', 'institution', (SELECT array_agg(indicator_code ORDER BY indicator_code COLLATE "C") FROM medsup.indicator WHERE origin = 'local'))
ORDER BY indicator_code COLLATE "C", fixmedins_code COLLATE "C";
-- a kind of visit that no dictionary knows is neither a stay nor another visit
BEGIN;
UPDATE wh.mdtrt_d SET med_type = 'XX' WHERE mdtrt_id = 'Ma4';
UPDATE wh.setl_d SET med_type = NULL WHERE mdtrt_id = 'Ma4';
SELECT indicator_code, numerator, denominator FROM medsup.provider_indicators('[2025-03-01,2025-04-01)', 'institution', '{cost,per_patient,gap}')
WHERE fixmedins_code = 'H01' ORDER BY indicator_code COLLATE "C";
ROLLBACK;
-- departments and doctors: their own lines; nobody's lines are nobody's
SELECT dept, doctor, indicator_code, numerator, denominator, value FROM medsup.provider_indicators('[2025-03-01,2025-04-01)', 'department', '{drugs,cost,shared}')
WHERE fixmedins_code = 'H01' ORDER BY dept COLLATE "C", indicator_code COLLATE "C";
SELECT dept, doctor, numerator, denominator, value FROM medsup.provider_indicators('[2025-03-01,2025-04-01)', 'doctor', '{drugs}') WHERE fixmedins_code = 'H01' ORDER BY doctor COLLATE "C";
SELECT count(*) FROM medsup.provider_indicators('[2025-03-01,2025-04-01)', 'pharmacy', '{drugs}');
-- a worked Saturday is no weekend; a holiday is one once it is known
SELECT indicator_code, numerator, denominator, value, reason FROM medsup.provider_indicators('[2025-03-01,2025-04-01)', 'institution', '{weekend,holiday_share}') WHERE fixmedins_code = 'H01';
INSERT INTO medsup.holiday VALUES ('2025-03-08', true, '调休'), ('2025-03-10', false, '示例');
SELECT indicator_code, numerator, denominator, value, reason FROM medsup.provider_indicators('[2025-03-01,2025-04-01)', 'institution', '{weekend,holiday_share}') WHERE fixmedins_code = 'H01';

-- stays: two that meet are one; a readmission; days; beds and groups
\set ECHO none
SELECT sum(wh.stay(no, hospital, person, begin_at, end_at, flag, dx)) AS stays FROM (VALUES
    ('s1', 'H11', 'A', timestamp '2025-03-01 08:00', timestamp '2025-03-05 10:00', '0', 'I10'),
    ('s2', 'H11', 'A', '2025-03-05 10:00', '2025-03-07 10:00', '0', 'I10'),
    ('s3', 'H11', 'A', '2025-03-20 09:00', '2025-03-21 10:00', '0', 'J18.9'),
    ('s4', 'H11', 'B', '2025-03-10 08:00', '2025-03-10 20:00', '1', 'I10'),
    ('s5', 'H11', 'C', '2025-01-01 08:00', '2025-03-30 20:00', '1', 'I10')) v (no, hospital, person, begin_at, end_at, flag, dx);
INSERT INTO wh.fee_list_d SELECT 'L' || x.no, 'M' || x.no, 'S' || x.no, x.person, NULL, 'H11', timestamp '2025-03-20 10:00', '001102000010000', 1, x.cost, x.cost, 0, x.cost, x.class, 'D1', 'DR1', '1'
FROM (VALUES ('s1', 'A', 100, '02'), ('s2', 'A', 300, '04'), ('s3', 'A', 200, '02'), ('s4', 'B', 1000, '02'), ('s5', 'C', 400, '02')) x (no, person, cost, class);
CREATE TABLE wh.drg AS SELECT mdtrt_id, 'G1' AS drg_codg, CASE mdtrt_id WHEN 'Ms4' THEN 2.0 ELSE 1.0 END AS drg_wt FROM wh.mdtrt_d WHERE fixmedins_code = 'H11';
\set ECHO all
ALTER TABLE wh.fixmedins_b ADD aprv_bed_cnt int;
UPDATE wh.fixmedins_b SET aprv_bed_cnt = 2 WHERE fixmedins_code = 'H11';
SELECT medsup.unbind_source('provider', 'wh.fixmedins_b'), medsup.bind_source('provider', 'wh.fixmedins_b'), medsup.bind_source('case_group', 'wh.drg'), medsup.bind_source('diagnosis', 'wh.setl_list_diag_d');
INSERT INTO medsup.indicator_set (rule_code, diagnoses) VALUES ('N25-062', 'J18');
SELECT small('los', 'discharge_days', 'discharges'), small('short', 'short_stays', 'discharges'), small('long', 'long_stays', 'discharges'), small('infected', 'infections', 'discharges'),
    small('again', 'readmissions', 'discharges', '{"days": 13}'), small('tests', 'test_stays', 'paid_stays'), small('per_day', 'stay_days_amount', 'stay_days'),
    small('deviation', 'deviation', 'cases'), small('dear', 'dear_cases', 'cases'), small('cheap', 'cheap_cases', 'cases'), small('mix', 'weights', 'weighted_cases'),
    small('upcoding', 'coded_weights', 'expected_weights'), small('beds', 'discharges', 'beds'), small('occupied', 'discharge_days', 'bed_days');
SELECT indicator_code, numerator, denominator, value, reason
FROM medsup.provider_indicators('[2025-03-01,2025-04-01)', 'institution', '{los,short,long,infected,again,tests,per_day,deviation,dear,cheap,mix,upcoding,beds,occupied,readmission_rate,stay_length}')
WHERE fixmedins_code = 'H11' ORDER BY indicator_code COLLATE "C";
SELECT fixmedins_code, features FROM medsup.provider_features('[2025-03-01,2025-04-01)', 'institution', '{los,drugs,beds,readmission_rate}') ORDER BY fixmedins_code COLLATE "C";
SELECT * FROM medsup.indicator_list('institution', '{gap,visit_gap,drug_share}');
-- the order of the list is the order of the features, without one that of the shipped ones
SELECT (medsup.indicator_list()).codes[1:3] AS first, cardinality((medsup.indicator_list()).codes) = (SELECT count(*) FROM medsup.indicator_state() WHERE state = 'ready') AS all_ready;
SELECT pass, measures, providers, ms >= 0 AS timed FROM medsup.indicator_cost('[2025-03-01,2025-04-01)', 'institution', '{drugs,cost,los,mix,beds}');

-- refused
\set VERBOSITY terse
SELECT * FROM medsup.provider_indicators('[2025-03-01,)');
SELECT * FROM medsup.provider_indicators(NULL);
SELECT * FROM medsup.provider_features('empty');
SELECT * FROM medsup.provider_indicators('[2025-03-01,2025-04-01)', 'ward');
SELECT * FROM medsup.provider_indicators('[2025-03-01,2025-04-01)', 'institution', '{drugs,nonsense,NULL}');
SELECT small('x', 'amount', 'nonsense');
SELECT small('x', 'visits', 'amount', '{"fee_classes": ["herb"]}');
SELECT small('x', 'amount', 'amount', '{"fee_classes": ["herbs"]}');
SELECT small('x', 'amount', 'amount', '{"codes": "002103*"}');
SELECT small('x', 'codes_amount', 'amount');
SELECT small('x', 'codes_amount', 'amount', '{"codes": "CT"}');
SELECT small('x', 'readmissions', 'discharges');
SELECT small('x', 'amount', 'codes_amount');
SELECT small('x y', 'amount', 'amount');
UPDATE medsup.indicator SET days = 30 WHERE rule_code = 'N25-063';
UPDATE medsup.indicator_measure SET expression = 'count(*)' WHERE measure_code = 'amount';
DELETE FROM medsup.indicator_node WHERE tree = 'medsup';

-- a bureau's tree: 17 / 23 / 518, then what cannot be read
INSERT INTO medsup.import_line (line) SELECT 'node,parent,level,name_zh,indicator_code'
UNION ALL SELECT format('A%s,,1,一级%s,', i, i) FROM generate_series(1, 17) i
UNION ALL SELECT format('B%s,A%s,2,二级%s,', i, 1 + i % 17, i) FROM generate_series(1, 23) i
UNION ALL SELECT format('C%s,B%s,3,"三级, %s",%s', i, 1 + i % 23, i, CASE i WHEN 1 THEN 'drug_share' WHEN 2 THEN 'drugs' END) FROM generate_series(1, 518) i;
SELECT * FROM medsup.load_indicator_tree('示例');
SELECT n.node, n.name_zh, p.name_zh AS level2, g.name_zh AS level1, n.indicator_code FROM medsup.indicator_node n
JOIN medsup.indicator_node p ON p.tree = n.tree AND p.node = n.parent JOIN medsup.indicator_node g ON g.tree = p.tree AND g.node = p.parent
WHERE n.tree = '示例' AND n.indicator_code IS NOT NULL ORDER BY n.node COLLATE "C";
\set VERBOSITY default
SELECT * FROM medsup.load_indicator_tree('示例');
INSERT INTO medsup.import_line (line) VALUES ('node,level,name_zh'), ('');
SELECT * FROM medsup.load_indicator_tree('示例');
DELETE FROM medsup.import_line;
SELECT * FROM medsup.load_indicator_tree('medsup');
INSERT INTO medsup.import_line (line) VALUES ('node,level,name'), ('A,1,x');
SELECT * FROM medsup.load_indicator_tree('other');
DELETE FROM medsup.import_line;
INSERT INTO medsup.import_line (line) VALUES ('node,parent,level,name_zh,indicator_code'), ('A,,1,一级,'), ('A,,1,又一级,'), ('B,A,2,,'), ('C,,2,无上级,'), ('D,Z,2,上级不存在,'), ('E,A,3,跳级,'),
    ('F,A,4,层级,'), ('G,A,2,二级,drug_share'), ('H,G,3,三级,nonsense'), ('I,A,1,一级有上级,'), ('J,A,2'), ('K L,A,2,空格,');
SELECT * FROM medsup.load_indicator_tree('other');
SELECT count(*) FROM medsup.indicator_node WHERE tree = 'other';

-- readers call it and see no row of the sources; authors combine, and write no SQL
CREATE ROLE regress_figures_reader;
CREATE ROLE regress_figures_author;
SELECT medsup.grant_access('regress_figures_reader', 'reader');
SELECT medsup.grant_access('regress_figures_author', 'author');
\set VERBOSITY terse
SET ROLE regress_figures_reader;
SELECT fixmedins_code, value FROM medsup.provider_indicators('[2025-03-01,2025-04-01)', 'institution', '{drugs}') ORDER BY fixmedins_code COLLATE "C";
SELECT count(*) FROM medsup.provider_features('[2025-03-01,2025-04-01)');
SELECT count(*) > 60 AS listed FROM medsup.indicator JOIN medsup.indicator_measure ON measure_code = numerator;
SELECT * FROM medsup.src_fee_line;
SELECT medsup.indicator_query('[2025-03-01,2025-04-01)', 'institution', '{drugs}');
SET ROLE regress_figures_author;
INSERT INTO medsup.indicator (indicator_code, name_zh, name_en, unit, numerator, denominator, codes, direction) VALUES ('hers', 'x', 'x', 'share', 'codes_amount', 'amount', '002103*', 1);
INSERT INTO medsup.indicator_measure (measure_code, pass, expression, note) VALUES ('mine', 'fee', '(SELECT 1)', 'x');
RESET ROLE;
-- the owner may, and it is computed like a shipped one
INSERT INTO medsup.indicator_measure (measure_code, pass, expression, condition, takes, note) VALUES ('round_drugs', 'fee', 'sum(round_amounts)', 'fee_class = ''western_drug''', '{settings}', 'drug lines whose amount is a multiple of ten yuan');
SELECT small('round_drugs', 'round_drugs', 'lines');
SELECT fixmedins_code, numerator, denominator, value FROM medsup.provider_indicators('[2025-03-01,2025-04-01)', 'institution', '{round_drugs}') ORDER BY fixmedins_code COLLATE "C";
DROP OWNED BY regress_figures_reader, regress_figures_author;
DROP ROLE regress_figures_reader, regress_figures_author;
\c contrib_regression
DROP DATABASE regress_medsup_figures;
