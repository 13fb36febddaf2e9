-- A run and its ledger.  What is in the ledger adds up: lines of the period =
-- checked + skipped with a reason, by partition and for the run; whatever does
-- not add up ends the run.

CREATE SEQUENCE medsup.run_seq;
COMMENT ON SEQUENCE medsup.run_seq IS 'numbers of runs';

CREATE TABLE medsup.run (
    run             bigint NOT NULL DEFAULT pg_catalog.nextval('medsup.run_seq'),
    kind            text NOT NULL,
    label           text,
    period_from     timestamp,
    period_to       timestamp,
    status          text NOT NULL DEFAULT 'running',
    rulebook        int,
    rulebook_digest bytea,
    partitions      int,
    partitions_done int NOT NULL DEFAULT 0,
    lines           bigint NOT NULL DEFAULT 0,
    lines_checked   bigint NOT NULL DEFAULT 0,
    lines_skipped   bigint NOT NULL DEFAULT 0,
    lines_unsettled bigint NOT NULL DEFAULT 0,
    findings        bigint NOT NULL DEFAULT 0,
    opened          bigint NOT NULL DEFAULT 0,
    changed         bigint NOT NULL DEFAULT 0,
    reopened        bigint NOT NULL DEFAULT 0,
    kept            bigint NOT NULL DEFAULT 0,
    closed          bigint NOT NULL DEFAULT 0,
    vola_amt        numeric NOT NULL DEFAULT 0,
    fund_amt        numeric NOT NULL DEFAULT 0,
    started_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    finished_at     timestamptz,
    started_by      text NOT NULL DEFAULT CURRENT_USER,
    backend_pid     int NOT NULL DEFAULT pg_catalog.pg_backend_pid(),
    sqlstate        text,
    error           text,
    stage           text NOT NULL DEFAULT '事后',
    exempt          bigint NOT NULL DEFAULT 0,
    workers         int,
    resumed         int NOT NULL DEFAULT 0,
    peak_mem        bigint,
    institutions    text[],
    rules           text[],
    med_types       text[],
    by_occurrence   boolean NOT NULL DEFAULT false,
    changed_only    boolean NOT NULL DEFAULT false,
    sources_digest  bytea,
    watch           bigint,
    CONSTRAINT run_pkey PRIMARY KEY (run),
    CONSTRAINT run_kind_known CHECK (kind OPERATOR(pg_catalog.=) ANY (ARRAY['audit', 'nightly', 'provider'])),
    CONSTRAINT run_status_known CHECK (status OPERATOR(pg_catalog.=)
        ANY (ARRAY['running', 'done', 'failed', 'cancelled', 'abandoned', 'refused'])),
    CONSTRAINT run_stage_known CHECK (stage OPERATOR(pg_catalog.=) ANY (ARRAY['事前', '事中', '事后']))
);
COMMENT ON TABLE medsup.run IS 'the ledger of runs: period, rulebook, lines in = checked + skipped, findings, money, time, outcome';
COMMENT ON COLUMN medsup.run.kind IS 'audit: called by somebody; nightly: by medsup.nightly(); provider: rules over providers alone';
COMMENT ON COLUMN medsup.run.stage IS '事前, 事中 or 事后, as medsup.rule.stage: what this door looks at; a run over settled claims is 事后';
COMMENT ON COLUMN medsup.run.period_from IS 'civil time, included; NULL: from the beginning';
COMMENT ON COLUMN medsup.run.period_to IS 'civil time, excluded; NULL: without end';
COMMENT ON COLUMN medsup.run.status IS
    'running, done, failed (error tells), cancelled, abandoned (its session ended), refused (another run was in progress)';
COMMENT ON COLUMN medsup.run.lines IS 'fee lines of the period, counted by plain SQL in the same snapshot';
COMMENT ON COLUMN medsup.run.lines_unsettled IS 'those of them that have a person, but no settlement (在院未结)';
COMMENT ON COLUMN medsup.run.findings IS 'findings that hold at the end of this run: opened + changed + reopened + kept';
COMMENT ON COLUMN medsup.run.vola_amt IS 'amount in breach of these findings but the exempt ones, one line counted under every rule that it breaches';
COMMENT ON COLUMN medsup.run.exempt IS 'how many of these findings an exemption covers';
COMMENT ON COLUMN medsup.run.workers IS
    'background workers that took part, 0: the session did it all; before the work begins, the most there may be, NULL: medsup.audit_workers';
