-- Gatherings: visits close in space and time.  PostGIS is required by the
-- control file, so its types are found in whatever schema it lies; functions
-- of it are called by the schema that the catalogue names.

CREATE FUNCTION medsup.st_dbscan(geom geometry, at timestamptz, eps float8, eps_time interval, min_points int) RETURNS int
    AS 'MODULE_PATHNAME', 'medsup_st_dbscan_geometry'
    LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100;
COMMENT ON FUNCTION medsup.st_dbscan(geometry, timestamptz, float8, interval, int) IS
    'number of the cluster of a point by ST-DBSCAN within its partition, NULL for noise; eps in units of the coordinate system, eps_time NULL is no limit';

CREATE FUNCTION medsup.st_dbscan(geog geography, at timestamptz, eps float8, eps_time interval, min_points int) RETURNS int
    AS 'MODULE_PATHNAME', 'medsup_st_dbscan_geography'
    LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 200;
COMMENT ON FUNCTION medsup.st_dbscan(geography, timestamptz, float8, interval, int) IS
    'number of the cluster of a point by ST-DBSCAN within its partition, NULL for noise; eps in metres on the spheroid, eps_time NULL is no limit';

CREATE FUNCTION medsup.postgis_schema() RETURNS name
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT
BEGIN ATOMIC
    SELECT n.nspname FROM pg_catalog.pg_extension e
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
    WHERE e.extname OPERATOR(pg_catalog.=) 'postgis';
END;
COMMENT ON FUNCTION medsup.postgis_schema() IS 'the schema that PostGIS was installed into';

CREATE FUNCTION medsup.check_same_length(geoms bigint, times bigint) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF geoms <> times THEN
        RAISE EXCEPTION 'arrays of % and % elements do not belong together', geoms, times
            USING ERRCODE = 'MS302', HINT = 'Gather both by array_agg over the same rows.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.check_same_length(bigint, bigint) IS 'refuse arrays that do not belong together';

-- The area is the hull's grown by eps on all sides (Steiner's formula for
-- convex sets), so that one busy place has an area too.  Heights are not looked
-- at, as by st_dbscan.
CREATE FUNCTION medsup.st_dbscan_summary(
    geoms geometry[], times timestamptz[], eps float8, eps_time interval, min_points int,
    OUT cluster int, OUT members bigint, OUT places bigint, OUT first_at timestamptz, OUT last_at timestamptz,
    OUT centre geometry, OUT hull geometry, OUT area float8, OUT density float8)
RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100000 ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM medsup.check_same_length(cardinality(geoms), cardinality(times));
    RETURN QUERY EXECUTE format($sql$
        SELECT c.cluster, c.members, c.places, c.first_at, c.last_at, c.centre, c.hull, a.area, c.members / nullif(a.area, 0)
        FROM (SELECT m.cluster, count(*) AS members, count(DISTINCT m.place) AS places, min(m.at) AS first_at, max(m.at) AS last_at,
                     %1$I.st_centroid(%1$I.st_collect(m.place)) AS centre, %1$I.st_convexhull(%1$I.st_collect(m.place)) AS hull
              FROM (SELECT %1$I.st_force2d(p.place) AS place, p.at, medsup.st_dbscan(p.place, p.at, $3, $4, $5) OVER () AS cluster
                    FROM unnest($1, $2) p (place, at)) m
              WHERE m.cluster IS NOT NULL GROUP BY m.cluster) c
        CROSS JOIN LATERAL (SELECT %1$I.st_area(c.hull) + (%1$I.st_perimeter(c.hull) + 2 * %1$I.st_length(c.hull)) * $3 + pi() * $3 * $3) a (area)
        ORDER BY c.cluster $sql$, medsup.postgis_schema())
    USING geoms, times, eps, eps_time, min_points;
END
$$;
COMMENT ON FUNCTION medsup.st_dbscan_summary(geometry[], timestamptz[], float8, interval, int) IS
    'one row a cluster of st_dbscan: members, places, span, centre, convex hull, area and density';

-- Great circles are straight in the gnomonic projection, so that neither the
-- dateline nor a pole is anything special.  It shows less than half of the earth.
CREATE FUNCTION medsup.hull_on_earth(places geometry, centre geography, OUT hull geometry)
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 100000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    earth CONSTANT text := '+proj=longlat +R=6371008.8 +no_defs';
    plane text;
BEGIN
    EXECUTE format($sql$
        SELECT format('+proj=gnom +lat_0=%%s +lon_0=%%s +R=6371008.8 +no_defs', round(%1$I.st_y($2::%1$I.geometry)::numeric, 6), round(%1$I.st_x($2::%1$I.geometry)::numeric, 6))
        FROM %1$I.st_dump($1) d HAVING max(%1$I.st_distance(d.geom::%1$I.geography, $2, false)) < 9000000 $sql$, medsup.postgis_schema())
    INTO plane USING places, centre;
    IF plane IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('SELECT %1$I.st_setsrid(%1$I.st_transform(%1$I.st_convexhull(%1$I.st_transform($1, $2, $3)), $3, $2), %1$I.st_srid($1))', medsup.postgis_schema())
    INTO hull USING places, earth, plane;
END
$$;
COMMENT ON FUNCTION medsup.hull_on_earth(geometry, geography) IS
    'convex hull, in longitude and latitude, of points around a centre; NULL where one is more than 9,000 km away';

CREATE FUNCTION medsup.st_dbscan_summary(
    geogs geography[], times timestamptz[], eps float8, eps_time interval, min_points int,
    OUT cluster int, OUT members bigint, OUT places bigint, OUT first_at timestamptz, OUT last_at timestamptz,
    OUT centre geography, OUT hull geography, OUT area float8, OUT density float8)
RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100000 ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM medsup.check_same_length(cardinality(geogs), cardinality(times));
    RETURN QUERY EXECUTE format($sql$
        SELECT c.cluster, c.members, c.places, c.first_at, c.last_at, o.centre, h.hull, a.area, c.members / nullif(a.area, 0)
        FROM (SELECT m.cluster, count(*) AS members, count(DISTINCT m.place) AS places, min(m.at) AS first_at, max(m.at) AS last_at,
                     %1$I.st_collect(m.place) AS collected
              FROM (SELECT %1$I.st_force2d(p.place::%1$I.geometry) AS place, p.at, medsup.st_dbscan(p.place, p.at, $3, $4, $5) OVER () AS cluster
                    FROM unnest($1, $2) p (place, at)) m
              WHERE m.cluster IS NOT NULL GROUP BY m.cluster) c
        CROSS JOIN LATERAL (SELECT %1$I.st_centroid(c.collected::%1$I.geography)) o (centre)
        CROSS JOIN LATERAL (SELECT CASE WHEN c.places > 2 THEN medsup.hull_on_earth(c.collected, o.centre)
                                        ELSE %1$I.st_convexhull(c.collected) END::%1$I.geography OFFSET 0) h (hull)
        CROSS JOIN LATERAL (SELECT %1$I.st_area(h.hull) + (%1$I.st_perimeter(h.hull) + 2 * %1$I.st_length(h.hull)) * $3 + pi() * $3 * $3) a (area)
        ORDER BY c.cluster $sql$, medsup.postgis_schema())
    USING geogs, times, eps, eps_time, min_points;
END
$$;
COMMENT ON FUNCTION medsup.st_dbscan_summary(geography[], timestamptz[], float8, interval, int) IS
    'one row a cluster of st_dbscan: members, places, span, centre, convex hull, area in square metres and density';
