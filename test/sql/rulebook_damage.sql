-- Books that were damaged where they are stored, or are of another format: no
-- backend that reads one judges by it.
\set SHOW_CONTEXT never
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT coalesce(max(version), 0) + 1 AS v FROM medsup.rulebook \gset
BEGIN;
DELETE FROM medsup.knowledge;
DELETE FROM medsup.rule_setting;
SELECT medsup.load_bundled_knowledge() > 0 AS loaded;
SELECT medsup.publish_rulebook() = :v AS published;
SELECT count(*) > 0 AS some, count(problem) AS damaged FROM medsup.verify_rulebook();
-- only the owner can get there, by taking the guards away
UPDATE medsup.rulebook SET compiled = set_byte(compiled, 100, 0) WHERE version = :v;
ROLLBACK;

BEGIN;
DELETE FROM medsup.knowledge;
DELETE FROM medsup.rule_setting;
SELECT medsup.load_bundled_knowledge() > 0 AS loaded;
-- a book that no backend has read: who publishes one has, to look for contradictions
SELECT medsup.set_parameter('course_gap_days', '199', 'test');
INSERT INTO medsup.rulebook (version, digest, compiled, rules, entries, codes, unset)
SELECT :v, i.digest, b.book, i.rules, i.entries, i.codes, 0 FROM (SELECT medsup.compile_rulebook() AS book OFFSET 0) b, medsup.rulebook_info(b.book) i;
ALTER TABLE medsup.rulebook DISABLE TRIGGER rulebook_guard;
ALTER TABLE medsup.rulebook DROP CONSTRAINT rulebook_digest;
CREATE TEMP TABLE good AS SELECT compiled, length(compiled) AS bytes FROM medsup.rulebook WHERE version = :v;
CREATE TEMP TABLE spot (nr int, at int, mask int);
-- every byte of header and descriptors, and 400 drawn ones behind them
INSERT INTO spot SELECT i, i, 1 << i % 8 FROM generate_series(0, 463) i;
DO $$ BEGIN PERFORM setseed(0.25); END $$;
INSERT INTO spot SELECT 464 + i, 464 + floor(random() * (bytes - 464))::int, 1 << i % 8 FROM good, generate_series(0, 399) i;
CREATE FUNCTION pg_temp.answer(v int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM medsup.evaluate((SELECT compiled FROM medsup.rulebook WHERE version = v), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    RETURN 'judged';
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate;
END
$$;
CREATE FUNCTION pg_temp.flip_all(v int, OUT part text, OUT judged text, OUT verified bool, OUT spots bigint) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
    f record;
BEGIN
    CREATE TEMP TABLE answer (part text, judged text, verified bool);
    FOR f IN SELECT s.*, g.compiled FROM spot s, good g LOOP
        UPDATE medsup.rulebook b SET compiled = set_byte(f.compiled, f.at, get_byte(f.compiled, f.at) # f.mask) WHERE b.version = v;
        INSERT INTO answer SELECT CASE WHEN f.at < 24 THEN 'head' WHEN f.at < 56 THEN 'checksum' ELSE 'content' END, pg_temp.answer(v), (SELECT w.problem IS NULL FROM medsup.verify_rulebook() w WHERE w.version = v);
    END LOOP;
    UPDATE medsup.rulebook b SET compiled = g.compiled FROM good g WHERE b.version = v;
    RETURN QUERY SELECT a.part, a.judged, a.verified, count(*) FROM answer a GROUP BY 1, 2, 3 ORDER BY a.part COLLATE "C", a.judged COLLATE "C";
    DROP TABLE answer;
END
$$;
-- a backend that has not read the book refuses every one
SELECT * FROM pg_temp.flip_all(:v);
-- one that has, judges by the copy that it verified while the checksum is the
-- same; verify_rulebook reads what is stored
SELECT pg_temp.answer(:v);
SELECT * FROM pg_temp.flip_all(:v) WHERE part <> 'head';
-- cut off, or emptied
UPDATE medsup.rulebook b SET compiled = substr(g.compiled, 1, g.bytes - 8) FROM good g WHERE b.version = :v;
SELECT pg_temp.answer(:v), problem FROM medsup.verify_rulebook() WHERE version = :v;
UPDATE medsup.rulebook SET compiled = '' WHERE version = :v;
SELECT pg_temp.answer(:v), problem FROM medsup.verify_rulebook() WHERE version = :v;
-- whole again, but not what its digest says
UPDATE medsup.rulebook b SET compiled = g.compiled, digest = sha256('other') FROM good g WHERE b.version = :v;
SELECT problem FROM medsup.verify_rulebook() WHERE version = :v;

-- a book of another format: said by its number, and publishing compiles anew
UPDATE medsup.rulebook b SET compiled = set_byte(g.compiled, 8, 1), digest = sha256(set_byte(g.compiled, 8, 1)) FROM good g WHERE b.version = :v;
SELECT pg_temp.answer(:v), problem FROM medsup.verify_rulebook() WHERE version = :v;
SAVEPOINT claim;
SELECT * FROM medsup.check_claim('{"person": {"psn_no": "1"}, "encounters": [{"mdtrt_id": "1"}], "lines": []}');
ROLLBACK TO claim;
SELECT item, state, detail ~ 'format 1' AS says_format FROM medsup.health() WHERE item = 'rulebook';
SELECT medsup.publish_rulebook('anew') = :v + 1 AS published;
SELECT b.compiled = g.compiled AS same_book FROM medsup.rulebook b, good g WHERE b.version = :v + 1;
SELECT pg_temp.answer(:v + 1);
ROLLBACK;
