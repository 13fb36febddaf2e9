-- Expressions as authors meet them: what is right, what is wrong and where.
\pset null -

-- of the four types; NULL is fine
SELECT e.type, e.text, medsup.check_expression(e.text, e.type) AS problem
FROM (VALUES
    ('boolean', $$line.cnt * line.pric <> line.det_item_fee_sumamt$$),
    ('boolean', $$has_diagnosis('I20-I25, !I21', 'main') and not age_years() < 18$$),
    ('number', $$3 * stay_days()$$),
    ('text', $$coalesce(list.psn_name, 'x')$$),
    ('time', $$day(bill.setl_time)$$),
    ('number', $$line.cnt > 3$$),
    ('boolean', $$line.cnt > '3'$$),
    ('boolean', $$line.cnt > $$),
    ('boolean', $$('一' = '二') and visit.setting = 'x'$$),
    ('boolean', $$line.cnt ＞ 3$$),
    ('boolean', $$has_diagnosis('I20, 7')$$),
    ('boolean', $$has_diagnosis('I25-I20')$$),
    ('boolean', $$has_diagnosis('I20, I')$$),
    ('boolean', $$has_item('0031', 'week')$$),
    ('boolean', $$DROP TABLE medsup.rule$$),
    ('boolean', $$1 = 1; DROP TABLE medsup.rule$$),
    ('boolean', '')
) e (type, text);

-- limits
SELECT medsup.check_expression(pg_catalog.repeat(' ', 7999) OPERATOR(pg_catalog.||) '1', 'number') AS at_limit,
       medsup.check_expression(pg_catalog.repeat(' ', 8000) OPERATOR(pg_catalog.||) '1', 'number') AS beyond,
       medsup.check_expression(pg_catalog.repeat('(', 8000), 'number') AS deep;
SELECT medsup.check_expression('1', 'integer');
SELECT medsup.check_expression(NULL, 'number') IS NULL AS strict;

-- parameters, as they stand
SELECT medsup.expression_parameters($$number(parameter('b')) > 1 or parameter('a') = 'x'$$, 'boolean') AS two,
       medsup.expression_parameters('1', 'number') AS none,
       medsup.expression_parameters('1 +', 'number') AS wrong;

-- everything that can be named is an expression of the type that is told
SELECT pg_catalog.count(*) AS fields,
       pg_catalog.count(*) FILTER (WHERE medsup.check_expression(name, type) IS NOT NULL) AS wrong
FROM medsup.expression_fields()
WHERE name !~ '[A-Z]|\([^)]';
SELECT name, type FROM medsup.expression_fields() WHERE kind = 'function' ORDER BY name COLLATE "C";
