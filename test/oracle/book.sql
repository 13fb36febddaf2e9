-- A random book: an entry for every :spread-th (check, scope, counter) of
-- oracle.ask, each a rule of its own, some with a second entry beside it.

CREATE TABLE batch.entry AS
WITH drawn AS (
    SELECT a.*, m, :'seed' || '/book/' || :from || '/' || a.id || '/' || m AS s, :'seed' || '/book/' || :from || '/' || a.id AS rs
    FROM oracle.ask a, generate_series(1, 2) AS m
    WHERE (a.id + :round) % :spread = 0
)
SELECT format('O-%s', d.id) AS rule_code, format('O-%s-%s', d.id, m) AS entry_code, format('O-%s-%s', d.id, m) AS item_name, d.id AS ask,
       d.kind, d.measure, d.scope, d.count_key, d.what, d.limit_basis, s,
       oracle.pick('{any,any,pool,pool_or_account}', rs || 'fund') AS fund_scope,
       CASE WHEN d.measure = 'sex' THEN oracle.pick('{male,female}', s || 'sex') END AS sex,
       CASE WHEN d.measure = 'age' THEN oracle.pick('{day,month,year}', s || 'unit') END AS age_unit,
       CASE WHEN d.measure = 'age' THEN (ARRAY[NULL, 1, 2, 18])[1 + oracle.r(4, s || 'from')] END AS age_from,
       CASE WHEN d.measure = 'age' THEN (ARRAY[19, 28, 60])[1 + oracle.r(3, s || 'below')] END AS age_below,
       CASE WHEN d.measure = 'insurance' THEN ARRAY[oracle.pick('{basic,maternity,work_injury}', s || 'ins')] END AS insurance,
       CASE WHEN d.measure = 'setting' THEN ARRAY[oracle.pick('{inpatient,outpatient,emergency}', s || 'set'), oracle.pick('{inpatient,chronic,emergency}', s || 'set2')] END AS settings,
       CASE WHEN d.measure = 'level' THEN 1 + oracle.r(3, s || 'lv') END AS level_min,
       d.measure = 'level' AND oracle.r(3, s || 'first') = 0 AS level_first_only,
       CASE WHEN d.measure = 'institution_type' THEN ARRAY[oracle.pick('{A1,B2,C3}', s || 'mt')] END AS medins_types,
       CASE WHEN d.measure = 'department' THEN ARRAY[oracle.pick('{A,A01,B,B01}', s || 'dp')] END AS departments,
       CASE WHEN d.measure = 'prescriber' THEN 1 + oracle.r(3, s || 'gr') END AS grade_min,
       CASE WHEN d.scope = 'rolling' THEN (ARRAY[2, 3, 7, 30])[1 + oracle.r(4, s || 'win')] END AS window_days,
       CASE WHEN d.variant = 'sub' THEN (ARRAY[NULL, 0, 1, 2])[1 + oracle.r(4, s || 'limit')]
            WHEN NOT (d.kind IN ('K6', 'K8') OR d.kind IN ('K9', 'K10') AND d.measure IN ('quantity', 'dose', 'kinds')) THEN NULL
            WHEN d.limit_basis <> 'constant' THEN (ARRAY[0.5, 1, 1, 2])[1 + oracle.r(4, s || 'limit')]
            WHEN d.measure IN ('money', 'fund_money') THEN (ARRAY[0, 10, 35.5, 60, 100])[1 + oracle.r(5, s || 'limit')]
            WHEN d.measure IN ('kinds', 'count') THEN (ARRAY[0, 1, 1, 2, 3])[1 + oracle.r(5, s || 'limit')]
            WHEN d.measure IN ('days', 'span_days', 'gap_days') THEN (ARRAY[1, 1, 2, 3, 4])[1 + oracle.r(5, s || 'limit')]
            WHEN d.kind = 'K8' THEN (ARRAY[5, 10, 15.5, 20])[1 + oracle.r(4, s || 'limit')]
            ELSE (ARRAY[0, 0.5, 1, 2, 3, 5])[1 + oracle.r(6, s || 'limit')] END AS limit_value,
       CASE WHEN d.measure = 'parts' OR d.variant = 'class' THEN 2 + oracle.r(3, s || 'least') / 2 END AS at_least,
       CASE WHEN d.limit_basis = 'case' THEN oracle.pick('{stay_days(),visit.lines * 0.5,line.pric / 10}', s || 'case') END AS limit_case,
       CASE WHEN d.measure = 'discount' THEN (ARRAY['{1,0.5}', '{1}', '{1,0.8,0.75,0.33}', '{0.9,0.5,0.2}']::text[])[1 + oracle.r(4, s || 'rates')]::numeric[] END AS rates,
       CASE oracle.r(9, s || 'levels') WHEN 0 THEN ARRAY[2, 3] WHEN 1 THEN ARRAY[0, 1] END AS levels,
       CASE oracle.r(9, s || 'region') WHEN 0 THEN '510000' WHEN 1 THEN '510100' WHEN 2 THEN '320000' END AS region,
       CASE WHEN oracle.r(9, s || 'region') < 3 THEN oracle.pick('{care,insured}', s || 'by') END AS region_by,
       CASE oracle.r(9, s || 'valid') WHEN 0 THEN '2025-01-01' WHEN 1 THEN '2025-03-30' WHEN 2 THEN '2026-01-01' END::date AS valid_from,
       CASE oracle.r(9, s || 'valid') WHEN 0 THEN '2025-12-31' WHEN 3 THEN '2025-03-31' END::date AS valid_to
