-- Stays (docs/rulebook.md): the inpatient visits of one institution, joined.

CREATE VIEW batch.billed AS
SELECT mdtrt_id, coalesce(skip, '') NOT IN ('void', 'cancelled', 'refunded', 'refund') AS stands FROM batch.fate
UNION ALL
SELECT mdtrt_id, vali_flag = '1' AND NOT cancelled FROM batch.bill;

CREATE TABLE batch.inpatient AS
SELECT e.c, e.mdtrt_id, e.fixmedins_code AS place, e.begntime, e.inhosp_stas,
       CASE WHEN e.endtime >= e.begntime THEN e.endtime END AS discharge,
       EXISTS (SELECT FROM batch.settlement s WHERE s.mdtrt_id = e.mdtrt_id AND s.mid_setl_flag = '1' AND s.vali_flag = '1'
               AND s.init_setl_id IS NULL
               AND NOT EXISTS (SELECT FROM batch.settlement b WHERE b.init_setl_id = s.setl_id AND b.vali_flag = '1')) AS mid,
       NULL::text AS stay
FROM batch.encounter e
WHERE e.vali_flag = '1'
  AND CASE WHEN e.med_type IS NOT NULL THEN batch.setting_of(e.med_type)
           ELSE (SELECT DISTINCT a.visit_setting FROM batch.alive a WHERE a.mdtrt_id = e.mdtrt_id) END = 'inpatient'
  -- an admission undone is none: billed, and all of it taken back
  AND NOT (EXISTS (SELECT FROM batch.billed b WHERE b.mdtrt_id = e.mdtrt_id) AND NOT EXISTS (SELECT FROM batch.billed b WHERE b.mdtrt_id = e.mdtrt_id AND b.stands));

DO $$
DECLARE
    e record; last batch.inpatient; chain text;
BEGIN
    FOR e IN SELECT * FROM batch.inpatient ORDER BY c, place COLLATE "C", begntime, mdtrt_id COLLATE "C" LOOP
        IF last.c = e.c AND last.place = e.place AND last.discharge IS NOT NULL
           AND (date_trunc('minute', e.begntime) <= date_trunc('minute', last.discharge)
                OR (last.mid AND e.begntime::date <= last.discharge::date + 1)) THEN
            IF e.discharge IS NULL OR e.discharge >= last.discharge THEN last := e; END IF;
        ELSE
            last := e;
            chain := e.mdtrt_id;
        END IF;
        UPDATE batch.inpatient i SET stay = chain WHERE i.mdtrt_id = e.mdtrt_id;
    END LOOP;
END
$$;

CREATE TABLE batch.stay AS
SELECT stay, c, min(begntime) AS admission,
       -- without a discharge it ends with its last line, or while it is unfinished
       -- runs to the last time known
       CASE WHEN bool_and(discharge IS NOT NULL) THEN max(discharge)
            WHEN (array_agg(inhosp_stas ORDER BY begntime DESC, mdtrt_id COLLATE "C" DESC))[1] = '0'
            THEN greatest(min(begntime), max(discharge), (SELECT max(a.t) FROM batch.alive a JOIN batch.inpatient j USING (mdtrt_id) WHERE j.stay = i.stay))
            ELSE (SELECT max(t) FROM (SELECT t FROM batch.alive a WHERE a.c = i.c
                                      UNION ALL SELECT greatest(begntime, endtime) FROM batch.encounter e WHERE e.c = i.c AND e.vali_flag = '1'
                                      UNION ALL SELECT setl_time FROM batch.settlement s JOIN batch.encounter e USING (mdtrt_id)
                                      WHERE s.c = i.c AND s.vali_flag = '1' AND e.vali_flag = '1') AS k (t)) END AS discharge
FROM batch.inpatient i GROUP BY stay, c;

ALTER TABLE batch.alive ADD stay text, ADD operation text;
UPDATE batch.alive a SET stay = (SELECT i.stay FROM batch.inpatient i WHERE i.mdtrt_id = a.mdtrt_id);

-- no discharge of its last encounter, and nobody says that the person is out
ALTER TABLE batch.stay ADD unfinished boolean;
UPDATE batch.stay st SET unfinished = (SELECT NOT bool_and(i.discharge IS NOT NULL)
    AND (array_agg(i.inhosp_stas ORDER BY i.begntime DESC, i.mdtrt_id COLLATE "C" DESC))[1] IS DISTINCT FROM '0' FROM batch.inpatient i WHERE i.stay = st.stay);

-- Days of a stay; both ends count, since parameter stay_days is not set here.
-- Nobody knows them where the last discharge is before its admission.
ALTER TABLE batch.stay ADD days int;
UPDATE batch.stay SET days = discharge::date - admission::date + 1;
-- For what lies within it, a stay that has not ended lasts until its last line
-- or a later discharge known in it.
ALTER TABLE batch.stay ADD until timestamp;
UPDATE batch.stay st SET until = CASE WHEN (SELECT bool_and(i.discharge IS NOT NULL) FROM batch.inpatient i WHERE i.stay = st.stay) THEN discharge
    ELSE greatest(st.admission, (SELECT max(i.discharge) FROM batch.inpatient i WHERE i.stay = st.stay), (SELECT max(a.t) FROM batch.alive a WHERE a.stay = st.stay)) END;
