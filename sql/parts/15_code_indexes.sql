-- Indexes of the code types beyond btree and hash: BRIN for large tables that
-- are filled in some order, GIN for arrays of codes.

-- BRIN.  The server's functions do the work; ours only refuse the columns
-- that those cannot serve.
CREATE FUNCTION medsup.brin_minmax_opcinfo(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_brin_minmax_opcinfo'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.brin_minmax_opcinfo(internal) IS 'BRIN minmax support: describes the summary of a column';

CREATE FUNCTION medsup.brin_minmax_multi_opcinfo(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_brin_minmax_multi_opcinfo'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.brin_minmax_multi_opcinfo(internal) IS 'BRIN minmax-multi support: describes the summary of a column';

-- icd10, BRIN

CREATE OPERATOR FAMILY medsup.icd10_minmax_ops USING brin;
COMMENT ON OPERATOR FAMILY medsup.icd10_minmax_ops USING brin IS 'least and greatest icd10 of a block range';
CREATE OPERATOR CLASS medsup.icd10_minmax_ops
    DEFAULT FOR TYPE medsup.icd10 USING brin FAMILY medsup.icd10_minmax_ops AS
    OPERATOR 1 medsup.<,
    OPERATOR 2 medsup.<=,
    OPERATOR 3 medsup.=,
    OPERATOR 4 medsup.>=,
    OPERATOR 5 medsup.>,
    FUNCTION 1 medsup.brin_minmax_opcinfo(internal),
    FUNCTION 2 pg_catalog.brin_minmax_add_value(internal, internal, internal, internal),
    FUNCTION 3 pg_catalog.brin_minmax_consistent(internal, internal, internal),
    FUNCTION 4 pg_catalog.brin_minmax_union(internal, internal, internal);
COMMENT ON OPERATOR CLASS medsup.icd10_minmax_ops USING brin IS 'least and greatest icd10 of a block range';

CREATE FUNCTION medsup.icd10_distance(medsup.icd10, medsup.icd10) RETURNS double precision
    AS 'MODULE_PATHNAME', 'medsup_code8_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_distance(medsup.icd10, medsup.icd10) IS 'how far the second code sorts behind the first; support function of BRIN';

CREATE OPERATOR FAMILY medsup.icd10_minmax_multi_ops USING brin;
COMMENT ON OPERATOR FAMILY medsup.icd10_minmax_multi_ops USING brin IS 'intervals of icd10 in a block range';
CREATE OPERATOR CLASS medsup.icd10_minmax_multi_ops
    FOR TYPE medsup.icd10 USING brin FAMILY medsup.icd10_minmax_multi_ops AS
    OPERATOR 1 medsup.<,
    OPERATOR 2 medsup.<=,
    OPERATOR 3 medsup.=,
    OPERATOR 4 medsup.>=,
    OPERATOR 5 medsup.>,
    FUNCTION 1 medsup.brin_minmax_multi_opcinfo(internal),
    FUNCTION 2 pg_catalog.brin_minmax_multi_add_value(internal, internal, internal, internal),
    FUNCTION 3 pg_catalog.brin_minmax_multi_consistent(internal, internal, internal, integer),
    FUNCTION 4 pg_catalog.brin_minmax_multi_union(internal, internal, internal),
    FUNCTION 5 pg_catalog.brin_minmax_multi_options(internal),
    FUNCTION 11 medsup.icd10_distance(medsup.icd10, medsup.icd10);
COMMENT ON OPERATOR CLASS medsup.icd10_minmax_multi_ops USING brin IS 'intervals of icd10 in a block range';

CREATE OPERATOR FAMILY medsup.icd10_bloom_ops USING brin;
COMMENT ON OPERATOR FAMILY medsup.icd10_bloom_ops USING brin IS 'Bloom filter of the icd10 values of a block range';
CREATE OPERATOR CLASS medsup.icd10_bloom_ops
    FOR TYPE medsup.icd10 USING brin FAMILY medsup.icd10_bloom_ops AS
    OPERATOR 1 medsup.=,
    FUNCTION 1 pg_catalog.brin_bloom_opcinfo(internal),
    FUNCTION 2 pg_catalog.brin_bloom_add_value(internal, internal, internal, internal),
    FUNCTION 3 pg_catalog.brin_bloom_consistent(internal, internal, internal, integer),
    FUNCTION 4 pg_catalog.brin_bloom_union(internal, internal, internal),
    FUNCTION 5 pg_catalog.brin_bloom_options(internal),
    FUNCTION 11 medsup.icd10_hash(medsup.icd10);
COMMENT ON OPERATOR CLASS medsup.icd10_bloom_ops USING brin IS 'Bloom filter of the icd10 values of a block range';

-- icd9cm3, BRIN

CREATE OPERATOR FAMILY medsup.icd9cm3_minmax_ops USING brin;
COMMENT ON OPERATOR FAMILY medsup.icd9cm3_minmax_ops USING brin IS 'least and greatest icd9cm3 of a block range';
CREATE OPERATOR CLASS medsup.icd9cm3_minmax_ops
    DEFAULT FOR TYPE medsup.icd9cm3 USING brin FAMILY medsup.icd9cm3_minmax_ops AS
    OPERATOR 1 medsup.<,
    OPERATOR 2 medsup.<=,
    OPERATOR 3 medsup.=,
    OPERATOR 4 medsup.>=,
    OPERATOR 5 medsup.>,
    FUNCTION 1 medsup.brin_minmax_opcinfo(internal),
    FUNCTION 2 pg_catalog.brin_minmax_add_value(internal, internal, internal, internal),
    FUNCTION 3 pg_catalog.brin_minmax_consistent(internal, internal, internal),
    FUNCTION 4 pg_catalog.brin_minmax_union(internal, internal, internal);
COMMENT ON OPERATOR CLASS medsup.icd9cm3_minmax_ops USING brin IS 'least and greatest icd9cm3 of a block range';

CREATE FUNCTION medsup.icd9cm3_distance(medsup.icd9cm3, medsup.icd9cm3) RETURNS double precision
    AS 'MODULE_PATHNAME', 'medsup_code8_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_distance(medsup.icd9cm3, medsup.icd9cm3) IS 'how far the second code sorts behind the first; support function of BRIN';

CREATE OPERATOR FAMILY medsup.icd9cm3_minmax_multi_ops USING brin;
COMMENT ON OPERATOR FAMILY medsup.icd9cm3_minmax_multi_ops USING brin IS 'intervals of icd9cm3 in a block range';
CREATE OPERATOR CLASS medsup.icd9cm3_minmax_multi_ops
    FOR TYPE medsup.icd9cm3 USING brin FAMILY medsup.icd9cm3_minmax_multi_ops AS
    OPERATOR 1 medsup.<,
    OPERATOR 2 medsup.<=,
    OPERATOR 3 medsup.=,
    OPERATOR 4 medsup.>=,
    OPERATOR 5 medsup.>,
    FUNCTION 1 medsup.brin_minmax_multi_opcinfo(internal),
    FUNCTION 2 pg_catalog.brin_minmax_multi_add_value(internal, internal, internal, internal),
    FUNCTION 3 pg_catalog.brin_minmax_multi_consistent(internal, internal, internal, integer),
    FUNCTION 4 pg_catalog.brin_minmax_multi_union(internal, internal, internal),
    FUNCTION 5 pg_catalog.brin_minmax_multi_options(internal),
    FUNCTION 11 medsup.icd9cm3_distance(medsup.icd9cm3, medsup.icd9cm3);
COMMENT ON OPERATOR CLASS medsup.icd9cm3_minmax_multi_ops USING brin IS 'intervals of icd9cm3 in a block range';

CREATE OPERATOR FAMILY medsup.icd9cm3_bloom_ops USING brin;
COMMENT ON OPERATOR FAMILY medsup.icd9cm3_bloom_ops USING brin IS 'Bloom filter of the icd9cm3 values of a block range';
CREATE OPERATOR CLASS medsup.icd9cm3_bloom_ops
    FOR TYPE medsup.icd9cm3 USING brin FAMILY medsup.icd9cm3_bloom_ops AS
    OPERATOR 1 medsup.=,
    FUNCTION 1 pg_catalog.brin_bloom_opcinfo(internal),
    FUNCTION 2 pg_catalog.brin_bloom_add_value(internal, internal, internal, internal),
    FUNCTION 3 pg_catalog.brin_bloom_consistent(internal, internal, internal, integer),
    FUNCTION 4 pg_catalog.brin_bloom_union(internal, internal, internal),
    FUNCTION 5 pg_catalog.brin_bloom_options(internal),
    FUNCTION 11 medsup.icd9cm3_hash(medsup.icd9cm3);
COMMENT ON OPERATOR CLASS medsup.icd9cm3_bloom_ops USING brin IS 'Bloom filter of the icd9cm3 values of a block range';

-- fee_item, BRIN

CREATE OPERATOR FAMILY medsup.fee_item_minmax_ops USING brin;
COMMENT ON OPERATOR FAMILY medsup.fee_item_minmax_ops USING brin IS 'least and greatest fee_item of a block range';
CREATE OPERATOR CLASS medsup.fee_item_minmax_ops
    DEFAULT FOR TYPE medsup.fee_item USING brin FAMILY medsup.fee_item_minmax_ops AS
    OPERATOR 1 medsup.<,
    OPERATOR 2 medsup.<=,
    OPERATOR 3 medsup.=,
    OPERATOR 4 medsup.>=,
    OPERATOR 5 medsup.>,
    FUNCTION 1 medsup.brin_minmax_opcinfo(internal),
    FUNCTION 2 pg_catalog.brin_minmax_add_value(internal, internal, internal, internal),
    FUNCTION 3 pg_catalog.brin_minmax_consistent(internal, internal, internal),
    FUNCTION 4 pg_catalog.brin_minmax_union(internal, internal, internal);
COMMENT ON OPERATOR CLASS medsup.fee_item_minmax_ops USING brin IS 'least and greatest fee_item of a block range';

CREATE FUNCTION medsup.fee_item_distance(medsup.fee_item, medsup.fee_item) RETURNS double precision
    AS 'MODULE_PATHNAME', 'medsup_fee_item_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_distance(medsup.fee_item, medsup.fee_item) IS 'how far the second code sorts behind the first; support function of BRIN';

CREATE OPERATOR FAMILY medsup.fee_item_minmax_multi_ops USING brin;
COMMENT ON OPERATOR FAMILY medsup.fee_item_minmax_multi_ops USING brin IS 'intervals of fee_item in a block range';
CREATE OPERATOR CLASS medsup.fee_item_minmax_multi_ops
    FOR TYPE medsup.fee_item USING brin FAMILY medsup.fee_item_minmax_multi_ops AS
    OPERATOR 1 medsup.<,
    OPERATOR 2 medsup.<=,
    OPERATOR 3 medsup.=,
    OPERATOR 4 medsup.>=,
    OPERATOR 5 medsup.>,
    FUNCTION 1 medsup.brin_minmax_multi_opcinfo(internal),
    FUNCTION 2 pg_catalog.brin_minmax_multi_add_value(internal, internal, internal, internal),
    FUNCTION 3 pg_catalog.brin_minmax_multi_consistent(internal, internal, internal, integer),
    FUNCTION 4 pg_catalog.brin_minmax_multi_union(internal, internal, internal),
    FUNCTION 5 pg_catalog.brin_minmax_multi_options(internal),
    FUNCTION 11 medsup.fee_item_distance(medsup.fee_item, medsup.fee_item);
COMMENT ON OPERATOR CLASS medsup.fee_item_minmax_multi_ops USING brin IS 'intervals of fee_item in a block range';

CREATE OPERATOR FAMILY medsup.fee_item_bloom_ops USING brin;
COMMENT ON OPERATOR FAMILY medsup.fee_item_bloom_ops USING brin IS 'Bloom filter of the fee_item values of a block range';
CREATE OPERATOR CLASS medsup.fee_item_bloom_ops
    FOR TYPE medsup.fee_item USING brin FAMILY medsup.fee_item_bloom_ops AS
    OPERATOR 1 medsup.=,
    FUNCTION 1 pg_catalog.brin_bloom_opcinfo(internal),
    FUNCTION 2 pg_catalog.brin_bloom_add_value(internal, internal, internal, internal),
    FUNCTION 3 pg_catalog.brin_bloom_consistent(internal, internal, internal, integer),
    FUNCTION 4 pg_catalog.brin_bloom_union(internal, internal, internal),
    FUNCTION 5 pg_catalog.brin_bloom_options(internal),
    FUNCTION 11 medsup.fee_item_hash(medsup.fee_item);
COMMENT ON OPERATOR CLASS medsup.fee_item_bloom_ops USING brin IS 'Bloom filter of the fee_item values of a block range';

-- Arrays.  array @@ node and array @@ set ask whether any code of the array
-- lies within; NULL in the array counts for nothing.  any_within and
-- contains_any are the same without medsup in search_path.
CREATE FUNCTION medsup.any_within_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_any_within_support'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.any_within_support(internal) IS 'planner support of any_within and contains_any';

CREATE FUNCTION medsup.any_within_sel(internal, oid, internal, integer) RETURNS double precision
    AS 'MODULE_PATHNAME', 'medsup_any_within_sel'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.any_within_sel(internal, oid, internal, integer) IS 'restriction selectivity of @@ on arrays of codes';

CREATE FUNCTION medsup.any_within_joinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    AS 'MODULE_PATHNAME', 'medsup_any_within_joinsel'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.any_within_joinsel(internal, oid, internal, smallint, internal) IS 'join selectivity of @@ on arrays of codes';

CREATE FUNCTION medsup.code_gin_consistent(internal, smallint, anyarray, integer, internal, internal, internal, internal) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code_gin_consistent'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.code_gin_consistent(internal, smallint, anyarray, integer, internal, internal, internal, internal) IS 'GIN support: whether a row with these keys matches';

CREATE FUNCTION medsup.code_gin_triconsistent(internal, smallint, anyarray, integer, internal, internal, internal) RETURNS "char"
    AS 'MODULE_PATHNAME', 'medsup_code_gin_triconsistent'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.code_gin_triconsistent(internal, smallint, anyarray, integer, internal, internal, internal) IS 'GIN support: the same with keys that are not known';

-- icd10, arrays

CREATE FUNCTION medsup.any_within(codes medsup.icd10[], node medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_icd10_any_within'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT medsup.any_within_support;
COMMENT ON FUNCTION medsup.any_within(codes medsup.icd10[], node medsup.icd10) IS 'whether any diagnosis of the array lies within the node';

CREATE FUNCTION medsup.contains_any(node medsup.icd10, codes medsup.icd10[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_icd10_contains_any'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT medsup.any_within_support;
COMMENT ON FUNCTION medsup.contains_any(node medsup.icd10, codes medsup.icd10[]) IS 'whether the node contains any diagnosis of the array';

CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.any_within,
    LEFTARG = medsup.icd10[],
    RIGHTARG = medsup.icd10,
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.icd10[], medsup.icd10) IS 'has a code within the node';
CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.contains_any,
    LEFTARG = medsup.icd10,
    RIGHTARG = medsup.icd10[],
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.icd10, medsup.icd10[]) IS 'contains a code of the array';

CREATE FUNCTION medsup.any_within(codes medsup.icd10[], set medsup.icd10multirange) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_any_within_set'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT medsup.any_within_support;
COMMENT ON FUNCTION medsup.any_within(codes medsup.icd10[], set medsup.icd10multirange) IS 'whether any diagnosis of the array lies within the set';

CREATE FUNCTION medsup.contains_any(set medsup.icd10multirange, codes medsup.icd10[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_set_contains_any'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT medsup.any_within_support;
COMMENT ON FUNCTION medsup.contains_any(set medsup.icd10multirange, codes medsup.icd10[]) IS 'whether the set contains any diagnosis of the array';

CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.any_within,
    LEFTARG = medsup.icd10[],
    RIGHTARG = medsup.icd10multirange,
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.icd10[], medsup.icd10multirange) IS 'has a code within the set';
CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.contains_any,
    LEFTARG = medsup.icd10multirange,
    RIGHTARG = medsup.icd10[],
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.icd10multirange, medsup.icd10[]) IS 'contains a code of the array';

-- The same with a set as rule authors write it; also what makes a plain
-- literal, codes @@ 'I20', one of these and not ambiguous.  They become the
-- operator of the index itself, so that no row is looked at again.
CREATE FUNCTION medsup.any_within(codes medsup.icd10[], set text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN $1 OPERATOR(medsup.@@) medsup.icd10_set($2);
COMMENT ON FUNCTION medsup.any_within(codes medsup.icd10[], set text) IS 'whether any diagnosis of the array lies within the set, which icd10_set reads';

CREATE FUNCTION medsup.contains_any(set text, codes medsup.icd10[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN $2 OPERATOR(medsup.@@) medsup.icd10_set($1);
COMMENT ON FUNCTION medsup.contains_any(set text, codes medsup.icd10[]) IS 'whether the set, which icd10_set reads, contains any diagnosis of the array';

CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.any_within,
    LEFTARG = medsup.icd10[],
    RIGHTARG = text,
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.icd10[], text) IS 'has a code within the set';
CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.contains_any,
    LEFTARG = text,
    RIGHTARG = medsup.icd10[],
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (text, medsup.icd10[]) IS 'contains a code of the array';

CREATE FUNCTION medsup.icd10_gin_extract_query(medsup.icd10[], internal, smallint, internal, internal, internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_icd10_gin_extract_query'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_gin_extract_query(medsup.icd10[], internal, smallint, internal, internal, internal, internal) IS 'GIN support: what to look for';

CREATE FUNCTION medsup.icd10_gin_compare_partial(medsup.icd10, medsup.icd10, smallint, internal) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_code8_gin_compare_partial'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_gin_compare_partial(medsup.icd10, medsup.icd10, smallint, internal) IS 'GIN support: whether a key lies within a piece of the order';

CREATE OPERATOR FAMILY medsup.icd10_array_ops USING gin;
COMMENT ON OPERATOR FAMILY medsup.icd10_array_ops USING gin IS 'the codes of an array of icd10';
CREATE OPERATOR CLASS medsup.icd10_array_ops
    DEFAULT FOR TYPE medsup.icd10[] USING gin FAMILY medsup.icd10_array_ops AS
    STORAGE medsup.icd10,
    OPERATOR 1 pg_catalog.&& (anyarray, anyarray),
    OPERATOR 2 pg_catalog.@> (anyarray, anyarray),
    OPERATOR 3 pg_catalog.<@ (anyarray, anyarray),
    OPERATOR 4 pg_catalog.= (anyarray, anyarray),
    OPERATOR 5 medsup.@@ (medsup.icd10[], medsup.icd10),
    OPERATOR 6 medsup.@@ (medsup.icd10[], medsup.icd10multirange),
    FUNCTION 1 medsup.icd10_cmp(medsup.icd10, medsup.icd10),
    FUNCTION 2 pg_catalog.ginarrayextract(anyarray, internal, internal),
    FUNCTION 3 medsup.icd10_gin_extract_query(medsup.icd10[], internal, smallint, internal, internal, internal, internal),
    FUNCTION 4 medsup.code_gin_consistent(internal, smallint, anyarray, integer, internal, internal, internal, internal),
    FUNCTION 5 medsup.icd10_gin_compare_partial(medsup.icd10, medsup.icd10, smallint, internal),
    FUNCTION 6 medsup.code_gin_triconsistent(internal, smallint, anyarray, integer, internal, internal, internal);
COMMENT ON OPERATOR CLASS medsup.icd10_array_ops USING gin IS 'the codes of an array of icd10';

-- icd9cm3, arrays

CREATE FUNCTION medsup.any_within(codes medsup.icd9cm3[], node medsup.icd9cm3) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_any_within'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT medsup.any_within_support;
COMMENT ON FUNCTION medsup.any_within(codes medsup.icd9cm3[], node medsup.icd9cm3) IS 'whether any operation of the array lies within the node';

CREATE FUNCTION medsup.contains_any(node medsup.icd9cm3, codes medsup.icd9cm3[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_contains_any'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT medsup.any_within_support;
COMMENT ON FUNCTION medsup.contains_any(node medsup.icd9cm3, codes medsup.icd9cm3[]) IS 'whether the node contains any operation of the array';

CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.any_within,
    LEFTARG = medsup.icd9cm3[],
    RIGHTARG = medsup.icd9cm3,
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.icd9cm3[], medsup.icd9cm3) IS 'has a code within the node';
CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.contains_any,
    LEFTARG = medsup.icd9cm3,
    RIGHTARG = medsup.icd9cm3[],
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.icd9cm3, medsup.icd9cm3[]) IS 'contains a code of the array';

CREATE FUNCTION medsup.any_within(codes medsup.icd9cm3[], set medsup.icd9cm3multirange) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_any_within_set'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT medsup.any_within_support;
COMMENT ON FUNCTION medsup.any_within(codes medsup.icd9cm3[], set medsup.icd9cm3multirange) IS 'whether any operation of the array lies within the set';

CREATE FUNCTION medsup.contains_any(set medsup.icd9cm3multirange, codes medsup.icd9cm3[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_set_contains_any'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT medsup.any_within_support;
COMMENT ON FUNCTION medsup.contains_any(set medsup.icd9cm3multirange, codes medsup.icd9cm3[]) IS 'whether the set contains any operation of the array';

CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.any_within,
    LEFTARG = medsup.icd9cm3[],
    RIGHTARG = medsup.icd9cm3multirange,
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.icd9cm3[], medsup.icd9cm3multirange) IS 'has a code within the set';
CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.contains_any,
    LEFTARG = medsup.icd9cm3multirange,
    RIGHTARG = medsup.icd9cm3[],
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.icd9cm3multirange, medsup.icd9cm3[]) IS 'contains a code of the array';

-- The same with a set as rule authors write it; also what makes a plain
-- literal, codes @@ 'I20', one of these and not ambiguous.
CREATE FUNCTION medsup.any_within(codes medsup.icd9cm3[], set text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN $1 OPERATOR(medsup.@@) medsup.icd9cm3_set($2);
COMMENT ON FUNCTION medsup.any_within(codes medsup.icd9cm3[], set text) IS 'whether any operation of the array lies within the set, which icd9cm3_set reads';

CREATE FUNCTION medsup.contains_any(set text, codes medsup.icd9cm3[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN $2 OPERATOR(medsup.@@) medsup.icd9cm3_set($1);
COMMENT ON FUNCTION medsup.contains_any(set text, codes medsup.icd9cm3[]) IS 'whether the set, which icd9cm3_set reads, contains any operation of the array';

CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.any_within,
    LEFTARG = medsup.icd9cm3[],
    RIGHTARG = text,
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.icd9cm3[], text) IS 'has a code within the set';
CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.contains_any,
    LEFTARG = text,
    RIGHTARG = medsup.icd9cm3[],
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (text, medsup.icd9cm3[]) IS 'contains a code of the array';

CREATE FUNCTION medsup.icd9cm3_gin_extract_query(medsup.icd9cm3[], internal, smallint, internal, internal, internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_gin_extract_query'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_gin_extract_query(medsup.icd9cm3[], internal, smallint, internal, internal, internal, internal) IS 'GIN support: what to look for';

CREATE FUNCTION medsup.icd9cm3_gin_compare_partial(medsup.icd9cm3, medsup.icd9cm3, smallint, internal) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_code8_gin_compare_partial'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_gin_compare_partial(medsup.icd9cm3, medsup.icd9cm3, smallint, internal) IS 'GIN support: whether a key lies within a piece of the order';

CREATE OPERATOR FAMILY medsup.icd9cm3_array_ops USING gin;
COMMENT ON OPERATOR FAMILY medsup.icd9cm3_array_ops USING gin IS 'the codes of an array of icd9cm3';
CREATE OPERATOR CLASS medsup.icd9cm3_array_ops
    DEFAULT FOR TYPE medsup.icd9cm3[] USING gin FAMILY medsup.icd9cm3_array_ops AS
    STORAGE medsup.icd9cm3,
    OPERATOR 1 pg_catalog.&& (anyarray, anyarray),
    OPERATOR 2 pg_catalog.@> (anyarray, anyarray),
    OPERATOR 3 pg_catalog.<@ (anyarray, anyarray),
    OPERATOR 4 pg_catalog.= (anyarray, anyarray),
    OPERATOR 5 medsup.@@ (medsup.icd9cm3[], medsup.icd9cm3),
    OPERATOR 6 medsup.@@ (medsup.icd9cm3[], medsup.icd9cm3multirange),
    FUNCTION 1 medsup.icd9cm3_cmp(medsup.icd9cm3, medsup.icd9cm3),
    FUNCTION 2 pg_catalog.ginarrayextract(anyarray, internal, internal),
    FUNCTION 3 medsup.icd9cm3_gin_extract_query(medsup.icd9cm3[], internal, smallint, internal, internal, internal, internal),
    FUNCTION 4 medsup.code_gin_consistent(internal, smallint, anyarray, integer, internal, internal, internal, internal),
    FUNCTION 5 medsup.icd9cm3_gin_compare_partial(medsup.icd9cm3, medsup.icd9cm3, smallint, internal),
    FUNCTION 6 medsup.code_gin_triconsistent(internal, smallint, anyarray, integer, internal, internal, internal);
COMMENT ON OPERATOR CLASS medsup.icd9cm3_array_ops USING gin IS 'the codes of an array of icd9cm3';

-- fee_item, arrays

CREATE FUNCTION medsup.any_within(codes medsup.fee_item[], node medsup.fee_item) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_any_within'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT medsup.any_within_support;
COMMENT ON FUNCTION medsup.any_within(codes medsup.fee_item[], node medsup.fee_item) IS 'whether any item of the array lies within the node';

CREATE FUNCTION medsup.contains_any(node medsup.fee_item, codes medsup.fee_item[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_contains_any'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT medsup.any_within_support;
COMMENT ON FUNCTION medsup.contains_any(node medsup.fee_item, codes medsup.fee_item[]) IS 'whether the node contains any item of the array';

CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.any_within,
    LEFTARG = medsup.fee_item[],
    RIGHTARG = medsup.fee_item,
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.fee_item[], medsup.fee_item) IS 'has a code within the node';
CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.contains_any,
    LEFTARG = medsup.fee_item,
    RIGHTARG = medsup.fee_item[],
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.fee_item, medsup.fee_item[]) IS 'contains a code of the array';

CREATE FUNCTION medsup.any_within(codes medsup.fee_item[], set medsup.fee_itemmultirange) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_any_within_set'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT medsup.any_within_support;
COMMENT ON FUNCTION medsup.any_within(codes medsup.fee_item[], set medsup.fee_itemmultirange) IS 'whether any item of the array lies within the set';

CREATE FUNCTION medsup.contains_any(set medsup.fee_itemmultirange, codes medsup.fee_item[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_set_contains_any'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT medsup.any_within_support;
COMMENT ON FUNCTION medsup.contains_any(set medsup.fee_itemmultirange, codes medsup.fee_item[]) IS 'whether the set contains any item of the array';

CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.any_within,
    LEFTARG = medsup.fee_item[],
    RIGHTARG = medsup.fee_itemmultirange,
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.fee_item[], medsup.fee_itemmultirange) IS 'has a code within the set';
CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.contains_any,
    LEFTARG = medsup.fee_itemmultirange,
    RIGHTARG = medsup.fee_item[],
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.fee_itemmultirange, medsup.fee_item[]) IS 'contains a code of the array';

-- The same with a set as rule authors write it; also what makes a plain
-- literal, codes @@ 'I20', one of these and not ambiguous.
CREATE FUNCTION medsup.any_within(codes medsup.fee_item[], set text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN $1 OPERATOR(medsup.@@) medsup.fee_item_set($2);
COMMENT ON FUNCTION medsup.any_within(codes medsup.fee_item[], set text) IS 'whether any item of the array lies within the set, which fee_item_set reads';

CREATE FUNCTION medsup.contains_any(set text, codes medsup.fee_item[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN $2 OPERATOR(medsup.@@) medsup.fee_item_set($1);
COMMENT ON FUNCTION medsup.contains_any(set text, codes medsup.fee_item[]) IS 'whether the set, which fee_item_set reads, contains any item of the array';

CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.any_within,
    LEFTARG = medsup.fee_item[],
    RIGHTARG = text,
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (medsup.fee_item[], text) IS 'has a code within the set';
CREATE OPERATOR medsup.@@ (
    FUNCTION = medsup.contains_any,
    LEFTARG = text,
    RIGHTARG = medsup.fee_item[],
    COMMUTATOR = OPERATOR(medsup.@@),
    RESTRICT = medsup.any_within_sel,
    JOIN = medsup.any_within_joinsel
);
COMMENT ON OPERATOR medsup.@@ (text, medsup.fee_item[]) IS 'contains a code of the array';

CREATE FUNCTION medsup.fee_item_gin_extract_query(medsup.fee_item[], internal, smallint, internal, internal, internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_fee_item_gin_extract_query'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_gin_extract_query(medsup.fee_item[], internal, smallint, internal, internal, internal, internal) IS 'GIN support: what to look for';

CREATE FUNCTION medsup.fee_item_gin_compare_partial(medsup.fee_item, medsup.fee_item, smallint, internal) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_fee_item_gin_compare_partial'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_gin_compare_partial(medsup.fee_item, medsup.fee_item, smallint, internal) IS 'GIN support: whether a key lies within a piece of the order';

CREATE OPERATOR FAMILY medsup.fee_item_array_ops USING gin;
COMMENT ON OPERATOR FAMILY medsup.fee_item_array_ops USING gin IS 'the codes of an array of fee_item';
CREATE OPERATOR CLASS medsup.fee_item_array_ops
    DEFAULT FOR TYPE medsup.fee_item[] USING gin FAMILY medsup.fee_item_array_ops AS
    STORAGE medsup.fee_item,
    OPERATOR 1 pg_catalog.&& (anyarray, anyarray),
    OPERATOR 2 pg_catalog.@> (anyarray, anyarray),
    OPERATOR 3 pg_catalog.<@ (anyarray, anyarray),
    OPERATOR 4 pg_catalog.= (anyarray, anyarray),
    OPERATOR 5 medsup.@@ (medsup.fee_item[], medsup.fee_item),
    OPERATOR 6 medsup.@@ (medsup.fee_item[], medsup.fee_itemmultirange),
    FUNCTION 1 medsup.fee_item_cmp(medsup.fee_item, medsup.fee_item),
    FUNCTION 2 pg_catalog.ginarrayextract(anyarray, internal, internal),
    FUNCTION 3 medsup.fee_item_gin_extract_query(medsup.fee_item[], internal, smallint, internal, internal, internal, internal),
    FUNCTION 4 medsup.code_gin_consistent(internal, smallint, anyarray, integer, internal, internal, internal, internal),
    FUNCTION 5 medsup.fee_item_gin_compare_partial(medsup.fee_item, medsup.fee_item, smallint, internal),
    FUNCTION 6 medsup.code_gin_triconsistent(internal, smallint, anyarray, integer, internal, internal, internal);
COMMENT ON OPERATOR CLASS medsup.fee_item_array_ops USING gin IS 'the codes of an array of fee_item';
