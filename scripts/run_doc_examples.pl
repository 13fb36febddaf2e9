#!/usr/bin/perl
# Runs every SQL example of the documentation.
#
# Each ```sql block of README*.md and docs/**/*.md is run by psql; the blocks
# of one file run in order in one fresh database that has the extension.
#   ```sql                every statement must succeed
#   ```sql expect-error   the block must fail
#   ```sql skip           not run; allowed in docs/decisions only
# Needs PGHOST and the like, as scripts/cluster.sh run gives them, with
# medsup installable.  Every block counts as one test.
use strict;
use warnings;
use File::Find;
use File::Temp qw(tempfile);

my @files = @ARGV;
if (!@files)
{
	@files = sort glob('README*.md');
	my @docs;
	find(
		{
			no_chdir => 1,
			wanted => sub { push @docs, $File::Find::name if /\.md$/ }
		},
		'docs') if -d 'docs';
	push @files, sort @docs;
}

my ($passed, $failed) = (0, 0);
my $maintenance = $ENV{PGDATABASE} // 'postgres';

sub fail
{
	my ($where, $why) = @_;
	$failed++;
	print "$where: $why\n";
}

sub psql
{
	my ($db, @args) = @_;
	local $ENV{PGDATABASE} = $db;
	local $ENV{PGOPTIONS} = '-c client_min_messages=warning';
	my $pid = open(my $out, '-|');
	die "fork: $!" unless defined $pid;
	if (!$pid)
	{
		open(STDERR, '>&', \*STDOUT) or die;
		exec('psql', '-X', '-v', 'ON_ERROR_STOP=1', @args) or die "psql: $!";
	}
	my $text = do { local $/; <$out> };
	close($out);
	return ($? == 0, $text // '');
}

foreach my $file (@files)
{
	my @blocks;
	open(my $fh, '<', $file) or die "$file: $!";
	my ($in, $cur);
	while (my $line = <$fh>)
	{
		if (!$in && $line =~ /^\s*```+\s*sql\b\s*(.*?)\s*$/i)
		{
			$cur = { line => $., mode => $1, text => '' };
			$in = 'sql';
		}
		elsif (!$in && $line =~ /^\s*```/)
		{
			$in = 'other';
		}
		elsif ($in && $line =~ /^\s*```+\s*$/)
		{
			push @blocks, $cur if $in eq 'sql';
			undef $in;
		}
		elsif ($in && $in eq 'sql')
		{
			$cur->{text} .= $line;
		}
	}
	close($fh);
	fail("$file:$cur->{line}", 'the block is not closed') if $in && $in eq 'sql';
	next unless @blocks;

	my $db = 'medsup_doc_example';
	psql($maintenance, '-qc', "DROP DATABASE IF EXISTS $db");
	my ($ok, $text) = psql($maintenance, '-qc', "CREATE DATABASE $db");
	($ok, $text) = psql($db, '-qc', 'CREATE EXTENSION medsup CASCADE') if $ok;
	if (!$ok)
	{
		fail($file, "no database for its examples: $text");
		next;
	}
	foreach my $b (@blocks)
	{
		my $where = "$file:$b->{line}";
		if ($b->{mode} eq 'skip')
		{
			fail($where, 'only docs/decisions may have examples that do not run')
			  unless $file =~ m{^docs/decisions/};
			next;
		}
		if ($b->{mode} !~ /^(expect-error)?$/)
		{
			fail($where, "unknown mark '$b->{mode}'; use expect-error, or none");
			next;
		}

		# An installed extension is what the examples start from.
		my $sql = $b->{text};
		$sql =~ s/^\s*CREATE EXTENSION\s+(IF NOT EXISTS\s+)?medsup\b[^;]*;//mig;
		my ($tmp, $name) = tempfile(UNLINK => 1);
		print $tmp $sql;
		close($tmp);
		($ok, $text) = psql($db, '-q', '-f', $name);
		if ($ok && $b->{mode} eq 'expect-error')
		{
			fail($where, 'should have failed, but succeeded');
		}
		elsif (!$ok && $b->{mode} ne 'expect-error')
		{
			$text =~ s/\Q$name\E:(\d+)/"$file:" . ($b->{line} + $1)/eg;
			fail($where, "example failed:\n$text");
		}
		else { $passed++; }
	}
	psql($maintenance, '-qc', "DROP DATABASE $db");
}

print "docs: $passed passed, $failed failed\n";
exit($failed || !$passed ? 1 : 0);
