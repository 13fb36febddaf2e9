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

-- The hull is taken in the gnomonic projection around the centre, where great
-- circles are straight, so that neither the dateline nor a pole is anything
-- special.  It shows less than half of the earth.
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
        CROSS JOIN LATERAL (SELECT %1$I.st_centroid(c.collected::%1$I.geography) OFFSET 0) o (centre)
        CROSS JOIN LATERAL (SELECT %1$I.st_x(g), sind(%1$I.st_y(g)), cosd(%1$I.st_y(g)) FROM CAST(o.centre AS %1$I.geometry) g OFFSET 0) m (lon, sin, cos)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN min(v.z) > 0.15 THEN %1$I.st_convexhull(%1$I.st_collect(%1$I.st_makepoint(v.x / nullif(v.z, 0), v.y / nullif(v.z, 0)))) END
            FROM %1$I.st_dump(c.collected) d
            CROSS JOIN LATERAL (SELECT %1$I.st_x(d.geom) - m.lon, sind(%1$I.st_y(d.geom)), cosd(%1$I.st_y(d.geom))) p (turn, sin, cos)
            CROSS JOIN LATERAL (SELECT p.cos * sind(p.turn), m.cos * p.sin - m.sin * p.cos * cosd(p.turn), m.sin * p.sin + m.cos * p.cos * cosd(p.turn)) v (x, y, z)
            WHERE c.places > 2) f (flat)
        CROSS JOIN LATERAL (
            SELECT %1$I.st_makeline(array_agg(%1$I.st_setsrid(%1$I.st_makepoint(p.lon - 360 * round(p.lon / 360), atan2d(v.z, sqrt(v.x ^ 2 + v.y ^ 2))), %1$I.st_srid(c.collected)) ORDER BY d.path))
            FROM %1$I.st_dumppoints(f.flat) d
            CROSS JOIN LATERAL (SELECT m.cos - %1$I.st_y(d.geom) * m.sin, %1$I.st_x(d.geom), m.sin + %1$I.st_y(d.geom) * m.cos) v (x, y, z)
            CROSS JOIN LATERAL (SELECT m.lon + atan2d(v.y, v.x)) p (lon)) l (line)
        CROSS JOIN LATERAL (SELECT CASE WHEN c.places <= 2 THEN %1$I.st_convexhull(c.collected)::%1$I.geography
                                        ELSE CASE %1$I.st_dimension(f.flat) WHEN 2 THEN %1$I.st_makepolygon(l.line)::%1$I.geography WHEN 1 THEN l.line::%1$I.geography
                                                                            WHEN 0 THEN o.centre END END OFFSET 0) h (hull)
        CROSS JOIN LATERAL (SELECT %1$I.st_area(h.hull) + (%1$I.st_perimeter(h.hull) + 2 * %1$I.st_length(h.hull)) * $3 + pi() * $3 * $3) a (area)
        ORDER BY c.cluster $sql$, medsup.postgis_schema())
    USING geogs, times, eps, eps_time, min_points;
END
$$;
COMMENT ON FUNCTION medsup.st_dbscan_summary(geography[], timestamptz[], float8, interval, int) IS
    'one row a cluster of st_dbscan: members, places, span, centre, convex hull, area in square metres and density';
