-- The floor: one parallel pass over lines and visits that looks at each column.
CREATE FUNCTION bench.touch_step(bigint, VARIADIC "any") RETURNS bigint
LANGUAGE c IMMUTABLE PARALLEL SAFE AS :'module', 'bench_touch';
CREATE AGGREGATE bench.touch(VARIADIC "any") (SFUNC = bench.touch_step, STYPE = bigint, INITCOND = '0', COMBINEFUNC = int8pl, PARALLEL = safe);
