-- Many patients in a short time: at one place, with one diagnosis or drug, of
-- one doctor and one pharmacy; whatever the caller partitions by.

CREATE FUNCTION medsup.crowd_size(patient text, at timestamp, within interval) RETURNS int
    AS 'MODULE_PATHNAME', 'medsup_crowd_size'
    LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100;
COMMENT ON FUNCTION medsup.crowd_size(text, timestamp, interval) IS
    'the most different patients of the partition in any span of that length that holds the row';

CREATE FUNCTION medsup.crowd(patient text, at timestamp, within interval, min_patients int) RETURNS int
    AS 'MODULE_PATHNAME', 'medsup_crowd'
    LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100;
COMMENT ON FUNCTION medsup.crowd(text, timestamp, interval, int) IS
    'number of the crowd of at least so many different patients within that span, in order of time from 0 in each partition, NULL for none';
