-- K3, diagnoses and operations: from points that an author adds through a
-- published book to findings.  Figures are worked out by hand from
-- docs/rulebook.md: all lines of a visit share one verdict, each is all hit.
\getenv srcdir PG_ABS_SRCDIR
\pset null -
SET client_min_messages = warning;
BEGIN;
SELECT medsup.add_knowledge(e, r, n, c, j)
FROM (VALUES ('T-required', 'N25-008', '脑利钠肽', '{XC01EBC109}'::text[], '{"dx_required": "I20-I25, !I24"}'::jsonb),
             ('T-forbidden', 'N25-071', '阿帕他胺', '{XL02BBA326}', '{"dx_forbidden": "O00-O99"}'),
             ('T-operation', 'N25-020', '动态血压监测', '{003107010220000}', '{"oprn_required": "36.0", "valid_from": "2026-01-01"}'),
             ('T-main', 'N25-088', '冠脉支架', '{C010101}', '{"dx_required": "I21-I22", "dx_main_only": true}'),
             ('T-state', 'N25-073', '地诺前列酮', '{XG02ADD082}', '{"condition": "visit.matn_stas in (''1'', ''2'')"}')) p (e, r, n, c, j);
SELECT medsup.publish_rulebook();
\set fixture :srcdir '/data/kind_fixture.sql'
\i :fixture
CREATE TEMP TABLE tried (n int GENERATED ALWAYS AS IDENTITY, rule text, name text, claim jsonb);
INSERT INTO tried (rule, name, claim) VALUES
    ('N25-008', 'required: none of them', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "E11.900"}, {"mdtrt_id": "M1", "diag_code": "N18.900"}]}')),
    ('N25-008', 'required: the one left out', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "I24.800"}]}')),
    ('N25-008', 'required: void', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "I21.900", "vali_flag": "0"}, {"mdtrt_id": "M1", "diag_code": "E11.900"}]}')),
    ('N25-008', 'required: of another visit', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M2", "diag_code": "I21.900"}, {"mdtrt_id": "M1", "diag_code": "E11.900"}]}')),
    ('N25-008', 'required: last of the range', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "I25.900"}]}')),
    ('N25-008', 'required: second one, at admission', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "E11.900"}, {"mdtrt_id": "M1", "diag_code": "I20.000", "inout_diag_type": "1"}]}')),
    ('N25-008', 'required: the fund paid nothing', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049", "inscp_amt": 0}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "E11.900"}]}')),
    ('N25-008', 'required: one cannot be read', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "E11.900"}, {"mdtrt_id": "M1", "diag_code": "心绞痛"}]}')),
    ('N25-008', 'required: only traditional ones', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "A17.41", "diag_type": "2"}]}')),
    ('N25-008', 'required: none told', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]', '{}', '{"diagnoses": []}')),
    ('N25-008', 'required: not bound', pg_temp.claim('[{"med_list_codg": "XC01EBC109B001010102049"}]')),
    ('N25-071', 'forbidden: first of the range', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "O00.000"}]}')),
    ('N25-071', 'forbidden: among others', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "N80.000"}, {"mdtrt_id": "M1", "diag_code": "O80.000"}, {"mdtrt_id": "M1", "diag_code": "E11.900"}]}')),
    ('N25-071', 'forbidden: beside one that cannot be read', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "??"}, {"mdtrt_id": "M1", "diag_code": "O24.400"}]}')),
    ('N25-071', 'forbidden: others', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "N99.900"}, {"mdtrt_id": "M1", "diag_code": "P00.000"}]}')),
    ('N25-071', 'forbidden: void', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "O80.000", "vali_flag": "0"}, {"mdtrt_id": "M1", "diag_code": "N80.000"}]}')),
    ('N25-071', 'forbidden: given back', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180", "cnt": 1}, {"med_list_codg": "XL02BBA326A001010102180", "cnt": -1, "init_feedetl_sn": "1", "fee_ocur_time": "2026-03-02 10:00:00"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "O80.000"}]}')),
    ('N25-071', 'forbidden: one cannot be read', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "N80.000"}, {"mdtrt_id": "M1", "diag_code": "??"}]}')),
    ('N25-020', 'operation: none', pg_temp.claim('[{"med_list_codg": "003107010220000"}]', '{}', '{"operations": []}')),
    ('N25-020', 'operation: another one', pg_temp.claim('[{"med_list_codg": "003107010220000"}]', '{}', '{"operations": [{"mdtrt_id": "M1", "oprn_oprt_code": "37.2200"}]}')),
    ('N25-020', 'operation: void', pg_temp.claim('[{"med_list_codg": "003107010220000", "cnt": 1}]', '{}', '{"operations": [{"mdtrt_id": "M1", "oprn_oprt_code": "36.0600", "vali_flag": "0"}]}')),
    ('N25-020', 'operation: done', pg_temp.claim('[{"med_list_codg": "003107010220000"}]', '{}', '{"operations": [{"mdtrt_id": "M1", "oprn_oprt_code": "36.0600"}]}')),
    ('N25-020', 'operation: the second one', pg_temp.claim('[{"med_list_codg": "003107010220000"}]', '{}', '{"operations": [{"mdtrt_id": "M1", "oprn_oprt_code": "37.2200"}, {"mdtrt_id": "M1", "oprn_oprt_code": "36.0700"}]}')),
    ('N25-020', 'operation: line before the point was in force', pg_temp.claim('[{"med_list_codg": "003107010220000", "fee_ocur_time": "2025-12-31 23:59:59"}]', '{}', '{"operations": []}')),
    ('N25-020', 'operation: one cannot be read', pg_temp.claim('[{"med_list_codg": "003107010220000"}]', '{}', '{"operations": [{"mdtrt_id": "M1", "oprn_oprt_code": "xx"}, {"mdtrt_id": "M1", "oprn_oprt_code": "37.2200"}]}')),
    ('N25-020', 'operation: not bound', pg_temp.claim('[{"med_list_codg": "003107010220000"}]')),
    ('N25-088', 'main: only beside it', pg_temp.claim('[{"med_list_codg": "C0101010010000100000"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "E11.900", "maindiag_flag": "1"}, {"mdtrt_id": "M1", "diag_code": "I21.900", "maindiag_flag": "0"}]}')),
    ('N25-088', 'main: another one', pg_temp.claim('[{"med_list_codg": "C0101010010000100000"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "E11.900", "maindiag_flag": "1"}]}')),
    ('N25-088', 'main: left over of three', pg_temp.claim('[{"med_list_codg": "C0101010010000100000", "cnt": 3}, {"med_list_codg": "C0101010010000100000", "cnt": -1, "init_feedetl_sn": "1", "fee_ocur_time": "2026-03-02 10:00:00"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "I10.x00", "maindiag_flag": "1"}]}')),
    ('N25-088', 'main: as required', pg_temp.claim('[{"med_list_codg": "C0101010010000100000"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "I21.900", "maindiag_flag": "1"}, {"mdtrt_id": "M1", "diag_code": "E11.900", "maindiag_flag": "0"}]}')),
    ('N25-088', 'main: one of two main ones', pg_temp.claim('[{"med_list_codg": "C0101010010000100000"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "E11.900", "maindiag_flag": "1"}, {"mdtrt_id": "M1", "diag_code": "I22.000", "maindiag_flag": "1"}]}')),
    ('N25-088', 'main: the fund paid nothing', pg_temp.claim('[{"med_list_codg": "C0101010010000100000", "inscp_amt": 0}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "E11.900", "maindiag_flag": "1"}]}')),
    ('N25-088', 'main: none is marked', pg_temp.claim('[{"med_list_codg": "C0101010010000100000"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "E11.900"}]}')),
    ('N25-073', 'state: pregnant', pg_temp.claim('[{"med_list_codg": "XG02ADD082D003010179504"}]', '{"matn_stas": "1"}')),
    ('N25-073', 'state: nursing', pg_temp.claim('[{"med_list_codg": "XG02ADD082D003010179504", "cnt": 1}]', '{"matn_stas": "2"}')),
    ('N25-073', 'state: two lines', pg_temp.claim('[{"med_list_codg": "XG02ADD082D003010179504"}, {"med_list_codg": "XG02ADD082D003010179504", "cnt": 1}]', '{"matn_stas": "1"}')),
    ('N25-073', 'state: neither', pg_temp.claim('[{"med_list_codg": "XG02ADD082D003010179504"}]', '{"matn_stas": "0"}')),
    ('N25-073', 'state: the fund paid nothing', pg_temp.claim('[{"med_list_codg": "XG02ADD082D003010179504", "inscp_amt": 0}]', '{"matn_stas": "1"}')),
    ('N25-073', 'state: given back', pg_temp.claim('[{"med_list_codg": "XG02ADD082D003010179504", "cnt": 1}, {"med_list_codg": "XG02ADD082D003010179504", "cnt": -1, "init_feedetl_sn": "1", "fee_ocur_time": "2026-03-02 10:00:00"}]', '{"matn_stas": "1"}')),
    ('N25-073', 'state: not known', pg_temp.claim('[{"med_list_codg": "XG02ADD082D003010179504"}]'));
SELECT rule, name, pg_temp.says(claim, rule) FROM tried ORDER BY n;
-- evidence: D diagnoses, O operations; 1 in breach, 2 looked at
SELECT t.name, (SELECT string_agg(concat_ws(' ', j ->> 'what', j ->> 'role', coalesce(j -> 'row' ->> 'diag_code', j -> 'row' ->> 'oprn_oprt_code')), ', ' ORDER BY n)
                FROM jsonb_array_elements(v.evidence) WITH ORDINALITY AS e (j, n) WHERE j ? 'what') AS records
FROM tried t, medsup.check_claim(t.claim) v WHERE v.what = 'F' AND v.evidence::text LIKE '%"what"%' ORDER BY t.n;
\set closing :srcdir '/data/kind_closing.sql'
\i :closing
ROLLBACK;
