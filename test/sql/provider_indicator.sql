-- indicators of providers (K13) against the fences that a bureau sets
\set SHOW_CONTEXT never
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_indicator;
\c regress_medsup_indicator
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
\set fixture :srcdir '/data/provider_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
-- exact quantiles: those of percentile_cont, to the last digit
SELECT medsup.quantile('{1,2,3,4}', 0.25), medsup.quantile('{1,2,3,4}', 0.5), medsup.quantile('{5}', 0.9), medsup.quantile('{}', 0.5),
    medsup.quantile('{0.1,0.2}', 1), medsup.median_deviation('{1,1,2,2,4,6,9}');
SELECT count(*) AS wrong FROM (
    SELECT array_agg((i * i * 7919 % 1000)::numeric ORDER BY i * i * 7919 % 1000) AS a, array_agg((i * i * 7919 % 1000)::float8) AS f
    FROM generate_series(1, 137) i) x
CROSS JOIN generate_series(0, 100) p
CROSS JOIN LATERAL (SELECT percentile_cont(p / 100.0) WITHIN GROUP (ORDER BY v) AS want FROM unnest(x.f) v) w
WHERE abs(medsup.quantile(x.a, p / 100.0)::float8 - w.want) > 1e-9;
SELECT medsup.fence_value('quartile', 1.5, 'high', '{1,2,3,4,5}', NULL), medsup.fence_value('quartile', 1.5, 'low', '{1,2,3,4,5}', NULL),
    medsup.fence_value('mad', 3, 'high', '{1,1,2,2,4,6,9}', NULL), medsup.fence_value('percentile', 0.9, 'high', '{1,2,3,4,5}', NULL),
    medsup.fence_value('growth', 0.15, 'high', NULL, 0.4), medsup.fence_value('growth', 0.15, 'low', NULL, 0.4), medsup.fence_value('fixed', 0.35, 'high', NULL, NULL);

-- nothing set, nothing judged, and said so
SELECT rule_code, state, reason FROM medsup.provider_rules();
SELECT rule_code, state, reason, entries FROM medsup.run_rules() WHERE rule_code BETWEEN 'N25-056' AND 'N25-063' ORDER BY 1;
-- a fence is whole or is refused
\set VERBOSITY terse
INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, note)
VALUES ('F', 'N25-056', 'institution', 'month', 'quartile', 1.5, 'high', 100, '示例');
INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, peer, min_peers, note)
VALUES ('F', 'N25-056', 'institution', 'month', 'percentile', 90, 'high', 100, '{level}', 5, '示例');
INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, peer, min_peers, note)
VALUES ('F', 'N25-056', 'institution', 'month', 'mad', 3, 'high', 100, '{department}', 5, '示例');
INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, note)
VALUES ('L-SEX-1', 'N25-056', 'institution', 'month', 'fixed', 0.35, 'high', 100, '示例');
INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, note)
VALUES ('F', 'N25-053', 'institution', 'month', 'fixed', 0.35, 'high', 100, '示例');
\set VERBOSITY default
SELECT medsup.add_knowledge('CT', 'N25-060', 'CT', '{002103}', '{}');
UPDATE medsup.indicator SET days = 30 WHERE rule_code = 'N25-063';

-- January and February: drugs 20 % of the fees of H01 to H09, 60 % of H10's; H11 and
-- H12 are too few of their level, H13's level nobody knows; in February H01 rises
\set ECHO none
SELECT sum(wh.bill(format('%s-%s-%s', h, m, c), 'H' || lpad(h::text, 2, '0'), make_timestamp(2025, m, 10, 9, 0, 0),
    CASE c WHEN 'drug' THEN 'XA02BCA001A001010100007' WHEN 'ct' THEN '002103000010000' ELSE '001102000010000' END, 1,
    CASE c WHEN 'drug' THEN CASE WHEN h = 10 THEN 600 WHEN h = 1 AND m = 2 THEN 300 ELSE 180 + 4 * h END
           WHEN 'ct' THEN 100
           ELSE CASE WHEN h = 10 THEN 300 WHEN h = 1 AND m = 2 THEN 600 ELSE 720 - 4 * h END END,
    CASE c WHEN 'drug' THEN '09' WHEN 'ct' THEN '03' ELSE '02' END,
    'D1', 'DR' || h)) AS bills
