-- Every shipped case is green, each of the 88 rules has enough of both sorts,
-- and a limit broken on purpose turns red.
SELECT rule_code, case_name, detail FROM medsup.conformance() WHERE NOT ok;
SELECT count(*) FILTER (WHERE findings <> '[]') AS violating, count(*) FILTER (WHERE findings = '[]') AS near_misses, count(DISTINCT rule_code) AS rules
FROM medsup.conformance_case;
SELECT r.rule_code, r.kind FROM medsup.rule r
WHERE r.origin = 'national' AND NOT EXISTS (SELECT FROM medsup.conformance_file f WHERE f.rule_code = r.rule_code);
SELECT rule_code, count(*) FILTER (WHERE findings <> '[]') AS violating, count(*) FILTER (WHERE findings = '[]') AS near_misses
FROM medsup.conformance_case GROUP BY rule_code
HAVING count(*) FILTER (WHERE findings <> '[]') < 3 OR count(*) FILTER (WHERE findings = '[]') < 3 OR count(*) <> count(DISTINCT case_name) OR count(*) <> count(case_name_zh)
ORDER BY rule_code;
-- a case without a finding is one in which something was judged, or says that nothing was
SELECT rule_code, case_name FROM medsup.conformance_case WHERE findings = '[]' AND outcomes IS NULL ORDER BY 1, 2;
-- a limit broken on purpose: the cases of its rule that rest on it, and no other
BEGIN;
UPDATE medsup.conformance_file SET content = jsonb_set(content, '{entries,0,limit_value}', '2') WHERE rule_code = 'N25-027';
UPDATE medsup.conformance_file SET content = jsonb_set(content, '{entries,indicator_fence,0,value}', '0.5') WHERE rule_code = 'N25-056';
UPDATE medsup.conformance_file SET content = jsonb_set(content, '{entries,stock_check,0,tolerance_share}', '0.04') WHERE rule_code = 'N25-043';
SELECT rule_code, case_name, left(detail, 100) AS detail FROM medsup.conformance() WHERE NOT ok;
ROLLBACK;
-- so does one that leaves a finding where none should be
BEGIN;
DELETE FROM medsup.conformance_file WHERE rule_code NOT IN ('N25-027', 'N25-062', 'N25-048');
UPDATE medsup.conformance_file SET content = jsonb_set(content, '{entries,0,limit_value}', '0.5') WHERE rule_code = 'N25-027';
UPDATE medsup.conformance_file SET content = jsonb_set(content, '{entries,indicator_fence,0,value}', '0.19') WHERE rule_code = 'N25-062';
UPDATE medsup.conformance_file SET content = jsonb_set(content, '{entries,stock_check,0,tolerance_share}', '0') WHERE rule_code = 'N25-048';
SELECT rule_code, count(*) AS cases, count(*) FILTER (WHERE NOT ok) AS red FROM medsup.conformance() GROUP BY rule_code ORDER BY rule_code;
-- what cannot be compiled is red, too, and says why
UPDATE medsup.conformance_file SET content = jsonb_set(content, '{cases}', jsonb_build_array(content -> 'cases' -> 0));
UPDATE medsup.conformance_file SET content = jsonb_set(content, '{entries,0,codes,main,0}', '"no code"') WHERE rule_code = 'N25-027';
UPDATE medsup.conformance_file SET content = jsonb_set(content, '{entries,indicator_fence,0,every}', '"fortnight"') WHERE rule_code = 'N25-062';
UPDATE medsup.conformance_file SET content = jsonb_set(content, '{entries,stock_check,0,codes}', '"no code"') WHERE rule_code = 'N25-048';
SELECT rule_code, case_name, ok, detail FROM medsup.conformance();
ROLLBACK;
-- nothing local has a say
BEGIN;
INSERT INTO medsup.level_map (hosp_lv, level) VALUES ('02', 1), ('05', NULL);
INSERT INTO medsup.fee_class_map (med_chrgitm_type, fee_class, origin) VALUES ('09', 'other', 'local');
INSERT INTO medsup.rule_setting (rule_code, fund_scope, enabled) VALUES ('N25-012', 'any', true), ('N25-056', 'any', false);
SELECT rule_code, count(*) > 0 AS ran, bool_and(ok) AS all_ok FROM medsup.conformance() WHERE rule_code IN ('N25-012', 'N25-056') GROUP BY 1 ORDER BY 1;
ROLLBACK;
-- and nothing is written, not even a temporary table
BEGIN READ ONLY;
SELECT bool_and(ok) FROM medsup.conformance() WHERE rule_code = 'N25-043';
SELECT count(*) AS temporary FROM pg_class WHERE relpersistence = 't' AND relname ~ '^medsup';
COMMIT;
