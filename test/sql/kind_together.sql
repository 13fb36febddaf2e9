-- Points about several lines, from add_knowledge and the shipped limits through
-- a published book to findings in words: parts, kinds, days supplied, herbs,
-- discounts of an incision group, co-therapy.  v: in breach, n: just not;
-- figures by hand from docs/rulebook.md.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
BEGIN;
SELECT medsup.load_limit_checks() > 10 AS loaded, medsup.load_limit_checks() AS again;
-- without their numbers they are unset, each by its own parameter
SELECT count(*) AS unset, count(DISTINCT missing) AS parameters, bool_and(status = 'unset' AND missing LIKE 'parameter %') AS each
FROM medsup.knowledge_status WHERE entry_code LIKE 'LC-%';
SELECT medsup.add_knowledge('T-G' || n, 'N25-015', 'operation ' || n, ARRAY[code],
    '{"scope": "operation", "entry_group": "某手术组", "rates_parameter": "discount_rate_second"}')
FROM (VALUES (1, '003310030080000'), (2, '003310010140000'), (3, '003310010160000')) v (n, code);
SELECT medsup.add_knowledge('T-PARTS', 'N25-026', '某项目的组成', '{003104010220000,002503020020000,002503020030000}', '{"measure": "parts", "scope": "day", "at_least": 2}');
SELECT medsup.add_knowledge('T-WITH', 'N25-074', '甲与乙', '{XB01AXA223B002}', '{"measure": "overlap", "scope": "lifetime", "limit_value": 0}', '{XC01EBC109B001}');
SELECT medsup.add_knowledge('T-CLASS', 'N25-069', '同类药', '{XL01,XL02}', '{"measure": "overlap", "scope": "prescription", "at_least": 2}');
SELECT entry_code, missing FROM medsup.unset_entry WHERE entry_code LIKE 'T-%' ORDER BY 1;
SELECT medsup.set_parameter('discount_rate_second', '0.5'), medsup.set_parameter('drug_kinds_per_prescription', '2'),
    medsup.set_parameter('supply_days_outpatient', '7'), medsup.set_parameter('herb_kinds_per_prescription', '2'), medsup.set_parameter('herb_quantity_per_prescription', '30');
-- the group is one entry with the codes of all its points, also after one of them goes
SELECT entry_code, item_name, rates, (SELECT array_agg(c.code::text ORDER BY c.code) FROM medsup.publishable_code c WHERE c.entry_code = e.entry_code) AS codes
FROM medsup.publishable_entry e WHERE e.rule_code = 'N25-015';
SAVEPOINT whole;
UPDATE medsup.knowledge SET enabled = false WHERE entry_code = 'T-G1';
SELECT entry_code, (SELECT count(*) FROM medsup.publishable_code c WHERE c.entry_code = e.entry_code) AS codes FROM medsup.publishable_entry e WHERE e.rule_code = 'N25-015';
-- a point with another rate is an entry of its own
UPDATE medsup.knowledge SET enabled = true, rates_parameter = NULL, rates = '{1,0.3}' WHERE entry_code = 'T-G1';
SELECT entry_code, rates FROM medsup.publishable_entry e WHERE e.rule_code = 'N25-015' ORDER BY 1;
ROLLBACK TO whole;
SELECT object, problem FROM medsup.rulebook_problems();
SELECT medsup.publish_rulebook('test');

