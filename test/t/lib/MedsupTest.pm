# MedsupTest: nodes for the TAP tests of medsup.
#
#   use MedsupTest;
#   my $node = medsup_node('name');                  # medsup, PostGIS
#   my $node = medsup_node('name', cron => 1);       # with pg_cron preloaded
#   my $node = medsup_node('name', conf => "work_mem = '1MB'\n");
#   my $node = medsup_node('name', create => 0);     # started, nothing created
#   my $standby = medsup_standby($node);             # of one that allows_streaming
#
# The extension is the installed one, or the one staged by
# make install DESTDIR=... when the environment gives MEDSUP_STAGE.
package MedsupTest;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

our @EXPORT = qw(medsup_node medsup_standby medsup_conf medsup_data have_extension medsup_recovers);

# medsup_conf returns the settings by which a server finds a staged medsup;
# for nodes that a test sets up itself (standbys, restored copies).
sub medsup_conf
{
	my $stage = $ENV{MEDSUP_STAGE} or return '';
	my $pg_config = $ENV{PG_CONFIG} || 'pg_config';
	my ($libdir, $sharedir, $version) =
	  map { my $v = qx("$pg_config" $_); chomp $v; $v }
	  qw(--pkglibdir --sharedir --version);
	my ($major) = $version =~ /(\d+)/;
	my $conf = "dynamic_library_path = '$stage$libdir:\$libdir'\n";
	$conf .=
	  $major >= 18
	  ? "extension_control_path = '$stage$sharedir:\$system'\n"
	  : "extension_destdir = '$stage'\n";
	return $conf;
}

# medsup_node returns a started node with the extension in database postgres.
sub medsup_node
{
	my ($name, %opt) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(
		extra => [ '-E', 'UTF8', '--locale=C.UTF-8' ],
		allows_streaming => $opt{allows_streaming} // 0);
	$node->append_conf('postgresql.conf', medsup_conf());
	if ($opt{cron})
	{
		my $host = $node->host;
		$node->append_conf('postgresql.conf', <<"CONF");
shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
cron.host = '$host'
cron.use_background_workers = on
max_worker_processes = 24
CONF
	}
	$node->append_conf('postgresql.conf', $opt{conf}) if defined $opt{conf};
	$node->start;
	if ($opt{create} // 1)
	{
		$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron') if $opt{cron};
		$node->safe_psql('postgres', 'CREATE EXTENSION medsup CASCADE');
	}
	return $node;
}

# medsup_standby returns a started hot standby of a node that allows streaming,
# which has all that the node has.
sub medsup_standby
{
	my ($primary) = @_;
	my $standby = PostgreSQL::Test::Cluster->new('standby');

	$primary->backup('base');
	$standby->init_from_backup($primary, 'base', has_streaming => 1);
	$standby->append_conf('postgresql.conf', medsup_conf());
	$standby->start;
	$primary->wait_for_catchup($standby);
	is($standby->safe_psql('postgres', 'SELECT pg_is_in_recovery()'), 't', 'the standby is one');
	return $standby;
}

# medsup_data returns the folder of the real code lists, or undef.
sub medsup_data
{
	my $dir = $ENV{MEDSUP_DATA};
	return defined $dir && -d "$dir/codes" ? $dir : undef;
}

# have_extension tells whether a server of this installation offers NAME.
sub have_extension
{
	my ($name) = @_;
	my $pg_config = $ENV{PG_CONFIG} || 'pg_config';
	my $sharedir = qx("$pg_config" --sharedir);
	chomp $sharedir;
	return -f "$sharedir/extension/$name.control";
}

# medsup_recovers waits until a server that crashed answers again.  Unlike
# poll_query_until it feeds psql nothing: writing to one that was refused is an
# error of its own.
sub medsup_recovers
{
	my ($node) = @_;
	my @psql = ('psql', '-X', '-A', '-t', '-d', $node->connstr('postgres'), '-c', 'SELECT true');

	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		my ($out, $err) = ('', '');

		IPC::Run::run(\@psql, '<', '/dev/null', '>', \$out, '2>', \$err);
		return 1 if $out =~ /^t/;
		usleep(100_000);
	}
	return 0;
}

1;
