-- What is no claim, or no possible one, at every door: an error, a line that could
-- not be checked, a rule undecided or a finding.  Never a crash, never silence.
\set SHOW_CONTEXT never
\pset null -
SET client_min_messages = warning;
BEGIN;
-- something to say by every kind of rule
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, fund_scope)
SELECT 'L-' || k, '示例' || k, 'kind ' || k, 'K' || k, 'item', 'any' FROM generate_series(1, 12) k;
SELECT count(medsup.add_knowledge('L-' || v.k || '-' || v.n, 'L-' || v.k, '示例', v.main::text[], v.limits::jsonb, v.sub::text[])) AS points FROM (VALUES
    (1, 1, '{X}', '{"sex": "female"}', NULL), (1, 2, '{Z}', '{"age_below": 14, "age_unit": "year"}', NULL), (2, 1, '{X}', '{"level_min": 3}', NULL),
    (3, 1, '{X}', '{"dx_required": "C61"}', NULL), (3, 2, '{0033}', '{"oprn_required": "45.73"}', NULL), (4, 1, '{X}', '{"scope": "rolling", "before_days": 7}', '{0031}'), (5, 1, '{0031}', '{"scope": "hour"}', '{0034}'),
    (6, 1, '{0031}', '{"measure": "hours", "scope": "day", "limit_value": 24}', NULL), (6, 2, '{X}', '{"measure": "quantity", "scope": "stay", "limit_value": 3, "limit_basis": "stay_days"}', NULL),
    (6, 3, '{Z}', '{"measure": "supply_days", "scope": "line", "limit_value": 7}', NULL), (7, 1, '{0033}', '{"scope": "day", "rates": [1, 0.5]}', NULL),
    (8, 1, '{0034}', '{"limit_value": 30}', NULL), (9, 1, '{T}', '{"measure": "never"}', NULL), (10, 1, '{X}', '{"measure": "overlap", "scope": "lifetime", "limit_value": 0}', '{Z}'),
    (11, 1, '{}', '{"condition": "visit.endtime < visit.begntime"}', NULL), (12, 1, '{}', '{"measure": "readmission", "limit_value": 7}', NULL)) v (k, n, main, limits, sub);
