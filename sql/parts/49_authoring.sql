-- Authoring: what is in a book, what changed between two, what a book reaches
-- of the claims, and publishing by two pairs of eyes.

-- ---- what is in a book ----

CREATE FUNCTION medsup.rulebook_rules(book bytea, OUT rule_code text, OUT content jsonb) RETURNS SETOF record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 60
AS 'MODULE_PATHNAME', 'medsup_rulebook_rules';
COMMENT ON FUNCTION medsup.rulebook_rules(bytea) IS 'the rules of a compiled book; fields that say nothing are left out';

CREATE FUNCTION medsup.rulebook_entries(book bytea, OUT rule_code text, OUT entry_code text, OUT content jsonb) RETURNS SETOF record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 10000
AS 'MODULE_PATHNAME', 'medsup_rulebook_entries';
COMMENT ON FUNCTION medsup.rulebook_entries(bytea) IS 'the knowledge points of a compiled book, fields named as in medsup.knowledge';

CREATE FUNCTION medsup.rulebook_codes(book bytea, OUT entry_code text, OUT role text, OUT code medsup.fee_item) RETURNS SETOF record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 50000
AS 'MODULE_PATHNAME', 'medsup_rulebook_codes';
COMMENT ON FUNCTION medsup.rulebook_codes(bytea) IS 'codes and nodes of a compiled book by point and role';

CREATE FUNCTION medsup.rulebook_settings(book bytea, OUT kind text, OUT name text, OUT value text) RETURNS SETOF record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 100
AS 'MODULE_PATHNAME', 'medsup_rulebook_settings';
COMMENT ON FUNCTION medsup.rulebook_settings(bytea) IS 'dictionaries (map ...), parameters and exceptions of a compiled book';

CREATE FUNCTION medsup.rulebook_exceptions(book bytea, OUT rule_code text, OUT exception_code text) RETURNS SETOF record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 100
AS 'MODULE_PATHNAME', 'medsup_rulebook_exceptions';
COMMENT ON FUNCTION medsup.rulebook_exceptions(bytea) IS 'which exceptions of a compiled book are tested for which rule';

CREATE FUNCTION medsup.rulebook_reach(book bytea, code medsup.fee_item, OUT rule_code text, OUT entry_code text, OUT role text) RETURNS SETOF record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 3
AS 'MODULE_PATHNAME', 'medsup_rulebook_reach';
COMMENT ON FUNCTION medsup.rulebook_reach(bytea, medsup.fee_item) IS 'the points of a compiled book that speak about a code, by the code itself or a node above it';

-- ---- two books ----

CREATE FUNCTION medsup.book_of_version(version int) RETURNS bytea
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    book bytea;
BEGIN
    SELECT b.compiled INTO book FROM medsup.rulebook b
    WHERE b.version = coalesce(book_of_version.version, (SELECT c.version FROM medsup.current_rulebook() c));
    IF book IS NULL THEN
        RAISE EXCEPTION 'there is no rulebook %', coalesce('version ' || book_of_version.version, 'in force')
        USING ERRCODE = 'MS104',
              HINT = coalesce('Published are versions ' || (SELECT min(b.version) || ' to ' || max(b.version) FROM medsup.rulebook b) || '.',
                              'SELECT medsup.publish_rulebook();');
    END IF;
    RETURN book;
END
$$;
COMMENT ON FUNCTION medsup.book_of_version(int) IS 'bytes of a published rulebook, NULL: of the one in force; an error when there is none';

