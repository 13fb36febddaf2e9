-- Maps of gatherings: institutions as points, patients only as squares or
-- townships in which enough of them live.  The views have typed geometry, so
-- that geometry_columns lists them and QGIS opens them.

CREATE FUNCTION medsup.check_least(k int) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(k, 0) < 2 THEN
        RAISE EXCEPTION 'a map shows at least 2 patients together'
            USING ERRCODE = 'MS302', HINT = 'k is how many patients there are at least where their number is shown, as 5.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.check_least(int) IS 'refuse a map that would show single patients';

CREATE FUNCTION medsup.gathering_places(review text DEFAULT NULL, k int DEFAULT 5)
RETURNS TABLE (fixmedins_code text, gatherings bigint, patients bigint, money numeric, first_day date, last_day date, place geometry)
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100000 ROWS 500
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM medsup.check_least(k), medsup.check_places(false);
    RETURN QUERY EXECUTE format($sql$
        WITH visit AS (
            SELECT f.finding_id, v.item #>> '{row,fixmedins_code}' AS fixmedins_code, v.item #>> '{row,psn_no}' AS psn_no,
                   (v.item #>> '{row,money}')::numeric AS money, (v.item #>> '{row,at}')::timestamp::date AS day
            FROM medsup.finding f CROSS JOIN LATERAL jsonb_array_elements(f.evidence) v (item)
            WHERE f.origin = 'gathering' AND f.status = 'open' AND v.item ->> 'what' = 'visit' AND ($1 IS NULL OR f.entry_code = $1)
        ), total AS (
            SELECT v.fixmedins_code, count(DISTINCT v.finding_id) AS gatherings, count(DISTINCT v.psn_no) AS patients, sum(v.money) AS money,
                   min(v.day) AS first_day, max(v.day) AS last_day
            FROM visit v GROUP BY v.fixmedins_code
        )
        SELECT t.fixmedins_code, t.gatherings, CASE WHEN t.patients >= $2 THEN t.patients END, t.money, t.first_day, t.last_day, %1$I.geometry(p.place)
        FROM total t LEFT JOIN medsup.institution_places(NULL) p ON p.fixmedins_code = t.fixmedins_code
        ORDER BY t.fixmedins_code COLLATE "C" $sql$, medsup.postgis_schema())
    USING review, k;
END
$$;
COMMENT ON FUNCTION medsup.gathering_places(text, int) IS
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
    PERFORM medsup.check_least(k);
    IF NOT coalesce(size > 0 AND size < 'infinity', false) THEN
        RAISE EXCEPTION 'squares need a size above 0' USING ERRCODE = 'MS302', HINT = 'size is in units of the coordinate system of the places.';
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

CREATE FUNCTION medsup.svg(places geometry[], titles text[], width int DEFAULT 800) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    drawing text;
BEGIN
    PERFORM medsup.check_same_length(cardinality(places), cardinality(titles));
    IF width IS NULL OR width NOT BETWEEN 50 AND 10000 THEN
        RAISE EXCEPTION 'the width of a drawing is from 50 to 10000' USING ERRCODE = 'MS302', HINT = 'It is in pixels; the longer side has it.';
    END IF;
    -- degrees of longitude are shorter than those of latitude; st_assvg turns y around
    EXECUTE format($sql$
        WITH p AS (
            SELECT q.n, replace(replace(replace(q.title, '&', '&amp;'), '<', '&lt;'), '>', '&gt;') AS title,
                   CASE WHEN %1$I.st_srid(q.place) IN (0, 4326, 4490) THEN q.place ELSE %1$I.st_transform(q.place, 4326) END AS place
            FROM unnest($1, $2) WITH ORDINALITY q (place, title, n) WHERE NOT %1$I.st_isempty(q.place)
        ), frame AS (
            SELECT min(%1$I.st_xmin(p.place)) AS west, max(%1$I.st_xmax(p.place)) AS east, min(%1$I.st_ymin(p.place)) AS south, max(%1$I.st_ymax(p.place)) AS north FROM p
        ), scale AS (
            SELECT f.*, f.x * s.y AS kx, s.y AS ky FROM (SELECT f.*, CASE WHEN abs(f.north) <= 90 THEN cosd((f.south + f.north) / 2) ELSE 1 END AS x FROM frame f) f
            CROSS JOIN LATERAL (SELECT ($3 - 40) / greatest((f.east - f.west) * f.x, f.north - f.south, 1e-6) AS y) s
        ), drawn AS (
            SELECT p.n, p.title, %1$I.st_dimension(p.place) AS dim,
                   %1$I.st_assvg(%1$I.st_affine(p.place, s.kx, 0, 0, s.ky, 20 - s.west * s.kx, -20 - s.north * s.ky), 0, 1) AS shape
            FROM p CROSS JOIN scale s
        )
        SELECT format('<svg xmlns="http://www.w3.org/2000/svg" width="%%1$s" height="%%1$s" viewBox="0 0 %%1$s %%1$s">', $3)
            || coalesce(string_agg(CASE d.dim WHEN 0 THEN format('<circle %%s r="6" fill="#c0392b" fill-opacity="0.8">', d.shape)
                                              ELSE format('<path d="%%s" fill="#2e86c1" fill-opacity="0.3" stroke="#2e86c1">', d.shape) END
                || coalesce('<title>' || d.title || '</title>', '') || CASE d.dim WHEN 0 THEN '</circle>' ELSE '</path>' END, '' ORDER BY d.dim DESC, d.n), '')
            || '</svg>'
        FROM drawn d $sql$, medsup.postgis_schema())
    INTO drawing USING places, titles, width;
    RETURN drawing;
END
$$;
COMMENT ON FUNCTION medsup.svg(geometry[], text[], int) IS 'a drawing of places with their titles, north up: areas below points; opens in any browser';

CREATE FUNCTION medsup.gathering_cells(review text DEFAULT NULL, size float8 DEFAULT 0.01, k int DEFAULT 5)
RETURNS TABLE (cell geometry, patients bigint)
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000000 ROWS 500
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- a degree is a hundred kilometres or so; coarser places belong to no square
    RETURN QUERY EXECUTE format($sql$
        SELECT c.cell, c.patients
        FROM (SELECT array_agg(h.psn_no) AS persons, array_agg(%1$I.geometry(h.place)) AS homes
              FROM medsup.patient_places($2 * 100000) h
              WHERE h.psn_no IN (SELECT m.psn_no FROM medsup.gathering_member m JOIN medsup.gathering g ON g.finding_id = m.finding_id
                                 WHERE g.status = 'open' AND ($1 IS NULL OR g.review = $1))) q
        CROSS JOIN LATERAL medsup.patient_cells(q.persons, q.homes, $2, $3) c $sql$, medsup.postgis_schema())
    USING review, size, k;
END
$$;
COMMENT ON FUNCTION medsup.gathering_cells(text, float8, int) IS
    'where members of open gatherings live: squares of so many degrees with at least k of them, for maps';

CREATE FUNCTION medsup.gathering_townships(review text DEFAULT NULL, k int DEFAULT 5)
RETURNS TABLE (township text, patients bigint, gatherings bigint, centre geometry)
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000000 ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM medsup.check_least(k);
    RETURN QUERY EXECUTE format($sql$
        WITH home AS MATERIALIZED (SELECT h.psn_no, left(h.admdvs, 9) AS township, h."precision", h.place FROM medsup.patient_places(NULL) h WHERE length(h.admdvs) >= 9),
        centre AS (SELECT h.township, %1$I.st_centroid(%1$I.st_collect(DISTINCT %1$I.geometry(h.place))) AS place FROM home h WHERE h."precision" = 'township' GROUP BY 1)
        SELECT h.township, count(DISTINCT h.psn_no), count(DISTINCT g.finding_id), c.place
        FROM medsup.gathering g
        JOIN medsup.gathering_member m ON m.finding_id = g.finding_id
        JOIN home h ON h.psn_no = m.psn_no
        LEFT JOIN centre c ON c.township = h.township
        WHERE g.status = 'open' AND ($1 IS NULL OR g.review = $1)
        GROUP BY h.township, c.place
        HAVING count(DISTINCT h.psn_no) >= $2
        ORDER BY h.township COLLATE "C" $sql$, medsup.postgis_schema())
    USING review, k;
END
$$;
COMMENT ON FUNCTION medsup.gathering_townships(text, int) IS
    'townships in which at least k members of open gatherings live, however exactly their places are known; centre: of the places bound for the township itself';

CREATE VIEW medsup.gathering_map AS
    SELECT p.fixmedins_code, p.gatherings, p.patients, p.money, p.first_day, p.last_day, p.place::geometry(Point, 4490) AS place
    FROM medsup.gathering_places() p;
COMMENT ON VIEW medsup.gathering_map IS 'institutions of open gatherings as points, for QGIS';

CREATE VIEW medsup.gathering_map_cell AS
    SELECT pg_catalog.row_number() OVER () AS no, c.patients, c.cell::geometry(Polygon, 4490) AS cell
    FROM medsup.gathering_cells() c;
COMMENT ON VIEW medsup.gathering_map_cell IS 'squares of a hundredth of a degree in which at least five members of open gatherings live, for QGIS';

CREATE VIEW medsup.gathering_map_township AS
    SELECT t.township, t.patients, t.gatherings, t.centre::geometry(Point, 4490) AS centre
    FROM medsup.gathering_townships() t;
COMMENT ON VIEW medsup.gathering_map_township IS 'townships in which at least five members of open gatherings live, for QGIS';
