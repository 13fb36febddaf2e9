# shellcheck shell=bash disable=SC2034
# Shared by the scripts of medsup; sourced by bash.  Every suite ends with one
# line "NAME: N passed, N failed", by finish(); a suite that ran nothing has
# failed.

say() { printf '%s\n' "$*"; }
die() { printf 'medsup: %s\n' "$*" >&2; exit 1; }

# count_log FILE: sets n_passed and n_failed from a log that ends with
# "N passed, N failed" or is TAP.
count_log() {
  local last
  last=$(grep -E '[0-9]+ passed, [0-9]+ failed *$' "$1" | tail -1)
  if [ -n "$last" ]; then
    n_passed=$(sed -E 's/.*(^|[^0-9])([0-9]+) passed, ([0-9]+) failed *$/\2/' <<<"$last")
    n_failed=$(sed -E 's/.*[^0-9]([0-9]+) failed *$/\1/' <<<"$last")
  else
    n_passed=$(grep -cE '^ok\b' "$1")
    n_failed=$(grep -cE '^not ok\b' "$1")
  fi
  # a log that cannot be counted is a suite that failed
  [[ $n_passed =~ ^[0-9]+$ && $n_failed =~ ^[0-9]+$ ]] || { n_passed=0 n_failed=1; }
}

# finish NAME PASSED FAILED: the summary line, and the exit code.
finish() {
  local f=$3
  if [ "$2" = 0 ] && [ "$f" = 0 ]; then
    echo "$1: nothing ran, which counts as a failure" >&2
    f=1
  fi
  echo "$1: $2 passed, $f failed"
  [ "$f" = 0 ]
  exit $?
}
