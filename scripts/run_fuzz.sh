#!/bin/bash
# Runs every test/fuzz/*_fuzz.c for FUZZ_SECONDS (libFuzzer with the address
# and undefined-behaviour sanitizers).  Seeds: test/fuzz/NAME.seeds/*.
#   scripts/run_fuzz.sh [name_fuzz ...]
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. scripts/lib.sh
secs=${FUZZ_SECONDS:-10}
out=${BUILD:-$PWD/build}/fuzz
mkdir -p "$out"
CC=${FUZZ_CC:-clang}
command -v "$CC" >/dev/null || die "fuzz: no $CC; install clang and libclang-rt-14-dev (make setup)"
shopt -s nullglob
cores=(src/*/*_core.c)
names=("$@")
[ ${#names[@]} -gt 0 ] || for t in test/fuzz/*_fuzz.c; do names+=("$(basename "$t" .c)"); done
flags=(-std=gnu11 -g -O1 -fno-omit-frame-pointer -I src -I test/unit
  -fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all)
passed=0 failed=0 objs=() pids=()

# the cores once, two at a time
for c in "${cores[@]}"; do
  o=$out/$(basename "$c" .c).o
  objs+=("$o")
  rm -f "$o"
  "$CC" "${flags[@]}" -fsanitize=fuzzer-no-link -c "$c" -o "$o" &
  pids+=($!)
  if [ ${#pids[@]} -ge 2 ]; then wait "${pids[0]}"; pids=("${pids[@]:1}"); fi
done
wait
for o in "${objs[@]}"; do
  [ -f "$o" ] || { echo "fuzz: $o does not compile" >&2; finish fuzz 0 1; }
done

for n in "${names[@]}"; do
  if ! "$CC" "${flags[@]}" -fsanitize=fuzzer "test/fuzz/$n.c" "${objs[@]}" \
      -lm -o "$out/$n"; then
    failed=$((failed + 1)); continue
  fi
  mkdir -p "$out/$n.corpus"
  seeds=()
  [ -d "test/fuzz/$n.seeds" ] && seeds=("test/fuzz/$n.seeds")
  if "$out/$n" -max_total_time="$secs" -rss_limit_mb=1024 -timeout=10 \
      -print_final_stats=1 -artifact_prefix="$out/$n." \
      "$out/$n.corpus" "${seeds[@]}" >"$out/$n.log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$n.log")
    if [ "${runs:-0}" -gt 0 ]; then
      echo "fuzz $n: $runs inputs in ${secs}s"
      passed=$((passed + 1))
    else
      echo "fuzz $n: no input was executed" >&2; failed=$((failed + 1))
    fi
  else
    echo "--- fuzz $n"; tail -60 "$out/$n.log"
    failed=$((failed + 1))
  fi
done
finish fuzz $passed $failed
