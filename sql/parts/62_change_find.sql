-- Finding what changed since a night last looked: rows of the sources, the
-- rulebook, exemptions; and what takes a look at everybody.

CREATE FUNCTION medsup.sweep_queries() RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    key bigint := (SELECT c.sweep_key FROM medsup.change_state c);
    swept text[];
    k text;
    cols text;
    queries text[] := '{}';
    ahead text;
BEGIN
    SELECT coalesce(array_agg(b.kind), '{}') INTO swept
    FROM (SELECT DISTINCT s.kind FROM medsup.source_binding s) b
    WHERE b.kind IN ('encounter', 'settlement', 'fee_line', 'diagnosis', 'operation', 'chronic_reg')
      AND NOT EXISTS (SELECT FROM medsup.source_watch w WHERE w.kind = b.kind);
    -- What completes the rows of a kind is in its view; it is looked at by itself
    -- where that view is not.
    FOR k IN
        SELECT b.kind FROM (SELECT DISTINCT s.kind FROM medsup.source_binding s) b
        WHERE b.kind = ANY (swept)
           OR EXISTS (SELECT FROM medsup.source_upon(b.kind) u (kind) WHERE u.kind <> ALL (swept))
        ORDER BY b.kind COLLATE "C"
    LOOP
        SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum) INTO cols
        FROM pg_attribute a
        WHERE a.attrelid = format('medsup.%I', 'src_' || k)::regclass AND a.attnum > 0 AND NOT a.attisdropped
          -- sums are by person
          AND a.attname <> 'psn_no';
        ahead := format('medsup.row_digest(%s, %L::text, %s)', key, k, cols);
        queries := queries || CASE k
            WHEN 'settlement_list' THEN format('SELECT e.psn_no, %s FROM medsup.src_settlement_list t JOIN medsup.src_encounter e ON e.mdtrt_id = t.mdtrt_id', ahead)
            -- one of these is about everybody: the person of the empty number
            WHEN 'provider' THEN format('SELECT ''''::text, %s FROM medsup.src_provider t', ahead)
            WHEN 'staff' THEN format('SELECT ''''::text, %s FROM medsup.src_staff t', ahead)
            ELSE format('SELECT t.psn_no, %s FROM medsup.%I t', ahead, 'src_' || k) END;
    END LOOP;
    RETURN queries;
END
$$;
COMMENT ON FUNCTION medsup.sweep_queries() IS 'what a sweep reads: persons and digests of rows of each kind that is not watched otherwise';

CREATE FUNCTION medsup.sources_fingerprint() RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT md5(string_agg(x.said, E'\n' ORDER BY x.said COLLATE "C"))
            FROM (SELECT concat_ws(' ', 'bound', b.kind, b.relation_name, b.mapping, b.columns, b.zone, extract(epoch FROM b.bound_at)) AS said
                  FROM medsup.source_binding b
                  UNION ALL
                  SELECT concat_ws(' ', 'watched', w.kind, w.method, w.changed_at, extract(epoch FROM w.overlap), extract(epoch FROM w.set_at)) FROM medsup.source_watch w
                  UNION ALL
                  -- a partition that was detached took its rows along without a trigger
                  SELECT format('part %s %s', w.kind, p.relation::oid)
                  FROM medsup.source_watch w JOIN medsup.source_binding b ON b.kind = w.kind
                  CROSS JOIN LATERAL medsup.with_partitions(b.relation) p (relation)
                  WHERE w.method = 'trigger') x);
END
$$;
COMMENT ON FUNCTION medsup.sources_fingerprint() IS 'changes whenever something is bound, unbound or watched otherwise';

-- Two books.  An entry with codes says nothing about persons without a line of
-- such a code; one without speaks about everybody.  An exception touches the
-- entries of the rules that it is tested for.
CREATE FUNCTION medsup.book_changes(a int, b int, OUT entry_code text, OUT local_code text, OUT everybody text)
    RETURNS SETOF record
    LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 100
    SET search_path = pg_catalog, pg_temp SET enable_nestloop = off SET jit = off
