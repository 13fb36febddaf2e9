-- PostGIS may lie in a schema of its own that no search_path names
CREATE DATABASE regress_medsup_schema;
\c regress_medsup_schema
SET client_min_messages = warning;
CREATE SCHEMA gis;
CREATE EXTENSION postgis SCHEMA gis;
CREATE EXTENSION medsup;
SELECT medsup.postgis_schema();
SET search_path = pg_catalog;
CREATE SCHEMA wh;
CREATE TABLE wh.visit AS
SELECT n, 'P' || n AS psn_no, gis.st_setsrid(gis.st_makepoint(500000 + n * 30, 2600000 + n % 3 * 50), 4547) AS place, timestamptz '2026-03-02 09:00+08' + n * interval '10 minutes' AS at
FROM generate_series(1, 6) n;
SELECT n, medsup.st_dbscan(place, at, 200, '30 minutes', 3) OVER () AS planar,
       medsup.st_dbscan(gis.st_transform(place, 4490)::gis.geography, at, 200, '30 minutes', 3) OVER () AS on_earth FROM wh.visit ORDER BY n;
SELECT s.members, gis.st_astext(gis.st_normalize(s.hull)) AS hull FROM (SELECT array_agg(place) AS p, array_agg(at) AS t FROM wh.visit) v CROSS JOIN LATERAL medsup.st_dbscan_summary(v.p, v.t, 200, NULL, 3) s;
SELECT s.members, gis.st_npoints(s.hull::gis.geometry) AS corners, round(s.area / 1e4) AS hectares
FROM (SELECT array_agg(gis.st_transform(place, 4490)::gis.geography) AS p FROM wh.visit) v CROSS JOIN LATERAL medsup.st_dbscan_summary(v.p, NULL, 200, NULL, 3) s;
SELECT c.places, gis.st_srid(c.centre) AS srid, gis.st_numgeometries(c.zone) AS in_zone, c.cases
FROM (SELECT medsup.space_time_scan(psn_no, place, date '2026-03-01' + n, medsup.scan_setting(alpha => 1, clusters => 1, replications => 9)) AS found FROM wh.visit, generate_series(1, n)) s
CROSS JOIN LATERAL unnest(s.found) c;
SELECT cardinality(medsup.covisit_groups(psn_no, 'H', at AT TIME ZONE 'Asia/Shanghai', NULL, NULL, gis.st_transform(place, 4490)::gis.geography, medsup.covisit_setting())) AS groups FROM wh.visit WHERE n = 1;
SELECT c.patients FROM (SELECT array_agg(psn_no) AS p, array_agg(place) AS l FROM wh.visit) v CROSS JOIN LATERAL medsup.patient_cells(v.p, v.l, 1000) c;
SELECT medsup.geojson(array_agg(place ORDER BY n), array_agg(jsonb_build_object('n', n) ORDER BY n)) #>> '{features,0,geometry,type}' AS kind FROM wh.visit;
SELECT length(medsup.svg(array_agg(place), array_agg(psn_no))) > 500 AS drawn FROM wh.visit;
-- and so for what is bound
CREATE TABLE wh.place (place_id text, fixmedins_code text, psn_no text, lnt numeric, lat numeric, admdvs text, datum text, precision text);
INSERT INTO wh.place SELECT 'L' || n, CASE n WHEN 0 THEN 'H1' END, CASE WHEN n > 0 THEN 'P' || n END, 113.2 + n * 0.001, 23.1, '440105001001', 'CGCS2000', 'point' FROM generate_series(0, 6) n;
SELECT medsup.bind_source('place', 'wh.place');
SELECT fixmedins_code, gis.st_astext(place::gis.geometry) AS place FROM medsup.institution_places();
SELECT count(*) FROM medsup.patient_places();
SELECT count(*) FROM medsup.gathering_places();
SELECT count(*) FROM medsup.gathering_map_cell;
SELECT count(*) FROM medsup.gathering_map_township;
\c postgres
DROP DATABASE regress_medsup_schema;
