\set SHOW_CONTEXT never
-- A thousand persons through every door: the night, one claim at a time, and
-- service 3101 give the same findings.
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_doors;
\c regress_medsup_doors
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
SELECT medsup.load_bundled_knowledge() > 0 AS loaded;
SELECT medsup.set_parameter('course_gap_days', '7', 'test');
SELECT medsup.set_parameter('child_age_below_years', '14', 'test');
-- local points of each kind, of counting and comparing several
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, fund_scope) VALUES
    ('L-5', '互斥', 'pair', 'K5', 'item', 'any'), ('L-6', '上限', 'cap', 'K6', 'item', 'pool'), ('L-1', '性别', 'sex', 'K1', 'drug', 'pool'),
    ('L-2', '级别', 'level', 'K2', 'drug', 'pool'), ('L-3', '适应症', 'indication', 'K3', 'drug', 'pool'), ('L-4', '前提', 'prerequisite', 'K4', 'drug', 'any'),
    ('L-7', '折扣', 'discount', 'K7', 'item', 'any'), ('L-8', '限价', 'price', 'K8', 'item', 'any'), ('L-9', '不予支付', 'never', 'K9', 'drug', 'pool'),
    ('L-10', '合用', 'together', 'K10', 'drug', 'any'), ('L-11', '记录', 'record', 'K11', 'item', 'any'), ('L-12', '频次', 'visits', 'K12', 'person', 'any');
SELECT count(medsup.add_knowledge(v.code, v.rule, v.code, v.main::text[], v.limits::jsonb, v.sub::text[])) FROM (VALUES
    ('L-5-1', 'L-5', '{003107010220000}', '{"scope": "day"}', '{003107010210000}'),
    ('L-5-2', 'L-5', '{003107010220000}', '{"scope": "6h"}', '{003402000050000}'),
    ('L-6-1', 'L-6', '{003107010220000}', '{"measure": "quantity", "scope": "day", "limit_value": 2}', NULL),
    ('L-6-2', 'L-6', '{003107010210000}', '{"measure": "quantity", "scope": "rolling", "window_days": 7, "limit_value": 3}', NULL),
    ('L-6-3', 'L-6', '{XL02BBA326A001010102180}', '{"measure": "days", "scope": "course", "limit_value": 3}', NULL),
    ('L-6-4', 'L-6', '{003402000050000}', '{"measure": "money", "scope": "month", "limit_value": 100}', NULL),
    ('L-1-1', 'L-1', '{XA10BDD214A001010102155}', '{"sex": "female"}', NULL),
    ('L-2-1', 'L-2', '{XA10BDD214}', '{"level_min": 3}', NULL),
    ('L-3-1', 'L-3', '{XL02BBA326A001010102180}', '{"dx_required": "C61"}', NULL),
    ('L-4-1', 'L-4', '{XA10BDD214}', '{"scope": "visit"}', '{003107010210000}'),
    ('L-7-1', 'L-7', '{003402000050000,003107010210000}', '{"scope": "day", "rates": [1, 0.5]}', NULL),
    ('L-8-1', 'L-8', '{003402000050000}', '{"limit_value": 30}', NULL),
    ('L-9-1', 'L-9', '{ZA09HAC0101}', '{"measure": "never"}', NULL),
    ('L-10-1', 'L-10', '{XL02BBA326}', '{"measure": "overlap", "scope": "lifetime", "limit_value": 0}', '{XA10BDD214}'),
    ('L-11-1', 'L-11', '{003107010210000}', '{"condition": "line.cnt > 2 and setting() = ''outpatient''"}', NULL),
    ('L-12-1', 'L-12', '{}', '{"measure": "visits", "scope": "month", "limit_value": 1, "settings": ["outpatient"], "count_key": "person"}', NULL)) v (code, rule, main, limits, sub);
SELECT medsup.publish_rulebook() AS version;

