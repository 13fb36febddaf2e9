-- What is in a book, what changed between two, what it reaches, and publishing
-- by two pairs of eyes.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE DATABASE regress_medsup_authoring;
\c regress_medsup_authoring
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET search_path = public, medsup;
SELECT medsup.load_bundled_knowledge() > 0 AS loaded;
SELECT medsup.publish_rulebook('first');

-- the lists say what the tables say
SELECT r.rule_code, r.content FROM medsup.rulebook_rules(medsup.book_of_version(1)) r WHERE r.rule_code IN ('N25-001', 'N25-025') ORDER BY 1;
SELECT e.* FROM medsup.rulebook_entries(medsup.book_of_version(1)) e
WHERE e.entry_code IN ('KP-bd8cd916c3300ed1', 'KP-b6e217a05b896a5f', 'KP-0db951ad2405e179', 'KP-e80f5e9320746506') ORDER BY e.entry_code COLLATE "C";
SELECT count(*) = (SELECT count(*) FROM medsup.publishable_entry) AS all_entries FROM medsup.rulebook_entries(medsup.book_of_version(1));
SELECT count(*) AS codes, count(*) FILTER (WHERE p.code IS NULL OR k.code IS NULL) AS wrong
FROM medsup.publishable_code p
FULL JOIN medsup.rulebook_codes(medsup.book_of_version(1)) k ON k.entry_code = p.entry_code AND k.role = p.role AND k.code = p.code;
SELECT s.kind, count(*) FROM medsup.rulebook_settings(medsup.book_of_version(1)) s GROUP BY s.kind ORDER BY s.kind COLLATE "C";
SELECT r.* FROM medsup.rulebook_reach(medsup.book_of_version(1), '003107010220000') r ORDER BY 1, 2;
SELECT count(*) FROM medsup.rulebook_reach(medsup.book_of_version(1), '~nothing');
SELECT medsup.book_of_version(7);
SELECT * FROM medsup.rulebook_entries('\x00');

-- from one version to the next
SELECT medsup.set_parameter('child_age_below_years', '14');
SELECT medsup.add_knowledge('L-1', 'N25-067', '甲', '{ZD03AAA0043010100166}', '{"sex": "female"}');
UPDATE medsup.knowledge SET enabled = false WHERE entry_code = 'KP-75b5317de86e23de';
INSERT INTO medsup.rule_setting (rule_code, result_type, clause, basis) VALUES ('N25-025', '明确违规', '第三十八条', '某文');
INSERT INTO medsup.level_map (hosp_lv, level) VALUES ('77', 2);
SELECT medsup.publish_rulebook('second');
SELECT change, what, code, before, after FROM medsup.rulebook_diff(1, 2) WHERE what <> 'entry' OR code !~ '^KP-' OR change <> 'changed';
SELECT change, count(*), jsonb_agg(DISTINCT before) FILTER (WHERE change = 'changed') AS before, jsonb_agg(DISTINCT after) FILTER (WHERE change = 'changed') AS after
FROM medsup.rulebook_diff(1, 2) WHERE what = 'entry' GROUP BY 1 ORDER BY 1;
SELECT count(*) AS same FROM medsup.rulebook_diff(2, 2);
SELECT count(*) = (SELECT count(*) FROM medsup.rulebook_diff(1, 2)) AS back FROM medsup.rulebook_diff(NULL, 1);

-- what it reaches
SELECT * FROM medsup.coverage();
CREATE SCHEMA wh;
CREATE TABLE wh.fee_list_d (feedetl_sn text, mdtrt_id text, setl_id text, psn_no text, fixmedins_code text, fee_ocur_time timestamp,
    med_list_codg text, cnt numeric, pric numeric, det_item_fee_sumamt numeric, fulamt_ownpay_amt numeric, inscp_amt numeric);
INSERT INTO wh.fee_list_d
SELECT i::text, 'M1', 'S1', 'P1', 'H1', '2026-03-01'::timestamp + i * interval '1 day', c, 1, 10, 10 * i, 0, 10
FROM unnest(ARRAY['003107010220000', '003107010220000', '003107020020000', 'XL02BBA326A001010102180', '009999999990000', 'not a code']) WITH ORDINALITY AS u (c, i);
SELECT medsup.bind_source('fee_line', 'wh.fee_list_d') IS NOT NULL AS bound;
SELECT part, rule_code, code, entries, silent, lines, amount, share_lines, share_amount FROM medsup.coverage() WHERE part <> 'silent' AND (part <> 'rule' OR lines > 0) AND (part <> 'class' OR lines > 0);
SELECT part, lines, amount FROM medsup.coverage('[2026-03-02,2026-03-04)') WHERE part IN ('all', 'reached', 'unknown');
-- every silent point is told, and no other
SELECT count(*) = (SELECT a.silent FROM medsup.coverage() a WHERE a.part = 'all') AS all_silent,
       bool_and(NOT EXISTS (SELECT FROM medsup.rulebook_codes(medsup.book_of_version(2)) k WHERE k.entry_code = s.code AND k.code = '003107010220000')) AS truly
