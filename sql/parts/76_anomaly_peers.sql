-- Who is compared with whom: the finest groups that are large enough.

-- Keys from fine to coarse, as level/type/region, or level/type/region/case mix;
-- * is anything, ? is not known, a / within a type becomes a |.  Who treats the
-- same comes before who is near.
CREATE FUNCTION medsup.peer_keys(level int, medins_type text, region text, case_mix text DEFAULT NULL) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
BEGIN ATOMIC
    SELECT CASE WHEN peer_keys.case_mix IS NULL THEN ARRAY[
        pg_catalog.concat(k.level, '/', k.type, '/', k.region),
        pg_catalog.concat(k.level, '/', k.type, '/', k.city),
        pg_catalog.concat(k.level, '/', k.type, '/', k.province),
        pg_catalog.concat(k.level, '/', k.type, '/*'),
        pg_catalog.concat(k.level, '/*/*'),
        '*/*/*']
    ELSE ARRAY[
        pg_catalog.concat(k.level, '/', k.type, '/', k.region, '/', k.mix),
        pg_catalog.concat(k.level, '/', k.type, '/', k.city, '/', k.mix),
        pg_catalog.concat(k.level, '/', k.type, '/', k.province, '/', k.mix),
        pg_catalog.concat(k.level, '/', k.type, '/*/', k.mix),
        pg_catalog.concat(k.level, '/', k.type, '/*/*'),
        pg_catalog.concat(k.level, '/*/*/*'),
        '*/*/*/*'] END
    FROM (SELECT COALESCE(peer_keys.level::text, '?') AS level,
                 COALESCE(NULLIF(pg_catalog.btrim(pg_catalog.replace(peer_keys.medins_type, '/', '|')), ''), '?') AS type,
                 COALESCE(r.region, '?') AS region,
                 COALESCE(pg_catalog.left(r.region, 4) OPERATOR(pg_catalog.||) '*', '?') AS city,
                 COALESCE(pg_catalog.left(r.region, 2) OPERATOR(pg_catalog.||) '*', '?') AS province,
                 COALESCE(NULLIF(pg_catalog.btrim(peer_keys.case_mix), ''), '?') AS mix
          FROM (SELECT NULLIF(pg_catalog.btrim(peer_keys.region), '') AS region) r) k;
END;
COMMENT ON FUNCTION medsup.peer_keys(int, text, text, text) IS
    'the groups that an institution belongs to, from fine to coarse: level/type/county, city, province, anywhere, any type, all; with a case mix, that is kept until regions are given up';

-- What an institution mostly treats, by the main diagnoses of its visits.  As with
-- indicators readers see figures of institutions, never rows of the sources.
CREATE FUNCTION medsup.case_mix(min_cases int DEFAULT 30, min_share float8 DEFAULT 0.5,
    OUT fixmedins_code text, OUT case_mix text, OUT cases bigint, OUT share float8)
RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100000 ROWS 500 SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regclass('medsup.src_diagnosis') IS NULL OR to_regclass('medsup.src_encounter') IS NULL THEN
        RAISE EXCEPTION 'diagnoses or encounters are not bound'
            USING ERRCODE = 'MS901', HINT = 'SELECT medsup.bind_source(''diagnosis'', ...) binds the diagnoses of visits; case mix is made of their main ones.';
    END IF;
    IF min_cases IS NULL OR min_cases < 1 OR NOT (min_share > 0 AND min_share <= 1) OR min_share IS NULL THEN
        RAISE EXCEPTION 'case_mix needs a number of cases of one or more and a share from 0 to 1'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'An institution is named after the chapter of ICD-10 that has min_share of its cases.';
    END IF;
    RETURN QUERY EXECUTE $q$
        SELECT x.fixmedins_code, CASE WHEN x.cases < $1 THEN NULL WHEN x.n >= $2 * x.cases THEN x.chapter::text ELSE 'mixed' END,
            x.cases, x.n / x.cases::float8
        FROM (
            SELECT c.fixmedins_code, c.chapter, c.n, (sum(c.n) OVER w)::bigint AS cases,
                row_number() OVER (PARTITION BY c.fixmedins_code ORDER BY c.n DESC, c.chapter) AS place
            FROM (
                SELECT e.fixmedins_code, medsup.chapter(d.code) AS chapter, count(*) AS n
                FROM (SELECT DISTINCT ON (t.mdtrt_id) t.mdtrt_id, medsup.try_icd10(t.diag_code) AS code
                      FROM medsup.src_diagnosis t
                      WHERE t.maindiag_flag = '1' AND t.vali_flag IS DISTINCT FROM '0' AND medsup.try_icd10(t.diag_code) IS NOT NULL
                      ORDER BY t.mdtrt_id, t.inout_diag_type = '2' DESC NULLS LAST, t.diag_code COLLATE "C") d
                JOIN medsup.src_encounter e ON e.mdtrt_id = d.mdtrt_id
                WHERE e.fixmedins_code IS NOT NULL AND e.vali_flag IS DISTINCT FROM '0'
                GROUP BY 1, 2
            ) c
            WINDOW w AS (PARTITION BY c.fixmedins_code)
        ) x
        WHERE x.place = 1
        ORDER BY x.fixmedins_code COLLATE "C"$q$
    USING min_cases, min_share;