AS $$
    WITH code_a AS MATERIALIZED (
        SELECT c.entry_code, c.role, c.code::text AS code FROM medsup.rulebook_codes((SELECT x.compiled FROM medsup.rulebook x WHERE x.version = a)) c
    ), code_b AS MATERIALIZED (
        SELECT c.entry_code, c.role, c.code::text AS code FROM medsup.rulebook_codes((SELECT x.compiled FROM medsup.rulebook x WHERE x.version = b)) c
    ), rule AS MATERIALIZED (
        SELECT coalesce(p.rule_code, q.rule_code) AS rule_code
        FROM medsup.rulebook_rules((SELECT x.compiled FROM medsup.rulebook x WHERE x.version = a)) p
        FULL JOIN medsup.rulebook_rules((SELECT x.compiled FROM medsup.rulebook x WHERE x.version = b)) q ON q.rule_code = p.rule_code
        WHERE p.content IS DISTINCT FROM q.content
    ), setting AS MATERIALIZED (
        SELECT coalesce(p.kind, q.kind) AS kind, coalesce(p.name, q.name) AS name
        FROM medsup.rulebook_settings((SELECT x.compiled FROM medsup.rulebook x WHERE x.version = a)) p
        FULL JOIN medsup.rulebook_settings((SELECT x.compiled FROM medsup.rulebook x WHERE x.version = b)) q ON q.kind = p.kind AND q.name = p.name
        WHERE p.value IS DISTINCT FROM q.value
    ), exception_a AS MATERIALIZED (
        SELECT x.* FROM medsup.rulebook_exceptions((SELECT x.compiled FROM medsup.rulebook x WHERE x.version = a)) x
    ), exception_b AS MATERIALIZED (
        SELECT x.* FROM medsup.rulebook_exceptions((SELECT x.compiled FROM medsup.rulebook x WHERE x.version = b)) x
    ), concerned AS MATERIALIZED (
        SELECT r.rule_code FROM rule r
        UNION
        SELECT x.rule_code FROM (TABLE exception_a EXCEPT TABLE exception_b) x
        UNION
        SELECT x.rule_code FROM (TABLE exception_b EXCEPT TABLE exception_a) x
        UNION
        SELECT x.rule_code FROM (TABLE exception_a UNION TABLE exception_b) x
        WHERE x.exception_code IN (SELECT s.name FROM setting s WHERE s.kind = 'exception')
    ), entry AS MATERIALIZED (
        SELECT coalesce(p.entry_code, q.entry_code) AS entry_code, p.entry_code IS NOT NULL AS in_a, q.entry_code IS NOT NULL AS in_b,
               p.content IS DISTINCT FROM q.content OR p.rule_code IS DISTINCT FROM q.rule_code
                   OR p.rule_code IN (SELECT r.rule_code FROM concerned r) OR q.rule_code IN (SELECT r.rule_code FROM concerned r) AS changed
        FROM medsup.rulebook_entries((SELECT x.compiled FROM medsup.rulebook x WHERE x.version = a)) p
        FULL JOIN medsup.rulebook_entries((SELECT x.compiled FROM medsup.rulebook x WHERE x.version = b)) q ON q.entry_code = p.entry_code
    ), touched AS MATERIALIZED (
        SELECT e.entry_code, e.in_a AND NOT EXISTS (SELECT FROM code_a c WHERE c.entry_code = e.entry_code)
                          OR e.in_b AND NOT EXISTS (SELECT FROM code_b c WHERE c.entry_code = e.entry_code) AS bare
        FROM entry e
        WHERE e.changed OR e.entry_code IN (
            SELECT x.entry_code FROM (TABLE code_a EXCEPT TABLE code_b) x
            UNION ALL
            SELECT x.entry_code FROM (TABLE code_b EXCEPT TABLE code_a) x)
    )
    SELECT t.entry_code, NULL::text, CASE WHEN t.bare THEN 'point without codes' END FROM touched t
    UNION ALL
    SELECT NULL, s.name, NULL FROM setting s WHERE s.kind = 'mapped code'
    UNION ALL
    -- an exception differs, whether or not there is a point to test it for
    SELECT NULL, NULL, CASE WHEN s.kind <> 'exception' THEN concat_ws(' ', s.kind, s.name) END
    FROM setting s WHERE s.kind <> 'mapped code'
