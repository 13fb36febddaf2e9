#!/bin/bash
# Every header compiles alone: on top of postgres.h, or, for a *_core.h, on
# top of nothing and without the server's include folder.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
inc=$("${PG_CONFIG:-pg_config}" --includedir-server) || exit 1
vis=()
case $("${PG_CONFIG:-pg_config}" --version) in
  "PostgreSQL 15"*) vis=(-DPGDLLEXPORT='__attribute__((visibility("default")))') ;;
esac
bad=0
shopt -s nullglob
for h in src/*.h src/*/*.h test/unit/*.h; do
  case $h in
    *_core.h | test/*) set -- -I src -x c "$h" ;;
    *) set -- -I src -isystem "$inc" "${vis[@]}" -include postgres.h -x c "$h" ;;
  esac
  # a header may well define static inline functions that nothing calls
  if ! gcc -std=gnu11 -fsyntax-only -Wall -Wextra -Werror -Wno-unused-parameter \
      -Wno-unused-function -Wno-unused-variable -Wno-missing-field-initializers "$@"; then
    echo "$h:1: does not compile alone; include what it needs"
    bad=1
  fi
done
exit $bad
