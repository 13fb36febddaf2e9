-- findings that rest on more than lines: visits, diagnoses, operations, registrations
SET client_min_messages = warning;
SET TimeZone = 'America/New_York';
SET DateStyle = 'German, DMY';
-- every measure has words of its own in both languages, and no place is left open
\pset format unaligned
\pset tuples_only on
SELECT m, medsup.breach_text(m, sc, l, a, u, 2, 30, o), medsup.breach_text(m, sc, l, a, u, 2, 30, o, 'en')
FROM (VALUES ('institution_type', 'line', 'A1', 'B2', NULL, NULL), ('department', 'line', 'A03,A05', 'B02', NULL, NULL),
    ('prescriber', 'line', '3', '1', NULL, NULL), ('programme', 'line', 'M00100', 'M00100', NULL, NULL),
    ('diagnosis', 'line', 'I20-I25', 'E11.9', NULL, NULL), ('diagnosis', 'line', 'I20-I25', '', NULL, NULL),
    ('condition', 'line', 'line.cnt > 7', NULL, NULL, NULL), ('price', 'line', '10.00', '12.00', '元', NULL),
    ('never', 'line', '0', '2', '次', NULL), ('prerequisite', 'day', '1', '0', '次', 'ITEM'),
    ('pair', 'operation', '0', '2', '次', 'ITEM'), ('parts', 'day', '1', '3', NULL, NULL),
    ('discount', 'operation', '150.00', '200.00', '元', NULL), ('closure', 'prescription', '1', '0', NULL, NULL),
    ('overlap', 'prescription', '0', '2', '天', 'ITEM'), ('overlap', 'stay', '1', '2', '种', NULL),
    ('quantity', 'operation', '1', '3', '次', NULL), ('quantity', 'day', '1', '3', NULL, NULL), ('quantity', 'stay', '1 × 5', '7', '次', NULL),
    ('count', 'week', '3', '5', NULL, NULL), ('hours', 'stay', '24 × 2', '50', NULL, NULL), ('supply_days', 'prescription', '7', '9', '天', NULL),
    ('dose', 'day', '40', '42', 'mg', NULL), ('money', 'insurance_year', '1000', '1002', NULL, NULL),
    ('fund_money', 'year', '1000', '1002', NULL, NULL), ('kinds', 'prescription', '5', '7', NULL, NULL),
    ('days', 'quarter', '14', '16', NULL, NULL), ('visits', 'month', '15', '17', NULL, NULL),
    ('visits', 'rolling', '15', '17', NULL, NULL), ('visit_days', 'rolling', '3', '5', NULL, NULL),
    ('readmission', 'rolling', '10', '3', NULL, NULL), ('stay_overlap', 'lifetime', '0', '2', NULL, NULL),
    ('during_stay', 'lifetime', '0', '3', NULL, NULL), ('after_death', 'lifetime', '0', '5', NULL, NULL)) t (m, sc, l, a, u, o);
-- what stands in a value is no place
SELECT medsup.breach_text('diagnosis', 'line', '{actual}', 'a{b}\1', NULL, NULL, NULL, NULL);
SELECT count(*) FROM unnest(ARRAY['zh', 'en']) l, unnest(ARRAY['condition_unknown', 'diagnosis_unknown', 'department_unknown',
    'programme_unknown', 'prescription_unknown', 'doctor_unknown', 'operation_unknown', 'supply_days_unknown', 'dose_unknown',
    'price_missing', 'stay_unknown', 'fund_unknown', 'history_short']) r WHERE medsup.word('reason', r, l) <> r;
\pset tuples_only off

-- a visit without lines is in breach: the record is its evidence
BEGIN;
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject) VALUES ('X-12', '测试规则', 'test rule', 'K6', 'item');
CREATE TEMP TABLE frozen AS
SELECT jsonb_build_object('mdtrt_id', 'm' || n, 'psn_no', 'p1', 'begntime', '2025-03-0' || n || ' 08:00:00', 'attributes', jsonb_build_object('adm_way', n::text)) AS "row", n
FROM generate_series(1, 2) n;
CREATE TEMP TABLE staged AS
SELECT (jsonb_populate_record(NULL::medsup.verdict, jsonb_build_object(
    'what', 'F', 'rule_code', 'X-12', 'entry_code', 'X-12-1', 'kind', 'K12', 'result_type', '可疑',
    'scope', 'lifetime', 'measure', 'stay_overlap', 'limit_value', '0', 'actual_value', '1', 'excess', 1, 'vola_amt', 0, 'vola_amt_max', 0, 'fund_method', 'none',
    'psn_no', 'p1', 'mdtrt_id', 'm1', 'feedetl_sn', '', 'provisional', true, 'act_from', '2025-03-01 08:00:00', 'act_to', '2025-03-01 08:00:00',
    'fixmedins_code', 'H99999900001', 'formula', '0.00', 'period_time', '2025-03-01 08:00:00', 'sources', '["diagnosis"]'::jsonb,
    'evidence', e.evidence, 'finding_id', '\x' || encode(medsup.finding_id('X-12', 'X-12-1', 'p1', 'lifetime', NULL, 'm1', ''), 'hex'),
    'content_digest', '\x' || encode(sha256(''), 'hex')))).*
FROM (SELECT jsonb_agg(jsonb_build_object('role', n, 'what', 'E', 'row', "row",
          'hash', encode(medsup.encounter_hash(jsonb_populate_record(NULL::medsup.claim_encounter, "row")), 'hex')) ORDER BY n) AS evidence
      FROM frozen) e;
SELECT * FROM medsup.record_findings(1, 1, sha256('b'), 'staged', NULL, NULL, NULL);
SELECT feedetl_sn = '' AS no_line, sources FROM medsup.finding;
SELECT count(*) FROM medsup.finding_line;
SELECT record_no, what, role, record ->> 'mdtrt_id' AS mdtrt_id, hash = encode(medsup.encounter_hash(
    jsonb_populate_record(NULL::medsup.claim_encounter, record)), 'hex') AS as_it_was FROM medsup.finding_record ORDER BY record_no;
SELECT medsup.explain(f), medsup.explain(f, 'en') FROM medsup.finding f;
SELECT c.* FROM medsup.finding f, medsup.case_text(f.finding_id) c;
SELECT c.* FROM medsup.finding f, medsup.case_text(f.finding_id, 'en') c;
-- only the book is missing to prove it, and the digest that a test cannot make up; then somebody changes a record
SELECT v.* FROM medsup.finding f, medsup.verify_finding(f.finding_id) v;
UPDATE medsup.finding SET evidence = jsonb_set(evidence, '{1,row,attributes,adm_way}', '"3"');
SELECT v.* FROM medsup.finding f, medsup.verify_finding(f.finding_id) v;
UPDATE medsup.finding SET evidence = evidence - 0;
SELECT v.why ~ 'the visit in breach is not in the evidence' AS noticed FROM medsup.finding f, medsup.verify_finding(f.finding_id) v;
ROLLBACK;