SELECT medsup.publish_rulebook();
CREATE FUNCTION pg_temp.claim(visit jsonb, VARIADIC lines jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_build_object('person', '{"psn_no": "P", "gend": "1", "brdy": "1980-05-06"}'::jsonb, 'settlements', '[]'::jsonb,
    'encounters', jsonb_build_array('{"mdtrt_id": "M", "fixmedins_code": "H", "hosp_lv": "02", "insutype": "310", "med_type": "21",
                                      "begntime": "2026-03-02 08:00:00", "endtime": "2026-03-05 10:00:00"}'::jsonb || visit),
    'lines', (SELECT jsonb_agg('{"mdtrt_id": "M", "fixmedins_code": "H", "fee_ocur_time": "2026-03-02 09:30:00", "med_list_codg": "XL02BBA326A001010102180",
                                 "cnt": 1, "pric": 10, "det_item_fee_sumamt": 10, "inscp_amt": 10}'::jsonb || jsonb_build_object('feedetl_sn', n::text) || l ORDER BY n)
              FROM unnest(lines) WITH ORDINALITY x (l, n)))
$$;
-- what a claim is told by check_claim and by evaluate, which are one
CREATE FUNCTION pg_temp.told(claim jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    by_claim text;
    by_evaluate text;
BEGIN
    SELECT string_agg(DISTINCT concat_ws(' ', v.what, v.rule_code, v.reason) COLLATE "C", ', ') INTO by_claim FROM medsup.check_claim(claim) v;
    SELECT string_agg(DISTINCT concat_ws(' ', v.what, v.rule_code, v.reason) COLLATE "C", ', ') INTO by_evaluate
    FROM medsup.rulebook b, medsup.evaluate(b.compiled, NULL, NULL,
        medsup.claim_rows(claim, 'encounters', NULL::medsup.claim_encounter), medsup.claim_rows(claim, 'settlements', NULL::medsup.claim_settlement),
        medsup.claim_rows(claim, 'lines', NULL::medsup.claim_fee_line), medsup.claim_rows(claim, 'diagnoses', NULL::medsup.claim_diagnosis),
        medsup.claim_rows(claim, 'operations', NULL::medsup.claim_operation), medsup.claim_rows(claim, 'registrations', NULL::medsup.claim_registration), 'infinity') v
    WHERE v.what IN ('F', 'S') OR v.outcome = 'undecided';
    RETURN coalesce(by_claim, 'silence') || CASE WHEN by_claim IS DISTINCT FROM by_evaluate THEN ' but ' || coalesce(by_evaluate, 'silence') ELSE '' END;
EXCEPTION WHEN OTHERS THEN
    RETURN format('%s %s', SQLSTATE, SQLERRM);
END
$$;
CREATE TEMP TABLE bad (n int GENERATED ALWAYS AS IDENTITY, name text, claim jsonb);
INSERT INTO bad (name, claim) SELECT v.name, v.claim FROM (VALUES
('negative without a charge', pg_temp.claim('{}', '{"cnt": -1, "det_item_fee_sumamt": -10}')),
('a negative amount for a quantity', pg_temp.claim('{}', '{"det_item_fee_sumamt": -10}')),
('a negative price', pg_temp.claim('{}', '{"med_list_codg": "003402000050000", "pric": -50, "cnt": 1, "det_item_fee_sumamt": 50}')),
('no quantity', pg_temp.claim('{}', '{"cnt": 0}')),
('a quantity beyond all measure', pg_temp.claim('{}', '{"cnt": 1e12}')),
('an amount beyond all measure', pg_temp.claim('{}', '{"det_item_fee_sumamt": 1e40}')),
('the largest number that is read', pg_temp.claim('{}', '{"cnt": 100000000, "det_item_fee_sumamt": 10000000000}')),
('a number of ten thousand digits', pg_temp.claim('{}', jsonb_build_object('cnt', ('1' || repeat('0', 10000))::numeric))),
('no number', pg_temp.claim('{}', '{"cnt": "NaN", "det_item_fee_sumamt": "Infinity"}')),
('hours without end', pg_temp.claim('{}', '{"med_list_codg": "003107010220000", "cnt": 100000}')),
('a supply of a thousand years', pg_temp.claim('{}', '{"med_list_codg": "ZA09HAC0101010102129", "prd_days": 365000}')),
('a negative supply', pg_temp.claim('{}', '{"med_list_codg": "ZA09HAC0101010102129", "prd_days": -7}')),
('discharged before admission', pg_temp.claim('{"endtime": "2026-02-01 08:00:00"}', '{"cnt": 10}')),
('billed before birth', pg_temp.claim('{}', '{"fee_ocur_time": "1970-03-02 09:30:00", "med_list_codg": "ZA09HAC0101010102129"}')),
('the thirteenth month', pg_temp.claim('{"begntime": "2026-13-02"}', '{"fee_ocur_time": "2026-13-02"}')),
('the year ten thousand', pg_temp.claim('{}', '{"fee_ocur_time": "10000-01-01"}')),
('before all calendars', pg_temp.claim('{}', '{"fee_ocur_time": "0001-01-01"}')),
('a code of no list', pg_temp.claim('{}', '{"med_list_codg": "?"}')),
('a code of a kilobyte', pg_temp.claim('{}', jsonb_build_object('med_list_codg', repeat('X', 1024)))),
('no code', pg_temp.claim('{}', '{"med_list_codg": ""}')),
('no line number', pg_temp.claim('{}', '{"feedetl_sn": null}')),
('no such visit', pg_temp.claim('{}', '{"mdtrt_id": "M9"}')),
('nobody', pg_temp.claim('{}', '{}') - 'person'),
('unknown sex, level and insurance', pg_temp.claim('{"gend": "9", "hosp_lv": "?", "insutype": "999"}', '{}')),
('a refund larger than its charge', pg_temp.claim('{}', '{}', '{"cnt": -5, "det_item_fee_sumamt": -50, "init_feedetl_sn": "1"}')),
('a refund of itself', pg_temp.claim('{}', '{"cnt": -1, "det_item_fee_sumamt": -10, "init_feedetl_sn": "1"}')),
('the same line twice', pg_temp.claim('{}', '{}', '{"feedetl_sn": "1"}')),
('the same visit twice', jsonb_set(pg_temp.claim('{}', '{}'), '{encounters,1}', '{"mdtrt_id": "M", "med_type": "11"}')),
('two persons', pg_temp.claim('{}', '{}', '{"psn_no": "Q"}')),
('an array for a number', pg_temp.claim('{}', '{"cnt": [1]}')),
('an object for a code', pg_temp.claim('{}', '{"med_list_codg": {}}')),
('a text for the lines', '{"lines": "1"}'),
('no lines', '{"encounters": []}'),
('a diagnosis of no list', pg_temp.claim('{}', '{}') || '{"diagnoses": [{"mdtrt_id": "M", "diag_code": "???", "maindiag_flag": "1"}]}'),
('an operation of no list', pg_temp.claim('{}', '{"med_list_codg": "003310010140000"}') || '{"operations": [{"mdtrt_id": "M", "oprn_oprt_code": "???"}]}'),
('a settlement that reverses itself', pg_temp.claim('{}', '{"setl_id": "S"}') || '{"settlements": [{"setl_id": "S", "mdtrt_id": "M", "init_setl_id": "S", "refd_setl_flag": "1", "setl_time": "x", "hifp_pay": "-1e9"}]}')) v (name, claim);
SELECT name, pg_temp.told(claim) FROM bad ORDER BY n;
-- no line is lost: each is checked or told with its reason
SELECT count(*) AS claims, count(*) FILTER (WHERE t.lines <> jsonb_array_length(b.claim -> 'lines')) AS lost
FROM bad b CROSS JOIN LATERAL (
    SELECT sum(v.lines) AS lines FROM medsup.rulebook k, medsup.evaluate(k.compiled, NULL, NULL,
        medsup.claim_rows(b.claim, 'encounters', NULL::medsup.claim_encounter), medsup.claim_rows(b.claim, 'settlements', NULL::medsup.claim_settlement),
        medsup.claim_rows(b.claim, 'lines', NULL::medsup.claim_fee_line), NULL, NULL, NULL) v
    WHERE v.what = 'T' AND v.rule_code IS NULL) t
WHERE pg_temp.told(b.claim) !~ '^[0-9A-Z]{5} ';
-- the same through 3101: every order is judged, named in err_msg, or the request is refused
CREATE FUNCTION pg_temp.asked(claim jsonb) RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_build_object('input', jsonb_build_object('data', jsonb_build_object('patient_dtos', jsonb_build_object(
    'patn_id', claim #> '{person,psn_no}', 'gend', '1', 'brdy', '1980-05-06', 'curr_mdtrt_id', 'M', 'fsi_encounter_dtos', jsonb_build_object(
        'mdtrt_id', 'M', 'medins_id', 'H', 'medins_lv', claim #> '{encounters,0,hosp_lv}', 'insutype', '310', 'med_type', '21',
        'adm_date', claim #> '{encounters,0,begntime}', 'dscg_date', claim #> '{encounters,0,endtime}',
        'fsi_order_dtos', (SELECT jsonb_agg(jsonb_build_object('rx_id', l -> 'feedetl_sn', 'hilist_code', l -> 'med_list_codg', 'cnt', l -> 'cnt', 'pric', l -> 'pric',
                               'sumamt', l -> 'det_item_fee_sumamt', 'drord_begn_date', l -> 'fee_ocur_time')) FROM jsonb_array_elements(claim -> 'lines') l)))))) 
$$;
SELECT name, a ->> 'infcode' AS infcode, coalesce((SELECT string_agg(DISTINCT (r ->> 'rule_id') COLLATE "C", ' ') FROM jsonb_array_elements(a #> '{output,result}') r), '') AS told, left(a ->> 'err_msg', 90) AS err_msg
FROM bad, LATERAL (SELECT medsup.check_3101(pg_temp.asked(claim))) x (a) WHERE jsonb_typeof(claim -> 'lines') = 'array' ORDER BY n;
SELECT count(*) AS broken, count(*) FILTER (WHERE a ->> 'infcode' = '-1' AND length(a ->> 'err_msg') > 5) AS refused
FROM unnest(ARRAY['', ' ', '{', '{"input": {}}', 'null', '"x"', '[[]]', '{"input": {"data": []}}', '{"input": {"data": {"patient_dtos": 1}}}', repeat('[', 50000), repeat('{"a":', 50000), E'\x01', '{"a": 1e999999}']) r,
    LATERAL (SELECT medsup.check_3101(r::text) UNION ALL SELECT medsup.check_3102(r::text)) x (a);
SELECT count(*) AS wrong, count(*) FILTER (WHERE a ->> 'infcode' = '-1' AND length(a ->> 'err_msg') > 5) AS refused
FROM unnest(ARRAY['{"input": {}}', 'null', '"x"', '[[]]', '{"input": {"data": []}}', '{"input": {"data": {"warn_type": "1", "warns": 1}}}',
    '{"input": {"data": {"warn_type": [], "warns": []}}}', '{"input": {"data": {"warn_type": "1", "warns": [[1]]}}}', repeat('[', 3000) || repeat(']', 3000)]::jsonb[]) r,
    LATERAL (SELECT medsup.check_3101(r) UNION ALL SELECT medsup.check_3102(r) UNION ALL SELECT medsup.feedback_3103(r)) x (a);
-- row by row: nothing to hit is nothing, not an error
SELECT medsup.line_hits(NULL, NULL), medsup.line_hits(jsonb_populate_record(NULL::medsup.claim_fee_line, '{"feedetl_sn": "1"}'), NULL),
    medsup.line_hits(jsonb_populate_record(NULL::medsup.claim_fee_line, '{"feedetl_sn": "1", "mdtrt_id": "M", "psn_no": "P", "med_list_codg": "XL02BBA326A001010102180", "cnt": "NaN", "fee_ocur_time": "-infinity"}'),
                     jsonb_populate_record(NULL::medsup.claim_encounter, '{"mdtrt_id": "M", "psn_no": "P", "gend": "1", "begntime": "infinity"}'));
-- ten thousand lines, all of them of one day, one bill and one code: told, and in one piece
SELECT what, rule_code, count(*) FROM medsup.check_claim((SELECT jsonb_set(pg_temp.claim('{}', '{}'), '{lines}', jsonb_agg(pg_temp.claim('{}', '{}') #> '{lines,0}' || jsonb_build_object('feedetl_sn', i))) FROM generate_series(1, 10000) i))
WHERE what = 'F' GROUP BY 1, 2 ORDER BY 2;
ROLLBACK;
