-- The book as the rivals want it: of each kind a narrow table from code to
-- entry, in schema :schema, with codes and flags of type :type.
SET search_path = :schema;

CREATE TABLE point_code AS
SELECT p.entry, p.kind, sex, is_child, is_inpatient, level_min, dx, limit_value, window_days, is_sub, c.:"column"::text:::type AS code
FROM (SELECT entry, kind, unnest(codes) AS code, 0 AS is_sub FROM bench.point UNION ALL SELECT entry, kind, unnest(sub_codes), 1 FROM bench.point) AS u
JOIN bench.code c USING (code) JOIN bench.point p USING (entry, kind);

CREATE TABLE point_sex AS SELECT code, entry, sex::text:::type AS gend FROM point_code WHERE kind = 'sex';
CREATE TABLE point_age AS SELECT code, entry, CASE WHEN is_child THEN 0 ELSE 14 END AS age_from, CASE WHEN is_child THEN 13 ELSE 999 END AS age_to FROM point_code WHERE kind = 'age';
CREATE TABLE point_setting AS SELECT code, entry, CASE WHEN is_inpatient THEN '21' ELSE '11' END:::type AS med_type FROM point_code WHERE kind = 'setting';
CREATE TABLE point_level AS SELECT code, entry, lv AS too_low
FROM point_code, (SELECT DISTINCT hosp_lv AS lv, CASE hosp_lv::text WHEN '02' THEN 3 WHEN '05' THEN 2 WHEN '08' THEN 1 ELSE hosp_lv::int END AS level FROM mdtrt_d) AS l
WHERE kind = 'level' AND level < level_min;
CREATE TABLE point_diagnosis AS SELECT code, entry, chr(65 + dx) || '00' AS dx_from, chr(65 + dx) || '09' AS dx_to, 'Z0' || entry % 10 || '.1' AS dx_also FROM point_code WHERE kind = 'diagnosis';
CREATE TABLE point_duplicate AS SELECT code, entry, row_number() OVER (ORDER BY code)::int AS medicine FROM point_code WHERE kind = 'duplicate';
CREATE TABLE point_day_cap AS SELECT code, entry, limit_value, '21':::type AS med_type FROM point_code WHERE kind = 'day_cap';
CREATE TABLE point_stay_cap AS SELECT code, entry, limit_value, '21':::type AS med_type FROM point_code WHERE kind = 'stay_cap';
CREATE TABLE point_pair AS SELECT code, entry, is_sub FROM point_code WHERE kind = 'pair';
CREATE TABLE point_interval AS SELECT code, entry, limit_value, window_days FROM point_code WHERE kind = 'interval';
DROP TABLE point_code;
ANALYZE point_sex, point_age, point_setting, point_level, point_diagnosis, point_duplicate, point_day_cap, point_stay_cap, point_pair, point_interval;