END
$$;
COMMENT ON FUNCTION medsup.case_mix(int, float8) IS
    'the chapter of ICD-10 that most main diagnoses of an institution''s visits are of, where that is min_share of them; else mixed; NULL of fewer than min_cases';

CREATE FUNCTION medsup.propose_peers(min_peers int DEFAULT 30, case_mix boolean DEFAULT false,
    OUT fixmedins_code text, OUT peer text, OUT peers bigint, OUT parent text, OUT keys text[], OUT warnings text[])
RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 20000 ROWS 500 SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mixed constant boolean := coalesce(case_mix, false);
    steps constant int := CASE WHEN mixed THEN 7 ELSE 6 END;
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
    q := format('SELECT i.*, NULL::int AS step FROM (SELECT m.fixmedins_code, m.level, medsup.peer_keys(m.level, m.medins_type, m.fix_blng_admdvs, %s) AS keys FROM (%s) m%s) i',
                CASE WHEN mixed THEN 'coalesce(x.case_mix, '''')' ELSE 'NULL' END,
                (medsup.institution_query(jsonb_build_object('map', (
                    SELECT jsonb_agg(l) FROM (SELECT DISTINCT ON (l.hosp_lv) 'level' AS map, l.hosp_lv AS key, l.level::text AS value
                                              FROM medsup.level_map l ORDER BY l.hosp_lv, l.origin = 'local' DESC) l)), source)).query,
                CASE WHEN mixed THEN ' LEFT JOIN medsup.case_mix() x ON x.fixmedins_code = m.fixmedins_code' ELSE '' END);
    FOR step IN 1..steps LOOP
        q := format('SELECT x.fixmedins_code, x.level, x.keys, coalesce(x.step, CASE WHEN count(*) FILTER (WHERE x.step IS NULL) OVER (PARTITION BY x.keys[%1$s]) >= $1 THEN %1$s END) AS step FROM (%2$s) x',
                    step, q);
    END LOOP;
    RETURN QUERY EXECUTE format($q$
        WITH %1$I AS (SELECT * FROM medsup.%1$I)
        SELECT g.fixmedins_code, g.keys[g.at], count(*) OVER (PARTITION BY g.at, g.keys[g.at]), g.keys[g.at + 1], g.keys,
            array_remove(ARRAY[CASE WHEN g.step IS NULL THEN 'few_peers' END, CASE WHEN g.level IS NULL THEN 'level_unknown' END,
                               CASE WHEN split_part(g.keys[1], '/', 2) = '?' THEN 'type_unknown' END,
                               CASE WHEN split_part(g.keys[1], '/', 3) = '?' THEN 'region_unknown' END,
                               CASE WHEN split_part(g.keys[1], '/', 4) = '?' THEN 'case_mix_unknown' END], NULL)
        FROM (SELECT x.*, coalesce(x.step, %3$s) AS at FROM (%2$s) x) g
        ORDER BY g.fixmedins_code COLLATE "C"$q$, source, q, steps)
    USING min_peers;
END
$$;
COMMENT ON FUNCTION medsup.propose_peers(int, boolean) IS
    'peer groups of institutions: the finest of level, type, region and, when asked, case mix with at least min_peers members; those whose group is too small join the next coarser one; keys: all groups of an institution, parent: the next coarser of them';
