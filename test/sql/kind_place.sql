-- K2, where, by whom and under what programme: from points that an author adds
-- through a published book to findings.  Figures are worked out by hand from
-- docs/rulebook.md: a line is all hit, so the excess is its net quantity.
\getenv srcdir PG_ABS_SRCDIR
\pset null -
SET client_min_messages = warning;
BEGIN;
INSERT INTO medsup.duty_map (pro_tech_duty, grade, note) VALUES ('231', 3, 'example'), ('232', 2, 'example'), ('234', 1, 'example');
SELECT medsup.add_knowledge(e, r, n, c, j, list_codes => l)
FROM (VALUES ('T-type', 'N25-012', '胰岛素', '{XA10BJ}'::text[], '{"medins_types": ["A5", "A6"]}'::jsonb, NULL::text[]),
             ('T-department', 'N25-021', '动态血压监测', '{003107010220000}', '{"departments": ["A03", "A0405"]}', NULL),
             ('T-prescriber', 'N25-045', '限制使用级抗菌药', '{XJ01DD}', '{"grade_min": 2}', NULL),
             ('T-programme', 'N25-011', '恶性肿瘤门诊治疗', '{X,Z}', '{"programmes": ["M0390"]}', '{XL02BBA}'),
             ('T-internet', 'N25-047', '芬太尼透皮贴剂', '{XN02ABF027}', '{"settings": ["inpatient", "emergency", "outpatient", "chronic", "pharmacy"]}', NULL)) p (e, r, n, c, j, l);
