-- How a run goes: begin, partition by partition, end, and the procedure that
-- commits between them.

-- Which of the views over the sources a run read: a digest over their definitions.
CREATE FUNCTION medsup.sources_digest() RETURNS bytea
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 1000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT sha256(convert_to(string_agg(c.relname || ' ' || pg_get_viewdef(c.oid), E'\n' ORDER BY c.relname COLLATE "C"), 'UTF8'))
            FROM pg_class c
            WHERE c.relnamespace = 'medsup'::regnamespace AND c.relkind = 'v' AND c.relname LIKE 'src\_%');
END
$$;
COMMENT ON FUNCTION medsup.sources_digest() IS 'SHA-256 over the definitions of the source views: changes whenever a binding does';

-- An interrupted run goes on where nothing says that its findings so far could
-- be wrong by now; otherwise a new one does it all again.
CREATE FUNCTION medsup.run_to_resume(wanted medsup.run, partitions int) RETURNS medsup.run
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last medsup.run;
BEGIN
    -- those that could not even begin have no partitions
    SELECT r.* INTO last FROM medsup.run r
    WHERE r.kind = wanted.kind AND r.partitions IS NOT NULL ORDER BY r.run DESC LIMIT 1;
    IF last.status <> 'done'
       -- what does not add up would not add up again
       AND last.sqlstate IS DISTINCT FROM 'MS203'
       AND last.started_at > clock_timestamp() - interval '12 hours'
       AND last.partitions = coalesce(run_to_resume.partitions, last.partitions)
       AND (last.label, last.period_from, last.period_to, last.rulebook_digest, last.sources_digest,
            last.institutions, last.rules, last.med_types, last.by_occurrence, last.changed_only)
           IS NOT DISTINCT FROM
           (wanted.label, wanted.period_from, wanted.period_to, wanted.rulebook_digest, wanted.sources_digest,
            wanted.institutions, wanted.rules, wanted.med_types, wanted.by_occurrence, wanted.changed_only)
    THEN
        RETURN last;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION medsup.run_to_resume(medsup.run, int) IS
    'the newest run of a kind, if it was interrupted in the last 12 hours and was the same work by the same rulebook over the same bindings; else NULL';

-- A partition is read once, held in memory while it can be, and committed by
-- itself: as large as the memory of a worker allows with room to spare, yet
-- two a worker, so that the workers end together.
CREATE FUNCTION medsup.run_partitions(lines bigint) RETURNS int
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workers int;
    memory numeric;
BEGIN
    -- this loads the library, which has the settings
    PERFORM medsup.run_worker();
    workers := current_setting('medsup.audit_workers')::int;
    -- a line and what goes with it is some 300 bytes
    memory := pg_size_bytes(current_setting('medsup.audit_mem')) / greatest(workers, 1) / 3.0 / 300;
    RETURN least(10000, greatest(ceil(lines / memory), CASE WHEN lines > 100000 THEN 2 * workers END, 1));
END
$$;
COMMENT ON FUNCTION medsup.run_partitions(bigint) IS
    'into how many partitions a run over about so many lines is cut, by medsup.audit_mem and medsup.audit_workers';

CREATE FUNCTION medsup.run_begin(kind text, period tsrange, label text, partitions int,
    institutions text[] DEFAULT NULL, rules text[] DEFAULT NULL, med_types text[] DEFAULT NULL,
    by_occurrence boolean DEFAULT false, changed_only boolean DEFAULT false, resume boolean DEFAULT true) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    this medsup.run;
    other medsup.run;
    ready record;
