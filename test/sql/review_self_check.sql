\set SHOW_CONTEXT never
-- one institution checks itself: the bureau's findings of it, kept apart; what goes out
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_self_check;
\c regress_medsup_self_check
SET client_min_messages = warning;
SET datestyle = 'ISO';
\set VERBOSITY terse
CREATE EXTENSION medsup CASCADE;
\set fixture :srcdir '/data/run_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
-- a person who goes to two institutions, and a cap that does not end at the door
UPDATE wh.fee_list_d SET fixmedins_code = 'H2', fee_ocur_time = '2025-01-02 15:00:00' WHERE bkkp_sn = '101-2';
UPDATE medsup.knowledge SET count_key = 'person' WHERE entry_code = 'L-DAY-1';
\set QUIET off
\set ECHO all
SELECT medsup.publish_rulebook();
-- before the bureau has run anything
SELECT medsup.self_check('H1') AS self_check;
SELECT fixmedins_code, rulebook, lines_checked, lines_skipped, findings, vola_amt, started_by = SESSION_USER AS mine, finished_at >= started_at AS took FROM medsup.self_check;
-- apart: no finding, no run, no total, no list of the bureau's
SELECT (SELECT count(*) FROM medsup.finding) AS findings, (SELECT count(*) FROM medsup.run) AS runs, (SELECT count(*) FROM medsup.rule_total()) AS totals,
    (SELECT count(*) FROM medsup.worklist('H1')) AS listed;
CALL medsup.run_audit();
SELECT medsup.self_check('H1', '[2025-03-01, 2025-04-01)') AS self_check;
SELECT medsup.self_check('H2') AS self_check;
-- the same findings that the bureau has of it, no more and no less
SELECT s.self_check, s.fixmedins_code, s.findings, s.findings = count(f) AS all_there, count(*) FILTER (WHERE f IS NULL OR x IS NULL OR f.content_digest <> x.content_digest) AS differ
FROM medsup.self_check s
LEFT JOIN (medsup.finding f FULL JOIN medsup.self_check_finding x ON x.finding_id = f.finding_id)
    ON s.self_check = x.self_check
GROUP BY 1, 2, 3 ORDER BY 1;
SELECT s.self_check, (SELECT count(*) FROM medsup.finding f WHERE f.fixmedins_code = s.fixmedins_code
    AND (s.period_from IS NULL OR f.period_time >= s.period_from) AND (s.period_to IS NULL OR f.period_time < s.period_to)) - s.findings AS missing
FROM medsup.self_check s ORDER BY 1;
SELECT count(*) FILTER (WHERE jsonb_path_exists(x.evidence, '$[*] ? (@.fixmedins_code == "H2")')) AS over_the_door FROM medsup.self_check_finding x WHERE x.self_check = 1;
SELECT count(*) AS of_another FROM medsup.self_check_finding x JOIN medsup.self_check s USING (self_check) WHERE x.fixmedins_code <> s.fixmedins_code OR x.origin <> 'self_check';
-- the bureau's verdicts are not the hospital's
SELECT medsup.judge(finding_id, '确认', 'seen') FROM medsup.finding WHERE mdtrt_id = 'M61' AND rule_code = 'L-SEX';
SELECT "规则名称", "人员编号", "涉及金额", "状态" FROM medsup.self_check_list(2) ORDER BY "规则名称" COLLATE "C", "人员编号" COLLATE "C";
SELECT "规则名称", "状态", "处置" FROM medsup.self_check_list(2, 'en') LIMIT 1;
SELECT count(*) FROM medsup.worklist('H1', '[2025-03-01, 2025-04-01)');
-- what cannot be checked is said
SELECT medsup.self_check('H77');
SELECT medsup.self_check(NULL);
SELECT medsup.self_check('H1', '[1990-01-01, 1991-01-01)');

-- under the national names, a row a line
SELECT rule_code, rule_name, vola_amt, sev_deg, vola_item_type, psn_no, mdtrt_id, feedetl_sn, setl_id, fixmedins_code, bilg_dept_codg, bilg_dr_codg, finding_vola_amt, state
FROM medsup.finding_national WHERE psn_no = 'P1' AND mdtrt_id IN ('M1', 'M101') ORDER BY rule_code COLLATE "C", feedetl_sn COLLATE "C";
SELECT vola_cont, vola_evid FROM medsup.finding_national WHERE psn_no = 'P1' AND mdtrt_id = 'M1' AND rule_code = 'L-SEX';
SELECT count(*) FILTER (WHERE total <> finding_vola_amt) AS not_adding_up, count(*) > 0 AS some
FROM (SELECT finding_id, finding_vola_amt, sum(vola_amt) AS total FROM medsup.finding_national GROUP BY 1, 2) x;

