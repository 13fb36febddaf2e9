# shellcheck shell=bash disable=SC2154
# Part of make bench-gathering: st_dbscan against PostGIS's ST_ClusterDBSCAN, R's
# dbscan, scikit-learn's DBSCAN and a bare grid in C (gathering_floor.c), on the
# same rows, one core each.
#
#   RIVAL_MOST=1000000  rivals are left out where there are more rows at SF=1
#   RIVAL_SECONDS=90   a rival is given up after so long
#   RIVAL_GB=12        and R and scikit-learn when they want more memory
#
# Every answer is judged by gathering_floor: same noise, same partition of core
# points, border points in a cluster of a core neighbour.  R (packages r-base-core
# and r-cran-dbscan) and scikit-learn (python3-sklearn, by /usr/bin/python3) are
# left out with a word where they are absent.  The floor has no server around it
# and its points in memory.  PostGIS knows no time; R and scikit-learn cluster
# their lists of neighbours in space without those too far in time.

rival_most=${RIVAL_MOST:-1000000}
limit=${RIVAL_SECONDS:-90}
gigabytes=${RIVAL_GB:-12}
declare -A took used_mb cell
rivals='r sklearn'
Rscript --vanilla -e 'library(dbscan)' >/dev/null 2>&1 || { say "R's dbscan is absent (package r-cran-dbscan) and left out"; rivals=${rivals/r /}; }
/usr/bin/python3 -c 'import sklearn' 2>/dev/null || { say "scikit-learn is absent (package python3-sklearn) and left out"; rivals=${rivals/sklearn/}; }
"${CC:-gcc}" -O2 -Wall -o "$tmp/floor" "$here/gathering_floor.c" -lm
sql <<'SQL'
CREATE FUNCTION bench_memory(what text) RETURNS float8 LANGUAGE sql VOLATILE
RETURN (regexp_match(pg_read_file('/proc/self/status'), what || ':\s+(\d+)'))[1]::float8 / 1024;
CREATE FUNCTION bench_cpu() RETURNS float8 LANGUAGE sql VOLATILE
RETURN split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e9;
SQL

# one lap each: prints wall and CPU seconds and megabytes, and leaves the labels
in_server() {
  sql -A -t -F ' ' -v limit="${limit}s" -v query="$1" -f "$here/gathering_dbscan.sql" &&
    sql -A -t -o "$tmp/label" -c "SELECT unnest(labels) FROM label"
}
outside() {
  (ulimit -v $((gigabytes << 20)) &&
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 timeout "$limit" "$@" "$tmp/points" "$eps" "$span" "$k" "$tmp/label")
}
# contender NAME COMMAND...: the best of three laps, of one if it takes long; sets
# took, used_mb and cell of NAME, and keeps the labels for the judge
contender() {
  local name=$1 lap seconds cpu mb rc
  took[$name]='' cell[$name]=''
  shift
  for _ in 1 2 3; do
    rc=0
    lap=$("$@" 2>"$tmp/err") || rc=$?
    if [ "$rc" = 124 ] || grep -q 'statement timeout' "$tmp/err"; then
      cell[$name]="more than $limit s"
      return
    elif [ "$rc" != 0 ]; then
      grep -qiE 'memory|cannot allocate|bad_alloc' "$tmp/err" || { cat "$tmp/err" >&2; die "$name failed"; }
      cell[$name]="more than $gigabytes GB"
      return
    fi
    read -r seconds cpu mb <<<"$lap"
    if [ -z "${took[$name]}" ] || awk "BEGIN { exit !($seconds < ${took[$name]}) }"; then
      took[$name]=$seconds used_mb[$name]=$mb cell[$name]=$(printf '%.3g s, %.3g CPU, %.0f MB' "$seconds" "$cpu" "$mb")
    fi
    [ "${seconds%.*}" -lt 4 ] || break
  done
  mv "$tmp/label" "$tmp/$name.label"
}

