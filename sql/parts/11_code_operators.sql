-- Operators of the code types and what indexes, sorts, joins, grouping and
-- partitioning need.

-- The comparisons are leakproof, as those of the built-in types are: they fail
-- for no value and tell nothing but their answer.  Without that, neither an
-- index nor statistics could be used on a table with row security.

-- What the planner asks: conditions for indexes and partitions, and how many
-- rows lie within a node.

CREATE FUNCTION medsup.is_within_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_is_within_support'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.is_within_support(internal) IS 'planner support of is_within';

CREATE FUNCTION medsup.contains_code_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_contains_code_support'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.contains_code_support(internal) IS 'planner support of contains_code';

CREATE FUNCTION medsup.withinsel(internal, oid, internal, integer) RETURNS double precision
    AS 'MODULE_PATHNAME', 'medsup_withinsel'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.withinsel(internal, oid, internal, integer) IS 'restriction selectivity of <@ over codes';

CREATE FUNCTION medsup.withinjoinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    AS 'MODULE_PATHNAME', 'medsup_withinjoinsel'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.withinjoinsel(internal, oid, internal, smallint, internal) IS 'join selectivity of <@ over codes';

CREATE FUNCTION medsup.containssel(internal, oid, internal, integer) RETURNS double precision
    AS 'MODULE_PATHNAME', 'medsup_containssel'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.containssel(internal, oid, internal, integer) IS 'restriction selectivity of @> over codes';

CREATE FUNCTION medsup.containsjoinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    AS 'MODULE_PATHNAME', 'medsup_containsjoinsel'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.containsjoinsel(internal, oid, internal, smallint, internal) IS 'join selectivity of @> over codes';

-- icd10

