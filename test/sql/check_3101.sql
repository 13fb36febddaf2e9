\set SHOW_CONTEXT never
-- The national services: requests as callers really write them, answers in
-- their form, errors too.
\pset null -
SET client_min_messages = warning;
BEGIN;
SELECT medsup.check_3101('{"input": {"data": {"patient_dtos": [{"patn_id": "P", "fsi_encounter_dtos": [{"mdtrt_id": "M"}]}]}}}'::jsonb);
SELECT medsup.load_bundled_knowledge() > 0 AS loaded;
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, fund_scope, clause, clause_status) VALUES
    ('L-1', '互斥收费', 'not together', 'K5', 'item', 'any', '示例条款', '确定');
SELECT medsup.add_knowledge('L-1-1', 'L-1', '心电监测', '{003107010220000}', '{"scope": "day", "basis": "示例目录", "basis_no": "1号"}', '{003107010210000}');
SELECT medsup.publish_rulebook();

CREATE TABLE public.requests (name text PRIMARY KEY, request jsonb);
-- the pair of the documentation, with a drug for men for a woman
INSERT INTO public.requests VALUES ('plain', '{"infno": "3101", "msgid": "X1", "input": {"data": {"syscode": "demo", "task_id": "T1", "trig_scen": "2",
  "patient_dtos": [{"patn_id": "P1", "patn_name": "测试", "gend": "2", "brdy": "1960-01-01", "poolarea": "330100", "curr_mdtrt_id": "M1",
    "fsi_his_data_dto": "",
    "fsi_encounter_dtos": [{"mdtrt_id": "M1", "medins_id": "H33010000000", "medins_lv": "02",
      "adm_date": "2026-03-02 08:00:00", "dscg_date": "2026-03-02 08:00:00", "dscg_main_dise_codg": "I10.x00x002",
      "med_mdtrt_type": "1", "med_type": "11", "insutype": "310", "fsi_operation_dtos": "", "acct_payamt": "",
      "fsi_diagnose_dtos": [{"dise_id": "1", "inout_dise_type": "1", "maindise_flag": "1", "dias_srt_no": "1", "dise_codg": "I10.x00x002", "dise_name": "高血压", "dise_date": "2026-03-02 08:00:00"}],
      "fsi_order_dtos": [
        {"rx_id": "L1", "rxno": "R1", "hilist_type": "101", "chrg_type": "09", "hilist_code": "XL02BBA326A001010102180", "cnt": "2", "pric": "30.00", "sumamt": "60.00", "curr_drord_flag": "1"},
        {"rx_id": "L2", "rxno": "R1", "hilist_code": "003107010220000", "cnt": "1", "pric": "10", "sumamt": "10", "drord_begn_date": "2026-03-02 09:00:00", "curr_drord_flag": "1"},
        {"rx_id": "L3", "rxno": "R1", "hilist_code": "003107010210000", "cnt": "1", "pric": "5", "sumamt": "5", "drord_begn_date": "2026-03-02 10:00:00", "curr_drord_flag": "0"}]}]}]}}}');
SELECT jsonb_pretty(medsup.check_3101(request)) FROM public.requests WHERE name = 'plain';

-- the same request in every other way of writing
INSERT INTO public.requests
SELECT 'hainan', replace(replace(replace(replace(replace(request::text, '"patient_dtos"', '"patientDtos"'), '"fsi_encounter_dtos"', '"encounterDtos"'),
    '"fsi_order_dtos"', '"orderDtos"'), '"fsi_diagnose_dtos"', '"diagnoseDtos"'), '"rx_id"', '"rxId"')::jsonb FROM public.requests WHERE name = 'plain';
