-- Who is compared with whom: the finest groups that are large enough.

-- Keys from fine to coarse, as level/type/region; * is anything, ? is not known.
CREATE FUNCTION medsup.peer_keys(level int, medins_type text, region text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
BEGIN ATOMIC
    SELECT ARRAY[
        pg_catalog.concat(k.level, '/', k.type, '/', k.region),
        pg_catalog.concat(k.level, '/', k.type, '/', k.city),
        pg_catalog.concat(k.level, '/', k.type, '/', k.province),
        pg_catalog.concat(k.level, '/', k.type, '/*'),
        pg_catalog.concat(k.level, '/*/*'),
        '*/*/*']
    FROM (SELECT COALESCE(peer_keys.level::text, '?') AS level,
                 COALESCE(NULLIF(pg_catalog.btrim(peer_keys.medins_type), ''), '?') AS type,
                 COALESCE(r.region, '?') AS region,
                 COALESCE(pg_catalog.left(r.region, 4) OPERATOR(pg_catalog.||) '*', '?') AS city,
                 COALESCE(pg_catalog.left(r.region, 2) OPERATOR(pg_catalog.||) '*', '?') AS province
          FROM (SELECT NULLIF(pg_catalog.btrim(peer_keys.region), '') AS region) r) k;
END;
COMMENT ON FUNCTION medsup.peer_keys(int, text, text) IS
    'the groups that an institution belongs to, from fine to coarse: level/type/county, city, province, anywhere, any type, all';

CREATE FUNCTION medsup.propose_peers(min_peers int DEFAULT 30,
    OUT fixmedins_code text, OUT peer text, OUT peers bigint, OUT parent text, OUT keys text[], OUT warnings text[])
RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 20000 ROWS 500
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    source text := CASE WHEN to_regclass('medsup.src_provider') IS NOT NULL THEN 'src_provider'
                        WHEN to_regclass('medsup.src_encounter') IS NOT NULL THEN 'src_encounter' END;
    q text;
BEGIN
    IF min_peers IS NULL OR min_peers < 1 THEN
        RAISE EXCEPTION 'min_peers is not a number of one or more'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is how many institutions a group has at least; scores need 10.';
    END IF;
    IF source IS NULL THEN
        RAISE EXCEPTION 'neither providers nor encounters are bound'
            USING ERRCODE = 'MS901', HINT = 'SELECT medsup.bind_source(''provider'', ...) binds the list of institutions.';
    END IF;
    -- at each step those that have no group yet are grouped by the next coarser key
    q := format('SELECT i.*, NULL::int AS step FROM (SELECT m.fixmedins_code, m.level, medsup.peer_keys(m.level, m.medins_type, m.fix_blng_admdvs) AS keys FROM (%s) m) i',
                (medsup.institution_query(jsonb_build_object('map', (
                    SELECT jsonb_agg(l) FROM (SELECT DISTINCT ON (l.hosp_lv) 'level' AS map, l.hosp_lv AS key, l.level::text AS value
                                              FROM medsup.level_map l ORDER BY l.hosp_lv, l.origin = 'local' DESC) l)), source)).query);
    FOR step IN 1..6 LOOP
        q := format('SELECT x.fixmedins_code, x.level, x.keys, coalesce(x.step, CASE WHEN count(*) FILTER (WHERE x.step IS NULL) OVER (PARTITION BY x.keys[%1$s]) >= $1 THEN %1$s END) AS step FROM (%2$s) x',
                    step, q);
    END LOOP;
    RETURN QUERY EXECUTE format($q$
        WITH %1$I AS (SELECT * FROM medsup.%1$I)
        SELECT g.fixmedins_code, g.keys[g.at], count(*) OVER (PARTITION BY g.at, g.keys[g.at]), g.keys[g.at + 1], g.keys,
            array_remove(ARRAY[CASE WHEN g.step IS NULL THEN 'few_peers' END, CASE WHEN g.level IS NULL THEN 'level_unknown' END,
                               CASE WHEN g.keys[1] LIKE '%%/?/%%' THEN 'type_unknown' END, CASE WHEN g.keys[1] LIKE '%%/?' THEN 'region_unknown' END], NULL)
        FROM (SELECT x.*, coalesce(x.step, 6) AS at FROM (%2$s) x) g
        ORDER BY g.fixmedins_code COLLATE "C"$q$, source, q)
    USING min_peers;
END
$$;
COMMENT ON FUNCTION medsup.propose_peers(int) IS
    'peer groups of institutions: the finest of level, type and region with at least min_peers members; those whose group is too small join the next coarser one; keys: all groups of an institution, parent: the next coarser of them';
