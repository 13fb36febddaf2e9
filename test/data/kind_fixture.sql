-- What the tests of rule kinds share: a claim, and what a rule says of it.
-- One person and one visit M1 in institution H1 of level 3, settled by S1 with
-- half of 200 yuan from the pooled fund; lines are two units for 30 yuan.  There is
-- nothing else of the person.
CREATE FUNCTION pg_temp.claim(lines jsonb, visit jsonb DEFAULT '{}', more jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql AS $$
SELECT jsonb_build_object('history_from', 'all',
    'person', jsonb '{"psn_no": "P1", "gend": "2", "brdy": "1980-05-06"}',
    'encounters', jsonb_build_array(jsonb '{"mdtrt_id": "M1", "fixmedins_code": "H1", "hosp_lv": "02", "insutype": "310", "med_type": "11", "begntime": "2026-03-02 08:00:00"}' || visit),
    'settlements', jsonb '[{"setl_id": "S1", "mdtrt_id": "M1", "setl_time": "2026-03-09 10:00:00", "clr_way": "1", "inscp_amt": 200, "hifp_pay": 100, "fund_pay_sumamt": 100}]',
    'lines', (SELECT jsonb_agg(l || jsonb_build_object('inscp_amt', coalesce(l -> 'inscp_amt', l -> 'det_item_fee_sumamt')) ORDER BY n)
              FROM (SELECT n, d || jsonb_build_object('det_item_fee_sumamt',
                               coalesce((d ->> 'det_item_fee_sumamt')::numeric, (d ->> 'cnt')::numeric * 15)) AS l
                    FROM (SELECT n, jsonb '{"mdtrt_id": "M1", "setl_id": "S1", "fixmedins_code": "H1", "fee_ocur_time": "2026-03-02 09:30:00", "cnt": 2, "pric": 15}'
                                    || jsonb_build_object('feedetl_sn', n::text) || x AS d
                          FROM jsonb_array_elements(lines) WITH ORDINALITY AS j (x, n)) AS i) AS k)) || more
$$;
-- what a rule says of it: its tallies, and of each finding the line, limit and actual value, excess and amount
CREATE FUNCTION pg_temp.says(claim jsonb, rule text) RETURNS text LANGUAGE sql AS $$
SELECT string_agg(CASE v.what WHEN 'T' THEN concat_ws(' ', v.outcome, v.reason, v.lines)
           ELSE format('[%s: %s, was %s; %s = %s]', v.feedetl_sn, v.limit_value, v.actual_value, v.excess, v.vola_amt) END,
       ' ' ORDER BY v.what DESC, v.outcome COLLATE "C", v.reason COLLATE "C", v.entry_code COLLATE "C", v.feedetl_sn COLLATE "C")
FROM medsup.rulebook b, medsup.evaluate(b.compiled, NULL, NULL,
    medsup.claim_rows(claim, 'encounters', NULL::medsup.claim_encounter), medsup.claim_rows(claim, 'settlements', NULL::medsup.claim_settlement),
    medsup.claim_rows(claim, 'lines', NULL::medsup.claim_fee_line), medsup.claim_rows(claim, 'diagnoses', NULL::medsup.claim_diagnosis),
    medsup.claim_rows(claim, 'operations', NULL::medsup.claim_operation), medsup.claim_rows(claim, 'registrations', NULL::medsup.claim_registration)) v
WHERE b.version = (SELECT max(version) FROM medsup.rulebook) AND v.rule_code = rule AND v.what IN ('T', 'F')
$$;
