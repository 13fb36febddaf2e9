-- The night.  pg_cron calls medsup.nightly(); whether it did is told by our own
-- ledger, since the scheduler's cannot know of nights that it did not start.

CREATE TABLE medsup.nightly_setting (
    only_row        boolean NOT NULL DEFAULT true,
    lookback        interval,
    schedule        text,
    scheduled_at    timestamptz,
    scheduled_by    text,
    CONSTRAINT nightly_setting_pkey PRIMARY KEY (only_row),
    CONSTRAINT nightly_setting_one CHECK (only_row),
    CONSTRAINT nightly_setting_lookback CHECK (lookback OPERATOR(pg_catalog.>) interval '0')
);
COMMENT ON TABLE medsup.nightly_setting IS 'what the night audits and when it was scheduled; at most one row';
COMMENT ON COLUMN medsup.nightly_setting.lookback IS
    'how far back a night looks, from the first of that month; NULL: all lines';

CREATE FUNCTION medsup.set_nightly(lookback interval) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF lookback <= interval '0' OR lookback > interval '200 years' THEN
        RAISE EXCEPTION 'a night cannot look back %', lookback
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give a positive interval of at most 200 years, such as 13 months, or NULL for all lines.';
    END IF;
    INSERT INTO medsup.nightly_setting AS s (lookback) VALUES (set_nightly.lookback)
    ON CONFLICT ON CONSTRAINT nightly_setting_pkey DO UPDATE SET lookback = EXCLUDED.lookback;
END
$$;
COMMENT ON FUNCTION medsup.set_nightly(interval) IS 'how far back a night audits, such as 13 months; NULL: all lines';

CREATE FUNCTION medsup.nightly_period() RETURNS tsrange
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT tsrange(date_trunc('month', (now() AT TIME ZONE medsup.civil_zone()) - s.lookback), NULL)
            FROM medsup.nightly_setting s WHERE s.lookback IS NOT NULL);
END
$$;
COMMENT ON FUNCTION medsup.nightly_period() IS 'the period that a night of today audits; NULL: all lines';

CREATE FUNCTION medsup.nightly_begin(OUT this bigint, OUT advice text) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    BEGIN
        this := medsup.run_begin('nightly', medsup.nightly_period(), NULL, NULL);
        RETURN;
    EXCEPTION WHEN others THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    END;
    -- a night that could not even begin is in the ledger too
    INSERT INTO medsup.run (kind, status, finished_at, sqlstate, error)
    VALUES ('nightly', CASE state WHEN 'MS201' THEN 'refused' ELSE 'failed' END, clock_timestamp(), state,
            concat_ws(': ', medsup.error_text(state, message), CASE WHEN state LIKE 'MS%' THEN nullif(detail, '') END))
    RETURNING run INTO this;
    IF state = 'MS201' THEN
        RAISE NOTICE '%; this night leaves', message USING DETAIL = detail;
    END IF;
    this := -this;
    -- hints of others may quote a cell
    advice := CASE WHEN state LIKE 'MS%' THEN nullif(hint, '') END;
END
$$;
COMMENT ON FUNCTION medsup.nightly_begin() IS
    'open a night; when it could not begin, the negative number of its row in the ledger and what to do';

