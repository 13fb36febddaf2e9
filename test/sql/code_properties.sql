-- Laws that every code type keeps, over real codes of each form and all their
-- prefixes.  Every query lists offenders and must return no row, unless it
-- counts.
SET search_path = medsup, public;

-- ---------------------------------------------------------------- icd10
CREATE TEMPORARY TABLE icd10_full (spelt text);
INSERT INTO icd10_full SELECT regexp_split_to_table(
'A00.000 E11.900 I10.x00 I10.x05 I20.000
I63.900 J18.900 K80.000 Z51.100 A00.000x001
I10.x00x002 I10.x00x017 A35.x00x001 U07.100x001 V09.200x091
A38.x00x010 A01.001+K77.0* A17.000+G01* A38.x00x002+I41.0* B49.x01+G02.1*
B54.x00x003+K77.0* E11.600x011+M14.6* E11.200x011+N08.3* E11.200x011 E53.803+G63.4*
X60.x00x001 C7A.098 S72.001A T36.0X1A M80.08XA
Z3A.01 I10.X00 Z99 Z9Z.ZZZZ', '\s+');
-- all prefixes that are codes
CREATE TEMPORARY TABLE icd10_code AS
SELECT DISTINCT left(spelt, n) AS spelt, try_icd10(left(spelt, n)) AS code
FROM icd10_full, generate_series(1, length(spelt)) AS n
WHERE left(spelt, n) ~ '^([A-Z][0-9][0-9A-Z](\.[0-9A-Z]{0,4})?|[A-Z][0-9]{2}\.[0-9x]([0-9]([0-9](x[0-9]{0,3})?)?)?|[A-Z][0-9]{2}\.[0-9x][0-9]{2}(x[0-9]{3})?\+[A-Z][0-9]{2}(\.[0-9])?\*)$';
SELECT count(*) AS codes, count(code) AS read FROM icd10_code;
-- a text prints back
SELECT spelt FROM icd10_code WHERE spelt IS DISTINCT FROM code::text;
-- order is C collation; the operators agree with each other and with cmp
SELECT a.spelt, b.spelt FROM icd10_code a, icd10_code b
WHERE (a.code < b.code) <> (a.spelt < b.spelt COLLATE "C")
   OR (a.code <= b.code) <> (a.spelt <= b.spelt COLLATE "C")
   OR (a.code > b.code) <> (b.code < a.code)
   OR (a.code >= b.code) <> (b.code <= a.code)
   OR (a.code = b.code) <> (a.spelt = b.spelt)
   OR (a.code <> b.code) = (a.code = b.code)
   OR sign(icd10_cmp(a.code, b.code)) <> (a.code > b.code)::int - (a.code < b.code)::int;
-- antisymmetric and transitive, over every three of a few; equal exactly if cmp is 0
WITH few AS (SELECT spelt, code FROM icd10_code ORDER BY icd10_hash(code) LIMIT 64)
SELECT a.spelt, b.spelt, c.spelt FROM few a, few b, few c
WHERE (a.code <= b.code AND b.code <= c.code AND NOT a.code <= c.code)
   OR (a.code <= b.code AND b.code <= a.code) <> (a.code = b.code)
   OR (a.code = b.code) <> (icd10_cmp(a.code, b.code) = 0)
   OR icd10_cmp(a.code, b.code) <> - icd10_cmp(b.code, a.code);
-- different values are sent as different bytes, in the order of the values
SELECT a.spelt, b.spelt FROM icd10_code a, icd10_code b
WHERE (a.code < b.code) <> (icd10_send(a.code) < icd10_send(b.code));
-- equal values hash alike, the low half of the 64-bit hash is the 32-bit one,
-- and a seed matters
SELECT spelt FROM icd10_code
WHERE icd10_hash(code) <> icd10_hash(spelt::icd10)
   OR (icd10_hash_extended(code, 0) & 4294967295) <> (icd10_hash(code)::bigint & 4294967295)
   OR icd10_hash_extended(code, 1) = icd10_hash_extended(code, 0);
SELECT count(*) - count(DISTINCT icd10_hash_extended(code, 0)) AS collisions FROM icd10_code;
-- within is prefix of the text, by an independent definition
SELECT a.spelt, b.spelt FROM icd10_code a, icd10_code b
WHERE (a.code <@ b.code) <> starts_with(a.spelt, b.spelt)
   OR (b.code @> a.code) <> starts_with(a.spelt, b.spelt)
   OR is_within(a.code, b.code) <> starts_with(a.spelt, b.spelt)
   OR contains_code(b.code, a.code) <> starts_with(a.spelt, b.spelt);
-- one character changed: a code exactly if the regular expression says so
WITH changed AS (
    SELECT DISTINCT overlay(spelt PLACING c FROM n FOR 1) AS spelt
    FROM icd10_full, generate_series(1, length(spelt)) AS n,
         regexp_split_to_table('0 1 9 A X x Z . + * ~ / - _', ' ') AS c)
SELECT spelt FROM changed
WHERE COALESCE(try_icd10(spelt)::text = spelt, false)
      <> (spelt ~ '^([A-Z][0-9][0-9A-Z](\.[0-9A-Z]{0,4})?|[A-Z][0-9]{2}\.[0-9x]([0-9]([0-9](x[0-9]{0,3})?)?)?|[A-Z][0-9]{2}\.[0-9x][0-9]{2}(x[0-9]{3})?\+[A-Z][0-9]{2}(\.[0-9])?\*)$');
-- sorting, a btree and a hash index give the same
CREATE TEMPORARY TABLE icd10_many AS
SELECT code, spelt, i FROM icd10_code, generate_series(1, 20) AS i;
CREATE INDEX icd10_btree ON icd10_many (code);
CREATE INDEX icd10_hash_index ON icd10_many USING hash (code);
ANALYZE icd10_many;
SELECT amvalidate(oid) FROM pg_opclass
WHERE opcintype = 'icd10'::regtype ORDER BY opcmethod;
SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT code FROM icd10_many ORDER BY code;
CREATE TEMPORARY TABLE icd10_by_index AS
SELECT row_number() OVER () AS n, code FROM (SELECT code FROM icd10_many ORDER BY code) AS s;
RESET enable_sort; SET enable_seqscan = on; SET enable_indexscan = off; SET enable_indexonlyscan = off;
CREATE TEMPORARY TABLE icd10_by_sort AS
SELECT row_number() OVER () AS n, code FROM (SELECT code FROM icd10_many ORDER BY code) AS s;
RESET ALL; SET search_path = medsup, public;
SELECT count(*) FILTER (WHERE i.code IS DISTINCT FROM s.code) AS differ
FROM icd10_by_index i FULL JOIN icd10_by_sort s USING (n);
SELECT count(*) FROM (SELECT code, lag(spelt) OVER (ORDER BY code) AS before, spelt FROM icd10_many) AS s
WHERE before > spelt COLLATE "C";
-- joins: hash and merge find what a nested loop finds
SET enable_nestloop = off; SET enable_mergejoin = off;
SELECT count(*) FROM icd10_many a JOIN icd10_code b USING (code);
SET enable_mergejoin = on; SET enable_hashjoin = off;
SELECT count(*) FROM icd10_many a JOIN icd10_code b USING (code);
RESET ALL; SET search_path = medsup, public;
SELECT count(*) = (SELECT count(*) FROM icd10_many) AS same FROM icd10_many a JOIN icd10_code b ON a.spelt = b.spelt;
-- duplicates share index entries (equal values are equal bits)
CREATE TEMPORARY TABLE icd10_same AS SELECT code FROM icd10_code LIMIT 1;
INSERT INTO icd10_same SELECT s.code FROM icd10_same s, generate_series(1, 9999);
CREATE INDEX icd10_same_dedup ON icd10_same (code);
CREATE INDEX icd10_same_plain ON icd10_same (code) WITH (deduplicate_items = off);
SELECT pg_relation_size('icd10_same_dedup') < pg_relation_size('icd10_same_plain') / 2 AS deduplicated;
-- hash partitions: each value in one, found by pruning
CREATE TEMPORARY TABLE icd10_part (code icd10, spelt text) PARTITION BY HASH (code);
CREATE TEMPORARY TABLE icd10_part0 PARTITION OF icd10_part FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TEMPORARY TABLE icd10_part1 PARTITION OF icd10_part FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TEMPORARY TABLE icd10_part2 PARTITION OF icd10_part FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO icd10_part SELECT code, spelt FROM icd10_code;
SELECT tableoid::regclass AS part, count(*) FROM icd10_part GROUP BY 1 ORDER BY tableoid::regclass::text COLLATE "C";
SELECT c.spelt FROM icd10_code c WHERE NOT EXISTS (SELECT FROM icd10_part p WHERE p.code = c.spelt::icd10);

-- ---------------------------------------------------------------- icd9cm3
CREATE TEMPORARY TABLE icd9cm3_full (spelt text);
INSERT INTO icd9cm3_full SELECT regexp_split_to_table(
'00.0100 36.0600 36.0601 47.0100 01.6x00
34.2600 00.0200x001 00.0900x001 03.1x00x001 22.4100x005
17.91100 17.91110 17.912A0 17.912S0 17.91120
17.9110x001 86.700x0013 86.700x0014 86.7000 86.7000x011
99.9999x999 99.9x99', '\s+');
-- all prefixes that are codes
CREATE TEMPORARY TABLE icd9cm3_code AS
SELECT DISTINCT left(spelt, n) AS spelt, try_icd9cm3(left(spelt, n)) AS code
FROM icd9cm3_full, generate_series(1, length(spelt)) AS n
WHERE left(spelt, n) ~ '^([0-9]{2}(\.([0-9]([0-9x]([0-9]([0-9](x[0-9]{0,3})?)?)?)?)?)?|[0-9]{2}\.[0-9]{3}x[0-9]{0,4}|17\.9[0-9]{2}[0-9A-Z][0-9]?)$';
SELECT count(*) AS codes, count(code) AS read FROM icd9cm3_code;
-- a text prints back
SELECT spelt FROM icd9cm3_code WHERE spelt IS DISTINCT FROM code::text;
-- order is C collation; the operators agree with each other and with cmp
SELECT a.spelt, b.spelt FROM icd9cm3_code a, icd9cm3_code b
WHERE (a.code < b.code) <> (a.spelt < b.spelt COLLATE "C")
   OR (a.code <= b.code) <> (a.spelt <= b.spelt COLLATE "C")
   OR (a.code > b.code) <> (b.code < a.code)
   OR (a.code >= b.code) <> (b.code <= a.code)
   OR (a.code = b.code) <> (a.spelt = b.spelt)
   OR (a.code <> b.code) = (a.code = b.code)
   OR sign(icd9cm3_cmp(a.code, b.code)) <> (a.code > b.code)::int - (a.code < b.code)::int;
-- antisymmetric and transitive, over every three of a few; equal exactly if cmp is 0
WITH few AS (SELECT spelt, code FROM icd9cm3_code ORDER BY icd9cm3_hash(code) LIMIT 64)
SELECT a.spelt, b.spelt, c.spelt FROM few a, few b, few c
WHERE (a.code <= b.code AND b.code <= c.code AND NOT a.code <= c.code)
   OR (a.code <= b.code AND b.code <= a.code) <> (a.code = b.code)
   OR (a.code = b.code) <> (icd9cm3_cmp(a.code, b.code) = 0)
   OR icd9cm3_cmp(a.code, b.code) <> - icd9cm3_cmp(b.code, a.code);
-- different values are sent as different bytes, in the order of the values
SELECT a.spelt, b.spelt FROM icd9cm3_code a, icd9cm3_code b
WHERE (a.code < b.code) <> (icd9cm3_send(a.code) < icd9cm3_send(b.code));
-- equal values hash alike, the low half of the 64-bit hash is the 32-bit one,
-- and a seed matters
SELECT spelt FROM icd9cm3_code
WHERE icd9cm3_hash(code) <> icd9cm3_hash(spelt::icd9cm3)
   OR (icd9cm3_hash_extended(code, 0) & 4294967295) <> (icd9cm3_hash(code)::bigint & 4294967295)
   OR icd9cm3_hash_extended(code, 1) = icd9cm3_hash_extended(code, 0);
SELECT count(*) - count(DISTINCT icd9cm3_hash_extended(code, 0)) AS collisions FROM icd9cm3_code;
-- within is prefix of the text, by an independent definition
SELECT a.spelt, b.spelt FROM icd9cm3_code a, icd9cm3_code b
WHERE (a.code <@ b.code) <> starts_with(a.spelt, b.spelt)
   OR (b.code @> a.code) <> starts_with(a.spelt, b.spelt)
   OR is_within(a.code, b.code) <> starts_with(a.spelt, b.spelt)
   OR contains_code(b.code, a.code) <> starts_with(a.spelt, b.spelt);
-- one character changed: a code exactly if the regular expression says so
WITH changed AS (
    SELECT DISTINCT overlay(spelt PLACING c FROM n FOR 1) AS spelt
    FROM icd9cm3_full, generate_series(1, length(spelt)) AS n,
         regexp_split_to_table('0 1 9 A X x Z . + * ~ / - _', ' ') AS c)
SELECT spelt FROM changed
WHERE COALESCE(try_icd9cm3(spelt)::text = spelt, false)
      <> (spelt ~ '^([0-9]{2}(\.([0-9]([0-9x]([0-9]([0-9](x[0-9]{0,3})?)?)?)?)?)?|[0-9]{2}\.[0-9]{3}x[0-9]{0,4}|17\.9[0-9]{2}[0-9A-Z][0-9]?)$');
-- sorting, a btree and a hash index give the same
CREATE TEMPORARY TABLE icd9cm3_many AS
SELECT code, spelt, i FROM icd9cm3_code, generate_series(1, 20) AS i;
CREATE INDEX icd9cm3_btree ON icd9cm3_many (code);
CREATE INDEX icd9cm3_hash_index ON icd9cm3_many USING hash (code);
ANALYZE icd9cm3_many;
SELECT amvalidate(oid) FROM pg_opclass
WHERE opcintype = 'icd9cm3'::regtype ORDER BY opcmethod;
SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT code FROM icd9cm3_many ORDER BY code;
CREATE TEMPORARY TABLE icd9cm3_by_index AS
SELECT row_number() OVER () AS n, code FROM (SELECT code FROM icd9cm3_many ORDER BY code) AS s;
RESET enable_sort; SET enable_seqscan = on; SET enable_indexscan = off; SET enable_indexonlyscan = off;
CREATE TEMPORARY TABLE icd9cm3_by_sort AS
SELECT row_number() OVER () AS n, code FROM (SELECT code FROM icd9cm3_many ORDER BY code) AS s;
RESET ALL; SET search_path = medsup, public;
SELECT count(*) FILTER (WHERE i.code IS DISTINCT FROM s.code) AS differ
FROM icd9cm3_by_index i FULL JOIN icd9cm3_by_sort s USING (n);
SELECT count(*) FROM (SELECT code, lag(spelt) OVER (ORDER BY code) AS before, spelt FROM icd9cm3_many) AS s
WHERE before > spelt COLLATE "C";
-- joins: hash and merge find what a nested loop finds
SET enable_nestloop = off; SET enable_mergejoin = off;
SELECT count(*) FROM icd9cm3_many a JOIN icd9cm3_code b USING (code);
SET enable_mergejoin = on; SET enable_hashjoin = off;
SELECT count(*) FROM icd9cm3_many a JOIN icd9cm3_code b USING (code);
RESET ALL; SET search_path = medsup, public;
SELECT count(*) = (SELECT count(*) FROM icd9cm3_many) AS same FROM icd9cm3_many a JOIN icd9cm3_code b ON a.spelt = b.spelt;
-- duplicates share index entries (equal values are equal bits)
CREATE TEMPORARY TABLE icd9cm3_same AS SELECT code FROM icd9cm3_code LIMIT 1;
INSERT INTO icd9cm3_same SELECT s.code FROM icd9cm3_same s, generate_series(1, 9999);
CREATE INDEX icd9cm3_same_dedup ON icd9cm3_same (code);
CREATE INDEX icd9cm3_same_plain ON icd9cm3_same (code) WITH (deduplicate_items = off);
SELECT pg_relation_size('icd9cm3_same_dedup') < pg_relation_size('icd9cm3_same_plain') / 2 AS deduplicated;
-- hash partitions: each value in one, found by pruning
CREATE TEMPORARY TABLE icd9cm3_part (code icd9cm3, spelt text) PARTITION BY HASH (code);
CREATE TEMPORARY TABLE icd9cm3_part0 PARTITION OF icd9cm3_part FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TEMPORARY TABLE icd9cm3_part1 PARTITION OF icd9cm3_part FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TEMPORARY TABLE icd9cm3_part2 PARTITION OF icd9cm3_part FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO icd9cm3_part SELECT code, spelt FROM icd9cm3_code;
SELECT tableoid::regclass AS part, count(*) FROM icd9cm3_part GROUP BY 1 ORDER BY tableoid::regclass::text COLLATE "C";
SELECT c.spelt FROM icd9cm3_code c WHERE NOT EXISTS (SELECT FROM icd9cm3_part p WHERE p.code = c.spelt::icd9cm3);

-- ---------------------------------------------------------------- fee_item
CREATE TEMPORARY TABLE fee_item_full (spelt text);
INSERT INTO fee_item_full SELECT regexp_split_to_table(
'XB01ACA056A012030101554 XB01ACA056A012010100799 XV08CAG004B002020101445 XZ99ZZZ999Z999999999999 ZA04CAE0023010100166
ZZ01AAZ0169010305115 T001700368 T511702879 T0017003680123456789 J0A1B2C3D4E5F6G7
JZZZZZZZZZZZZZZZ C0101010011303807555 C01010100113038075551234567 003401000230600 013105170010000
331200000000000 999999999999999 ~110200002a ~HC12345 ~hc12345
~._/- ~zzzzzzzzzzzzzzzz', '\s+');
-- all prefixes that are codes
CREATE TEMPORARY TABLE fee_item_code AS
SELECT DISTINCT left(spelt, n) AS spelt, try_fee_item(left(spelt, n)) AS code
FROM fee_item_full, generate_series(1, length(spelt)) AS n
WHERE left(spelt, n) ~ '^([0-9]{1,15}|C[0-9]{0,26}|J[0-9A-Z]{0,15}|T[0-9]{0,19}|~[0-9A-Za-z._/-]{1,16}|X([A-Z]([0-9]([0-9]([A-Z]([A-Z]([A-Z]([0-9]([0-9]([0-9]([A-Z]([0-9]{0,12})?)?)?)?)?)?)?)?)?)?)?|Z([A-Z]([0-9]([0-9]([A-Z]([A-Z]([A-Z]([0-9]{0,13})?)?)?)?)?)?)?)$';
SELECT count(*) AS codes, count(code) AS read FROM fee_item_code;
-- a text prints back
SELECT spelt FROM fee_item_code WHERE spelt IS DISTINCT FROM code::text;
-- order is C collation; the operators agree with each other and with cmp
SELECT a.spelt, b.spelt FROM fee_item_code a, fee_item_code b
WHERE (a.code < b.code) <> (a.spelt < b.spelt COLLATE "C")
   OR (a.code <= b.code) <> (a.spelt <= b.spelt COLLATE "C")
   OR (a.code > b.code) <> (b.code < a.code)
   OR (a.code >= b.code) <> (b.code <= a.code)
   OR (a.code = b.code) <> (a.spelt = b.spelt)
   OR (a.code <> b.code) = (a.code = b.code)
   OR sign(fee_item_cmp(a.code, b.code)) <> (a.code > b.code)::int - (a.code < b.code)::int;
-- antisymmetric and transitive, over every three of a few; equal exactly if cmp is 0
WITH few AS (SELECT spelt, code FROM fee_item_code ORDER BY fee_item_hash(code) LIMIT 64)
SELECT a.spelt, b.spelt, c.spelt FROM few a, few b, few c
WHERE (a.code <= b.code AND b.code <= c.code AND NOT a.code <= c.code)
   OR (a.code <= b.code AND b.code <= a.code) <> (a.code = b.code)
   OR (a.code = b.code) <> (fee_item_cmp(a.code, b.code) = 0)
   OR fee_item_cmp(a.code, b.code) <> - fee_item_cmp(b.code, a.code);
-- different values are sent as different bytes, in the order of the values
SELECT a.spelt, b.spelt FROM fee_item_code a, fee_item_code b
WHERE (a.code < b.code) <> (fee_item_send(a.code) < fee_item_send(b.code));
-- equal values hash alike, the low half of the 64-bit hash is the 32-bit one,
-- and a seed matters
SELECT spelt FROM fee_item_code
WHERE fee_item_hash(code) <> fee_item_hash(spelt::fee_item)
   OR (fee_item_hash_extended(code, 0) & 4294967295) <> (fee_item_hash(code)::bigint & 4294967295)
   OR fee_item_hash_extended(code, 1) = fee_item_hash_extended(code, 0);
SELECT count(*) - count(DISTINCT fee_item_hash_extended(code, 0)) AS collisions FROM fee_item_code;
-- within is prefix of the text, by an independent definition
SELECT a.spelt, b.spelt FROM fee_item_code a, fee_item_code b
WHERE (a.code <@ b.code) <> starts_with(a.spelt, b.spelt)
   OR (b.code @> a.code) <> starts_with(a.spelt, b.spelt)
   OR is_within(a.code, b.code) <> starts_with(a.spelt, b.spelt)
   OR contains_code(b.code, a.code) <> starts_with(a.spelt, b.spelt);
-- one character changed: a code exactly if the regular expression says so
WITH changed AS (
    SELECT DISTINCT overlay(spelt PLACING c FROM n FOR 1) AS spelt
    FROM fee_item_full, generate_series(1, length(spelt)) AS n,
         regexp_split_to_table('0 1 9 A X x Z . + * ~ / - _', ' ') AS c)
SELECT spelt FROM changed
WHERE COALESCE(try_fee_item(spelt)::text = spelt, false)
      <> (spelt ~ '^([0-9]{1,15}|C[0-9]{0,26}|J[0-9A-Z]{0,15}|T[0-9]{0,19}|~[0-9A-Za-z._/-]{1,16}|X([A-Z]([0-9]([0-9]([A-Z]([A-Z]([A-Z]([0-9]([0-9]([0-9]([A-Z]([0-9]{0,12})?)?)?)?)?)?)?)?)?)?)?|Z([A-Z]([0-9]([0-9]([A-Z]([A-Z]([A-Z]([0-9]{0,13})?)?)?)?)?)?)?)$');
-- sorting, a btree and a hash index give the same
CREATE TEMPORARY TABLE fee_item_many AS
SELECT code, spelt, i FROM fee_item_code, generate_series(1, 20) AS i;
CREATE INDEX fee_item_btree ON fee_item_many (code);
CREATE INDEX fee_item_hash_index ON fee_item_many USING hash (code);
ANALYZE fee_item_many;
SELECT amvalidate(oid) FROM pg_opclass
WHERE opcintype = 'fee_item'::regtype ORDER BY opcmethod;
SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT code FROM fee_item_many ORDER BY code;
CREATE TEMPORARY TABLE fee_item_by_index AS
SELECT row_number() OVER () AS n, code FROM (SELECT code FROM fee_item_many ORDER BY code) AS s;
RESET enable_sort; SET enable_seqscan = on; SET enable_indexscan = off; SET enable_indexonlyscan = off;
CREATE TEMPORARY TABLE fee_item_by_sort AS
SELECT row_number() OVER () AS n, code FROM (SELECT code FROM fee_item_many ORDER BY code) AS s;
RESET ALL; SET search_path = medsup, public;
SELECT count(*) FILTER (WHERE i.code IS DISTINCT FROM s.code) AS differ
FROM fee_item_by_index i FULL JOIN fee_item_by_sort s USING (n);
SELECT count(*) FROM (SELECT code, lag(spelt) OVER (ORDER BY code) AS before, spelt FROM fee_item_many) AS s
WHERE before > spelt COLLATE "C";
-- joins: hash and merge find what a nested loop finds
SET enable_nestloop = off; SET enable_mergejoin = off;
SELECT count(*) FROM fee_item_many a JOIN fee_item_code b USING (code);
SET enable_mergejoin = on; SET enable_hashjoin = off;
SELECT count(*) FROM fee_item_many a JOIN fee_item_code b USING (code);
RESET ALL; SET search_path = medsup, public;
SELECT count(*) = (SELECT count(*) FROM fee_item_many) AS same FROM fee_item_many a JOIN fee_item_code b ON a.spelt = b.spelt;
-- duplicates share index entries (equal values are equal bits)
CREATE TEMPORARY TABLE fee_item_same AS SELECT code FROM fee_item_code LIMIT 1;
INSERT INTO fee_item_same SELECT s.code FROM fee_item_same s, generate_series(1, 9999);
CREATE INDEX fee_item_same_dedup ON fee_item_same (code);
CREATE INDEX fee_item_same_plain ON fee_item_same (code) WITH (deduplicate_items = off);
SELECT pg_relation_size('fee_item_same_dedup') < pg_relation_size('fee_item_same_plain') / 2 AS deduplicated;
-- hash partitions: each value in one, found by pruning
CREATE TEMPORARY TABLE fee_item_part (code fee_item, spelt text) PARTITION BY HASH (code);
CREATE TEMPORARY TABLE fee_item_part0 PARTITION OF fee_item_part FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TEMPORARY TABLE fee_item_part1 PARTITION OF fee_item_part FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TEMPORARY TABLE fee_item_part2 PARTITION OF fee_item_part FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO fee_item_part SELECT code, spelt FROM fee_item_code;
SELECT tableoid::regclass AS part, count(*) FROM fee_item_part GROUP BY 1 ORDER BY tableoid::regclass::text COLLATE "C";
SELECT c.spelt FROM fee_item_code c WHERE NOT EXISTS (SELECT FROM fee_item_part p WHERE p.code = c.spelt::fee_item);
