-- Every shipped case is green, each rule that has cases has enough of both
-- sorts, and a limit broken on purpose turns red.
SELECT rule_code, case_name, detail FROM medsup.conformance() WHERE NOT ok;
SELECT count(*) FILTER (WHERE findings <> '[]') AS violating, count(*) FILTER (WHERE findings = '[]') AS near_misses, count(DISTINCT rule_code) AS rules
FROM medsup.conformance_case;
SELECT rule_code, count(*) FILTER (WHERE findings <> '[]') AS violating, count(*) FILTER (WHERE findings = '[]') AS near_misses
FROM medsup.conformance_case GROUP BY rule_code
HAVING count(*) FILTER (WHERE findings <> '[]') < 3 OR count(*) FILTER (WHERE findings = '[]') < 3 OR count(*) <> count(DISTINCT case_name) OR count(*) <> count(case_name_zh)
ORDER BY rule_code;
-- a case without a finding is one in which something was judged, or says that nothing was
SELECT rule_code, case_name FROM medsup.conformance_case WHERE findings = '[]' AND outcomes IS NULL ORDER BY 1, 2;
BEGIN;
DELETE FROM medsup.conformance_file WHERE rule_code <> 'N25-027';
UPDATE medsup.conformance_file SET content = jsonb_set(content, '{entries,0,limit_value}', '2');
SELECT case_name, ok, left(detail, 100) AS detail FROM medsup.conformance();
-- what cannot be compiled is red, too, and says why
UPDATE medsup.conformance_file SET content = jsonb_set(jsonb_set(content, '{entries,0,codes,main,0}', '"no code"'), '{cases}', jsonb_build_array(content -> 'cases' -> 0));
SELECT case_name, ok, detail FROM medsup.conformance();
ROLLBACK;
-- nothing local has a say
BEGIN;
INSERT INTO medsup.level_map (hosp_lv, level) VALUES ('02', 1);
INSERT INTO medsup.rule_setting (rule_code, fund_scope) VALUES ('N25-012', 'any');
SELECT count(*) > 0 AS ran, bool_and(ok) AS all_ok FROM medsup.conformance() WHERE rule_code = 'N25-012';
ROLLBACK;
