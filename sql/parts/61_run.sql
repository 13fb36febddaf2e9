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

CREATE TABLE medsup.run_partition (
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
    CONSTRAINT run_partition_pkey PRIMARY KEY (run, partition),
    CONSTRAINT run_partition_balanced
        CHECK (lines OPERATOR(pg_catalog.=) (lines_checked OPERATOR(pg_catalog.+) lines_skipped))
);
COMMENT ON TABLE medsup.run_partition IS 'the ledger by partition of persons, each committed by itself';
COMMENT ON COLUMN medsup.run_partition.snapshot IS 'the snapshot in which the partition was read, one statement for all of it';

CREATE TABLE medsup.run_tally (
    run             bigint NOT NULL,
    rule_code       text,
    outcome         text NOT NULL,
    reason          text,
    fixmedins_code  text,
    lines           bigint NOT NULL,
    CONSTRAINT run_tally_key UNIQUE NULLS NOT DISTINCT (run, rule_code, outcome, reason, fixmedins_code)
);
COMMENT ON TABLE medsup.run_tally IS
    'lines by rule, outcome, reason and institution; without a rule: all lines, checked or skipped';
COMMENT ON COLUMN medsup.run_tally.outcome IS 'hit, passed, not_fund_paid, exempt, undecided; without a rule checked, skipped';

