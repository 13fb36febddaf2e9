-- Conditions that authors write; docs/expressions.md.

CREATE FUNCTION medsup.check_expression(expression text, type text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'medsup_check_expression';
COMMENT ON FUNCTION medsup.check_expression(text, text) IS
    'NULL where the text is an expression of the type (boolean, number, text, time), else what is wrong and where';

CREATE FUNCTION medsup.expression_parameters(expression text, type text) RETURNS text[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'medsup_expression_parameters';
COMMENT ON FUNCTION medsup.expression_parameters(text, text) IS
    'names of the parameters that an expression reads, as they stand; NULL where it is no expression of the type';

CREATE FUNCTION medsup.expression_fields(OUT name text, OUT kind text, OUT type text)
RETURNS SETOF record
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 110
    AS 'MODULE_PATHNAME', 'medsup_expression_fields';
COMMENT ON FUNCTION medsup.expression_fields() IS
    'everything that an expression may name: fields and functions with their types (NULL = that of the arguments)';
