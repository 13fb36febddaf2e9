# CodeTreeModel: the hierarchy of the codes once more, as the tables of
# docs/types.md say it.  A form is cut at some lengths, each the node of a
# level; a text between two cuts has the level of the node that it begins.
# Nothing is taken from the C code.
#
#   tree_levels($type)             levels that are values
#   tree_level($type, $code)
#   tree_parent($type, $code)      undef at the top
#   tree_ancestor($type, $code, $level)
#   tree_dagger($code), tree_asterisk($code)
#   tree_forms($type, $code)       names of the grammars, in a list
#   tree_segments()                names of the parts of fee items
#   tree_segment($name, $code)     undef where the item has none
#   tree_chapter_icd9cm3($code)
package CodeTreeModel;

use strict;
use warnings;

use Exporter 'import';
use CodeModel;

our @EXPORT = qw(tree_levels tree_level tree_parent tree_ancestor tree_dagger
  tree_asterisk tree_forms tree_segments tree_segment tree_chapter_icd9cm3);

my %levels = (icd10 => [ 3 .. 7 ], icd9cm3 => [ 2 .. 6 ], fee_item => [ 1 .. 11 ]);

# lengths of the nodes; the first is of level 1
my %fee_cuts = (
	drug_x => [ 1, 2, 4, 5, 6, 10, 11, 14, 16, 18, 23 ],
	drug_z => [ 1, 2, 4, 5, 6, 11, 13, 15, 20 ],
	drug_t => [ 1, 3, 5, 6, 10, 11, 15, 20 ],
	drug_j => [ 1, 16 ],
	consumable => [ 1, 3, 5, 7, 10, 12, 15, 20, 27 ],
	service => [ 2, 3, 4, 6, 8, 11, 13, 15 ],
	local => [17]);

