-- What becomes of each line (docs/rulebook.md, 1): batch.fate has every line
-- with the reason why it is skipped, or with what refunds left of it.

CREATE TABLE batch.fate AS
SELECT l.*, row_number() OVER () AS id,
       e.mdtrt_id IS NOT NULL AS visits,
       s.vali_flag = '0' AS settlement_void,
       s.setl_id IS NOT NULL AS settled,
       cancelled.yes AS cancelled,
       medsup.try_fee_item(btrim(l.med_list_codg))::text AS code,
       NULL::text AS skip,
       l.cnt AS left_cnt, l.det_item_fee_sumamt AS left_amt, l.inscp_amt AS left_inscp,
       l.fulamt_ownpay_amt AS left_own
FROM batch.line l
LEFT JOIN batch.encounter e ON e.mdtrt_id = l.mdtrt_id AND e.vali_flag = '1'
LEFT JOIN batch.settlement s ON s.setl_id = l.setl_id
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM batch.settlement b WHERE b.vali_flag = '1' AND b.refd_setl_flag = '1'
                   AND b.init_setl_id IS NOT NULL AND (b.init_setl_id = l.setl_id OR b.setl_id = l.setl_id)) AS yes) AS cancelled;

UPDATE batch.fate SET skip = CASE
    WHEN vali_flag = '0' OR settlement_void THEN 'void'
    WHEN psn_no IS NULL THEN 'person_missing'
    WHEN NOT visits THEN 'encounter_missing'
    WHEN feedetl_sn IS NULL THEN 'line_id_missing'
    WHEN coalesce(btrim(med_list_codg), '') = '' THEN 'code_missing'
    WHEN code IS NULL THEN 'code_unreadable'
    WHEN fee_ocur_time IS NULL THEN 'time_missing'
    WHEN fee_ocur_time < '1900-01-01' OR fee_ocur_time >= '2200-01-01' THEN 'time_unreadable'
    WHEN cnt IS NULL THEN 'quantity_missing'
    WHEN cnt = 0 OR cnt = 'NaN' OR abs(cnt) > 1e8 THEN 'quantity_unreadable'
    WHEN det_item_fee_sumamt IS NULL THEN 'amount_missing'
    WHEN det_item_fee_sumamt = 'NaN' OR abs(det_item_fee_sumamt) > 1e10 OR (cnt > 0 AND det_item_fee_sumamt < 0) THEN 'amount_unreadable'
    WHEN cancelled THEN 'cancelled' END;

-- copies are equal, so it is the same which one lives
UPDATE batch.fate f SET skip = 'duplicate_line'
WHERE skip IS NULL
  AND EXISTS (SELECT FROM batch.fate o WHERE o.c = f.c AND o.mdtrt_id = f.mdtrt_id AND o.feedetl_sn = f.feedetl_sn
              AND sign(o.cnt) = sign(f.cnt) AND o.skip IS NULL AND o.id < f.id);

CREATE INDEX ON batch.fate (c);
CREATE INDEX ON batch.fate (id);
ANALYZE batch.fate;

-- Refunds one by one: those that name a line first, in the order of time.
CREATE TABLE batch.applied (refund bigint, charge bigint);
CREATE FUNCTION batch.refund(person int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    r record; t record; owed numeric; take numeric; named boolean;
BEGIN
    FOR r IN SELECT f.*, n.names
             FROM batch.fate f,
                  LATERAL (SELECT EXISTS (SELECT FROM batch.fate o WHERE o.c = f.c AND o.feedetl_sn = f.init_feedetl_sn
                                          AND (o.cnt < 0) IS NOT TRUE) AS names) AS n
             WHERE f.c = person AND f.skip IS NULL AND f.cnt < 0
             ORDER BY n.names DESC, f.fee_ocur_time, f.mdtrt_id COLLATE "C", f.feedetl_sn COLLATE "C"
    LOOP
        owed := -r.cnt;
        FOR t IN SELECT f.* FROM batch.fate f
                 WHERE f.c = person AND f.cnt > 0 AND f.skip IS NULL AND f.left_cnt > 0
                   AND CASE WHEN r.names THEN f.feedetl_sn = r.init_feedetl_sn
                            ELSE f.mdtrt_id = r.mdtrt_id AND f.code = r.code AND f.pric = r.pric AND f.fee_ocur_time <= r.fee_ocur_time END
                 ORDER BY f.mdtrt_id = r.mdtrt_id DESC, f.fee_ocur_time DESC, f.mdtrt_id COLLATE "C" DESC, f.feedetl_sn COLLATE "C" DESC
        LOOP
            take := least(owed, t.left_cnt);
            EXIT WHEN take = 0;
            UPDATE batch.fate f SET
                left_cnt = t.left_cnt - take,
                left_amt = CASE WHEN take = t.left_cnt THEN 0 ELSE greatest(0, t.left_amt + r.det_item_fee_sumamt * take / -r.cnt) END,
                left_inscp = CASE WHEN t.left_inscp IS NULL THEN NULL
                                  WHEN take = t.left_cnt THEN 0
                                  WHEN r.inscp_amt IS NULL THEN round(t.left_inscp - t.left_inscp * take / t.left_cnt, 2)
                                  ELSE greatest(0, t.left_inscp + r.inscp_amt * take / -r.cnt) END,
                left_own = CASE WHEN t.left_own IS NULL THEN NULL
                                  WHEN take = t.left_cnt THEN 0
                                  WHEN r.fulamt_ownpay_amt IS NULL THEN round(t.left_own - t.left_own * take / t.left_cnt, 2)
                                  ELSE greatest(0, t.left_own + r.fulamt_ownpay_amt * take / -r.cnt) END
            WHERE f.id = t.id;
            INSERT INTO batch.applied VALUES (r.id, t.id);
            owed := owed - take;
        END LOOP;
        UPDATE batch.fate f SET skip = CASE WHEN owed = 0 THEN 'refund' ELSE 'refund_unmatched' END WHERE f.id = r.id;
    END LOOP;
    UPDATE batch.fate f SET skip = 'refunded' WHERE f.c = person AND f.skip IS NULL AND f.left_cnt = 0;
END
$$;
SELECT count(batch.refund(c)) > 0 AS refunds FROM batch.person \gset
