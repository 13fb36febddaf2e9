#!/usr/bin/perl
# The rules of the house that need only the text of the tree.
#   scripts/check_rules.pl RULE...
# Prints one line per offence, "file:line: what is wrong; what to do", and
# exits 1 when there is any.  docs/development.md explains the rules.
use strict;
use warnings;
use File::Find;

# ------------------------------------------------------------------ tree ---
my @tree;
find(
	{
		no_chdir => 1,
		preprocess => sub {
			sort grep { !/^(build.*|\.git|\.demo|results|tmp_check)$/ } @_;
		},
		wanted => sub {
			my $f = $File::Find::name;
			$f =~ s{^\./}{};
			push @tree, $f
			  if -f $File::Find::name
			  && $f !~ m{^sql/medsup--}
			  && $f !~ m{\.(o|so|bc|d|orig|rej)$};
		}
	},
	'.');
my @csrc = grep { m{^src/.*\.[ch]$} } @tree;
my @cores = grep { m{_core\.[ch]$} } @csrc;
my @parts = grep { m{^sql/parts/.*\.sql$} } @tree;

my $offences = 0;

sub bad
{
	my ($file, $line, $msg) = @_;
	print "$file:$line: $msg\n";
	$offences++;
}

my %slurped;

sub slurp
{
	my ($f) = @_;
	return $slurped{$f} //= do
	{
		open(my $fh, '<', $f) or die "$f: $!\n";
		local $/;
		my $t = <$fh>;
		$t // '';
	};
}

