-- From scores to leads: whom a review budget hands to people, and putting that
-- into medsup.finding.  A score is a reason to look, so that nothing here is ever
-- more than 可疑, and nothing has an amount.

CREATE FUNCTION medsup.score_review(source regclass, directions int[] DEFAULT NULL, top int DEFAULT NULL, false_share float8 DEFAULT NULL,
    OUT fixmedins_code text, OUT dept text, OUT doctor text, OUT peer text, OUT peers bigint, OUT rank bigint,
    OUT score float8, OUT threshold float8, OUT parts float8[])
RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED CALLED ON NULL INPUT COST 100000 ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF num_nonnulls(top, false_share) <> 1 OR top < 1 OR NOT (false_share > 0 AND false_share < 1) THEN
        RAISE EXCEPTION 'a review needs a budget'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Give either top, how many of each peer group people can look at, or false_share, the share of false leads that they put up with (between 0 and 1).';
    END IF;
    -- Benjamini and Hochberg: of m rows, the k-th is in when its tail probability
    -- is at most k / m of the share allowed, or that of a later one is.  Models are
    -- made of the groups that somebody is chosen from, and no sort carries one.
    RETURN QUERY EXECUTE format($q$
        WITH scored AS MATERIALIZED (
            SELECT r.*, dense_rank() OVER (ORDER BY r.peer) AS nr, count(*) OVER p AS peers, medsup.provider_anomaly(r.features, $1) OVER p AS score
            FROM (%s) r
            WINDOW p AS (PARTITION BY r.peer)
        ), ranked AS (
            SELECT s.*, rank() OVER (PARTITION BY s.nr ORDER BY s.score DESC) AS rank,
                count(*) OVER (ORDER BY s.score DESC) AS overall, count(*) OVER () AS m
            FROM scored s WHERE s.score IS NOT NULL
        ), cut AS (
            SELECT max(x.overall) AS last FROM ranked x WHERE 10 ^ (-x.score) <= $3 * x.overall / x.m
        ), marked AS (
            SELECT x.*, x.score > 0 AND CASE WHEN $2 IS NOT NULL THEN x.rank <= $2 ELSE x.overall <= c.last END AS chosen
            FROM ranked x CROSS JOIN cut c
        ), chosen AS MATERIALIZED (
            SELECT c.*
            FROM (SELECT x.*, coalesce(CASE WHEN $2 IS NOT NULL THEN max(x.score) FILTER (WHERE NOT x.chosen) OVER (PARTITION BY x.nr)
                                            ELSE max(x.score) FILTER (WHERE NOT x.chosen) OVER () END, 0) AS threshold FROM marked x) c
            WHERE c.chosen
        ), m AS MATERIALIZED (
            SELECT s.nr, medsup.anomaly_model(s.features, $1) AS model FROM scored s WHERE s.nr IN (SELECT c.nr FROM chosen c) GROUP BY s.nr
        )
        SELECT c.*
        FROM (SELECT c.fixmedins_code, c.dept, c.doctor, c.peer, c.peers, c.rank, c.score, c.threshold, medsup.anomaly_parts(m.model, c.features)
              FROM chosen c JOIN m USING (nr) OFFSET 0) c
        ORDER BY c.score DESC, c.fixmedins_code COLLATE "C", c.dept COLLATE "C", c.doctor COLLATE "C"$q$,
        medsup.score_rows(source, '{fixmedins_code,peer,features}'))
    USING directions, top, false_share;
END
$$;
COMMENT ON FUNCTION medsup.score_review(regclass, int[], int, float8) IS
    'whom a budget hands to people: the first of each peer group, all that tie with the last, or as many as keep the share of false leads; threshold is the highest score left out';

