\set SHOW_CONTEXT never
-- One claim in JSON: the same verdicts as through evaluate, every dirty value
-- read as a bound column is, and a clear error for what is no claim.
\pset null -
SET client_min_messages = warning;
BEGIN;
SELECT * FROM medsup.check_claim('{"lines": []}');
ROLLBACK;
BEGIN;
SELECT medsup.load_bundled_knowledge() > 0 AS loaded;
SELECT medsup.publish_rulebook();

CREATE TABLE public.claims (name text PRIMARY KEY, claim jsonb);
INSERT INTO public.claims VALUES
('strict', '{"person": {"psn_no": "P1", "gend": "2", "brdy": "1980-05-06"},
  "encounters": [{"mdtrt_id": "M1", "fixmedins_code": "H1", "hosp_lv": "02", "insutype": "310", "med_type": "11", "begntime": "2026-03-02 08:00:00"}],
  "settlements": [{"setl_id": "S1", "mdtrt_id": "M1", "setl_time": "2026-03-02 10:00:00", "clr_way": "1", "fund_pay_sumamt": "40", "hifp_pay": "40", "inscp_amt": "60"}],
  "lines": [{"feedetl_sn": "1", "mdtrt_id": "M1", "setl_id": "S1", "fixmedins_code": "H1", "fee_ocur_time": "2026-03-02 09:30:00",
             "med_list_codg": "XL02BBA326A001010102180", "cnt": "2", "pric": "30", "det_item_fee_sumamt": "60", "fulamt_ownpay_amt": "0", "inscp_amt": "60"}]}'),
-- the same in every other way of writing that is accepted
('loose', '{"person": {"psn_no": " P1 ", "gend": 2.0, "brdy": 19800506},
  "encounters": [{"MDTRT_ID": "M1", "medins_code": "H1", "hosp_lv": 2, "insutype": 310, "med_type": 11, "begndate": "2026/3/2 8:00", "crte_time": [1], "psn_no": "", "gend": "-"}],
  "settlements": [{"setl_id": "S1", "mdtrt_id": "M1", "setl_time": "20260302100000", "clr_way": true, "fund_pay_sumamt": 40.0, "hifp_pay": "40.00", "inscp_scp_amt": 60, "memo": {"a": []}}],
  "lines": [{"bkkp_sn": 1, "feedetl_sn": "1", "mdtrt_id": "M1", "setl_id": "S1", "medins_code": "H1", "fee_ocur_time": "2026-03-02T09:30:00",
             "med_list_code": "XL02BBA326A001010102180\t", "cnt": 2, "pric": "30.000", "det_item_fee_sumamt": 60, "fulamt_ownpay_amt": 0, "inscp_amt": "60.0", "reim_prop": "", "vali_flag": null}],
  "diagnoses": null}');

SELECT what, rule_code, reason, psn_no, feedetl_sn, setl_id, limit_value, actual_value, vola_amt, fund_amt, fund_method, formula
FROM public.claims c, medsup.check_claim(c.claim) ORDER BY c.name;
-- one person, one claim: ids and contents are the same
SELECT count(*), count(DISTINCT v.finding_id) AS ids, count(DISTINCT v.content_digest) AS contents
FROM public.claims c, medsup.check_claim(c.claim) v;
-- and as through evaluate
SELECT v.finding_id = d.finding_id AS same_id, v.content_digest = d.content_digest AS same_content, d.evidence = v.evidence AS same_evidence
FROM public.claims c, medsup.check_claim(c.claim) v,
    (SELECT w.* FROM public.claims x, medsup.rulebook b, medsup.evaluate(b.compiled, NULL, NULL,
        (SELECT array_agg(jsonb_populate_record(NULL::medsup.claim_encounter, e || (x.claim -> 'person'))) FROM jsonb_array_elements(x.claim -> 'encounters') e),
        (SELECT array_agg(jsonb_populate_record(NULL::medsup.claim_settlement, e || '{"psn_no": "P1"}')) FROM jsonb_array_elements(x.claim -> 'settlements') e),
        (SELECT array_agg(jsonb_populate_record(NULL::medsup.claim_fee_line, e || '{"psn_no": "P1"}')) FROM jsonb_array_elements(x.claim -> 'lines') e),
        NULL, NULL, NULL) w WHERE x.name = 'strict' AND w.what = 'F') d
WHERE c.name = 'strict';