CREATE FUNCTION medsup.nightly_failed(run_id bigint, advice text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    this medsup.run;
BEGIN
    SELECT r.* INTO STRICT this FROM medsup.run r WHERE r.run = run_id;
    IF this.status = 'failed' THEN
        RAISE EXCEPTION 'night % could not begin: %', run_id, this.error
            USING ERRCODE = this.sqlstate, HINT = coalesce(advice, 'SELECT * FROM medsup.health(); tells what is missing.');
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.nightly_failed(bigint, text) IS 'raise why a night could not begin, once the ledger says it';

-- Procedures that commit have no SET clause and qualify everything.
CREATE PROCEDURE medsup.nightly()
    LANGUAGE plpgsql
AS $$
DECLARE
    this bigint;
    advice text;
    parts int;
BEGIN
    COMMIT;
    SELECT b.this, b.advice INTO this, advice FROM medsup.nightly_begin() b;
    COMMIT;
    IF this OPERATOR(pg_catalog.<) 0 THEN
        PERFORM medsup.nightly_failed(OPERATOR(pg_catalog.-) this, advice);
        RETURN;
    END IF;
    SELECT r.partitions INTO parts FROM medsup.run r WHERE r.run OPERATOR(pg_catalog.=) this;
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
COMMENT ON PROCEDURE medsup.nightly() IS
    'the night: audit the configured period, write the ledger; leaves quietly when another run is in progress';

CREATE FUNCTION medsup.schedule_nightly(schedule text DEFAULT '0 18 * * *') RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    answer text;
    -- without error, since only pg_read_all_settings may look
    home text := (SELECT s.setting FROM pg_settings s WHERE s.name = 'cron.database_name');
    here boolean := EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron');
    -- pg_cron counts in GMT unless told otherwise, people do not
    clock text := (SELECT nullif(s.setting, '') FROM pg_settings s WHERE s.name = 'cron.timezone');
    hm int[] := regexp_match(schedule, '^\s*([0-5]?\d)\s+([01]?\d|2[0-3])\s');
    before medsup.nightly_setting;
BEGIN
    IF schedule !~ '^\s*(\S+\s+){4}\S+\s*$' AND schedule !~* '^\s*([1-9]|[1-5]\d)\s+seconds?\s*$' THEN
        RAISE EXCEPTION 'schedule "%" is not a cron schedule', schedule
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Give minute, hour, day, month and weekday, such as ''0 18 * * *'' for 18:00 GMT, 02:00 in Beijing, each day (GMT unless cron.timezone says otherwise).';
    END IF;
    IF here AND NOT has_schema_privilege('cron', 'USAGE') THEN
        RAISE EXCEPTION 'role "%" may not use pg_cron', current_user
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('Have a superuser run: GRANT USAGE ON SCHEMA cron TO %I;', current_user);
    END IF;
    SELECT s.* INTO before FROM medsup.nightly_setting s;
    IF before.schedule IS NOT NULL AND before.scheduled_by <> current_user THEN
        RAISE WARNING 'role "%" has scheduled the night, too', before.scheduled_by
            USING HINT = 'pg_cron keeps jobs by role. Of two nights that meet, the second leaves at once; SELECT medsup.unschedule_nightly(); as that role takes its job back.';
    END IF;
    INSERT INTO medsup.nightly_setting AS s (schedule, scheduled_at, scheduled_by)
    VALUES (schedule_nightly.schedule, now(), current_user)
    ON CONFLICT ON CONSTRAINT nightly_setting_pkey DO UPDATE
    SET schedule = EXCLUDED.schedule, scheduled_at = EXCLUDED.scheduled_at, scheduled_by = EXCLUDED.scheduled_by;

    IF hm IS NOT NULL THEN
        RAISE NOTICE 'the night begins at % in %',
            to_char((current_date + make_time(hm[2], hm[1], 0)) AT TIME ZONE coalesce(clock, 'GMT') AT TIME ZONE medsup.civil_zone(), 'HH24:MI'),
            medsup.civil_zone()
            USING DETAIL = CASE WHEN clock IS NULL THEN 'cron.timezone is not to be read here, so the schedule was taken in GMT.'
                                ELSE format('cron.timezone is %s.', clock) END;
    END IF;
    IF here THEN
        EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO answer
        USING format('medsup nightly %s', current_database()), schedule, 'CALL medsup.nightly()';
        RETURN format('scheduled as job %s', answer);
    END IF;
    answer := format('SELECT cron.schedule_in_database(%L, %L, %L, %L, %L);',
        format('medsup nightly %s', current_database()), schedule, 'CALL medsup.nightly()',
        current_database(), current_user);
    IF home IS NULL AND pg_has_role('pg_read_all_settings', 'USAGE') THEN
        RAISE WARNING 'pg_cron is not loaded, so nothing was scheduled'
            USING HINT = 'Add pg_cron to shared_preload_libraries, set cron.database_name, restart, CREATE EXTENSION pg_cron in that database, and run the statement returned there; or call CALL medsup.nightly() from another scheduler.';
    ELSE
        RAISE WARNING 'pg_cron is not in this database, so nothing was scheduled'
            USING HINT = format('Run the statement returned in %s, where pg_cron lives.',
                                coalesce('database ' || quote_ident(home), 'the database that cron.database_name names'));
    END IF;
    RETURN answer;
END
$$;
COMMENT ON FUNCTION medsup.schedule_nightly(text) IS
    'have pg_cron call medsup.nightly(), by default at 18:00 of its clock, in GMT 02:00 in Beijing; where pg_cron is elsewhere or missing, the statement for its database';

CREATE FUNCTION medsup.unschedule_nightly() RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    n int := 0;
    job bigint;
    owner_name text;
    answer text;
BEGIN
    IF EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') THEN
        IF NOT has_schema_privilege('cron', 'USAGE') THEN
            RAISE EXCEPTION 'role "%" may not use pg_cron', current_user
                USING ERRCODE = 'insufficient_privilege',
                      HINT = format('Have a superuser run: GRANT USAGE ON SCHEMA cron TO %I;', current_user);
        END IF;
        FOR job IN EXECUTE 'SELECT j.jobid FROM cron.job j WHERE j.jobname = $1 ORDER BY 1'
            USING format('medsup nightly %s', current_database())
        LOOP
            EXECUTE 'SELECT cron.unschedule($1)' USING job;
            n := n + 1;
        END LOOP;
        -- pg_cron shows a role its own jobs only
        SELECT s.scheduled_by INTO owner_name FROM medsup.nightly_setting s
        WHERE s.schedule IS NOT NULL AND s.scheduled_by <> current_user;
        IF n = 0 AND owner_name IS NOT NULL THEN
            RAISE EXCEPTION 'the night was scheduled by role "%"', owner_name
                USING ERRCODE = 'insufficient_privilege',
                      HINT = 'Call unschedule_nightly() as that role or as a superuser.';
        END IF;
        UPDATE medsup.nightly_setting SET schedule = NULL, scheduled_at = NULL, scheduled_by = NULL;
        RETURN CASE n WHEN 0 THEN 'nothing was scheduled' ELSE 'unscheduled' END;
    END IF;
    UPDATE medsup.nightly_setting SET schedule = NULL, scheduled_at = NULL, scheduled_by = NULL;
    answer := format('SELECT cron.unschedule(%L);', format('medsup nightly %s', current_database()));
    RAISE WARNING 'pg_cron is not in this database'
        USING HINT = 'If the night was scheduled from another database, run the statement returned there.';
    RETURN answer;
END
$$;
COMMENT ON FUNCTION medsup.unschedule_nightly() IS
    'take the night off pg_cron''s list; where pg_cron is elsewhere, the statement for its database';

-- A night without lines loses nothing; a rule that was switched off is not lost.
CREATE FUNCTION medsup.rule_reach_lost(OUT rule_code text, OUT lines_before bigint) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 5
SET search_path = pg_catalog, pg_temp AS $$
    WITH night AS (
        SELECT r.run, row_number() OVER (ORDER BY r.run DESC) AS ago
        FROM medsup.run r WHERE r.kind = 'nightly' AND r.status = 'done' AND r.lines > 0
        ORDER BY r.run DESC LIMIT 2
    )
    SELECT t.rule_code, sum(t.lines)::bigint
    FROM medsup.run_tally t JOIN night b ON b.run = t.run AND b.ago = 2
    WHERE t.rule_code IS NOT NULL
      AND t.rule_code NOT IN (SELECT l.rule_code FROM medsup.run_tally l JOIN night a ON a.run = l.run AND a.ago = 1 WHERE l.rule_code IS NOT NULL AND l.lines > 0)
      AND t.rule_code NOT IN (SELECT s.rule_code FROM medsup.rule_setting s WHERE NOT s.enabled)
    GROUP BY t.rule_code
    HAVING sum(t.lines) > 0
$$;
COMMENT ON FUNCTION medsup.rule_reach_lost() IS 'rules that judged lines in the last but one good night with lines, and none in the last one';

CREATE FUNCTION medsup.health(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000 ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    good medsup.run;
    latest medsup.run;
    setting medsup.nightly_setting;
    since timestamptz;
    missed int;
    n bigint;
    t text;
    damage text;
BEGIN
    SELECT s.* INTO setting FROM medsup.nightly_setting s;
    SELECT r.* INTO good FROM medsup.run r WHERE r.kind = 'nightly' AND r.status = 'done' ORDER BY r.run DESC LIMIT 1;
    SELECT r.* INTO latest FROM medsup.run r WHERE r.kind = 'nightly' AND r.status NOT IN ('running', 'refused') ORDER BY r.run DESC LIMIT 1;

    item := 'last_good_night';
    state := CASE WHEN good.run IS NULL THEN 'warning' ELSE 'ok' END;
    detail := CASE WHEN good.run IS NULL THEN 'none yet'
        ELSE format('run %s, %s UTC, %s lines, %s findings', good.run,
            to_char(good.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), good.lines, good.findings) END;
    RETURN NEXT;

    item := 'last_night';
    state := CASE WHEN latest.run IS NULL OR latest.status = 'done' THEN 'ok' ELSE 'alarm' END;
    detail := CASE WHEN latest.run IS NULL THEN 'none yet'
        ELSE concat_ws(': ', format('run %s %s', latest.run, latest.status), latest.error) END;
    RETURN NEXT;

    -- Nights are counted by days, whatever the schedule: after 26 hours without
    -- a good one, one is missed.
    item := 'missed_nights';
    since := greatest(good.started_at, setting.scheduled_at);
    IF setting.schedule IS NULL THEN
        state := 'warning';
        detail := 'no night is scheduled: SELECT medsup.schedule_nightly(); for 18:00 GMT, 02:00 in Beijing';
    ELSE
        missed := greatest(0, floor(extract(epoch FROM now() - since - interval '2 hours') / 86400));
        state := CASE WHEN missed > 0 THEN 'alarm' ELSE 'ok' END;
        detail := CASE WHEN missed > 0 THEN format('%s; the next night audits all of it', missed) ELSE 'none' END;
    END IF;
    RETURN NEXT;

    item := 'running';
    SELECT r.* INTO latest FROM medsup.run r WHERE r.status = 'running' ORDER BY r.run DESC LIMIT 1;
    IF latest.run IS NULL THEN
        state := 'ok';
        detail := 'nothing';
    ELSIF EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = latest.backend_pid AND a.datname = current_database()) THEN
        state := CASE WHEN now() - latest.started_at > interval '12 hours' THEN 'alarm' ELSE 'ok' END;
        detail := format('run %s since %s UTC, %s of %s partitions, backend %s', latest.run,
            to_char(latest.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), latest.partitions_done, latest.partitions, latest.backend_pid);
    ELSE
        state := 'alarm';
        detail := format('run %s is in the ledger, but its backend %s has ended; the next run closes it', latest.run, latest.backend_pid);
    END IF;
    RETURN NEXT;

    item := 'rulebook';
    SELECT format('version %s', c.version), medsup.rulebook_damage(b.compiled, b.digest) INTO t, damage
    FROM medsup.current_rulebook() c JOIN medsup.rulebook b ON b.version = c.version;
    state := CASE WHEN t IS NULL OR damage IS NOT NULL THEN 'alarm' ELSE 'ok' END;
    detail := coalesce(t || coalesce(': ' || damage, ''), 'none published: SELECT medsup.publish_rulebook();');
    RETURN NEXT;

    item := 'unset_points';
    SELECT count(*) INTO n FROM medsup.unset_entry;
    state := CASE WHEN n > 0 THEN 'warning' ELSE 'ok' END;
    detail := CASE WHEN n > 0 THEN format('%s points lack a limit or a parameter: medsup.unset_entry', n) ELSE 'none' END;
    RETURN NEXT;

    item := 'rules_not_runnable';
    SELECT count(*), string_agg(r.rule_code || ' ' || r.reason, '; ' ORDER BY r.rule_code COLLATE "C") INTO n, t
    FROM medsup.run_rules() r WHERE r.state = 'not_runnable' AND r.entries > 0;
    state := CASE WHEN n > 0 THEN 'warning' ELSE 'ok' END;
    detail := coalesce(t, 'none');
    RETURN NEXT;

    -- a code list, a dictionary or a binding that changed shows here first
    item := 'reach';
    SELECT count(*), string_agg(concat_ws(' ', w.rule_code, u.name_zh), '; ' ORDER BY w.rule_code COLLATE "C") INTO n, t
    FROM medsup.rule_reach_lost() w JOIN medsup.rule u ON u.rule_code = w.rule_code;
    state := CASE WHEN n > 0 THEN 'warning' ELSE 'ok' END;
    detail := CASE WHEN n > 0 THEN 'judged no line in the last night, but in the one before: ' || t ELSE 'none lost' END;
    RETURN NEXT;

    item := 'sources';
    SELECT string_agg(format('%s %s: %s', d.kind, d.relation_name, d.problem), '; ' ORDER BY d.kind COLLATE "C", d.relation_name COLLATE "C", d.problem COLLATE "C")
    INTO t FROM medsup.source_drift() d;
    IF t IS NULL THEN
        SELECT 'not bound: ' || string_agg(k, ', ') INTO t
        FROM unnest(ARRAY['encounter', 'fee_line', 'settlement']) k
        WHERE NOT EXISTS (SELECT FROM medsup.source_binding b WHERE b.kind = k);
    END IF;
    state := CASE WHEN t IS NULL THEN 'ok' ELSE 'alarm' END;
    detail := coalesce(t, 'as bound');
    RETURN NEXT;

    item := 'findings_size';
    state := 'ok';
    detail := pg_size_pretty(pg_total_relation_size('medsup.finding') + pg_total_relation_size('medsup.finding_history'));
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION medsup.health() IS
    'what a DBA must know of the nights: item, state (ok, warning, alarm), detail';