FROM generate_series(1, 13) h, generate_series(1, 2) m, unnest(ARRAY['drug', 'ct', 'other']) c;
\set ECHO all
INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, peer, min_peers, note) VALUES
    ('DRUG-FIX', 'N25-056', 'institution', 'month', 'fixed', 0.35, 'high', 500, NULL, NULL, '示例：固定值'),
    ('DRUG-IQR', 'N25-056', 'institution', 'month', 'quartile', 1.5, 'high', 500, '{level}', 5, '示例：四分位'),
    ('DRUG-MAD', 'N25-056', 'institution', 'quarter', 'mad', 3, 'high', 500, '{level,region}', 5, '示例：中位数绝对偏差'),
    ('DRUG-P90', 'N25-056', 'institution', 'month', 'percentile', 0.9, 'high', 500, '{}', 5, '示例：百分位'),
    ('DRUG-UP', 'N25-056', 'institution', 'month', 'growth', 0.15, 'high', 500, NULL, NULL, '示例：环比'),
    ('DRUG-DR', 'N25-056', 'doctor', 'month', 'fixed', 0.55, 'high', 500, NULL, NULL, '示例：医师'),
    ('TEST-LOW', 'N25-057', 'institution', 'month', 'fixed', 0.05, 'low', 500, NULL, NULL, '示例：过低'),
    ('CT', 'N25-060', 'institution', 'month', 'fixed', 0.099, 'high', 2000, NULL, NULL, '示例：分母不足'),
    ('CT-SET', 'N25-060', 'institution', 'month', 'fixed', 0.1, 'high', 300, NULL, NULL, '示例：项目集');
SELECT rule_code, entry_code, state, reason FROM medsup.provider_rules() WHERE entry_code IS NOT NULL;
\set VERBOSITY terse
INSERT INTO medsup.indicator_set (rule_code, codes) VALUES ('N25-060', 'CT');
\set VERBOSITY default
INSERT INTO medsup.indicator_set (rule_code, codes, note) VALUES ('N25-060', '002103*', '示例');
CALL medsup.run_provider_rules('2025-01-01', '2025-04-01', 'first');
SELECT kind, label, status, findings, opened, changed, kept, closed, lines, vola_amt FROM medsup.run ORDER BY run DESC LIMIT 1;
SELECT entry_code, subject, scope, window_start::date, limit_value, actual_value, excess, formula, status FROM medsup.provider_finding
ORDER BY entry_code COLLATE "C", subject COLLATE "C", window_start;
SELECT entry_code, window_start::date, peer_group, outcome, reason, subjects FROM medsup.provider_tally
WHERE run = (SELECT max(run) FROM medsup.run) ORDER BY entry_code COLLATE "C", window_start, peer_group COLLATE "C", outcome COLLATE "C", reason COLLATE "C";
-- the same by another hand
SELECT fixmedins_code, date_trunc('month', setl_time)::date AS month,
    round(sum(det_item_fee_sumamt) FILTER (WHERE med_chrgitm_type = '09') / sum(det_item_fee_sumamt), 6) AS share
