-- Examples (示例), not national numbers: a bureau sets its own.
SELECT medsup.set_parameter('newborn_age_below_days', '28', '示例');
SELECT medsup.set_parameter('infant_age_below_months', '36', '示例');
SELECT medsup.set_parameter('child_age_below_years', '18', '示例');
SELECT medsup.set_parameter('working_age_from_years', '16', '示例');
SELECT medsup.set_parameter('working_age_below_years', '60', '示例');
SELECT medsup.set_parameter('course_gap_days', '30', '示例');
SELECT medsup.set_parameter('eye_hospital_medins_type', 'eye', '示例');
SELECT medsup.set_parameter('stay_days', 'both', '示例');
