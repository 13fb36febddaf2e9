-- Aggregates of indicators, for statements that read all fee lines: cheap for each,
-- exact, and the same whatever the order of rows and the number of workers.

CREATE FUNCTION medsup.exact_sum_add(state bytea, value numeric) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_exact_sum_add';
COMMENT ON FUNCTION medsup.exact_sum_add(bytea, numeric) IS 'step of medsup.exact_sum';
CREATE FUNCTION medsup.exact_sum_combine(state bytea, more bytea) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_exact_sum_combine';
COMMENT ON FUNCTION medsup.exact_sum_combine(bytea, bytea) IS 'adds what another worker summed up for medsup.exact_sum';
CREATE FUNCTION medsup.exact_sum_final(state bytea) RETURNS numeric
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_exact_sum_final';
COMMENT ON FUNCTION medsup.exact_sum_final(bytea) IS 'result of medsup.exact_sum';
CREATE AGGREGATE medsup.exact_sum(value numeric) (
    SFUNC = medsup.exact_sum_add, STYPE = bytea, SSPACE = 32,
    COMBINEFUNC = medsup.exact_sum_combine, FINALFUNC = medsup.exact_sum_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE medsup.exact_sum(numeric) IS 'what sum() gives, at the price of adding integers while numbers have four decimal places or fewer';

CREATE FUNCTION medsup.line_counts_add(state int8[], amount numeric, quantity numeric, at timestamp, cap numeric, holidays date[], worked date[]) RETURNS int8[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_line_counts_add';
COMMENT ON FUNCTION medsup.line_counts_add(int8[], numeric, numeric, timestamp, numeric, date[], date[]) IS 'step of medsup.line_counts';
CREATE FUNCTION medsup.counts_combine(state int8[], more int8[]) RETURNS int8[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'medsup_counts_combine';
COMMENT ON FUNCTION medsup.counts_combine(int8[], int8[]) IS 'adds what another worker counted for medsup.line_counts';
CREATE AGGREGATE medsup.line_counts(amount numeric, quantity numeric, at timestamp, cap numeric, holidays date[], worked date[]) (
    SFUNC = medsup.line_counts_add, STYPE = int8[], SSPACE = 200,
    COMBINEFUNC = medsup.counts_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE medsup.line_counts(numeric, numeric, timestamp, numeric, date[], date[]) IS
    'how many lines have 1 an amount above zero, 2 one that is a multiple of ten, 3 a quantity below zero, 4 a weekend day that is not worked, 5 a holiday, 6 a time of day, 7 one of the night, 8 a capped code, 9 exactly the cap, 10 to 18 the first digit 1 to 9';

CREATE FUNCTION medsup.code_uses_add(state bytea, code text, drug boolean) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_code_uses_add';
COMMENT ON FUNCTION medsup.code_uses_add(bytea, text, boolean) IS 'step of medsup.code_uses';
CREATE FUNCTION medsup.code_uses_combine(state bytea, more bytea) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_code_uses_combine';
COMMENT ON FUNCTION medsup.code_uses_combine(bytea, bytea) IS 'adds what another worker collected for medsup.code_uses';
CREATE FUNCTION medsup.code_uses_final(state bytea) RETURNS int8[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_code_uses_final';
COMMENT ON FUNCTION medsup.code_uses_final(bytea) IS 'result of medsup.code_uses';
CREATE AGGREGATE medsup.code_uses(code text, drug boolean) (
    SFUNC = medsup.code_uses_add, STYPE = bytea, SSPACE = 200,
    COMBINEFUNC = medsup.code_uses_combine, FINALFUNC = medsup.code_uses_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE medsup.code_uses(text, boolean) IS
    'of the lines of a visit: 1 different codes, 2 drug lines, 3 of these the ones beyond the first of their code, 4 a number that stands for the set of codes';

CREATE TYPE medsup.visit_sum AS (
    psn_no      text,
    med_type    text,
    lines       int8,
    amount      numeric,
    drug_amount numeric,
    test_amount numeric,
    items       int8,
    drug_lines  int8,
    drug_repeats int8,
    package     int8
);
COMMENT ON TYPE medsup.visit_sum IS 'what the lines of one visit to one provider come to';
COMMENT ON COLUMN medsup.visit_sum.psn_no IS 'the person; the least number of several';
COMMENT ON COLUMN medsup.visit_sum.med_type IS 'kind of care; the least of several';
COMMENT ON COLUMN medsup.visit_sum.lines IS 'lines';
COMMENT ON COLUMN medsup.visit_sum.amount IS 'yuan of them that can be read';
COMMENT ON COLUMN medsup.visit_sum.drug_amount IS 'yuan of drugs';
COMMENT ON COLUMN medsup.visit_sum.test_amount IS 'yuan of examinations and laboratory tests';
COMMENT ON COLUMN medsup.visit_sum.items IS 'different codes of a quantity above zero';
COMMENT ON COLUMN medsup.visit_sum.drug_lines IS 'drug lines of a quantity above zero';
COMMENT ON COLUMN medsup.visit_sum.drug_repeats IS 'of these, the ones beyond the first of their code';
COMMENT ON COLUMN medsup.visit_sum.package IS 'a number that stands for the set of codes';
CREATE FUNCTION medsup.visit_lines_add(state bytea, person text, care text, amount numeric, quantity numeric, code text, class text, drugs text[], tests text[]) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_visit_lines_add';
COMMENT ON FUNCTION medsup.visit_lines_add(bytea, text, text, numeric, numeric, text, text, text[], text[]) IS 'step of medsup.visit_lines';
CREATE FUNCTION medsup.visit_lines_combine(state bytea, more bytea) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_visit_lines_combine';
COMMENT ON FUNCTION medsup.visit_lines_combine(bytea, bytea) IS 'adds what another worker saw for medsup.visit_lines';
CREATE FUNCTION medsup.visit_lines_final(state bytea) RETURNS medsup.visit_sum
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_visit_lines_final';
COMMENT ON FUNCTION medsup.visit_lines_final(bytea) IS 'result of medsup.visit_lines';
CREATE AGGREGATE medsup.visit_lines(person text, care text, amount numeric, quantity numeric, code text, class text, drugs text[], tests text[]) (
    SFUNC = medsup.visit_lines_add, STYPE = bytea, SSPACE = 400,
    COMBINEFUNC = medsup.visit_lines_combine, FINALFUNC = medsup.visit_lines_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE medsup.visit_lines(text, text, numeric, numeric, text, text, text[], text[]) IS
    'sums of the lines of one visit; drugs and tests are what the class of such a line begins with';

-- Several texts as one column to group by: the planner takes several columns that it
-- knows nothing of for as many groups as rows, and would not group them in parallel.
CREATE FUNCTION medsup.group_key(a text, b text, c text) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_group_key';
COMMENT ON FUNCTION medsup.group_key(text, text, text) IS 'three texts as one key, of which medsup.group_key_part gives them back';
CREATE FUNCTION medsup.group_key(a text, b text, c text, d text, e text) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_group_key';
COMMENT ON FUNCTION medsup.group_key(text, text, text, text, text) IS 'five texts as one key, of which medsup.group_key_part gives them back';
CREATE FUNCTION medsup.group_key_part(key bytea, part int) RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'medsup_group_key_part';
COMMENT ON FUNCTION medsup.group_key_part(bytea, int) IS 'one of the texts of a key that medsup.group_key made; the first is 1';

-- The planner looks through a subquery, and lets each reader of a column run once a
-- use; it looks through none with a volatile column, nor guesses what it gives.
CREATE FUNCTION medsup.read_once() RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL SAFE STRICT
AS 'MODULE_PATHNAME', 'medsup_read_once';
COMMENT ON FUNCTION medsup.read_once() IS
    'as a column of a subquery: its other columns are computed once a row, in parallel workers too, where OFFSET 0 would do it in one process';
