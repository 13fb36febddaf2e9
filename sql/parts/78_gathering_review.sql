-- From gatherings to leads: putting them into medsup.finding with members and
-- visits as evidence, and maps that show no single patient.

CREATE FUNCTION medsup.gathering_step(run_id bigint, source regclass, period daterange, review text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 1000000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    this medsup.run;
    put record;
    shut bigint;
BEGIN
    SELECT r.* INTO STRICT this FROM medsup.run r WHERE r.run = run_id;
    EXECUTE format($q$
        CREATE TEMPORARY TABLE medsup_gathering ON COMMIT DROP AS
        SELECT DISTINCT ON (subject) q.* FROM (
            SELECT g.what::text, m.members, g.places::text[] AS places, g.first_day::date AS first_day, g.last_day::date AS last_day,
                   g.p_value::float8 AS p_value, concat('gathering:', g.what, '/', left(encode(sha256(convert_to(m.members::text, 'UTF8')), 'hex'), 16)) AS subject
            FROM %s g
            CROSS JOIN LATERAL (SELECT array_agg(DISTINCT x.psn_no COLLATE "C") AS members FROM unnest(g.members::text[]) x (psn_no) WHERE x.psn_no IS NOT NULL) m
            WHERE cardinality(m.members) > 1) q
        ORDER BY subject, p_value, first_day, last_day, places $q$, source);
    CREATE TEMPORARY TABLE medsup_member ON COMMIT DROP AS
    SELECT g.subject, g.members, g.places, g.first_day, g.last_day, m.psn_no FROM pg_temp.medsup_gathering g CROSS JOIN LATERAL unnest(g.members) m (psn_no);
    ANALYZE pg_temp.medsup_member;
    -- who came just before, at the same institution: another member, or anybody else
    CREATE TEMPORARY TABLE medsup_joint ON COMMIT DROP AS
    SELECT m.subject, v.psn_no, v.fixmedins_code, v.at, v.mdtrt_id, v.money, v.before <> v.psn_no AND v.before = ANY (m.members) AS follows,
           e.attributes ->> 'mdtrt_cert_type' AS mdtrt_cert_type, e.attributes ->> 'opter_id' AS opter_id
    FROM (SELECT v.*, lag(v.psn_no) OVER (PARTITION BY v.fixmedins_code ORDER BY v.at, v.psn_no COLLATE "C", v.mdtrt_id COLLATE "C") AS before
          FROM medsup.gathering_visits(lower(period), upper(period) - 1) v) v
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
        'finding_id', medsup.finding_id('GATHERING', review, g.subject, 'period', lower(period)::timestamp, '', ''),
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
    UPDATE pg_temp.medsup_staged s SET content_digest = medsup.provider_digest(ROW(s.*)::medsup.verdict);
    SELECT * INTO put FROM medsup.record_findings(run_id, this.rulebook, this.rulebook_digest, 'pg_temp.medsup_staged', NULL, NULL, NULL);
    UPDATE medsup.finding f SET origin = 'gathering'
    FROM pg_temp.medsup_staged s WHERE f.finding_id = s.finding_id AND f.origin <> 'gathering';
    -- what the same review of the same period no longer shows
    UPDATE medsup.finding f SET status = 'closed', closed_reason = 'not_reproduced', changed_run = run_id
    WHERE f.origin = 'gathering' AND f.status <> 'closed' AND f.entry_code = review
      AND f.window_start = lower(period)::timestamp AND f.window_end = upper(period)::timestamp
      AND NOT EXISTS (SELECT FROM pg_temp.medsup_staged s WHERE s.finding_id = f.finding_id);
    GET DIAGNOSTICS shut = ROW_COUNT;
    UPDATE medsup.run r SET partitions_done = r.partitions, findings = put.opened + put.changed + put.reopened + put.kept,
        opened = put.opened, changed = put.changed, reopened = put.reopened, kept = put.kept, closed = shut, exempt = put.exempt
    WHERE r.run = run_id;
    DROP TABLE pg_temp.medsup_gathering, pg_temp.medsup_member, pg_temp.medsup_joint, pg_temp.medsup_staged;
END
$$;
COMMENT ON FUNCTION medsup.gathering_step(bigint, regclass, daterange, text) IS
    'record gatherings within an open run; a step of medsup.review_gatherings';

CREATE FUNCTION medsup.review_gatherings(source regclass, period daterange, review text DEFAULT 'gatherings') RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 1000000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing text[];
    this bigint;
BEGIN
    IF source IS NULL OR period IS NULL OR isempty(period) OR lower_inf(period) OR upper_inf(period) OR coalesce(review, '') = '' THEN
        RAISE EXCEPTION 'a review of gatherings needs a relation, a period and a name'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The period is whole days with both ends, such as ''[2026-01-01, 2026-07-01)''.';
    END IF;
    SELECT array_agg(c.name ORDER BY c.n) INTO missing
    FROM unnest('{what,members,places,first_day,last_day,p_value}'::text[]) WITH ORDINALITY c (name, n)
    WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = source AND a.attname = c.name AND a.attnum > 0 AND NOT a.attisdropped);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION '% has no column %', source, array_to_string(missing, ', ')
            USING ERRCODE = 'undefined_column', HINT = 'Gatherings are rows of what, members, places, first_day, last_day and p_value; p_value may be NULL.';
    END IF;
    this := medsup.run_begin('provider', tsrange(lower(period), upper(period)), concat('gatherings: ', review), 1, resume => false);
    BEGIN
        PERFORM medsup.gathering_step(this, source, period, review);
        PERFORM medsup.run_end(this);
    EXCEPTION WHEN query_canceled OR others THEN
        PERFORM medsup.run_lock(false);
        RAISE;
    END;
    PERFORM medsup.run_report(this);
    RETURN this;
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

