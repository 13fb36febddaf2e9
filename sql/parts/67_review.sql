-- Judging findings, exempting them, and what verdicts tell about rules; how far
-- a run is, for whoever waits for it.

CREATE FUNCTION medsup.judge(finding bytea, verdict text, reason text, version int DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    f medsup.finding;
    token text := CASE judge.verdict WHEN '确认' THEN 'confirmed' WHEN '排除' THEN 'excluded' WHEN '需调病历' THEN 'records_needed'
                       ELSE judge.verdict END;
BEGIN
    IF token IS NULL OR token NOT IN ('confirmed', 'excluded', 'records_needed') THEN
        RAISE EXCEPTION 'verdict "%" is not known', coalesce(judge.verdict, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Known are confirmed (确认), excluded (排除) and records_needed (需调病历).';
    END IF;
    IF coalesce(btrim(judge.reason), '') = '' THEN
        RAISE EXCEPTION 'a verdict needs a reason'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Say what it rests on; it is kept with the finding.';
    END IF;
    SELECT q.* INTO f FROM medsup.finding q WHERE q.finding_id = judge.finding;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no such finding'
            USING ERRCODE = 'no_data_found',
                  HINT = 'Lists show the id in hexadecimal: decode(''...'', ''hex''); a masked reference is found in medsup.finding_reference.';
    ELSIF f.status <> 'open' THEN
        RAISE EXCEPTION 'the finding is not open but %', f.status
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = CASE f.status WHEN 'exempt' THEN format('Exemption %s covers it; medsup.end_exemption ends that.', f.exemption)
                         ELSE 'What no longer holds needs no verdict.' END;
    ELSIF f.version <> judge.version THEN
        RAISE EXCEPTION 'the finding has changed: it is at version % now, not %', f.version, judge.version
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Look at it again; medsup.finding_history has what it said before.';
    END IF;
    -- a run that changes it meanwhile leaves this verdict with what was judged
    INSERT INTO medsup.judgement (finding_id, content_digest, version, verdict, reason, vola_amt)
    VALUES (f.finding_id, f.content_digest, f.version, token, btrim(judge.reason), f.vola_amt);
END
$$;
COMMENT ON FUNCTION medsup.judge(bytea, text, text, int) IS
    'say what becomes of an open finding: confirmed, excluded or records_needed, with the reason; version: the one looked at, refused when it has changed since';

CREATE VIEW medsup.finding_judged AS
    SELECT j.judgement, j.finding_id, f.rule_code, f.entry_code, f.fixmedins_code, j.verdict, j.reason, j.vola_amt,
        j.version, j.judged_by, j.judged_at, f.status,
        f.content_digest OPERATOR(pg_catalog.=) j.content_digest
        AND NOT EXISTS (
            SELECT FROM medsup.judgement l
            WHERE l.finding_id OPERATOR(pg_catalog.=) j.finding_id AND l.content_digest OPERATOR(pg_catalog.=) j.content_digest
              AND ROW (l.judged_at, l.judgement) OPERATOR(pg_catalog.>) ROW (j.judged_at, j.judgement)) AS in_force
    FROM medsup.judgement j
    JOIN medsup.finding f ON f.finding_id OPERATOR(pg_catalog.=) j.finding_id;
COMMENT ON VIEW medsup.finding_judged IS
    'every verdict ever given, in force or not: a later one outranks it, or the finding no longer says what it said';

CREATE FUNCTION medsup.add_exemption(
    reason text, approver text, rule text DEFAULT NULL, entry text DEFAULT NULL, codes text[] DEFAULT NULL,
    institution text DEFAULT NULL, person text DEFAULT NULL, encounter text DEFAULT NULL,
    valid_from date DEFAULT NULL, valid_to date DEFAULT NULL) RETURNS int
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    unreadable text;
    n int;
BEGIN
    IF coalesce(btrim(reason), '') = '' OR coalesce(btrim(approver), '') = '' THEN
        RAISE EXCEPTION 'an exemption needs a reason and an approver'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Name the person or the document that answers for it.';
    END IF;
    IF num_nonnulls(rule, entry, codes, person, encounter) = 0 THEN
        RAISE EXCEPTION 'an exemption must say of what'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Give a rule, an entry, codes, a person or an encounter; an institution alone would take its whole audit away.';
    END IF;
    -- scores and gatherings are findings without a rule: their entry is the review
    IF rule IS NOT NULL AND rule NOT IN ('SCORE', 'GATHERING') AND NOT EXISTS (SELECT FROM medsup.rule r WHERE r.rule_code = rule) THEN
        RAISE EXCEPTION 'unknown rule "%"', rule
            USING ERRCODE = 'invalid_parameter_value', HINT = 'medsup.rule lists them; findings of reviews are of SCORE and GATHERING.';
    END IF;
    IF entry IS NOT NULL AND NOT EXISTS (SELECT FROM medsup.knowledge k WHERE k.entry_code = entry)
       AND NOT EXISTS (SELECT FROM medsup.provider_entry p WHERE p.entry_code = entry)
       AND NOT EXISTS (SELECT FROM medsup.finding f WHERE f.entry_code = entry AND f.origin IN ('score', 'gathering')) THEN
        RAISE EXCEPTION 'unknown entry "%"', entry
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'medsup.knowledge and medsup.provider_entry list them; of scores and gatherings it is the name of the review.';
    END IF;
    SELECT string_agg(coalesce(quote_literal(c), 'NULL'), ', ') INTO unreadable
    FROM unnest(codes) c WHERE medsup.try_fee_item(c) IS NULL;
    IF unreadable IS NOT NULL OR cardinality(codes) = 0 THEN
        RAISE EXCEPTION 'codes of an exemption cannot be read: %', coalesce(unreadable, 'there is none')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'A node such as XA10BJ stands for every code below it.';
    END IF;
    IF valid_to < valid_from THEN
        RAISE EXCEPTION 'the exemption ends before it begins'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'valid_to is the last day, included.';
    END IF;
    INSERT INTO medsup.exemption (rule_code, entry_code, codes, fixmedins_code, psn_no, mdtrt_id, valid_from, valid_to, reason, approver)
    VALUES (rule, entry, (SELECT array_agg(medsup.try_fee_item(c) ORDER BY c) FROM unnest(codes) c),
            institution, person, encounter, valid_from, valid_to, btrim(reason), btrim(approver))
    RETURNING exemption INTO n;
    RETURN n;
END
$$;
COMMENT ON FUNCTION medsup.add_exemption(text, text, text, text, text[], text, text, text, date, date) IS
    'exempt findings, from the next run on: of a rule, an entry, codes, a person or an encounter, at an institution, for acts of some days; returns its number';

CREATE FUNCTION medsup.end_exemption(exemption int, reason text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    over timestamptz;
BEGIN
    IF coalesce(btrim(end_exemption.reason), '') = '' THEN
        RAISE EXCEPTION 'ending an exemption needs a reason' USING ERRCODE = 'invalid_parameter_value', HINT = 'It is kept with it.';
    END IF;
    SELECT x.ended_at INTO over FROM medsup.exemption x WHERE x.exemption = end_exemption.exemption;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no exemption %', coalesce(end_exemption.exemption::text, 'NULL')
            USING ERRCODE = 'no_data_found', HINT = 'medsup.exemption lists them.';
    ELSIF over IS NOT NULL THEN
        RAISE EXCEPTION 'exemption % was ended before', end_exemption.exemption
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'medsup.exemption says by whom and why.';
    END IF;
    UPDATE medsup.exemption x SET ended_by = SESSION_USER, ended_at = now(), end_reason = btrim(end_exemption.reason)
    WHERE x.exemption = end_exemption.exemption;
END
$$;
COMMENT ON FUNCTION medsup.end_exemption(int, text) IS
    'end an exemption: what it covered is open again after the next run that finds it';

-- Readers may see how well rules do, not about whom.
CREATE VIEW medsup.entry_verdict AS
    SELECT DISTINCT ON (j.finding_id) f.rule_code, f.entry_code, f.period_time, j.verdict
    FROM medsup.judgement j
    JOIN medsup.finding f ON f.finding_id OPERATOR(pg_catalog.=) j.finding_id
    ORDER BY j.finding_id, j.judged_at DESC, j.judgement DESC;
COMMENT ON VIEW medsup.entry_verdict IS 'the last verdict about each finding that was ever judged, by rule, point and time, without the finding';

-- The score interval of Wilson (1927), J. Am. Stat. Assoc. 22: 209-212: right for
-- few cases and for shares near 0 and 1, where the textbook one is not.
CREATE FUNCTION medsup.wilson_interval(successes bigint, trials bigint, OUT low numeric, OUT high numeric) RETURNS record
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- 97.5 % of a standard normal lie below it, which makes 95 % two-sided
    z CONSTANT numeric := 1.959963984540054;
    share numeric;
    half numeric;
BEGIN
    IF trials < 1 OR successes < 0 OR successes > trials THEN
        RETURN;
    END IF;
    share := successes::numeric / trials;
    half := z * sqrt(share * (1 - share) / trials + z * z / (4 * trials::numeric * trials));
    low := round(greatest((share + z * z / (2 * trials) - half) / (1 + z * z / trials), 0), 4);
    high := round(least((share + z * z / (2 * trials) + half) / (1 + z * z / trials), 1), 4);
END
$$;
COMMENT ON FUNCTION medsup.wilson_interval(bigint, bigint) IS
    'Wilson''s score interval of a share, 95 %; NULL without trials';

CREATE FUNCTION medsup.rule_precision(
    period_from timestamp DEFAULT NULL, period_to timestamp DEFAULT NULL,
    OUT rule_code text, OUT entry_code text, OUT confirmed bigint, OUT excluded bigint, OUT records_needed bigint,
    OUT share_confirmed numeric, OUT low numeric, OUT high numeric)
RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000 ROWS 100
BEGIN ATOMIC
    SELECT t.rule_code, t.entry_code, t.confirmed, t.excluded, t.records_needed,
        pg_catalog.round(t.confirmed::numeric OPERATOR(pg_catalog./) NULLIF(t.confirmed OPERATOR(pg_catalog.+) t.excluded, 0), 4), w.low, w.high
    FROM (
        SELECT v.rule_code, v.entry_code,
            pg_catalog.count(*) FILTER (WHERE v.verdict OPERATOR(pg_catalog.=) 'confirmed') AS confirmed,
            pg_catalog.count(*) FILTER (WHERE v.verdict OPERATOR(pg_catalog.=) 'excluded') AS excluded,
            pg_catalog.count(*) FILTER (WHERE v.verdict OPERATOR(pg_catalog.=) 'records_needed') AS records_needed
        FROM medsup.entry_verdict v
        WHERE (rule_precision.period_from IS NULL OR v.period_time OPERATOR(pg_catalog.>=) rule_precision.period_from)
          AND (rule_precision.period_to IS NULL OR v.period_time OPERATOR(pg_catalog.<) rule_precision.period_to)
        GROUP BY GROUPING SETS ((v.rule_code), (v.rule_code, v.entry_code))
    ) t
    CROSS JOIN LATERAL medsup.wilson_interval(t.confirmed, t.confirmed OPERATOR(pg_catalog.+) t.excluded) w;
END;
COMMENT ON FUNCTION medsup.rule_precision(timestamp, timestamp) IS
    'confirmed of confirmed + excluded, per rule (entry_code NULL) and per entry, with Wilson''s 95 % interval; the last verdict about each finding counts';

-- Partitions are committed one by one, so another session sees them done.
CREATE VIEW medsup.progress_worker AS
    SELECT r.run, w.worker, w.pid, w.doing, w.partition, w.partitions_done, w.partitions,
        w.rows_read, w.persons_done, w.persons, w.private_mem
    FROM medsup.run r
    JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) r.backend_pid
        AND a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
    CROSS JOIN LATERAL medsup.run_workers(r.watch) w
    WHERE r.status OPERATOR(pg_catalog.=) 'running';
COMMENT ON VIEW medsup.progress_worker IS
    'each process of the run in progress: what it does, rows read so far, persons of its partition judged so far, memory';

CREATE VIEW medsup.progress AS
    SELECT r.run, r.kind, r.label, r.started_by, r.backend_pid,
        CASE WHEN a.pid IS NULL THEN 'ended'
             WHEN r.kind OPERATOR(pg_catalog.=) 'provider' OR r.partitions_done OPERATOR(pg_catalog.=) r.partitions THEN 'providers'
             WHEN w.reading OPERATOR(pg_catalog.>) 0 THEN 'reading'
             ELSE 'lines' END AS doing,
        r.partitions_done, r.partitions, w.workers, w.rows_read, r.lines, r.findings,
        pg_catalog.date_trunc('second', t.now OPERATOR(pg_catalog.-) r.started_at) AS elapsed,
        CASE WHEN p.seconds OPERATOR(pg_catalog.>) 0
             THEN pg_catalog.round(p.lines OPERATOR(pg_catalog./) p.seconds OPERATOR(pg_catalog.*) w.workers) END AS rows_per_second,
        -- a partition takes as long as those before it did
        CASE WHEN p.n OPERATOR(pg_catalog.>) 0 AND a.pid IS NOT NULL THEN
            pg_catalog.make_interval(secs => GREATEST(0, pg_catalog.ceil(
                p.seconds OPERATOR(pg_catalog./) p.n OPERATOR(pg_catalog./) w.workers
                OPERATOR(pg_catalog.*) (r.partitions OPERATOR(pg_catalog.-) r.partitions_done)
                OPERATOR(pg_catalog.-) EXTRACT(epoch FROM t.now OPERATOR(pg_catalog.-) p.finished_at)))::double precision) END AS estimated_rest
    FROM medsup.run r
    CROSS JOIN (SELECT pg_catalog.clock_timestamp() AS now OFFSET 0) t
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) r.backend_pid
        AND a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
    CROSS JOIN LATERAL (
        SELECT pg_catalog.count(*) AS n, pg_catalog.sum(q.lines) AS lines, pg_catalog.max(q.finished_at) AS finished_at,
            pg_catalog.sum(EXTRACT(epoch FROM q.finished_at OPERATOR(pg_catalog.-) q.started_at)) AS seconds
        FROM medsup.run_step q WHERE q.run OPERATOR(pg_catalog.=) r.run
    ) p
    CROSS JOIN LATERAL (
        SELECT GREATEST(1, pg_catalog.count(*) FILTER (WHERE m.doing OPERATOR(pg_catalog.<>) 'done')) AS workers,
            pg_catalog.count(*) FILTER (WHERE m.doing OPERATOR(pg_catalog.=) 'reading') AS reading,
            pg_catalog.sum(m.rows_read)::bigint AS rows_read
        FROM medsup.run_workers(CASE WHEN a.pid IS NOT NULL THEN r.watch END) m
    ) w
    WHERE r.status OPERATOR(pg_catalog.=) 'running';
COMMENT ON VIEW medsup.progress IS
    'the run in progress, for other sessions: partitions, lines so far, rows per second, estimated rest; doing ended: its session is gone';