$$;
COMMENT ON FUNCTION medsup.book_changes(int, int) IS
    'what of two rulebooks differs for a night: points, codes that stand for others, and what concerns everybody';

-- Persons with a line of which a changed point speaks, in the one book or the other.
CREATE FUNCTION medsup.queue_book_changes(a int, b int, OUT everybody text) RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 1000000
    SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
BEGIN
    DELETE FROM pg_temp.medsup_book_change;
    INSERT INTO pg_temp.medsup_book_change SELECT c.* FROM medsup.book_changes(a, b) c;
    SELECT CASE WHEN count(*) = 0 THEN 'otherwise compiled' ELSE min(c.everybody COLLATE "C") END INTO everybody
    FROM pg_temp.medsup_book_change c;
    IF everybody IS NOT NULL THEN
        everybody := format('rulebook %s instead of %s: %s', b, a, everybody);
        RETURN;
    END IF;
    EXECUTE $q$
        WITH written AS MATERIALIZED (
            SELECT w.med_list_codg, medsup.try_fee_item(w.med_list_codg) AS item
            FROM (SELECT DISTINCT l.med_list_codg FROM medsup.src_fee_line l WHERE l.psn_no IS NOT NULL) w
        ), spoken AS MATERIALIZED (
            SELECT w.med_list_codg
            FROM written w
            WHERE w.item IS NOT NULL
              AND (EXISTS (SELECT FROM medsup.rulebook_reach((SELECT x.compiled FROM medsup.rulebook x WHERE x.version = $1), w.item) r
                           WHERE r.entry_code IN (SELECT c.entry_code FROM pg_temp.medsup_book_change c WHERE c.entry_code IS NOT NULL))
                   OR EXISTS (SELECT FROM medsup.rulebook_reach((SELECT x.compiled FROM medsup.rulebook x WHERE x.version = $2), w.item) r
                              WHERE r.entry_code IN (SELECT c.entry_code FROM pg_temp.medsup_book_change c WHERE c.entry_code IS NOT NULL))
                   OR w.item::text IN (SELECT c.local_code FROM pg_temp.medsup_book_change c WHERE c.local_code IS NOT NULL))
        )
        INSERT INTO pg_temp.medsup_changed (psn_no, reason)
        SELECT DISTINCT l.psn_no, 'rulebook'
        FROM medsup.src_fee_line l JOIN spoken s ON s.med_list_codg = l.med_list_codg
        WHERE l.psn_no IS NOT NULL$q$
    USING a, b;
END
$$;
COMMENT ON FUNCTION medsup.queue_book_changes(int, int) IS 'note who has a line of which a point speaks that differs between two rulebooks; why everybody is concerned, else NULL';

CREATE FUNCTION medsup.queue_row_changes(fresh boolean, OUT everybody text) RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 1000000
    SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
    state medsup.change_state;
    w record;
    unwatched text;