CREATE FUNCTION pg_temp.line(sn text, code text, t text, cnt numeric, pric numeric, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_build_object('feedetl_sn', sn, 'mdtrt_id', 'M1', 'setl_id', 'S1', 'fixmedins_code', 'H1', 'fee_ocur_time', '2026-' || t,
    'med_list_codg', code, 'cnt', cnt, 'pric', pric, 'det_item_fee_sumamt', cnt * pric, 'inscp_amt', cnt * pric, 'fulamt_ownpay_amt', 0) || more
$$;
CREATE FUNCTION pg_temp.claim(person text, med_type text, VARIADIC lines jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_build_object('person', jsonb_build_object('psn_no', person, 'gend', '1', 'brdy', '1980-05-06'),
    'encounters', jsonb_build_array(jsonb_build_object('mdtrt_id', 'M1', 'fixmedins_code', 'H1', 'hosp_lv', '02', 'insutype', '310', 'med_type', med_type,
                                                       'begntime', '2026-03-01 08:00:00', 'endtime', '2026-03-20 10:00:00'),
                                    jsonb_build_object('mdtrt_id', 'M0', 'fixmedins_code', 'H1', 'hosp_lv', '02', 'insutype', '310', 'med_type', '21',
                                                       'begntime', '2025-11-01 08:00:00', 'endtime', '2025-11-09 10:00:00')),
    'settlements', jsonb_build_array(jsonb_build_object('setl_id', 'S1', 'mdtrt_id', 'M1', 'setl_time', '2026-03-20 11:00:00', 'clr_way', '1', 'hifp_pay', (
            -- half of the bill
            SELECT sum((l ->> 'inscp_amt')::numeric) / 2 FROM unnest(lines) l WHERE l ->> 'setl_id' = 'S1'))),
    'operations', jsonb_build_array(jsonb_build_object('mdtrt_id', 'M1', 'oprn_oprt_code', '45.7300', 'begntime', '2026-03-02 09:00:00', 'endtime', '2026-03-02 12:00:00'),
                                    jsonb_build_object('mdtrt_id', 'M1', 'oprn_oprt_code', '45.7300', 'begntime', '2026-03-04 09:00:00', 'endtime', '2026-03-04 12:00:00')),
    'lines', to_jsonb(lines))
$$;
CREATE TEMP TABLE claims (name text PRIMARY KEY, claim jsonb);
\set A '''003310030080000'''
\set B '''003310010140000'''
\set C '''003310010160000'''
INSERT INTO claims SELECT c.claim #>> '{person,psn_no}', c.claim FROM (VALUES
-- K7: the dearest in full, what comes after it at half of its full price
(pg_temp.claim('discount v1', '21', pg_temp.line('1', :A, '03-02 09:30', 1, 1000), pg_temp.line('2', :B, '03-02 10:00', 1, 800))),
(pg_temp.claim('discount v2', '21', pg_temp.line('1', :A, '03-02 09:30', 1, 1000), pg_temp.line('2', :B, '03-02 10:00', 1, 800), pg_temp.line('3', :C, '03-02 11:00', 1, 600))),
(pg_temp.claim('discount v3', '21', pg_temp.line('1', :A, '03-02 09:30', 2, 1000))),
(pg_temp.claim('discount n1', '21', pg_temp.line('1', :A, '03-02 09:30', 1, 1000), pg_temp.line('2', :B, '03-02 10:00', 1, 400),
    pg_temp.line('0', :B, '2025-11-02 10:00', 1, 800, '{"mdtrt_id": "M0", "setl_id": null, "fee_ocur_time": "2025-11-02 10:00"}'))),
(pg_temp.claim('discount n2', '21', pg_temp.line('1', :A, '03-02 09:30', 1, 1000))),
(pg_temp.claim('discount n3', '21', pg_temp.line('1', :A, '03-02 09:30', 1, 1000), pg_temp.line('2', :B, '03-04 10:00', 1, 800))),
-- K5: which part was the whole is not known, so the dearest stays
(pg_temp.claim('parts v1', '21', pg_temp.line('1', '003104010220000', '03-02 09:30', 1, 10), pg_temp.line('2', '002503020020000', '03-02 10:00', 1, 20))),
(pg_temp.claim('parts v2', '21', pg_temp.line('1', '003104010220000', '03-02 09:30', 1, 10), pg_temp.line('2', '002503020020000', '03-02 10:00', 1, 20), pg_temp.line('3', '002503020030000', '03-02 23:59', 1, 30))),
(pg_temp.claim('parts v3', '21', pg_temp.line('1', '003104010220000', '03-02 09:30', 3, 10), pg_temp.line('2', '002503020020000', '03-02 10:00', 1, 20))),
(pg_temp.claim('parts n1', '21', pg_temp.line('1', '003104010220000', '03-02 23:59:59', 1, 10), pg_temp.line('2', '002503020020000', '03-03 00:00:01', 1, 20))),
(pg_temp.claim('parts n2', '21', pg_temp.line('1', '003104010220000', '03-02 09:30', 5, 10))),
(pg_temp.claim('parts n3', '21', pg_temp.line('1', '003104010220000', '03-02 09:30', 1, 10), pg_temp.line('2', '002503020020000', '03-02 10:00', 1, 20),
    pg_temp.line('3', '002503020020000', '03-03 10:00', -1, 20, '{"init_feedetl_sn": "2"}'))),
-- kinds of an outpatient prescription: two are allowed, the cheapest is too many
(pg_temp.claim('kinds v1', '11', pg_temp.line('1', 'XA10BJL366B002010181708', '03-02 09:30', 1, 10, '{"rx_drord_no": "r"}'), pg_temp.line('2', 'XB05BAU005B002010101415', '03-02 09:30', 1, 20, '{"rx_drord_no": "r"}'),
    pg_temp.line('3', 'ZA09HAC0101010102129', '03-02 09:30', 1, 5, '{"rx_drord_no": "r"}'))),
(pg_temp.claim('kinds v2', '11', pg_temp.line('1', 'XA10BJL366B002010181708', '03-02 09:30', 1, 10, '{"rx_drord_no": "r"}'), pg_temp.line('2', 'XB05BAU005B002010101415', '03-02 09:30', 1, 20, '{"rx_drord_no": "r"}'),
    pg_temp.line('3', 'ZA09HAC0101010102129', '03-02 09:30', 1, 5, '{"rx_drord_no": "r"}'), pg_temp.line('4', 'ZA07AAA0061010100166', '03-02 09:30', 1, 7, '{"rx_drord_no": "r"}'))),
(pg_temp.claim('kinds n1', '11', pg_temp.line('1', 'XA10BJL366B002010181708', '03-02 09:30', 1, 10, '{"rx_drord_no": "r"}'), pg_temp.line('2', 'XA10BJL366B002010182160', '03-02 09:30', 1, 20, '{"rx_drord_no": "r"}'),
    pg_temp.line('3', 'ZA09HAC0101010102129', '03-02 09:30', 1, 5, '{"rx_drord_no": "r"}'))),
(pg_temp.claim('kinds n2', '11', pg_temp.line('1', 'XA10BJL366B002010181708', '03-02 09:30', 1, 10, '{"rx_drord_no": "r"}'), pg_temp.line('2', 'XB05BAU005B002010101415', '03-02 09:30', 1, 20, '{"rx_drord_no": "r"}'),
    pg_temp.line('3', 'ZA09HAC0101010102129', '03-02 09:30', 1, 5, '{"rx_drord_no": "s"}'))),
(pg_temp.claim('kinds n3', '21', pg_temp.line('1', 'XA10BJL366B002010181708', '03-02 09:30', 1, 10, '{"rx_drord_no": "r"}'), pg_temp.line('2', 'XB05BAU005B002010101415', '03-02 09:30', 1, 20, '{"rx_drord_no": "r"}'),
    pg_temp.line('3', 'ZA09HAC0101010102129', '03-02 09:30', 1, 5, '{"rx_drord_no": "r"}'))),
-- days supplied: seven for an outpatient; 14 days for 28.00 are 7 too many
(pg_temp.claim('supply v1', '11', pg_temp.line('1', 'ZA09HAC0101010102129', '03-02 09:30', 2, 14, '{"prd_days": 14}'))),
(pg_temp.claim('supply v2', '11', pg_temp.line('1', 'ZA09HAC0101010102129', '03-02 09:30', 1, 8, '{"prd_days": 8}'))),
(pg_temp.claim('supply v3', '11', pg_temp.line('1', 'ZA09HAC0101010102129', '03-02 09:30', 4, 14, '{"prd_days": 28}'),
    pg_temp.line('2', 'ZA09HAC0101010102129', '03-03 09:30', -2, 14, '{"init_feedetl_sn": "1"}'))),
(pg_temp.claim('supply n1', '11', pg_temp.line('1', 'ZA09HAC0101010102129', '03-02 09:30', 1, 14, '{"prd_days": 7}'))),
(pg_temp.claim('supply n2', '21', pg_temp.line('1', 'ZA09HAC0101010102129', '03-02 09:30', 1, 14, '{"prd_days": 14}'))),
(pg_temp.claim('supply n3', '11', pg_temp.line('1', 'ZA09HAC0101010102129', '03-02 09:30', 2, 14, '{"prd_days": 14}'),
    pg_temp.line('2', 'ZA09HAC0101010102129', '03-03 09:30', -1, 14, '{"init_feedetl_sn": "1"}'))),
-- K10: a medicine while another one is in use
(pg_temp.claim('overlap v1', '11', pg_temp.line('1', 'XB01AXA223B002010100156', '03-02 09:30', 1, 10, '{"prd_days": 7}'), pg_temp.line('2', 'XC01EBC109B001010102049', '03-05 09:30', 1, 30, '{"prd_days": 3}'))),
(pg_temp.claim('overlap v2', '11', pg_temp.line('1', 'XB01AXA223B002010100156', '03-02 09:30', 1, 10, '{"prd_days": 7}'), pg_temp.line('2', 'XC01EBC109B001010102049', '03-08 23:59', 1, 30))),
(pg_temp.claim('overlap v3', '11', pg_temp.line('1', 'XB01AXA223B002010100156', '03-02 09:30', 1, 10, '{"prd_days": 7}'), pg_temp.line('2', 'XC01EBC109B001010102049', '03-01 09:30', 1, 30, '{"prd_days": 2}'))),
(pg_temp.claim('overlap n1', '11', pg_temp.line('1', 'XB01AXA223B002010100156', '03-02 09:30', 1, 10, '{"prd_days": 7}'), pg_temp.line('2', 'XC01EBC109B001010102049', '03-09 00:00:01', 1, 30))),
(pg_temp.claim('overlap n2', '11', pg_temp.line('1', 'XB01AXA223B002010100156', '03-02 09:30', 1, 10, '{"prd_days": 7}'), pg_temp.line('2', 'XC01EBC109B001010102049', '03-01 09:30', 1, 30))),
(pg_temp.claim('overlap n3', '11', pg_temp.line('1', 'XB01AXA223B002010100156', '03-02 09:30', 1, 10, '{"prd_days": 7}'), pg_temp.line('2', 'XC01EBC109B001010102049', '03-05 09:30', 1, 30),
    pg_temp.line('3', 'XB01AXA223B002010100156', '03-03 09:30', -1, 10, '{"init_feedetl_sn": "1"}'))),
-- two similar medicines on one prescription
(pg_temp.claim('class v1', '21', pg_temp.line('1', 'XL02BBA326A001010102180', '03-02 09:30', 1, 10, '{"rx_drord_no": "r"}'), pg_temp.line('2', 'XL01FDP138B002010181735', '03-02 09:40', 1, 20, '{"rx_drord_no": "r"}'))),
(pg_temp.claim('class n1', '21', pg_temp.line('1', 'XL02BBA326A001010102180', '03-02 09:30', 1, 10, '{"rx_drord_no": "r"}'), pg_temp.line('2', 'XL02BBA326A001010178537', '03-02 09:40', 1, 20, '{"rx_drord_no": "r"}'))),
(pg_temp.claim('class n2', '21', pg_temp.line('1', 'XL02BBA326A001010102180', '03-02 09:30', 1, 10, '{"rx_drord_no": "r"}'), pg_temp.line('2', 'XL01FDP138B002010181735', '03-02 09:40', 1, 20, '{"rx_drord_no": "s"}'))),
-- herbs of a prescription: two kinds, thirty units
(pg_temp.claim('herb v1', '11', pg_temp.line('1', 'T001700555', '03-02 09:30', 10, 1, '{"rx_drord_no": "r"}'), pg_temp.line('2', 'T000100001', '03-02 09:30', 10, 2, '{"rx_drord_no": "r"}'),
    pg_temp.line('3', 'T000200002', '03-02 09:30', 10, 3, '{"rx_drord_no": "r"}'))),
(pg_temp.claim('herb v2', '11', pg_temp.line('1', 'T001700555', '03-02 09:30', 20, 1, '{"rx_drord_no": "r"}'), pg_temp.line('2', 'T000100001', '03-02 09:30', 11, 2, '{"rx_drord_no": "r"}'))),
(pg_temp.claim('herb n1', '11', pg_temp.line('1', 'T001700555', '03-02 09:30', 20, 1, '{"rx_drord_no": "r"}'), pg_temp.line('2', 'T000100001', '03-02 09:30', 10, 2, '{"rx_drord_no": "r"}'))),
(pg_temp.claim('herb n2', '11', pg_temp.line('1', 'T001700555', '03-02 09:30', 20, 1, '{"rx_drord_no": "r"}'), pg_temp.line('2', 'T000100001', '03-02 09:30', 20, 2, '{"rx_drord_no": "s"}')))
) c (claim);
CREATE TEMP TABLE staged AS SELECT v.* FROM claims c, medsup.check_claim(c.claim) v;
SELECT psn_no, rule_code, entry_code, measure, scope, feedetl_sn AS sn, limit_value AS lim, actual_value AS act, excess, vola_amt, vola_amt_max AS most
FROM staged WHERE what = 'F' ORDER BY psn_no COLLATE "C", rule_code COLLATE "C";
SELECT c.name AS no_finding, string_agg(DISTINCT concat_ws(' ', s.what, s.rule_code, s.reason, s.outcome), '; ') AS else
FROM claims c LEFT JOIN staged s ON s.psn_no = c.name WHERE NOT EXISTS (SELECT FROM staged f WHERE f.psn_no = c.name AND f.what = 'F') GROUP BY 1 ORDER BY 1;
DELETE FROM staged WHERE what <> 'F';
SELECT opened FROM medsup.record_findings(1, 1, sha256('b'), 'staged', NULL, NULL, NULL);
\pset format unaligned
\pset tuples_only on
SELECT medsup.explain(f), medsup.explain(f, 'en') FROM medsup.finding f WHERE psn_no ~ 'v1$' ORDER BY psn_no COLLATE "C", rule_code COLLATE "C";
ROLLBACK;
