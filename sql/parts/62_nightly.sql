-- The night.  pg_cron calls medsup.nightly(); whether it did is told by our own
-- ledger, since the scheduler's cannot know of nights that it did not start.

CREATE TABLE medsup.nightly_setting (
    only_row        boolean NOT NULL DEFAULT true,
    lookback        interval,
    schedule        text,
    scheduled_at    timestamptz,
    scheduled_by    text,
    full_every      interval,
    full_share      numeric,
    CONSTRAINT nightly_setting_pkey PRIMARY KEY (only_row),
    CONSTRAINT nightly_setting_one CHECK (only_row),
    CONSTRAINT nightly_setting_lookback CHECK (lookback OPERATOR(pg_catalog.>) interval '0'),
    CONSTRAINT nightly_setting_full_every CHECK (full_every OPERATOR(pg_catalog.>=) interval '0'),
    CONSTRAINT nightly_setting_full_share CHECK (full_share OPERATOR(pg_catalog.>=) 0 AND full_share OPERATOR(pg_catalog.<=) 1)
);
COMMENT ON TABLE medsup.nightly_setting IS 'what the night audits and when it was scheduled; at most one row';
COMMENT ON COLUMN medsup.nightly_setting.lookback IS
    'how far back a night looks, from the first of that month; NULL: all lines';

COMMENT ON COLUMN medsup.nightly_setting.full_every IS 'audit everybody when the last time is longer ago; NULL: only when something asks for it';
COMMENT ON COLUMN medsup.nightly_setting.full_share IS 'audit everybody when more than this share of all persons changed; 1: never for that; NULL: 0.3';

CREATE FUNCTION medsup.set_nightly(lookback interval, full_every interval DEFAULT NULL, full_share numeric DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF lookback <= interval '0' OR lookback > interval '200 years' THEN
        RAISE EXCEPTION 'a night cannot look back %', lookback
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give a positive interval of at most 200 years, such as 13 months, or NULL for all lines.';
    ELSIF full_every < interval '0' OR full_every > interval '200 years' THEN
        RAISE EXCEPTION 'everybody cannot be audited every %', full_every
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give an interval such as 7 days, 0 for every night, or NULL for when it is needed.';
    ELSIF full_share < 0 OR full_share > 1 THEN
        RAISE EXCEPTION 'a share of persons cannot be %', full_share
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give 0 to 1, or NULL for 0.3.';
    END IF;
    INSERT INTO medsup.nightly_setting AS s (lookback, full_every, full_share)
    VALUES (set_nightly.lookback, set_nightly.full_every, set_nightly.full_share)
    ON CONFLICT ON CONSTRAINT nightly_setting_pkey DO UPDATE
    SET lookback = EXCLUDED.lookback, full_every = EXCLUDED.full_every, full_share = EXCLUDED.full_share;
END
$$;
COMMENT ON FUNCTION medsup.set_nightly(interval, interval, numeric) IS
    'how far back a night audits, such as 13 months (NULL: all lines), how often at least everybody, and beyond which share of changed persons';

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
        this := medsup.run_begin('nightly', medsup.nightly_period(), NULL, NULL,
            -- only a look at everybody goes on; who was left of others is in the queue
            resume => EXISTS (SELECT FROM medsup.change_state c
                              WHERE c.full_due IS NOT NULL
                                AND c.run = (SELECT max(r.run) FROM medsup.run r WHERE r.kind = 'nightly' AND r.partitions IS NOT NULL)));
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
BEGIN
    COMMIT;
    LOOP
        SELECT b.this, b.advice INTO this, advice FROM medsup.nightly_begin() b;
        COMMIT;
        IF this OPERATOR(pg_catalog.<) 0 THEN
            PERFORM medsup.nightly_failed(OPERATOR(pg_catalog.-) this, advice);
            RETURN;
        END IF;
        PERFORM medsup.find_changes(this);
        COMMIT;
        CALL medsup.run_through(this);
        -- one that went on has not looked at what changed meanwhile in partitions done before
        EXIT WHEN NOT EXISTS (SELECT FROM medsup.run r WHERE r.run OPERATOR(pg_catalog.=) this AND r.resumed OPERATOR(pg_catalog.>) 0);
    END LOOP;
END
$$;
COMMENT ON PROCEDURE medsup.nightly() IS
    'the night: audit whom something changed of, within the configured period, write the ledger; leaves quietly when another run is in progress';