COMMENT ON COLUMN medsup.run.resumed IS 'how many times it went on after an interruption';
COMMENT ON COLUMN medsup.run.peak_mem IS
    'bytes: private memory of its processes, the most that each was seen to have; NULL where the system does not tell';
COMMENT ON COLUMN medsup.run.institutions IS 'a campaign over these only, by fixmedins_code; NULL: all';
COMMENT ON COLUMN medsup.run.rules IS 'a campaign by these rules only, by rule_code; NULL: all';
COMMENT ON COLUMN medsup.run.med_types IS 'a campaign over these only, by med_type; NULL: all';
COMMENT ON COLUMN medsup.run.by_occurrence IS 'a line belongs to the period by its own time, not by its settlement''s';
COMMENT ON COLUMN medsup.run.changed_only IS 'only the persons that were queued as changed';
COMMENT ON COLUMN medsup.run.watch IS
    'handle of the shared memory in which its processes tell how far they are (medsup.progress); of no use after the run';
COMMENT ON COLUMN medsup.run.sources_digest IS 'SHA-256 over the source views that it read: whether the bindings are still those';

CREATE TYPE medsup.tally AS (
    rule_code       text,
    outcome         text,
    reason          text,
    fixmedins_code  text,
    lines           bigint
);
COMMENT ON TYPE medsup.tally IS 'how many lines of an institution a rule judged how, as medsup.run_tally';
COMMENT ON COLUMN medsup.tally.rule_code IS 'the rule; NULL: all lines';
COMMENT ON COLUMN medsup.tally.outcome IS 'as in medsup.run_tally';
COMMENT ON COLUMN medsup.tally.reason IS 'why undecided, exempt or skipped';
COMMENT ON COLUMN medsup.tally.fixmedins_code IS 'institution of the lines';
COMMENT ON COLUMN medsup.tally.lines IS 'how many';

CREATE TABLE medsup.run_step (
    run             bigint NOT NULL,
    partition       int NOT NULL,
    lines           bigint NOT NULL,
    lines_checked   bigint NOT NULL,
    lines_skipped   bigint NOT NULL,
    lines_unsettled bigint NOT NULL,
    findings        bigint NOT NULL,
    opened          bigint NOT NULL,
    changed         bigint NOT NULL,
    reopened        bigint NOT NULL,
    kept            bigint NOT NULL,
    closed          bigint NOT NULL,
    vola_amt        numeric NOT NULL,
    fund_amt        numeric NOT NULL,
    snapshot        text NOT NULL,
    started_at      timestamptz NOT NULL,
    evaluated_at    timestamptz NOT NULL,
    finished_at     timestamptz NOT NULL,
    exempt          bigint NOT NULL DEFAULT 0,
    worker          int,
    read_ms         bigint,
    evaluate_ms     bigint GENERATED ALWAYS AS
        ((EXTRACT(epoch FROM evaluated_at OPERATOR(pg_catalog.-) started_at) OPERATOR(pg_catalog.*) 1000)::bigint) STORED,
    record_ms       bigint GENERATED ALWAYS AS
        ((EXTRACT(epoch FROM finished_at OPERATOR(pg_catalog.-) evaluated_at) OPERATOR(pg_catalog.*) 1000)::bigint) STORED,
    tallies         medsup.tally[],
    CONSTRAINT run_step_pkey PRIMARY KEY (run, partition),
    CONSTRAINT run_step_balanced
        CHECK (lines OPERATOR(pg_catalog.=) (lines_checked OPERATOR(pg_catalog.+) lines_skipped))
);
COMMENT ON TABLE medsup.run_step IS 'the ledger by partition of persons, each committed by itself';
COMMENT ON COLUMN medsup.run_step.snapshot IS 'the snapshot in which the partition was read';
COMMENT ON COLUMN medsup.run_step.worker IS 'number of the background worker, 0: the session itself';
COMMENT ON COLUMN medsup.run_step.read_ms IS
    'milliseconds of reading the sources: a worker reads for all its partitions at once, each bears an equal share';
COMMENT ON COLUMN medsup.run_step.evaluate_ms IS 'milliseconds from the begin of the partition until all findings were known';
COMMENT ON COLUMN medsup.run_step.tallies IS 'what the partition counted, until the end of the run puts it into medsup.run_tally';
COMMENT ON COLUMN medsup.run_step.record_ms IS 'milliseconds of comparing and writing findings and ledger';

CREATE TABLE medsup.run_tally (
    run             bigint NOT NULL,
    rule_code       text,
    outcome         text NOT NULL,
    reason          text,
    fixmedins_code  text,
    lines           bigint NOT NULL
);
COMMENT ON TABLE medsup.run_tally IS
    'lines by rule, outcome, reason and institution; without a rule: all lines, checked or skipped';
