// One case in a fresh process: prints what it measured as one JSON object.
import { loadDefaultKernels } from '../../src/main/load-default-kernels.ts';
import { cases } from './cases.ts';

const found = cases[process.argv[2]!]!;
const prepared = found.prepare(await loadDefaultKernels());
const before = process.resourceUsage().maxRSS;
const times: number[] = [];
const cpu: number[] = [];
let right = prepared.check(prepared.run() as never); // warm-up, and what is checked
for (let round = 0; round < found.rounds; round++) {
  const used = process.cpuUsage();
  const start = performance.now();
  const result = prepared.run();
  times.push(performance.now() - start);
  const { user, system } = process.cpuUsage(used);
  cpu.push((user + system) / 1000);
  if (round === found.rounds - 1) right &&= prepared.check(result as never);
}
const peak = process.resourceUsage().maxRSS;
console.log(
  JSON.stringify({ times, cpu, right, peakMB: Math.round(peak / 1024), preparedMB: Math.round(before / 1024) }),
);
