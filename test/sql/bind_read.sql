SET datestyle = 'ISO';
-- readers of text columns: what is missing, what is unreadable, what is read
SELECT v AS text, medsup.read_timestamp(v) AS read
FROM unnest(ARRAY['2025-03-01', '2025/3/1 8:05', '20250301', '20250301080509',
    '2025-03-01T08:05:09.123456789', '2025-03-01 23:59:59.5', E'\t2025-03-01 \r\n',
    U&'\30002025-03-01', '2024-02-29', '0001-01-01', '9999-12-31', '1969-12-31 23:59:59.999999',
    -- unreadable
    '08:05:09', '2025-02-29', '1900-02-29', '2025-13-01', '2025-00-10', '2025-04-31', '2025-03-01 24:00:00',
    '2025-03-01 12:60', '2025-03-01Z', '2025-03-01 08:05:09+08', '2025-03-01 8', '25-03-01',
    '2025-03/01', '01.03.2025', '2025年3月1日', '20250301080', '202503', 'x', '0000-01-01',
    -- missing
    '', '  ', '-', 'null', 'NULL', 'nan', 'None', E'\\N', NULL]) WITH ORDINALITY AS u (v, n)
ORDER BY n;
SELECT v AS text, medsup.read_numeric(v) AS read
FROM unnest(ARRAY['1', '-0.50', '+3.', '.5', ' 12.30	', '0012.3400', '9223372036854775807',
    '9223372036854775808', '-123456789012345678901234567890.12',
    '1e5', '8.69E+13', '.', '-', '--1', '1-', '1,000', '1.2.3', '0x10', 'Infinity', '１',
    '123456789012345678901234567890123456789', '', 'null', 'NaN', NULL]) WITH ORDINALITY AS u (v, n)
ORDER BY n;
SELECT v AS text, medsup.read_dict(v, 0) AS width_0, medsup.read_dict(v, 1) AS width_1, medsup.read_dict(v, 2) AS width_2
FROM unnest(ARRAY['1', '01', '001', '0', '00', '1.0', '11', '140104', ' 3 ', 'x1', '1.', '1.5', '', 'null', NULL])
    WITH ORDINALITY AS u (v, n)
ORDER BY n;
SELECT medsup.read_dict('1', 21);
SELECT medsup.read_dict('1', -1);
SELECT quote_literal(medsup.read_text(v)) AS read
FROM unnest(ARRAY['P1', E'ZD01BAY0318010302251\t', ' H31010600042-J66252 ', U&'\FEFFa\00A0', U&'\300010\200B', '-', 'null', 'nan-1', ''])
    WITH ORDINALITY AS u (v, n)
ORDER BY n;
-- every day of the calendar
SELECT count(*) FILTER (WHERE medsup.read_timestamp(to_char(d, 'YYYY-MM-DD')) IS DISTINCT FROM d) AS wrong,
    count(*) AS days
FROM generate_series(timestamp '0001-01-01', '9999-12-31', '1 day') d;
-- no setting matters
SET TimeZone = 'America/New_York';
SET DateStyle = 'German, DMY';
SET extra_float_digits = -15;
SELECT to_char(medsup.read_timestamp('2025-03-09 02:30:00'), 'YYYY-MM-DD HH24:MI:SS') AS time,
    medsup.read_numeric('0.1') = 0.1 AS number;
RESET ALL;
SELECT p.proname, p.provolatile, p.proisstrict, p.proparallel
FROM pg_proc p
WHERE p.pronamespace = 'medsup'::regnamespace AND p.proname IN ('read_timestamp', 'read_numeric', 'read_text', 'read_dict')
ORDER BY p.proname COLLATE "C";
