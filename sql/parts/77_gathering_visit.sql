-- Visits as gatherings read them: when somebody was where, out of what is bound.

CREATE TABLE medsup.gathering_exclusion (
    no             int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    psn_no         text,
    fixmedins_code text,
    med_type       text,
    valid_from     date NOT NULL,
    valid_to       date NOT NULL,
    reason         text NOT NULL CHECK (pg_catalog.btrim(reason) OPERATOR(pg_catalog.<>) ''),
    added_by       text NOT NULL DEFAULT SESSION_USER,
    CONSTRAINT gathering_exclusion_is_narrow CHECK (pg_catalog.num_nonnulls(psn_no, fixmedins_code, med_type) OPERATOR(pg_catalog.>) 0),
    CONSTRAINT gathering_exclusion_days CHECK (valid_to OPERATOR(pg_catalog.>=) valid_from)
);
COMMENT ON TABLE medsup.gathering_exclusion IS
    'visits that are company by their nature and left out: dialysis and chemotherapy cycles, mass checks, days on which many fetch their drugs; what is NULL does not narrow it';
COMMENT ON SEQUENCE medsup.gathering_exclusion_no_seq IS 'numbers exclusions from gatherings';
COMMENT ON COLUMN medsup.gathering_exclusion.no IS 'number of the exclusion';
COMMENT ON COLUMN medsup.gathering_exclusion.psn_no IS 'this person''s visits';
COMMENT ON COLUMN medsup.gathering_exclusion.fixmedins_code IS 'visits to this institution';
COMMENT ON COLUMN medsup.gathering_exclusion.med_type IS 'visits of this kind: the value or its first digits';
COMMENT ON COLUMN medsup.gathering_exclusion.valid_from IS 'first day';
COMMENT ON COLUMN medsup.gathering_exclusion.valid_to IS 'last day';
COMMENT ON COLUMN medsup.gathering_exclusion.reason IS 'why they are left out';
COMMENT ON COLUMN medsup.gathering_exclusion.added_by IS 'who left them out';

-- The swipe of the card tells when somebody was there, but for stays, which
-- are settled when they end.  Exclusions are looked up by equality, person or
-- institution first, so that long lists are hashed.
CREATE FUNCTION medsup.gathering_visits(first_day date, last_day date)
RETURNS TABLE (psn_no text, fixmedins_code text, at timestamp, setting text, mdtrt_id text, money numeric, doubtful boolean)
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 1000000 COST 1000000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    missing text := CASE WHEN to_regclass('medsup.src_encounter') IS NULL THEN 'encounter'
                         WHEN to_regclass('medsup.src_settlement') IS NULL THEN 'settlement' END;
BEGIN
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'no source of kind % is bound', missing
            USING ERRCODE = 'MS901', HINT = format('Bind the table of the warehouse: SELECT medsup.bind_source(%L, ...)', missing);
    END IF;
    IF (first_day <= last_day) IS NOT TRUE THEN
        RAISE EXCEPTION 'a day is missing, or the first one is after the last'
            USING ERRCODE = 'MS303', HINT = 'Give the first and the last day; infinity is no limit.';
    END IF;
    RETURN QUERY EXECUTE $sql$
        WITH paid AS (
            SELECT s.mdtrt_id, s.psn_no, min(nullif(s.setl_time, '-infinity')) AS at, sum(nullif(s.medfee_sumamt, 'NaN')) AS money
            FROM medsup.src_settlement s
            WHERE s.vali_flag IS DISTINCT FROM '0' AND s.refd_setl_flag IS DISTINCT FROM '1'
              AND NOT EXISTS (SELECT FROM medsup.src_settlement r
                              WHERE r.init_setl_id = s.setl_id AND r.refd_setl_flag = '1' AND r.vali_flag IS DISTINCT FROM '0')
            GROUP BY s.mdtrt_id, s.psn_no
        ), kind AS MATERIALIZED (
            SELECT d.med_type, (SELECT m.setting FROM medsup.setting_map m WHERE starts_with(d.med_type, m.med_type)
                                ORDER BY length(m.med_type) DESC, m.origin COLLATE "C" LIMIT 1) AS setting
            FROM (SELECT DISTINCT e.med_type FROM medsup.src_encounter e WHERE e.med_type IS NOT NULL) d
        ), visit AS (
            SELECT e.psn_no, e.fixmedins_code, e.med_type, k.setting, e.mdtrt_id, p.money,
                   CASE WHEN k.setting = 'inpatient' THEN nullif(e.begntime, '-infinity') ELSE p.at END AS at,
                   coalesce(medsup.read_dict(e.attributes ->> 'offline', 1) IN ('1', 'true'), false) AS offline
            FROM medsup.src_encounter e
            LEFT JOIN kind k ON k.med_type = e.med_type
            LEFT JOIN paid p ON p.mdtrt_id = e.mdtrt_id AND p.psn_no = e.psn_no
            WHERE e.vali_flag IS DISTINCT FROM '0' AND e.psn_no IS NOT NULL AND e.fixmedins_code IS NOT NULL
        ), of_period AS (
            SELECT v.*, v.at::date AS day, count(*) OVER (PARTITION BY v.fixmedins_code, v.at) AS at_once FROM visit v WHERE v.at >= $1 AND v.at < $2 + 1
        )
        SELECT v.psn_no, v.fixmedins_code, v.at, v.setting, v.mdtrt_id, v.money, v.offline OR v.at = v.day OR v.at_once > 3
        FROM of_period v
        WHERE NOT EXISTS (SELECT FROM medsup.gathering_exclusion x
                          WHERE x.psn_no = v.psn_no AND v.day BETWEEN x.valid_from AND x.valid_to
                            AND (x.fixmedins_code IS NULL OR x.fixmedins_code = v.fixmedins_code)
                            AND (x.med_type IS NULL OR starts_with(v.med_type, x.med_type)))
          AND NOT EXISTS (SELECT FROM medsup.gathering_exclusion x
                          WHERE x.fixmedins_code = v.fixmedins_code AND x.psn_no IS NULL AND v.day BETWEEN x.valid_from AND x.valid_to
                            AND (x.med_type IS NULL OR starts_with(v.med_type, x.med_type)))
          AND NOT EXISTS (SELECT FROM medsup.gathering_exclusion x
                          WHERE x.psn_no IS NULL AND x.fixmedins_code IS NULL AND v.day BETWEEN x.valid_from AND x.valid_to
                            AND starts_with(v.med_type, x.med_type)) $sql$
    USING first_day, last_day;
END
$$;
COMMENT ON FUNCTION medsup.gathering_visits(date, date) IS
    'visits of those days out of the bound encounters and settlements, without void, reversed and excluded ones: who, where, and when by the first settlement, or by admission for stays; doubtful: attributes say offline, no time of the day, or more than three in one second';
