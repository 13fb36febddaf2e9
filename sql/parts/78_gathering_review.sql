-- From gatherings to leads: putting them into medsup.finding with members and
-- visits as evidence.

CREATE FUNCTION medsup.stage_gatherings(source regclass, period daterange, review text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 1000000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
BEGIN
    -- the same members twice are one gathering, at all its places
    EXECUTE format($q$
        CREATE TEMPORARY TABLE medsup_gathering ON COMMIT DROP AS
        SELECT g.what, g.members, array_agg(DISTINCT p.place COLLATE "C") FILTER (WHERE p.place IS NOT NULL) AS places,
               min(g.first_day) AS first_day, max(g.last_day) AS last_day, min(g.p_value) AS p_value,
               concat('gathering:', g.what, '/', left(encode(sha256(convert_to(g.members::text, 'UTF8')), 'hex'), 16)) AS subject
        FROM (SELECT g.what::text, g.places::text[], g.first_day::date, g.last_day::date, g.p_value::float8,
                     (SELECT array_agg(DISTINCT x.psn_no COLLATE "C") FROM unnest(g.members::text[]) x (psn_no) WHERE x.psn_no IS NOT NULL) AS members
              FROM %s g) g
        LEFT JOIN LATERAL unnest(g.places) p (place) ON true
        WHERE cardinality(g.members) > 1 GROUP BY g.what, g.members $q$, source);
    CREATE TEMPORARY TABLE medsup_member ON COMMIT DROP AS
    SELECT g.subject, g.members, g.places, g.first_day, g.last_day, m.psn_no FROM pg_temp.medsup_gathering g CROSS JOIN LATERAL unnest(g.members) m (psn_no);
    ANALYZE pg_temp.medsup_member;
    -- who came just before, at the same institution: another member, or anybody else
    CREATE TEMPORARY TABLE medsup_joint ON COMMIT DROP AS
    SELECT m.subject, v.psn_no, v.fixmedins_code, v.at, v.mdtrt_id, v.money, v.before <> v.psn_no AND v.before = ANY (m.members) AS follows,
           e.attributes ->> 'mdtrt_cert_type' AS mdtrt_cert_type, e.attributes ->> 'opter_id' AS opter_id
    FROM (SELECT v.*, lag(v.psn_no) OVER (PARTITION BY v.fixmedins_code ORDER BY v.at, v.psn_no COLLATE "C", v.mdtrt_id COLLATE "C") AS before
          FROM medsup.gathering_visits(lower(period), upper(period) - 1) v WHERE NOT v.doubtful) v
    JOIN pg_temp.medsup_member m ON m.psn_no = v.psn_no
    LEFT JOIN medsup.src_encounter e ON e.mdtrt_id = v.mdtrt_id AND e.psn_no = v.psn_no
    WHERE v.fixmedins_code = ANY (m.places) AND v.at >= m.first_day AND v.at < m.last_day + 1;

    CREATE TEMPORARY TABLE medsup_staged (LIKE medsup.verdict) ON COMMIT DROP;
    INSERT INTO pg_temp.medsup_staged
    SELECT (q.verdict).*
    FROM (SELECT jsonb_populate_record(NULL::medsup.verdict, jsonb_build_object(
        'what', 'F', 'rule_code', 'GATHERING', 'entry_code', review, 'kind', 'K15', 'result_type', '可疑', 'provisional', false,
        'note', g.what, 'scope', 'period', 'window_start', lower(period)::timestamp, 'window_end', upper(period)::timestamp,
        'act_from', v.first_at, 'act_to', v.last_at, 'period_time', lower(period)::timestamp,
        'measure', 'gathering', 'limit_value', '1', 'actual_value', cardinality(g.members)::text, 'excess', cardinality(g.members) - 1,
        'vola_amt', 0, 'vola_amt_max', 0, 'fund_method', 'provider', 'mdtrt_id', '', 'feedetl_sn', '',
        'fixmedins_code', coalesce(v.fixmedins_code, g.places[1]),
        'finding_id', medsup.review_finding_id('GATHERING', review, g.subject, lower(period), upper(period)),
        'evidence', (
            SELECT jsonb_agg(x.item || jsonb_build_object('role', 1, 'hash', encode(medsup.figure_hash(x.item -> 'row'), 'hex')) ORDER BY x.n, x.m)
            FROM (SELECT 0 AS n, 0::bigint AS m, jsonb_build_object('what', 'gathering', 'row', jsonb_strip_nulls(jsonb_build_object(
                             'subject', g.subject, 'what', g.what, 'places', array_to_string(g.places, ','), 'first_day', to_char(g.first_day, 'YYYY-MM-DD'),
                             'last_day', to_char(g.last_day, 'YYYY-MM-DD'), 'p_value', g.p_value::text, 'members', cardinality(g.members)::text,
                             'visits', coalesce(v.visits, 0)::text, 'money', trim_scale(v.money)::text,
                             'consecutive', coalesce(v.consecutive, 0)::text, 'physical_cards', v.physical_cards::text, 'same_operator', v.same_operator::text))) AS item
                  UNION ALL
                  SELECT 1, m.n, jsonb_build_object('what', 'member', 'row', jsonb_build_object('psn_no', m.psn_no))
                  FROM unnest(g.members) WITH ORDINALITY m (psn_no, n)
                  UNION ALL
                  SELECT 2, j.n, jsonb_build_object('what', 'visit', 'row', jsonb_strip_nulls(jsonb_build_object('psn_no', j.psn_no,
                      'fixmedins_code', j.fixmedins_code, 'at', medsup.digest_time(j.at), 'mdtrt_id', j.mdtrt_id, 'money', trim_scale(j.money)::text,
                      'follows', CASE WHEN j.follows THEN 'member' END, 'mdtrt_cert_type', j.mdtrt_cert_type, 'opter_id', j.opter_id)))
                  FROM (SELECT j.*, row_number() OVER (ORDER BY j.at, j.psn_no COLLATE "C", j.mdtrt_id COLLATE "C") AS n
                        FROM pg_temp.medsup_joint j WHERE j.subject = g.subject) j WHERE j.n <= 1000) x))) AS verdict
        FROM pg_temp.medsup_gathering g
        LEFT JOIN (SELECT j.subject, count(*) AS visits, count(*) FILTER (WHERE j.follows) AS consecutive,
                          round(avg((j.mdtrt_cert_type = '03')::int), 3) AS physical_cards,
                          round(count(*) FILTER (WHERE j.opter_id = o.opter_id)::numeric / nullif(count(j.opter_id), 0), 3) AS same_operator, sum(j.money) AS money, min(j.at) AS first_at, max(j.at) AS last_at,
                          mode() WITHIN GROUP (ORDER BY j.fixmedins_code COLLATE "C") AS fixmedins_code
                   FROM pg_temp.medsup_joint j
                   LEFT JOIN (SELECT j.subject, mode() WITHIN GROUP (ORDER BY j.opter_id COLLATE "C") AS opter_id FROM pg_temp.medsup_joint j GROUP BY j.subject) o USING (subject)
                   GROUP BY j.subject) v ON v.subject = g.subject
        OFFSET 0) q;
    DROP TABLE pg_temp.medsup_gathering, pg_temp.medsup_member, pg_temp.medsup_joint;
END
$$;
COMMENT ON FUNCTION medsup.stage_gatherings(regclass, daterange, text) IS
    'stage gatherings with their evidence for medsup.record_review; a step of medsup.review_gatherings';

CREATE FUNCTION medsup.review_gatherings(source regclass, period daterange, review text DEFAULT 'gatherings') RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 1000000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing text[];
BEGIN
    PERFORM medsup.check_review(source, period, review);
    SELECT array_agg(c.name ORDER BY c.n) INTO missing
    FROM unnest('{what,members,places,first_day,last_day,p_value}'::text[]) WITH ORDINALITY c (name, n)
    WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = source AND a.attname = c.name AND a.attnum > 0 AND NOT a.attisdropped);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION '% has no column %', source, array_to_string(missing, ', ')
            USING ERRCODE = 'undefined_column', HINT = 'Gatherings are rows of what, members, places, first_day, last_day and p_value; p_value may be NULL.';
    END IF;
    PERFORM medsup.stage_gatherings(source, period, review);
    RETURN medsup.record_review('gathering', review, period);