# race NAME ROWS FOLD EPS EPS_TIME MIN_POINTS: EPS_TIME 'NULL' is no limit
race() {
  local name=$1 eps k=$6 span=-1 rows judged clusters noise
  # at smaller scales not less than ten thousand, and as dense
  read -r rows eps < <(awk "BEGIN { rows = int($2 * $sf); if (rows < 10000) rows = 10000; printf \"%d %d\\n\", rows, $4 * sqrt($2 / rows) + 0.5 }")
  [ "$5" = NULL ] || span=$(value "SELECT extract(epoch FROM interval '$5')::bigint * 1000000")
  sql -v n="$rows" -v fold="$3" -f "$here/gathering_dbscan_draw.sql"
  sql -c "COPY (SELECT ST_X(place), ST_Y(place), extract(epoch FROM at)::float8 * 1e6 FROM visit) TO STDOUT (FORMAT binary)" | "$tmp/floor" unpack >"$tmp/points"
  rm -f "$tmp"/*.label
  took=() cell=()
  contender medsup in_server "medsup.st_dbscan(place, at, $eps, ${5/#[0-9]*/"'$5'"}, $k)"
  # lists of neighbours in space, whatever their time, are soon beyond the machine
  if [ "$2" -le "$rival_most" ] && { [ "$span" = -1 ] || [ "$2" -le 1000000 ]; }; then
    [ "$span" != -1 ] || contender postgis in_server "ST_ClusterDBSCAN(place, $eps, $k)"
    [[ $rivals != *r\ * ]] || contender r outside Rscript --vanilla "$here/gathering_rival.R"
    [[ $rivals != *sklearn* ]] || contender sklearn outside /usr/bin/python3 "$here/gathering_rival.py"
  fi
  contender floor outside "$tmp/floor"
  [ -n "${took[floor]}" ] || die "the floor, which is the judge, takes more than $limit s over $name; give RIVAL_SECONDS more"
  judged=$("$tmp/floor" "$tmp/points" "$eps" "$span" "$k" - "$tmp"/*.label) || die "answers to $name of $rows rows differ"
  read -r clusters noise <<<"$judged"
  row "$name" "$rows" "$eps" "${5/NULL/}" "$k" "$clusters" "$noise" "${cell[medsup]}" "${cell[postgis]:-}" "${cell[r]:-}" "${cell[sklearn]:-}" "${cell[floor]}"
}
# over NAME RIVAL RELATION AIM: how many times as long as st_dbscan the rival took in the last race
over() {
  [ -z "${took[$2]:-}" ] || ratio "$1/$2" "$(calc "${took[$2]} / ${took[medsup]}")" "$3" "$4"
}

say "| | rows | eps | eps_time | min_points | clusters | noise | st_dbscan | ST_ClusterDBSCAN | R dbscan | scikit-learn | bare grid |"
say "|---|---|---|---|---|---|---|---|---|---|---|---|"
race planar 10000 1 1000 NULL 5
race planar 100000 1 300 NULL 5
race planar 1000000 1 200 NULL 5
over dbscan/planar_million postgis '>=' 10
over dbscan/planar_million r '>=' 3
over dbscan/planar_million sklearn '>=' 3
race planar 1000000 1 100 NULL 5
over dbscan/planar_million_near postgis '>=' 10
over dbscan/planar_million_near r '>=' 3
race planar 5000000 1 50 NULL 5
race thousandfold 1000000 1000 200 NULL 5
over dbscan/thousandfold_million postgis '>=' 10
over dbscan/thousandfold_million r '>=' 3
race thousandfold 5000000 1000 90 NULL 5
race space-time 10000 1 3000 '3 days' 3
race space-time 100000 1 1000 '1 day' 3
race space-time 1000000 1 300 '1 day' 3
[ -z "${took[floor]:-}" ] || ratio dbscan/space_time_million/over_floor "$(calc "${took[medsup]} / ${took[floor]}")" '<=' 1.5
race space-time 5000000 1 300 '6 hours' 3
race space-time 10000000 1 300 '3 hours' 3
ratio dbscan/space_time_ten_million/seconds "${took[medsup]}" '<=' 35
ratio dbscan/space_time_ten_million/MB "${used_mb[medsup]}" '<=' 2048
race "space-time, thousandfold" 5000000 1000 300 '30 minutes' 5
