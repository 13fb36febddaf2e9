#!/bin/bash
# make bench-gathering: the gathering functions against what else there is.
#
#   SF=1             a quarter of an hour; 0.1 a few minutes
#   PARTS="dbscan covisit"  one of them alone; each is gathering_PART.sh,
#                    or gathering_PART.sql, and says there what it races
#   STAGE=DIR        medsup as staged by make install DESTDIR=DIR; without it
#                    the bench builds its own
#   COVISIT_MOST=500000  plain SQL is left out where there are more visits
#
# All run in one private cluster, one after the other.  Prints Markdown tables
# and lines
#   ratio gathering/NAME VALUE aim AIM
# Ends non-zero when somebody's answer is wrong, not when an aim is missed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
. test/bench/bench_lib.sh

sf=${SF:-1}
export SHARED_BUFFERS=${SHARED_BUFFERS:-1GB}
bench_start
machine
sql <<'SQL'
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
CREATE FUNCTION timed(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz := clock_timestamp();
BEGIN
    EXECUTE query;
    RETURN extract(epoch FROM clock_timestamp() - start);
END
$$;
SQL

for part in ${PARTS:-dbscan covisit scan dense}; do
  say
  if [ -f "$here/gathering_$part.sh" ]; then
    # shellcheck source=/dev/null
    . "$here/gathering_$part.sh"
  elif [ -f "$here/gathering_$part.sql" ]; then
    sql -v sf="$sf" -v covisit_most="${COVISIT_MOST:-500000}" -f "$here/gathering_$part.sql"
  else
    die "no part $part of the bench"
  fi
done
say
cat "$tmp/ratios"