FROM wh.fee_list_d JOIN wh.setl_d USING (setl_id) GROUP BY 1, 2
HAVING sum(det_item_fee_sumamt) FILTER (WHERE med_chrgitm_type = '09') > 0.35 * sum(det_item_fee_sumamt) ORDER BY fixmedins_code COLLATE "C", 2;
-- what a finding says, in words; that it proves itself, and that a changed one does not
SELECT medsup.explain(finding_id), medsup.explain(finding_id, 'en') FROM medsup.provider_finding WHERE entry_code IN ('DRUG-FIX', 'DRUG-DR') AND window_start < '2025-02-01' ORDER BY entry_code COLLATE "C";
SELECT entry_code, v.ok, v.why FROM medsup.provider_finding f CROSS JOIN LATERAL medsup.verify_finding(f.finding_id) v GROUP BY 1, 2, 3 ORDER BY entry_code COLLATE "C";
SELECT count(*) AS lines FROM medsup.finding_line;
SELECT psn_ref, mdtrt_ref IS NOT NULL AS masked, evidence FROM (SELECT m.psn_ref, m.mdtrt_ref, NULL AS evidence FROM medsup.finding_masked m LIMIT 1) x;
BEGIN;
UPDATE medsup.finding SET actual_value = '0.9' WHERE entry_code = 'DRUG-FIX';
UPDATE medsup.finding SET evidence = jsonb_set(evidence, '{0,row,numerator}', '900') WHERE entry_code = 'DRUG-IQR';
UPDATE medsup.finding SET evidence = jsonb_set(evidence, '{1,row,values,0}', '0.5') WHERE entry_code = 'DRUG-P90';
UPDATE medsup.finding SET evidence = jsonb_set(evidence, '{0,row,subject}', '"institution:H01"') WHERE entry_code = 'DRUG-MAD';
SELECT entry_code, v.ok, v.why FROM medsup.provider_finding f CROSS JOIN LATERAL medsup.verify_finding(f.finding_id) v
WHERE entry_code IN ('DRUG-FIX', 'DRUG-IQR', 'DRUG-P90', 'DRUG-MAD') ORDER BY entry_code COLLATE "C", f.subject COLLATE "C", window_start;
ROLLBACK;

-- again: kept; a corrected bill changes, a reversed one closes; a fence taken away
CALL medsup.run_provider_rules('2025-01-01', '2025-04-01');
SELECT findings, opened, changed, kept, closed FROM medsup.run ORDER BY run DESC LIMIT 1;
SELECT sum(wh.reverse(no, '2025-02-20 10:00')) FROM unnest(ARRAY['10-2-drug']) no;
UPDATE wh.fee_list_d SET pric = 700, det_item_fee_sumamt = 700 WHERE feedetl_sn = 'L10-1-drug';
DELETE FROM medsup.indicator_fence WHERE fence_code = 'DRUG-P90';
-- a month only: what lies in other units is left alone
CALL medsup.run_provider_rules('2025-02-01', '2025-03-01');
SELECT findings, opened, changed, kept, closed FROM medsup.run ORDER BY run DESC LIMIT 1;
SELECT entry_code, subject, scope, window_start::date, actual_value, status, closed_reason, version FROM medsup.provider_finding
WHERE status = 'closed' OR version > 1 ORDER BY entry_code COLLATE "C", subject COLLATE "C", window_start;
CALL medsup.run_provider_rules();
SELECT findings, opened, changed, kept, closed FROM medsup.run ORDER BY run DESC LIMIT 1;
SELECT entry_code, subject, scope, window_start::date, actual_value, status, closed_reason, version FROM medsup.provider_finding
WHERE status = 'closed' OR version > 1 ORDER BY entry_code COLLATE "C", subject COLLATE "C", window_start;
-- fees of unknown class count for the institution, either way
UPDATE wh.fee_list_d SET med_chrgitm_type = NULL WHERE feedetl_sn LIKE 'L1-1-%' AND med_chrgitm_type = '03';
SELECT count(*) FROM medsup.provider_finding WHERE entry_code = 'TEST-LOW';
UPDATE wh.fee_list_d SET med_chrgitm_type = '02' WHERE feedetl_sn IN ('L2-1-ct');
CALL medsup.run_provider_rules();
SELECT subject, actual_value, figures FROM medsup.provider_finding WHERE entry_code = 'TEST-LOW' ORDER BY subject COLLATE "C";
-- the audit of lines does the same at its end, and does not close it
CALL medsup.run_audit(label => 'all');
SELECT kind, status, findings, opened, kept, closed FROM medsup.run ORDER BY run DESC LIMIT 1;
-- switched off
INSERT INTO medsup.rule_setting (rule_code, enabled) VALUES ('N25-056', false);
CALL medsup.run_provider_rules();
SELECT entry_code, status, closed_reason, count(*) FROM medsup.provider_finding GROUP BY 1, 2, 3 ORDER BY entry_code COLLATE "C";