CREATE FUNCTION medsup.rulebook_lines(book bytea, OUT what text, OUT code text, OUT content jsonb) RETURNS SETOF record
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 10000
SET search_path = pg_catalog, pg_temp SET enable_nestloop = off SET jit = off AS $$
    SELECT 'rule', r.rule_code, r.content FROM medsup.rulebook_rules(book) r
    UNION ALL
    SELECT 'entry', e.entry_code, jsonb_build_object('rule_code', e.rule_code) || e.content || coalesce(c.codes, '{}')
    FROM medsup.rulebook_entries(book) e
    LEFT JOIN (
        SELECT s.entry_code, jsonb_object_agg(s.role || '_codes', s.codes) AS codes
        FROM (SELECT k.entry_code, k.role, jsonb_agg(k.code::text ORDER BY k.code::text COLLATE "C") AS codes
              FROM medsup.rulebook_codes(book) k GROUP BY k.entry_code, k.role) AS s
        GROUP BY s.entry_code
    ) AS c ON c.entry_code = e.entry_code
    UNION ALL
    SELECT s.kind, s.name, to_jsonb(s.value) FROM medsup.rulebook_settings(book) s
$$;
COMMENT ON FUNCTION medsup.rulebook_lines(bytea) IS 'everything a compiled book says, one row a rule, point or setting';

