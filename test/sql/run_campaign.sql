\set SHOW_CONTEXT never
-- campaigns: some institutions, kinds of care or rules, a period of acts
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_campaign;
\c regress_medsup_campaign
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
\set fixture :srcdir '/data/run_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set QUIET off
\set ECHO all
SET client_min_messages = warning;
-- lines whose institution or kind of care is said by the visit, the bill or nobody;
-- a gap between visits, which may be at different institutions
UPDATE wh.fee_list_d SET fixmedins_code = NULL WHERE bkkp_sn LIKE '%-1' AND length(bkkp_sn) = 5;
UPDATE wh.setl_d SET med_type = NULL WHERE right(setl_id, 1) IN ('1', '2', '3', '4');
UPDATE wh.setl_d SET med_type = '14' WHERE right(setl_id, 1) IN ('5', '6');
UPDATE wh.mdtrt_d SET med_type = '21' WHERE right(mdtrt_id, 1) IN ('1', '5');
UPDATE wh.fee_list_d SET med_type = '11' WHERE bkkp_sn LIKE '%-2';
INSERT INTO medsup.rule (rule_code, origin, name_zh, name_en, kind, subject) VALUES ('L-GAP', 'local', '间隔天数', 'days apart', 'K6', 'item');
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, scope, measure, limit_value, unit, count_key)
VALUES ('L-GAP-1', 'L-GAP', '示例项目', 'lifetime', 'gap_days', 120, '天', 'person');
INSERT INTO medsup.knowledge_code (entry_code, code) VALUES ('L-GAP-1', '003106040050000');
SELECT medsup.publish_rulebook() AS version;
\set last 'SELECT label, status, lines, lines_checked, lines_skipped, findings, opened, changed, reopened, kept, closed FROM medsup.run ORDER BY run DESC LIMIT 1'

-- what is asked about must make sense
\set VERBOSITY terse
CALL medsup.run_audit(institutions => '{}');
CALL medsup.run_audit(rules => '{L-SEX,NULL}', med_types => '{"", 11}');
CALL medsup.run_audit(rules => '{L-SEX,X-9,X-8}');
INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, note)
VALUES ('F', 'N25-056', 'institution', 'month', 'fixed', 0.35, 'high', 100, 'x');
CALL medsup.run_audit(rules => '{N25-056,L-SEX}');
CALL medsup.run_audit(institutions => '{H1,H77}');
CALL medsup.run_audit(institutions => '{H78}', med_types => '{98,99}');
CALL medsup.run_audit(by => 'upload');
CALL medsup.run_audit(by => NULL);
\set VERBOSITY default
SELECT count(*) AS runs FROM medsup.run;

-- the whole, kept aside
CALL medsup.run_audit(label => 'whole', partitions => 3);
:last;
CREATE TABLE whole AS SELECT * FROM medsup.finding;
CREATE TABLE whole_tally AS SELECT t.* FROM medsup.run_tally t JOIN medsup.run r USING (run) WHERE r.label = 'whole';
CREATE TABLE whole_run AS SELECT * FROM medsup.run WHERE label = 'whole';
SELECT rule_code, count(*) FROM whole GROUP BY 1 ORDER BY 1;
-- forget findings, run campaigns, compare: each finding by one of them, each line counted once
CREATE PROCEDURE pg_temp.campaigns(label text, VARIADIC lists text[]) LANGUAGE plpgsql AS $$
DECLARE
    l text;
BEGIN
    DELETE FROM medsup.finding; COMMIT;
    FOREACH l IN ARRAY lists LOOP
        CASE label
            WHEN 'institutions' THEN CALL medsup.run_audit(label => label, partitions => 2, institutions => l::text[]);
            WHEN 'rules' THEN CALL medsup.run_audit(label => label, partitions => 2, rules => l::text[]);
            WHEN 'med_types' THEN CALL medsup.run_audit(label => label, partitions => 2, med_types => l::text[]);
            WHEN 'occurrence' THEN CALL medsup.run_audit(l::tsrange, label, 2, by => 'occurrence');
            WHEN 'settlement' THEN CALL medsup.run_audit(l::tsrange, label, 2);
            WHEN 'both' THEN CALL medsup.run_audit(label => label, institutions => l::text[], med_types => '{11,21,14}', partitions => 1);
        END CASE;
    END LOOP;
END $$;
CREATE VIEW pg_temp.compared AS
    SELECT (SELECT count(*) FROM whole w FULL JOIN medsup.finding f USING (finding_id)
            WHERE w.content_digest IS DISTINCT FROM f.content_digest OR f.status <> 'open') AS differ,
        (SELECT count(*) FROM medsup.finding) AS findings;
CREATE VIEW pg_temp.counted AS
    SELECT r.label, sum(r.lines) AS lines, sum(r.lines_checked) AS checked, sum(r.lines_skipped) AS skipped, sum(r.lines_unsettled) AS unsettled,
        sum(r.opened) AS opened, sum(r.closed) AS closed, bool_and(r.status = 'done') AS done
    FROM medsup.run r WHERE r.run > (SELECT run FROM whole_run) OR r.label = 'whole' GROUP BY r.label;
