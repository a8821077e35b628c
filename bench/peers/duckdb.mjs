// SPDX-License-Identifier: Apache-2.0
// Copyright The hinomi authors
// DuckDB asked what bench_queries asks: node duckdb.mjs ROWS.csv ROUNDS ADDRESS
import { DuckDBInstance } from '@duckdb/node-api';
const [,, csv, rounds, address] = process.argv;
const db = await DuckDBInstance.create(':memory:'); const c = await db.connect();
let t=performance.now();
await c.run(`CREATE TABLE e AS SELECT * FROM read_csv('${csv}', header=false, columns={'t':'BIGINT','src':'UINTEGER','sensor':'UTINYINT','proto':'UTINYINT','sport':'USMALLINT','dport':'USMALLINT','flags':'UTINYINT','ttl':'UTINYINT'})`);
console.log('load', (performance.now()-t)/1000);
const a = address.split('.').reduce((s,x)=>s*256+ +x,0);
const key = "(CASE WHEN proto=1 THEN 65536 ELSE proto::UINTEGER*65536+dport END)";
const qs = {
 G3: `SELECT proto, dport, count(*) n FROM e GROUP BY 1,2 ORDER BY n DESC LIMIT 10`,
 G4: `SELECT proto, t//3600000000 h, count(*) n, dport FROM e SEMI JOIN (SELECT proto, dport, count(*) n FROM e GROUP BY 1,2 ORDER BY n DESC LIMIT 10) x USING (proto, dport) GROUP BY proto, dport, h`,
 G5: `SELECT proto, dport, (t+32400000000)//86400000000 d, count(DISTINCT src) n FROM e GROUP BY 1,2,3`,
 G6: `SELECT sensor, t//3600000000 h, count(*) n FROM e WHERE proto=6 AND dport=1433 GROUP BY 1,2`,
 G7: `SELECT * FROM e WHERE src=${a}`,
};
const P=1000000007n;
const ans = { 
 G3: r=>r.reduce((s,x)=>(s*31n+BigInt(x[2]))%P,0n),
 G4: r=>r.reduce((s,x)=>(s+BigInt(x[2])*(BigInt(x[1])%10007n))%P,0n),
 G5: r=>r.reduce((s,x)=>(s+(BigInt(x[3])*((x[0]==1?0n:BigInt(x[1]))+1n)%P)*BigInt(x[2]))%P,0n),
 G6: r=>r.reduce((s,x)=>(s+BigInt(x[2])*(BigInt(x[0])+1n)*(BigInt(x[1])%10007n))%P,0n),
 G7: r=>r.reduce((s,x)=>(s+BigInt(x[0])%P+BigInt(x[3]==1?0:x[5])+(x[3]==1?2048n:0n)+BigInt(x[4])+BigInt(x[7]))%P,0n),
};
for (const g of Object.keys(qs)) { const ts=[]; 
  for (let i=0;i<+rounds;i++){ const t=performance.now(); await c.run(`CREATE OR REPLACE TEMP TABLE r AS ${qs[g]}`); ts.push((performance.now()-t)/1000);} 
  const reader = await c.runAndReadAll('SELECT * FROM r'+(g=='G3'?' ORDER BY n DESC':'')); const rows = reader.getRows(); ts.sort((x,y)=>x-y);
  console.log(g, ts[ts.length>>1].toFixed(6), ans[g](rows).toString(), rows.length); }
