# Arrays of real diagnoses: for random nodes and sets, the GIN index finds what
# a scan finds and what the texts say; the estimates are near.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $data = medsup_data();
if (!$data)
{
	print "skip: no real code lists\n";
	plan skip_all => 'no real code lists';
}

my $node = medsup_node('code_arrays', conf => "jit = off\nmax_parallel_workers_per_gather = 0\n");

$node->safe_psql('postgres', qq{
	ALTER DATABASE postgres SET search_path = public, medsup;
	CREATE TABLE list (code text, name text);
	\\copy list FROM '$data/codes/icd10_yibao_v2.csv' CSV HEADER
});
$node->safe_psql('postgres', q{
	CREATE TABLE pool AS
		SELECT row_number() OVER (ORDER BY md5(code) COLLATE "C") - 1 AS n, code::icd10 AS code FROM list WHERE try_icd10(code) IS NOT NULL;
	CREATE UNIQUE INDEX ON pool (n);
	-- five of each, common codes more often than rare ones
	CREATE TABLE claim AS
		SELECT id, array_agg(p.code ORDER BY k) AS codes
		FROM generate_series(1, 40000) AS g (id), generate_series(1, 5) AS k,
			 LATERAL (SELECT (id * 15485863::bigint + k * 32452843) % 1000003 AS draw) AS r
		JOIN pool p ON p.n = draw * draw * (SELECT count(*) FROM pool) / (1000003::bigint * 1000003)
		GROUP BY id;
	CREATE INDEX claim_codes ON claim USING gin (codes);
	-- nodes of every length, and sets of them
	CREATE TABLE node AS SELECT DISTINCT left(code::text, 3 + n::int % 9)::icd10 AS node FROM pool WHERE n % 101 = 0 AND try_icd10(left(code::text, 3 + n::int % 9)) IS NOT NULL;
	CREATE TABLE code_set AS
		SELECT n / 6 AS s, range_agg(icd10range(low, high)) AS set
		FROM (SELECT n, left(least(code, other)::text, 3)::icd10 AS low, greatest(code, other) AS high
			  FROM (SELECT row_number() OVER (ORDER BY n) AS n, code, lead(code) OVER (ORDER BY code) AS other FROM pool WHERE n % 173 = 0) AS p) AS q
		GROUP BY 1;
	VACUUM ANALYZE;});

is($node->safe_psql('postgres', 'SELECT count(*) > 100 FROM node'), 't', 'there are nodes');
is($node->safe_psql('postgres', 'SELECT count(*) > 20 FROM code_set'), 't', 'and sets');

my %query = (
	nodes => 'SELECT node, count(c.id), sum(c.id) FROM node LEFT JOIN claim c ON c.codes @@ node GROUP BY node ORDER BY node',
	sets => 'SELECT s, count(c.id), sum(c.id) FROM code_set LEFT JOIN claim c ON any_within(c.codes, set) GROUP BY s ORDER BY s');
foreach my $what (sort keys %query)
{
	my ($by_index, $by_scan) = map { "SET enable_seqscan = $_; SET enable_bitmapscan = " . ($_ eq 'on' ? 'off; ' : 'on; ') } qw(off on);
	like($node->safe_psql('postgres', "$by_index EXPLAIN $query{$what}"), qr/Bitmap Index Scan on claim_codes/, "$what: by the index");
	unlike($node->safe_psql('postgres', "$by_scan EXPLAIN $query{$what}"), qr/claim_codes/, "$what: by a scan");
	is($node->safe_psql('postgres', "$by_index $query{$what}"), $node->safe_psql('postgres', "$by_scan $query{$what}"),
		"$what: the same rows");
}

# one code a row, the texts compared as texts
$node->safe_psql('postgres', 'CREATE TABLE single AS SELECT DISTINCT id, c::text COLLATE "C" AS code FROM claim, unnest(codes) AS c; CREATE INDEX ON single (code); ANALYZE single');
is( $node->safe_psql('postgres', $query{nodes}),
	$node->safe_psql('postgres', q{SELECT node, count(DISTINCT s.id), sum(DISTINCT s.id)
	  FROM node LEFT JOIN (SELECT id, left(code, length) AS prefix FROM single, generate_series(3, 11) AS length) AS s ON s.prefix = node::text GROUP BY node ORDER BY node}),
	'nodes: what the texts say');
is( $node->safe_psql('postgres', $query{sets}),
	$node->safe_psql('postgres', q{SELECT s, count(DISTINCT x.id), sum(DISTINCT x.id) FROM code_set LEFT JOIN LATERAL unnest(set) AS r ON true LEFT JOIN single x ON x.code >= lower(r)::text AND x.code < upper(r)::text GROUP BY s ORDER BY s}),
	'sets: what the texts say');

# Estimates.  With the default target a hundredth of the rows can be told from
# less; with ten times that, a thousandth.
$node->safe_psql('postgres', q{
	CREATE FUNCTION estimate(query text) RETURNS numeric LANGUAGE plpgsql AS $$
	DECLARE plan json;
	BEGIN
		EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
		RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
	END $$;
	CREATE TABLE asked AS
		SELECT format('%L::icd10', node) AS value, count(*) AS rows
		FROM (SELECT DISTINCT left(code::text, length)::icd10 AS node FROM pool, unnest('{3,5}'::int[]) AS length) AS n JOIN claim ON codes @@ node GROUP BY node
		UNION ALL
		SELECT format('%L::icd10multirange', set), count(*) FROM code_set JOIN claim ON codes @@ set GROUP BY set});
my %least_rows = (100 => 400, 1000 => 40);
my %one_off_in = (100 => 20, 1000 => 50);
foreach my $target (sort { $a <=> $b } keys %least_rows)
{
	$node->safe_psql('postgres', "ALTER TABLE claim ALTER codes SET STATISTICS $target; ANALYZE claim");
	my ($asked, $off, $all, $all_off) = split /\|/, $node->safe_psql('postgres', qq{
		SELECT count(*) FILTER (WHERE rows >= $least_rows{$target}), count(*) FILTER (WHERE far AND rows >= $least_rows{$target}), count(*), count(*) FILTER (WHERE far)
		FROM (SELECT rows, estimate('SELECT FROM claim WHERE codes @@ ' || value) NOT BETWEEN rows / 3.0 AND rows * 3.0 AS far FROM asked WHERE rows >= 40) AS e});
	note("target $target: off by more than three times: $off of $asked with $least_rows{$target} of 40,000 rows, $all_off of $all with 40");
	cmp_ok($asked, '>', 30, "target $target: enough nodes and sets hold so many rows");
	cmp_ok($off, '<=', $asked / $one_off_in{$target}, "target $target: one estimate in $one_off_in{$target} at most is off by more than three times");
}

$node->stop;
done_testing();
