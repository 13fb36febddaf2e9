-- Both contenders over every claim: the same points must be breached.
DO $$
DECLARE
    c record;
    ours text[];
    rival text[];
    claims int := 0;
    points int := 0;
    hits int;
BEGIN
    FOR c IN SELECT what, nr, claim::jsonb AS claim FROM bench.claim ORDER BY what, nr LOOP
        SELECT coalesce(array_agg(DISTINCT v.rule_code || ' ' || v.entry_code), '{}') INTO ours
        FROM medsup.check_claim(c.claim) v WHERE v.what = 'F';
        EXECUTE format('SELECT coalesce(array_agg(DISTINCT rule_code || '' '' || entry_code), ''{}'') FROM (%s) AS r', bench.rival())
        INTO rival USING c.what, c.nr;
        IF ours <> rival THEN
            RAISE '% %: medsup alone finds %, the statement in SQL alone %', c.what, c.nr,
                ARRAY(SELECT unnest(ours) EXCEPT SELECT unnest(rival)), ARRAY(SELECT unnest(rival) EXCEPT SELECT unnest(ours));
        END IF;
        claims := claims + 1;
        points := points + cardinality(ours);
    END LOOP;
    SELECT count(*) INTO hits
    FROM bench.claim b, jsonb_array_elements(b.claim::jsonb -> 'lines') AS l, (SELECT DISTINCT char_length(code) AS n FROM bench.posting) AS node, bench.posting p
    WHERE b.what = 'prescription' AND b.nr <= 20 AND p.code = left(l ->> 'med_list_codg', node.n);
    RAISE INFO 'equal answers for % claims: % points breached; a line of a prescription meets % points', claims, points, round(hits / 20.0 / 30, 1);
END
$$;
