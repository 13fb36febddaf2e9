#!/bin/bash
# anomaly_race.sh SF PYTHON RACES: the races of anomaly.sh, inside its cluster.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
sf=$1
rival=$2
races=$3
sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
say() { echo "== $*" >&2; }

sql -v sf="$sf" -v races="$races" -f "$here/anomaly_draw.sql"
say "scale $sf: $(sql -c "SELECT string_agg(format('%s %s', count, name), ', ' ORDER BY name DESC) FROM (SELECT 'providers' AS name, count(*) FROM provider UNION ALL SELECT 'doctors', count(*) FROM doctor) x")"

# ours RACE NAME QUERY: a session of its own, so that its memory is its own
ours() {
  sql -v race="$1" -v name="$2" -v query="$3" -f "$here/anomaly_ours.sql"
}
# rival RACE NAME RELATION GROUPED METHOD [PART]: PART of the groups, extrapolated
rivals() {
  [ -n "$rival" ] || return 0
  local wall cpu mb race=$1 name=$2 relation=$3 groups=$4 method=$5 part=${6:-1}
  sql -c "COPY (SELECT ${groups}::float8, f FROM $relation ORDER BY ${groups} + 0, n) TO STDOUT (FORMAT binary)" |
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $rival "$here/anomaly_rival.py" "$method" "$part" >"$answer"
  read -r wall cpu mb <"$answer"
  sql -c "INSERT INTO lap VALUES ('$race', '$name', $wall, $cpu, $mb)"
  if [ "$relation" = provider ] && [ "$part" = 1 ]; then
    sql -c "CREATE TEMP TABLE s (at bigint GENERATED ALWAYS AS IDENTITY, score float8)" \
      -c "\\copy s (score) FROM PROGRAM 'tail -n +2 $answer'" \
      -c "INSERT INTO scored SELECT '$name', p.n, s.score FROM (SELECT n, row_number() OVER (ORDER BY ${groups} + 0, n) AS at FROM provider) p JOIN s USING (at)"
  fi
}
directions="(SELECT directions FROM plan)"
plain=$(sql -f "$here/anomaly_plain.sql")

for layout in "0 providers" "peer providers_by_peers"; do
  read -r groups race <<<"$layout"
  by=; [ "$groups" = 0 ] || by=" by peers"
  [[ $races == *providers* ]] || continue
  say "$race"
  ours "$race" "medsup${by}" "SELECT n, medsup.provider_anomaly(f, $directions) OVER (PARTITION BY $groups) AS score FROM provider"
  ours "$race" "percentile_cont${by}" "${plain//RELATION/(SELECT n, $groups AS peer, f FROM provider)}"
  rivals "$race" "IsolationForest${by}" provider "$groups" forest
  rivals "$race" "LocalOutlierFactor${by}" provider "$groups" lof
  rivals "$race" "EllipticEnvelope${by}" provider "$groups" mcd
done
for layout in "0 doctors" "peer doctors_by_peers"; do
  read -r groups race <<<"$layout"
  [[ $races == *doctors* ]] || continue
  say "$race"
  ours "$race" medsup "SELECT n, medsup.provider_anomaly(f, $directions) OVER (PARTITION BY $groups) AS score FROM doctor"
  ours "$race" "medsup, model and score" "WITH m AS MATERIALIZED (SELECT $groups AS peer, medsup.anomaly_model(f, $directions) AS model FROM doctor GROUP BY 1)
    SELECT d.n, medsup.anomaly_score(m.model, d.f) AS score FROM (SELECT n, $groups AS peer, f FROM doctor) d JOIN m USING (peer)"
  ours "$race" percentile_cont "${plain//RELATION/(SELECT n, $groups AS peer, f FROM doctor)}"
  # of a million in one group LOF takes hours, and MCD half of one; of the
  # groups some, times how many there are
  if [ "$groups" = 0 ]; then
    rivals "$race" IsolationForest doctor 0 forest
  else
    rivals "$race" IsolationForest doctor peer forest 10
    rivals "$race" LocalOutlierFactor doctor peer lof 10
    rivals "$race" EllipticEnvelope doctor peer mcd 50
  fi
done
[[ ! $races =~ providers|doctors ]] || sql -f "$here/anomaly_report.sql"
if [[ $races == *sets* ]] && [ -n "$rival" ]; then
  say "sets with labels"
  OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $rival "$here/anomaly_sets.py" race >"$answer"
  $rival "$here/anomaly_sets.py" draw | RIVALS=$answer sql -f "$here/anomaly_sets.sql"
fi
