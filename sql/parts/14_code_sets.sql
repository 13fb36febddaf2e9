-- Sets of codes, on the server's own ranges and multiranges.
--
-- A set made by medsup has bounds [first, next behind the subtree); ranges
-- made by hand may have any.  There is no canonical function: codes are not
-- discrete, since lists grow between any two of them.

-- icd10

CREATE TYPE medsup.icd10range;

CREATE FUNCTION medsup.icd10range_subdiff(medsup.icd10, medsup.icd10) RETURNS double precision
    AS 'MODULE_PATHNAME', 'medsup_code8_subdiff'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10range_subdiff(medsup.icd10, medsup.icd10) IS 'distance of two codes in the order, for statistics and indexes over ranges';

CREATE TYPE medsup.icd10range AS RANGE (
    SUBTYPE = medsup.icd10,
    SUBTYPE_OPCLASS = medsup.icd10_ops,
    SUBTYPE_DIFF = medsup.icd10range_subdiff,
    MULTIRANGE_TYPE_NAME = medsup.icd10multirange
);
COMMENT ON TYPE medsup.icd10range IS 'range of diagnoses; E10 to E14 with all below is [E10,E15)';
COMMENT ON TYPE medsup.icd10multirange IS 'set of diagnoses, as icd10_set reads it';
COMMENT ON CAST (medsup.icd10range AS medsup.icd10multirange) IS 'the set of one range';

CREATE FUNCTION medsup.is_within(code medsup.icd10, set medsup.icd10range) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_is_within_set'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.is_within_support;
COMMENT ON FUNCTION medsup.is_within(code medsup.icd10, set medsup.icd10range) IS 'whether the diagnosis lies within the range';

