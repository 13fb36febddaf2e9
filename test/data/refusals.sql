-- How a statement is refused: SQLSTATE and message, detail, hint
CREATE FUNCTION pg_temp.why(query text) RETURNS text LANGUAGE plpgsql AS $why$
DECLARE
    h text; d text;
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS h = PG_EXCEPTION_HINT, d = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, nullif(d, ''), nullif(h, ''));
END
$why$;