-- Not unique: medsup.sum_tallies alone writes here, all of a run at once, and a key
-- over four texts costs more than all the rest of the end of a night.
CREATE INDEX run_tally_run_idx ON medsup.run_tally (run);
COMMENT ON INDEX medsup.run_tally_run_idx IS 'what a run counted';
COMMENT ON COLUMN medsup.run_tally.outcome IS 'hit, passed, not_fund_paid, exempt, undecided; without a rule checked, skipped';

CREATE TABLE medsup.run_rule (
    run             bigint NOT NULL,
    rule_code       text NOT NULL,
    state           text NOT NULL,
    reason          text,
    entries         int NOT NULL,
    points          int,
    unset           int,
    CONSTRAINT run_rule_pkey PRIMARY KEY (run, rule_code)
);
COMMENT ON TABLE medsup.run_rule IS 'every rule of the catalogue as it stood for a run: checked, or why not';
COMMENT ON COLUMN medsup.run_rule.points IS 'points that are ready, when the first run by this rulebook began';
COMMENT ON COLUMN medsup.run_rule.unset IS 'points that lack something, likewise';

CREATE TABLE medsup.skipped_line (
    run             bigint NOT NULL,
    mdtrt_id        text,
    feedetl_sn      text,
    fixmedins_code  text,
    reason          text NOT NULL
);
COMMENT ON TABLE medsup.skipped_line IS
    'lines that a run could not check, with the reason; kept for the last good run of each kind and label';
CREATE INDEX skipped_line_run_idx ON medsup.skipped_line (run, reason);
COMMENT ON INDEX medsup.skipped_line_run_idx IS 'the list of a run by reason';

-- Rules and whether they can run.  A kind that rests on further records cannot
-- run without them: an absent record kind proves nothing.
--
-- To look at every point takes seconds with a hundred thousand of them, so that
-- runs by the same rulebook take their numbers from the one before.
CREATE FUNCTION medsup.run_rules(same_book bigint DEFAULT NULL, OUT rule_code text, OUT state text, OUT reason text, OUT entries int,
    OUT points int, OUT unset int)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000 ROWS 100
    SET search_path = pg_catalog, pg_temp
    -- compiling what tells a point's status takes longer than asking all points
    SET jit = off
AS $$
BEGIN
    RETURN QUERY
    WITH needs (kind, source) AS (
        VALUES ('K3', 'diagnosis'), ('K15', 'place')
    ), bound AS (
        SELECT DISTINCT b.kind FROM medsup.source_binding b
    ), points AS (
        SELECT u.rule_code, u.points AS ready, u.unset
        FROM medsup.run_rule u
        WHERE u.run = same_book
        UNION ALL
        SELECT s.rule_code,
            count(*) FILTER (WHERE s.status = 'ready')::int AS ready,
            count(*) FILTER (WHERE s.status = 'unset')::int AS unset
        FROM medsup.knowledge_status s
        WHERE same_book IS NULL
        GROUP BY s.rule_code
    ), provider AS (
        SELECT q.rule_code, count(*) FILTER (WHERE q.state = 'ready')::int AS ready,
            CASE WHEN bool_or(q.state = 'ready') THEN 'checked' WHEN bool_or(q.state = 'not_runnable') THEN 'not_runnable'
                 WHEN bool_or(q.state = 'unset') THEN 'unset' ELSE 'off' END AS state,
            string_agg(DISTINCT concat_ws(' ', q.entry_code, q.reason), '; ') FILTER (WHERE q.reason IS NOT NULL) AS reason
        FROM medsup.provider_rules() q
        GROUP BY q.rule_code
    )
    SELECT r.rule_code,
        CASE WHEN NOT coalesce(t.enabled, true) THEN 'off'
             WHEN m.sources IS NOT NULL THEN 'not_runnable'
             WHEN NOT r.judged THEN 'not_judged'
             WHEN coalesce(p.ready, 0) > 0 THEN 'checked'
             WHEN q.state IS NOT NULL THEN q.state
             WHEN coalesce(p.unset, 0) > 0 THEN 'unset'
             ELSE 'no_points' END,
        CASE WHEN NOT coalesce(t.enabled, true) THEN NULL
             WHEN m.sources IS NOT NULL THEN 'no source bound: ' || m.sources
             WHEN NOT r.judged THEN r.not_judged_why
             WHEN coalesce(p.unset, 0) > 0 THEN format('%s points unset', p.unset)
             ELSE q.reason END,
        coalesce(p.ready, 0) + coalesce(q.ready, 0),
        coalesce(p.ready, 0), coalesce(p.unset, 0)
    FROM medsup.rule r
    LEFT JOIN medsup.rule_setting t ON t.rule_code = r.rule_code
    LEFT JOIN points p ON p.rule_code = r.rule_code
    LEFT JOIN provider q ON q.rule_code = r.rule_code
    CROSS JOIN LATERAL (
        SELECT string_agg(n.source, ', ' ORDER BY n.source COLLATE "C") AS sources
        FROM needs n
        WHERE n.kind = r.kind AND NOT EXISTS (SELECT FROM bound b WHERE b.kind = n.source)
    ) m
    ORDER BY r.rule_code COLLATE "C";