FROM medsup.coverage() s WHERE s.part = 'silent';
SELECT count(*) FROM medsup.coverage(unknown_codes => 0) WHERE part IN ('unknown', 'unreadable');

-- two pairs of eyes
CREATE ROLE regress_author; CREATE ROLE regress_approver;
SELECT medsup.grant_access('regress_author', 'author'), medsup.grant_access('regress_approver', 'approver');
SET SESSION AUTHORIZATION regress_author;
SELECT medsup.set_four_eyes(true);
RESET SESSION AUTHORIZATION;
SELECT medsup.set_four_eyes(true);
SET SESSION AUTHORIZATION regress_author;
SELECT medsup.set_parameter('newborn_age_below_days', '29');
SELECT medsup.publish_rulebook('alone');
INSERT INTO medsup.rulebook (version, digest, compiled, rules, entries, codes, unset) SELECT 3, digest, compiled, 1, 1, 1, 0 FROM medsup.rulebook WHERE version = 2;
SELECT medsup.propose_rulebook('newborns');
-- a name that is not one's own is not written
INSERT INTO medsup.rulebook_proposal (digest, compiled, rules, entries, codes, unset, authors, proposed_by) SELECT digest, compiled, 1, 1, 1, 0, '{somebody}', 'somebody' FROM medsup.rulebook WHERE version = 1
RETURNING proposal, proposed_by, authors;
INSERT INTO medsup.rulebook_decision (proposal, approved, version, decided_by) VALUES (1, true, 3, 'somebody');
SELECT medsup.approve_rulebook(1);
UPDATE medsup.rulebook_proposal SET authors = '{}' WHERE proposal = 1;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_approver;
SELECT medsup.set_parameter('newborn_age_below_days', '30');
SELECT medsup.propose_rulebook();
SELECT proposal, base, authors, proposed_by FROM medsup.rulebook_proposal ORDER BY 1;
SELECT medsup.reject_rulebook(2, 'not what is wanted');
SELECT medsup.approve_rulebook(2);
SELECT medsup.approve_rulebook(9);
SELECT medsup.approve_rulebook(1);
SELECT medsup.approve_rulebook(1);
RESET SESSION AUTHORIZATION;
SELECT version, published_by, note FROM medsup.rulebook ORDER BY 1;
SELECT proposal, approved, version, decided_by, reason FROM medsup.rulebook_decision ORDER BY 1;
SELECT change, what, code, before, after FROM medsup.rulebook_diff(2, 3) WHERE what = 'parameter';
-- even the owner cannot rewrite what was decided, and a proposal made before another version is out of date
UPDATE medsup.rulebook_decision SET decided_by = 'nobody';
DELETE FROM medsup.rulebook_proposal;
SET SESSION AUTHORIZATION regress_author;
SELECT medsup.set_parameter('newborn_age_below_days', '28');
SELECT medsup.propose_rulebook('a'), medsup.propose_rulebook('b');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_approver;
SELECT medsup.approve_rulebook(3);
SELECT medsup.approve_rulebook(4);
RESET SESSION AUTHORIZATION;
-- the owner publishes no more alone than others do
SELECT medsup.propose_rulebook();
SELECT medsup.set_parameter('newborn_age_below_days', '26');
SELECT medsup.publish_rulebook('the owner alone');
SELECT medsup.propose_rulebook('the owner''s');
SELECT medsup.approve_rulebook(5);
SELECT medsup.set_four_eyes(false);
SELECT medsup.set_parameter('newborn_age_below_days', '27');
SELECT medsup.publish_rulebook('alone again');

SELECT medsup.revoke_access('regress_author', 'author'), medsup.revoke_access('regress_approver', 'approver');
\c contrib_regression
DROP DATABASE regress_medsup_authoring;
DROP ROLE regress_author;
DROP ROLE regress_approver;
