CREATE TABLE theirs AS
WITH visit AS (
    SELECT patient, place, "at" AS moment, floor(extract(epoch FROM "at") / 1800)::bigint AS bucket FROM swipe
)
SELECT a.patient AS patient_a, b.patient AS patient_b, count(DISTINCT a.moment::date) AS days
FROM visit a JOIN (SELECT v.*, v.bucket + o AS near FROM visit v, (VALUES (-1), (0), (1)) s (o)) b
    ON b.place = a.place AND b.near = a.bucket AND a.patient < b.patient
   AND b.moment BETWEEN a.moment - interval '30 minutes' AND a.moment + interval '30 minutes'
GROUP BY a.patient, b.patient HAVING count(DISTINCT a.moment::date) >= 3;