SELECT medsup.publish_rulebook();
\set fixture :srcdir '/data/kind_fixture.sql'
\i :fixture
CREATE TEMP TABLE tried (n int GENERATED ALWAYS AS IDENTITY, rule text, name text, claim jsonb);
INSERT INTO tried (rule, name, claim) VALUES
    ('N25-012', 'type: another kind', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403"}]', '{"medins_type": "B1"}')),
    ('N25-012', 'type: a kind is no prefix', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403"}]', '{"medins_type": "A50"}')),
    ('N25-012', 'type: what a refund leaves', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403", "cnt": 3}, {"med_list_codg": "XA10BJD332B002010178403", "cnt": -1, "init_feedetl_sn": "1", "fee_ocur_time": "2026-03-02 10:00:00"}]', '{"medins_type": "B1"}')),
    ('N25-012', 'type: allowed', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403"}]', '{"medins_type": "A5"}')),
    ('N25-012', 'type: allowed, blanks around', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403"}]', '{"medins_type": " A6 "}')),
    ('N25-012', 'type: the fund paid nothing', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403", "inscp_amt": 0}]', '{"medins_type": "B1"}')),
    ('N25-012', 'type: not known', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403"}]')),
    ('N25-012', 'type: prescribed elsewhere', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403", "rx_circ_flag": "1", "fixmedins_code": "P1"}]', '{"fixmedins_code": "P1", "medins_type": "B1"}')),
    ('N25-021', 'department: both others', pg_temp.claim('[{"med_list_codg": "003107010220000", "bilg_dept_codg": "B01", "acord_dept_codg": "B02"}]')),
    ('N25-021', 'department: only one is told', pg_temp.claim('[{"med_list_codg": "003107010220000", "bilg_dept_codg": "B01"}]')),
    ('N25-021', 'department: shorter than allowed', pg_temp.claim('[{"med_list_codg": "003107010220000", "acord_dept_codg": "A0"}]')),
    ('N25-021', 'department: orders', pg_temp.claim('[{"med_list_codg": "003107010220000", "bilg_dept_codg": "A03"}]')),
    ('N25-021', 'department: a part of it orders', pg_temp.claim('[{"med_list_codg": "003107010220000", "bilg_dept_codg": "A0312"}]')),
    ('N25-021', 'department: executes', pg_temp.claim('[{"med_list_codg": "003107010220000", "bilg_dept_codg": "B01", "acord_dept_codg": "A0405"}]')),
    ('N25-021', 'department: not known', pg_temp.claim('[{"med_list_codg": "003107010220000"}]')),
    ('N25-045', 'prescriber: below', pg_temp.claim('[{"med_list_codg": "XJ01DDT043B001010102180", "dr_pro_tech_duty": "234"}]')),
    ('N25-045', 'prescriber: below, twice', pg_temp.claim('[{"med_list_codg": "XJ01DDT043B001010102180", "dr_pro_tech_duty": "234", "cnt": 1}, {"med_list_codg": "XJ01DDT043B001010102180", "dr_pro_tech_duty": "234", "cnt": 4, "fee_ocur_time": "2026-03-03 09:00:00"}]')),
    ('N25-045', 'prescriber: below, blanks around', pg_temp.claim('[{"med_list_codg": "XJ01DDT043B001010102180", "dr_pro_tech_duty": " 234 "}]')),
    ('N25-045', 'prescriber: just enough', pg_temp.claim('[{"med_list_codg": "XJ01DDT043B001010102180", "dr_pro_tech_duty": "232"}]')),
    ('N25-045', 'prescriber: more than enough', pg_temp.claim('[{"med_list_codg": "XJ01DDT043B001010102180", "dr_pro_tech_duty": "231"}]')),
    ('N25-045', 'prescriber: given back', pg_temp.claim('[{"med_list_codg": "XJ01DDT043B001010102180", "dr_pro_tech_duty": "234", "cnt": 1}, {"med_list_codg": "XJ01DDT043B001010102180", "cnt": -1, "init_feedetl_sn": "1", "fee_ocur_time": "2026-03-02 10:00:00"}]')),
    ('N25-045', 'prescriber: a title without rights', pg_temp.claim('[{"med_list_codg": "XJ01DDT043B001010102180", "dr_pro_tech_duty": "999"}]')),
    ('N25-045', 'prescriber: two doctors', pg_temp.claim('[{"med_list_codg": "XJ01DDT043B001010102180", "dr_pro_tech_duty": "234", "bilg_dr_codg": "D1、D2"}]')),
    ('N25-011', 'programme: last day of the registration', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{"med_type": "14", "dise_no": "M03900"}', '{"registrations": [{"dise_no": "M03900", "begndate": "2026-01-01", "enddate": "2026-03-02", "fixmedins_code": "H1"}]}')),
    ('N25-011', 'programme: first day, without end', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{"med_type": "14", "dise_no": "M03900"}', '{"registrations": [{"dise_no": "M03900", "begndate": "2026-03-02", "enddate": null, "fixmedins_code": "H1"}]}')),
    ('N25-011', 'programme: beside a drug of the list', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}, {"med_list_codg": "XC01EBC109B001010102049", "cnt": 1}]', '{"med_type": "1402", "dise_no": "M03900"}', '{"registrations": [{"dise_no": "M03900", "begndate": "2026-01-01", "enddate": "2026-12-31", "fixmedins_code": "H1"}]}')),
    ('N25-011', 'programme: of the list', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}]', '{"med_type": "14", "dise_no": "M03900"}', '{"registrations": [{"dise_no": "M03900", "begndate": "2026-01-01", "enddate": "2026-12-31", "fixmedins_code": "H1"}]}')),
    ('N25-011', 'programme: another one', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{"med_type": "14", "dise_no": "M01600"}', '{"registrations": [{"dise_no": "M01600", "begndate": "2026-01-01", "enddate": "2026-12-31"}]}')),
    ('N25-011', 'programme: ordinary visit', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{"dise_no": "M03900"}', '{"registrations": [{"dise_no": "M03900", "begndate": "2026-01-01", "enddate": "2026-12-31", "fixmedins_code": "H1"}]}')),
    ('N25-011', 'programme: ended the day before', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{"med_type": "14", "dise_no": "M03900"}', '{"registrations": [{"dise_no": "M03900", "begndate": "2026-01-01", "enddate": "2026-03-01", "fixmedins_code": "H1"}]}')),
    ('N25-011', 'programme: visit without one', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{"med_type": "14"}', '{"registrations": [{"dise_no": "M03900", "begndate": "2026-01-01", "enddate": "2026-12-31", "fixmedins_code": "H1"}]}')),
    ('N25-011', 'programme: no registrations bound', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{"med_type": "14", "dise_no": "M03900"}')),
    ('N25-047', 'internet: by the visit', pg_temp.claim('[{"med_list_codg": "XN02ABF027V002010101389"}]', '{"med_type": "9907"}')),
    ('N25-047', 'internet: by the line', pg_temp.claim('[{"med_list_codg": "XN02ABF027V002010101389", "med_type": "9907"}]')),
    ('N25-047', 'internet: a longer value', pg_temp.claim('[{"med_list_codg": "XN02ABF027V002010101389", "cnt": 1}]', '{"med_type": "99071"}')),
    ('N25-047', 'internet: ordinary outpatient visit', pg_temp.claim('[{"med_list_codg": "XN02ABF027V002010101389"}]')),
    ('N25-047', 'internet: stay', pg_temp.claim('[{"med_list_codg": "XN02ABF027V002010101389"}]', '{"med_type": "21"}')),
    ('N25-047', 'internet: line of an ordinary visit', pg_temp.claim('[{"med_list_codg": "XN02ABF027V002010101389", "med_type": "11"}]', '{"med_type": "9907"}')),
    ('N25-047', 'internet: not known', pg_temp.claim('[{"med_list_codg": "XN02ABF027V002010101389"}]', '{"med_type": "99"}'));
-- while nothing is mapped to internet visits, outpatient care may hide them
SELECT name, pg_temp.says(claim, rule) FROM tried WHERE rule = 'N25-047' ORDER BY n;
INSERT INTO medsup.setting_map (med_type, setting, note) VALUES ('9907', 'internet', 'example');
SELECT medsup.publish_rulebook();
SELECT rule, name, pg_temp.says(claim, rule) FROM tried ORDER BY n;
\set closing :srcdir '/data/kind_closing.sql'
\i :closing
ROLLBACK;
