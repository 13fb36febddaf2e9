-- More of the same: visits 301 to :visits for the warehouse of run_fixture.sql,
-- of as many persons as there are visits / 30.
INSERT INTO wh.mdtrt_d
SELECT 'M' || i, 'Q' || i % (:visits / 30), (2 - i % 2)::text, '1980-01-01', 'H' || i % 5, '示例医院', '02', '999900', '999901', '310',
    '11', to_char(timestamp '2025-01-01 08:00' + i % 300 * interval '1 day', 'YYYY-MM-DD HH24:MI:SS'), NULL, '1'
FROM generate_series(301, :visits) i;
INSERT INTO wh.setl_d
SELECT 'S' || i, 'M' || i, 'Q' || i % (:visits / 30), NULL, '0', '0', '1',
    to_char(timestamp '2025-01-01 18:00' + i % 300 * interval '1 day', 'YYYY-MM-DD HH24:MI:SS'), '1', '310', '11', '999901',
    '200.00', '200.00', '150.00', '150.00', '0'
FROM generate_series(301, :visits) i;
INSERT INTO wh.fee_list_d
SELECT i || '-' || j, 'M' || i, 'S' || i, 'Q' || i % (:visits / 30), NULL, 'H' || i % 5,
    to_char(timestamp '2025-01-01 08:00' + i % 300 * interval '1 day' + j * interval '7 minutes', 'YYYY-MM-DD HH24:MI:SS'),
    CASE j WHEN 1 THEN 'XG01AAA001A001010100001' WHEN 2 THEN '003106040050000' ELSE 'XA02BCA001A001010100' || lpad((j * 7)::text, 3, '0') END,
    NULL, CASE WHEN j = 2 THEN (1 + i % 3)::text ELSE '2' END, '10.000000',
    CASE WHEN j = 2 THEN (10 * (1 + i % 3))::text || '.00' ELSE '20.00' END, '0.00',
    CASE WHEN j = 2 THEN (10 * (1 + i % 3))::text || '.00' ELSE '20.00' END, '1', 'D1', 'DR1', '999901', '1'
FROM generate_series(301, :visits) i, generate_series(1, 10) j;
ANALYZE wh.mdtrt_d, wh.setl_d, wh.fee_list_d;