-- Evidence sums up: parts and score to six decimals, in numeric.
CREATE FUNCTION medsup.score_evidence(subject text, peer text, peers bigint, rank bigint, budget text, why_zh text, why_en text, details jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 500
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_agg(x.item OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('role', 1,
                'hash', pg_catalog.encode(medsup.figure_hash(x.item OPERATOR(pg_catalog.->) 'row'), 'hex')) ORDER BY x.n)
    FROM (SELECT 0 AS n, pg_catalog.jsonb_build_object('what', 'score', 'row', pg_catalog.jsonb_build_object('subject', score_evidence.subject,
                     'peer', score_evidence.peer, 'peers', score_evidence.peers, 'rank', score_evidence.rank, 'budget', score_evidence.budget,
                     'why_zh', score_evidence.why_zh, 'why_en', score_evidence.why_en)) AS item
          UNION ALL
          SELECT (d.item OPERATOR(pg_catalog.->>) 'feature')::int, pg_catalog.jsonb_build_object('what', 'part', 'row', d.item)
          FROM pg_catalog.jsonb_array_elements(score_evidence.details) d (item)) x;
END;
COMMENT ON FUNCTION medsup.score_evidence(text, text, bigint, bigint, text, text, text, jsonb) IS
    'the evidence of a finding from a score: the subject, its place among its peers and the sentence about it, then every indicator with its part';

CREATE FUNCTION medsup.stage_scores(source regclass, names text[], directions int[], period daterange, review text,
    top int, false_share float8) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 1000000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    budget text := CASE WHEN top IS NOT NULL THEN format('top %s', top) ELSE format('false share %s', false_share) END;
    twice text;
BEGIN
    CREATE TEMPORARY TABLE medsup_score ON COMMIT DROP AS
    SELECT s.*, concat(CASE WHEN s.doctor IS NOT NULL THEN 'doctor' WHEN s.dept IS NOT NULL THEN 'department' ELSE 'institution' END, ':',
                       concat_ws('/', s.fixmedins_code, s.dept, s.doctor)) AS subject, NULL::jsonb AS details, NULL::text AS why_zh, NULL::text AS why_en
    FROM medsup.score_review(source, directions, top, false_share) s;
    EXECUTE format($q$
        SELECT s.subject FROM pg_temp.medsup_score s JOIN (%s) r
            ON s.fixmedins_code = r.fixmedins_code AND s.dept IS NOT DISTINCT FROM r.dept AND s.doctor IS NOT DISTINCT FROM r.doctor
        GROUP BY s.subject HAVING count(*) > 1 ORDER BY s.subject COLLATE "C" LIMIT 1$q$,
        medsup.score_rows(source, '{fixmedins_code,peer,features}')) INTO twice;
    IF twice IS NOT NULL THEN
        RAISE EXCEPTION '% has several rows of %', source, twice
            USING ERRCODE = 'cardinality_violation', HINT = 'A review is of one row a provider; rows of several months are for medsup.anomaly_trend.';
    END IF;
    EXECUTE format($q$
        WITH r AS MATERIALIZED (SELECT q.*, dense_rank() OVER (ORDER BY q.peer) AS nr FROM (%s) q),
        chosen AS MATERIALIZED (
            SELECT r.*, s.subject
            FROM r JOIN pg_temp.medsup_score s ON s.fixmedins_code = r.fixmedins_code AND s.dept IS NOT DISTINCT FROM r.dept AND s.doctor IS NOT DISTINCT FROM r.doctor
        ), m AS MATERIALIZED (
            SELECT r.nr, medsup.anomaly_model(r.features, $1) AS model FROM r WHERE r.nr IN (SELECT c.nr FROM chosen c) GROUP BY r.nr
        )
        UPDATE pg_temp.medsup_score s
        SET why_zh = medsup.anomaly_explain(m.model, r.features, $2, 'zh'), why_en = medsup.anomaly_explain(m.model, r.features, $2, 'en'),
            details = (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('feature', d.feature, 'name', $2[array_lower($2, 1) + d.feature - 1],
                           'value', d.value::text, 'median', d.median::text, 'peers', d.peers, 'below', d.below, 'above', d.above,
                           'part', round(d.part::numeric, 6), 'among_others', d.among_others, 'apart', d.apart)) ORDER BY d.feature)
                       FROM medsup.anomaly_detail(m.model, r.features) d)
        FROM chosen r JOIN m USING (nr)
        WHERE r.subject = s.subject$q$,
        medsup.score_rows(source, '{fixmedins_code,peer,features}'))
    USING directions, names;
    CREATE TEMPORARY TABLE medsup_staged (LIKE medsup.verdict) ON COMMIT DROP;
    INSERT INTO pg_temp.medsup_staged
    SELECT (q.verdict).*
    FROM (SELECT jsonb_populate_record(NULL::medsup.verdict, jsonb_build_object(
        'what', 'F', 'rule_code', 'SCORE', 'entry_code', review, 'kind', 'K13', 'result_type', '可疑', 'provisional', false,
        'scope', 'period', 'window_start', lower(period)::timestamp, 'window_end', upper(period)::timestamp, 'period_time', lower(period)::timestamp,
        'measure', 'score', 'limit_value', trim_scale(t.threshold)::text, 'actual_value', trim_scale(t.total)::text,
        'excess', greatest(t.total - t.threshold, 0), 'vola_amt', 0, 'vola_amt_max', 0, 'fund_method', 'provider', 'formula', budget,
        'mdtrt_id', '', 'feedetl_sn', '', 'fixmedins_code', s.fixmedins_code, 'bilg_dept_codg', s.dept, 'bilg_dr_codg', s.doctor,
        'finding_id', medsup.review_finding_id('SCORE', review, s.subject, lower(period), upper(period)),
        'evidence', medsup.score_evidence(s.subject, s.peer, s.peers, s.rank, budget, s.why_zh, s.why_en, s.details))) AS verdict
        FROM pg_temp.medsup_score s
        CROSS JOIN LATERAL (SELECT sum((d ->> 'part')::numeric) AS total, least(round(s.threshold::numeric, 6), sum((d ->> 'part')::numeric)) AS threshold
                            FROM jsonb_array_elements(s.details) d) t
        OFFSET 0) q;
    DROP TABLE pg_temp.medsup_score;
END
$$;
COMMENT ON FUNCTION medsup.stage_scores(regclass, text[], int[], daterange, text, int, float8) IS
    'score, choose and stage verdicts for medsup.record_review; a step of medsup.review_scores';

CREATE FUNCTION medsup.review_scores(source regclass, names text[], period daterange, directions int[] DEFAULT NULL,
    top int DEFAULT NULL, false_share float8 DEFAULT NULL, review text DEFAULT 'scores') RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 1000000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM medsup.check_review(source, period, review);
    PERFORM medsup.stage_scores(source, names, directions, period, review, top, false_share);
    RETURN medsup.record_review('score', review, period);
END
$$;
COMMENT ON FUNCTION medsup.review_scores(regclass, text[], daterange, int[], int, float8, text) IS
    'hand the providers that a budget allows to people, as findings of origin score: 可疑, without an amount; what the same review of the period no longer chooses is closed; gives the run';
