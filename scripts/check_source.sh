#!/bin/bash
# make check-source: every rule of the house, one result each.
#   scripts/check_source.sh [--so BUILD/medsup.so] [RULE...]
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. scripts/lib.sh
so=
if [ "${1:-}" = --so ]; then so=$2; shift 2; fi
rules=("$@")
if [ ${#rules[@]} = 0 ]; then
  mapfile -t rules < <(scripts/check_rules.pl)
  rules+=(headers symbols format shell)
fi
passed=0 failed=0
for r in "${rules[@]}"; do
  case $r in
    headers) out=$(scripts/check_headers.sh 2>&1); rc=$? ;;
    symbols)
      if [ -z "$so" ]; then
        so=build/check/gcc/medsup.so
        out=$(unset MAKEFLAGS MFLAGS BUILD MAKELEVEL
          make -s -j2 BUILD=build/check/gcc CC=gcc WERROR=1 with_llvm=no all 2>&1)
        rc=$?
      else out='' rc=0; fi
      if [ $rc = 0 ]; then out=$(scripts/check_symbols.sh "$so" 2>&1); rc=$?; fi ;;
    format) out=$(scripts/indent.sh --check 2>&1); rc=$? ;;
    shell) out=$(scripts/check_shell.sh 2>&1); rc=$? ;;
    *) out=$(scripts/check_rules.pl "$r" 2>&1); rc=$? ;;
  esac
  if [ $rc = 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'rule %s is broken:\n%s\n' "$r" "$out"
  fi
done
finish check-source $passed $failed