BEGIN
    SELECT c.* INTO STRICT state FROM medsup.change_state c;
    BEGIN
        INSERT INTO pg_temp.medsup_changed (psn_no, hash, reason)
        SELECT s.psn_no, s.person_hash, CASE WHEN s.psn_no IS NULL THEN 'gone' ELSE 'rows' END
        FROM medsup.sweep_persons(medsup.sweep_queries(), fresh) s;
    EXCEPTION WHEN SQLSTATE 'MS206' THEN
        everybody := 'the digests of the last sweep were damaged';
        DELETE FROM medsup.sweep_chunk;
        PERFORM medsup.sweep_persons(medsup.sweep_queries(), true);
    END;
    IF EXISTS (SELECT FROM pg_temp.medsup_changed c WHERE c.psn_no = '' OR c.hash = medsup.person_hash(state.sweep_key, '')) THEN
        everybody := coalesce(everybody, 'the list of institutions or of staff changed');
    END IF;
    -- Who is gone is known by the hash; the number is in what was found of them,
    -- or in a source that is watched otherwise.
    IF EXISTS (SELECT FROM pg_temp.medsup_changed c WHERE c.reason = 'gone') THEN
        UPDATE pg_temp.medsup_changed c SET psn_no = f.psn_no
        FROM (SELECT DISTINCT g.psn_no FROM medsup.finding g WHERE g.status <> 'closed' AND g.psn_no IS NOT NULL) f
        WHERE c.reason = 'gone' AND c.hash = medsup.person_hash(state.sweep_key, f.psn_no);
    END IF;

    FOR w IN SELECT s.* FROM medsup.source_watch s WHERE to_regclass(format('medsup.src_%s', s.kind)) IS NOT NULL ORDER BY s.kind COLLATE "C" LOOP
        IF EXISTS (SELECT FROM pg_temp.medsup_changed c WHERE c.psn_no IS NULL) THEN
            EXECUTE format($q$UPDATE pg_temp.medsup_changed c SET psn_no = l.psn_no
                FROM (SELECT DISTINCT t.psn_no FROM medsup.%I t WHERE t.psn_no IS NOT NULL) l
                WHERE c.psn_no IS NULL AND c.hash = medsup.person_hash($1, l.psn_no)$q$, 'src_' || w.kind)
            USING state.sweep_key;
        END IF;
        CONTINUE WHEN fresh OR w.method <> 'column';
        IF to_regclass(format('medsup.written_%s', w.kind)) IS NULL THEN
            everybody := coalesce(everybody, format('the column that tells when rows of %s were written is gone', w.kind));
            RAISE WARNING 'the view medsup.written_% is gone, and with it what tells who changed', w.kind
                USING HINT = 'SELECT medsup.watch_source(kind, ''column'', column); makes it. Until then every night audits everybody.';
            CONTINUE;
        END IF;
        -- a literal would name the zone as DateStyle wants it, CST for Shanghai, which is read as another one
        EXECUTE format($q$INSERT INTO pg_temp.medsup_changed (psn_no, reason)
            SELECT DISTINCT t.psn_no, 'column' FROM medsup.%I t WHERE t.changed_at >= %s AND t.psn_no IS NOT NULL$q$,
            'written_' || w.kind,
            CASE (SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = format('medsup.%I', 'written_' || w.kind)::regclass AND a.attname = 'changed_at')
                WHEN 'timestamptz'::regtype THEN '$1' WHEN 'date'::regtype THEN '$2::date' ELSE '$2' END)
        USING state.looked_at - w.overlap, (state.looked_at - w.overlap) AT TIME ZONE medsup.civil_zone();
        IF EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
                   AND a.xact_start < clock_timestamp() - w.overlap) THEN
            RAISE WARNING 'a transaction has been going on for longer than %, the overlap of % sources', w.overlap, w.kind
                USING HINT = 'What it writes now may be missed by the next night. Give a longer overlap, or SELECT medsup.next_night_full();';
        END IF;
    END LOOP;

    WITH noted AS (
        DELETE FROM medsup.change_log l RETURNING l.psn_no
    )
    INSERT INTO pg_temp.medsup_changed (psn_no, hash, reason)
    SELECT DISTINCT n.psn_no, CASE WHEN n.psn_no IS NULL THEN 0 END, 'trigger' FROM noted n;
    IF EXISTS (SELECT FROM pg_temp.medsup_changed c WHERE c.reason = 'trigger' AND c.psn_no IS NULL) THEN
        everybody := coalesce(everybody, 'a source was truncated, or its persons cannot be told');
    END IF;
    SELECT string_agg(u, ', ' ORDER BY u COLLATE "C") INTO unwatched FROM medsup.unwatched_relations() u;
    IF unwatched IS NOT NULL THEN
        everybody := coalesce(everybody, 'triggers are missing or disabled: ' || unwatched);
        RAISE WARNING 'triggers of watched sources are missing or disabled: %', unwatched
            USING HINT = 'SELECT medsup.watch_source(kind, ''trigger''); makes them. Until then every night audits everybody.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.queue_row_changes(boolean) IS 'note whose rows of the sources changed; why everybody is concerned, else NULL; fresh: only remember what there is';