-- Every column of every list is read as the same column of a bound source
-- would be, under each of its names.
CREATE FUNCTION pg_temp.read_as(reads text, width int, value text) RETURNS text LANGUAGE sql AS $$
SELECT CASE reads WHEN 'text' THEN medsup.read_text(value) WHEN 'dict' THEN medsup.read_dict(value, width)
                  WHEN 'time' THEN medsup.read_timestamp(value)::text ELSE medsup.read_numeric(value)::text END
$$;
CREATE FUNCTION pg_temp.read_json(kind text, col text, key text, value jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    list text := CASE kind WHEN 'encounter' THEN 'encounters' WHEN 'settlement' THEN 'settlements' WHEN 'fee_line' THEN 'lines'
                           WHEN 'diagnosis' THEN 'diagnoses' WHEN 'operation' THEN 'operations' ELSE 'registrations' END;
    result text;
BEGIN
    EXECUTE format('SELECT r.%I::text FROM unnest(medsup.claim_rows($1, $2, NULL::medsup.claim_%s)) r', col,
        CASE kind WHEN 'chronic_reg' THEN 'registration' ELSE kind END)
    INTO result USING '{"lines": []}'::jsonb || jsonb_build_object(list, jsonb_build_array(jsonb_build_object(key, value))), list;
    RETURN result;
END
$$;
WITH tried AS (
    SELECT c.kind, c.column_name, k AS key, v.value, pg_temp.read_as(c.reads, c.width, v.value #>> '{}') AS wanted,
        pg_temp.read_json(c.kind, c.column_name, k, v.value) AS got
    FROM medsup.source_column c
    JOIN pg_attribute a ON a.attrelid = to_regclass('medsup.claim_' || CASE c.kind WHEN 'chronic_reg' THEN 'registration' ELSE c.kind END)
        AND a.attname = c.column_name
    CROSS JOIN LATERAL unnest(ARRAY[c.column_name, upper(c.column_name)] || c.aliases) k
    CROSS JOIN LATERAL (VALUES ('"1"'::jsonb), ('1'), ('" 01 "'), ('"-"'), ('""'), ('null'), ('"2026/3/2"'), ('20260302'), ('"x y"'), ('"1e5"'), ('-0.5'), ('12.5')) v (value)
    WHERE c.kind IN ('encounter', 'settlement', 'fee_line', 'diagnosis', 'operation', 'chronic_reg') AND c.reads <> 'object'
)
SELECT count(DISTINCT (kind, column_name)) > 70 AS columns, count(DISTINCT got) > 8 AS values,
    count(*) FILTER (WHERE got IS DISTINCT FROM wanted) AS differ,
    min(concat_ws(' ', kind, key, value, wanted, got)) FILTER (WHERE got IS DISTINCT FROM wanted) AS first
FROM tried;

-- lines that cannot be checked and rules that cannot be decided are told
SELECT what, rule_code, outcome, reason, lines, feedetl_sn FROM medsup.check_claim('{"person": {"psn_no": "P1"},
  "encounters": [{"mdtrt_id": "M1"}],
  "lines": [{"feedetl_sn": "1", "mdtrt_id": "M1", "fee_ocur_time": "2026-03-02", "med_list_codg": "XL02BBA326A001010102180", "cnt": 1, "pric": 1, "det_item_fee_sumamt": 1, "inscp_amt": 1},
            {"feedetl_sn": "2", "mdtrt_id": "M1", "fee_ocur_time": "2026-13-02", "med_list_codg": "XL02BBA326A001010102180", "cnt": 1, "det_item_fee_sumamt": 1},
            {"feedetl_sn": "3", "mdtrt_id": "M1", "fee_ocur_time": "2026-03-02", "med_list_codg": "nothing known", "cnt": 1, "det_item_fee_sumamt": 1},
            {"feedetl_sn": "4", "mdtrt_id": "M1", "fee_ocur_time": "2026-03-02", "med_list_codg": "XL02BBA326A001010102180", "cnt": 1e300, "det_item_fee_sumamt": 1},
            {"feedetl_sn": "5", "mdtrt_id": "M1", "fee_ocur_time": "2026-03-02", "med_list_codg": "XL02BBA326A001010102180", "cnt": -1, "det_item_fee_sumamt": -1},
            {"feedetl_sn": "6", "mdtrt_id": "M9", "fee_ocur_time": "9999-03-02", "med_list_codg": "XL02BBA326A001010102180", "cnt": 1, "det_item_fee_sumamt": "abc"},
            {}]}') ORDER BY what, feedetl_sn;

-- ten thousand lines, and a deep one
SELECT count(*), sum(v.vola_amt) FROM medsup.check_claim((SELECT claim || jsonb_build_object('lines',
        (SELECT jsonb_agg(claim -> 'lines' -> 0 || jsonb_build_object('feedetl_sn', i)) FROM generate_series(1, 10000) i))
    FROM public.claims WHERE name = 'strict')) v WHERE v.what = 'F';
SELECT count(*) FROM medsup.check_claim((SELECT jsonb_build_object('lines', jsonb_build_array(jsonb_build_object('deep', (repeat('[', 2000) || repeat(']', 2000))::jsonb)))));

-- no writes: not even a transaction number
SET TRANSACTION READ ONLY;
SELECT count(*) FROM public.claims c, medsup.check_claim(c.claim) v;
ROLLBACK;

-- what is no claim
BEGIN;
SELECT medsup.load_bundled_knowledge() > 0 AS loaded;
SELECT medsup.publish_rulebook();
CREATE FUNCTION pg_temp.refused(claim jsonb, book int DEFAULT NULL, history boolean DEFAULT false)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text;
BEGIN
    PERFORM * FROM medsup.check_claim(claim, book, history);
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN format('%s %s | %s | %s', state, message, detail, CASE WHEN hint LIKE 'docs/%' THEN 'docs' ELSE hint END);
END
$$;
SELECT pg_temp.refused(c::jsonb) FROM unnest(ARRAY[NULL, 'null', '1', '[]', '{}', '{"lines": null}', '{"lines": {}}', '{"lines": "x"}', '{"lines": [null]}', '{"lines": [[]]}',
    '{"lines": [], "person": []}', '{"lines": [], "person": {"psn_no": {}}}', '{"lines": [], "patient": {}}', '{"lines": [], "encounters": [{"begntime": true}]}',
    '{"lines": [{"cnt": 1}, {"cnt": {}}]}', '{"lines": [{"psn_no": "A"}, {"psn_no": "B"}]}', '{"lines": [], "": 1}',
    '{"lines": [], "很长的名字很长的名字很长的名字很长的名字很长的名字很长的名字": 1}']) c;
SELECT pg_temp.refused('{"lines": []}', 0), pg_temp.refused('{"lines": []}', 99), pg_temp.refused('{"lines": []}', NULL, true);
SELECT medsup.claim_rows('{"lines": []}', 'lines', NULL::int);
ROLLBACK;

-- the person's own history
BEGIN;
CREATE TABLE public.m (mdtrt_id text, psn_no text, gend text, brdy text, fixmedins_code text, insutype text, med_type text, begntime text);
CREATE TABLE public.s (setl_id text, mdtrt_id text, psn_no text, init_setl_id text, refd_setl_flag text, setl_time text, fund_pay_sumamt text);
CREATE TABLE public.f (feedetl_sn text, mdtrt_id text, setl_id text, psn_no text, fixmedins_code text,
    fee_ocur_time text, med_list_codg text, cnt text, pric text, det_item_fee_sumamt text, fulamt_ownpay_amt text, inscp_amt text);
INSERT INTO public.m SELECT 'M' || i, 'P' || i % 2, '1', '1980-01-01', 'H1', '310', '11', '2026-03-01 08:00' FROM generate_series(1, 4) i;
INSERT INTO public.f SELECT i::text, 'M' || i, '', 'P' || i % 2, 'H1', format('2026-03-0%s 09:00', i), '003107010220000', '1', '10', '10', '0', '10' FROM generate_series(1, 4) i;
SELECT medsup.bind_source('encounter', 'public.m') IS NOT NULL AS bound, medsup.bind_source('fee_line', 'public.f') IS NOT NULL AS bound;
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, fund_scope) VALUES ('L-1', '周期超量', 'too many in a week', 'K6', 'item', 'any');
SELECT medsup.add_knowledge('L-1-1', 'L-1', '示例', '{003107010220000}', '{"measure": "quantity", "scope": "rolling", "window_days": 7, "limit_value": 2}');
SELECT medsup.publish_rulebook();
CREATE TABLE public.now_ AS SELECT '{"person": {"psn_no": "P1"}, "encounters": [{"mdtrt_id": "M9", "fixmedins_code": "H1"}],
    "lines": [{"feedetl_sn": "9", "mdtrt_id": "M9", "fixmedins_code": "H1", "fee_ocur_time": "2026-03-05 10:00", "med_list_codg": "003107010220000", "cnt": 1, "pric": 10, "det_item_fee_sumamt": 10}]}'::jsonb AS claim;
