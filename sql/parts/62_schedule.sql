-- The night as a job of pg_cron.

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
