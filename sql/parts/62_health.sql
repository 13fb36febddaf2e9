-- What a DBA must know in the morning, from our own ledger.

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
