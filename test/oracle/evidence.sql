-- The diagnoses and operations of each visit (docs/rulebook.md, K3).

-- whose records count: the visit's own, those of its settlements too
CREATE TABLE batch.dx AS
SELECT e.c, e.mdtrt_id, d.maindiag_flag = '1' AS main, d.inout_diag_type, d.diag_code, d.diag_type IN ('2', '3') AS traditional,
       CASE WHEN d.diag_type IN ('2', '3') THEN NULL ELSE medsup.try_icd10(d.diag_code) END AS code
FROM batch.diagnosis d
LEFT JOIN batch.bill s ON s.setl_id = d.setl_id
JOIN batch.encounter e ON e.mdtrt_id = coalesce(d.mdtrt_id, s.mdtrt_id) AND e.vali_flag = '1'
WHERE d.vali_flag = '1' AND (s.setl_id IS NULL OR s.vali_flag = '1' AND NOT s.cancelled);

-- true, false, or NULL where it cannot be told or nothing is asked
CREATE FUNCTION batch.has_dx(mdtrt_id text, codes text, main_only boolean) RETURNS boolean LANGUAGE sql STABLE
RETURN (SELECT CASE WHEN codes IS NULL THEN NULL
                    WHEN bool_or(medsup.is_within_either(d.code, medsup.icd10_set(codes))) THEN true
                    WHEN count(d.code) = 0 OR bool_or(d.code IS NULL) THEN NULL
                    ELSE false END
        FROM batch.dx d WHERE d.mdtrt_id = has_dx.mdtrt_id AND d.traditional IS NOT TRUE AND (d.main OR NOT main_only));

CREATE TABLE batch.oprn AS
SELECT e.c, e.mdtrt_id, o.main_oprn_flag = '1' AS main, o.oprn_oprt_code, medsup.try_icd9cm3(o.oprn_oprt_code) AS code
FROM batch.operation o
LEFT JOIN batch.bill s ON s.setl_id = o.setl_id
JOIN batch.encounter e ON e.mdtrt_id = coalesce(o.mdtrt_id, s.mdtrt_id) AND e.vali_flag = '1'
JOIN batch.person p ON p.c = e.c AND p.has_operations
WHERE o.vali_flag = '1' AND (s.setl_id IS NULL OR s.vali_flag = '1' AND NOT s.cancelled);

-- where the source is there, a visit without operations has none
CREATE FUNCTION batch.has_oprn(mdtrt_id text, codes text) RETURNS boolean LANGUAGE sql STABLE
RETURN (SELECT CASE WHEN codes IS NULL OR NOT p.has_operations THEN NULL ELSE
            (SELECT CASE WHEN bool_or(o.code <@ medsup.icd9cm3_set(codes)) THEN true
                         WHEN bool_or(o.code IS NULL) THEN NULL ELSE false END
             FROM batch.oprn o WHERE o.mdtrt_id = e.mdtrt_id) END
        FROM batch.encounter e JOIN batch.person p ON p.c = e.c WHERE e.mdtrt_id = has_oprn.mdtrt_id);