CALL pg_temp.campaigns('institutions', '{H1,H3}', '{H0,H2,H4}');
SELECT * FROM pg_temp.compared;
CALL pg_temp.campaigns('rules', '{L-SEX}', '{L-GAP,L-DAY}');
SELECT * FROM pg_temp.compared;
CALL pg_temp.campaigns('med_types', '{11}', '{21,14}');
SELECT * FROM pg_temp.compared;
CALL pg_temp.campaigns('both', '{H1,H3}', '{H0,H2,H4}');
SELECT * FROM pg_temp.compared;
CALL pg_temp.campaigns('occurrence', '(,2025-04-01)', '[2025-04-01,)');
SELECT * FROM pg_temp.compared;
CALL pg_temp.campaigns('settlement', '(,2025-04-01)', '[2025-04-01,)');
SELECT * FROM pg_temp.compared;
-- every line once, twice by rules; the line of no person has no visit, so no kind of care
SELECT c.* FROM pg_temp.counted c ORDER BY c.label COLLATE "C";
-- by institution, the tallies of the campaigns are those of the whole
CREATE VIEW pg_temp.campaign_tally AS
    SELECT t.rule_code, t.outcome, t.reason, t.fixmedins_code, t.lines FROM medsup.run_tally t JOIN medsup.run r USING (run) WHERE r.label = 'institutions';
SELECT count(*) AS tallies FROM pg_temp.campaign_tally;
(TABLE pg_temp.campaign_tally EXCEPT ALL SELECT rule_code, outcome, reason, fixmedins_code, lines FROM whole_tally)
UNION ALL (SELECT rule_code, outcome, reason, fixmedins_code, lines FROM whole_tally EXCEPT ALL TABLE pg_temp.campaign_tally);
-- the plain count of the two that the campaign of institutions made
SELECT r.institutions, r.lines, (SELECT count(*) FROM wh.fee_list_d l LEFT JOIN wh.mdtrt_d m ON m.mdtrt_id = l.mdtrt_id AND m.psn_no = l.psn_no
    WHERE coalesce(l.fixmedins_code, m.fixmedins_code) = ANY (r.institutions)) AS by_hand
FROM medsup.run r WHERE r.label = 'institutions' ORDER BY r.run;
SELECT s.label, count(*) AS listed FROM medsup.run s JOIN medsup.skipped_line k USING (run) GROUP BY 1 ORDER BY s.label COLLATE "C";
SELECT u.rule_code, u.state FROM medsup.run_rule u JOIN medsup.run r USING (run) WHERE r.rules = '{L-SEX}' AND u.rule_code LIKE 'L-%' ORDER BY 1;

-- by occurrence: done in March and settled in April belongs to March
UPDATE wh.setl_d SET setl_time = '2025-04-20 18:00:00' WHERE mdtrt_id IN (SELECT mdtrt_id FROM wh.fee_list_d WHERE fee_ocur_time LIKE '2025-03-2%');
DELETE FROM medsup.finding;
CALL medsup.run_audit('[2025-03-01, 2025-04-01)', 'March by settlement', 1, rules => '{L-SEX}');
:last;
CALL medsup.run_audit('[2025-03-01, 2025-04-01)', 'March by occurrence', 1, rules => '{L-SEX}', by => 'occurrence');
:last;
SELECT count(*) AS women_only, count(*) FILTER (WHERE s.setl_time >= '2025-04') AS settled_later
FROM wh.fee_list_d l JOIN wh.mdtrt_d m ON m.mdtrt_id = l.mdtrt_id LEFT JOIN wh.setl_d s ON s.setl_id = l.setl_id
WHERE l.bkkp_sn LIKE '%-1' AND m.gend = '1' AND l.fee_ocur_time LIKE '2025-03%';

-- a campaign closes what it asked about and does not find, and nothing else
CALL medsup.run_audit(label => 'again', partitions => 2);
:last;
DELETE FROM wh.fee_list_d WHERE bkkp_sn LIKE '%-1' OR bkkp_sn LIKE '%-2';
CALL medsup.run_audit(institutions => '{H1}', rules => '{L-SEX}', label => 'one', partitions => 1);
:last;
SELECT status, count(*), bool_and(fixmedins_code = 'H1' AND rule_code = 'L-SEX') AS asked_about FROM medsup.finding GROUP BY 1 ORDER BY 1;
CALL medsup.run_audit('[2025-03-01, 2025-04-01)', rules => '{L-SEX}', med_types => '{11}', by => 'occurrence', label => 'two', partitions => 1);
:last;
SELECT f.changed_run = r.run AS by_it, f.status, count(*), bool_and(f.act_from >= '2025-03-01' AND f.act_from < '2025-04-01') AS in_march,
    bool_and(f.rule_code = 'L-SEX') AS rule, bool_and(f.med_type = '11') AS kind
FROM medsup.finding f, (SELECT max(run) AS run FROM medsup.run) r GROUP BY 1, 2 ORDER BY 1, 2;
CALL medsup.run_audit(label => 'rest', partitions => 1);
:last;
SELECT status, count(*) FROM medsup.finding GROUP BY 1;
\c contrib_regression
DROP DATABASE regress_medsup_campaign;