CREATE FUNCTION medsup.contains_code(set medsup.icd10range, code medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_set_contains_code'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.contains_code_support;
COMMENT ON FUNCTION medsup.contains_code(set medsup.icd10range, code medsup.icd10) IS 'whether the range contains the diagnosis';

CREATE OPERATOR medsup.<@ (
    FUNCTION = medsup.is_within,
    LEFTARG = medsup.icd10,
    RIGHTARG = medsup.icd10range,
    COMMUTATOR = OPERATOR(medsup.@>),
    RESTRICT = medsup.withinsel,
    JOIN = medsup.withinjoinsel
);
COMMENT ON OPERATOR medsup.<@ (medsup.icd10, medsup.icd10range) IS 'lies within the range';
CREATE OPERATOR medsup.@> (
    FUNCTION = medsup.contains_code,
    LEFTARG = medsup.icd10range,
    RIGHTARG = medsup.icd10,
    COMMUTATOR = OPERATOR(medsup.<@),
    RESTRICT = medsup.containssel,
    JOIN = medsup.containsjoinsel
);
COMMENT ON OPERATOR medsup.@> (medsup.icd10range, medsup.icd10) IS 'contains the code';

CREATE FUNCTION medsup.is_within(code medsup.icd10, set medsup.icd10multirange) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_is_within_set'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.is_within_support;
COMMENT ON FUNCTION medsup.is_within(code medsup.icd10, set medsup.icd10multirange) IS 'whether the diagnosis lies within the set';

CREATE FUNCTION medsup.contains_code(set medsup.icd10multirange, code medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_set_contains_code'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.contains_code_support;
COMMENT ON FUNCTION medsup.contains_code(set medsup.icd10multirange, code medsup.icd10) IS 'whether the set contains the diagnosis';

CREATE OPERATOR medsup.<@ (
    FUNCTION = medsup.is_within,
    LEFTARG = medsup.icd10,
    RIGHTARG = medsup.icd10multirange,
    COMMUTATOR = OPERATOR(medsup.@>),
    RESTRICT = medsup.withinsel,
    JOIN = medsup.withinjoinsel
);
COMMENT ON OPERATOR medsup.<@ (medsup.icd10, medsup.icd10multirange) IS 'lies within the set';
CREATE OPERATOR medsup.@> (
    FUNCTION = medsup.contains_code,
    LEFTARG = medsup.icd10multirange,
    RIGHTARG = medsup.icd10,
    COMMUTATOR = OPERATOR(medsup.<@),
    RESTRICT = medsup.containssel,
    JOIN = medsup.containsjoinsel
);
COMMENT ON OPERATOR medsup.@> (medsup.icd10multirange, medsup.icd10) IS 'contains the code';

-- icd9cm3

CREATE TYPE medsup.icd9cm3range;

CREATE FUNCTION medsup.icd9cm3range_subdiff(medsup.icd9cm3, medsup.icd9cm3) RETURNS double precision
    AS 'MODULE_PATHNAME', 'medsup_code8_subdiff'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3range_subdiff(medsup.icd9cm3, medsup.icd9cm3) IS 'distance of two codes in the order, for statistics and indexes over ranges';

CREATE TYPE medsup.icd9cm3range AS RANGE (
    SUBTYPE = medsup.icd9cm3,
    SUBTYPE_OPCLASS = medsup.icd9cm3_ops,
    SUBTYPE_DIFF = medsup.icd9cm3range_subdiff,
    MULTIRANGE_TYPE_NAME = medsup.icd9cm3multirange
);
COMMENT ON TYPE medsup.icd9cm3range IS 'range of operations; 35 to 37 with all below is [35,38)';
COMMENT ON TYPE medsup.icd9cm3multirange IS 'set of operations, as icd9cm3_set reads it';
COMMENT ON CAST (medsup.icd9cm3range AS medsup.icd9cm3multirange) IS 'the set of one range';

CREATE FUNCTION medsup.is_within(code medsup.icd9cm3, set medsup.icd9cm3range) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_is_within_set'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.is_within_support;
COMMENT ON FUNCTION medsup.is_within(code medsup.icd9cm3, set medsup.icd9cm3range) IS 'whether the operation lies within the range';

CREATE FUNCTION medsup.contains_code(set medsup.icd9cm3range, code medsup.icd9cm3) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_set_contains_code'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.contains_code_support;
COMMENT ON FUNCTION medsup.contains_code(set medsup.icd9cm3range, code medsup.icd9cm3) IS 'whether the range contains the operation';

CREATE OPERATOR medsup.<@ (
    FUNCTION = medsup.is_within,
    LEFTARG = medsup.icd9cm3,
    RIGHTARG = medsup.icd9cm3range,
    COMMUTATOR = OPERATOR(medsup.@>),
    RESTRICT = medsup.withinsel,
    JOIN = medsup.withinjoinsel
);
COMMENT ON OPERATOR medsup.<@ (medsup.icd9cm3, medsup.icd9cm3range) IS 'lies within the range';
CREATE OPERATOR medsup.@> (
    FUNCTION = medsup.contains_code,
    LEFTARG = medsup.icd9cm3range,
    RIGHTARG = medsup.icd9cm3,
    COMMUTATOR = OPERATOR(medsup.<@),
    RESTRICT = medsup.containssel,
    JOIN = medsup.containsjoinsel
);
COMMENT ON OPERATOR medsup.@> (medsup.icd9cm3range, medsup.icd9cm3) IS 'contains the code';

CREATE FUNCTION medsup.is_within(code medsup.icd9cm3, set medsup.icd9cm3multirange) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_is_within_set'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.is_within_support;
COMMENT ON FUNCTION medsup.is_within(code medsup.icd9cm3, set medsup.icd9cm3multirange) IS 'whether the operation lies within the set';

CREATE FUNCTION medsup.contains_code(set medsup.icd9cm3multirange, code medsup.icd9cm3) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code8_set_contains_code'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.contains_code_support;
COMMENT ON FUNCTION medsup.contains_code(set medsup.icd9cm3multirange, code medsup.icd9cm3) IS 'whether the set contains the operation';

CREATE OPERATOR medsup.<@ (
    FUNCTION = medsup.is_within,
    LEFTARG = medsup.icd9cm3,
    RIGHTARG = medsup.icd9cm3multirange,
    COMMUTATOR = OPERATOR(medsup.@>),
    RESTRICT = medsup.withinsel,
    JOIN = medsup.withinjoinsel
);
COMMENT ON OPERATOR medsup.<@ (medsup.icd9cm3, medsup.icd9cm3multirange) IS 'lies within the set';
CREATE OPERATOR medsup.@> (
    FUNCTION = medsup.contains_code,
    LEFTARG = medsup.icd9cm3multirange,
    RIGHTARG = medsup.icd9cm3,
    COMMUTATOR = OPERATOR(medsup.<@),
    RESTRICT = medsup.containssel,
    JOIN = medsup.containsjoinsel
);
COMMENT ON OPERATOR medsup.@> (medsup.icd9cm3multirange, medsup.icd9cm3) IS 'contains the code';

-- fee_item

CREATE TYPE medsup.fee_itemrange;

CREATE FUNCTION medsup.fee_itemrange_subdiff(medsup.fee_item, medsup.fee_item) RETURNS double precision
    AS 'MODULE_PATHNAME', 'medsup_fee_item_subdiff'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_itemrange_subdiff(medsup.fee_item, medsup.fee_item) IS 'distance of two codes in the order, for statistics and indexes over ranges';

CREATE TYPE medsup.fee_itemrange AS RANGE (
    SUBTYPE = medsup.fee_item,
    SUBTYPE_OPCLASS = medsup.fee_item_ops,
    SUBTYPE_DIFF = medsup.fee_itemrange_subdiff,
    MULTIRANGE_TYPE_NAME = medsup.fee_itemmultirange
);
COMMENT ON TYPE medsup.fee_itemrange IS 'range of fee items; 0031 to 0034 with all below is [0031,0035)';
COMMENT ON TYPE medsup.fee_itemmultirange IS 'set of fee items, as fee_item_set reads it';
COMMENT ON CAST (medsup.fee_itemrange AS medsup.fee_itemmultirange) IS 'the set of one range';

CREATE FUNCTION medsup.is_within(code medsup.fee_item, set medsup.fee_itemrange) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_is_within_set'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.is_within_support;
COMMENT ON FUNCTION medsup.is_within(code medsup.fee_item, set medsup.fee_itemrange) IS 'whether the fee item lies within the range';

CREATE FUNCTION medsup.contains_code(set medsup.fee_itemrange, code medsup.fee_item) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_set_contains_code'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.contains_code_support;
COMMENT ON FUNCTION medsup.contains_code(set medsup.fee_itemrange, code medsup.fee_item) IS 'whether the range contains the fee item';

CREATE OPERATOR medsup.<@ (
    FUNCTION = medsup.is_within,
    LEFTARG = medsup.fee_item,
    RIGHTARG = medsup.fee_itemrange,
    COMMUTATOR = OPERATOR(medsup.@>),
    RESTRICT = medsup.withinsel,
    JOIN = medsup.withinjoinsel
);
COMMENT ON OPERATOR medsup.<@ (medsup.fee_item, medsup.fee_itemrange) IS 'lies within the range';
CREATE OPERATOR medsup.@> (
    FUNCTION = medsup.contains_code,
    LEFTARG = medsup.fee_itemrange,
    RIGHTARG = medsup.fee_item,
    COMMUTATOR = OPERATOR(medsup.<@),
    RESTRICT = medsup.containssel,
    JOIN = medsup.containsjoinsel
);
COMMENT ON OPERATOR medsup.@> (medsup.fee_itemrange, medsup.fee_item) IS 'contains the code';

CREATE FUNCTION medsup.is_within(code medsup.fee_item, set medsup.fee_itemmultirange) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_is_within_set'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.is_within_support;
COMMENT ON FUNCTION medsup.is_within(code medsup.fee_item, set medsup.fee_itemmultirange) IS 'whether the fee item lies within the set';

CREATE FUNCTION medsup.contains_code(set medsup.fee_itemmultirange, code medsup.fee_item) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_fee_item_set_contains_code'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT medsup.contains_code_support;
COMMENT ON FUNCTION medsup.contains_code(set medsup.fee_itemmultirange, code medsup.fee_item) IS 'whether the set contains the fee item';

CREATE OPERATOR medsup.<@ (
    FUNCTION = medsup.is_within,
    LEFTARG = medsup.fee_item,
    RIGHTARG = medsup.fee_itemmultirange,
    COMMUTATOR = OPERATOR(medsup.@>),
    RESTRICT = medsup.withinsel,
    JOIN = medsup.withinjoinsel
);
COMMENT ON OPERATOR medsup.<@ (medsup.fee_item, medsup.fee_itemmultirange) IS 'lies within the set';
CREATE OPERATOR medsup.@> (
    FUNCTION = medsup.contains_code,
    LEFTARG = medsup.fee_itemmultirange,
    RIGHTARG = medsup.fee_item,
    COMMUTATOR = OPERATOR(medsup.<@),
    RESTRICT = medsup.containssel,
    JOIN = medsup.containsjoinsel
);
COMMENT ON OPERATOR medsup.@> (medsup.fee_itemmultirange, medsup.fee_item) IS 'contains the code';

-- Sets as rule authors write them; the grammar is in docs/types.md.

CREATE FUNCTION medsup.icd10_set(text) RETURNS medsup.icd10multirange
    AS 'MODULE_PATHNAME', 'medsup_icd10_set'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_set(text) IS 'the set of diagnoses that a rule author wrote, such as E10-E14, I20-I25, !I23';

CREATE FUNCTION medsup.try_icd10_set(text) RETURNS medsup.icd10multirange
    AS 'MODULE_PATHNAME', 'medsup_try_icd10_set'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.try_icd10_set(text) IS 'the text as a set of diagnoses, NULL if it is none';

CREATE FUNCTION medsup.set_text(set medsup.icd10multirange) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_icd10_set_text'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_text(set medsup.icd10multirange) IS 'a set of diagnoses as icd10_set reads it';

CREATE FUNCTION medsup.node_range(node medsup.icd10) RETURNS medsup.icd10range
    AS 'MODULE_PATHNAME', 'medsup_icd10_node_range'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.node_range(node medsup.icd10) IS 'the range of the node: the diagnosis itself and all below';

CREATE FUNCTION medsup.icd9cm3_set(text) RETURNS medsup.icd9cm3multirange
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_set'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_set(text) IS 'the set of operations that a rule author wrote, such as 35-37, !36.9';

CREATE FUNCTION medsup.try_icd9cm3_set(text) RETURNS medsup.icd9cm3multirange
    AS 'MODULE_PATHNAME', 'medsup_try_icd9cm3_set'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.try_icd9cm3_set(text) IS 'the text as a set of operations, NULL if it is none';

CREATE FUNCTION medsup.set_text(set medsup.icd9cm3multirange) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_set_text'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_text(set medsup.icd9cm3multirange) IS 'a set of operations as icd9cm3_set reads it';

CREATE FUNCTION medsup.node_range(node medsup.icd9cm3) RETURNS medsup.icd9cm3range
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_node_range'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.node_range(node medsup.icd9cm3) IS 'the range of the node: the operation itself and all below';

CREATE FUNCTION medsup.fee_item_set(text) RETURNS medsup.fee_itemmultirange
    AS 'MODULE_PATHNAME', 'medsup_fee_item_set'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_set(text) IS 'the set of fee items that a rule author wrote, such as XR05XXX089N0*, (00250301001|00250301002)';

CREATE FUNCTION medsup.try_fee_item_set(text) RETURNS medsup.fee_itemmultirange
    AS 'MODULE_PATHNAME', 'medsup_try_fee_item_set'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.try_fee_item_set(text) IS 'the text as a set of fee items, NULL if it is none';

CREATE FUNCTION medsup.set_text(set medsup.fee_itemmultirange) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_fee_item_set_text'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_text(set medsup.fee_itemmultirange) IS 'a set of fee items as fee_item_set reads it';

CREATE FUNCTION medsup.node_range(node medsup.fee_item) RETURNS medsup.fee_itemrange
    AS 'MODULE_PATHNAME', 'medsup_fee_item_node_range'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.node_range(node medsup.fee_item) IS 'the range of the node: the fee item itself and all below';

-- A rule on N08 must reach E11.200x011+N08.3* too.  Written so that the planner
-- can put the parts in place of the call and use an index on the code and one
-- on asterisk(code).

CREATE FUNCTION medsup.is_within_either(code medsup.icd10, node medsup.icd10) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
RETURN code OPERATOR(medsup.<@) node
    OR (medsup.is_pair(code) AND medsup.asterisk(code) OPERATOR(medsup.<@) node);
COMMENT ON FUNCTION medsup.is_within_either(code medsup.icd10, node medsup.icd10) IS 'whether the diagnosis, or the manifestation of a pair, lies within the node';

CREATE FUNCTION medsup.is_within_either(code medsup.icd10, set medsup.icd10range) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
RETURN code OPERATOR(medsup.<@) set
    OR (medsup.is_pair(code) AND medsup.asterisk(code) OPERATOR(medsup.<@) set);
COMMENT ON FUNCTION medsup.is_within_either(code medsup.icd10, set medsup.icd10range) IS 'whether the diagnosis, or the manifestation of a pair, lies within the range';

CREATE FUNCTION medsup.is_within_either(code medsup.icd10, set medsup.icd10multirange) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
RETURN code OPERATOR(medsup.<@) set
    OR (medsup.is_pair(code) AND medsup.asterisk(code) OPERATOR(medsup.<@) set);
COMMENT ON FUNCTION medsup.is_within_either(code medsup.icd10, set medsup.icd10multirange) IS 'whether the diagnosis, or the manifestation of a pair, lies within the set';

-- The ends of a set, for conditions of indexes on a set known only at run time.

CREATE FUNCTION medsup.set_first(set medsup.icd10range) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_set_first'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_first(set medsup.icd10range) IS 'a code before or at the first code of the set; NULL for the empty set';

CREATE FUNCTION medsup.set_last(set medsup.icd10range) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_set_last'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_last(set medsup.icd10range) IS 'a code behind or at the last code of the set; NULL for the empty set';

CREATE FUNCTION medsup.set_first(set medsup.icd10multirange) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_set_first'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_first(set medsup.icd10multirange) IS 'a code before or at the first code of the set; NULL for the empty set';

CREATE FUNCTION medsup.set_last(set medsup.icd10multirange) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_set_last'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_last(set medsup.icd10multirange) IS 'a code behind or at the last code of the set; NULL for the empty set';

CREATE FUNCTION medsup.set_first(set medsup.icd9cm3range) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_set_first'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_first(set medsup.icd9cm3range) IS 'a code before or at the first code of the set; NULL for the empty set';

CREATE FUNCTION medsup.set_last(set medsup.icd9cm3range) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_set_last'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_last(set medsup.icd9cm3range) IS 'a code behind or at the last code of the set; NULL for the empty set';

CREATE FUNCTION medsup.set_first(set medsup.icd9cm3multirange) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_set_first'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_first(set medsup.icd9cm3multirange) IS 'a code before or at the first code of the set; NULL for the empty set';

CREATE FUNCTION medsup.set_last(set medsup.icd9cm3multirange) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_set_last'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_last(set medsup.icd9cm3multirange) IS 'a code behind or at the last code of the set; NULL for the empty set';

CREATE FUNCTION medsup.set_first(set medsup.fee_itemrange) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_set_first'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_first(set medsup.fee_itemrange) IS 'a code before or at the first code of the set; NULL for the empty set';

CREATE FUNCTION medsup.set_last(set medsup.fee_itemrange) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_set_last'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_last(set medsup.fee_itemrange) IS 'a code behind or at the last code of the set; NULL for the empty set';

CREATE FUNCTION medsup.set_first(set medsup.fee_itemmultirange) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_set_first'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_first(set medsup.fee_itemmultirange) IS 'a code before or at the first code of the set; NULL for the empty set';

CREATE FUNCTION medsup.set_last(set medsup.fee_itemmultirange) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_set_last'
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION medsup.set_last(set medsup.fee_itemmultirange) IS 'a code behind or at the last code of the set; NULL for the empty set';