-- discharges: infections and unplanned readmissions
DELETE FROM medsup.indicator_fence;
INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, note) VALUES
    ('INFECT', 'N25-062', 'institution', 'month', 'fixed', 0.2, 'high', 2, '示例'),
    ('AGAIN', 'N25-063', 'institution', 'month', 'fixed', 0.15, 'high', 2, '示例');
SELECT entry_code, state, reason FROM medsup.provider_rules() WHERE entry_code IS NOT NULL;
INSERT INTO medsup.indicator_set (rule_code, diagnoses) VALUES ('N25-062', 'T81.4');
INSERT INTO medsup.indicator_set (rule_code, plan_field, planned, unplanned) VALUES ('N25-063', 'days_rinp_flag_31', '{1}', '{0}');
SELECT entry_code, state, reason FROM medsup.provider_rules() WHERE entry_code IS NOT NULL;
SELECT medsup.bind_source('diagnosis', 'wh.setl_list_diag_d'), medsup.bind_source('settlement_list', 'wh.setl_list_d');
\set ECHO none
SELECT sum(wh.stay(no, hospital, person, begin_at, end_at, flag, dx, mid)) AS stays FROM (VALUES
    -- H01, discharges in March: back on day 31 unplanned; on day 32; planned; nobody said; an infection
    ('a1', 'H01', 'A', timestamp '2025-03-01 08:00', timestamp '2025-03-05 10:00', '0', 'I10', '0'),
    ('a2', 'H01', 'A', '2025-04-05 09:00', '2025-04-09 10:00', '0', 'I10', '0'),
    ('b1', 'H01', 'B', '2025-03-01 08:00', '2025-03-05 10:00', '0', 'I10', '0'),
    ('b2', 'H01', 'B', '2025-04-06 09:00', '2025-04-09 10:00', '0', 'I10', '0'),
    ('c1', 'H01', 'C', '2025-03-01 08:00', '2025-03-05 10:00', '1', 'I10', '0'),
    ('c2', 'H01', 'C', '2025-03-20 09:00', '2025-03-25 10:00', '0', 'T81.400', '0'),
    ('d1', 'H01', 'D', '2025-03-01 08:00', '2025-03-05 10:00', NULL, 'I10', '0'),
    ('d2', 'H01', 'D', '2025-03-20 09:00', '2025-03-25 10:00', '0', 'I10', '0'),
    -- another hospital, a transfer within the same minute, an interim settlement
    ('e1', 'H02', 'E', '2025-03-01 08:00', '2025-03-05 10:00', '0', 'I10', '0'),
    ('e2', 'H03', 'E', '2025-03-06 09:00', '2025-03-10 10:00', '0', 'I10', '0'),
    ('f1', 'H02', 'F', '2025-03-01 08:00', '2025-03-05 10:00:05', '0', 'T81.4', '0'),
    ('f2', 'H02', 'F', '2025-03-05 10:00:50', '2025-03-12 10:00', '0', 'I10', '0'),
    ('g1', 'H02', 'G', '2025-03-01 08:00', '2025-03-05 10:00', '0', 'I10', '1'),
    ('g2', 'H02', 'G', '2025-03-06 08:00', '2025-03-12 10:00', '0', 'I10', '0')
) s (no, hospital, person, begin_at, end_at, flag, dx, mid);
\set ECHO all
CALL medsup.run_provider_rules('2025-03-01', '2025-04-01');
SELECT entry_code, subject, actual_value, formula, provisional, figures ->> 'unclassified' AS undecided FROM medsup.provider_finding
WHERE status = 'open' AND entry_code IN ('INFECT', 'AGAIN') ORDER BY entry_code COLLATE "C", subject COLLATE "C";
SELECT entry_code, outcome, reason, subjects FROM medsup.provider_tally
WHERE run = (SELECT max(run) FROM medsup.run) ORDER BY entry_code COLLATE "C", outcome COLLATE "C", reason COLLATE "C";
\c contrib_regression
DROP DATABASE regress_medsup_indicator;