-- alone within the limit, with M1 and M3 of the same person one too many
SELECT what, mdtrt_id, feedetl_sn, excess FROM public.now_, medsup.check_claim(claim);
SELECT what, mdtrt_id, feedetl_sn, actual_value, excess FROM public.now_, medsup.check_claim(claim, history => true);
-- the claim's own line takes the place of the bound one: no duplicate, and now two are over
SELECT what, mdtrt_id, feedetl_sn, actual_value, excess FROM public.now_, medsup.check_claim(
    jsonb_set(claim, '{lines, 1}', '{"feedetl_sn": "3", "mdtrt_id": "M3", "fixmedins_code": "H1", "fee_ocur_time": "2026-03-03 10:00", "med_list_codg": "003107010220000", "cnt": 2, "det_item_fee_sumamt": 20}'),
    history => true) ORDER BY 2;
-- a kind that is not bound stays unknown, one that is bound and empty is empty
SELECT medsup.claim_history(NULL::medsup.claim_settlement[], 'settlement', 'P1') IS NULL AS unknown,
    medsup.claim_history(NULL::medsup.claim_encounter[], 'encounter', 'P7') = '{}' AS none;
SELECT medsup.bind_source('settlement', 'public.s') IS NOT NULL AS bound;
SELECT medsup.claim_history(NULL::medsup.claim_settlement[], 'settlement', 'P1') = '{}' AS none;
-- row by row: rules of one line only
INSERT INTO public.f VALUES ('5', 'M1', 'S5', 'P1', 'H1', '2026-03-01 09:00', 'XL02BBA326A001010102180', '1', '10', '10', '0', '10');
UPDATE public.m SET gend = '2' WHERE mdtrt_id = 'M1';
SELECT medsup.load_bundled_knowledge() > 0 AS loaded, medsup.publish_rulebook() AS version;
SELECT f.feedetl_sn, medsup.line_hits(ROW(f.*)::medsup.claim_fee_line, ROW(e.*)::medsup.claim_encounter) AS hits,
    medsup.line_hits(ROW(f.*)::medsup.claim_fee_line, ROW(e.*)::medsup.claim_encounter, rulebook => 1) AS then_
