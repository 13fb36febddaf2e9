\set SHOW_CONTEXT never
\getenv srcdir PG_ABS_SRCDIR
-- Gatherings become findings: members and visits, kept, closed, proved; maps
CREATE DATABASE regress_medsup_gathering;
\c regress_medsup_gathering
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SET datestyle = 'ISO';
\set fixture :srcdir '/data/run_fixture.sql'
\set ECHO none
\set QUIET on
\i :fixture
\set ECHO all
CREATE TABLE wh.place (place_id text, fixmedins_code text, lnt numeric, lat numeric, psn_no text, admdvs text, datum text, precision text);
INSERT INTO wh.place (place_id, fixmedins_code, lnt, lat, datum) SELECT 'L' || h, 'H' || h, 113.2 + h * 0.01, 23.1, CASE WHEN h = 1 THEN 'WGS 84' ELSE 'cgcs2000' END FROM generate_series(1, 3) h;
-- 60 people about once a week at one of three clinics at any hour, and six in one car, eight times
CREATE FUNCTION wh.any_of(n int, what text) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT ('x' || substr(md5(what), 1, 6))::bit(24)::int % n $$;
INSERT INTO wh.mdtrt_d (mdtrt_id, psn_no, fixmedins_code, med_type, begntime)
SELECT v.mdtrt_id, v.psn_no, v.fixmedins_code, v.med_type, to_char(v.at, 'YYYY-MM-DD HH24:MI:SS') FROM (
SELECT 'V' || n || '-' || w, 'P' || lpad(n::text, 2, '0'), 'H' || 1 + n % 3, '11',
       timestamp '2026-03-02 08:00' + (w * 7 + wh.any_of(7, n || 'day' || w)) * interval '1 day' + wh.any_of(32400, n || 'hour' || w) * interval '1 second'
FROM generate_series(1, 60) n, generate_series(0, 11) w
UNION ALL
SELECT 'C' || n || '-' || t, 'P' || n, 'H' || 1 + t % 2, '11', timestamp '2026-03-03 09:10' + t * interval '10 days 35 minutes' + n * interval '97 seconds'
FROM generate_series(11, 16) n, generate_series(0, 7) t) v (mdtrt_id, psn_no, fixmedins_code, med_type, at);
INSERT INTO wh.setl_d (setl_id, mdtrt_id, psn_no, setl_time, med_type, medfee_sumamt)
SELECT 'S' || mdtrt_id, mdtrt_id, psn_no, begntime, med_type, CASE WHEN mdtrt_id LIKE 'C%' THEN '450' ELSE '80' END FROM wh.mdtrt_d WHERE mdtrt_id ~ '^[VC]';
-- the car had the cards with it, and one clerk of each clinic did it all
ALTER TABLE wh.mdtrt_d ADD mdtrt_cert_type varchar, ADD opter_id varchar;
UPDATE wh.mdtrt_d SET mdtrt_cert_type = CASE WHEN mdtrt_id LIKE 'C%' THEN '03' ELSE '01' END, opter_id = CASE WHEN mdtrt_id LIKE 'C%' THEN 'OP-C' ELSE 'OP-' || fixmedins_code END;
SELECT medsup.bind_source('encounter', 'wh.mdtrt_d', '{"attributes": "jsonb_build_object(''mdtrt_cert_type'', t.mdtrt_cert_type, ''opter_id'', t.opter_id)"}');
SELECT * FROM medsup.gathering_places();
SELECT medsup.bind_source('place', 'wh.place');
CREATE VIEW wh.found AS
SELECT 'covisit' AS what, g.members, g.places, g.first_day, g.last_day, g.p_value
FROM (SELECT medsup.covisit_groups(psn_no, fixmedins_code, at, medsup.covisit_setting(within => '15 minutes')) AS groups
      FROM medsup.gathering_visits('2026-03-01', '2026-05-31') WHERE NOT doubtful) v CROSS JOIN LATERAL unnest(v.groups) g;
