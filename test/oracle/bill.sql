-- What settlements paid: pooled funds and accounts, as far as it is known.
CREATE TABLE batch.bill AS
SELECT s.setl_id, s.c, s.mdtrt_id, s.vali_flag,
       EXISTS (SELECT FROM batch.settlement b WHERE b.vali_flag = '1' AND b.refd_setl_flag = '1' AND b.init_setl_id IS NOT NULL
               AND (b.init_setl_id = s.setl_id OR b.setl_id = s.setl_id)) AS cancelled,
       CASE WHEN s.hifp_pay IS NULL AND s.cvlserv_pay IS NULL AND s.hifes_pay IS NULL AND s.hifmi_pay IS NULL AND s.hifob_pay IS NULL
                 AND s.maf_pay IS NULL AND s.othfund_pay IS NULL THEN s.fund_pay_sumamt
            ELSE coalesce(s.hifp_pay, 0) + coalesce(s.cvlserv_pay, 0) + coalesce(s.hifes_pay, 0) + coalesce(s.hifmi_pay, 0)
                 + coalesce(s.hifob_pay, 0) + coalesce(s.maf_pay, 0) + coalesce(s.othfund_pay, 0) END AS pooled,
       coalesce(s.acct_pay, 0) + coalesce(s.acct_mulaid_pay, 0) AS account
FROM batch.settlement s;
