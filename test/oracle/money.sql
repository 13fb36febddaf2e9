-- What the funds paid of each line (docs/rulebook.md, 4).

-- the payments of each settlement, pooled funds first
CREATE TABLE batch.payment AS
SELECT s.setl_id, f.fund, f.paid, f.pooled
FROM batch.settlement s, LATERAL (VALUES
    ('hifp_pay', s.hifp_pay, true), ('cvlserv_pay', s.cvlserv_pay, true), ('hifes_pay', s.hifes_pay, true), ('hifmi_pay', s.hifmi_pay, true),
    ('hifob_pay', s.hifob_pay, true), ('maf_pay', s.maf_pay, true), ('othfund_pay', s.othfund_pay, true),
    -- stands for the seven where all of them are missing
    ('fund_pay_sumamt', CASE WHEN num_nulls(s.hifp_pay, s.cvlserv_pay, s.hifes_pay, s.hifmi_pay, s.hifob_pay, s.maf_pay, s.othfund_pay) = 7 THEN s.fund_pay_sumamt END, true),
    ('acct_pay', s.acct_pay, false), ('acct_mulaid_pay', s.acct_mulaid_pay, false)) AS f (fund, paid, pooled)
WHERE f.paid IS NOT NULL AND f.paid <> 'NaN';

-- Each payment over the lines that it paid for, by their net amounts within
-- the scope; what the settlement has beyond them are lines that are not here.
CREATE TABLE batch.share AS
WITH paid_for AS (
    SELECT f.setl_id, f.id, f.feedetl_sn, f.left_inscp AS weight
    FROM batch.fate f JOIN batch.bill b USING (setl_id)
    WHERE coalesce(f.skip, '') NOT IN ('void', 'cancelled', 'refunded', 'refund', 'refund_unmatched', 'duplicate_line') AND f.left_inscp > 0
), weighed AS (
    SELECT * FROM paid_for
    UNION ALL
    SELECT s.setl_id, NULL, NULL, s.inscp_amt - coalesce(sum(p.weight), 0)
    FROM batch.settlement s LEFT JOIN paid_for p USING (setl_id)
    GROUP BY s.setl_id, s.inscp_amt HAVING s.inscp_amt > coalesce(sum(p.weight), 0)
), fen AS (
    SELECT w.setl_id, w.id, w.feedetl_sn, p.fund, p.pooled, p.paid * 100 AS paid, mod(x.weighed, w.total) AS left_over, div(x.weighed, w.total) AS whole
    FROM (SELECT *, sum(weight) OVER (PARTITION BY setl_id) AS total FROM weighed) AS w
    JOIN batch.payment p USING (setl_id), LATERAL (SELECT p.paid * 100 * w.weight AS weighed) AS x
)
SELECT setl_id, id, fund, pooled,
       (whole + CASE WHEN row_number() OVER (PARTITION BY setl_id, fund ORDER BY left_over DESC, id IS NULL, feedetl_sn COLLATE "C" NULLS FIRST)
                          <= paid - sum(whole) OVER (PARTITION BY setl_id, fund) THEN 1 ELSE 0 END) / 100 AS share
FROM fen;

CREATE TABLE batch.paid AS
SELECT a.id, x.method, CASE x.method WHEN 'line' THEN round(a.inscp * x.rate, 2)
                                     WHEN 'ratio' THEN (SELECT coalesce(sum(h.share), 0) FROM batch.share h WHERE h.id = a.id AND h.pooled) END AS pooled, x.rate
FROM batch.alive a JOIN batch.fate f USING (id)
LEFT JOIN batch.settlement s ON s.setl_id = a.setl_id
LEFT JOIN medsup.clr_way_map m ON m.clr_way = s.clr_way
CROSS JOIN LATERAL (SELECT CASE WHEN s.setl_id IS NULL THEN 'unsettled'
                                WHEN m.method = 'group' THEN 'none'
                                -- nothing can be lost where no pooled fund paid
                                WHEN a.no_pool THEN 'ratio'
                                WHEN a.inscp IS NULL THEN 'none'
                                WHEN f.reim_prop > 0 AND f.reim_prop <= 100 THEN 'line'
                                WHEN (SELECT b.pooled <> 'NaN' FROM batch.bill b WHERE b.setl_id = s.setl_id) THEN 'ratio'
                                ELSE 'none' END AS method,
                           CASE WHEN f.reim_prop > 1 THEN f.reim_prop / 100 ELSE f.reim_prop END AS rate) AS x;