# The nodes a text passes through, as { level => length }.
sub cuts
{
	my ($type, $code) = @_;
	if ($type eq 'icd10')
	{
		return { 3 => 3, 4 => 5, 5 => 7, 7 => length $code } if $code =~ /^.{7}[+]/;
		return { 3 => 3, 4 => 5, 5 => 7, 6 => 11, 7 => length $code }
		  if $code =~ /^.{11}[+]/;
		return { 3 => 3, 4 => 5, 5 => 7, 6 => 11 };
	}
	if ($type eq 'icd9cm3')
	{
		return { 2 => 2, 3 => 4, 4 => 5, 6 => 11 } if $code =~ /^.{6}x/;         # 86.700x0013
		return { 2 => 2, 3 => 4, 4 => 5, 5 => 7, 6 => 11 } if $code =~ /^.{7}x/;
		return { 2 => 2, 3 => 4, 4 => 5, 5 => 8 };
	}
	my @lengths = @{ $fee_cuts{ code_kind($code) } };
	return { map { $_ + 1 => $lengths[$_] } 0 .. $#lengths };
}

sub tree_levels { return @{ $levels{ $_[0] } }; }

sub tree_level
{
	my ($type, $code) = @_;
	my $cuts = cuts($type, $code);
	my ($level) = grep { length $code <= $cuts->{$_} } sort { $a <=> $b } keys %$cuts;
	return $level;
}

sub tree_parent
{
	my ($type, $code) = @_;
	my $cuts = cuts($type, $code);
	my $level = tree_level($type, $code);
	my ($above) = grep { $_ < $level } sort { $b <=> $a } keys %$cuts;
	return defined $above ? substr($code, 0, $cuts->{$above}) : undef;
}

sub tree_ancestor
{
	my ($type, $code, $level) = @_;
	my $own = tree_level($type, $code);
	return $code if $level == $own;
	my $length = cuts($type, $code)->{$level};
	return $level < $own && defined $length ? substr($code, 0, $length) : undef;
}

sub tree_dagger { my ($code) = @_; return $code =~ s/[+].*//r; }
sub tree_asterisk { my ($code) = @_; return $code =~ /[+](.*)[*]$/ ? $1 : undef; }

# ------------------------------------------------------------- grammars ---
my %grammars = (
	icd10 => [
		[ national_base => qr/^[A-Z][0-9]{2}\.[0-9x][0-9]{2}$/ ],
		[ national_extension => qr/^[A-Z][0-9]{2}\.[0-9x][0-9]{2}x[0-9]{3}$/ ],
		[ national_pair => qr/^[A-Z][0-9]{2}\.[0-9x][0-9]{2}(x[0-9]{3})?\+[A-Z][0-9]{2}(\.[0-9])?\*$/ ],
		[ who => qr/^[A-Z][0-9]{2}(\.[0-9][0-9]?)?$/ ],
		[ icd10cm => qr/^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$/ ] ],
	icd9cm3 => [
		[ national_base => qr/^[0-9]{2}\.[0-9][0-9x][0-9]{2}$/ ],
		[ national_extension => qr/^[0-9]{2}\.[0-9][0-9x][0-9]{2}x[0-9]{3}$/ ],
		[ national_swapped => qr/^[0-9]{2}\.[0-9]{3}x[0-9]{4}$/ ],
		[ tcm => qr/^17\.9[0-9][0-9][0-9A-Z][0-9]$/ ],
		[ icd9cm => qr/^[0-9]{2}(\.[0-9][0-9]?)?$/ ] ]);

sub tree_forms
{
	my ($type, $code) = @_;
	return map { $_->[0] } grep { $code =~ $_->[1] } @{ $grammars{$type} };
}

# ------------------------------------------------------------- segments ---
# where a part begins and how long it is, by kind
my %segments = (
	atc => { drug_x => [ 1, 5 ] },
	drug_class => { drug_x => [ 0, 6 ], drug_z => [ 0, 6 ], drug_t => [ 0, 6 ] },
	generic => {
		drug_x => [ 0, 10 ], drug_z => [ 0, 11 ], drug_t => [ 0, 10 ],
		consumable => [ 0, 10 ] },
	dosage_form => { drug_x => [ 10, 4 ] },
	spec => { drug_x => [ 14, 2 ], drug_z => [ 11, 2 ], consumable => [ 12, 3 ] },
	pack => { drug_x => [ 16, 2 ], drug_z => [ 13, 2 ], drug_t => [ 11, 4 ] },
	maker => {
		drug_x => [ 18, 5 ], drug_z => [ 15, 5 ], drug_t => [ 15, 5 ],
		consumable => [ 15, 5 ] },
	service_area => { service => [ 0, 2 ] },
	service_class => { service => [ 2, 6 ] },
	service_base => { service => [ 2, 9 ] },
	service_subitem => { service => [ 11, 2 ] },
	service_addon => { service => [ 13, 2 ] },
	consumable_class => { consumable => [ 0, 7 ] },
	consumable_material => { consumable => [ 10, 2 ] },
	consumable_item => { consumable => [ 20, 7 ] });

sub tree_segments { return sort keys %segments; }

sub tree_segment
{
	my ($name, $code) = @_;
	my ($from, $length) = @{ $segments{$name}{ code_kind($code) } || return undef };
	return $from + $length <= length $code ? substr($code, $from, $length) : undef;
}

# -------------------------------------------------------------- chapters ---
my @chapters_icd9cm3 = (
	[ 0, 0 ], [ 1, 1 ], [ 2, 6 ], [ 3, 8 ], [ '3A', 17 ], [ 4, 18 ], [ 5, 21 ],
	[ 6, 30 ], [ 7, 35 ], [ 8, 40 ], [ 9, 42 ], [ 10, 55 ], [ 11, 60 ], [ 12, 65 ],
	[ 13, 72 ], [ 14, 76 ], [ 15, 85 ], [ 16, 87 ]);

sub tree_chapter_icd9cm3
{
	my ($code) = @_;
	my ($last) = grep { $_->[1] <= substr($code, 0, 2) } reverse @chapters_icd9cm3;
	return $last->[0];
}

1;