FROM medsup.src_fee_line f JOIN medsup.src_encounter e USING (mdtrt_id) ORDER BY 1;
-- its own bill counts: nothing from a pooled fund
SELECT medsup.line_hits(ROW(f.*)::medsup.claim_fee_line, ROW(e.*)::medsup.claim_encounter,
    jsonb_populate_record(NULL::medsup.claim_settlement, jsonb_build_object('setl_id', 'S5', 'mdtrt_id', 'M1', 'psn_no', 'P1', 'fund_pay_sumamt', paid))) AS hits
FROM (SELECT x.* FROM medsup.src_fee_line x) f JOIN medsup.src_encounter e USING (mdtrt_id), (VALUES (0), (5)) v (paid) WHERE f.feedetl_sn = '5' ORDER BY paid;
-- no wider than the rights of who asks
CREATE ROLE doors_reader;
SELECT medsup.grant_access('doors_reader', 'reader');
GRANT SELECT ON public.now_ TO doors_reader;
SET ROLE doors_reader;
SELECT count(*) FROM public.now_, medsup.check_claim(claim);
SELECT count(*) FROM public.now_, medsup.check_claim(claim, history => true);
ROLLBACK;

-- what would have to be looked for before the claim is undecided, not a breach
BEGIN;
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, fund_scope) VALUES
    ('L-4', '缺前提', 'no prerequisite', 'K4', 'drug', 'any'), ('L-2', '首诊级别', 'level of the first one', 'K2', 'drug', 'any');
SELECT count(medsup.add_knowledge(v.code, v.rule, v.code, v.main::text[], v.limits::jsonb, v.sub::text[])) FROM (VALUES
    ('L-ROLL', 'L-4', '{XL02BBA326}', '{"scope": "rolling", "before_days": 30}', '{003107010220000}'),
    ('L-LIFE', 'L-4', '{XA10BJ}', '{"scope": "lifetime", "sub_first": true}', '{003107010210000}'),
    ('L-STAY', 'L-4', '{C010101}', '{"scope": "stay"}', '{003314000020000}'),
    ('L-FIRST', 'L-2', '{XA10BDD214}', '{"level_min": 3, "level_first_only": true}', NULL)) v (code, rule, main, limits, sub);
SELECT medsup.publish_rulebook() AS version;
CREATE TABLE public.m (mdtrt_id text, psn_no text, gend text, brdy text, fixmedins_code text, insutype text, med_type text, begntime text, hosp_lv text);
CREATE TABLE public.f (feedetl_sn text, mdtrt_id text, setl_id text, psn_no text, fixmedins_code text,
    fee_ocur_time text, med_list_codg text, cnt text, pric text, det_item_fee_sumamt text, fulamt_ownpay_amt text, inscp_amt text);