SELECT members, places, first_day, last_day, p_value < 1e-9 AS hardly_chance FROM wh.found;
-- the warehouse with times dealt anew among all visits: nothing
CREATE VIEW wh.shuffled AS
SELECT v.psn_no, v.fixmedins_code, t.at FROM (SELECT *, row_number() OVER (ORDER BY mdtrt_id) AS n FROM medsup.gathering_visits('2026-03-01', '2026-05-31')) v
JOIN (SELECT at, row_number() OVER (ORDER BY md5('dealt' || mdtrt_id)) AS n FROM medsup.gathering_visits('2026-03-01', '2026-05-31')) t USING (n);
SELECT cardinality(medsup.covisit_groups(psn_no, fixmedins_code, at, medsup.covisit_setting(within => '15 minutes'))) AS groups_of_chance FROM wh.shuffled;
SELECT medsup.review_gatherings('wh.found', '[2026-03-01, 2026-06-01)') AS run;
SELECT review, what, members, places, first_day, last_day, p_value < 1e-9 AS hardly_chance, visits, money, status FROM medsup.gathering;
SELECT consecutive, physical_cards, same_operator FROM medsup.gathering;
SELECT m.psn_no, m.visits FROM medsup.gathering_member m ORDER BY m.psn_no;
SELECT f.origin, f.kind, f.result_type, f.vola_amt, f.fixmedins_code, f.act_from, f.act_to, medsup.explain(f, 'en') AS explained, medsup.explain(f) FROM medsup.finding f;
SELECT v.ok, v.why FROM medsup.finding f CROSS JOIN LATERAL medsup.verify_finding(f.finding_id) v;
-- once more: nothing new; without one of the six: another gathering, the first is closed
SELECT medsup.review_gatherings('wh.found', '[2026-03-01, 2026-06-01)') AS run;
DELETE FROM wh.mdtrt_d WHERE mdtrt_id LIKE 'C16-%';
SELECT medsup.review_gatherings('wh.found', '[2026-03-01, 2026-06-01)') AS run;
SELECT members, visits, status FROM medsup.gathering ORDER BY members;
-- evidence that was tampered with is noticed
UPDATE medsup.finding SET evidence = jsonb_set(evidence, '{1,row,psn_no}', '"P01"') WHERE status = 'open';
SELECT v.ok, v.why FROM medsup.finding f CROSS JOIN LATERAL medsup.verify_finding(f.finding_id) v WHERE f.status = 'open';

-- an institution, or one person, can be exempt from reviews; so can be all gatherings of a review
SELECT medsup.add_exemption('agreed', 'the head', rule => 'GATHERINGS');
SELECT medsup.add_exemption('agreed', 'the head', entry => 'gathering');
SELECT medsup.add_exemption('patients of a day clinic', 'the head', rule => 'GATHERING', entry => 'gatherings', institution => 'H1') AS exemption;
SELECT medsup.review_gatherings('wh.found', '[2026-03-01, 2026-06-01)') AS run;
SELECT members, status FROM medsup.gathering ORDER BY members;
SELECT medsup.end_exemption(1, 'no more');
SELECT medsup.review_gatherings('wh.found', '[2026-03-01, 2026-06-01)') AS run;
SELECT members, status FROM medsup.gathering ORDER BY members;

-- the same members twice are one gathering at both places; nobody together with himself is none
CREATE TABLE wh.twice AS SELECT 'crowd' AS what, '{P12,P11,P11}'::text[] AS members, '{H3}'::text[] AS places, date '2026-03-05' AS first_day, date '2026-03-06' AS last_day, NULL::float8 AS p_value
UNION ALL SELECT 'crowd', '{P11,P12}', '{H2,H1}', '2026-03-03', '2026-03-04', 0.01 UNION ALL SELECT 'crowd', '{P13,P13,NULL}', '{H1}', '2026-03-03', '2026-03-04', NULL
UNION ALL SELECT 'street', '{P11,P12}', NULL, '2026-03-03', '2026-03-04', NULL;
SELECT medsup.review_gatherings('wh.twice', '[2026-03-01, 2026-06-01)', 'twice') AS run;
SELECT what, members, places, first_day, last_day, p_value, visits FROM medsup.gathering WHERE review = 'twice' ORDER BY what;
SELECT v.ok FROM medsup.finding f CROSS JOIN LATERAL medsup.verify_finding(f.finding_id) v WHERE f.entry_code = 'twice';
TRUNCATE wh.twice;
SELECT medsup.review_gatherings('wh.twice', '[2026-03-01, 2026-06-01)', 'twice') AS run;