END
$$;
COMMENT ON FUNCTION medsup.review_gatherings(regclass, daterange, text) IS
    'hand gatherings to people, as findings of origin gathering: 可疑, without an amount, members and visits as evidence; what the same review of the period no longer shows is closed; gives the run';

CREATE VIEW medsup.gathering AS
    SELECT f.finding_id, f.entry_code AS review, f.note AS what, f.actual_value::int AS members,
        pg_catalog.string_to_array(f.evidence #>> '{0,row,places}', ',') AS places,
        (f.evidence #>> '{0,row,first_day}')::date AS first_day, (f.evidence #>> '{0,row,last_day}')::date AS last_day,
        (f.evidence #>> '{0,row,p_value}')::float8 AS p_value, (f.evidence #>> '{0,row,visits}')::bigint AS visits,
        (f.evidence #>> '{0,row,money}')::numeric AS money, (f.evidence #>> '{0,row,consecutive}')::bigint AS consecutive,
        (f.evidence #>> '{0,row,physical_cards}')::numeric AS physical_cards, (f.evidence #>> '{0,row,same_operator}')::numeric AS same_operator, f.status, f.opened_at, f.changed_at
    FROM medsup.finding f
    WHERE f.origin OPERATOR(pg_catalog.=) 'gathering';
COMMENT ON VIEW medsup.gathering IS 'findings that are gatherings: where, when, how many, how likely by chance; no person is named';

CREATE VIEW medsup.gathering_member AS
    SELECT f.finding_id, m.item #>> '{row,psn_no}' AS psn_no,
        (SELECT pg_catalog.count(*) FROM pg_catalog.jsonb_array_elements(f.evidence) v (item)
         WHERE v.item OPERATOR(pg_catalog.->>) 'what' OPERATOR(pg_catalog.=) 'visit'
           AND v.item #>> '{row,psn_no}' OPERATOR(pg_catalog.=) (m.item #>> '{row,psn_no}')) AS visits
    FROM medsup.finding f
    CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(f.evidence) m (item)
    WHERE f.origin OPERATOR(pg_catalog.=) 'gathering' AND m.item OPERATOR(pg_catalog.->>) 'what' OPERATOR(pg_catalog.=) 'member';
COMMENT ON VIEW medsup.gathering_member IS 'for reviewers: who belongs to a gathering, and their visits in the evidence';
