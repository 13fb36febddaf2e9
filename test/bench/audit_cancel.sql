-- For bench-audit-cancel: what the run of another session is at, and its end at
-- a moment of our choice.

DROP SCHEMA IF EXISTS cancel CASCADE;
CREATE SCHEMA cancel;

CREATE TABLE cancel.spent (mode text, phase text, seconds float8 NOT NULL, PRIMARY KEY (mode, phase));
CREATE TABLE cancel.made (mode text, phase text, after float8, seconds float8, stopped boolean);

-- The backend whose statement is a CALL of ours; NULL: there is none.
CREATE FUNCTION cancel.leader() RETURNS int LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_stat_clear_snapshot();
    RETURN (SELECT a.pid FROM pg_stat_activity a
            WHERE a.application_name = 'bench run' AND a.state = 'active' AND a.backend_type = 'client backend' AND a.query LIKE 'CALL %');
END
$$;

-- With two workers one of them is enough.
CREATE FUNCTION cancel.phases(leader int) RETURNS text[] LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    r medsup.run;
    doing text[];
BEGIN
    SELECT x.* INTO r FROM medsup.run x WHERE x.status = 'running' AND x.backend_pid = leader;
    IF NOT FOUND THEN
        RETURN '{beginning}';
    ELSIF r.partitions_done = r.partitions THEN
        -- the tallies are the first thing that the end of a run writes
        RETURN CASE WHEN EXISTS (SELECT FROM pg_locks l WHERE l.pid = leader AND l.relation = 'medsup.run_tally'::regclass AND l.mode = 'RowExclusiveLock')
            THEN '{ending}' ELSE '{provider rules}' END::text[];
    ELSIF r.workers IS NULL THEN
        RETURN CASE WHEN r.kind = 'nightly' AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.backend_type = 'medsup audit worker')
            THEN '{finding changes}' ELSE '{starting}' END::text[];
    END IF;
    SELECT array_agg(DISTINCT CASE WHEN w.doing = 'evaluating' AND w.persons = 0 THEN 'gathering' ELSE w.doing END) INTO doing
    FROM medsup.run_workers(r.watch) w;
    RETURN coalesce(doing, '{starting}');
END
$$;

-- How long an undisturbed run is in each phase.
CREATE PROCEDURE cancel.watch(mode text) LANGUAGE plpgsql AS $$
DECLARE
    leader int;
    seen timestamptz := clock_timestamp();
    now timestamptz;
BEGIN
    LOOP
        leader := cancel.leader();
        EXIT WHEN leader IS NOT NULL;
        PERFORM pg_sleep(0.005);
    END LOOP;
    LOOP
        now := clock_timestamp();
        INSERT INTO cancel.spent AS s (mode, phase, seconds)
        SELECT watch.mode, p, extract(epoch FROM now - seen) FROM unnest(cancel.phases(leader)) p
        ON CONFLICT ON CONSTRAINT spent_pkey DO UPDATE SET seconds = s.seconds + EXCLUDED.seconds;
        seen := now;
        COMMIT;
        PERFORM pg_sleep(0.01);
        EXIT WHEN cancel.leader() IS DISTINCT FROM leader;
    END LOOP;
END
$$;

-- Cancels the run once it was "after" seconds in a phase, and notes how long it
-- then took to end.  It may be over before.
CREATE PROCEDURE cancel.make(mode text, phase text, after float8) LANGUAGE plpgsql AS $$
DECLARE
    leader int;
    spent float8 := 0;
    seen timestamptz;
    now timestamptz;
BEGIN
    LOOP
        leader := cancel.leader();
        EXIT WHEN leader IS NOT NULL;
        PERFORM pg_sleep(0.005);
    END LOOP;
    seen := clock_timestamp();
    LOOP
        now := clock_timestamp();
        IF phase = ANY (cancel.phases(leader)) THEN
            spent := spent + extract(epoch FROM now - seen);
            EXIT WHEN spent >= after;
        END IF;
        seen := now;
        COMMIT;
        PERFORM pg_sleep(0.002);
        IF cancel.leader() IS DISTINCT FROM leader THEN
            INSERT INTO cancel.made VALUES (mode, phase, after, NULL, false);
            RETURN;
        END IF;
    END LOOP;
    now := clock_timestamp();
    PERFORM pg_cancel_backend(leader);
    WHILE cancel.leader() = leader LOOP
        PERFORM pg_sleep(0.002);
    END LOOP;
    INSERT INTO cancel.made VALUES (mode, phase, after, extract(epoch FROM clock_timestamp() - now), true);
END
$$;

-- Something to do for the rules over providers.
DELETE FROM medsup.indicator_fence;
DELETE FROM medsup.indicator_set;
INSERT INTO medsup.indicator_set (rule_code, diagnoses, note) VALUES ('N25-062', 'Z01', 'bench');
INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, note)
VALUES ('BENCH', 'N25-062', 'institution', 'month', 'fixed', 1, 'high', 1, 'bench');
