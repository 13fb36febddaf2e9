-- What reviews of scores and of gatherings have in common: verdicts that were
-- staged become findings of one origin within a run of their own.

CREATE FUNCTION medsup.check_review(source regclass, period daterange, review text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF source IS NULL OR period IS NULL OR isempty(period) OR lower_inf(period) OR upper_inf(period) OR coalesce(btrim(review), '') = '' THEN
        RAISE EXCEPTION 'a review needs a relation, a period and a name'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The period is whole days with both ends, such as ''[2026-01-01, 2026-07-01)''.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.check_review(regclass, daterange, text) IS 'refuse a review without a relation, a period with both ends or a name';

-- Periods may begin on the same day: a quarter, and the half year that it is in.
CREATE FUNCTION medsup.review_finding_id(rule_code text, review text, subject text, period_from timestamp, period_to timestamp) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT medsup.finding_id(rule_code, review, pg_catalog.concat(subject, ' ', pg_catalog.to_char(period_to, 'YYYY-MM-DD')), 'period', period_from, '', '');
END;
COMMENT ON FUNCTION medsup.review_finding_id(text, text, text, timestamp, timestamp) IS
    'id of a finding of a review: as medsup.finding_id, with the end of the period too';

-- The caller has staged the verdicts in pg_temp.medsup_staged, all of that
-- review and period; digests are added here.
CREATE FUNCTION medsup.record_review(origin text, review text, period daterange) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 1000000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    this medsup.run;
    put record;
    shut bigint;
BEGIN
    this.run := medsup.run_begin('provider', tsrange(lower(period), upper(period)), format('%ss: %s', origin, review), 1, resume => false);
    BEGIN
        SELECT r.* INTO STRICT this FROM medsup.run r WHERE r.run = this.run;
        UPDATE pg_temp.medsup_staged s SET content_digest = medsup.provider_digest(ROW(s.*)::medsup.verdict);
        SELECT * INTO put FROM medsup.record_findings(this.run, this.rulebook, this.rulebook_digest, 'pg_temp.medsup_staged', NULL, NULL, NULL);
        UPDATE medsup.finding f SET origin = record_review.origin
        FROM pg_temp.medsup_staged s WHERE f.finding_id = s.finding_id AND f.origin <> record_review.origin;
        -- what the same review of the same period no longer shows
        UPDATE medsup.finding f SET status = 'closed', closed_reason = 'not_reproduced', changed_run = this.run
        WHERE f.origin = record_review.origin AND f.status <> 'closed' AND f.entry_code = review
          AND f.window_start = lower(period)::timestamp AND f.window_end = upper(period)::timestamp
          AND NOT EXISTS (SELECT FROM pg_temp.medsup_staged s WHERE s.finding_id = f.finding_id);
        GET DIAGNOSTICS shut = ROW_COUNT;
        UPDATE medsup.run r SET partitions_done = r.partitions, findings = put.opened + put.changed + put.reopened + put.kept,
            opened = put.opened, changed = put.changed, reopened = put.reopened, kept = put.kept, closed = shut, exempt = put.exempt
        WHERE r.run = this.run;
        DROP TABLE pg_temp.medsup_staged;
        PERFORM medsup.run_end(this.run);
    EXCEPTION WHEN query_canceled OR others THEN
        PERFORM medsup.run_lock(false);
        RAISE;
    END;
    PERFORM medsup.run_report(this.run);
    RETURN this.run;
END
$$;
COMMENT ON FUNCTION medsup.record_review(text, text, daterange) IS
    'record staged verdicts of a review as findings of that origin, close what it no longer shows, all within one run, which it returns';
