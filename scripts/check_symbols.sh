#!/bin/bash
# Exported symbols of the library, and global ones of its objects.
#   scripts/check_symbols.sh BUILD/medsup.so
set -uo pipefail
so=${1:?the built library}
command -v nm >/dev/null || { echo "$so:1: nm is missing; install the package binutils"; exit 1; }
[ -f "$so" ] || { echo "$so:1: is not built; run make"; exit 1; }
bad=0
export_ok='^(medsup_[a-z0-9_]+|pg_finfo_medsup_[a-z0-9_]+|_PG_init|Pg_magic_func)$'
symbols=$(nm -D --defined-only --format=posix "$so" | awk '{ print $1 }') || bad=1
grep -qx Pg_magic_func <<<"$symbols" || { echo "$so:1: has no magic block; is it the library?"; bad=1; }
while read -r s; do
  [ -n "$s" ] || continue
  echo "$so:1: exports $s; only medsup_* may leave the library, others are static or ms_* without PGDLLEXPORT"
  bad=1
done < <(grep -vE "$export_ok" <<<"$symbols")
for o in "$(dirname "$so")"/src/*.o "$(dirname "$so")"/src/*/*.o; do
  [ -f "$o" ] || continue
  src=${o#"$(dirname "$so")"/}
  [ -f "${src%.o}.c" ] || continue
  while read -r s; do
    [ -n "$s" ] || continue
    echo "${src%.o}.c:1: defines the global $s; make it static or name it ms_*"
    bad=1
  done < <(nm --defined-only -g --format=posix "$o" | awk '$2 ~ /[TDBRC]/ { print $1 }' | grep -vE "$export_ok|^ms_[a-z0-9_]+$")
done
exit $bad