CREATE TABLE public.asked AS SELECT jsonb_build_object('person', '{"psn_no": "P1"}'::jsonb, 'settlements', '[]'::jsonb,
    'encounters', '[{"mdtrt_id": "M2", "fixmedins_code": "H1", "hosp_lv": "08", "med_type": "21", "begntime": "2026-03-02 08:00:00"}]'::jsonb,
    'lines', (SELECT jsonb_agg(jsonb_build_object('feedetl_sn', n::text, 'mdtrt_id', 'M2', 'fixmedins_code', 'H1', 'fee_ocur_time', '2026-03-10 09:00:00',
                  'med_list_codg', c, 'cnt', 1, 'pric', 10, 'det_item_fee_sumamt', 10))
              FROM unnest('{XL02BBA326A001010102180,XA10BJD332B002010178403,C0101010010000100000,XA10BDD214A001010102155}'::text[]) WITH ORDINALITY x (c, n))) AS claim;
CREATE FUNCTION pg_temp.told(claim jsonb, history boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', v.what, v.entry_code, v.rule_code, v.reason, v.lines), ', ' ORDER BY v.what DESC, v.entry_code, v.rule_code)
    FROM medsup.check_claim(claim, history => history) v;
$$;
SELECT name, pg_temp.told(claim || more::jsonb) FROM public.asked, (VALUES
    (1, 'its visits only', '{}'), (2, 'everything', '{"history_from": "all"}'), (3, 'from the first day of the window', '{"history_from": "2026-02-08"}'),
    (4, 'from the day after', '{"history_from": 20260209}'), (5, 'null is as if left out', '{"history_from": null}')) v (n, name, more) ORDER BY n;
-- the rolling window of the ninth day of a stay reaches back before it; what lies in the visit suffices
SELECT pg_temp.told(jsonb_set(claim, '{lines,3}', '{"feedetl_sn": "4", "mdtrt_id": "M2", "fixmedins_code": "H1", "fee_ocur_time": "2026-03-03 09:00:00",
    "med_list_codg": "003107010220000", "cnt": 1, "det_item_fee_sumamt": 10}')) FROM public.asked;
-- history that was asked for and is not bound was not joined
SELECT pg_temp.told(claim, true) FROM public.asked;
SELECT medsup.bind_source('encounter', 'public.m') IS NOT NULL AS bound, medsup.bind_source('fee_line', 'public.f') IS NOT NULL AS bound;
SELECT pg_temp.told(claim, true) FROM public.asked;
INSERT INTO public.m VALUES ('M1', 'P1', '1', '1980-01-01', 'H1', '310', '11', '2026-02-08 08:00', '08');
INSERT INTO public.f SELECT n::text, 'M1', '', 'P1', 'H1', '2026-02-08 09:00', c, '1', '10', '10', '0', '10'
FROM unnest('{003107010220000,003107010210000,XA10BDD214A001010102155}'::text[]) WITH ORDINALITY x (c, n);
SELECT pg_temp.told(claim, true) FROM public.asked;
-- row by row, too
SELECT medsup.line_hits(ROW(f.*)::medsup.claim_fee_line, ROW(e.*)::medsup.claim_encounter) AS hits
FROM medsup.src_fee_line f JOIN medsup.src_encounter e USING (mdtrt_id) WHERE f.feedetl_sn = '3';
\set VERBOSITY terse
SAVEPOINT s;
SELECT * FROM medsup.check_claim('{"lines": [], "history_from": "yesterday"}');
ROLLBACK TO s;
SELECT * FROM medsup.check_claim('{"lines": [], "history_from": false}');
ROLLBACK TO s;
SELECT * FROM medsup.check_claim('{"lines": [], "history_from": {}}');
ROLLBACK TO s;
\set VERBOSITY default
-- a record type is looked at anew when it was altered
CREATE TYPE public.few AS (feedetl_sn text);
SELECT medsup.claim_rows('{"lines": [{"feedetl_sn": 1, "cnt": 2}]}', 'lines', NULL::public.few);
ALTER TYPE public.few ADD ATTRIBUTE cnt numeric;
SELECT medsup.claim_rows('{"lines": [{"feedetl_sn": 1, "cnt": 2}, {"cnt": 3, "feedetl_sn": 4}, {"CNT": 5, "FEEDETL_SN": 6}]}', 'lines', NULL::public.few);
ROLLBACK;
