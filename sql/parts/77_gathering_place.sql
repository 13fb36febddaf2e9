-- Where institutions are and patients live, out of what is bound as place.  A
-- place says in which datum it is and how exactly it is known; what it does not
-- say is asked for, never guessed.

CREATE FUNCTION medsup.read_datum(datum text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10
BEGIN ATOMIC
    SELECT CASE pg_catalog.upper(pg_catalog.translate(read_datum.datum, ' _-', ''))
        WHEN 'WGS84' THEN 'WGS84' WHEN '4326' THEN 'WGS84' WHEN 'CGCS2000' THEN 'CGCS2000' WHEN '4490' THEN 'CGCS2000'
        WHEN 'GCJ02' THEN 'GCJ02' WHEN 'BD09' THEN 'BD09' END;
END;
COMMENT ON FUNCTION medsup.read_datum(text) IS 'a datum by its name or SRID: WGS84, CGCS2000, GCJ02, BD09; NULL: another one, or none';

-- GCJ-02 and BD-09 have no published definition, and what circulates as their
-- inverse is an approximation: whoever has the original coordinates converts.
CREATE FUNCTION medsup.check_places(of_patients boolean) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 100000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    seen record;
BEGIN
    IF to_regclass('medsup.src_place') IS NULL THEN
        RAISE EXCEPTION 'no source of kind place is bound'
            USING ERRCODE = 'MS901', HINT = 'Bind the table of the warehouse: SELECT medsup.bind_source(''place'', ...)';
    END IF;
    SELECT array_agg(d.datum ORDER BY d.datum) FILTER (WHERE d.datum IS NOT NULL) AS datums, coalesce(sum(d.places), 0) AS places,
        coalesce(sum(d.places) FILTER (WHERE d.datum IS NULL), 0) AS without_datum, coalesce(sum(d.vague), 0) AS without_precision
    INTO seen
    FROM (SELECT medsup.read_datum(p.datum) AS datum, count(*) AS places,
                 count(*) FILTER (WHERE (p.precision IN ('point', 'village', 'township')) IS NOT TRUE) AS vague
          FROM medsup.src_place p WHERE CASE WHEN of_patients THEN p.psn_no ELSE p.fixmedins_code END IS NOT NULL GROUP BY 1) d;
    IF of_patients AND seen.places = 0 THEN
        RAISE EXCEPTION 'no place of a patient is bound'
            USING ERRCODE = 'MS901', HINT = 'Bind a relation as place that has psn_no. What looks at institutions only runs without.';
    ELSIF seen.datums && '{GCJ02,BD09}' AND cardinality(seen.datums) > 1 THEN
        RAISE EXCEPTION 'places are in several datums: %', array_to_string(seen.datums, ', ')
            USING ERRCODE = 'MS301', HINT = 'They are hundreds of metres apart. Convert all to CGCS2000 where they are bound.';
    ELSIF seen.datums && '{GCJ02,BD09}' THEN
        RAISE EXCEPTION 'places in % are shifted by hundreds of metres and have no coordinate system', seen.datums[1]
            USING ERRCODE = 'MS301', HINT = 'Convert them to CGCS2000 where they are bound.';
    ELSIF seen.without_datum > 0 THEN
        RAISE EXCEPTION '% places do not say in which datum they are', seen.without_datum
            USING ERRCODE = 'MS301', HINT = 'Bind the column datum: WGS84, CGCS2000, GCJ02 or BD09. Where all are alike, {"datum": "''CGCS2000''"}.';
    ELSIF of_patients AND seen.without_precision > 0 THEN
        RAISE EXCEPTION '% places of patients do not say how exactly they are known', seen.without_precision
            USING ERRCODE = 'MS301', HINT = 'Bind the column precision: point, village or township.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.check_places(boolean) IS
    'refuse bound places, of patients or of institutions, that are in several datums, in a shifted one, or do not say which';

-- One place each: the most exactly known, then the first by number.
CREATE FUNCTION medsup.bound_places(of_patients boolean, metres float8, village_metres float8, township_metres float8,
    OUT code text, OUT place_id text, OUT admdvs text, OUT "precision" text, OUT place geography)
RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000000 ROWS 100000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
BEGIN
    IF NOT coalesce(village_metres >= 0 AND township_metres >= village_metres, false) OR NOT coalesce(metres >= 0, true) THEN
        RAISE EXCEPTION 'metres is negative, or a village is larger than a township'
            USING ERRCODE = 'MS302', HINT = 'metres is the shortest distance that will be looked at; NULL when none will.';
    END IF;
    PERFORM medsup.check_places(of_patients);
    RETURN QUERY EXECUTE format($sql$
        SELECT DISTINCT ON (q.code) q.code, q.place_id, q.admdvs, q."precision",
            %1$I.geography(%1$I.st_setsrid(%1$I.st_makepoint(q.lnt::float8, q.lat::float8), 4490))
        FROM (SELECT CASE WHEN $1 THEN p.psn_no ELSE p.fixmedins_code END AS code, p.place_id, p.admdvs, coalesce(p."precision", 'point') AS "precision", p.lnt, p.lat
              FROM medsup.src_place p) q
        CROSS JOIN LATERAL (SELECT CASE q."precision" WHEN 'village' THEN $3 WHEN 'township' THEN $4 ELSE 0 END) s (size)
        WHERE q.code IS NOT NULL AND abs(q.lnt) <= 180 AND abs(q.lat) <= 90 AND ($2 IS NULL OR s.size <= $2)
        ORDER BY q.code, s.size, q.place_id $sql$, medsup.postgis_schema())
    USING of_patients, metres, village_metres, township_metres;
END
$$;
COMMENT ON FUNCTION medsup.bound_places(boolean, float8, float8, float8) IS
    'one place a patient or an institution, in CGCS2000, known well enough for distances of so many metres';

CREATE FUNCTION medsup.institution_places(metres float8 DEFAULT 0, village_metres float8 DEFAULT 1000, township_metres float8 DEFAULT 5000)
RETURNS TABLE (fixmedins_code text, place_id text, admdvs text, "precision" text, place geography)
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000000 ROWS 10000
BEGIN ATOMIC
    SELECT p.code, p.place_id, p.admdvs, p."precision", p.place FROM medsup.bound_places(false, metres, village_metres, township_metres) p;
END;
COMMENT ON FUNCTION medsup.institution_places(float8, float8, float8) IS
    'where institutions are, of those known well enough for distances of so many metres; NULL: all';

CREATE FUNCTION medsup.patient_places(metres float8 DEFAULT 0, village_metres float8 DEFAULT 1000, township_metres float8 DEFAULT 5000)
RETURNS TABLE (psn_no text, place_id text, admdvs text, "precision" text, place geography)
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000000 ROWS 100000
BEGIN ATOMIC
    SELECT p.code, p.place_id, p.admdvs, p."precision", p.place FROM medsup.bound_places(true, metres, village_metres, township_metres) p;
END;
COMMENT ON FUNCTION medsup.patient_places(float8, float8, float8) IS
    'where patients live, of those whose place is known well enough for distances of so many metres; NULL: all';
