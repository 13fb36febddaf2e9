// DuckDB's part of bench-audit: node audit_duckdb.mjs FOLDER STATEMENTS THREADS
// FOLDER holds schema.sql and the tables as CSV.  Imports them into a file of
// its own, runs each statement and leaves hits.csv; prints
//   version V | import SECONDS | kind NAME SECONDS CPU | peak KB
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [folder, file, threads] = process.argv.slice(2);
const db = await DuckDBInstance.create(`${folder}/bench.duckdb`, { threads });
let session = await db.connect();

async function timed(sql) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await session.run(sql);
  const used = process.cpuUsage(cpu);
  return [(performance.now() - began) / 1000, (used.user + used.system) / 1e6].map((s) => s.toFixed(3));
}

const [version] = (await session.runAndReadAll('SELECT version()')).getRows();
console.log(`version ${version}`);
const [seconds] = await timed(readFileSync(`${folder}/schema.sql`, 'utf8'));
await session.run('CHECKPOINT');
console.log(`import ${seconds}`);

const kinds = [];
for (const section of readFileSync(file, 'utf8').split(/^-- kind /m).slice(1)) {
  const kind = section.slice(0, section.indexOf('\n'));
  kinds.push(kind);
  console.log(`kind ${kind} ${(await timed(section.slice(kind.length))).join(' ')}`);
}
const hits = kinds.map((kind) => `SELECT entry, mdtrt_id, feedetl_sn, amount FROM hit_${kind}`).join(' UNION ALL ');
await session.run(`COPY (${hits}) TO '${folder}/hits.csv' (HEADER false)`);
console.log(`peak ${readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s*(\d+)/)[1]}`);
