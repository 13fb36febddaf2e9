-- The night as a job of pg_cron.

-- Whether a number is one of those that a field of a schedule names.  What cannot
-- be read is taken to be: a night too many is asked about, none too few.
CREATE FUNCTION medsup.cron_field_has(field text, value int, lowest int, highest int) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text;
    m text[];
    first_one int;
    last_one int;
BEGIN
    FOREACH part IN ARRAY string_to_array(field, ',') LOOP
        m := regexp_match(part, '^(\*|(\d{1,4})(-(\d{1,4}))?)(/(\d{1,4}))?$');
        IF m IS NULL OR m[6]::int = 0 THEN
            RETURN true;
        END IF;
        first_one := coalesce(m[2]::int, lowest);
        last_one := coalesce(m[4]::int, CASE WHEN m[1] = '*' OR m[6] IS NOT NULL THEN highest ELSE first_one END);
        IF value BETWEEN first_one AND last_one AND (value - first_one) % coalesce(m[6]::int, 1) = 0 THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;
COMMENT ON FUNCTION medsup.cron_field_has(text, int, int, int) IS
    'whether a field of a cron schedule (lists, ranges, steps) names a value; one that cannot be read names all';

CREATE FUNCTION medsup.nights_due(schedule text, since timestamptz, until timestamptz, clock text DEFAULT 'GMT') RETURNS int
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 1000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    weekdays CONSTANT text[] := '{sun,mon,tue,wed,thu,fri,sat}';
    months CONSTANT text[] := '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}';
    f text[] := regexp_split_to_array(lower(btrim(schedule)), '\s+');
    minutes int := 0;
BEGIN
    -- "30 seconds" and the like: each day
    IF cardinality(f) <> 5 THEN
        f := '{0,0,*,*,*}';
    END IF;
    FOR i IN 1 .. 7 LOOP
        f[5] := replace(f[5], weekdays[i], (i - 1)::text);
    END LOOP;
    FOR i IN 1 .. 12 LOOP
        f[4] := replace(f[4], months[i], i::text);
    END LOOP;
    SELECT min(60 * h + m) INTO minutes
    FROM generate_series(0, 23) h, generate_series(0, 59) m
    WHERE medsup.cron_field_has(f[2], h, 0, 23) AND medsup.cron_field_has(f[1], m, 0, 59);
    RETURN (
        SELECT count(*)
        FROM generate_series(greatest(since, until - interval '400 days') AT TIME ZONE clock, until AT TIME ZONE clock + interval '1 day', interval '1 day') s (at)
        CROSS JOIN LATERAL (SELECT date_trunc('day', s.at) AS day) d
        CROSS JOIN LATERAL (
            -- $: the last day
            SELECT CASE f[3] WHEN '$' THEN date_trunc('month', d.day) <> date_trunc('month', d.day + interval '1 day')
                             ELSE medsup.cron_field_has(f[3], extract(day FROM d.day)::int, 1, 31) END AS of_month,
                medsup.cron_field_has(f[5], extract(dow FROM d.day)::int, 0, 7)
                   OR extract(dow FROM d.day) = 0 AND medsup.cron_field_has(f[5], 7, 0, 7) AS of_week
        ) q
        WHERE (d.day + make_interval(mins => minutes)) AT TIME ZONE clock > since
          AND (d.day + make_interval(mins => minutes)) AT TIME ZONE clock <= until
          AND medsup.cron_field_has(f[4], extract(month FROM d.day)::int, 1, 12)
          -- cron: where both are named, either will do
          AND CASE WHEN f[3] LIKE '*%' OR f[5] LIKE '*%' THEN q.of_month AND q.of_week ELSE q.of_month OR q.of_week END);
END
$$;
COMMENT ON FUNCTION medsup.nights_due(text, timestamptz, timestamptz, text) IS
    'on how many days a cron schedule was to start a night, after one moment and up to another; clock: the zone it counts in';

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
    IF medsup.nights_due(schedule, now() - interval '400 days', now()) = 0 THEN
        RAISE EXCEPTION 'schedule "%" names no night of a year', schedule
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Minutes are 0 to 59, hours 0 to 23, days 1 to 31, months 1 to 12, weekdays 0 to 7.';
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