-- Only an owner may, and without it nights would be planned as if the queue held
-- some thousand persons.
CREATE FUNCTION medsup.analyze_changed() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    ANALYZE medsup.changed_person;
END
$$;
COMMENT ON FUNCTION medsup.analyze_changed() IS 'tell the planner how many persons are in the queue';

-- What a person of the queue is there for is of no account to the run, only to
-- its ledger.
CREATE FUNCTION medsup.queue_changes(run_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 1000000
    SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
    this medsup.run;
    state medsup.change_state;
    set_to medsup.nightly_setting;
    began timestamptz := clock_timestamp();
    from_here timestamptz;
    fingerprint text := medsup.sources_fingerprint();
    of_visits boolean;
    exempt int[];
    due text[];
    why text;
    book record;
    left_over bigint;
    n bigint;
    of_all bigint;
    plan json;
    whole boolean;
BEGIN
    SELECT r.* INTO STRICT this FROM medsup.run r WHERE r.run = run_id;
    INSERT INTO medsup.change_state DEFAULT VALUES ON CONFLICT ON CONSTRAINT change_state_pkey DO NOTHING;
    SELECT c.* INTO STRICT state FROM medsup.change_state c FOR UPDATE;
    SELECT s.* INTO set_to FROM medsup.nightly_setting s;
    SELECT count(*) INTO left_over FROM medsup.changed_person;
    CREATE TEMPORARY TABLE medsup_changed (psn_no text, hash bigint, reason text NOT NULL) ON COMMIT DROP;
    CREATE TEMPORARY TABLE medsup_book_change (entry_code text, local_code text, everybody text) ON COMMIT DROP;

    of_visits := EXISTS (SELECT FROM medsup.run_rule u JOIN medsup.rule r ON r.rule_code = u.rule_code
                      WHERE u.run = run_id AND u.state = 'checked' AND r.kind IN ('K11', 'K12'));
    SELECT coalesce(array_agg(x.exemption ORDER BY x.exemption), '{}') INTO exempt FROM medsup.exemption x WHERE x.ended_at IS NULL;
    due := coalesce(state.full_due, '{}');
    IF state.run IS NULL THEN
        due := due || 'nothing is known of a night before'::text;
    ELSE
        IF state.sources <> fingerprint THEN
            due := due || 'sources were bound or watched otherwise'::text;
        END IF;
        IF state.period_from > coalesce(this.period_from, '-infinity') THEN
            due := due || 'the period of nights begins earlier'::text;
        END IF;
        IF state.visits <> of_visits THEN
            due := due || 'rules about visits and records were switched on or off'::text;
        END IF;
        IF state.full_at < clock_timestamp() - set_to.full_every THEN
            due := due || 'the last time was too long ago'::text;
        END IF;
    END IF;

    -- rows first, so that a full audit too leaves what the next night compares with
    why := medsup.queue_row_changes(cardinality(due) > 0);
    due := array_remove(due || why, NULL);
    from_here := clock_timestamp();
    DELETE FROM medsup.run_change c WHERE c.run = run_id;
    INSERT INTO medsup.run_change (run, reason, persons, seconds)
    SELECT run_id, c.reason, count(*), extract(epoch FROM from_here - began)
    FROM pg_temp.medsup_changed c WHERE c.psn_no <> '' GROUP BY c.reason;
    INSERT INTO medsup.run_change (run, reason, persons, seconds)
    VALUES (run_id, 'rows', 0, extract(epoch FROM from_here - began)) ON CONFLICT ON CONSTRAINT run_change_pkey DO NOTHING;

    -- the book of the last night, and others that findings may have come from since
    IF cardinality(due) = 0 THEN
        FOR book IN
            SELECT DISTINCT x.version, x.digest
            FROM (SELECT state.rulebook AS version, state.rulebook_digest AS digest
                  UNION ALL
                  SELECT r.rulebook, r.rulebook_digest FROM medsup.run r
                  WHERE r.run > state.run AND r.run < run_id AND r.kind <> 'provider' AND r.rulebook IS NOT NULL) x
            WHERE x.digest <> this.rulebook_digest
            ORDER BY x.version
        LOOP
            IF NOT EXISTS (SELECT FROM medsup.rulebook b WHERE b.version = book.version AND b.digest = book.digest) THEN
                why := format('rulebook %s is no longer what it was', book.version);
            ELSE
                why := medsup.queue_book_changes(book.version, this.rulebook);
            END IF;
            due := array_remove(due || why, NULL);
        END LOOP;
        SELECT count(DISTINCT c.psn_no) INTO n FROM pg_temp.medsup_changed c WHERE c.reason = 'rulebook';
        IF n > 0 THEN
            INSERT INTO medsup.run_change (run, reason, persons, seconds)
            VALUES (run_id, 'rulebook', n, extract(epoch FROM clock_timestamp() - from_here));
        END IF;
    END IF;
    IF cardinality(due) = 0 THEN
        -- wider than the exemption, never narrower
        WITH moved AS (
            SELECT x.* FROM medsup.exemption x
            WHERE (x.ended_at IS NULL) <> (x.exemption = ANY (state.exemptions))
        )
        INSERT INTO pg_temp.medsup_changed (psn_no, reason)
        SELECT DISTINCT f.psn_no, 'exemption'
        FROM medsup.finding f JOIN moved x
          ON (x.rule_code IS NULL OR x.rule_code = f.rule_code) AND (x.entry_code IS NULL OR x.entry_code = f.entry_code)
         AND (x.fixmedins_code IS NULL OR x.fixmedins_code = f.fixmedins_code) AND (x.psn_no IS NULL OR x.psn_no = f.psn_no)
        WHERE f.psn_no IS NOT NULL AND f.status <> 'closed';
        GET DIAGNOSTICS n = ROW_COUNT;
        IF n > 0 THEN
            INSERT INTO medsup.run_change (run, reason, persons) VALUES (run_id, 'exemption', n);
        END IF;
    END IF;

    -- What other runs made of a person since may be of rows or exemptions that are
    -- back to what they were, which nothing above can tell.
    WITH since AS (
        SELECT r.run FROM medsup.run r
        WHERE r.kind = 'audit' AND r.status <> 'running' AND coalesce(r.finished_at, 'infinity') >= state.looked_at
    )
    INSERT INTO pg_temp.medsup_changed (psn_no, reason)
    SELECT DISTINCT f.psn_no, 'audited'
    FROM medsup.finding f WHERE f.changed_run IN (SELECT x.run FROM since x) AND f.psn_no IS NOT NULL;
    GET DIAGNOSTICS n = ROW_COUNT;
    IF n > 0 THEN
        INSERT INTO medsup.run_change (run, reason, persons) VALUES (run_id, 'audited', n);
    END IF;

    INSERT INTO medsup.changed_person AS q (psn_no, reasons)
    SELECT c.psn_no, array_agg(DISTINCT c.reason ORDER BY c.reason)
    FROM pg_temp.medsup_changed c WHERE c.psn_no <> ''
    GROUP BY c.psn_no
    ON CONFLICT ON CONSTRAINT changed_person_pkey DO UPDATE
    SET reasons = (SELECT array_agg(DISTINCT r ORDER BY r) FROM unnest(q.reasons || EXCLUDED.reasons) r);
    IF left_over > 0 THEN
        INSERT INTO medsup.run_change (run, reason, persons) VALUES (run_id, 'queued', left_over);
    END IF;
    SELECT count(*) INTO n FROM medsup.changed_person;
    PERFORM medsup.analyze_changed();

    -- beyond some share everybody costs less than many; this is no debt
    whole := cardinality(due) > 0;
    IF NOT whole AND n > 0 AND coalesce(set_to.full_share, 0.3) < 1 THEN
        SELECT c.sweep_persons INTO of_all FROM medsup.change_state c;
        IF EXISTS (SELECT FROM medsup.source_watch w WHERE w.kind = 'encounter') THEN
            EXECUTE 'EXPLAIN (FORMAT JSON) SELECT DISTINCT t.psn_no FROM medsup.src_encounter t' INTO plan;
            of_all := (plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric::bigint;
        END IF;
        IF n > of_all * coalesce(set_to.full_share, 0.3) THEN
            whole := true;
            INSERT INTO medsup.run_change (run, reason) VALUES (run_id, format('everybody: %s of %s persons changed', n, of_all));
        END IF;
    END IF;
    INSERT INTO medsup.run_change (run, reason)
    SELECT DISTINCT run_id, 'everybody: ' || d FROM unnest(due) d;
    INSERT INTO medsup.run_change (run, reason, persons, seconds)
    VALUES (run_id, 'persons', CASE WHEN NOT whole THEN n END, extract(epoch FROM clock_timestamp() - began));

    UPDATE medsup.change_state SET run = run_id, looked_at = began, rulebook = this.rulebook, rulebook_digest = this.rulebook_digest,
        sources = fingerprint, visits = of_visits, exemptions = exempt, period_from = this.period_from,
        full_after = CASE WHEN this.resumed > 0 AND NOT due <@ coalesce(state.full_due, '{}') THEN run_id END,
        full_due = nullif(due, '{}');
    IF NOT whole THEN
        UPDATE medsup.run r SET changed_only = true,
            partitions = least(r.partitions, greatest(1, (n + 19999) / 20000)),
            workers = CASE WHEN n < 1000 THEN 0 ELSE r.workers END
        WHERE r.run = run_id;
        RAISE NOTICE 'run %: % persons to be checked again, found in % s', run_id, n, round(extract(epoch FROM clock_timestamp() - began), 1)
            USING DETAIL = (SELECT coalesce(string_agg(format('%s: %s', c.reason, c.persons), ', ' ORDER BY c.reason COLLATE "C"), 'Nothing changed.')
                            FROM medsup.run_change c WHERE c.run = run_id AND c.persons > 0 AND c.reason <> 'persons');
    ELSE
        RAISE NOTICE 'run %: everybody is audited', run_id
            USING DETAIL = (SELECT string_agg(substr(c.reason, 12), E'\n' ORDER BY c.reason COLLATE "C")
                            FROM medsup.run_change c WHERE c.run = run_id AND c.persons IS NULL AND c.reason <> 'persons');
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.queue_changes(bigint) IS 'find what changed since a night last looked, put persons into the queue, and say whether the run is about them or about everybody';

CREATE FUNCTION medsup.find_changes(run_id bigint) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 1000000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    state text;
    message text;
    ended_as text := 'failed';
BEGIN
    BEGIN
        PERFORM medsup.queue_changes(run_id);
        RETURN true;
    EXCEPTION
        WHEN query_canceled THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
            ended_as := 'cancelled';
        WHEN others THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    END;
    UPDATE medsup.run r SET status = ended_as, finished_at = clock_timestamp(), sqlstate = state,
        error = format('finding changes: %s', medsup.error_text(state, message))
    WHERE r.run = run_id;
    RETURN false;
END
$$;
COMMENT ON FUNCTION medsup.find_changes(bigint) IS 'the first step of a night: whose rows, rules or exemptions changed; false when that failed, which the ledger then says';