-- maps: institutions; patients only where there are enough
SELECT fixmedins_code, gatherings, patients, money, first_day, last_day, ST_AsEWKT(place) FROM medsup.gathering_places();
SELECT fixmedins_code, patients FROM medsup.gathering_places(k => 6);
SELECT medsup.geojson(array_agg(place), array_agg(jsonb_build_object('institution', fixmedins_code, 'gatherings', gatherings))) FROM medsup.gathering_places();
SELECT medsup.geojson(NULL, NULL);
CREATE TABLE wh.home AS SELECT 'P' || n AS psn_no, ST_SetSRID(ST_MakePoint(500000 + n % 7 * 300, 2600000), 4547) AS place FROM generate_series(1, 40) n;
SELECT ST_AsText(cell), patients FROM (SELECT array_agg(psn_no) AS p, array_agg(place) AS l FROM wh.home) h CROSS JOIN LATERAL medsup.patient_cells(h.p, h.l, 1000);
SELECT patients FROM (SELECT array_agg(psn_no) AS p, array_agg(place) AS l FROM wh.home) h CROSS JOIN LATERAL medsup.patient_cells(h.p, h.l, 1000, 20);
SELECT ST_AsText(ST_Centroid((j -> 'features' -> 0 -> 'geometry')::text), 3) AS in_degrees FROM (
    SELECT medsup.geojson(array_agg(c.cell), array_agg(jsonb_build_object('patients', c.patients))) AS j
    FROM (SELECT array_agg(psn_no) AS p, array_agg(place) AS l FROM wh.home) h CROSS JOIN LATERAL medsup.patient_cells(h.p, h.l, 1000) c) g;
-- where patients live: nothing bound, then four at points in two squares, one in a village, one in a township
SELECT * FROM medsup.patient_places();
INSERT INTO wh.place (place_id, psn_no, lnt, lat, admdvs, datum, precision) VALUES
    ('V1', 'P11', 113.221, 23.141, '440101001001', 'CGCS2000', 'point'), ('V2', 'P12', 113.222, 23.142, '440101001001', 'WGS84', 'point'),
    ('V3', 'P13', 113.228, 23.149, '440101001002', 'CGCS2000', 'point'), ('V4', 'P14', 113.261, 23.141, '440101002001', 'CGCS2000', 'point'),
    ('V5', 'P15', 113.225, 23.145, '440101001002', 'CGCS2000', 'village'), ('T1', 'P16', 113.224, 23.144, '440101001', 'CGCS2000', 'township'),
    ('T1', 'P11', 113.224, 23.144, '440101001', 'CGCS2000', 'township'), ('V6', 'P17', 1113, 23, '440101001001', 'CGCS2000', 'point');
SELECT psn_no, place_id, admdvs, precision, ST_AsEWKT(place::geometry) FROM medsup.patient_places(NULL);
SELECT metres, array_agg(psn_no) FROM (VALUES (0), (999), (1000), (4999), (5000)) m (metres) CROSS JOIN LATERAL medsup.patient_places(metres) GROUP BY metres ORDER BY metres;
SELECT fixmedins_code, place_id, precision, ST_SRID(place::geometry) FROM medsup.institution_places();
SELECT ST_AsText(cell), patients FROM medsup.gathering_cells(k => 2);
SELECT township, patients, gatherings, ST_AsText(centre) FROM medsup.gathering_townships(k => 4);
SELECT township FROM medsup.gathering_townships();
SELECT * FROM medsup.gathering_townships(k => 1);
SELECT * FROM medsup.gathering_places(k => NULL);
-- what QGIS lists and opens
SELECT f_table_schema, f_table_name, f_geometry_column, coord_dimension, srid, type FROM geometry_columns WHERE f_table_schema = 'medsup' ORDER BY f_table_name COLLATE "C";
SELECT fixmedins_code, gatherings, ST_AsEWKT(place) FROM medsup.gathering_map;
SELECT no, patients, ST_AsText(cell) FROM medsup.gathering_map_cell;
SELECT * FROM medsup.gathering_map_township;
-- a drawing: areas first, then points
SELECT regexp_replace(medsup.svg(array_agg(place), array_agg(title), 200), '><', E'>\n<', 'g') AS drawing
FROM (SELECT place, fixmedins_code || ' & <' || gatherings || '>' AS title FROM medsup.gathering_map UNION ALL SELECT cell, patients::text FROM medsup.gathering_cells(k => 2)) m;
SELECT medsup.svg('{}'::geometry[], '{}'), medsup.svg(ARRAY['SRID=4547;POINT(500000 2600000)'::geometry, 'POINT EMPTY'], '{a,b}', 60);
SELECT medsup.svg('{}'::geometry[], '{}', 0);
SELECT medsup.svg('{}'::geometry[], '{a}');
-- as those who may: who belongs to a gathering is for reviewers, and so is where they live
CREATE ROLE regress_medsup_map_reader;
CREATE ROLE regress_medsup_map_operator;
CREATE ROLE regress_medsup_map_reviewer;
SELECT medsup.grant_access('regress_medsup_map_reader', 'reader'), medsup.grant_access('regress_medsup_map_operator', 'operator'), medsup.grant_access('regress_medsup_map_reviewer', 'reviewer');
SET ROLE regress_medsup_map_reader;
SELECT patients FROM medsup.patient_cells('{a,b}', ARRAY['POINT(1 1)'::geometry, 'POINT(1 2)'], 10, 2);
SELECT ST_NPoints(hull::geometry) FROM medsup.st_dbscan_summary(ARRAY['POINT(180 1)', 'POINT(-179.99 1)', 'POINT(180 1.01)']::geography[], NULL, 5000, NULL, 3);
SELECT count(*) FROM medsup.gathering_map;
SET ROLE regress_medsup_map_operator;
SELECT fixmedins_code, gatherings FROM medsup.gathering_map;
SELECT count(*) FROM medsup.gathering_map_cell;
SELECT count(*) FROM medsup.gathering_cells();
SELECT count(*) FROM medsup.patient_places();
SET ROLE regress_medsup_map_reviewer;
SELECT fixmedins_code, gatherings FROM medsup.gathering_map;
SELECT count(*) FROM medsup.gathering_map_cell;
SELECT count(*) FROM medsup.gathering_map_township;
RESET ROLE;
DROP OWNED BY regress_medsup_map_reader, regress_medsup_map_operator, regress_medsup_map_reviewer;
DROP ROLE regress_medsup_map_reader, regress_medsup_map_operator, regress_medsup_map_reviewer;