FROM drawn d
WHERE m = 1 OR oracle.r(4, s || 'second') = 0;

CREATE TABLE batch.entry_code AS
SELECT DISTINCT e.entry_code, 'main' AS role, l.code
FROM batch.entry e, generate_series(1, CASE WHEN e.measure = 'parts' OR e.at_least > 0 THEN 4 ELSE 1 + oracle.r(3, e.s || 'main') END) AS i, oracle.listed l -- some codes are never counted in hours, for pairs in one hour
WHERE l.n = (SELECT CASE WHEN e.measure = 'hours' AND n IN (2, 4, 6) THEN n - 1 ELSE n END FROM oracle.r(8, e.s || 'main' || i) AS n)
UNION
SELECT DISTINCT e.entry_code, 'sub', l.code
FROM batch.entry e, generate_series(1, 1 + oracle.r(2, e.s || 'sub')) AS i, oracle.listed l
WHERE l.n = oracle.r(8, e.s || 'sub' || i) AND (e.measure IN ('pair', 'prerequisite') OR e.what = 'overlap sub')
UNION
SELECT e.entry_code, 'per', l.code
FROM batch.entry e, generate_series(1, 1 + oracle.r(2, e.s || 'per')) AS i, oracle.listed l
WHERE l.n = oracle.r(8, e.s || 'per' || i) AND e.limit_basis = 'item';

\ir book_record.sql

DELETE FROM medsup.knowledge;
DELETE FROM medsup.rule WHERE origin = 'local';
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, fund_scope, result_type)
SELECT DISTINCT rule_code, rule_code, rule_code, kind, 'item', fund_scope, oracle.pick('{可疑,明确违规}', rule_code || :'seed' || 'grade') FROM batch.entry;

-- columns of batch.entry are those of the table, wherever it has them
INSERT INTO medsup.knowledge
SELECT k.* FROM batch.entry e,
LATERAL jsonb_populate_record(NULL::medsup.knowledge,
    '{"origin": "local", "enabled": true, "level_first_only": false, "sub_first": false, "dx_main_only": false, "widened": false, "loaded_by": "-", "loaded_at": "2026-01-01"}'
    || jsonb_strip_nulls(to_jsonb(e))) AS k;
INSERT INTO medsup.knowledge_code (entry_code, role, code) SELECT entry_code, role, code::medsup.fee_item FROM batch.entry_code;

\ir book_supersedes.sql

CREATE TABLE batch.book AS SELECT medsup.compile_rulebook() AS book;
ALTER TABLE batch.book ALTER book SET STORAGE EXTERNAL;

-- what it says about these claims
CREATE TABLE batch.said AS
SELECT p.c, v.*
FROM batch.book b, batch.person p, LATERAL medsup.evaluate(b.book, NULL, NULL,
    (SELECT array_agg(jsonb_populate_record(NULL::medsup.claim_encounter, to_jsonb(e))) FROM batch.encounter e WHERE e.c = p.c),
    (SELECT array_agg(jsonb_populate_record(NULL::medsup.claim_settlement, to_jsonb(e))) FROM batch.settlement e WHERE e.c = p.c),
    (SELECT array_agg(jsonb_populate_record(NULL::medsup.claim_fee_line, to_jsonb(e))) FROM batch.line e WHERE e.c = p.c),
    (SELECT coalesce(array_agg(jsonb_populate_record(NULL::medsup.claim_diagnosis, to_jsonb(e))), '{}') FROM batch.diagnosis e WHERE e.c = p.c HAVING p.has_diagnoses),
    (SELECT coalesce(array_agg(jsonb_populate_record(NULL::medsup.claim_operation, to_jsonb(e))), '{}') FROM batch.operation e WHERE e.c = p.c HAVING p.has_operations),
    (SELECT coalesce(array_agg(jsonb_populate_record(NULL::medsup.claim_registration, to_jsonb(e))), '{}') FROM batch.registration e WHERE e.c = p.c HAVING p.has_registrations),
    p.history_from) AS v;