sub line_of
{
	my ($text, $pos) = @_;
	return 1 + (substr($text, 0, $pos) =~ tr/\n//);
}

# blank_c returns C text with comments (and, when asked, string contents)
# replaced by spaces, so that offsets and lines stay.
sub blank_c
{
	my ($t, $strings) = @_;
	my $blank = sub { my $x = shift; $x =~ s/[^\n]/ /g; return $x };
	$t =~ s{(/\*.*?\*/|//[^\n]*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')}
	       {defined $1 ? $blank->($1) : $strings ? '"' . (' ' x (length($2) - 2)) . '"' : $2}gse;
	return $t;
}

sub includes
{
	my ($f) = @_;
	my @r;
	my $t = blank_c(slurp($f));
	my $n = 0;
	foreach my $l (split /\n/, $t)
	{
		$n++;
		push @r, [ $n, $1, $2 ] if $l =~ /^\s*#\s*include\s*([<"])([^>"]+)[>"]/;
	}
	return @r;
}

# ------------------------------------------------------------- layering ----
# What a folder may include besides itself and the public header.
my %below = (
	common => [],
	code => ['common'],
	rulebook => [ 'code', 'common' ],
	audit => [ 'rulebook', 'code', 'common' ],
	review => [ 'audit', 'rulebook', 'code', 'common' ],
	anomaly => [ 'code', 'common' ],
	gathering => [ 'code', 'common' ],
	indicator => [ 'common' ]);
my %project = map { $_ => 1 } @csrc;

sub rule_layering
{
	foreach my $f (@csrc)
	{
		next if $f eq 'src/medsup.c';
		my ($dir) = $f =~ m{^src/(?:([^/]+)/)?[^/]+$};
		if (!defined $dir && $f ne 'src/medsup.h' || defined $dir && !$below{$dir})
		{
			bad($f, 1, "unknown place; sources live in src/{"
				  . join(',', sort keys %below) . "}");
			next;
		}
		foreach my $i (includes($f))
		{
			my ($n, $kind, $name) = @$i;
			my $target =
			    $project{"src/$name"} ? "src/$name"
			  : defined $dir && $project{"src/$dir/$name"} ? "src/$dir/$name"
			  : undef;
			next unless defined $target;
			if (!defined $dir)
			{
				bad($f, $n, "the public header includes $name; it must stand alone");
				next;
			}
			next if $target eq 'src/medsup.h';
			my ($tdir) = $target =~ m{^src/([^/]+)/};
			next if !defined $tdir || $tdir eq $dir;
			bad($f, $n,
				"$dir must not include $tdir (review -> audit -> rulebook -> code -> common; anomaly, gathering -> code; indicator -> common); move what is shared down, or the caller up"
			) unless grep { $_ eq $tdir } @{ $below{$dir} };
		}
	}
}

# ----------------------------------------------------------------- core ----
sub rule_core
{
	my %std = map { ("$_.h" => 1) }
	  qw(assert ctype errno float inttypes limits math stdarg stdbool stddef
	  stdint stdio stdlib string time);
	foreach my $f (@cores)
	{
		foreach my $i (includes($f))
		{
			my ($n, $kind, $name) = @$i;
			next if $kind eq '<' && $std{$name};
			next if $kind eq '"' && $name =~ m{_core\.h$};
			bad($f, $n, "a core includes $name; only C standard headers and other *_core.h are allowed, the server layer is the file beside it");
		}
		my $t = blank_c(slurp($f), 1);
		while ($t =~ /\b(malloc|calloc|realloc|free|strdup|abort|exit|printf|fprintf|ereport|elog|palloc\w*|pfree)\s*\(/g)
		{
			my ($what, $pos) = ($1, $-[1]);
			# a member called through a callback table is not the function
			next if substr($t, 0, $pos) =~ /(->|\.)\s*$/;
			bad($f, line_of($t, $pos), "a core calls $what(); memory, failure and output come in by callbacks or caller's buffers");
		}
	}
}

# ---------------------------------------------------------------- names ----
sub rule_names
{
	my %seen;
	foreach my $f (@csrc)
	{
		my ($b) = $f =~ m{([^/]+)$};
		bad($f, 1, "base name also used by $seen{$b}; dependency files are named by it, choose another") if $seen{$b};
		$seen{$b} //= $f;
		bad($f, 1, "file names are lower case with underscores") if $b !~ /^[a-z][a-z0-9_]*\.[ch]$/;
	}
	my %test;
	foreach my $f (grep { m{^test/(sql|isolation/specs)/} } @tree)
	{
		my ($b) = $f =~ m{([^/]+)\.(sql|spec)$} or next;
		bad($f, 1, "test name also used by $test{$b}; choose another") if $test{$b};
		$test{$b} //= $f;
		my $want =
		  $f =~ /\.spec$/ ? "test/isolation/expected/$b.out" : "expected/$b.out";
		bad($f, 1, "no expected result $want; run it, read the result, and add it") unless -f $want;
	}
	my %have = map { $_ => 1 } @tree;
	foreach my $f (grep { m{^expected/.*\.out$} } @tree)
	{
		my ($b) = $f =~ m{([^/]+)\.out$};
		bad($f, 1, "no test/sql/$b.sql; remove the orphan") unless $have{"test/sql/$b.sql"};
	}
}

# --------------------------------------------------------------- compat ----
sub rule_compat
{
	foreach my $f (@csrc)
	{
		next if $f eq 'src/common/ms_compat.h';
		my $t = blank_c(slurp($f), 1);
		while ($t =~ /\bPG_VERSION_NUM\b/g)
		{
			bad($f, line_of($t, $-[0]), "tests the server version; put the difference into src/common/ms_compat.h");
		}
	}
}

# --------------------------------------------------------------- errors ----
my $internal = qr/^(medsup: |unexpected|could not|cache lookup failed|unrecognized)/;

sub call_text
{
	my ($t, $pos) = @_;
	my $depth = 0;
	my $i = $pos;
	pos($t) = $pos;
	while ($t =~ /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[()])/g)
	{
		if ($1 eq '(') { $depth++; }
		elsif ($1 eq ')')
		{
			return substr($t, $pos, pos($t) - $pos) if --$depth == 0;
		}
	}
	return substr($t, $pos);
}

sub message_style
{
	my ($f, $line, $msg) = @_;
	bad($f, $line, "message \"$msg\" starts with a capital; primary messages are lower case") if $msg =~ /^[A-Z][a-z]/;
	bad($f, $line, "message \"$msg\" ends with a full stop; primary messages have none") if $msg =~ /\.$/ && $msg !~ /\.\.\.$/;
}

sub rule_errors
{
	my %known;
	my $list = slurp('src/common/ms_errors.h');
	$known{"MS$1$2$3"} = 1
	  while $list =~ /MAKE_SQLSTATE\('M',\s*'S',\s*'(\w)',\s*'(\w)',\s*'(\w)'\)/g;

	foreach my $f (grep { /\.[ch]$/ } @csrc)
	{
		next if $f eq 'src/common/ms_compat.h';
		my $t = blank_c(slurp($f));
		while ($t =~ /\b(ereport|ereturn|errsave)\s*(?=\()/g)
		{
			my ($fn, $at) = ($1, $+[0]);
			my $call = call_text($t, $at);
			my $line = line_of($t, $at);
			next if $fn eq 'ereport' && $call !~ /^\(\s*(ERROR|FATAL|PANIC|elevel|level)\b/;
			bad($f, $line, "$fn without errcode(); give the standard SQLSTATE, or one of class MS (ms_errors.h)") if $call !~ /\berrcode\w*\s*\(/;
			message_style($f, $line, $1) if $call =~ /\berrmsg(?:_internal|_plural)?\s*\(\s*"((?:[^"\\]|\\.)*)"/;
		}
		while ($t =~ /\belog\s*(?=\()/g)
		{
			my $at = $+[0];
			my $call = call_text($t, $at);
			next unless $call =~ /^\(\s*(ERROR|FATAL|PANIC)\s*,\s*"((?:[^"\\]|\\.)*)/;
			bad($f, line_of($t, $at), "elog(ERROR, \"$2\") for what a user may cause; use ereport with errcode, or start an internal message with \"medsup: \"")
			  if $2 !~ $internal;
		}
		while ($t =~ /MAKE_SQLSTATE/g)
		{
			bad($f, line_of($t, $-[0]), "own SQLSTATE outside the list; add it to src/common/ms_errors.h") if $f ne 'src/common/ms_errors.h';
		}
	}
	foreach my $f (@parts)
	{
		my $t = blank_sql_comments(slurp($f));
		while ($t =~ /\bRAISE\s+EXCEPTION\b(.*?);/gsi)
		{
			my ($body, $pos) = ($1, $-[0]);
			my $line = line_of($t, $pos);
			bad($f, $line, "RAISE EXCEPTION without USING ERRCODE; give the standard SQLSTATE, or one of class MS") if $body !~ /\bERRCODE\b/i;
			message_style($f, $line, $1) if $body =~ /^\s*'((?:[^']|'')*)'/;
		}
		while ($t =~ /'(MS[0-9A-Z]{3})'/g)
		{
			bad($f, line_of($t, $-[0]), "SQLSTATE $1 is not in src/common/ms_errors.h; add it there") unless $known{$1};
		}
	}
}

