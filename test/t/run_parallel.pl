# Who scans for a run: the executor's parallel workers where one process reads,
# as the plans show that were really executed, and nobody beside the audit's own
# workers where there are several.  The findings are the same.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('parallel', conf => "max_worker_processes = 16\nmax_parallel_workers = 8\n");
my $data = "$FindBin::RealBin/../data";
my $findings = q{SELECT sha256(string_agg(encode(finding_id, 'hex') || encode(content_digest, 'hex')
	|| evidence::text, E'\n' ORDER BY finding_id)::bytea), count(*) FROM medsup.finding WHERE status = 'open'};

# a small warehouse that is worth parallel workers
my $explained = q{LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_analyze = on;
	SET auto_explain.log_timing = off; SET auto_explain.log_nested_statements = on;
	SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
	SET max_parallel_workers_per_gather = 2};

foreach my $file ('run_fixture.sql', 'run_many.sql')
{
	$node->command_ok(
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', 'visits=1000', '-f', "$data/$file", 'postgres' ],
		"a warehouse: $file");
}
# The parallel workers that each plan over a source launched, by source.
sub launched
{
	my ($settings) = @_;
	my $log = -s $node->logfile;
	my %launched;

	$node->safe_psql('postgres', "DELETE FROM medsup.finding; $explained; $settings; CALL medsup.run_audit(partitions => 4)");
	foreach my $plan (split /^.*LOG:  duration: [\d.]+ ms  plan:\n/m, slurp_file($node->logfile, $log))
	{
		my ($source) = $plan =~ /^\s*Query Text: SELECT t\.\w+(?:, t\.\w+)* FROM medsup\.src_(\w+) t WHERE/;
		my ($workers) = $plan =~ /Workers Launched: (\d+)/;
		push @{$launched{$source}}, $workers // 0 if defined $source;
	}
	return \%launched;
}

my $plans = launched('SET medsup.audit_workers = 0; SET max_parallel_workers_per_gather = 0');
is_deeply($plans->{fee_line}, [0], 'one process may scan alone');
my $wanted = $node->safe_psql('postgres', $findings);
like($wanted, qr/\|[1-9]\d+$/, 'it finds some');
foreach my $workers (0, 1)
{
	$plans = launched("SET medsup.audit_workers = $workers");
	is(scalar(@{$plans->{fee_line} // []}), 1, "$workers workers: the lines are read by one statement");
	cmp_ok($plans->{fee_line}[0] // 0, '>', 0, 'which launched parallel workers');
	is($node->safe_psql('postgres', $findings), $wanted, 'and the findings are the same');
}
$plans = launched('SET medsup.audit_workers = 2');
is_deeply($plans->{fee_line}, [0, 0], '2 workers: each scans for itself');
is($node->safe_psql('postgres', $findings), $wanted, 'and the findings are the same');

done_testing();