BEGIN
    IF partitions < 1 OR partitions > 10000 THEN
        RAISE EXCEPTION 'number of partitions is %', partitions
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give 1 to 10000, or NULL to have it chosen.';
    END IF;
    SELECT q.* INTO ready FROM medsup.run_ready(period) q;
    PERFORM medsup.check_campaign(institutions, rules, med_types);

    IF NOT medsup.run_lock(true) THEN
        SELECT r.* INTO other FROM medsup.run r WHERE r.status = 'running' ORDER BY r.run DESC LIMIT 1;
        RAISE EXCEPTION 'run % is in progress', coalesce(other.run::text, 'of another session')
            USING ERRCODE = 'MS201',
                  DETAIL = CASE WHEN other.run IS NULL THEN 'It has only just begun.'
                      ELSE format('It was started %s by %s in backend %s and has done %s of %s partitions.',
                               to_char(other.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), other.started_by,
                               other.backend_pid, other.partitions_done, other.partitions) END,
                  HINT = 'Wait for it, or stop it with pg_cancel_backend().';
    END IF;
    BEGIN
        -- We have the lock: whoever still says "running" did not live to say otherwise.
        UPDATE medsup.run SET status = 'abandoned', finished_at = clock_timestamp(),
            error = 'its session ended before the run did'
        WHERE status = 'running';
        this.kind := run_begin.kind;
        this.label := run_begin.label;
        this.period_from := ready.period_from;
        this.period_to := ready.period_to;
        this.rulebook_digest := ready.rulebook_digest;
        this.sources_digest := medsup.sources_digest();
        this.institutions := run_begin.institutions;
        this.rules := run_begin.rules;
        this.med_types := run_begin.med_types;
        this.by_occurrence := run_begin.by_occurrence;
        this.changed_only := run_begin.changed_only;
        IF resume THEN
            other := medsup.run_to_resume(this, run_begin.partitions);
        END IF;
        IF other.run IS NOT NULL THEN
            RAISE NOTICE 'run % goes on, % of % partitions are done', other.run, other.partitions_done, other.partitions;
            UPDATE medsup.run r SET status = 'running', resumed = r.resumed + 1, backend_pid = pg_backend_pid(), workers = NULL,
                finished_at = NULL, sqlstate = NULL, error = NULL
            WHERE r.run = other.run;
            RETURN other.run;
        END IF;
        -- what runs that ended early had counted
        PERFORM medsup.sum_tallies(s.run) FROM (SELECT DISTINCT s.run FROM medsup.run_step s WHERE s.tallies IS NOT NULL) s;
        INSERT INTO medsup.run (kind, label, period_from, period_to, rulebook, rulebook_digest, sources_digest, partitions,
            institutions, rules, med_types, by_occurrence, changed_only)
        VALUES (this.kind, this.label, this.period_from, this.period_to, ready.rulebook, this.rulebook_digest, this.sources_digest,
            coalesce(run_begin.partitions, medsup.run_partitions(ready.estimate)),
            this.institutions, this.rules, this.med_types, this.by_occurrence, this.changed_only)
        RETURNING run INTO this.run;
        INSERT INTO medsup.run_rule (run, rule_code, state, reason, entries, points, unset)
        SELECT this.run, s.rule_code, CASE WHEN s.rule_code = ANY (this.rules) IS NOT FALSE THEN s.state ELSE 'not_asked' END,
            s.reason, s.entries, s.points, s.unset
        FROM medsup.run_rules((SELECT max(r.run) FROM medsup.run r JOIN medsup.run_rule u ON u.run = r.run AND u.points IS NOT NULL
                               WHERE r.rulebook = ready.rulebook AND r.rulebook_digest = ready.rulebook_digest)) s;
    EXCEPTION WHEN query_canceled OR others THEN
        PERFORM medsup.run_lock(false);
        RAISE;
    END;
    RETURN this.run;
END
$$;
COMMENT ON FUNCTION medsup.run_begin(text, tsrange, text, int, text[], text[], text[], boolean, boolean, boolean) IS
    'check what a run needs, take the lock, open its row in the ledger or that of an interrupted run of the same work; the first step of medsup.run_audit and medsup.nightly';