-- what is refused: SQLSTATE, message, hint
\set refusals :srcdir '/data/refusals.sql'
\i :refusals
-- errors: the datum of each place is asked for, and shifted ones are refused
UPDATE wh.place SET datum = 'GCJ-02' WHERE psn_no = 'P12';
SELECT pg_temp.why($$SELECT * FROM medsup.patient_places()$$);
SELECT count(*) FROM medsup.institution_places();
UPDATE wh.place SET datum = 'bd09' WHERE fixmedins_code IS NOT NULL;
SELECT pg_temp.why($$SELECT * FROM medsup.gathering_places()$$);
UPDATE wh.place SET datum = 'Beijing 1954' WHERE psn_no IS NOT NULL;
SELECT pg_temp.why($$SELECT * FROM medsup.patient_places()$$);
UPDATE wh.place SET datum = '4490', precision = NULL WHERE psn_no = 'P12' OR precision = 'village';
UPDATE wh.place SET datum = 'CGCS2000';
SELECT pg_temp.why($$SELECT * FROM medsup.patient_places()$$);
SELECT pg_temp.why($$SELECT * FROM medsup.patient_places(-1)$$);
SELECT pg_temp.why($$SELECT * FROM medsup.patient_places(village_metres => 6000)$$);
SELECT d, medsup.read_datum(d) FROM (VALUES ('WGS_84'), ('wgs 84'), ('4326'), ('CGCS-2000'), ('GCJ02'), ('BD-09'), ('x'), (NULL)) v (d);
SELECT pg_temp.why($$SELECT * FROM medsup.patient_cells('{a}', ARRAY[]::geometry[], 1000)$$);
SELECT pg_temp.why($$SELECT * FROM medsup.patient_cells('{a}', ARRAY['POINT(1 1)'::geometry], 0)$$);
SELECT pg_temp.why($$SELECT * FROM medsup.patient_cells('{a}', ARRAY['POINT(1 1)'::geometry], 1, 1)$$);
SELECT pg_temp.why($$SELECT * FROM medsup.patient_cells('{a,b}', ARRAY['SRID=4326;POINT(1 1)'::geometry, 'SRID=4490;POINT(1 1)'], 1)$$);
SELECT pg_temp.why($$SELECT * FROM medsup.patient_cells('{a}', ARRAY['LINESTRING(1 1, 2 2)'::geometry], 1)$$);
SELECT pg_temp.why($$SELECT medsup.review_gatherings('wh.found', '[2026-03-01,)')$$);
SELECT pg_temp.why($$SELECT medsup.review_gatherings(NULL, '[2026-03-01, 2026-06-01)')$$);
SELECT pg_temp.why($$SELECT medsup.review_gatherings('wh.place', '[2026-03-01, 2026-06-01)')$$);
\c postgres
DROP DATABASE regress_medsup_gathering;