CREATE FUNCTION medsup.icd10_eq(medsup.icd10, medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_eq'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_eq(medsup.icd10, medsup.icd10) IS 'implementation of = operator';

CREATE FUNCTION medsup.icd10_ne(medsup.icd10, medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_ne'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_ne(medsup.icd10, medsup.icd10) IS 'implementation of <> operator';

CREATE FUNCTION medsup.icd10_lt(medsup.icd10, medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_lt'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_lt(medsup.icd10, medsup.icd10) IS 'implementation of < operator';

CREATE FUNCTION medsup.icd10_le(medsup.icd10, medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_le'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_le(medsup.icd10, medsup.icd10) IS 'implementation of <= operator';

CREATE FUNCTION medsup.icd10_gt(medsup.icd10, medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_gt'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_gt(medsup.icd10, medsup.icd10) IS 'implementation of > operator';

CREATE FUNCTION medsup.icd10_ge(medsup.icd10, medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_ge'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_ge(medsup.icd10, medsup.icd10) IS 'implementation of >= operator';

CREATE OPERATOR medsup.= (
    FUNCTION = medsup.icd10_eq,
    LEFTARG = medsup.icd10,
    RIGHTARG = medsup.icd10,
    COMMUTATOR = OPERATOR(medsup.=),
    NEGATOR = OPERATOR(medsup.<>),
    RESTRICT = pg_catalog.eqsel,
    JOIN = pg_catalog.eqjoinsel,
    HASHES,
    MERGES
);
COMMENT ON OPERATOR medsup.= (medsup.icd10, medsup.icd10) IS 'equal';

CREATE OPERATOR medsup.<> (
    FUNCTION = medsup.icd10_ne,
    LEFTARG = medsup.icd10,
    RIGHTARG = medsup.icd10,
    COMMUTATOR = OPERATOR(medsup.<>),
    NEGATOR = OPERATOR(medsup.=),
    RESTRICT = pg_catalog.neqsel,
    JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR medsup.<> (medsup.icd10, medsup.icd10) IS 'not equal';

CREATE OPERATOR medsup.< (
    FUNCTION = medsup.icd10_lt,
    LEFTARG = medsup.icd10,
    RIGHTARG = medsup.icd10,
    COMMUTATOR = OPERATOR(medsup.>),
    NEGATOR = OPERATOR(medsup.>=),
    RESTRICT = pg_catalog.scalarltsel,
    JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR medsup.< (medsup.icd10, medsup.icd10) IS 'sorts before';

CREATE OPERATOR medsup.<= (
    FUNCTION = medsup.icd10_le,
    LEFTARG = medsup.icd10,
    RIGHTARG = medsup.icd10,
    COMMUTATOR = OPERATOR(medsup.>=),
    NEGATOR = OPERATOR(medsup.>),
    RESTRICT = pg_catalog.scalarlesel,
    JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR medsup.<= (medsup.icd10, medsup.icd10) IS 'sorts before or equal';

CREATE OPERATOR medsup.> (
    FUNCTION = medsup.icd10_gt,
    LEFTARG = medsup.icd10,
    RIGHTARG = medsup.icd10,
    COMMUTATOR = OPERATOR(medsup.<),
    NEGATOR = OPERATOR(medsup.<=),
    RESTRICT = pg_catalog.scalargtsel,
    JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR medsup.> (medsup.icd10, medsup.icd10) IS 'sorts after';

CREATE OPERATOR medsup.>= (
    FUNCTION = medsup.icd10_ge,
    LEFTARG = medsup.icd10,
    RIGHTARG = medsup.icd10,
    COMMUTATOR = OPERATOR(medsup.<=),
    NEGATOR = OPERATOR(medsup.<),
    RESTRICT = pg_catalog.scalargesel,
    JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR medsup.>= (medsup.icd10, medsup.icd10) IS 'sorts after or equal';

CREATE FUNCTION medsup.icd10_cmp(medsup.icd10, medsup.icd10) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_code8_cmp'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_cmp(medsup.icd10, medsup.icd10) IS 'less-equal-greater, in the C collation of the texts';

CREATE FUNCTION medsup.icd10_sortsupport(internal) RETURNS void
    AS 'MODULE_PATHNAME', 'medsup_code8_sortsupport'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_sortsupport(internal) IS 'sort support of icd10';

CREATE OPERATOR FAMILY medsup.icd10_ops USING btree;
COMMENT ON OPERATOR FAMILY medsup.icd10_ops USING btree IS 'order of icd10';
CREATE OPERATOR CLASS medsup.icd10_ops
    DEFAULT FOR TYPE medsup.icd10 USING btree FAMILY medsup.icd10_ops AS
    OPERATOR 1 medsup.<,
    OPERATOR 2 medsup.<=,
    OPERATOR 3 medsup.=,
    OPERATOR 4 medsup.>=,
    OPERATOR 5 medsup.>,
    FUNCTION 1 medsup.icd10_cmp(medsup.icd10, medsup.icd10),
    FUNCTION 2 medsup.icd10_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS medsup.icd10_ops USING btree IS 'order of icd10';

CREATE FUNCTION medsup.icd10_smaller(medsup.icd10, medsup.icd10) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_code8_smaller'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_smaller(medsup.icd10, medsup.icd10) IS 'the one that sorts first';

CREATE FUNCTION medsup.icd10_larger(medsup.icd10, medsup.icd10) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_code8_larger'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_larger(medsup.icd10, medsup.icd10) IS 'the one that sorts last';

CREATE AGGREGATE medsup.min(medsup.icd10) (
    SFUNC = medsup.icd10_smaller,
    STYPE = medsup.icd10,
    COMBINEFUNC = medsup.icd10_smaller,
    SORTOP = OPERATOR(medsup.<),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE medsup.min(medsup.icd10) IS 'the code that sorts first';

CREATE AGGREGATE medsup.max(medsup.icd10) (
    SFUNC = medsup.icd10_larger,
    STYPE = medsup.icd10,
    COMBINEFUNC = medsup.icd10_larger,
    SORTOP = OPERATOR(medsup.>),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE medsup.max(medsup.icd10) IS 'the code that sorts last';

CREATE FUNCTION medsup.icd10_hash(medsup.icd10) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_code8_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_hash(medsup.icd10) IS 'hash; the same on every machine and in every version';

CREATE FUNCTION medsup.icd10_hash_extended(medsup.icd10, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'medsup_code8_hash_extended'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_hash_extended(medsup.icd10, bigint) IS '64-bit hash with a seed; the same on every machine and in every version';

CREATE OPERATOR FAMILY medsup.icd10_ops USING hash;
COMMENT ON OPERATOR FAMILY medsup.icd10_ops USING hash IS 'hash of icd10';
CREATE OPERATOR CLASS medsup.icd10_ops
    DEFAULT FOR TYPE medsup.icd10 USING hash FAMILY medsup.icd10_ops AS
    OPERATOR 1 medsup.=,
    FUNCTION 1 medsup.icd10_hash(medsup.icd10),
    FUNCTION 2 medsup.icd10_hash_extended(medsup.icd10, bigint);
COMMENT ON OPERATOR CLASS medsup.icd10_ops USING hash IS 'hash of icd10';

-- The functions are the named twins of the operators: they work without
-- medsup in search_path.
CREATE FUNCTION medsup.is_within(code medsup.icd10, node medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_icd10_is_within'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.is_within_support;
COMMENT ON FUNCTION medsup.is_within(code medsup.icd10, node medsup.icd10) IS 'whether the diagnosis lies within the node: the text of the node is a prefix of its text';

CREATE FUNCTION medsup.contains_code(node medsup.icd10, code medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_icd10_contains_code'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.contains_code_support;
COMMENT ON FUNCTION medsup.contains_code(node medsup.icd10, code medsup.icd10) IS 'whether the node contains the diagnosis: its text is a prefix of the text of the diagnosis';

CREATE FUNCTION medsup.subtree_last(node medsup.icd10) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_icd10_subtree_last'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.subtree_last(node medsup.icd10) IS 'the last diagnosis in the order that can lie within the node';

CREATE OPERATOR medsup.<@ (
    FUNCTION = medsup.is_within,
    LEFTARG = medsup.icd10,
    RIGHTARG = medsup.icd10,
    COMMUTATOR = OPERATOR(medsup.@>),
    RESTRICT = medsup.withinsel,
    JOIN = medsup.withinjoinsel
);
COMMENT ON OPERATOR medsup.<@ (medsup.icd10, medsup.icd10) IS 'lies within the node';
CREATE OPERATOR medsup.@> (
    FUNCTION = medsup.contains_code,
    LEFTARG = medsup.icd10,
    RIGHTARG = medsup.icd10,
    COMMUTATOR = OPERATOR(medsup.<@),
    RESTRICT = medsup.containssel,
    JOIN = medsup.containsjoinsel
);
COMMENT ON OPERATOR medsup.@> (medsup.icd10, medsup.icd10) IS 'contains the code';

-- icd9cm3

CREATE FUNCTION medsup.icd9cm3_eq(medsup.icd9cm3, medsup.icd9cm3) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_eq'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_eq(medsup.icd9cm3, medsup.icd9cm3) IS 'implementation of = operator';

CREATE FUNCTION medsup.icd9cm3_ne(medsup.icd9cm3, medsup.icd9cm3) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_ne'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_ne(medsup.icd9cm3, medsup.icd9cm3) IS 'implementation of <> operator';

CREATE FUNCTION medsup.icd9cm3_lt(medsup.icd9cm3, medsup.icd9cm3) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_lt'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_lt(medsup.icd9cm3, medsup.icd9cm3) IS 'implementation of < operator';

CREATE FUNCTION medsup.icd9cm3_le(medsup.icd9cm3, medsup.icd9cm3) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_le'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_le(medsup.icd9cm3, medsup.icd9cm3) IS 'implementation of <= operator';

CREATE FUNCTION medsup.icd9cm3_gt(medsup.icd9cm3, medsup.icd9cm3) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_gt'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_gt(medsup.icd9cm3, medsup.icd9cm3) IS 'implementation of > operator';

CREATE FUNCTION medsup.icd9cm3_ge(medsup.icd9cm3, medsup.icd9cm3) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_ge'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_ge(medsup.icd9cm3, medsup.icd9cm3) IS 'implementation of >= operator';

CREATE OPERATOR medsup.= (
    FUNCTION = medsup.icd9cm3_eq,
    LEFTARG = medsup.icd9cm3,
    RIGHTARG = medsup.icd9cm3,
    COMMUTATOR = OPERATOR(medsup.=),
    NEGATOR = OPERATOR(medsup.<>),
    RESTRICT = pg_catalog.eqsel,
    JOIN = pg_catalog.eqjoinsel,
    HASHES,
    MERGES
);
COMMENT ON OPERATOR medsup.= (medsup.icd9cm3, medsup.icd9cm3) IS 'equal';

CREATE OPERATOR medsup.<> (
    FUNCTION = medsup.icd9cm3_ne,
    LEFTARG = medsup.icd9cm3,
    RIGHTARG = medsup.icd9cm3,
    COMMUTATOR = OPERATOR(medsup.<>),
    NEGATOR = OPERATOR(medsup.=),
    RESTRICT = pg_catalog.neqsel,
    JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR medsup.<> (medsup.icd9cm3, medsup.icd9cm3) IS 'not equal';

CREATE OPERATOR medsup.< (
    FUNCTION = medsup.icd9cm3_lt,
    LEFTARG = medsup.icd9cm3,
    RIGHTARG = medsup.icd9cm3,
    COMMUTATOR = OPERATOR(medsup.>),
    NEGATOR = OPERATOR(medsup.>=),
    RESTRICT = pg_catalog.scalarltsel,
    JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR medsup.< (medsup.icd9cm3, medsup.icd9cm3) IS 'sorts before';

CREATE OPERATOR medsup.<= (
    FUNCTION = medsup.icd9cm3_le,
    LEFTARG = medsup.icd9cm3,
    RIGHTARG = medsup.icd9cm3,
    COMMUTATOR = OPERATOR(medsup.>=),
    NEGATOR = OPERATOR(medsup.>),
    RESTRICT = pg_catalog.scalarlesel,
    JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR medsup.<= (medsup.icd9cm3, medsup.icd9cm3) IS 'sorts before or equal';

CREATE OPERATOR medsup.> (
    FUNCTION = medsup.icd9cm3_gt,
    LEFTARG = medsup.icd9cm3,
    RIGHTARG = medsup.icd9cm3,
    COMMUTATOR = OPERATOR(medsup.<),
    NEGATOR = OPERATOR(medsup.<=),
    RESTRICT = pg_catalog.scalargtsel,
    JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR medsup.> (medsup.icd9cm3, medsup.icd9cm3) IS 'sorts after';

CREATE OPERATOR medsup.>= (
    FUNCTION = medsup.icd9cm3_ge,
    LEFTARG = medsup.icd9cm3,
    RIGHTARG = medsup.icd9cm3,
    COMMUTATOR = OPERATOR(medsup.<=),
    NEGATOR = OPERATOR(medsup.<),
    RESTRICT = pg_catalog.scalargesel,
    JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR medsup.>= (medsup.icd9cm3, medsup.icd9cm3) IS 'sorts after or equal';

CREATE FUNCTION medsup.icd9cm3_cmp(medsup.icd9cm3, medsup.icd9cm3) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_code8_cmp'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_cmp(medsup.icd9cm3, medsup.icd9cm3) IS 'less-equal-greater, in the C collation of the texts';

CREATE FUNCTION medsup.icd9cm3_sortsupport(internal) RETURNS void
    AS 'MODULE_PATHNAME', 'medsup_code8_sortsupport'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_sortsupport(internal) IS 'sort support of icd9cm3';

CREATE OPERATOR FAMILY medsup.icd9cm3_ops USING btree;
COMMENT ON OPERATOR FAMILY medsup.icd9cm3_ops USING btree IS 'order of icd9cm3';
CREATE OPERATOR CLASS medsup.icd9cm3_ops
    DEFAULT FOR TYPE medsup.icd9cm3 USING btree FAMILY medsup.icd9cm3_ops AS
    OPERATOR 1 medsup.<,
    OPERATOR 2 medsup.<=,
    OPERATOR 3 medsup.=,
    OPERATOR 4 medsup.>=,
    OPERATOR 5 medsup.>,
    FUNCTION 1 medsup.icd9cm3_cmp(medsup.icd9cm3, medsup.icd9cm3),
    FUNCTION 2 medsup.icd9cm3_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS medsup.icd9cm3_ops USING btree IS 'order of icd9cm3';

CREATE FUNCTION medsup.icd9cm3_smaller(medsup.icd9cm3, medsup.icd9cm3) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_code8_smaller'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_smaller(medsup.icd9cm3, medsup.icd9cm3) IS 'the one that sorts first';

CREATE FUNCTION medsup.icd9cm3_larger(medsup.icd9cm3, medsup.icd9cm3) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_code8_larger'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_larger(medsup.icd9cm3, medsup.icd9cm3) IS 'the one that sorts last';

CREATE AGGREGATE medsup.min(medsup.icd9cm3) (
    SFUNC = medsup.icd9cm3_smaller,
    STYPE = medsup.icd9cm3,
    COMBINEFUNC = medsup.icd9cm3_smaller,
    SORTOP = OPERATOR(medsup.<),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE medsup.min(medsup.icd9cm3) IS 'the code that sorts first';

CREATE AGGREGATE medsup.max(medsup.icd9cm3) (
    SFUNC = medsup.icd9cm3_larger,
    STYPE = medsup.icd9cm3,
    COMBINEFUNC = medsup.icd9cm3_larger,
    SORTOP = OPERATOR(medsup.>),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE medsup.max(medsup.icd9cm3) IS 'the code that sorts last';

CREATE FUNCTION medsup.icd9cm3_hash(medsup.icd9cm3) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_code8_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_hash(medsup.icd9cm3) IS 'hash; the same on every machine and in every version';

CREATE FUNCTION medsup.icd9cm3_hash_extended(medsup.icd9cm3, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'medsup_code8_hash_extended'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_hash_extended(medsup.icd9cm3, bigint) IS '64-bit hash with a seed; the same on every machine and in every version';

CREATE OPERATOR FAMILY medsup.icd9cm3_ops USING hash;
COMMENT ON OPERATOR FAMILY medsup.icd9cm3_ops USING hash IS 'hash of icd9cm3';
CREATE OPERATOR CLASS medsup.icd9cm3_ops
    DEFAULT FOR TYPE medsup.icd9cm3 USING hash FAMILY medsup.icd9cm3_ops AS
    OPERATOR 1 medsup.=,
    FUNCTION 1 medsup.icd9cm3_hash(medsup.icd9cm3),
    FUNCTION 2 medsup.icd9cm3_hash_extended(medsup.icd9cm3, bigint);
COMMENT ON OPERATOR CLASS medsup.icd9cm3_ops USING hash IS 'hash of icd9cm3';

-- The functions are the named twins of the operators: they work without
-- medsup in search_path.
CREATE FUNCTION medsup.is_within(code medsup.icd9cm3, node medsup.icd9cm3) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_is_within'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.is_within_support;
COMMENT ON FUNCTION medsup.is_within(code medsup.icd9cm3, node medsup.icd9cm3) IS 'whether the operation lies within the node: the text of the node is a prefix of its text';

CREATE FUNCTION medsup.contains_code(node medsup.icd9cm3, code medsup.icd9cm3) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_contains_code'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.contains_code_support;
COMMENT ON FUNCTION medsup.contains_code(node medsup.icd9cm3, code medsup.icd9cm3) IS 'whether the node contains the operation: its text is a prefix of the text of the operation';

CREATE FUNCTION medsup.subtree_last(node medsup.icd9cm3) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_subtree_last'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.subtree_last(node medsup.icd9cm3) IS 'the last operation in the order that can lie within the node';

CREATE OPERATOR medsup.<@ (
    FUNCTION = medsup.is_within,
    LEFTARG = medsup.icd9cm3,
    RIGHTARG = medsup.icd9cm3,
    COMMUTATOR = OPERATOR(medsup.@>),
    RESTRICT = medsup.withinsel,
    JOIN = medsup.withinjoinsel
);
COMMENT ON OPERATOR medsup.<@ (medsup.icd9cm3, medsup.icd9cm3) IS 'lies within the node';
CREATE OPERATOR medsup.@> (
    FUNCTION = medsup.contains_code,
    LEFTARG = medsup.icd9cm3,
    RIGHTARG = medsup.icd9cm3,
    COMMUTATOR = OPERATOR(medsup.<@),
    RESTRICT = medsup.containssel,
    JOIN = medsup.containsjoinsel
);
COMMENT ON OPERATOR medsup.@> (medsup.icd9cm3, medsup.icd9cm3) IS 'contains the code';

-- fee_item

CREATE FUNCTION medsup.fee_item_eq(medsup.fee_item, medsup.fee_item) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_eq'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_eq(medsup.fee_item, medsup.fee_item) IS 'implementation of = operator';

CREATE FUNCTION medsup.fee_item_ne(medsup.fee_item, medsup.fee_item) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_ne'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_ne(medsup.fee_item, medsup.fee_item) IS 'implementation of <> operator';

CREATE FUNCTION medsup.fee_item_lt(medsup.fee_item, medsup.fee_item) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_lt'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_lt(medsup.fee_item, medsup.fee_item) IS 'implementation of < operator';

CREATE FUNCTION medsup.fee_item_le(medsup.fee_item, medsup.fee_item) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_le'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_le(medsup.fee_item, medsup.fee_item) IS 'implementation of <= operator';

CREATE FUNCTION medsup.fee_item_gt(medsup.fee_item, medsup.fee_item) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_gt'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_gt(medsup.fee_item, medsup.fee_item) IS 'implementation of > operator';

CREATE FUNCTION medsup.fee_item_ge(medsup.fee_item, medsup.fee_item) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_ge'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_ge(medsup.fee_item, medsup.fee_item) IS 'implementation of >= operator';

CREATE OPERATOR medsup.= (
    FUNCTION = medsup.fee_item_eq,
    LEFTARG = medsup.fee_item,
    RIGHTARG = medsup.fee_item,
    COMMUTATOR = OPERATOR(medsup.=),
    NEGATOR = OPERATOR(medsup.<>),
    RESTRICT = pg_catalog.eqsel,
    JOIN = pg_catalog.eqjoinsel,
    HASHES,
    MERGES
);
COMMENT ON OPERATOR medsup.= (medsup.fee_item, medsup.fee_item) IS 'equal';

CREATE OPERATOR medsup.<> (
    FUNCTION = medsup.fee_item_ne,
    LEFTARG = medsup.fee_item,
    RIGHTARG = medsup.fee_item,
    COMMUTATOR = OPERATOR(medsup.<>),
    NEGATOR = OPERATOR(medsup.=),
    RESTRICT = pg_catalog.neqsel,
    JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR medsup.<> (medsup.fee_item, medsup.fee_item) IS 'not equal';

CREATE OPERATOR medsup.< (
    FUNCTION = medsup.fee_item_lt,
    LEFTARG = medsup.fee_item,
    RIGHTARG = medsup.fee_item,
    COMMUTATOR = OPERATOR(medsup.>),
    NEGATOR = OPERATOR(medsup.>=),
    RESTRICT = pg_catalog.scalarltsel,
    JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR medsup.< (medsup.fee_item, medsup.fee_item) IS 'sorts before';

CREATE OPERATOR medsup.<= (
    FUNCTION = medsup.fee_item_le,
    LEFTARG = medsup.fee_item,
    RIGHTARG = medsup.fee_item,
    COMMUTATOR = OPERATOR(medsup.>=),
    NEGATOR = OPERATOR(medsup.>),
    RESTRICT = pg_catalog.scalarlesel,
    JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR medsup.<= (medsup.fee_item, medsup.fee_item) IS 'sorts before or equal';

CREATE OPERATOR medsup.> (
    FUNCTION = medsup.fee_item_gt,
    LEFTARG = medsup.fee_item,
    RIGHTARG = medsup.fee_item,
    COMMUTATOR = OPERATOR(medsup.<),
    NEGATOR = OPERATOR(medsup.<=),
    RESTRICT = pg_catalog.scalargtsel,
    JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR medsup.> (medsup.fee_item, medsup.fee_item) IS 'sorts after';

CREATE OPERATOR medsup.>= (
    FUNCTION = medsup.fee_item_ge,
    LEFTARG = medsup.fee_item,
    RIGHTARG = medsup.fee_item,
    COMMUTATOR = OPERATOR(medsup.<=),
    NEGATOR = OPERATOR(medsup.<),
    RESTRICT = pg_catalog.scalargesel,
    JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR medsup.>= (medsup.fee_item, medsup.fee_item) IS 'sorts after or equal';

CREATE FUNCTION medsup.fee_item_cmp(medsup.fee_item, medsup.fee_item) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_fee_item_cmp'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_cmp(medsup.fee_item, medsup.fee_item) IS 'less-equal-greater, in the C collation of the texts';

CREATE FUNCTION medsup.fee_item_sortsupport(internal) RETURNS void
    AS 'MODULE_PATHNAME', 'medsup_fee_item_sortsupport'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_sortsupport(internal) IS 'sort support of fee_item';

CREATE OPERATOR FAMILY medsup.fee_item_ops USING btree;
COMMENT ON OPERATOR FAMILY medsup.fee_item_ops USING btree IS 'order of fee_item';
CREATE OPERATOR CLASS medsup.fee_item_ops
    DEFAULT FOR TYPE medsup.fee_item USING btree FAMILY medsup.fee_item_ops AS
    OPERATOR 1 medsup.<,
    OPERATOR 2 medsup.<=,
    OPERATOR 3 medsup.=,
    OPERATOR 4 medsup.>=,
    OPERATOR 5 medsup.>,
    FUNCTION 1 medsup.fee_item_cmp(medsup.fee_item, medsup.fee_item),
    FUNCTION 2 medsup.fee_item_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS medsup.fee_item_ops USING btree IS 'order of fee_item';

CREATE FUNCTION medsup.fee_item_smaller(medsup.fee_item, medsup.fee_item) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_fee_item_smaller'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_smaller(medsup.fee_item, medsup.fee_item) IS 'the one that sorts first';

CREATE FUNCTION medsup.fee_item_larger(medsup.fee_item, medsup.fee_item) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_fee_item_larger'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_larger(medsup.fee_item, medsup.fee_item) IS 'the one that sorts last';

CREATE AGGREGATE medsup.min(medsup.fee_item) (
    SFUNC = medsup.fee_item_smaller,
    STYPE = medsup.fee_item,
    COMBINEFUNC = medsup.fee_item_smaller,
    SORTOP = OPERATOR(medsup.<),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE medsup.min(medsup.fee_item) IS 'the code that sorts first';

CREATE AGGREGATE medsup.max(medsup.fee_item) (
    SFUNC = medsup.fee_item_larger,
    STYPE = medsup.fee_item,
    COMBINEFUNC = medsup.fee_item_larger,
    SORTOP = OPERATOR(medsup.>),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE medsup.max(medsup.fee_item) IS 'the code that sorts last';

CREATE FUNCTION medsup.fee_item_hash(medsup.fee_item) RETURNS integer
    AS 'MODULE_PATHNAME', 'medsup_fee_item_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_hash(medsup.fee_item) IS 'hash; the same on every machine and in every version';

CREATE FUNCTION medsup.fee_item_hash_extended(medsup.fee_item, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'medsup_fee_item_hash_extended'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_hash_extended(medsup.fee_item, bigint) IS '64-bit hash with a seed; the same on every machine and in every version';

CREATE OPERATOR FAMILY medsup.fee_item_ops USING hash;
COMMENT ON OPERATOR FAMILY medsup.fee_item_ops USING hash IS 'hash of fee_item';
CREATE OPERATOR CLASS medsup.fee_item_ops
    DEFAULT FOR TYPE medsup.fee_item USING hash FAMILY medsup.fee_item_ops AS
    OPERATOR 1 medsup.=,
    FUNCTION 1 medsup.fee_item_hash(medsup.fee_item),
    FUNCTION 2 medsup.fee_item_hash_extended(medsup.fee_item, bigint);
COMMENT ON OPERATOR CLASS medsup.fee_item_ops USING hash IS 'hash of fee_item';

-- The functions are the named twins of the operators: they work without
-- medsup in search_path.
CREATE FUNCTION medsup.is_within(code medsup.fee_item, node medsup.fee_item) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_is_within'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.is_within_support;
COMMENT ON FUNCTION medsup.is_within(code medsup.fee_item, node medsup.fee_item) IS 'whether the fee item lies within the node: the text of the node is a prefix of its text';

CREATE FUNCTION medsup.contains_code(node medsup.fee_item, code medsup.fee_item) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_contains_code'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.contains_code_support;
COMMENT ON FUNCTION medsup.contains_code(node medsup.fee_item, code medsup.fee_item) IS 'whether the node contains the fee item: its text is a prefix of the text of the fee item';

CREATE FUNCTION medsup.subtree_last(node medsup.fee_item) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_fee_item_subtree_last'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.subtree_last(node medsup.fee_item) IS 'the last fee item in the order that can lie within the node';

CREATE OPERATOR medsup.<@ (
    FUNCTION = medsup.is_within,
    LEFTARG = medsup.fee_item,
    RIGHTARG = medsup.fee_item,
    COMMUTATOR = OPERATOR(medsup.@>),
    RESTRICT = medsup.withinsel,
    JOIN = medsup.withinjoinsel
);
COMMENT ON OPERATOR medsup.<@ (medsup.fee_item, medsup.fee_item) IS 'lies within the node';
CREATE OPERATOR medsup.@> (
    FUNCTION = medsup.contains_code,
    LEFTARG = medsup.fee_item,
    RIGHTARG = medsup.fee_item,
    COMMUTATOR = OPERATOR(medsup.<@),
    RESTRICT = medsup.containssel,
    JOIN = medsup.containsjoinsel
);
COMMENT ON OPERATOR medsup.@> (medsup.fee_item, medsup.fee_item) IS 'contains the code';