# ------------------------------------------------------------------ SQL ----
# blank_sql_comments blanks "--" and /* */ comments outside quotes.
sub blank_sql_comments
{
	my ($t) = @_;
	my $blank = sub { my $x = shift; $x =~ s/[^\n]/ /g; return $x };
	$t =~ s{(--[^\n]*|/\*.*?\*/)|('(?:[^']|'')*'|"(?:[^"]|"")*")}
	       {defined $1 ? $blank->($1) : $2}gse;
	return $t;
}

# statements of a script: [line, text], bodies included
sub statements
{
	my ($f) = @_;
	my $t = blank_sql_comments(slurp($f));
	my @r;
	my ($start, $atomic) = (0, 0);
	while ($t =~ /('(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\2\$|\bBEGIN\s+ATOMIC\b|\bCASE\b|\bEND\b|;|^\\[^\n]*\n)/gsmi)
	{
		my $tok = $1;
		if ($tok =~ /^BEGIN/i) { $atomic++; }
		elsif ($atomic && $tok =~ /^CASE$/i) { $atomic++; }
		elsif ($atomic && $tok =~ /^END$/i) { $atomic--; }
		elsif ($tok =~ /^\\/) { $start = pos($t) if substr($t, $start, $-[0] - $start) !~ /\S/; }
		elsif ($tok eq ';' && !$atomic)
		{
			my $s = substr($t, $start, pos($t) - $start);
			my $lead = $s =~ /^(\s*)/ ? length($1) : 0;
			push @r, [ line_of($t, $start + $lead), substr($s, $lead) ];
			$start = pos($t);
		}
	}
	my $rest = substr($t, $start);
	push @r, [ line_of($t, $start), $rest ] if $rest =~ /\S/;
	return @r;
}

# head_of removes quoted bodies, so that marks are searched outside them
sub head_of
{
	my ($s) = @_;
	$s =~ s/\$(\w*)\$.*?\$\1\$/ /gs;
	$s =~ s/'(?:[^']|'')*'/''/gs;
	$s =~ s/\bBEGIN\s+ATOMIC\b.*//si;
	return $s;
}

my $kinds = qr/FUNCTION|PROCEDURE|AGGREGATE|TYPE|DOMAIN|TABLE|VIEW|MATERIALIZED\s+VIEW|SEQUENCE|OPERATOR\s+CLASS|OPERATOR\s+FAMILY|OPERATOR|CAST|INDEX|TRIGGER|POLICY|RULE|SCHEMA|EXTENSION/i;