INSERT INTO public.requests
SELECT 'single', jsonb_set(jsonb_set(request, '{input,data,patient_dtos,0,fsi_encounter_dtos}', request #> '{input,data,patient_dtos,0,fsi_encounter_dtos,0}'),
    '{input,data,patient_dtos}', jsonb_set(request #> '{input,data,patient_dtos,0}', '{fsi_encounter_dtos}', request #> '{input,data,patient_dtos,0,fsi_encounter_dtos,0}'))
FROM public.requests WHERE name = 'plain';
INSERT INTO public.requests
SELECT 'numbers', replace(replace(replace(replace(replace(replace(request::text, '"cnt": "2"', '"cnt": 2.0'), '"60.00"', '60'), '"gend": "2"', '"gend": 2'),
    '"insutype": "310"', '"insutype": 310'), '"curr_drord_flag": "0"', '"curr_drord_flag": 0'), '"trig_scen": "2"', '"trig_scen": 23')::jsonb FROM public.requests WHERE name = 'plain';
INSERT INTO public.requests
SELECT 'blanks', jsonb_set(request, '{input,data,patient_dtos,0,fsi_encounter_dtos,0}', (request #> '{input,data,patient_dtos,0,fsi_encounter_dtos,0}')
    || '{"fsi_diagnose_dtos": "", "fsi_operation_dtos": null, "ownpay_amt": "-", "ma_amt": "", "unheard_of": {"a": [1]}, "medType": "", "med_type": "110101"}') FROM public.requests WHERE name = 'plain';
INSERT INTO public.requests
SELECT 'inner', request #> '{input,data}' FROM public.requests WHERE name = 'plain';
SELECT q.name, a #>> '{infcode}' AS infcode, a ->> 'err_msg' AS err_msg,
    (a - 'inf_refmsgid') = (SELECT medsup.check_3101(request) - 'inf_refmsgid' FROM public.requests WHERE name = 'plain') AS same
FROM public.requests q, medsup.check_3101(q.request) a ORDER BY q.name;
-- as text, and at the other stage
SELECT medsup.check_3101(request::text) = medsup.check_3101(request) AS text_too, medsup.check_3102(request::text) = medsup.check_3102(request) AS and_during,
    medsup.check_3102(request) = medsup.check_3101(request) AS no_stage_set
FROM public.requests WHERE name = 'plain';
-- ids are the finding's, and the same findings come from the claim
SELECT count(*) AS findings, bool_and(r ->> 'jr_id' = left(encode(v.finding_id, 'hex'), 40)) AS ids, bool_and((r -> 'vola_amt')::numeric = v.vola_amt) AS money
FROM public.requests q, medsup.read_3101(q.request) p, medsup.check_claim(p.claim) v
JOIN LATERAL (SELECT r FROM public.requests x, jsonb_array_elements(medsup.check_3101(x.request) #> '{output,result}') r WHERE x.name = 'plain') a ON r ->> 'rule_id' = v.rule_code
WHERE q.name = 'plain' AND v.what = 'F';

-- what becomes of the fields
SELECT jsonb_pretty(claim) AS claim, task_id, trig_scen, rule_ids, current_orders FROM medsup.read_3101('{"patient_dtos": {"patn_id": 7, "gend": "1", "brdy": "2000-01-01", "poolarea": "460100", "curr_mdtrt_id": "M2",
  "encounterDtos": [{"mdtrt_id": "M1", "medins_id": "H1", "medins_name": "医院", "medins_admdvs": "460100", "medins_type": "A1", "medins_lv": "3", "adm_date": "2026-02-01", "dscg_date": "2026-02-03",
      "med_mdtrt_type": 2, "matn_stas": "1", "adm_dept_codg": "A01", "dscg_dept_codg": "A02", "dr_codg": "D1", "dscg_main_dise_codg": "J18.9",
      "orderDtos": [{"rx_id": "1", "hilist_code": "X", "hilist_lv": "3", "sumamt": "10", "curr_drord_flag": 0},
                    {"rx_id": 2, "hilist_code": "Y", "sumamt": "10", "ownpay_amt": 4.5, "drord_begn_date": "20260202", "drord_bhvr": "1", "drord_dr_profttl": "3", "drord_dept_codg": "A01", "drord_dr_codg": "D2"}],
      "operationDtos": {"oprn_code": "36.0601", "main_oprn_flag": "1", "oprn_date": "2026-02-02", "anst_way": "1", "oper_dr_code": "D3", "anst_dr_code": "D4"}},
     {"mdtrt_id": "M2", "adm_date": "2026-02-05", "med_mdtrt_type": "3", "orderDtos": {"rx_id": " 3 ", "sumamt": "abc"}}]}, "rule_ids": ["N25-067"], "task_id": "", "trig_scen": null}');

-- own-paid before anything is settled: no money of the fund, no breach of a payment limit
SELECT n, jsonb_array_length(medsup.check_3101(jsonb_set(request, '{input,data,patient_dtos,0,fsi_encounter_dtos,0,fsi_order_dtos}',
    jsonb_build_array((request #> '{input,data,patient_dtos,0,fsi_encounter_dtos,0,fsi_order_dtos,0}') || more))) #> '{output,result}') AS told
FROM public.requests, (VALUES (1, '{}'::jsonb), (2, '{"ownpay_amt": "60.00"}'), (3, '{"ownpay_amt": "59.99"}'), (4, '{"hilist_lv": "03"}'), (5, '{"hilist_lv": "02"}'), (6, '{"ownpay_amt": "-"}')) v (n, more)
WHERE name = 'plain' ORDER BY n;

-- history counts, and is not told of
CREATE FUNCTION pg_temp.told(sub text, main text) RETURNS text LANGUAGE sql AS $$
SELECT string_agg((r ->> 'rule_id') || ': ' || (SELECT string_agg((d ->> 'rx_id') || ' as ' || (d ->> 'vola_item_type'), ', ') FROM jsonb_array_elements(r -> 'judge_result_detail_dtos') d), '; ')
FROM public.requests, jsonb_array_elements(medsup.check_3101(jsonb_set(jsonb_set(request #- '{input,data,patient_dtos,0,fsi_encounter_dtos,0,fsi_order_dtos,0}',
    '{input,data,patient_dtos,0,fsi_encounter_dtos,0,fsi_order_dtos,0,curr_drord_flag}', to_jsonb(main)),
    '{input,data,patient_dtos,0,fsi_encounter_dtos,0,fsi_order_dtos,1,curr_drord_flag}', to_jsonb(sub))) #> '{output,result}') r
WHERE name = 'plain'
$$;
SELECT pg_temp.told('1', '1') AS both_present, pg_temp.told('1', '0') AS sub_present, pg_temp.told('0', '1') AS main_present, pg_temp.told('0', '0') AS both_history, pg_temp.told('', '') AS not_said;

-- which rules
CREATE FUNCTION pg_temp.rules(more jsonb, during boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
SELECT coalesce((SELECT string_agg(e ->> 'rule_id', ' ' ORDER BY e ->> 'rule_id') FROM jsonb_array_elements(a #> '{output,result}') e), a ->> 'err_msg')
FROM public.requests q, LATERAL (SELECT jsonb_set(q.request, '{input,data}', (q.request #> '{input,data}') || more) AS r) x,
    LATERAL (SELECT CASE WHEN during THEN medsup.check_3102(x.r) ELSE medsup.check_3101(x.r) END) y (a) WHERE q.name = 'plain'
$$;
INSERT INTO medsup.rule_setting (rule_code, stage) VALUES ('N25-067', '事中');
SELECT pg_temp.rules('{}') AS before, pg_temp.rules('{}', true) AS during;
UPDATE medsup.rule_setting SET stage = '事后' WHERE rule_code = 'N25-067';
SELECT pg_temp.rules('{}') AS before, pg_temp.rules('{}', true) AS during;
DELETE FROM medsup.rule_setting WHERE rule_code = 'N25-067';
UPDATE medsup.rule SET scenario = '{4,8}', stage = '{事前}' WHERE rule_code = 'L-1';
SELECT pg_temp.rules('{"trig_scen": "2"}') AS till, pg_temp.rules('{"trig_scen": "8"}') AS stay, pg_temp.rules('{"trig_scen": "8"}', true) AS during,
    pg_temp.rules('{"trig_scen": "2", "rule_ids": ["L-1"]}') AS scene_first;
SELECT pg_temp.rules('{"trig_scen": "", "rule_ids": ["L-1"]}') AS local, pg_temp.rules(jsonb_build_object('trig_scen', NULL, 'rule_ids', jsonb_build_array((SELECT gz_code_1_0 FROM medsup.rule WHERE rule_code = 'N25-067')))) AS old_code,
    pg_temp.rules('{"trig_scen": "", "rule_ids": ""}') AS none_named, pg_temp.rules('{"trig_scen": "", "rule_ids": ["L-1", "R99"]}') AS unknown;

-- several patients, each judged alone; a breach of each
SELECT jsonb_array_length(a #> '{output,result}') AS told, (SELECT string_agg(DISTINCT e ->> 'patn_id', ' ') FROM jsonb_array_elements(a #> '{output,result}') e) AS patients
FROM public.requests, LATERAL (SELECT medsup.check_3101(jsonb_set(request, '{input,data,patient_dtos,1}', (request #> '{input,data,patient_dtos,0}') || '{"patn_id": "P2"}'))) x (a) WHERE name = 'plain';

-- orders that cannot be checked and rules that cannot be decided are named, the others checked
SELECT a ->> 'infcode' AS infcode, a ->> 'err_msg' AS err_msg, jsonb_array_length(a #> '{output,result}') AS told
FROM public.requests, LATERAL (SELECT medsup.check_3101(jsonb_set(request, '{input,data,patient_dtos,0}', jsonb_set((request #> '{input,data,patient_dtos,0}') || '{"gend": "9"}',
    '{fsi_encounter_dtos,0,fsi_order_dtos}', (request #> '{input,data,patient_dtos,0,fsi_encounter_dtos,0,fsi_order_dtos}')
    || '[{"rx_id": "B1", "hilist_code": "自编码", "cnt": 1, "sumamt": 1}, {"rx_id": "B2", "hilist_code": "003107010220000", "cnt": "-", "sumamt": 1},
         {"rx_id": "B3", "hilist_code": "003107010220000", "cnt": 1, "sumamt": "1,000"}, {"hilist_code": "003107010220000", "cnt": 1, "sumamt": 1},
         {"rx_id": "B4", "hilist_code": "003107010220000", "cnt": 1, "sumamt": 1, "drord_begn_date": "yesterday", "curr_drord_flag": 0}]')))) x (a) WHERE name = 'plain';

-- what is no request
SELECT medsup.check_3101(r) - 'output' FROM unnest(ARRAY[NULL, '', '{', '[]', '"x"', '1', '{}', '{"input": ""}', '{"input": {"data": []}}', '{"input": {"data": {}}}', '{"input": {"data": {"patient_dtos": ""}}}',
    '{"patient_dtos": 3}', '{"patient_dtos": [3]}', '{"patient_dtos": [[]]}', '{"patient_dtos": []}', '{"patient_dtos": [{"patn_id": ""}]}', '{"patient_dtos": [{"patn_id": {}}]}', '{"patient_dtos": [{"patn_id": "P"}]}',
    '{"patient_dtos": [{"patn_id": "P", "fsi_encounter_dtos": [{}]}]}', '{"patient_dtos": [{"patn_id": "P", "fsi_encounter_dtos": [{"mdtrt_id": "M", "med_type": []}]}]}',
    '{"patient_dtos": [{"patn_id": "P", "fsi_encounter_dtos": [{"mdtrt_id": "M", "orderDtos": [{"rx_id": "1"}, {"rx_id": true}]}]}]}',
    '{"patient_dtos": [{"patn_id": "P", "fsi_encounter_dtos": [{"mdtrt_id": "M", "orderDtos": "x"}]}]}',
    '{"rule_ids": "N25-001", "patient_dtos": [{"patn_id": "P", "fsi_encounter_dtos": {"mdtrt_id": "M"}}]}',
    repeat('[', 100000), '{"a": "\u0000"}']) r;
SELECT count(*) FROM unnest(ARRAY['{}', '[]', 'null', '1']::jsonb[]) r, medsup.check_3102(r) a WHERE a ->> 'infcode' = '-1' AND a #> '{output,result}' = '[]';
-- ten thousand orders
SELECT a ->> 'infcode' AS infcode, jsonb_array_length(a #> '{output,result}') AS told
FROM public.requests, LATERAL (SELECT medsup.check_3101(jsonb_set(request, '{input,data,patient_dtos,0,fsi_encounter_dtos,0,fsi_order_dtos}',
    (SELECT jsonb_agg((request #> '{input,data,patient_dtos,0,fsi_encounter_dtos,0,fsi_order_dtos,0}') || jsonb_build_object('rx_id', i) || CASE WHEN i > 3 THEN '{"hilist_code": "003107010290000"}' ELSE '{}' END::jsonb) FROM generate_series(1, 10000) i)))) x (a) WHERE name = 'plain';
-- nothing is written
SET TRANSACTION READ ONLY;
SELECT count(*) FROM public.requests q, medsup.check_3101(q.request) a, medsup.check_3102(q.request) b;
ROLLBACK;

-- 3103
BEGIN;
SELECT medsup.feedback_3103('{"msgid": "X2", "input": {"data": {"warn_type": 1, "warns": [{"warn_rslt_id": "J1", "dspo_way": "01", "dspo_way_rea": "病情需要", "vola_amt": "30.00", "med_type": 11, "reqt_time": "20260302080000"},
    {"warn_rslt_id": "J2", "dspo_way": 2}, {"warn_rslt_id": "J2", "dspo_way": "1", "dspo_way_rea": "再次确认"}]}}}');
SELECT warn_rslt_id, warn_type, med_type, reqt_time, vola_amt, warn_dspo_way, warn_dspo_way_dscr, received_by = CURRENT_USER AS by_me FROM medsup.warning_feedback ORDER BY 1;
-- again: nothing changes; otherwise: the last word
UPDATE medsup.warning_feedback SET changed_at = '2020-01-01', received_at = '2020-01-01';
SELECT medsup.feedback_3103('{"input": {"data": {"warn_type": "1", "warns": {"warn_rslt_id": "J1", "dspo_way": "1", "dspo_way_rea": "病情需要"}}}}') ->> 'infcode' AS again,
       medsup.feedback_3103('{"input": {"data": {"warn_type": "1", "warns": {"warn_rslt_id": "J2", "dspo_way": "2"}}}}') ->> 'infcode' AS otherwise,
       medsup.feedback_3103('{"input": {"data": {"warn_type": "2", "warns": {"warn_rslt_id": "J1", "dspo_way": "2"}}}}') ->> 'infcode' AS during;
SELECT warn_rslt_id, warn_type, warn_dspo_way, warn_dspo_way_dscr, changed_at < now() AS kept, received_at < now() AS known FROM medsup.warning_feedback ORDER BY 1, 2;
SELECT medsup.feedback_3103(r) - 'output' FROM unnest(ARRAY[NULL, '[]', '{}', '{"warn_type": "3", "warns": []}', '{"warn_type": "1"}', '{"warn_type": "1", "warns": "x"}', '{"warn_type": "1", "warns": []}', '{"warn_type": "1", "warns": [1]}',
    '{"warn_type": "1", "warns": [{"dspo_way": "2"}]}', '{"warn_type": "1", "warns": [{"warn_rslt_id": "J9", "dspo_way": "2"}, {"warn_rslt_id": "J8", "dspo_way": "9"}]}',
    '{"warn_type": "1", "warns": [{"warn_rslt_id": "J9", "dspo_way": "1", "dspo_way_rea": " "}]}', jsonb_build_object('warn_type', 1, 'warns', jsonb_build_object('warn_rslt_id', repeat('x', 51), 'dspo_way', 2))::text]::jsonb[]) r;
SELECT count(*) FROM medsup.warning_feedback;
ROLLBACK;

-- a test before the drug that may have been made before this visit: undecided, told, no breach
BEGIN;
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, fund_scope) VALUES ('L-4', '缺前提', 'no prerequisite', 'K4', 'drug', 'any');
SELECT medsup.add_knowledge('L-4-' || c.scope, 'L-4', '示例', ARRAY[c.code], c.limits::jsonb, '{003107010220000}')
FROM (VALUES ('rolling', 'XL02BBA326', '{"scope": "rolling", "before_days": 30}'), ('visit', 'XA10BJ', '{"scope": "visit"}')) c (scope, code, limits);
SELECT medsup.publish_rulebook();
SELECT name, a #>> '{err_msg}' AS told, (SELECT count(*) FROM jsonb_array_elements(a #> '{output,result}')) AS results
FROM (VALUES (1, 'rolling', 'XL02BBA326A001010102180', '[]'::jsonb), (2, 'visit', 'XA10BJD332B002010178403', '[]'),
             (3, 'rolling, the test is an order of the visit', 'XL02BBA326A001010102180',
              '[{"rx_id": "0", "hilist_code": "003107010220000", "cnt": 1, "pric": 5, "sumamt": 5, "curr_drord_flag": "0"}]')) v (n, name, code, more),
    LATERAL (SELECT medsup.check_3101(jsonb_build_object('input', jsonb_build_object('data', jsonb_build_object('patient_dtos', jsonb_build_object(
        'patn_id', 'P1', 'gend', '2', 'brdy', '1960-01-01', 'curr_mdtrt_id', 'M1', 'fsi_encounter_dtos', jsonb_build_object(
            'mdtrt_id', 'M1', 'medins_id', 'H1', 'medins_lv', '02', 'insutype', '310', 'med_type', '11', 'adm_date', '2026-03-02 08:00:00', 'dscg_date', '2026-03-02 08:00:00',
            'fsi_order_dtos', more || jsonb_build_array(jsonb_build_object('rx_id', '1', 'hilist_code', code, 'cnt', 1, 'pric', 30, 'sumamt', 30))))))))) x (a)
ORDER BY n;
ROLLBACK;