-- One scan of all findings a backend and run, not one a partition.
CREATE FUNCTION medsup.list_persons(this medsup.run) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 1000000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regclass('pg_temp.medsup_person_list') IS NOT NULL THEN
        IF EXISTS (SELECT FROM pg_temp.medsup_person_list l WHERE l.partition = 0 AND l.run = this.run) THEN
            RETURN;
        END IF;
        DROP TABLE pg_temp.medsup_person_list;
    END IF;
    CREATE TEMPORARY TABLE medsup_person_list AS
    SELECT DISTINCT this.run, medsup.partition_of(f.psn_no, this.partitions) AS partition, f.psn_no
    FROM medsup.finding f WHERE f.status <> 'closed' AND f.psn_no IS NOT NULL
    UNION ALL
    SELECT this.run, 0, NULL;
    CREATE INDEX ON pg_temp.medsup_person_list (partition);
    ANALYZE pg_temp.medsup_person_list;
END
$$;
COMMENT ON FUNCTION medsup.list_persons(medsup.run) IS
    'who has findings that a run may have to close, by partition, in a temporary table of this session; its row of partition 0 says for which run';

-- What partitions counted, by what was counted; cleared there once it is here.
-- A run that ended early is left as it is, since whoever cancelled it waits: the
-- next one does this for it.
CREATE FUNCTION medsup.sum_tallies(run_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 1000000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    WITH counted_before AS (
        -- by a run that went on after it was closed
        DELETE FROM medsup.run_tally t WHERE t.run = run_id
        RETURNING t.rule_code, t.outcome, t.reason, t.fixmedins_code, t.lines
    )
    INSERT INTO medsup.run_tally (run, rule_code, outcome, reason, fixmedins_code, lines)
    SELECT run_id, c.rule_code, c.outcome, c.reason, c.fixmedins_code, sum(c.lines)
    FROM (SELECT u.* FROM medsup.run_step s CROSS JOIN LATERAL unnest(s.tallies) u WHERE s.run = run_id
          UNION ALL
          SELECT b.* FROM counted_before b) c
    GROUP BY c.rule_code, c.outcome, c.reason, c.fixmedins_code;
    UPDATE medsup.run_step s SET tallies = NULL WHERE s.run = run_id AND s.tallies IS NOT NULL;
END
$$;
COMMENT ON FUNCTION medsup.sum_tallies(bigint) IS 'put what the partitions of a run counted into medsup.run_tally: at its good end, else at the begin of the next run';

-- Tables that each partition fills and its commit empties: to make and drop them
-- every time costs more than a partition of few lines.
CREATE FUNCTION medsup.make_partition_tables() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regclass('pg_temp.medsup_judged') IS NULL THEN
        CREATE TEMPORARY TABLE medsup_judged (LIKE medsup.verdict) ON COMMIT DELETE ROWS;
        CREATE TEMPORARY TABLE medsup_judged_person (psn_no text) ON COMMIT DELETE ROWS;
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.make_partition_tables() IS
    'temporary tables of this session for what is said of a partition, and about whom; run_end drops them';

CREATE FUNCTION medsup.run_partition(run_id bigint, part int) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 1000000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    this medsup.run;
    began timestamptz := clock_timestamp();
    evaluated timestamptz;
    counted record;
    put record;
    worker record;
    tallies medsup.tally[];
BEGIN
    SELECT r.* INTO STRICT this FROM medsup.run r WHERE r.run = run_id;
    -- lz4 where there is: evidence is compressed once more when it is recorded
    PERFORM set_config('default_toast_compression', 'lz4', true)
    FROM pg_attribute a WHERE a.attrelid = 'medsup.finding'::regclass AND a.attname = 'evidence' AND a.attcompression = 'l';
    PERFORM medsup.make_partition_tables();
    INSERT INTO pg_temp.medsup_judged SELECT v.* FROM medsup.run_verdicts(run_id, part) v;
    evaluated := clock_timestamp();
    IF this.changed_only THEN
        INSERT INTO pg_temp.medsup_judged_person
        SELECT c.psn_no FROM medsup.changed_person c
        WHERE medsup.partition_of(c.psn_no, this.partitions) = part;
    ELSE
        -- Persons whose lines are all gone are closed as well, so the persons are
        -- those that have findings, not those that have lines.
        PERFORM medsup.list_persons(this);
        INSERT INTO pg_temp.medsup_judged_person
        SELECT l.psn_no FROM pg_temp.medsup_person_list l WHERE l.partition = part;
    END IF;

    SELECT coalesce(max(s.lines) FILTER (WHERE s.what = 'N' AND s.outcome = 'lines'), 0) AS lines,
        coalesce(max(s.lines) FILTER (WHERE s.what = 'N' AND s.outcome = 'unsettled'), 0) AS unsettled,
        max(s.note) FILTER (WHERE s.what = 'N') AS snapshot,
        coalesce(sum(s.lines) FILTER (WHERE s.what = 'T' AND s.rule_code IS NULL AND s.outcome = 'checked'), 0) AS checked,
        coalesce(sum(s.lines) FILTER (WHERE s.what = 'T' AND s.rule_code IS NULL AND s.outcome = 'skipped'), 0) AS skipped,
        count(*) FILTER (WHERE s.what = 'S') AS listed,
        count(*) FILTER (WHERE s.what = 'F') AS found
    INTO counted FROM pg_temp.medsup_judged s;
    IF counted.lines <> counted.checked + counted.skipped OR counted.skipped <> counted.listed THEN
        RAISE EXCEPTION 'the ledger of partition % does not balance', part
            USING ERRCODE = 'MS203',
                  DETAIL = format('Lines in the period %s, checked %s, skipped %s, listed as skipped %s.',
                      counted.lines, counted.checked, counted.skipped, counted.listed),
                  HINT = 'Nothing of this partition was kept. This is an error in medsup: please report it.';
    END IF;

    -- of nobody there is nothing to say or to take back
    IF counted.found = 0 AND NOT EXISTS (SELECT FROM pg_temp.medsup_judged_person) THEN
        SELECT 0::bigint AS opened, 0::bigint AS changed, 0::bigint AS reopened, 0::bigint AS kept, 0::bigint AS closed, 0::bigint AS exempt,
            0::numeric AS vola_amt, 0::numeric AS fund_amt INTO put;
    ELSE
        SELECT * INTO put FROM medsup.record_findings(run_id, this.rulebook, this.rulebook_digest,
            'pg_temp.medsup_judged', 'pg_temp.medsup_judged_person', this.period_from, this.period_to);
    END IF;
    PERFORM medsup.changed_done(this, part);
    INSERT INTO medsup.skipped_line (run, mdtrt_id, feedetl_sn, fixmedins_code, reason)
    SELECT run_id, s.mdtrt_id, s.feedetl_sn, s.fixmedins_code, s.reason
    FROM pg_temp.medsup_judged s WHERE s.what = 'S';
    -- not into run_tally: tens of thousands of keys that all partitions share
    tallies := ARRAY(SELECT (s.rule_code, s.outcome, s.reason, s.fixmedins_code, s.lines)::medsup.tally
                     FROM pg_temp.medsup_judged s WHERE s.what = 'T');
    -- Partitions that end at the same time wait for each other here; and whoever
    -- works for a backend that leads this run no longer ends here.
    SELECT w.* INTO worker FROM medsup.run_worker() w;
    UPDATE medsup.run r SET partitions_done = r.partitions_done + 1,
        lines = r.lines + counted.lines, lines_checked = r.lines_checked + counted.checked,
        lines_skipped = r.lines_skipped + counted.skipped, lines_unsettled = r.lines_unsettled + counted.unsettled,
        findings = r.findings + put.opened + put.changed + put.reopened + put.kept,
        opened = r.opened + put.opened, changed = r.changed + put.changed,
        reopened = r.reopened + put.reopened, kept = r.kept + put.kept, closed = r.closed + put.closed, exempt = r.exempt + put.exempt,
        vola_amt = r.vola_amt + put.vola_amt, fund_amt = r.fund_amt + put.fund_amt
    WHERE r.run = run_id AND r.status = 'running' AND r.backend_pid = worker.leader;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'run % is no longer led by backend %', run_id, worker.leader
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    INSERT INTO medsup.run_step (run, partition, lines, lines_checked, lines_skipped, lines_unsettled,
        findings, opened, changed, reopened, kept, closed, exempt, vola_amt, fund_amt, snapshot,
        started_at, evaluated_at, finished_at, worker, read_ms, tallies)
    VALUES (run_id, part, counted.lines, counted.checked, counted.skipped, counted.unsettled,
        put.opened + put.changed + put.reopened + put.kept, put.opened, put.changed, put.reopened, put.kept,
        put.closed, put.exempt, put.vola_amt, put.fund_amt, counted.snapshot, began, evaluated, clock_timestamp(), worker.worker, worker.read_ms,
        tallies);
    RAISE NOTICE 'run %: partition % of %, % lines, % skipped, % findings, % s', run_id, part, this.partitions,
        counted.lines, counted.skipped, put.opened + put.changed + put.reopened + put.kept,
        round(extract(epoch FROM clock_timestamp() - began), 1);
END
$$;
COMMENT ON FUNCTION medsup.run_partition(bigint, int) IS
    'evaluate and record one partition of a run, all or nothing; called by medsup.run_through and its workers';

CREATE FUNCTION medsup.run_failed(run_id bigint, state text, message text, part int) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE medsup.run r SET status = CASE state WHEN '57014' THEN 'cancelled' ELSE 'failed' END,
        finished_at = clock_timestamp(), sqlstate = state,
        error = CASE WHEN part > 0 THEN format('partition %s: ', part) WHEN part < 0 THEN 'reading: ' ELSE '' END || medsup.error_text(state, message)
    WHERE r.run = run_id AND r.status = 'running';
END
$$;
COMMENT ON FUNCTION medsup.run_failed(bigint, text, text, int) IS
    'note in the ledger why a run ended early, and in which partition (-1: while reading, 0: between them)';

CREATE FUNCTION medsup.run_end(run_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 1000000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    this medsup.run;
    tally record;
BEGIN
    SELECT r.* INTO STRICT this FROM medsup.run r WHERE r.run = run_id FOR UPDATE;
    IF this.status = 'running' THEN
        PERFORM medsup.sum_tallies(run_id);
        -- once more over the whole run, from what was stored
        SELECT coalesce(sum(t.lines) FILTER (WHERE t.outcome = 'checked'), 0) AS checked,
            coalesce(sum(t.lines) FILTER (WHERE t.outcome = 'skipped'), 0) AS skipped,
            (SELECT count(*) FROM medsup.skipped_line s WHERE s.run = run_id) AS listed
        INTO tally FROM medsup.run_tally t WHERE t.run = run_id AND t.rule_code IS NULL;
        IF this.partitions_done <> this.partitions OR this.lines <> tally.checked + tally.skipped
           OR tally.skipped <> tally.listed THEN
            UPDATE medsup.run r SET status = 'failed', finished_at = clock_timestamp(), sqlstate = 'MS203',
                error = format('the ledger does not balance: lines %s, checked %s, skipped %s, listed %s',
                               this.lines, tally.checked, tally.skipped, tally.listed)
            WHERE r.run = run_id;
        ELSE
            UPDATE medsup.run r SET status = 'done', finished_at = clock_timestamp() WHERE r.run = run_id;
            PERFORM medsup.changes_done(this);
            -- counts stay for ever, lists only of the last good run, and of the last over everybody
            DELETE FROM medsup.skipped_line s USING medsup.run r
            WHERE s.run = r.run AND r.run < run_id AND r.kind = this.kind AND r.label IS NOT DISTINCT FROM this.label
              AND (r.institutions, r.rules, r.med_types, r.by_occurrence)
                  IS NOT DISTINCT FROM (this.institutions, this.rules, this.med_types, this.by_occurrence)
              AND (r.changed_only OR NOT this.changed_only);
        END IF;
    END IF;
    PERFORM medsup.run_unstage();
    IF to_regclass('pg_temp.medsup_person_list') IS NOT NULL THEN
        DROP TABLE pg_temp.medsup_person_list;
    END IF;
    IF to_regclass('pg_temp.medsup_judged') IS NOT NULL THEN
        DROP TABLE pg_temp.medsup_judged, pg_temp.medsup_judged_person;
    END IF;
    PERFORM medsup.run_lock(false);
END
$$;
COMMENT ON FUNCTION medsup.run_end(bigint) IS
    'balance the whole run, close its row in the ledger, give the lock back';

CREATE FUNCTION medsup.run_report(run_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    this medsup.run;
BEGIN
    SELECT r.* INTO STRICT this FROM medsup.run r WHERE r.run = run_id;
    IF this.status = 'done' THEN
        RAISE NOTICE 'run %: % lines = % checked + % skipped; % findings: % new, % changed, % reopened, % kept; % closed; % s',
            run_id, this.lines, this.lines_checked, this.lines_skipped, this.findings,
            this.opened, this.changed, this.reopened, this.kept, this.closed,
            round(extract(epoch FROM this.finished_at - this.started_at), 1);
        RETURN;
    END IF;
    RAISE EXCEPTION 'run % %: %', run_id, this.status, this.error
        USING ERRCODE = coalesce(this.sqlstate, 'MS203'),
              DETAIL = format('%s of %s partitions are done and stay in the ledger and in the findings.',
                              this.partitions_done, this.partitions),
              HINT = CASE WHEN this.sqlstate LIKE '22%'
                          THEN 'A value of the sources does not fit a mapping, most often a cast: take it out, columns of text are read as they are (medsup.sources). ' ELSE '' END
                  || 'Call it again once the cause is removed: findings are recognised, none is recorded twice.';
END
$$;
COMMENT ON FUNCTION medsup.run_report(bigint) IS 'say how a run ended; as an error when it did not end well';

CREATE PROCEDURE medsup.run_through(run bigint)
    LANGUAGE C
AS 'MODULE_PATHNAME', 'medsup_run_through';
COMMENT ON PROCEDURE medsup.run_through(bigint) IS
    'carry a run that medsup.run_begin opened, or opened again, to its end, with background workers; commits by partition';

-- Procedures that commit have no SET clause and qualify everything.
CREATE PROCEDURE medsup.run_audit(period tsrange DEFAULT NULL, label text DEFAULT NULL, partitions int DEFAULT NULL,
    institutions text[] DEFAULT NULL, rules text[] DEFAULT NULL, med_types text[] DEFAULT NULL,
    by text DEFAULT 'settlement', resume boolean DEFAULT true)
    LANGUAGE plpgsql
AS $$
DECLARE
    this bigint;
BEGIN
    -- inside a transaction block this ends it all before anything was touched
    COMMIT;
    this := medsup.run_begin('audit', run_audit.period, run_audit.label, run_audit.partitions,
        run_audit.institutions, run_audit.rules, run_audit.med_types, medsup.by_occurrence(run_audit.by),
        resume => run_audit.resume);
    COMMIT;
    CALL medsup.run_through(this);
END
$$;
COMMENT ON PROCEDURE medsup.run_audit(tsrange, text, int, text[], text[], text[], text, boolean) IS
    'audit every line whose settlement (unsettled: the line itself) falls into the period, NULL = all, or what a campaign asks about of them; commits by partition of persons and goes on with an interrupted run of the same work';