sub rule_sql_create
{
	foreach my $f (@parts)
	{
		my $t = blank_sql_comments(slurp($f));
		foreach my $bad (
			[ qr/\bCREATE\s+OR\s+REPLACE\b/i, 'CREATE OR REPLACE takes over an object that someone else made; write CREATE' ],
			[ qr/\bIF\s+NOT\s+EXISTS\b/i, 'IF NOT EXISTS accepts an object that someone else made; write a plain CREATE' ],
			[ qr/\bDROP\s+(FUNCTION|TABLE|TYPE|VIEW|OPERATOR|CAST|PROCEDURE|AGGREGATE|SCHEMA)\b/i, 'the install script only creates; remove the DROP' ])
		{
			# inside function bodies temporary objects may be dropped
			foreach my $s (statements($f))
			{
				my ($line, $text) = @$s;
				my $head = $text;
				$head =~ s/\$(\w*)\$.*?\$\1\$/my $x = $&; $x =~ s{[^\n]}{ }g; $x/gse
				  if $text !~ /^DO\b/i;
				while ($head =~ /$bad->[0]/g)
				{
					bad($f, $line + (substr($head, 0, $-[0]) =~ tr/\n//), $bad->[1]);
				}
			}
		}
		foreach my $s (statements($f))
		{
			my ($line, $text) = @$s;
			if ($text =~ /^CREATE\s+(?:UNLOGGED\s+|CONSTRAINT\s+)?(FUNCTION|PROCEDURE|AGGREGATE|TYPE|DOMAIN|TABLE|VIEW|MATERIALIZED\s+VIEW|SEQUENCE|OPERATOR\s+CLASS|OPERATOR\s+FAMILY|OPERATOR)\s+(\S+)/i
				&& $2 !~ /^medsup\./)
			{
				bad($f, $line, "CREATE $1 $2 is not qualified; write medsup.$2");
			}
		}
	}
	foreach my $f (@parts)
	{
		next unless $f =~ /00_header/;
		bad($f, 2, 'the first part must stop psql: \echo ... \quit') if slurp($f) !~ /^\\echo .*\\quit/m;
	}
}

sub rule_sql_order
{
	my $order = 'sql/parts/ORDER';
	my (%listed, $n);
	foreach my $l (split /\n/, slurp($order))
	{
		$n++;
		$l =~ s/#.*//;
		$l =~ s/^\s+|\s+$//g;
		next if $l eq '';
		bad($order, $n, "$l is listed twice") if $listed{$l}++;
		bad($order, $n, "there is no sql/parts/$l") unless -f "sql/parts/$l";
	}
	foreach my $f (@parts)
	{
		my ($b) = $f =~ m{([^/]+)$};
		bad($f, 1, "is not listed in sql/parts/ORDER, so it is not installed; add it") unless $listed{$b};
	}
}

sub rule_sql_marks
{
	foreach my $f (@parts)
	{
		foreach my $s (statements($f))
		{
			my ($line, $text) = @$s;
			next unless $text =~ /^CREATE\s+(FUNCTION|AGGREGATE)\s+([^\s(]+)/i;
			my ($kind, $name) = (uc $1, $2);
			my $head = head_of($text);
			if ($kind eq 'AGGREGATE')
			{
				bad($f, $line, "aggregate $name has no PARALLEL mark; add PARALLEL = SAFE, RESTRICTED or UNSAFE") if $head !~ /\bPARALLEL\s*=/i;
				next;
			}
			my ($args) = $head =~ /^CREATE\s+FUNCTION\s+[^\s(]+\s*\(((?:[^()]|\([^()]*\))*)\)/i;
			my $takes = grep { /\S/ && !/^\s*OUT\b/i } split /,/, $args // 'x';
			# the return type and arguments cannot contain these words alone
			bad($f, $line, "$name has no volatility; add IMMUTABLE, STABLE or VOLATILE, whichever is true") if $head !~ /\b(IMMUTABLE|STABLE|VOLATILE)\b/i;
			bad($f, $line, "$name has no strictness; add STRICT or CALLED ON NULL INPUT") if $takes && $head !~ /\b(STRICT|RETURNS\s+NULL\s+ON\s+NULL\s+INPUT|CALLED\s+ON\s+NULL\s+INPUT)\b/i;
			bad($f, $line, "$name has no PARALLEL mark; add PARALLEL SAFE, RESTRICTED or UNSAFE") if $head !~ /\bPARALLEL\s+(SAFE|RESTRICTED|UNSAFE)\b/i;
			bad($f, $line, "$name returns a set and has no ROWS estimate; add ROWS n") if $head =~ /\bRETURNS\s+(SETOF|TABLE)\b/i && $head !~ /\bROWS\s+\d+/i;
		}
	}
}

sub rule_sql_path
{
	foreach my $f (@parts)
	{
		foreach my $s (statements($f))
		{
			my ($line, $text) = @$s;
			next unless $text =~ /^CREATE\s+(FUNCTION|PROCEDURE)\s+([^\s(]+)/i;
			my ($kind, $name) = (uc $1, $2);
			my $head = head_of($text);
			my $set = $head =~ /\bSET\s+search_path\s*(=|TO)\s*pg_catalog\s*,\s*(medsup\s*,\s*)?pg_temp\b/i;
			my ($lang) = $head =~ /\bLANGUAGE\s+'?(\w+)/i;
			$lang = lc($lang // 'sql');
			bad($f, $line, "$name is SECURITY DEFINER without SET search_path = pg_catalog, pg_temp") if $head =~ /\bSECURITY\s+DEFINER\b/i && !$set;
			next if $set;
			if ($kind eq 'PROCEDURE')
			{
				# SET forbids COMMIT: only procedures that commit go without
				bad($f, $line, "$name has neither SET search_path = pg_catalog, pg_temp nor a COMMIT that would forbid it") if $text !~ /\b(COMMIT|ROLLBACK)\b/i && $lang ne 'c';
			}
			elsif ($lang eq 'plpgsql')
			{
				bad($f, $line, "$name needs SET search_path = pg_catalog, pg_temp");
			}
			elsif ($lang eq 'sql' && $text !~ /\bBEGIN\s+ATOMIC\b/i && $text !~ /\)\s*(?:RETURNS\s[^;]*?)?\bRETURN\s+[^;]+;\s*$/is)
			{
				bad($f, $line, "$name has a text body; write BEGIN ATOMIC, or add SET search_path = pg_catalog, pg_temp");
			}
		}
	}
}

sub rule_sql_comments
{
	foreach my $f (@parts)
	{
		my (%made, %said);
		foreach my $s (statements($f))
		{
			my ($line, $text) = @$s;
			if ($text =~ /^CREATE\s+(?:UNLOGGED\s+)?(FUNCTION|PROCEDURE|AGGREGATE|TYPE|DOMAIN|TABLE|VIEW|MATERIALIZED\s+VIEW|SEQUENCE|OPERATOR\s+CLASS|OPERATOR\s+FAMILY|OPERATOR)\s+([^\s(;]+)/i)
			{
				my ($k, $n) = (uc $1, lc $2);
				$k =~ s/\s+/ /g;
				# a shell type is completed by a second CREATE TYPE
				next if $k eq 'TYPE' && $text =~ /^CREATE\s+TYPE\s+\S+\s*;/i;
				push @{ $made{"$k $n"} }, $line;
			}
			elsif ($text =~ /^CREATE\s+CAST\s*\(\s*(\S+)\s+AS\s+([^)\s]+)/i)
			{
				push @{ $made{ lc "CAST $1 $2" } }, $line;
			}
			elsif ($text =~ /^COMMENT\s+ON\s+CAST\s*\(\s*(\S+)\s+AS\s+([^)\s]+)/i)
			{
				$said{ lc "CAST $1 $2" }++;
			}
			elsif ($text =~ /^COMMENT\s+ON\s+(FUNCTION|PROCEDURE|AGGREGATE|ROUTINE|TYPE|DOMAIN|TABLE|VIEW|MATERIALIZED\s+VIEW|SEQUENCE|OPERATOR\s+CLASS|OPERATOR\s+FAMILY|OPERATOR)\s+([^\s(;]+)/i)
			{
				my ($k, $n) = (uc $1, lc $2);
				$k =~ s/\s+/ /g;
				$said{"$k $n"}++;
			}
		}
		foreach my $what (sort keys %made)
		{
			my @lines = @{ $made{$what} };
			my $n = $said{$what} // 0;
			bad($f, $lines[ $n > $#lines ? $#lines : $n ], "$what is created " . scalar(@lines) . " times here and has $n COMMENT ON; add it next to it")
			  if $n < @lines;
		}
	}
}

# -------------------------------------------------------------- version ----
sub rule_version
{
	my ($v) = slurp('medsup.control') =~ /^default_version\s*=\s*'([^']+)'/m;
	return bad('medsup.control', 1, 'no default_version') unless $v;
	return bad('META.json', 1, 'is missing; PGXN and the packagers read it') unless -f 'META.json';
	my $meta = slurp('META.json');
	while ($meta =~ /"version"\s*:\s*"([^"]+)"/g)
	{
		my ($got, $pos) = ($1, $-[0]);
		# the version of the META format itself
		next if substr($meta, 0, $pos) =~ /"meta-spec"\s*:\s*\{[^}]*$/;
		bad('META.json', line_of($meta, $pos), "version $got, but medsup.control says $v; make them equal") if $got ne $v;
	}
	my $h = slurp('src/medsup.h');
	bad('src/medsup.h', line_of($h, $-[0]), "MEDSUP_VERSION $1, but medsup.control says $v; make them equal")
	  if $h =~ /define\s+MEDSUP_VERSION\s+"([^"]+)"/ && $1 ne $v;
	bad('CHANGELOG.md', 1, "has no heading for $v; write what is new") if !-f 'CHANGELOG.md' || slurp('CHANGELOG.md') !~ /^##\s+\Q$v\E\b/m;
}

# ---------------------------------------------------------------- paths ----
sub rule_paths
{
	# written so that this file does not match itself
	my @places = ('/wo' . 'rk/', '/home/[a-z][a-z0-9_-]*/', '/Us' . 'ers/[a-zA-Z]', '/tmp/m' . 's/', '/ro' . 'ot/[a-z]');
	my @hosts = ('deb\.deb' . 'ian\.org', 'security\.deb' . 'ian\.org', 'pypi\.' . 'org', 'registry\.npm', 'proxy\.golang', 'apt\.postgre' . 'sql\.org', 'crates\.' . 'io');
	my $places = join('|', @places);
	my $hosts = join('|', @hosts);
	foreach my $f (@tree)
	{
		next if -B $f && -s $f;
		my $n = 0;
		foreach my $l (split /\n/, slurp($f))
		{
			$n++;
			bad($f, $n, "names a folder of somebody's machine ($1); write it relative to the project, or take it from a variable") if $l =~ m{(?<![\w.\$\}])($places)};
			bad($f, $n, "names a package registry ($1); packages are installed by name from the machine's own sources") if $l =~ /($hosts)/;
		}
	}
}

# --------------------------------------------------------------- tests -----
# Every C test is built by wildcard; this finds what the wildcards miss.
sub rule_tests
{
	foreach my $f (@tree)
	{
		if ($f =~ m{^test/fuzz/[^/]+\.c$} && $f !~ /_fuzz\.c$/)
		{
			bad($f, 1, 'is never run; name it *_fuzz.c');
		}
		if ($f =~ m{^test/t/[^/]+$} && $f !~ /\.pl$/)
		{
			bad($f, 1, 'is never run; TAP tests are test/t/*.pl');
		}
		if ($f =~ m{^(test/sql|sql/parts)/.*\.sql$})
		{
			my $t = slurp($f);
			bad($f, line_of($t, $-[0]), 'ORDER BY a cast number is a constant and orders nothing; name the expression')
			  while $t =~ /\bORDER\s+BY\s+\d+::/gi;
		}
		if ($f =~ m{^test/isolation/[^/]+\.spec$})
		{
			bad($f, 1, 'is never run; move it to test/isolation/specs');
		}
	}
}

my %rules = (
	layering => \&rule_layering,
	core => \&rule_core,
	names => \&rule_names,
	compat => \&rule_compat,
	errors => \&rule_errors,
	'sql-create' => \&rule_sql_create,
	'sql-order' => \&rule_sql_order,
	'sql-marks' => \&rule_sql_marks,
	'sql-path' => \&rule_sql_path,
	'sql-comments' => \&rule_sql_comments,
	version => \&rule_version,
	paths => \&rule_paths,
	tests => \&rule_tests);

if (!@ARGV) { print "$_\n" for sort keys %rules; exit 0; }
foreach my $r (@ARGV)
{
	die "no rule $r; there are: @{[sort keys %rules]}\n" unless $rules{$r};
	$rules{$r}->();
}
exit($offences ? 1 : 0);
