# One model of a million rows: the same bytes from 0, 1 and 2 workers, shuffled,
# and merged from shards of any cut; parts that add up to the bit; scores that do
# not depend on which of these models gave them.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('million', conf => "max_worker_processes = 8\nmax_parallel_workers = 4\nwork_mem = '64MB'\n");
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

$sql->(q{
CREATE FUNCTION noise(n int, k int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint4extended(n, k) & 1048575) / 1048576.0::float8;
-- smooth, skewed, rounded, zero-inflated, with gaps, and one that follows another
CREATE UNLOGGED TABLE doctor AS
SELECT n, n % 1000 AS peer, ARRAY[x, exp(6 * noise(n, 2)), round(50 * noise(n, 3)), CASE WHEN noise(n, 4) < 0.7 THEN 0 ELSE noise(n, 5) END,
    CASE WHEN noise(n, 6) < 0.05 THEN NULL ELSE noise(n, 7) - 0.5 END, x + noise(n, 8) / 8]::float8[] AS f
FROM (SELECT n, noise(n, 1) AS x FROM generate_series(1, 1000000) n OFFSET 0) d;
ANALYZE doctor;
CREATE TABLE model (how text PRIMARY KEY, m medsup.anomaly_model);
});

for my $workers (0, 1, 2)
{
	my $set = qq{
SET max_parallel_workers_per_gather = $workers; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
};
	my $plan = $sql->("$set EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT medsup.anomaly_model(f) FROM doctor");
	if ($workers == 0)
	{
		unlike($plan, qr/Workers/, 'no worker');
	}
	else
	{
		like($plan, qr/Workers Launched: $workers/, "$workers of them");
	}
	$sql->("$set CREATE TEMP TABLE made AS SELECT medsup.anomaly_model(f) AS m FROM doctor; INSERT INTO model SELECT '$workers workers', m FROM made");
}
$sql->(q{
SET max_parallel_workers_per_gather = 0;
INSERT INTO model SELECT 'shuffled', medsup.anomaly_model(f) FROM (SELECT f FROM doctor ORDER BY hashint4(n) OFFSET 0) d;
INSERT INTO model SELECT 'backwards', medsup.anomaly_model(f) FROM (SELECT f FROM doctor ORDER BY n DESC OFFSET 0) d;
CREATE TABLE shard AS SELECT peer, medsup.anomaly_model(f) AS m FROM doctor GROUP BY peer;
INSERT INTO model SELECT 'a thousand shards', medsup.anomaly_rollup(m) FROM shard;
INSERT INTO model SELECT 'a thousand shards, shuffled', medsup.anomaly_rollup(m ORDER BY hashint4(peer)) FROM shard;
INSERT INTO model SELECT 'shards of shards', medsup.anomaly_rollup(m) FROM (SELECT medsup.anomaly_rollup(m) AS m FROM shard GROUP BY peer % 7) s;
INSERT INTO model SELECT 'a million and none', medsup.anomaly_rollup(m ORDER BY how) FROM (
    SELECT 1 AS how, medsup.anomaly_model(f) AS m FROM doctor WHERE n = 5 UNION ALL SELECT 2, medsup.anomaly_model(f) FROM doctor WHERE n <> 5) s;
INSERT INTO model SELECT 'by text', m::text::medsup.anomaly_model FROM model WHERE how = 'shuffled';
});
is($sql->('SELECT count(*), count(DISTINCT medsup.anomaly_model_send(m)) FROM model'), '10|1', 'ten ways to one model');
is($sql->(q{SELECT providers, features, sample, whole, error < 0.02 FROM model, medsup.anomaly_info(m) WHERE how = 'shuffled'}),
	'1000000|6|1024|f|t', 'of a million rows a sample, and bins that are off by 2 % at most');

# counts of a model are exact up to its bins: its median is within the error stated
is($sql->(q{
SELECT bool_and(abs(d.median - q.median) <= 1.001 * i.error * abs(q.median))
FROM model, medsup.anomaly_info(m) i, medsup.anomaly_detail(m, '{0,0,0,0,0,0}') d,
    LATERAL (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY f[d.feature]) AS median FROM doctor) q
WHERE how = 'shuffled'}), 't', 'medians within the error that the model states');

is($sql->(q{
WITH m AS MATERIALIZED (SELECT m FROM model WHERE how = '2 workers')
SELECT count(*), count(*) FILTER (WHERE s.score = s.total)
FROM (SELECT medsup.anomaly_score(m, f) AS score,
             (SELECT sum(p.part ORDER BY p.k) FROM unnest(medsup.anomaly_parts(m, f)) WITH ORDINALITY p (part, k)) AS total
      FROM doctor, m WHERE n % 20 = 0) s}), '50000|50000', 'parts add up to the score to the last bit');
is($sql->(q{
WITH m AS MATERIALIZED (SELECT m FROM model WHERE how = 'backwards')
SELECT count(*), count(*) FILTER (WHERE s.at_once = medsup.anomaly_score(m, s.f))
FROM (SELECT n, f, medsup.provider_anomaly(f) OVER () AS at_once FROM doctor) s, m WHERE n % 20 = 0}), '50000|50000', 'the window function gives the same');

# what is usual is usual, in a million as in a group
is($sql->(q{
WITH s AS MATERIALIZED (SELECT medsup.anomaly_score(m, f) AS score FROM doctor, (SELECT m FROM model LIMIT 1) x WHERE n % 20 = 0)
SELECT bool_and(abs((SELECT count(*) FROM s WHERE score >= v.s) / (50000 * 10 ^ (-v.s)) - 1) < 0.35) FROM (VALUES (0.5), (1), (1.5)) v (s)}),
	't', 'about one in ten at 1');

$node->stop;
done_testing();