CREATE SCHEMA wh;
-- deterministic, whatever the platform
CREATE FUNCTION wh.draw(what text, n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT (('x' || left(md5(what), 7))::bit(28)::int) % n $$;
CREATE TABLE wh.mdtrt_d AS
SELECT format('P%s-M%s', p, m) AS mdtrt_id, format('P%s', p) AS psn_no, (1 + wh.draw('gend' || p, 2))::text AS gend,
    (date '1960-01-01' + wh.draw('brdy' || p, 24000))::text AS brdy, 'H' || wh.draw('inst' || p || '-' || m, 3) AS fixmedins_code,
    (ARRAY['02', '05', '08'])[1 + wh.draw('lv' || p || m, 3)] AS hosp_lv, '310' AS insutype, (ARRAY['11', '13', '21'])[1 + wh.draw('med' || p || m, 3)] AS med_type,
    (timestamp '2026-03-01 08:00' + wh.draw('day' || p || '-' || m, 20) * interval '1 day')::text AS begntime,
    (timestamp '2026-03-01 18:00' + (wh.draw('day' || p || '-' || m, 20) + 3) * interval '1 day')::text AS endtime
FROM generate_series(1, 1000) p, generate_series(1, 2) m;
CREATE TABLE wh.fee_list_d AS
SELECT format('%s', l) AS feedetl_sn, e.mdtrt_id, ''::text AS setl_id, e.psn_no, e.fixmedins_code,
    (e.begntime::timestamp + wh.draw('time' || e.mdtrt_id || l, 72) * interval '1 hour' + interval '7 minutes')::text AS fee_ocur_time, c.code AS med_list_codg,
    (1 + wh.draw('cnt' || e.mdtrt_id || l, 3))::text AS cnt, (5 + wh.draw('pric' || e.mdtrt_id || l, 40))::text AS pric,
    ((1 + wh.draw('cnt' || e.mdtrt_id || l, 3)) * (5 + wh.draw('pric' || e.mdtrt_id || l, 40)))::text AS det_item_fee_sumamt,
    '0'::text AS fulamt_ownpay_amt, ((1 + wh.draw('cnt' || e.mdtrt_id || l, 3)) * (5 + wh.draw('pric' || e.mdtrt_id || l, 40)))::text AS inscp_amt
FROM wh.mdtrt_d e, generate_series(1, 5) l
CROSS JOIN LATERAL (SELECT (ARRAY['003107010220000', '003107010210000', '003402000050000', 'XL02BBA326A001010102180', 'XA10BDD214A001010102155', 'ZA09HAC0101010102129'])[1 + wh.draw('code' || e.mdtrt_id || l, 6)]) c (code);
CREATE TABLE wh.setl_list_diag_d AS
SELECT e.mdtrt_id, e.psn_no, (ARRAY['C61.x00', 'I10.x00'])[1 + wh.draw('diag' || e.mdtrt_id, 2)] AS diag_code, '1'::text AS maindiag_flag, '1'::text AS inout_diag_type FROM wh.mdtrt_d e;
-- dirt: own-paid lines, unreadable ones, a line given back
UPDATE wh.fee_list_d SET fulamt_ownpay_amt = det_item_fee_sumamt, inscp_amt = '0' WHERE wh.draw('own' || mdtrt_id || feedetl_sn, 12) = 0;
UPDATE wh.fee_list_d SET cnt = 'x' WHERE wh.draw('bad' || mdtrt_id || feedetl_sn, 60) = 0;
INSERT INTO wh.fee_list_d
SELECT 'R' || feedetl_sn, mdtrt_id, setl_id, psn_no, fixmedins_code, fee_ocur_time, med_list_codg, '-1', pric, '-' || pric, '0', CASE inscp_amt WHEN '0' THEN '0' ELSE '-' || pric END
FROM wh.fee_list_d WHERE cnt <> 'x' AND wh.draw('back' || mdtrt_id || feedetl_sn, 15) = 0;
CREATE TABLE wh.setl_d (setl_id text, mdtrt_id text, psn_no text, init_setl_id text, refd_setl_flag text, setl_time text, fund_pay_sumamt text);
SELECT count(medsup.bind_source(k, r::regclass)) FROM (VALUES ('encounter', 'wh.mdtrt_d'), ('fee_line', 'wh.fee_list_d'), ('settlement', 'wh.setl_d'), ('diagnosis', 'wh.setl_list_diag_d')) v (k, r);
CREATE INDEX ON wh.fee_list_d (psn_no);
CREATE INDEX ON wh.fee_list_d (mdtrt_id);
ANALYZE;
CALL medsup.run_audit();
SELECT lines = lines_checked + lines_skipped AS balanced, lines > 10000 AS lines, lines_skipped > 100 AS skipped, findings > 500 AS findings FROM medsup.run;
-- of every kind that looks at persons
SELECT kind, count(*) AS findings, count(DISTINCT psn_no) AS persons FROM medsup.finding GROUP BY kind ORDER BY substr(kind, 2)::int;

-- one claim at a time
CREATE TABLE claim AS
SELECT e.psn_no, jsonb_build_object('settlements', '[]'::jsonb, 'history_from', 'all', 'diagnoses', (SELECT jsonb_agg(to_jsonb(d)) FROM wh.setl_list_diag_d d WHERE d.psn_no = e.psn_no),
    'encounters', jsonb_agg(to_jsonb(e)), 'lines', (SELECT jsonb_agg(to_jsonb(f)) FROM wh.fee_list_d f WHERE f.psn_no = e.psn_no)) AS claim
FROM wh.mdtrt_d e GROUP BY e.psn_no;
CREATE TABLE by_claim AS SELECT v.* FROM claim c, medsup.check_claim(c.claim) v;
SELECT count(*) FILTER (WHERE f.finding_id IS NULL) AS only_one_claim, count(*) FILTER (WHERE v.finding_id IS NULL) AS only_the_night,
    count(*) FILTER (WHERE f.content_digest <> v.content_digest) AS differ, count(*) FILTER (WHERE f.content_digest = v.content_digest) = (SELECT findings FROM medsup.run) AS all_the_same
FROM medsup.finding f FULL JOIN (SELECT * FROM by_claim WHERE what = 'F') v USING (finding_id);
SELECT count(*) = (SELECT lines_skipped FROM medsup.run) AS skipped_the_same FROM by_claim WHERE what = 'S';
SELECT (SELECT sum(lines) FROM by_claim WHERE what = 'T') IS NOT DISTINCT FROM (SELECT sum(lines) FROM medsup.run_tally WHERE outcome = 'undecided') AS undecided_the_same;
-- with the history instead of the lines
SELECT count(*) FILTER (WHERE f.content_digest IS DISTINCT FROM v.content_digest) AS differ, count(*) > 10 AS some
FROM (SELECT x.* FROM medsup.check_claim('{"person": {"psn_no": "P7"}, "lines": []}', history => true) x WHERE x.what = 'F'
      UNION ALL SELECT x.* FROM generate_series(1, 10) i, medsup.check_claim(jsonb_build_object('person', jsonb_build_object('psn_no', 'P' || i), 'lines', '[]'::jsonb), history => true) x WHERE x.what = 'F' AND i <> 7) v
FULL JOIN (SELECT * FROM medsup.finding WHERE psn_no = ANY (SELECT 'P' || i FROM generate_series(1, 10) i)) f USING (finding_id);

-- service 3101, whose orders carry the same: number and money of each finding
CREATE TABLE request AS
SELECT e.psn_no, jsonb_build_object('input', jsonb_build_object('data', jsonb_build_object('task_id', e.psn_no, 'trig_scen', '2', 'patient_dtos', jsonb_build_array(jsonb_build_object(
    'patn_id', e.psn_no, 'gend', min(e.gend), 'brdy', min(e.brdy), 'curr_mdtrt_id', min(e.mdtrt_id), 'fsi_encounter_dtos', jsonb_agg(jsonb_build_object(
        'mdtrt_id', e.mdtrt_id, 'medins_id', e.fixmedins_code, 'medins_lv', e.hosp_lv, 'insutype', e.insutype, 'med_type', e.med_type, 'adm_date', e.begntime, 'dscg_date', e.endtime,
        'fsi_diagnose_dtos', (SELECT jsonb_agg(jsonb_build_object('dise_id', '1', 'inout_dise_type', '1', 'maindise_flag', '1', 'dise_codg', d.diag_code)) FROM wh.setl_list_diag_d d WHERE d.mdtrt_id = e.mdtrt_id),
        'fsi_order_dtos', (SELECT jsonb_agg(jsonb_build_object('rx_id', f.feedetl_sn, 'hilist_code', f.med_list_codg, 'cnt', f.cnt, 'pric', f.pric, 'sumamt', f.det_item_fee_sumamt,
            'ownpay_amt', f.fulamt_ownpay_amt, 'drord_begn_date', f.fee_ocur_time, 'curr_drord_flag', '1')) FROM wh.fee_list_d f WHERE f.mdtrt_id = e.mdtrt_id)))))))) AS request
FROM wh.mdtrt_d e GROUP BY e.psn_no;
CREATE TABLE by_3101 AS SELECT q.psn_no, a.answer FROM request q, LATERAL (SELECT medsup.check_3101(q.request)) a (answer);
SELECT count(*) FILTER (WHERE answer ->> 'infcode' <> '0') AS refused, count(*) AS answers FROM by_3101;
SELECT count(*) FILTER (WHERE f.finding_id IS NULL) AS only_3101, count(*) FILTER (WHERE r.jr_id IS NULL) AS only_the_night, count(*) FILTER (WHERE f.vola_amt <> r.vola_amt) AS other_money,
    count(*) FILTER (WHERE f.vola_amt = r.vola_amt) = (SELECT findings FROM medsup.run) AS all_the_same
FROM medsup.finding f
FULL JOIN (SELECT r ->> 'jr_id' AS jr_id, (r -> 'vola_amt')::numeric AS vola_amt FROM by_3101, jsonb_array_elements(answer #> '{output,result}') r) r ON r.jr_id = left(encode(f.finding_id, 'hex'), 40);
SELECT rule_code, entry_code, count(*) > 5 AS told FROM medsup.finding GROUP BY 1, 2 ORDER BY 1, 2;
\c contrib_regression
DROP DATABASE regress_medsup_doors;