-- ----------------------------------------------------------------- maps ----
-- The shifted coordinates of Chinese maps look like degrees and are none of a
-- datum, so whoever asks for a map says what the bound places are.
CREATE FUNCTION medsup.datum_srid(datum text) RETURNS int
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CASE upper(datum)
    WHEN 'WGS 84', 'WGS84' THEN RETURN 4326;
    WHEN 'CGCS2000' THEN RETURN 4490;
    WHEN 'GCJ-02', 'BD-09' THEN
        RAISE EXCEPTION 'places in % are shifted by hundreds of metres and have no coordinate system', upper(datum)
            USING ERRCODE = 'MS301', HINT = 'Convert them to CGCS2000 where they are bound.';
    ELSE
        RAISE EXCEPTION 'datum "%" is not known', coalesce(datum, 'NULL')
            USING ERRCODE = 'MS301', HINT = 'Known are CGCS2000 and WGS 84.';
    END CASE;
END
$$;
COMMENT ON FUNCTION medsup.datum_srid(text) IS 'the SRID of a datum in longitude and latitude; GCJ-02 and BD-09 are refused';

CREATE FUNCTION medsup.gathering_places(datum text, review text DEFAULT NULL, k int DEFAULT 5)
RETURNS TABLE (fixmedins_code text, gatherings bigint, patients bigint, money numeric, first_day date, last_day date, place geometry)
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100000 ROWS 500
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    srid int := medsup.datum_srid(datum);
BEGIN
    IF to_regclass('medsup.src_place') IS NULL THEN
        RAISE EXCEPTION 'no source of kind place is bound'
            USING ERRCODE = 'MS901', HINT = 'Bind the table of the warehouse: SELECT medsup.bind_source(''place'', ...)';
    END IF;
    RETURN QUERY EXECUTE format($sql$
        WITH visit AS (
            SELECT f.finding_id, v.item #>> '{row,fixmedins_code}' AS fixmedins_code, v.item #>> '{row,psn_no}' AS psn_no,
                   (v.item #>> '{row,money}')::numeric AS money, (v.item #>> '{row,at}')::timestamp::date AS day
            FROM medsup.finding f CROSS JOIN LATERAL jsonb_array_elements(f.evidence) v (item)
            WHERE f.origin = 'gathering' AND f.status = 'open' AND ($1 IS NULL OR f.entry_code = $1) AND v.item ->> 'what' = 'visit'
        ), total AS (
            SELECT v.fixmedins_code, count(DISTINCT v.finding_id) AS gatherings, count(DISTINCT v.psn_no) AS patients, sum(v.money) AS money,
                   min(v.day) AS first_day, max(v.day) AS last_day
            FROM visit v GROUP BY v.fixmedins_code
        ), spot AS (
            SELECT DISTINCT ON (p.fixmedins_code) p.fixmedins_code, %1$I.st_setsrid(%1$I.st_makepoint(p.lnt::float8, p.lat::float8), $2) AS place
            FROM medsup.src_place p
            WHERE p.fixmedins_code IS NOT NULL AND p.lnt <> 'NaN' AND p.lat <> 'NaN' ORDER BY p.fixmedins_code, p.place_id COLLATE "C"
        )
        SELECT t.fixmedins_code, t.gatherings, CASE WHEN t.patients >= $3 THEN t.patients END, t.money, t.first_day, t.last_day, s.place
        FROM total t LEFT JOIN spot s ON s.fixmedins_code = t.fixmedins_code
        ORDER BY t.fixmedins_code COLLATE "C" $sql$, medsup.postgis_schema())
    USING review, srid, k;
END
$$;
COMMENT ON FUNCTION medsup.gathering_places(text, text, int) IS
    'institutions of open gatherings as points, for maps; patients only where there are at least k';

CREATE FUNCTION medsup.patient_cells(persons text[], places geometry[], size float8, k int DEFAULT 5)
RETURNS TABLE (cell geometry, patients bigint)
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100000 ROWS 500
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    kinds record;
BEGIN
    PERFORM medsup.check_same_length(cardinality(places), cardinality(persons));
    IF size IS NULL OR NOT (size > 0 AND size < 'infinity') OR coalesce(k, 0) < 2 THEN
        RAISE EXCEPTION 'cells need a size above 0 and at least 2 patients'
            USING ERRCODE = 'MS302', HINT = 'size is in units of the coordinate system; k is how many patients a cell has at least to be shown, as 5.';
    END IF;
    EXECUTE format($sql$ SELECT count(DISTINCT %1$I.st_srid(p)) AS srids, bool_and(%1$I.st_geometrytype(p) = 'ST_Point') AS points FROM unnest($1) p $sql$,
                   medsup.postgis_schema()) INTO kinds USING places;
    IF kinds.srids > 1 OR NOT kinds.points THEN
        RAISE EXCEPTION 'places of patients are in different coordinate systems or are no points'
            USING ERRCODE = 'MS301', HINT = 'Bring them into one by ST_Transform; take ST_Centroid of areas.';
    END IF;
    RETURN QUERY EXECUTE format($sql$
        SELECT %1$I.st_makeenvelope(c.x * $3, c.y * $3, (c.x + 1) * $3, (c.y + 1) * $3, c.srid), c.patients
        FROM (SELECT floor(%1$I.st_x(p.place) / $3) AS x, floor(%1$I.st_y(p.place) / $3) AS y, %1$I.st_srid(p.place) AS srid, count(DISTINCT p.psn_no) AS patients
              FROM unnest($1, $2) p (psn_no, place) WHERE p.psn_no IS NOT NULL AND NOT %1$I.st_isempty(p.place) GROUP BY 1, 2, 3) c
        WHERE c.patients >= $4 ORDER BY c.x, c.y $sql$, medsup.postgis_schema())
    USING persons, places, size, k;
END
$$;
COMMENT ON FUNCTION medsup.patient_cells(text[], geometry[], float8, int) IS
    'where patients live, for maps: squares of that size with at least k different patients, nothing else';

CREATE FUNCTION medsup.geojson(places geometry[], properties jsonb[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    collection jsonb;
BEGIN
    PERFORM medsup.check_same_length(cardinality(places), cardinality(properties));
    EXECUTE format($sql$
        SELECT jsonb_build_object('type', 'FeatureCollection', 'features', coalesce(jsonb_agg(jsonb_build_object('type', 'Feature',
                   'geometry', %1$I.st_asgeojson(CASE WHEN %1$I.st_srid(p.place) IN (0, 4326, 4490) THEN p.place ELSE %1$I.st_transform(p.place, 4326) END, 9, 0)::jsonb,
                   'properties', coalesce(p.properties, '{}')) ORDER BY p.n), '[]'))
        FROM unnest($1, $2) WITH ORDINALITY p (place, properties, n) $sql$, medsup.postgis_schema())
    INTO collection USING places, properties;
    RETURN collection;
END
$$;
COMMENT ON FUNCTION medsup.geojson(geometry[], jsonb[]) IS 'a GeoJSON FeatureCollection of places with their properties, in longitude and latitude';