CREATE FUNCTION medsup.changed_fields(content jsonb, other jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN pg_catalog.jsonb_typeof(content) OPERATOR(pg_catalog.<>) 'object' THEN content
                ELSE COALESCE((SELECT pg_catalog.jsonb_object_agg(f.key, f.value) FROM pg_catalog.jsonb_each(content) f
                               WHERE f.value IS DISTINCT FROM (other OPERATOR(pg_catalog.->) f.key)), '{}') END;
END;
COMMENT ON FUNCTION medsup.changed_fields(jsonb, jsonb) IS 'fields of the first object that the second has not, or has otherwise';

CREATE FUNCTION medsup.rulebook_diff(a int, b int,
    OUT change text, OUT what text, OUT code text, OUT before jsonb, OUT after jsonb) RETURNS SETOF record
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 500
SET search_path = pg_catalog, pg_temp SET enable_nestloop = off SET jit = off AS $$
    SELECT CASE WHEN x.content IS NULL THEN 'added' WHEN y.content IS NULL THEN 'removed' ELSE 'changed' END,
           coalesce(x.what, y.what), coalesce(x.code, y.code),
           CASE WHEN y.content IS NULL THEN x.content ELSE medsup.changed_fields(x.content, y.content) END,
           CASE WHEN x.content IS NULL THEN y.content ELSE medsup.changed_fields(y.content, x.content) END
    FROM medsup.rulebook_lines(medsup.book_of_version(a)) x
    FULL JOIN medsup.rulebook_lines(medsup.book_of_version(b)) y ON y.what = x.what AND y.code = x.code
    WHERE x.content IS DISTINCT FROM y.content
    ORDER BY CASE coalesce(x.what, y.what) WHEN 'rule' THEN 1 WHEN 'entry' THEN 2 ELSE 3 END,
             coalesce(x.what, y.what) COLLATE "C", coalesce(x.code, y.code) COLLATE "C"
$$;
COMMENT ON FUNCTION medsup.rulebook_diff(int, int) IS 'what changed from rulebook a to b (NULL: the one in force): added, removed or changed rules, points and settings, of a change only the fields that differ';

-- ---- what a book reaches of the claims ----

CREATE FUNCTION medsup.coverage(period tsrange DEFAULT NULL, rulebook int DEFAULT NULL, unknown_codes int DEFAULT 100,
    OUT part text, OUT rule_code text, OUT code text, OUT name text, OUT entries bigint, OUT silent bigint,
    OUT lines bigint, OUT amount numeric, OUT share_lines numeric, OUT share_amount numeric)
RETURNS SETOF record
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED ROWS 500
SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
    book bytea := medsup.book_of_version(rulebook);
BEGIN
    IF to_regclass('medsup.src_fee_line') IS NULL THEN
        RAISE EXCEPTION 'no source is bound for fee_line'
        USING ERRCODE = 'MS901', HINT = 'Bind the warehouse''s tables first, such as SELECT medsup.bind_source(''fee_line'', ''wh.fee_list_d'').';
    END IF;
    RETURN QUERY
    WITH written AS MATERIALIZED (
        SELECT l.med_list_codg, count(*) AS n, coalesce(sum(nullif(l.det_item_fee_sumamt, 'NaN')), 0) AS amt
        FROM medsup.src_fee_line l
        WHERE period IS NULL OR l.fee_ocur_time <@ period
        GROUP BY l.med_list_codg
    ), billed AS MATERIALIZED (
        SELECT medsup.try_fee_item(w.med_list_codg) AS item, min(w.med_list_codg) AS spelt, sum(w.n) AS n, sum(w.amt) AS amt
        FROM written w
        GROUP BY 1, CASE WHEN medsup.try_fee_item(w.med_list_codg) IS NULL THEN w.med_list_codg END
    ), reach AS MATERIALIZED (
        SELECT b.item, r.rule_code, r.entry_code, b.n, b.amt
        FROM billed b CROSS JOIN LATERAL medsup.rulebook_reach(book, b.item) r
        WHERE b.item IS NOT NULL
    ), entry AS MATERIALIZED (
        -- points without codes speak about visits; no code tells whether they ever do
        SELECT e.rule_code, e.entry_code, e.content ->> 'item_name' AS item_name,
               h.entry_code IS NOT NULL AS heard, k.entry_code IS NOT NULL AS has_codes
        FROM medsup.rulebook_entries(book) e
        LEFT JOIN (SELECT DISTINCT r.entry_code FROM reach r) h ON h.entry_code = e.entry_code
        LEFT JOIN (SELECT DISTINCT c.entry_code FROM medsup.rulebook_codes(book) c) k ON k.entry_code = e.entry_code
    ), rule AS MATERIALIZED (
        SELECT b.rule_code, coalesce(c.tier2_zh, '地方规则') AS class, b.content ->> 'name_zh' AS name_zh
        FROM medsup.rulebook_rules(book) b LEFT JOIN medsup.rule c ON c.rule_code = b.rule_code
    ), total AS (
        SELECT sum(b.n) AS n, nullif(sum(b.amt), 0) AS amt FROM billed b
    ), found (seq, part, rule_code, code, name, entries, silent, n, amt) AS (
        SELECT 1, 'all', NULL::text, NULL::text, NULL::text, (SELECT count(*) FROM entry), (SELECT count(*) FROM entry e WHERE e.has_codes AND NOT e.heard), t.n, t.amt FROM total t
        UNION ALL
        SELECT 2, 'reached', NULL, NULL, NULL, NULL, NULL, coalesce(sum(d.n), 0), coalesce(sum(d.amt), 0)
        FROM (SELECT DISTINCT r.item, r.n, r.amt FROM reach r) d
        UNION ALL
        SELECT 3, 'class', NULL, NULL, d.class, count(*) FILTER (WHERE d.what = 'e'), count(*) FILTER (WHERE d.what = 'e' AND d.silent),
               coalesce(sum(d.n), 0), coalesce(sum(d.amt), 0)
        FROM (SELECT u.class, 'e' AS what, e.has_codes AND NOT e.heard AS silent, NULL::numeric AS n, NULL::numeric AS amt
              FROM entry e JOIN rule u ON u.rule_code = e.rule_code
              UNION ALL
              SELECT x.class, 'l', NULL, x.n, x.amt
              FROM (SELECT DISTINCT u.class, r.item, r.n, r.amt FROM reach r JOIN rule u ON u.rule_code = r.rule_code) x) d
        GROUP BY d.class
        UNION ALL
        SELECT 4, 'rule', u.rule_code, NULL, u.name_zh, coalesce(e.n, 0), coalesce(e.silent, 0), coalesce(l.n, 0), coalesce(l.amt, 0)
        FROM rule u
        LEFT JOIN (SELECT x.rule_code, count(*) AS n, count(*) FILTER (WHERE x.has_codes AND NOT x.heard) AS silent
                   FROM entry x GROUP BY x.rule_code) e ON e.rule_code = u.rule_code
        LEFT JOIN (SELECT d.rule_code, sum(d.n) AS n, sum(d.amt) AS amt
                   FROM (SELECT DISTINCT r.rule_code, r.item, r.n, r.amt FROM reach r) d GROUP BY d.rule_code) l ON l.rule_code = u.rule_code
        UNION ALL
        SELECT 5, 'silent', e.rule_code, e.entry_code, e.item_name, NULL, NULL, 0, 0
        FROM entry e WHERE e.has_codes AND NOT e.heard
        UNION ALL
        (SELECT CASE WHEN b.item IS NULL THEN 7 ELSE 6 END, CASE WHEN b.item IS NULL THEN 'unreadable' ELSE 'unknown' END,
                NULL, coalesce(b.item::text, b.spelt), NULL, NULL, NULL, b.n, b.amt
         FROM billed b
         WHERE b.item IS NULL
            OR NOT EXISTS (SELECT FROM reach r WHERE r.item OPERATOR(medsup.=) b.item) AND medsup.is_known(b.item) IS NOT TRUE
         ORDER BY b.amt DESC, b.n DESC, 4
         LIMIT unknown_codes)
    )
    SELECT f.part, f.rule_code, f.code, f.name, f.entries, f.silent, f.n::bigint, f.amt,
           CASE WHEN f.seq <> 5 THEN round(f.n / nullif(t.n, 0), 4) END, CASE WHEN f.seq <> 5 THEN round(f.amt / t.amt, 4) END
    FROM found f CROSS JOIN total t
    ORDER BY f.seq, f.rule_code COLLATE "C", f.amt DESC, f.name COLLATE "C", f.code COLLATE "C";
END
$$;
COMMENT ON FUNCTION medsup.coverage(tsrange, int, int) IS
    'what a rulebook reaches of the lines of a period, by all, class and rule; points whose codes never occur (silent); the dearest billed codes that no point and no code book knows (unknown) or that are no codes (unreadable)';

-- ---- two pairs of eyes ----

CREATE TABLE medsup.publish_policy (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    four_eyes   boolean NOT NULL DEFAULT false,
    changed_by  text NOT NULL DEFAULT SESSION_USER,
    changed_at  timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE medsup.publish_policy IS 'whether a rulebook needs a second person; set by the owner of the extension, with set_four_eyes';
COMMENT ON COLUMN medsup.publish_policy.only_row IS 'there is one row';
COMMENT ON COLUMN medsup.publish_policy.four_eyes IS 'true: authors propose, somebody who wrote nothing of it approves';
COMMENT ON COLUMN medsup.publish_policy.changed_by IS 'who set it';
COMMENT ON COLUMN medsup.publish_policy.changed_at IS 'when';

CREATE TABLE medsup.rulebook_proposal (
    proposal    int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    base        int,
    digest      bytea NOT NULL,
    compiled    bytea NOT NULL,
    rules       int NOT NULL,
    entries     int NOT NULL,
    codes       int NOT NULL,
    unset       int NOT NULL,
    authors     text[] NOT NULL,
    note        text,
    proposed_by text NOT NULL DEFAULT SESSION_USER,
    proposed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT rulebook_proposal_digest CHECK (digest OPERATOR(pg_catalog.=) pg_catalog.sha256(compiled))
);
ALTER TABLE medsup.rulebook_proposal ALTER COLUMN compiled SET STORAGE EXTERNAL;
COMMENT ON TABLE medsup.rulebook_proposal IS 'compiled rulebooks that wait for, or have had, a second person''s decision; never changed';
COMMENT ON SEQUENCE medsup.rulebook_proposal_proposal_seq IS 'numbers proposals';
COMMENT ON COLUMN medsup.rulebook_proposal.proposal IS 'its number';
COMMENT ON COLUMN medsup.rulebook_proposal.base IS 'version in force when it was proposed; NULL: none';
COMMENT ON COLUMN medsup.rulebook_proposal.digest IS 'SHA-256 of compiled';
COMMENT ON COLUMN medsup.rulebook_proposal.compiled IS 'the book';
COMMENT ON COLUMN medsup.rulebook_proposal.rules IS 'rules in it';
COMMENT ON COLUMN medsup.rulebook_proposal.entries IS 'points in it';
COMMENT ON COLUMN medsup.rulebook_proposal.codes IS 'distinct codes in it';
COMMENT ON COLUMN medsup.rulebook_proposal.unset IS 'points in force left out because something was missing';
COMMENT ON COLUMN medsup.rulebook_proposal.authors IS 'the proposer and everybody who changed a point, setting or parameter since the version in force';
COMMENT ON COLUMN medsup.rulebook_proposal.note IS 'why it is proposed';
COMMENT ON COLUMN medsup.rulebook_proposal.proposed_by IS 'who proposed it: the role of the login';
COMMENT ON COLUMN medsup.rulebook_proposal.proposed_at IS 'when';

CREATE TABLE medsup.rulebook_decision (
    proposal    int PRIMARY KEY REFERENCES medsup.rulebook_proposal (proposal),
    approved    boolean NOT NULL,
    version     int,
    reason      text,
    decided_by  text NOT NULL DEFAULT SESSION_USER,
    decided_at  timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT rulebook_decision_reason CHECK (approved OR reason IS NOT NULL)
);
COMMENT ON TABLE medsup.rulebook_decision IS 'what became of a proposal; never changed';
COMMENT ON COLUMN medsup.rulebook_decision.proposal IS 'the proposal';
COMMENT ON COLUMN medsup.rulebook_decision.approved IS 'true: published; false: rejected';
COMMENT ON COLUMN medsup.rulebook_decision.version IS 'version it became';
COMMENT ON COLUMN medsup.rulebook_decision.reason IS 'why it was rejected';
COMMENT ON COLUMN medsup.rulebook_decision.decided_by IS 'who decided: the role of the login';
COMMENT ON COLUMN medsup.rulebook_decision.decided_at IS 'when';

-- Roles may be given INSERT upon these tables; what they cannot do is to write
-- as somebody else, to change what is written, or to pass the second person by.
-- The owner, who restores dumps, writes rows as they are; the functions check
-- him as everybody else.
CREATE FUNCTION medsup.owns_rulebooks() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT
BEGIN ATOMIC
    SELECT pg_catalog.pg_has_role(c.relowner, 'MEMBER') FROM pg_catalog.pg_class c
    WHERE c.oid OPERATOR(pg_catalog.=) 'medsup.rulebook'::pg_catalog.regclass;
END;
COMMENT ON FUNCTION medsup.owns_rulebooks() IS 'whether this role owns the published rulebooks, as the one who restores a dump';

CREATE FUNCTION medsup.guard_proposal() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT medsup.owns_rulebooks() THEN
            NEW.proposed_by := SESSION_USER;
            NEW.proposed_at := now();
            NEW.base := (SELECT c.version FROM medsup.current_rulebook() c);
            NEW.authors := medsup.rulebook_authors(NEW.base);
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a proposal never changes'
    USING ERRCODE = '55000', HINT = 'Reject it with medsup.reject_rulebook and propose another one.';
END
$$;
COMMENT ON FUNCTION medsup.guard_proposal() IS 'trigger: names the true proposer and authors, refuses changes';

CREATE FUNCTION medsup.guard_decision() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a decision never changes'
        USING ERRCODE = '55000', HINT = 'Propose again with medsup.propose_rulebook.';
    END IF;
    IF NOT medsup.owns_rulebooks() THEN
        NEW.decided_by := SESSION_USER;
        NEW.decided_at := now();
        IF NEW.approved THEN
            PERFORM medsup.check_approver(NEW.proposal);
        END IF;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION medsup.guard_decision() IS 'trigger: names who really decided, refuses an author''s approval and any change';

-- Whose hand is in the next rulebook: everybody who wrote since the last one.
CREATE FUNCTION medsup.rulebook_authors(base int) RETURNS text[]
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_agg(DISTINCT a.role_name ORDER BY a.role_name)
    FROM (SELECT SESSION_USER::text AS role_name, NULL::timestamptz AS at
          UNION ALL SELECT k.loaded_by, k.loaded_at FROM medsup.knowledge k
          UNION ALL SELECT s.changed_by, s.changed_at FROM medsup.rule_setting s
          UNION ALL SELECT p.changed_by, p.changed_at FROM medsup.parameter_setting p) AS a
    WHERE a.at IS NULL
       OR a.at > coalesce((SELECT b.published_at FROM medsup.rulebook b WHERE b.version = base), '-infinity')
$$;
COMMENT ON FUNCTION medsup.rulebook_authors(int) IS 'this role and everybody who changed a point, a setting or a parameter since a version was published';

CREATE FUNCTION medsup.check_approver(proposal int) RETURNS void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    wrote text[];
BEGIN
    SELECT x.authors INTO wrote FROM medsup.rulebook_proposal x WHERE x.proposal = check_approver.proposal;
    IF SESSION_USER = ANY (wrote) THEN
        RAISE EXCEPTION 'role "%" may not approve proposal %: it wrote part of it', SESSION_USER, check_approver.proposal
        USING ERRCODE = 'MS103',
              DETAIL = format('Its authors are %s.', array_to_string(wrote, ', ')),
              HINT = 'Somebody who changed nothing since the version in force has to approve.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.check_approver(int) IS 'refuses that an author of a proposal approves it';

CREATE TRIGGER rulebook_proposal_guard BEFORE INSERT OR UPDATE OR DELETE ON medsup.rulebook_proposal
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_proposal();
COMMENT ON TRIGGER rulebook_proposal_guard ON medsup.rulebook_proposal IS 'true names, no changes';
CREATE TRIGGER rulebook_decision_guard BEFORE INSERT OR UPDATE OR DELETE ON medsup.rulebook_decision
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_decision();
COMMENT ON TRIGGER rulebook_decision_guard ON medsup.rulebook_decision IS 'true names, no author approves, no changes';

CREATE FUNCTION medsup.four_eyes() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT
BEGIN ATOMIC
    SELECT COALESCE((SELECT p.four_eyes FROM medsup.publish_policy p), false);
END;
COMMENT ON FUNCTION medsup.four_eyes() IS 'whether a rulebook needs a second person';

CREATE FUNCTION medsup.set_four_eyes(on_or_off boolean) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO medsup.publish_policy AS p (four_eyes) VALUES (on_or_off)
    ON CONFLICT (only_row) DO UPDATE SET four_eyes = excluded.four_eyes, changed_by = SESSION_USER, changed_at = now();
END
$$;
COMMENT ON FUNCTION medsup.set_four_eyes(boolean) IS 'demand, or no longer demand, that another person than the authors approves a rulebook; the extension''s owner alone may';

CREATE FUNCTION medsup.check_two_eyes() RETURNS void
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF medsup.four_eyes() THEN
        RAISE EXCEPTION 'a rulebook needs a second person''s approval'
        USING ERRCODE = 'MS103',
              HINT = 'SELECT medsup.propose_rulebook(''why''); then somebody else: SELECT medsup.approve_rulebook(number);';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.check_two_eyes() IS 'refuses that one person publishes where two are demanded';

-- Whatever way a book comes in: when two are demanded, two there are.
CREATE FUNCTION medsup.guard_new_rulebook() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT medsup.owns_rulebooks() AND NOT EXISTS (
        SELECT FROM medsup.rulebook_proposal p JOIN medsup.rulebook_decision d ON d.proposal = p.proposal
        WHERE d.approved AND d.version = NEW.version AND p.digest = NEW.digest)
    THEN
        PERFORM medsup.check_two_eyes();
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION medsup.guard_new_rulebook() IS 'trigger: under four eyes only what another person approved is published';
CREATE TRIGGER rulebook_guard_new BEFORE INSERT ON medsup.rulebook
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_new_rulebook();
COMMENT ON TRIGGER rulebook_guard_new ON medsup.rulebook IS 'four eyes, where they are demanded';

CREATE FUNCTION medsup.propose_rulebook(note text DEFAULT NULL) RETURNS int
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    book record;
    cur  int;
    n    int;
BEGIN
    SELECT b.* INTO book FROM medsup.build_rulebook() b;
    IF book.digest = (SELECT c.digest FROM medsup.current_rulebook() c) THEN
        RAISE NOTICE 'nothing changed since version %, which stays in force', (SELECT c.version FROM medsup.current_rulebook() c);
        RETURN NULL;
    END IF;
    cur := (SELECT c.version FROM medsup.current_rulebook() c);
    INSERT INTO medsup.rulebook_proposal (base, digest, compiled, rules, entries, codes, unset, authors, note)
    VALUES (cur, book.digest, book.compiled, book.rules, book.entries, book.codes, book.unset,
            medsup.rulebook_authors(cur), propose_rulebook.note)
    RETURNING proposal INTO n;
    RETURN n;
END
$$;
COMMENT ON FUNCTION medsup.propose_rulebook(text) IS 'checks and compiles the next rulebook and lays it before a second person; returns the number of the proposal, NULL when nothing changed';

CREATE FUNCTION medsup.open_proposal(proposal int) RETURNS medsup.rulebook_proposal
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    p medsup.rulebook_proposal;
    d medsup.rulebook_decision;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('medsup.publish_rulebook', 0));
    SELECT x.* INTO p FROM medsup.rulebook_proposal x WHERE x.proposal = open_proposal.proposal;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no proposal %', coalesce(open_proposal.proposal::text, 'NULL')
        USING ERRCODE = 'MS103', HINT = 'SELECT proposal, proposed_by, note FROM medsup.rulebook_proposal;';
    END IF;
    SELECT x.* INTO d FROM medsup.rulebook_decision x WHERE x.proposal = open_proposal.proposal;
    IF FOUND THEN
        RAISE EXCEPTION 'proposal % was decided before', open_proposal.proposal
        USING ERRCODE = 'MS103',
              DETAIL = CASE WHEN d.approved THEN format('It was approved by %s and became version %s.', d.decided_by, d.version)
                            ELSE format('It was rejected by %s: %s', d.decided_by, d.reason) END,
              HINT = 'Propose again with medsup.propose_rulebook.';
    END IF;
    RETURN p;
END
$$;
COMMENT ON FUNCTION medsup.open_proposal(int) IS 'a proposal that waits for a decision, under the lock of publishing; an error when there is none';

CREATE FUNCTION medsup.approve_rulebook(proposal int) RETURNS int
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    p   medsup.rulebook_proposal := medsup.open_proposal(approve_rulebook.proposal);
    now_in_force int := (SELECT c.version FROM medsup.current_rulebook() c);
    v   int := coalesce(now_in_force, 0) + 1;
BEGIN
    IF p.base IS DISTINCT FROM now_in_force THEN
        RAISE EXCEPTION 'proposal % is out of date', p.proposal
        USING ERRCODE = 'MS103',
              DETAIL = format('It was made after version %s; version %s is in force.', coalesce(p.base::text, 'none'), now_in_force),
              HINT = 'Propose again, so that nothing published since is lost.';
    END IF;
    PERFORM medsup.check_approver(p.proposal);
    INSERT INTO medsup.rulebook_decision (proposal, approved, version) VALUES (p.proposal, true, v);
    INSERT INTO medsup.rulebook (version, digest, compiled, rules, entries, codes, unset, note, published_by)
    VALUES (v, p.digest, p.compiled, p.rules, p.entries, p.codes, p.unset, p.note, SESSION_USER);
    RETURN v;
END
$$;
COMMENT ON FUNCTION medsup.approve_rulebook(int) IS 'publishes a proposal that somebody else wrote; returns the version';

CREATE FUNCTION medsup.reject_rulebook(proposal int, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    PERFORM medsup.open_proposal(proposal);
    INSERT INTO medsup.rulebook_decision (proposal, approved, reason) VALUES (reject_rulebook.proposal, false, reject_rulebook.reason);
END
$$;
COMMENT ON FUNCTION medsup.reject_rulebook(int, text) IS 'turns a proposal down, with the reason; its author may do so, too';
