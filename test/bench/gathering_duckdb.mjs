// DuckDB's part of bench-gathering: node gathering_duckdb.mjs FOLDER STATEMENT THREADS
// FOLDER holds swipe.csv.  Imports it into a file of its own, runs the statement
// and leaves the pairs in pairs.csv; prints
//   version V | import SECONDS | pairs SECONDS CPU | peak KB | spilled BYTES
// where peak is of the statement, and spilled the most that lay on disk beside the data.
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [folder, file, threads] = process.argv.slice(2);
const db = await DuckDBInstance.create(`${folder}/bench.duckdb`, { threads, temp_directory: `${folder}/spill` });
const session = await db.connect();

async function timed(sql) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await session.run(sql);
  const used = process.cpuUsage(cpu);
  return [(performance.now() - began) / 1000, (used.user + used.system) / 1e6].map((s) => s.toFixed(3));
}

const [version] = (await session.runAndReadAll('SELECT version()')).getRows();
console.log(`version ${version}`);
const [seconds] = await timed(`CREATE TABLE swipe (patient text, place text, "at" timestamp); COPY swipe FROM '${folder}/swipe.csv' (HEADER false)`);
await session.run('CHECKPOINT');
console.log(`import ${seconds}`);

let spilled = 0;
const watcher = setInterval(() => {
  try {
    spilled = Math.max(spilled, readdirSync(`${folder}/spill`).reduce((sum, name) => sum + statSync(`${folder}/spill/${name}`).size, 0));
  } catch { /* nothing was spilled, or it is gone again */ }
}, 100);
writeFileSync('/proc/self/clear_refs', '5');
console.log(`pairs ${(await timed(readFileSync(file, 'utf8'))).join(' ')}`);
clearInterval(watcher);
console.log(`peak ${readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s*(\d+)/)[1]}`);
console.log(`spilled ${spilled}`);
await session.run(`COPY (SELECT patient_a, patient_b, days FROM theirs) TO '${folder}/pairs.csv' (HEADER false)`);
