-- Where and when more happened than elsewhere and at other times, tried
-- against chance.  An aggregate over the rows that the caller can read.

CREATE TYPE medsup.scan_setting AS (
    replications int, stop_after int, seed bigint, metres float8, share float8, days int,
    min_cases int, prospective boolean, clusters int, alpha float8);
COMMENT ON TYPE medsup.scan_setting IS 'which cylinders space_time_scan looks at and how often it tries chance; made by the function of that name';

CREATE TYPE medsup.scan_cluster AS (
    places text[], centre geometry, radius float8, zone geometry, first_day date, last_day date, cases bigint, expected float8,
    relative_risk float8, llr float8, p_value float8, replications int);
COMMENT ON TYPE medsup.scan_cluster IS 'places near each other (zone: their locations) where on some days more happened than expected: log-likelihood ratio and Monte Carlo p-value';

CREATE FUNCTION medsup.scan_setting(
    replications int DEFAULT 999, stop_after int DEFAULT 50, seed bigint DEFAULT 1, metres float8 DEFAULT NULL, share float8 DEFAULT 0.5,
    days int DEFAULT NULL, min_cases int DEFAULT 2, prospective boolean DEFAULT false, clusters int DEFAULT 10, alpha float8 DEFAULT 0.05)
RETURNS medsup.scan_setting
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
BEGIN ATOMIC
    SELECT ROW(replications, stop_after, seed, metres, share, days, min_cases, prospective, clusters, alpha)::medsup.scan_setting;
END;
COMMENT ON FUNCTION medsup.scan_setting(int, int, bigint, float8, float8, int, int, boolean, int, float8) IS
    'a setting of space_time_scan, with defaults for whatever is not named';

CREATE FUNCTION medsup.scan_add(state internal, place text, location geography, day date, setting medsup.scan_setting) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_scan_add'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.scan_add(internal, text, geography, date, medsup.scan_setting) IS 'one more case for space_time_scan';

CREATE FUNCTION medsup.scan_add(state internal, place text, location geometry, day date, setting medsup.scan_setting) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_scan_add_planar'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.scan_add(internal, text, geometry, date, medsup.scan_setting) IS 'one more case for space_time_scan, in a plane';

CREATE FUNCTION medsup.scan_add(
    state internal, place text, location geography, day date, cases int, population bigint, setting medsup.scan_setting) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_scan_add'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.scan_add(internal, text, geography, date, int, bigint, medsup.scan_setting) IS
    'more cases for space_time_scan, and the population of their place';

CREATE FUNCTION medsup.scan_add(
    state internal, place text, location geometry, day date, cases int, population bigint, setting medsup.scan_setting) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_scan_add_planar'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.scan_add(internal, text, geometry, date, int, bigint, medsup.scan_setting) IS
    'more cases for space_time_scan, and the population of their place, in a plane';

-- It starts parallel workers itself, which a worker cannot.
CREATE FUNCTION medsup.scan_clusters_found(state internal) RETURNS medsup.scan_cluster[]
    AS 'MODULE_PATHNAME', 'medsup_scan_clusters'
    LANGUAGE C IMMUTABLE PARALLEL RESTRICTED CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.scan_clusters_found(internal) IS 'the result of space_time_scan';

CREATE AGGREGATE medsup.space_time_scan(place text, location geography, day date, setting medsup.scan_setting) (
    SFUNC = medsup.scan_add, STYPE = internal, SSPACE = 1000000,
    FINALFUNC = medsup.scan_clusters_found, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = RESTRICTED);
COMMENT ON AGGREGATE medsup.space_time_scan(text, geography, date, medsup.scan_setting) IS
    'most likely clusters of cases in space and time by the space-time permutation scan (Kulldorff 2005); one row a case';

CREATE AGGREGATE medsup.space_time_scan(place text, location geometry, day date, setting medsup.scan_setting) (
    SFUNC = medsup.scan_add, STYPE = internal, SSPACE = 1000000,
    FINALFUNC = medsup.scan_clusters_found, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = RESTRICTED);
COMMENT ON AGGREGATE medsup.space_time_scan(text, geometry, date, medsup.scan_setting) IS
    'most likely clusters of cases in space and time by the space-time permutation scan (Kulldorff 2005); one row a case, distances in the plane';

CREATE AGGREGATE medsup.space_time_scan(
    place text, location geography, day date, cases int, population bigint, setting medsup.scan_setting) (
    SFUNC = medsup.scan_add, STYPE = internal, SSPACE = 1000000,
    FINALFUNC = medsup.scan_clusters_found, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = RESTRICTED);
COMMENT ON AGGREGATE medsup.space_time_scan(text, geography, date, int, bigint, medsup.scan_setting) IS
    'most likely clusters of cases in space and time by the Poisson scan with population; without any population by permutation';

CREATE AGGREGATE medsup.space_time_scan(
    place text, location geometry, day date, cases int, population bigint, setting medsup.scan_setting) (
    SFUNC = medsup.scan_add, STYPE = internal, SSPACE = 1000000,
    FINALFUNC = medsup.scan_clusters_found, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = RESTRICTED);
COMMENT ON AGGREGATE medsup.space_time_scan(text, geometry, date, int, bigint, medsup.scan_setting) IS
    'most likely clusters of cases in space and time by the Poisson scan with population; without any population by permutation; distances in the plane';
