-- K4, prerequisites: from points that an author adds through a published book
-- to findings.  Figures are worked out by hand from docs/rulebook.md: a main line
-- is all hit; limit and actual value count units of the prerequisite.
\getenv srcdir PG_ABS_SRCDIR
\pset null -
SET client_min_messages = warning;
BEGIN;
SELECT medsup.add_knowledge(e, r, n, c, j, s)
FROM (VALUES ('T-day', 'N25-084', '接生耗材', '{C010101}'::text[], '{"scope": "day"}'::jsonb, '{003314000020000}'::text[]),
             ('T-prescription', 'N25-064', '胰岛素', '{XA10BJ}', '{"scope": "prescription", "at_least": 2}', '{003107010220000}'),
             ('T-first', 'N25-005', '阿帕他胺', '{XL02BBA326}', '{"scope": "rolling", "before_days": 30, "sub_first": true, "dx_required": "Z88"}', '{XL01BC}')) p (e, r, n, c, j, s);
SELECT medsup.publish_rulebook();
\set fixture :srcdir '/data/kind_fixture.sql'
\i :fixture
CREATE TEMP TABLE tried (n int GENERATED ALWAYS AS IDENTITY, rule text, name text, claim jsonb);
INSERT INTO tried (rule, name, claim) VALUES
    ('N25-084', 'day: without the item', pg_temp.claim('[{"med_list_codg": "C0101010010000100000"}]')),
    ('N25-084', 'day: the item a day later', pg_temp.claim('[{"med_list_codg": "C0101010010000100000"}, {"med_list_codg": "003314000020000", "fee_ocur_time": "2026-03-03 09:30:00"}]')),
    ('N25-084', 'day: the item was given back', pg_temp.claim('[{"med_list_codg": "C0101010010000100000"}, {"med_list_codg": "003314000020000", "cnt": 1}, {"med_list_codg": "003314000020000", "cnt": -1, "init_feedetl_sn": "2", "fee_ocur_time": "2026-03-02 10:00:00"}]')),
    ('N25-084', 'day: one item, two on the first day', pg_temp.claim('[{"med_list_codg": "C0101010010000100000"}, {"med_list_codg": "C0101010010000100000", "cnt": 1, "fee_ocur_time": "2026-03-03 08:00:00"}, {"med_list_codg": "003314000020000"}]')),
    ('N25-084', 'day: with the item', pg_temp.claim('[{"med_list_codg": "C0101010010000100000"}, {"med_list_codg": "003314000020000"}]')),
    ('N25-084', 'day: the item at another hour, paid by the patient', pg_temp.claim('[{"med_list_codg": "C0101010010000100000"}, {"med_list_codg": "003314000020000", "inscp_amt": 0, "fee_ocur_time": "2026-03-02 23:59:59"}]')),
    ('N25-084', 'day: the fund paid nothing', pg_temp.claim('[{"med_list_codg": "C0101010010000100000", "inscp_amt": 0}]')),
    ('N25-064', 'prescription: another one', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403", "rx_drord_no": "R1"}, {"med_list_codg": "003107010220000", "rx_drord_no": "R2"}]')),
    ('N25-064', 'prescription: one unit of two', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403", "rx_drord_no": "R1"}, {"med_list_codg": "003107010220000", "rx_drord_no": "R1", "cnt": 1}]')),
    ('N25-064', 'prescription: alone', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403", "rx_drord_no": "R1"}]')),
    ('N25-064', 'prescription: two units', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403", "rx_drord_no": "R1"}, {"med_list_codg": "003107010220000", "rx_drord_no": "R1"}]')),
    ('N25-064', 'prescription: two lines of one unit', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403", "rx_drord_no": "R1"}, {"med_list_codg": "003107010220000", "rx_drord_no": "R1", "cnt": 1}, {"med_list_codg": "003107010220000", "rx_drord_no": " R1 ", "cnt": 1}]')),
    ('N25-064', 'prescription: void line', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403", "rx_drord_no": "R1", "vali_flag": "0"}]')),
    ('N25-064', 'prescription: no number', pg_temp.claim('[{"med_list_codg": "XA10BJD332B002010178403"}, {"med_list_codg": "003107010220000", "rx_drord_no": "R1"}]')),
    ('N25-005', 'first line: none', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "C61.x00"}]}')),
    ('N25-005', 'first line: later', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}, {"med_list_codg": "XL01BCA001B001010102180", "fee_ocur_time": "2026-03-02 10:00:00"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "C61.x00"}]}')),
    ('N25-005', 'first line: 31 days before', pg_temp.claim('[{"med_list_codg": "XL01BCA001B001010102180", "fee_ocur_time": "2026-01-30 09:00:00"}, {"med_list_codg": "XL02BBA326A001010102180"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "C61.x00"}]}')),
    ('N25-005', 'first line: 30 days before', pg_temp.claim('[{"med_list_codg": "XL01BCA001B001010102180", "fee_ocur_time": "2026-01-31 00:00:00"}, {"med_list_codg": "XL02BBA326A001010102180"}]')),
    ('N25-005', 'first line: an hour before', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}, {"med_list_codg": "XL01BCA001B001010102180", "fee_ocur_time": "2026-03-02 08:30:00"}]')),
    ('N25-005', 'first line: a diagnosis in its place', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}]', '{}', '{"diagnoses": [{"mdtrt_id": "M1", "diag_code": "Z88.800"}]}')),
    ('N25-005', 'first line: diagnoses not bound', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}]')),
    ('N25-005', 'first line: the same day without a clock', pg_temp.claim('[{"med_list_codg": "XL02BBA326A001010102180"}, {"med_list_codg": "XL01BCA001B001010102180", "fee_ocur_time": "2026-03-02 00:00:00"}]'));