CREATE TABLE medsup.run_rule (
    run             bigint NOT NULL,
    rule_code       text NOT NULL,
    state           text NOT NULL,
    reason          text,
    entries         int NOT NULL,
    CONSTRAINT run_rule_pkey PRIMARY KEY (run, rule_code)
);
COMMENT ON TABLE medsup.run_rule IS 'every rule of the catalogue as it stood for a run: checked, or why not';

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
CREATE FUNCTION medsup.run_rules(OUT rule_code text, OUT state text, OUT reason text, OUT entries int)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000 ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    WITH needs (kind, source) AS (
        VALUES ('K3', 'diagnosis'), ('K15', 'place')
    ), bound AS (
        SELECT DISTINCT b.kind FROM medsup.source_binding b
    ), points AS (
        SELECT s.rule_code,
            count(*) FILTER (WHERE s.status = 'ready')::int AS ready,
            count(*) FILTER (WHERE s.status = 'unset')::int AS unset
        FROM medsup.knowledge_status s
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
        coalesce(p.ready, 0) + coalesce(q.ready, 0)
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
COMMENT ON FUNCTION medsup.run_rules() IS
    'every rule: checked, off, not_runnable (its source is not bound), not_judged, unset or no_points; why, and its points ready';

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

-- What must be true before any statement over the bound sources: a period, bound
-- and unchanged sources, a rulebook, and lines.
CREATE FUNCTION medsup.run_ready(period tsrange,
    OUT period_from timestamp, OUT period_to timestamp, OUT rulebook int, OUT rulebook_digest bytea, OUT estimate bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing text;
    drift text;
    plan json;
    present boolean;
    from_t timestamp := lower(period);
    to_t timestamp := upper(period);
    state text;
    message text;
BEGIN
    IF isempty(period) THEN
        RAISE EXCEPTION 'the period is empty'
            USING ERRCODE = 'MS204', HINT = 'Write it as ''[2025-01-01, 2025-07-01)''; NULL means all lines.';
    END IF;
    -- [from, to) to the microsecond
    IF NOT lower_inc(period) AND NOT lower_inf(period) THEN
        from_t := from_t + interval '1 microsecond';
    END IF;
    IF upper_inc(period) THEN
        to_t := to_t + interval '1 microsecond';
    END IF;
    from_t := nullif(from_t, '-infinity');
    to_t := nullif(to_t, 'infinity');

    SELECT string_agg(k, ', ') INTO missing
    FROM unnest(ARRAY['encounter', 'fee_line', 'settlement']) k
    WHERE NOT EXISTS (SELECT FROM medsup.source_binding b WHERE b.kind = k);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'no source is bound for %', missing
            USING ERRCODE = 'MS901',
                  HINT = 'Bind the warehouse''s tables first, such as SELECT medsup.bind_source(''fee_line'', ''wh.fee_list_d''); see medsup.sources.';
    END IF;
    SELECT string_agg(format('%s %s: %s', d.kind, d.relation_name, d.problem), E'\n' ORDER BY d.kind COLLATE "C", d.relation_name COLLATE "C", d.problem COLLATE "C")
    INTO drift FROM medsup.source_drift() d;
    IF drift IS NOT NULL THEN
        RAISE EXCEPTION 'bound sources have changed'
            USING ERRCODE = 'MS902', DETAIL = drift,
                  HINT = 'Bind them again: SELECT medsup.rebind_sources(); or unbind what is gone.';
    END IF;
    SELECT c.version, c.digest INTO rulebook, rulebook_digest FROM medsup.current_rulebook() c;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no rulebook has been published'
            USING ERRCODE = 'MS104',
                  HINT = 'Load knowledge points, then SELECT medsup.publish_rulebook();';
    END IF;

    -- Before anything is closed for want of lines: a source that is being loaded
    -- anew must not look like one without findings.
    BEGIN
        IF from_t IS NULL AND to_t IS NULL THEN
            EXECUTE 'SELECT EXISTS (SELECT FROM medsup.src_fee_line)' INTO present;
            EXECUTE 'EXPLAIN (FORMAT JSON) SELECT FROM medsup.src_fee_line' INTO plan;
            estimate := (plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric::bigint;
        ELSE
            -- persons are read whole, so that more lines are read than the period has
            EXECUTE format($q$SELECT 3 * count(*), count(*) > 0
                    OR (EXISTS (SELECT FROM medsup.src_fee_line) AND EXISTS (SELECT FROM medsup.src_settlement t WHERE %s))
                FROM medsup.src_fee_line t WHERE t.fee_ocur_time IS NULL OR t.fee_ocur_time = '-infinity' OR (%s)$q$,
                concat_ws(' AND ', CASE WHEN from_t IS NOT NULL THEN format('t.setl_time >= %L', from_t) END,
                    CASE WHEN to_t IS NOT NULL THEN format('t.setl_time < %L', to_t) END),
                concat_ws(' AND ', CASE WHEN from_t IS NOT NULL THEN format('t.fee_ocur_time >= %L', from_t) END,
                    CASE WHEN to_t IS NOT NULL THEN format('t.fee_ocur_time < %L', to_t) END))
            INTO estimate, present;
        END IF;
    EXCEPTION WHEN others THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
        IF medsup.error_text(state, message) = message THEN
            RAISE;
        END IF;
        RAISE EXCEPTION 'the sources cannot be read: %', medsup.error_text(state, message)
            USING ERRCODE = 'MS205',
                  HINT = 'Where a mapping casts, take the cast out: columns of text are read as they are, whatever they hold (medsup.sources).';
    END;
    IF NOT present THEN
        RAISE EXCEPTION 'the sources hold no line of this period'
            USING ERRCODE = 'MS204',
                  DETAIL = format('From %s, before %s.', coalesce(from_t::text, 'the beginning'), coalesce(to_t::text, 'no end')),
                  HINT = 'Choose another period, or see medsup.sources for what is bound. Nothing was closed.';
    END IF;
    period_from := from_t;
    period_to := to_t;
END
$$;
COMMENT ON FUNCTION medsup.run_ready(tsrange) IS
    'check what a run over the bound sources needs; the bounds of its period, the rulebook in force and about how many lines';

CREATE FUNCTION medsup.run_begin(kind text, period tsrange, label text, partitions int) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    this bigint;
    other medsup.run;
    ready record;
BEGIN
    IF partitions < 1 OR partitions > 10000 THEN
        RAISE EXCEPTION 'number of partitions is %', partitions
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give 1 to 10000, or NULL to have it chosen.';
    END IF;
    SELECT q.* INTO ready FROM medsup.run_ready(period) q;

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
        INSERT INTO medsup.run (kind, label, period_from, period_to, rulebook, rulebook_digest, partitions)
        VALUES (run_begin.kind, run_begin.label, ready.period_from, ready.period_to, ready.rulebook, ready.rulebook_digest,
                coalesce(run_begin.partitions, least(64, greatest(1, (ready.estimate + 249999) / 250000))))
        RETURNING run INTO this;
        INSERT INTO medsup.run_rule (run, rule_code, state, reason, entries)
        SELECT this, s.rule_code, s.state, s.reason, s.entries FROM medsup.run_rules() s;
    EXCEPTION WHEN query_canceled OR others THEN
        PERFORM medsup.run_lock(false);
        RAISE;
    END;
    RETURN this;
END
$$;
COMMENT ON FUNCTION medsup.run_begin(text, tsrange, text, int) IS
    'check what a run needs, take the lock, open its row in the ledger; the first step of medsup.run_audit and medsup.nightly';

-- The statement that reads one partition: every person with a line or a
-- settlement in the period, with all that the warehouse has of this person, so
-- that windows look outside the period on both sides.  Lines that cannot be
-- placed in time are looked at by every run.
CREATE FUNCTION medsup.run_query(this medsup.run, part int,
    book text DEFAULT NULL, visits boolean DEFAULT NULL, persons text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mine text := 'true';
    chosen text := '';
    kinds text := '';
    cols text;
    k text;
    row_type text;
    arrays text[] := '{}';
    place text;
    bounded boolean := this.period_from IS NOT NULL OR this.period_to IS NOT NULL;
    nobody text := '';
    begun text := '';
    alone text := '';
BEGIN
    book := coalesce(book, format('(SELECT b.compiled FROM medsup.rulebook b WHERE b.version = %s)', this.rulebook));
    -- rules about visits and records also speak of visits without any line
    visits := coalesce(visits, EXISTS (SELECT FROM medsup.run_rule u JOIN medsup.rule r ON r.rule_code = u.rule_code
        WHERE u.run = this.run AND u.state = 'checked' AND r.kind IN ('K11', 'K12')));
    IF this.partitions > 1 THEN
        mine := format($q$(hashtextextended(coalesce(t.psn_no, ''), 0) & 2147483647) %% %s = %s$q$,
                       this.partitions, part - 1);
    END IF;
    IF persons IS NOT NULL THEN
        mine := format('%s AND t.psn_no IN (%s)', mine, persons);
    END IF;
    place := concat_ws(' AND ', 'true',
        CASE WHEN this.period_from IS NOT NULL THEN format('%%1$s >= %L::timestamp', this.period_from) END,
        CASE WHEN this.period_to IS NOT NULL THEN format('%%1$s < %L::timestamp', this.period_to) END);
    IF bounded THEN
        -- wider than the period, never narrower: the evaluator places each line
        begun := format($q$
                AND (t.begntime IS NULL OR t.begntime = '-infinity' OR %s)$q$, format(place, 't.begntime'));
        chosen := format($q$
            AND coalesce(t.psn_no, '') IN (
                SELECT coalesce(t.psn_no, '') FROM medsup.src_fee_line t
                WHERE %1$s AND (t.fee_ocur_time IS NULL OR t.fee_ocur_time = '-infinity' OR %2$s)
                UNION ALL
                SELECT coalesce(t.psn_no, '') FROM medsup.src_settlement t
                WHERE %1$s AND %3$s%4$s)$q$,
            mine, format(place, 't.fee_ocur_time'), format(place, 't.setl_time'),
            CASE WHEN visits THEN format($q$
                UNION ALL
                SELECT t.psn_no FROM medsup.src_encounter t
                WHERE t.psn_no IS NOT NULL AND %s%s$q$, mine, begun) ELSE '' END);
    END IF;
    IF visits THEN
        alone := format($q$
    UNION ALL
    SELECT e.psn_no, NULL::medsup.claim_fee_line[] AS rows
    FROM (SELECT DISTINCT t.psn_no FROM medsup.src_encounter t WHERE t.psn_no IS NOT NULL AND %1$s%2$s) e
    WHERE NOT EXISTS (SELECT FROM (SELECT t.psn_no FROM medsup.src_fee_line t WHERE %1$s) l WHERE l.psn_no = e.psn_no)$q$,
            mine, begun);
    END IF;
    FOR k, row_type IN
        VALUES ('encounter', 'claim_encounter'), ('settlement', 'claim_settlement'), ('diagnosis', 'claim_diagnosis'),
            ('operation', 'claim_operation'), ('chronic_reg', 'claim_registration')
    LOOP
        -- NULL says that there is no such source, an empty array that it has no row
        IF to_regclass('medsup.src_' || k) IS NULL THEN
            arrays := arrays || 'NULL'::text;
            CONTINUE;
        END IF;
        arrays := arrays || format('coalesce(%s.rows, ''{}'')', k);
        SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum) INTO cols
        FROM pg_attribute a
        WHERE a.attrelid = ('medsup.' || row_type)::regclass AND a.attnum > 0 AND NOT a.attisdropped;
        kinds := kinds || format($q$
LEFT JOIN (
    SELECT coalesce(t.psn_no, '') AS psn_no, array_agg(ROW(%2$s)::medsup.%4$s) AS rows
    FROM medsup.src_%1$s t WHERE %3$s GROUP BY 1
) %1$s ON %1$s.psn_no = line.psn_no$q$, k, cols, mine, row_type);
        IF k = 'settlement' THEN
            nobody := format($q$
LEFT JOIN (
    SELECT hashtextextended(t.setl_id, 0) & 4095 AS few, array_agg(ROW(%s)::medsup.claim_settlement) AS rows
    FROM medsup.src_settlement t WHERE t.psn_no IS NULL AND t.setl_id IS NOT NULL GROUP BY 1
) settlement ON settlement.few = line.few$q$, cols);
        END IF;
    END LOOP;
    SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum) INTO cols
    FROM pg_attribute a
    WHERE a.attrelid = 'medsup.claim_fee_line'::regclass AND a.attnum > 0 AND NOT a.attisdropped;
    -- Lines without a person are skipped one by one and need no more than their
    -- own settlement, and there may be millions of them: one call takes only a
    -- few.  All of them are in the partition of the empty number.
    IF persons IS NULL AND part - 1 = (hashtextextended('', 0) & 2147483647) % this.partitions THEN
        nobody := format($q$
UNION ALL
SELECT v.*
FROM (
    SELECT hashtextextended(coalesce(t.setl_id, t.feedetl_sn, t.mdtrt_id, ''), 0) & 4095 AS few,
        array_agg(ROW(%1$s)::medsup.claim_fee_line) AS rows
    FROM medsup.src_fee_line t WHERE t.psn_no IS NULL GROUP BY 1
) line %2$s
CROSS JOIN LATERAL medsup.evaluate(
    %3$s,
    %4$L::timestamp, %5$L::timestamp, NULL, settlement.rows, line.rows, NULL, NULL, NULL) v$q$,
            cols, nobody, book, this.period_from, this.period_to);
    ELSE
        nobody := '';
    END IF;

    RETURN format($q$
SELECT v.*
FROM (
    SELECT coalesce(t.psn_no, '') AS psn_no, array_agg(ROW(%1$s)::medsup.claim_fee_line) AS rows
    FROM medsup.src_fee_line t WHERE t.psn_no IS NOT NULL AND %2$s%3$s GROUP BY 1%15$s
) line %4$s
CROSS JOIN LATERAL medsup.evaluate(
    %5$s,
    %6$L::timestamp, %7$L::timestamp, %10$s, %11$s, line.rows, %12$s, %13$s, %14$s) v%9$s
UNION ALL
SELECT (n.r).*
FROM (
    SELECT jsonb_populate_record(NULL::medsup.verdict, jsonb_build_object(
        'what', 'N', 'outcome', x.outcome, 'lines', x.lines, 'note', pg_current_snapshot()::text)) AS r
    FROM (
        SELECT count(*) AS lines, count(*) FILTER (WHERE s.setl_id IS NULL AND t.psn_no IS NOT NULL) AS unsettled
        FROM medsup.src_fee_line t
        LEFT JOIN (
            -- one line a settlement, whatever the warehouse repeats
            SELECT DISTINCT ON (coalesce(t.psn_no, ''), t.setl_id)
                coalesce(t.psn_no, '') AS psn_no, t.setl_id, nullif(t.setl_time, '-infinity') AS setl_time
            FROM medsup.src_settlement t
            WHERE %2$s AND t.setl_id IS NOT NULL
            -- as the evaluator chooses (audit_fate_core.c): bytes, no time first, unreadable last
            ORDER BY coalesce(t.psn_no, ''), t.setl_id, coalesce(t.vali_flag, '') = '0',
                coalesce(t.mdtrt_id, '') COLLATE "C", coalesce(t.init_setl_id, '') COLLATE "C", coalesce(t.refd_setl_flag, '') COLLATE "C",
                coalesce(t.mid_setl_flag, '') COLLATE "C", coalesce(t.vali_flag, '') COLLATE "C", coalesce(t.clr_way, '') COLLATE "C",
                coalesce(t.insutype, '') COLLATE "C", coalesce(t.med_type, '') COLLATE "C", coalesce(t.insu_admdvs, '') COLLATE "C",
                t.setl_time IS NOT NULL, t.setl_time = '-infinity', t.setl_time
        ) s ON s.psn_no = coalesce(t.psn_no, '') AND s.setl_id = t.setl_id
        WHERE %2$s
          AND (coalesce(s.setl_time, nullif(t.fee_ocur_time, '-infinity')) IS NULL OR (%8$s))
    ) c
    CROSS JOIN LATERAL (VALUES ('lines', c.lines), ('unsettled', c.unsettled)) x (outcome, lines)
    OFFSET 0
) n$q$,
        cols, mine, chosen, kinds, book, this.period_from, this.period_to,
        format(place, $q$coalesce(s.setl_time, nullif(t.fee_ocur_time, '-infinity'))$q$), nobody,
        arrays[1], arrays[2], arrays[3], arrays[4], arrays[5], alone);
END
$$;
COMMENT ON FUNCTION medsup.run_query(medsup.run, int, text, boolean, text) IS
    'the statement that a run executes for one partition; others give an expression for their book, whether it speaks of visits, and a query of persons; its plan is what to look at when a night is slow';

CREATE FUNCTION medsup.run_step(run_id bigint, part int) RETURNS boolean
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
    money record;
    state text;
    message text;
    step_status text := 'failed';
BEGIN
    SELECT r.* INTO STRICT this FROM medsup.run r WHERE r.run = run_id;
    BEGIN
        -- Staged, since CREATE TABLE AS can be parallel and INSERT cannot, and
        -- since one statement has one snapshot.
        EXECUTE 'CREATE TEMPORARY TABLE medsup_staged ON COMMIT DROP AS' || medsup.run_query(this, part);
        evaluated := clock_timestamp();
        -- Persons whose lines are all gone are closed as well, so the persons are
        -- those that have findings, not those that have lines.
        CREATE TEMPORARY TABLE medsup_person ON COMMIT DROP AS
        SELECT DISTINCT f.psn_no FROM medsup.finding f
        WHERE f.status <> 'closed'
          AND (hashtextextended(f.psn_no, 0) & 2147483647) % this.partitions = part - 1;

        SELECT coalesce(max(s.lines) FILTER (WHERE s.what = 'N' AND s.outcome = 'lines'), 0) AS lines,
            coalesce(max(s.lines) FILTER (WHERE s.what = 'N' AND s.outcome = 'unsettled'), 0) AS unsettled,
            max(s.note) FILTER (WHERE s.what = 'N') AS snapshot,
            coalesce(sum(s.lines) FILTER (WHERE s.what = 'T' AND s.rule_code IS NULL AND s.outcome = 'checked'), 0) AS checked,
            coalesce(sum(s.lines) FILTER (WHERE s.what = 'T' AND s.rule_code IS NULL AND s.outcome = 'skipped'), 0) AS skipped,
            count(*) FILTER (WHERE s.what = 'S') AS listed
        INTO counted FROM pg_temp.medsup_staged s;
        IF counted.lines <> counted.checked + counted.skipped OR counted.skipped <> counted.listed THEN
            RAISE EXCEPTION 'the ledger of partition % does not balance', part
                USING ERRCODE = 'MS203',
                      DETAIL = format('Lines in the period %s, checked %s, skipped %s, listed as skipped %s.',
                          counted.lines, counted.checked, counted.skipped, counted.listed),
                      HINT = 'Nothing of this partition was kept. This is an error in medsup: please report it.';
        END IF;

        SELECT * INTO put FROM medsup.record_findings(run_id, this.rulebook, this.rulebook_digest,
            'pg_temp.medsup_staged', 'pg_temp.medsup_person', this.period_from, this.period_to);
        INSERT INTO medsup.skipped_line (run, mdtrt_id, feedetl_sn, fixmedins_code, reason)
        SELECT run_id, s.mdtrt_id, s.feedetl_sn, s.fixmedins_code, s.reason
        FROM pg_temp.medsup_staged s WHERE s.what = 'S';
        INSERT INTO medsup.run_tally AS t (run, rule_code, outcome, reason, fixmedins_code, lines)
        SELECT run_id, s.rule_code, s.outcome, s.reason, s.fixmedins_code, sum(s.lines)
        FROM pg_temp.medsup_staged s WHERE s.what = 'T'
        GROUP BY s.rule_code, s.outcome, s.reason, s.fixmedins_code
        ON CONFLICT ON CONSTRAINT run_tally_key DO UPDATE SET lines = t.lines + EXCLUDED.lines;
        SELECT coalesce(sum(s.vola_amt), 0) AS vola, coalesce(sum(s.fund_amt), 0) AS fund INTO money
        FROM (SELECT DISTINCT ON (s.finding_id) s.finding_id, s.vola_amt, s.fund_amt FROM pg_temp.medsup_staged s
              WHERE s.what = 'F' ORDER BY s.finding_id, s.vola_amt DESC, s.content_digest) s
        JOIN medsup.finding f ON f.finding_id = s.finding_id AND f.status = 'open';
        INSERT INTO medsup.run_partition (run, partition, lines, lines_checked, lines_skipped, lines_unsettled,
            findings, opened, changed, reopened, kept, closed, exempt, vola_amt, fund_amt, snapshot,
            started_at, evaluated_at, finished_at)
        VALUES (run_id, part, counted.lines, counted.checked, counted.skipped, counted.unsettled,
            put.opened + put.changed + put.reopened + put.kept, put.opened, put.changed, put.reopened, put.kept,
            put.closed, put.exempt, money.vola, money.fund, counted.snapshot, began, evaluated, clock_timestamp());
        UPDATE medsup.run r SET partitions_done = r.partitions_done + 1,
            lines = r.lines + counted.lines, lines_checked = r.lines_checked + counted.checked,
            lines_skipped = r.lines_skipped + counted.skipped, lines_unsettled = r.lines_unsettled + counted.unsettled,
            findings = r.findings + put.opened + put.changed + put.reopened + put.kept,
            opened = r.opened + put.opened, changed = r.changed + put.changed,
            reopened = r.reopened + put.reopened, kept = r.kept + put.kept, closed = r.closed + put.closed, exempt = r.exempt + put.exempt,
            vola_amt = r.vola_amt + money.vola, fund_amt = r.fund_amt + money.fund
        WHERE r.run = run_id;
        step_status := 'done';
    EXCEPTION
        WHEN query_canceled THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
            step_status := 'cancelled';
        WHEN others THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    END;

    IF step_status = 'done' THEN
        RAISE NOTICE 'run %: partition % of %, % lines, % skipped, % findings, % s', run_id, part, this.partitions,
            counted.lines, counted.skipped, put.opened + put.changed + put.reopened + put.kept,
            round(extract(epoch FROM clock_timestamp() - began), 1);
        RETURN true;
    END IF;
    UPDATE medsup.run r SET status = step_status, finished_at = clock_timestamp(), sqlstate = state,
        error = format('partition %s: %s', part, medsup.error_text(state, message))
    WHERE r.run = run_id;
    RETURN false;
END
$$;
COMMENT ON FUNCTION medsup.run_step(bigint, int) IS
    'read, evaluate and record one partition of a run; false when that failed, which the ledger then says';

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
            -- counts stay for ever, lists only of the last good run
            DELETE FROM medsup.skipped_line s USING medsup.run r
            WHERE s.run = r.run AND r.run < run_id AND r.kind = this.kind AND r.label IS NOT DISTINCT FROM this.label;
        END IF;
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

-- Procedures that commit have no SET clause and qualify everything.
CREATE PROCEDURE medsup.run_audit(period tsrange DEFAULT NULL, label text DEFAULT NULL, partitions int DEFAULT NULL)
    LANGUAGE plpgsql
AS $$
DECLARE
    this bigint;
    parts int;
BEGIN
    -- inside a transaction block this ends it all before anything was touched
    COMMIT;
    this := medsup.run_begin('audit', run_audit.period, run_audit.label, run_audit.partitions);
    SELECT r.partitions INTO parts FROM medsup.run r WHERE r.run OPERATOR(pg_catalog.=) this;
    COMMIT;
    FOR part IN 1 .. parts LOOP
        EXIT WHEN NOT medsup.run_step(this, part);
        COMMIT;
    END LOOP;
    COMMIT;
    PERFORM medsup.provider_step(this);
    COMMIT;
    PERFORM medsup.run_end(this);
    COMMIT;
    PERFORM medsup.run_report(this);
END
$$;
COMMENT ON PROCEDURE medsup.run_audit(tsrange, text, int) IS
    'audit every line whose settlement (unsettled: the line itself) falls into the period, NULL = all; commits by partition of persons';