-- the negative list: rules in force, and lists of problems
SELECT source, code, domain, violation_type, text, rule_codes, edition FROM medsup.negative_list ORDER BY code COLLATE "C";
INSERT INTO medsup.rule_setting (rule_code, disposal) VALUES ('L-DAY', '扣减');
INSERT INTO medsup.rule_setting (rule_code, disposal) VALUES ('L-SEX', '罚款');
INSERT INTO medsup.import_line (line) VALUES (E'\uFEFFdomain,version,no,violation_type,text,note,rule_codes'),
    ('肿瘤,2025版,139,重复收费,"开展肺癌根治术，重复收取淋巴结清扫术费用",,L-DAY; L-SEX'),
    ('骨科,2024版,,超标准收费,关节置换按切口计费,部分核实,');
SELECT medsup.load_problem_list();
-- again, with a corrected text and another without number; the bureau's rules stay
INSERT INTO medsup.import_line (line) VALUES ('version,domain,no,violation_type,text'),
    ('2025版,肿瘤,139,重复收费,"开展肺癌根治术，重复收取胸腔闭式引流术费用"'), ('2024版,骨科,,串换项目,另一问题');
SELECT medsup.load_problem_list();
SELECT source, code, domain, violation_type, text, disposal, rule_codes, edition, note FROM medsup.negative_list
ORDER BY source COLLATE "C", code COLLATE "C", text COLLATE "C";
-- every wrong row is named, and none is loaded
INSERT INTO medsup.import_line (line) VALUES ('domain,version,no,violation_type,text,rule_codes'),
    ('骨科,2025版,1,重复收费,甲,'), ('骨科,2025版,1,重复收费,乙,'), ('骨科,2025版,,重复收费,,'), ('骨科,2025版,x1,重复收费,丙,'),
    ('骨科,2025版'), ('骨科,2025版,5,重复收费,"丁,'), ('骨科,2025版,6,重复收费,戊,L-DAY;L-NO'), ('骨科,2025版,7,重复收费,' || repeat('长', 601) || ','),
    ('骨科,2025版,8,重复收费,己,');
\set VERBOSITY default
SELECT medsup.load_problem_list();
DELETE FROM medsup.import_line;
SELECT medsup.load_problem_list();
INSERT INTO medsup.import_line (line) VALUES ('domain,version,text,what');
SELECT medsup.load_problem_list();
\set VERBOSITY terse
SELECT count(*) FROM medsup.problem_point;
-- readers have the list
CREATE ROLE regress_medsup_public;
SELECT medsup.grant_access('regress_medsup_public', 'reader');
SET ROLE regress_medsup_public;
SELECT count(*) FROM medsup.negative_list;
SELECT count(*) FROM medsup.self_check_finding;
RESET ROLE;
SELECT medsup.revoke_access('regress_medsup_public', 'reader');
-- operators check, and read what was found
SELECT medsup.grant_access('regress_medsup_public', 'operator');
SET ROLE regress_medsup_public;
SELECT medsup.self_check('H3') > 0 AS checked;
SELECT count(*) > 0 AS listed FROM medsup.self_check s, medsup.self_check_list(s.self_check) WHERE s.fixmedins_code = 'H3';
RESET ROLE;
SELECT medsup.revoke_access('regress_medsup_public', 'operator');
DROP ROLE regress_medsup_public;
-- a cast that a mapping put there does not show the cell it fails on
UPDATE wh.mdtrt_d SET brdy = 'a cell' WHERE mdtrt_id = (SELECT min(mdtrt_id) FROM wh.fee_list_d WHERE fixmedins_code = 'H3');
SELECT medsup.unbind_source('encounter', 'wh.mdtrt_d');
SELECT medsup.bind_source('encounter', 'wh.mdtrt_d', '{"brdy": "brdy::timestamp"}') IS NOT NULL AS bound;
SELECT medsup.self_check('H3');
\c contrib_regression
DROP DATABASE regress_medsup_self_check;
