# Gatherings on a hot standby: the functions write nothing, so they answer there
# as on the primary, with parallel workers and with temporary files too.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $primary = medsup_node('primary', allows_streaming => 1);
$primary->safe_psql(
	'postgres', q{
CREATE FUNCTION any_of(n int, what text) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT ('x' || substr(md5(what), 1, 6))::bit(24)::int % n $$;
CREATE TABLE visit AS
SELECT 'P' || any_of(300, 'who' || n) AS psn_no, 'H' || p AS fixmedins_code, ST_SetSRID(ST_MakePoint(113 + p % 6 * 0.02, 23 + p / 6 * 0.02), 4490)::geography AS place,
       timestamp '2026-03-02 08:00' + any_of(90, 'day' || n) * interval '1 day' + any_of(500, 'minute' || n) * interval '1 minute' AS at
FROM (SELECT n, any_of(36, 'where' || n) AS p FROM generate_series(1, 6000) n) v;
-- eight who come together again and again
INSERT INTO visit SELECT 'P' || 7 * m, 'H' || t % 3, ST_SetSRID(ST_MakePoint(113 + t % 3 * 0.02, 23), 4490)::geography, timestamp '2026-03-03 09:10' + t * interval '9 days 25 minutes' + m * interval '70 seconds'
FROM generate_series(1, 8) m, generate_series(0, 7) t;
ANALYZE visit;
});
my $standby = medsup_standby($primary);

my $scan = q{SELECT medsup.space_time_scan(fixmedins_code, place, at::date, medsup.scan_setting(metres => 5000, days => 20, replications => 199, alpha => 1)) FROM visit};
my $groups = q{SELECT medsup.covisit_groups(psn_no, fixmedins_code, at, medsup.covisit_setting()) FROM visit};
my %asked = (
	'st_dbscan' => q{SELECT md5(string_agg(concat(psn_no, at, label), ' ' ORDER BY psn_no, at, fixmedins_code)) FROM (
		SELECT *, medsup.st_dbscan(place, at AT TIME ZONE 'Asia/Shanghai', 3000, '6 hours', 4) OVER () AS label FROM visit) v},
	'st_dbscan_summary' => q{SELECT md5(string_agg(s::text, ' ')) FROM (SELECT array_agg(place) AS p FROM visit) v CROSS JOIN LATERAL medsup.st_dbscan_summary(v.p, NULL, 2500, NULL, 4) s},
	'crowd' => q{SELECT max(crowd), count(crowd) FROM (SELECT medsup.crowd(psn_no, at, '20 minutes', 6) OVER (PARTITION BY fixmedins_code) AS crowd FROM visit) v},
	'covisit_groups' => $groups,
	'covisit_groups by way of files' => "SET medsup.gathering_mem = '512kB'; SET log_temp_files = 0; $groups",
	'space_time_scan' => "SET max_parallel_workers_per_gather = 0; $scan",
	'space_time_scan with workers' => "SET max_parallel_workers_per_gather = 2; $scan",
	'dense_block' => q{SELECT medsup.dense_block(fixmedins_code, psn_no, 2) FROM visit},
	'geojson' => q{SELECT md5(medsup.geojson(array_agg(cell ORDER BY patients, cell), array_agg(to_jsonb(patients) ORDER BY patients, cell))::text)
		FROM (SELECT array_agg(psn_no) AS p, array_agg(place::geometry) AS l FROM visit) v CROSS JOIN LATERAL medsup.patient_cells(v.p, v.l, 0.05)},
);
foreach my $name (sort keys %asked)
{
	my $here = $primary->safe_psql('postgres', $asked{$name});

	ok(length $here > 2, "$name answers on the primary");
	is($standby->safe_psql('postgres', $asked{$name}), $here, "$name answers the same on the standby");
}
is($standby->safe_psql('postgres', $asked{'space_time_scan with workers'}),
	$primary->safe_psql('postgres', $asked{'space_time_scan'}), 'the same on two workers as on none');
is($standby->safe_psql('postgres', $asked{'covisit_groups by way of files'}),
	$primary->safe_psql('postgres', $groups), 'the same by way of files as in memory');
like(slurp_file($standby->logfile), qr/temporary file.*covisit_groups/s, 'which there were');
like($primary->safe_psql('postgres', $groups), qr/P56/, 'and those who come together are found');

done_testing();
