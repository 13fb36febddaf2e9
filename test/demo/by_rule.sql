-- Findings and money by rule; sums by rule may overlap, the total below counts
-- each line once.
SELECT u.rule_code, CASE :'lang' WHEN 'zh' THEN r.name_zh ELSE r.name_en END AS rule,
    u.findings, u.vola_amt, u.fund_amt
FROM medsup.rule_total() u JOIN medsup.rule_text r USING (rule_code)
ORDER BY u.rule_code;
SELECT 'sum by rule' AS what, pg_catalog.sum(findings) AS findings, pg_catalog.sum(vola_amt) AS vola_amt, pg_catalog.sum(fund_amt) AS fund_amt
FROM medsup.rule_total()
UNION ALL
SELECT 'each line once', pg_catalog.sum(findings), pg_catalog.sum(vola_amt + group_amt), pg_catalog.sum(fund_amt)
FROM medsup.institution_total();
