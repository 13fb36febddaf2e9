-- Who turns up together, again and again, and how likely that is by chance.
-- An aggregate over the rows that the caller can read: nothing is executed,
-- and nothing is read but them.

CREATE TYPE medsup.covisit_setting AS (
    within interval, days int, places int, members int, density float8, max_crowd int,
    min_weight float8, metres float8, period interval, slot interval, slot_visits int, fdr float8, alpha float8);
COMMENT ON TYPE medsup.covisit_setting IS 'what covisit_groups counts as a meeting, a pair and a group; made by the function of that name';

CREATE TYPE medsup.covisit_group AS (
    members text[], size int, places text[], days int, repetitions int, visits int, first_day date, last_day date, money numeric,
    pairs int, density float8, weight float8, observed bigint, expected float8, p_value float8);
COMMENT ON TYPE medsup.covisit_group IS 'patients who turn up together: where, how often, and how likely it is that chance made such a group anywhere in the data';

CREATE TYPE medsup.covisit_pair AS (
    patient_a text, patient_b text, days int, places int, weight float8, expected float8, p_value float8, q_value float8);
COMMENT ON TYPE medsup.covisit_pair IS 'two patients who turn up together; p_value by chance, q_value adjusted for all pairs that could have met';

CREATE FUNCTION medsup.covisit_setting(
    within interval DEFAULT '30 minutes', days int DEFAULT 3, places int DEFAULT 1, members int DEFAULT 3, density float8 DEFAULT 0.5,
    max_crowd int DEFAULT 500, min_weight float8 DEFAULT 0, metres float8 DEFAULT 0, period interval DEFAULT '84 days',
    slot interval DEFAULT '2 hours', slot_visits int DEFAULT 500, fdr float8 DEFAULT 0.05, alpha float8 DEFAULT 0.05)
RETURNS medsup.covisit_setting
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
BEGIN ATOMIC
    SELECT ROW(within, days, places, members, density, max_crowd, min_weight, metres, period, slot, slot_visits, fdr, alpha)::medsup.covisit_setting;
END;
COMMENT ON FUNCTION medsup.covisit_setting(interval, int, int, int, float8, int, float8, float8, interval, interval, int, float8, float8) IS
    'a setting of covisit_groups, with defaults for whatever is not named';

CREATE FUNCTION medsup.covisit_add(state internal, patient text, place text, at timestamp, setting medsup.covisit_setting) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_covisit_add'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.covisit_add(internal, text, text, timestamp, medsup.covisit_setting) IS 'one more visit for covisit_groups or covisit_pairs';

CREATE FUNCTION medsup.covisit_add(
    state internal, patient text, place text, at timestamp, money numeric, household text, location geography, setting medsup.covisit_setting) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_covisit_add'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.covisit_add(internal, text, text, timestamp, numeric, text, geography, medsup.covisit_setting) IS
    'one more visit, with money, household and location, for covisit_groups or covisit_pairs';

CREATE FUNCTION medsup.covisit_groups_found(state internal) RETURNS medsup.covisit_group[]
    AS 'MODULE_PATHNAME', 'medsup_covisit_groups'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.covisit_groups_found(internal) IS 'the result of covisit_groups';

CREATE FUNCTION medsup.covisit_pairs_found(state internal) RETURNS medsup.covisit_pair[]
    AS 'MODULE_PATHNAME', 'medsup_covisit_pairs'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.covisit_pairs_found(internal) IS 'the result of covisit_pairs';

CREATE AGGREGATE medsup.covisit_groups(patient text, place text, at timestamp, setting medsup.covisit_setting) (
    SFUNC = medsup.covisit_add, STYPE = internal, SSPACE = 1000000,
    FINALFUNC = medsup.covisit_groups_found, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE medsup.covisit_groups(text, text, timestamp, medsup.covisit_setting) IS
    'groups of patients who visit the same place at about the same time on several days, least likely by chance first';

CREATE AGGREGATE medsup.covisit_groups(
    patient text, place text, at timestamp, money numeric, household text, location geography, setting medsup.covisit_setting) (
    SFUNC = medsup.covisit_add, STYPE = internal, SSPACE = 1000000,
    FINALFUNC = medsup.covisit_groups_found, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE medsup.covisit_groups(text, text, timestamp, numeric, text, geography, medsup.covisit_setting) IS
    'groups of patients who visit the same or a near place at about the same time on several days; members of a household are no pair';

CREATE AGGREGATE medsup.covisit_pairs(patient text, place text, at timestamp, setting medsup.covisit_setting) (
    SFUNC = medsup.covisit_add, STYPE = internal, SSPACE = 1000000,
    FINALFUNC = medsup.covisit_pairs_found, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE medsup.covisit_pairs(text, text, timestamp, medsup.covisit_setting) IS
    'the pairs that covisit_groups makes groups of, with p-values';

CREATE AGGREGATE medsup.covisit_pairs(
    patient text, place text, at timestamp, money numeric, household text, location geography, setting medsup.covisit_setting) (
    SFUNC = medsup.covisit_add, STYPE = internal, SSPACE = 1000000,
    FINALFUNC = medsup.covisit_pairs_found, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE medsup.covisit_pairs(text, text, timestamp, numeric, text, geography, medsup.covisit_setting) IS
    'the pairs that covisit_groups makes groups of, with p-values; places may be near, members of a household are no pair';
