-- The living lines, with what rules ask of them (docs/rulebook.md, 2 and 3).

-- the longest entry of the map that the value begins with
CREATE FUNCTION batch.setting_of(med_type text) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT m.setting FROM medsup.setting_map m WHERE starts_with(setting_of.med_type, m.med_type)
        ORDER BY length(m.med_type) DESC, m.origin LIMIT 1);

CREATE TABLE batch.alive AS
SELECT f.c, f.id, f.mdtrt_id, f.feedetl_sn, f.setl_id, f.fee_ocur_time AS t, f.fee_ocur_time::date AS day, f.code,
       f.left_cnt AS cnt, f.left_amt AS amt, f.left_inscp AS inscp, f.pric, f.fixmedins_code AS place,
       nullif(btrim(f.rx_drord_no), '') AS rx, nullif(btrim(f.bilg_dr_codg), '') AS doctor, nullif(btrim(f.bilg_dept_codg), '') AS dept,
       f.acord_dept_codg AS dept2, d.grade,
       e.gend, e.brdy, e.medins_type, lv.level, e.fix_blng_admdvs AS care, f.insu_admdvs AS insured, ins.class AS insurance, se.setting,
       e.begntime, e.endtime, e.dise_no,
       -- filled at a pharmacy for somebody else's prescription, of that level
       (f.rx_circ_flag = '1' AND (f.fixmedins_code ~ '^P[0-9]+$' OR se.setting = 'pharmacy')) IS TRUE AS outside, rx.level AS rx_level,
       -- money that was certainly not the fund's
       f.left_inscp = 0 OR f.left_own = f.left_amt OR f.hosp_appr_flag = '2' AS not_in_scope,
       b.pooled = 0 AS no_pool, b.pooled = 0 AND b.account = 0 AS no_account,
       row_number() OVER (PARTITION BY f.c ORDER BY f.fee_ocur_time, f.mdtrt_id COLLATE "C", f.feedetl_sn COLLATE "C") AS at
FROM batch.fate f
JOIN batch.encounter e ON e.mdtrt_id = f.mdtrt_id
LEFT JOIN batch.settlement s ON s.setl_id = f.setl_id
LEFT JOIN batch.bill b ON b.setl_id = f.setl_id
LEFT JOIN medsup.level_map lv ON lv.hosp_lv = e.hosp_lv
LEFT JOIN medsup.level_map rx ON rx.hosp_lv = f.rx_hosp_lv
LEFT JOIN medsup.insurance_map ins ON ins.insutype = coalesce(s.insutype, e.insutype)
CROSS JOIN LATERAL (SELECT batch.setting_of(coalesce(f.med_type, s.med_type, e.med_type)) AS setting) AS se
LEFT JOIN (VALUES ('1', 1), ('2', 2), ('3', 3)) AS d (duty, grade) ON d.duty = f.dr_pro_tech_duty AND coalesce(f.bilg_dr_codg, '') !~ '[,;、/|]'
WHERE f.skip IS NULL;

-- of a visit; where that is not written, of its first line
ALTER TABLE batch.alive ADD visit_setting text;
UPDATE batch.alive a SET visit_setting = CASE WHEN e.med_type IS NOT NULL THEN batch.setting_of(e.med_type)
    ELSE (SELECT f.setting FROM batch.alive f WHERE f.mdtrt_id = e.mdtrt_id ORDER BY f.at LIMIT 1) END
FROM batch.encounter e WHERE e.mdtrt_id = a.mdtrt_id;

CREATE INDEX ON batch.alive (mdtrt_id);
CREATE INDEX ON batch.alive (c);
CREATE INDEX ON batch.alive (id);
ANALYZE batch.alive;
