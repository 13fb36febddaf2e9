# shellcheck shell=bash disable=SC2154
# Part of make bench-gathering: dense_block on who went where, 1 and 5 million
# edges, with a planted ring of 60 patients and 10 small providers, whose members
# go to the large hospitals like everybody.  The rival is the same peeling by
# Python's heap (gathering_dense.py), which must take the very same block.

say "| edges | providers | patients | dense_block s | CPU s | MB | Python s | block | of the ring's 60 patients and 10 providers |"
say "|---|---|---|---|---|---|---|---|---|"
for edges in 1000000 5000000; do
  edges=$(awk "BEGIN { n = int($edges * $sf); print n < 20000 ? 20000 : n }")
  sql <<SQL
DO 'BEGIN PERFORM setseed(0.42); END';
DROP TABLE IF EXISTS went;
CREATE TABLE went AS
SELECT 'H' || floor(greatest(50, $edges / 1000) * power(random(), 3))::int AS provider, 'P' || floor(random() * $edges / 5)::int AS patient FROM generate_series(1, $edges);
INSERT INTO went SELECT 'H' || greatest(50, $edges / 1000) - h, 'P' || p * 7 FROM generate_series(1, 10) h, generate_series(1, 60) p WHERE random() < 0.95;
ANALYZE went;
SQL
  measured sql -c "DROP TABLE IF EXISTS dense_answer" -c "SET medsup.gathering_mem = '4GB'" \
    -c "CREATE TABLE dense_answer AS SELECT b.* FROM (SELECT medsup.dense_block(provider, patient, 1) AS blocks FROM went) w CROSS JOIN LATERAL unnest(w.blocks) b"
  sql -A -t -F ' ' -o "$tmp/went" -c 'SELECT DISTINCT provider COLLATE "C", patient COLLATE "C" FROM went ORDER BY 1, 2'
  theirs=''
  if [ "$edges" -le "${DENSE_MOST:-1000000}" ]; then
    read -r theirs score members < <(/usr/bin/python3 "$here/gathering_dense.py" "$tmp/went")
    ours=$(value "SELECT round((score * 1e6)::numeric) || ' ' || md5((SELECT string_agg(k, ' ' ORDER BY k COLLATE \"C\") FROM unnest(providers || patients) k)) FROM dense_answer")
    [ "$ours" = "$score $members" ] || die "dense_block and plain peeling take different blocks of $edges edges: $ours, $score $members"
    ratio "dense/$edges/Python" "$(calc "$theirs / $wall")" '>=' 5
  fi
  row "$edges" "$(value 'SELECT count(DISTINCT provider) FROM went')" "$(value 'SELECT count(DISTINCT patient) FROM went')" "$wall" "$used" "$peak" "$theirs" \
    "$(value "SELECT cardinality(providers) || ' x ' || cardinality(patients) FROM dense_answer")" \
    "$(value "SELECT count(*) FILTER (WHERE 'P' || p * 7 = ANY (b.patients)) || ', ' || (SELECT count(*) FROM generate_series(1, 10) h WHERE 'H' || greatest(50, $edges / 1000) - h = ANY (b.providers)) FROM dense_answer b, generate_series(1, 60) p GROUP BY b.providers")"
done