SELECT rule, name, pg_temp.says(claim, rule) FROM tried ORDER BY n;

-- a claim that is checked without the person's history does not tell of 30 days before
SELECT v.outcome, v.reason, v.lines
FROM tried t, medsup.rulebook b, medsup.evaluate(b.compiled, NULL, NULL,
    medsup.claim_rows(t.claim, 'encounters', NULL::medsup.claim_encounter), medsup.claim_rows(t.claim, 'settlements', NULL::medsup.claim_settlement),
    medsup.claim_rows(t.claim, 'lines', NULL::medsup.claim_fee_line),
    medsup.claim_rows(t.claim, 'diagnoses', NULL::medsup.claim_diagnosis), NULL, NULL, '2026-02-01') v
WHERE t.name = 'first line: none' AND v.what = 'T' AND v.rule_code = 'N25-005';
-- every window, by one main line of 5 March and one sub line each
CREATE FUNCTION pg_temp.window(scope text, before int, sub jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
    visits jsonb := '{"encounters": [
        {"mdtrt_id": "M1", "fixmedins_code": "H1", "hosp_lv": "02", "insutype": "310", "med_type": "21", "begntime": "2026-03-02 08:00:00", "endtime": "2026-03-08 10:00:00"},
        {"mdtrt_id": "M2", "fixmedins_code": "H1", "hosp_lv": "02", "insutype": "310", "med_type": "11", "begntime": "2026-03-05 08:00:00"}]}';
BEGIN
    UPDATE medsup.knowledge SET scope = "window".scope, before_days = before, sub_first = false, at_least = NULL WHERE entry_code = 'T-day';
    PERFORM medsup.publish_rulebook();
    said := pg_temp.says(pg_temp.claim(jsonb_build_array(
        jsonb '{"med_list_codg": "C0101010010000100000", "rx_drord_no": "R1", "fee_ocur_time": "2026-03-05 09:30:00"}',
        jsonb '{"med_list_codg": "003314000020000", "rx_drord_no": "R1"}' || sub), '{}', visits), 'N25-084');
    RETURN said;
END
$$;
SELECT w.scope, pg_temp.window(w.scope, w.before, w.within) AS within, pg_temp.window(w.scope, w.before, w.outside) AS outside
FROM (VALUES
    ('prescription', NULL::int, jsonb '{"fee_ocur_time": "2026-03-07 09:30:00"}', jsonb '{"rx_drord_no": "R2", "fee_ocur_time": "2026-03-05 09:30:00"}'),
    ('hour', NULL, '{"fee_ocur_time": "2026-03-05 09:59:59"}', '{"fee_ocur_time": "2026-03-05 10:00:00"}'),
    ('day', NULL, '{"fee_ocur_time": "2026-03-05 23:59:59"}', '{"fee_ocur_time": "2026-03-06 00:00:01"}'),
    ('rolling', 2, '{"fee_ocur_time": "2026-03-03 00:00:00"}', '{"fee_ocur_time": "2026-03-02 23:59:59"}'),
    ('visit', NULL, '{"fee_ocur_time": "2026-03-02 09:30:00"}', '{"mdtrt_id": "M2", "fee_ocur_time": "2026-03-05 09:30:00"}'),
    ('operation', NULL, '{"fee_ocur_time": "2026-03-05 23:00:00"}', '{"fee_ocur_time": "2026-03-06 09:30:00"}'),
    ('stay', NULL, '{"fee_ocur_time": "2026-03-08 09:30:00"}', '{"mdtrt_id": "M2", "fee_ocur_time": "2026-03-05 09:30:00"}'),
    ('lifetime', NULL, '{"fee_ocur_time": "2020-03-05 09:30:00"}', '{"vali_flag": "0", "fee_ocur_time": "2026-03-05 09:30:00"}')) w (scope, before, within, outside);
-- an operation is the prerequisite
UPDATE medsup.knowledge SET scope = 'day' WHERE entry_code = 'T-day';
SELECT medsup.add_knowledge('T-operated', 'N25-084', '手术耗材', '{C010102}', '{"scope": "visit", "oprn_required": "36.0"}');
SELECT medsup.publish_rulebook() > 1 AS published;
SELECT name, pg_temp.says(pg_temp.claim('[{"med_list_codg": "C0101020010000100000"}]', '{}', more), 'N25-084')
FROM (VALUES (1, 'none', jsonb '{"operations": []}'), (2, 'another', '{"operations": [{"mdtrt_id": "M1", "oprn_oprt_code": "37.2200"}]}'),
             (3, 'done', '{"operations": [{"mdtrt_id": "M1", "oprn_oprt_code": "36.0600"}]}'), (4, 'not bound', '{}')) o (n, name, more) ORDER BY n;
\set closing :srcdir '/data/kind_closing.sql'
\i :closing
ROLLBACK;
