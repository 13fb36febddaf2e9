-- Codes of local lists reach national points by the map that a book froze; the
-- evidence says so.  Doors: evaluate, check_claim, check_3101 share the evaluator.
\getenv srcdir PG_ABS_SRCDIR
\pset null -
SET client_min_messages = warning;
BEGIN;
INSERT INTO medsup.code_book (system, edition, valid) VALUES ('service', 'T2', '[2020-01-01,)');
INSERT INTO medsup.code_book_entry (system, edition, code, valid) VALUES ('service', 'T2', '003107010220000', '[2020-01-01,)');
INSERT INTO medsup.code_map (from_system, from_edition, from_code, to_system, to_edition, to_code) VALUES
    ('local', 'L1', '~A1', 'service', 'T2', '003107010220000'), ('local', 'L1', '~A2', 'service', 'T2', '003107010220000'),
    ('local', 'L1', '~OLD', 'service', 'T1', '003107010220000'),
    ('local', 'L1', '~TWO', 'service', 'T2', '003107010220000'), ('local', 'L1', '~TWO', 'service', 'T2', '003107010210000'),
    ('local', 'L1', '~GONE', 'service', 'T2', NULL),
    ('service', 'T1', '003107010220000', 'service', 'T2', '003107010230000'),
    ('service', 'T1', '993107010220000', 'service', 'T2', '003107010220000');
SELECT code, national_code, candidates, from_edition, to_edition FROM medsup.mapped_code ORDER BY code COLLATE "C";
SELECT medsup.add_knowledge(e, r, n, c, j)
FROM (VALUES ('T-price', 'N25-014', '动态血压监测', '{00310701022}'::text[], '{"limit_value": 12}'::jsonb),
             ('T-daily', 'N25-027', '动态血压监测', '{003107010220000}', '{"measure": "quantity", "scope": "day", "limit_value": 2}'),
             ('T-local', 'N25-086', '本地项目', '{~A2}', '{"measure": "quantity", "scope": "visit", "limit_value": 0}'),
             ('T-parts', 'N25-026', '分解', '{003107010220000,003107010240000}', '{"measure": "parts", "scope": "day", "at_least": 2}')) p (e, r, n, c, j);
SELECT medsup.publish_rulebook() > 0;
SELECT kind, name, value FROM medsup.rulebook_settings(medsup.book_of_version(NULL)) WHERE kind = 'mapped code' ORDER BY name COLLATE "C";
SELECT code, entry_code FROM unnest('{~A1,~A2,~OLD,003107010220000}'::medsup.fee_item[]) code, medsup.rulebook_reach(medsup.book_of_version(NULL), code) ORDER BY code, entry_code COLLATE "C";
\set fixture :srcdir '/data/kind_fixture.sql'
\i :fixture
CREATE TEMP TABLE tried (n int GENERATED ALWAYS AS IDENTITY, name text, claim jsonb);
INSERT INTO tried (name, claim)
SELECT name, pg_temp.claim((SELECT jsonb_agg(jsonb_build_object('med_list_codg', c.code, 'cnt', 1, 'pric', 15)) FROM unnest(codes) c (code)))
FROM (VALUES (1, 'the national code', '{003107010220000}'::text[]), (2, 'a local one', '{~A1}'), (3, 'of a map to another edition', '{~OLD}'), (4, 'of two meanings', '{~TWO}'),
             (5, 'an older code of the service', '{993107010220000}'), (6, 'three codes for one item share a counter', '{~A1,~A2,003107010220000}'),
             (7, 'two names of one part', '{~A1,003107010220000}'), (8, 'two parts', '{~A1,003107010240000}')) v (n0, name, codes)
ORDER BY n0;
SELECT t.name, v.entry_code, v.limit_value, v.actual_value, v.excess FROM tried t, medsup.check_claim(t.claim) v WHERE v.what = 'F' ORDER BY t.n, v.entry_code COLLATE "C";
SELECT t.name, v.entry_code, e ->> 'role' AS role, e ->> 'med_list_codg' AS billed, e ->> 'mapped_to' AS mapped_to, e ->> 'mapped_by' AS mapped_by
FROM tried t, medsup.check_claim(t.claim) v, jsonb_array_elements(v.evidence) e WHERE v.what = 'F' AND t.n IN (2, 5, 6) ORDER BY t.n, v.entry_code COLLATE "C", e ->> 'feedetl_sn';
-- what it was taken for is part of what a finding says: proved with it, another one with another map
CREATE TEMP TABLE said AS SELECT v.* FROM tried t, medsup.check_claim(t.claim) v WHERE v.what = 'F' AND t.n = 2;
SELECT r.opened, r.changed FROM medsup.current_rulebook() b, medsup.record_findings(1, b.version, b.digest, 'said', NULL, NULL, NULL) r;
SELECT f.entry_code, v.ok, v.why FROM medsup.finding f, medsup.verify_finding(f.finding_id) v ORDER BY f.entry_code COLLATE "C";
UPDATE medsup.finding SET evidence = jsonb_set(evidence, '{0,mapped_by}', '"another map"') WHERE entry_code = 'T-price';
SELECT f.entry_code, v.ok, v.why FROM medsup.finding f, medsup.verify_finding(f.finding_id) v ORDER BY f.entry_code COLLATE "C";
UPDATE medsup.code_map SET retracted_at = now(), retracted_by = CURRENT_USER WHERE from_code = '~A1';
INSERT INTO medsup.code_map (from_system, from_edition, from_code, to_system, to_edition, to_code) VALUES ('local', 'L9', '~A1', 'service', 'T2', '003107010220000');
SELECT medsup.publish_rulebook() > 0;
SELECT s.entry_code, v.content_digest = s.content_digest AS same, v.evidence #>> '{0,mapped_by}' AS mapped_by
FROM tried t, medsup.check_claim(t.claim) v JOIN said s USING (finding_id) WHERE t.n = 2 ORDER BY s.entry_code COLLATE "C";
-- a published version judges the same when the map has gone
UPDATE medsup.code_map SET retracted_at = now(), retracted_by = CURRENT_USER WHERE retracted_at IS NULL;
SELECT count(*) FROM tried t, medsup.check_claim(t.claim) v WHERE v.what = 'F' AND t.n = 2;
SELECT medsup.publish_rulebook() > 0;
SELECT count(*) FROM tried t, medsup.check_claim(t.claim) v WHERE v.what = 'F' AND t.n = 2;
ROLLBACK;