END
$$;
COMMENT ON FUNCTION medsup.run_rules(bigint) IS
    'every rule: checked, off, not_runnable (its source is not bound), not_judged, unset or no_points; why, and its points ready, as they are now or as a run by the same rulebook counted them';

-- One key for all runs of a database: two words of "medsup run".
CREATE FUNCTION medsup.run_lock(take boolean) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    key1 CONSTANT int := 1835363187;
    key2 CONSTANT int := 1920298542;
BEGIN
    -- a lock that an interrupted run of this session left behind is given back first
    WHILE EXISTS (
        SELECT FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.pid = pg_backend_pid() AND l.granted
          AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
          AND l.classid = key1::oid AND l.objid = key2::oid AND l.objsubid = 2)
    LOOP
        PERFORM pg_advisory_unlock(key1, key2);
    END LOOP;
    RETURN take AND pg_try_advisory_lock(key1, key2);
END
$$;
COMMENT ON FUNCTION medsup.run_lock(boolean) IS
    'take the session lock that runs exclude each other by (false: another session has it), or give it back';

-- What of an error may stand in the ledger.  Messages about values and those that
-- somebody else's function raises can quote a cell, hence a person.
CREATE FUNCTION medsup.error_text(state text, message text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF state ~ '^(MS|08|0A|25|3D|3F|40|42|53|54|55|57|58)' THEN
        RETURN message;
    END IF;
    RETURN format('SQLSTATE %s; its text is withheld, since it may quote a person''s data', state);
END
$$;
COMMENT ON FUNCTION medsup.error_text(text, text) IS
    'the message of an error as the ledger keeps it: withheld where it may quote values of the warehouse';

-- For whoever reads the sources outside of a run: called in an exception block,
-- which then raises again.
CREATE FUNCTION medsup.refuse_cells(state text, message text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF medsup.error_text(state, message) <> message THEN
        RAISE EXCEPTION 'the sources cannot be read: %', medsup.error_text(state, message)
            USING ERRCODE = 'MS205',
                  HINT = 'Where a mapping casts, take the cast out: columns of text are read as they are, whatever they hold (medsup.sources).';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.refuse_cells(text, text) IS
    'raise an error without its text where that may quote values of the warehouse; nothing where it may be told';

-- A parallel worker writes its error to the log before anybody can refuse it.
-- Called in the same exception block, before the sources are read.
CREATE FUNCTION medsup.quiet_log() RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT
    AS 'MODULE_PATHNAME', 'medsup_quiet_log';
COMMENT ON FUNCTION medsup.quiet_log() IS
    'keep warnings and errors of statements over the sources out of the server''s log, to the end of the block that calls it';

-- ------------------------------------------------------- its processes ----
CREATE FUNCTION medsup.run_worker(OUT worker int, OUT leader int, OUT read_ms bigint) RETURNS record
    LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT
AS 'MODULE_PATHNAME', 'medsup_run_worker';
COMMENT ON FUNCTION medsup.run_worker() IS
    'this process in a run: number of the background worker (0: the session itself), the backend that leads, what reading took for each partition';

CREATE FUNCTION medsup.run_workers(watch bigint,
    OUT worker int, OUT pid int, OUT doing text, OUT partitions int, OUT partitions_done int, OUT partition int,
    OUT rows_read bigint, OUT persons_done bigint, OUT persons bigint, OUT private_mem bigint)
    RETURNS SETOF record
    LANGUAGE C VOLATILE PARALLEL RESTRICTED STRICT ROWS 3
AS 'MODULE_PATHNAME', 'medsup_run_workers';
COMMENT ON FUNCTION medsup.run_workers(bigint) IS
    'the processes of the run in progress that medsup.run.watch belongs to: starting, reading, evaluating, recording or done';
