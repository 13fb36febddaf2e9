-- What a DBA must know in the morning, from our own ledger.

-- A night without lines loses nothing, one over changed persons judges few rules;
-- a rule that was switched off is not lost.
CREATE FUNCTION medsup.rule_reach_lost(OUT rule_code text, OUT lines_before bigint) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 5
SET search_path = pg_catalog, pg_temp AS $$
    WITH night AS (
        SELECT r.run, row_number() OVER (ORDER BY r.run DESC) AS ago
        FROM medsup.run r WHERE r.kind = 'nightly' AND r.status = 'done' AND r.lines > 0 AND NOT r.changed_only
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
COMMENT ON FUNCTION medsup.rule_reach_lost() IS 'rules that judged lines in the last but one good night over all persons, and none in the last one';

-- Who holds the lock that runs exclude each other by: the key is that of
-- medsup.run_lock.
CREATE FUNCTION medsup.run_lock_holder() RETURNS int
    LANGUAGE sql VOLATILE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT l.pid FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1835363187 AND l.objid = 1920298542 AND l.objsubid = 2
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
    LIMIT 1
$$;
COMMENT ON FUNCTION medsup.run_lock_holder() IS 'process that holds the lock of runs in this database; NULL: nobody';

CREATE FUNCTION medsup.health(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000 ROWS 15
    SET search_path = pg_catalog, pg_temp
    SET jit = off
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
    holder int;
    old bigint;
    n_workers int;
    used int;
    budget bigint;
BEGIN
    SELECT s.* INTO setting FROM medsup.nightly_setting s;
    SELECT r.* INTO good FROM medsup.run r WHERE r.kind = 'nightly' AND r.status = 'done' ORDER BY r.run DESC LIMIT 1;
    SELECT r.* INTO latest FROM medsup.run r WHERE r.kind = 'nightly' AND r.status NOT IN ('running', 'refused') ORDER BY r.run DESC LIMIT 1;

    item := 'last_good_night';
    state := CASE WHEN good.run IS NULL THEN 'warning' ELSE 'ok' END;
    detail := CASE WHEN good.run IS NULL THEN 'none yet'
        ELSE format('run %s, %s UTC, %s lines%s, %s findings', good.run,
            to_char(good.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), good.lines,
            CASE WHEN good.changed_only THEN ' of changed persons' ELSE '' END, good.findings) END;
    RETURN NEXT;

    item := 'last_night';
    state := CASE WHEN latest.run IS NULL OR latest.status = 'done' THEN 'ok' ELSE 'alarm' END;
    detail := CASE WHEN latest.run IS NULL THEN 'none yet'
        ELSE concat_ws(': ', format('run %s %s', latest.run, latest.status), latest.error) END;
    RETURN NEXT;

    -- A night is missed two hours after it was due, by the days of the schedule.
    item := 'missed_nights';
    since := greatest(good.started_at, setting.scheduled_at);
    IF setting.schedule IS NULL THEN
        state := 'warning';
        detail := 'no night is scheduled: SELECT medsup.schedule_nightly(); for 18:00 GMT, 02:00 in Beijing';
    ELSE
        missed := medsup.nights_due(setting.schedule, since, now() - interval '2 hours',
            -- without error, since only pg_read_all_settings may look
            coalesce((SELECT nullif(s.setting, '') FROM pg_settings s WHERE s.name = 'cron.timezone'), 'GMT'));
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

    -- a session that ended took its lock along; one that lives may have forgotten it
    item := 'lock';
    holder := medsup.run_lock_holder();
    SELECT r.* INTO latest FROM medsup.run r WHERE r.status = 'running' AND r.backend_pid = holder ORDER BY r.run DESC LIMIT 1;
    state := CASE WHEN holder IS NULL OR latest.run IS NOT NULL THEN 'ok' ELSE 'alarm' END;
    detail := CASE WHEN holder IS NULL THEN 'free'
        WHEN latest.run IS NOT NULL THEN format('run %s has it', latest.run)
        ELSE format('backend %1$s holds it and runs nothing, so that no run can begin: SELECT pg_terminate_backend(%1$s);', holder) END;
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

    -- a good night leaves nobody that was queued before it
    item := 'queue';
    SELECT count(*), count(*) FILTER (WHERE c.since < good.started_at) INTO n, old FROM medsup.changed_person c;
    state := CASE WHEN old > 0 THEN 'warning' ELSE 'ok' END;
    detail := format('%s persons to be checked again%s, %s noted by triggers', n,
        CASE WHEN old > 0 THEN format(', %s of them since before the last good night', old) ELSE '' END,
        pg_size_pretty(pg_relation_size('medsup.change_log')));
    RETURN NEXT;

    item := 'findings_size';
    state := 'ok';
    detail := pg_size_pretty(pg_total_relation_size('medsup.finding') + pg_total_relation_size('medsup.finding_history'));
    RETURN NEXT;

    item := 'memory';
    budget := pg_size_bytes(coalesce(current_setting('medsup.audit_mem', true), '1GB'));
    SELECT r.* INTO latest FROM medsup.run r WHERE r.peak_mem IS NOT NULL ORDER BY r.run DESC LIMIT 1;
    -- the budget is of what was read; books and single persons come on top
    state := CASE WHEN latest.peak_mem > 2 * budget THEN 'warning' ELSE 'ok' END;
    detail := CASE WHEN latest.run IS NULL THEN 'no run has told yet'
        ELSE format('%s at most in run %s, medsup.audit_mem is %s', pg_size_pretty(latest.peak_mem), latest.run, pg_size_pretty(budget)) END;
    RETURN NEXT;

    item := 'temp_files';
    state := 'ok';
    SELECT format('%s in %s files%s', pg_size_pretty(d.temp_bytes), d.temp_files,
            coalesce(' since ' || to_char(d.stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), ''))
    INTO detail FROM pg_stat_database d WHERE d.datname = current_database();
    RETURN NEXT;

    -- of other roles' processes only pg_read_all_stats sees what they are
    item := 'workers';
    n_workers := coalesce(current_setting('medsup.audit_workers', true), '2');
    SELECT count(*) INTO used FROM pg_stat_activity a
    WHERE a.backend_type <> ALL ('{client backend,autovacuum launcher,autovacuum worker,background writer,checkpointer,walwriter,walsender,walreceiver,startup,archiver,logger,standalone backend}')
      AND a.backend_type NOT LIKE 'medsup%';
    n := current_setting('max_worker_processes')::int - used;
    state := CASE WHEN n < n_workers THEN 'warning' ELSE 'ok' END;
    detail := format('%s wanted (medsup.audit_workers), %s free of max_worker_processes %s', n_workers, greatest(n, 0), current_setting('max_worker_processes'));
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION medsup.health() IS
    'what a DBA must know of the nights: item, state (ok, warning, alarm), detail';
