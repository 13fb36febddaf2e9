# CodeSetModel: sets of codes once more, as lists of pieces [first, end): texts,
# an undefined end is infinite.  Nothing is taken from the C code.
#
#   set_unite(@pieces)             ascending, joined where they touch
#   set_subtract(\@a, \@b)         of two united sets
#   set_has(\@pieces, $code)
#   set_print(@pieces)             as the multirange is printed
#   node_piece, range_piece, code_piece($type, ...)
package CodeSetModel;

use strict;
use warnings;

use Exporter 'import';
use CodeModel;

our @EXPORT = qw(set_unite set_subtract set_has set_print node_piece
  range_piece code_piece);

# by order of ends; the infinite one is last
sub ends { my ($a, $b) = @_; return !defined $a ? defined $b : !defined $b ? -1 : $a cmp $b; }

# A node or the beginning of one, with everything below.
sub node_piece
{
	my ($type, $node) = @_;
	return [ code_first($type, $node), $node eq '' ? undef : scalar code_behind($type, $node) ];
}

# From one node to another, with everything below that.
sub range_piece
{
	my ($type, $from, $to) = @_;
	return [ code_first($type, $from), scalar code_behind($type, $to) ];
}

# One code without what is below.
sub code_piece { my ($type, $code) = @_; return [ $code, scalar code_next($type, $code) ]; }

sub set_unite
{
	my @united;
	foreach my $piece (sort { $a->[0] cmp $b->[0] } @_)
	{
		my $last = $united[-1];
		if ($last && (!defined $last->[1] || $piece->[0] le $last->[1]))
		{
			$last->[1] = $piece->[1] if ends($piece->[1], $last->[1]) > 0;
			next;
		}
		push @united, [@$piece];
	}
	return @united;
}

sub set_subtract
{
	my ($from, $what) = @_;
	my @left = map { [@$_] } @$from;
	foreach my $cut (@$what)
	{
		my @next;
		foreach my $piece (@left)
		{
			my ($first, $end) = @$piece;
			my ($cut_first, $cut_end) = @$cut;
			if ((defined $end && $end le $cut_first) || (defined $cut_end && $cut_end le $first))
			{
				push @next, $piece;
				next;
			}
			push @next, [ $first, $cut_first ] if $first lt $cut_first;
			push @next, [ $cut_end, $end ] if defined $cut_end && ends($end, $cut_end) > 0;
		}
		@left = @next;
	}
	return @left;
}

sub set_has
{
	my ($set, $code) = @_;
	return scalar grep { $_->[0] le $code && (!defined $_->[1] || $code lt $_->[1]) } @$set;
}

sub set_print
{
	return '{' . join(',', map { "[$_->[0]," . ($_->[1] // '') . ')' } @_) . '}';
}

1;
