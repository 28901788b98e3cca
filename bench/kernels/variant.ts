// One process per variant and case: node variant.ts VARIANT CASE. Prepares, warms up, prints {ready, probe, detail}, then
// answers each line on stdin with one round {ms: [...]}, and ends when stdin does.
import { createInterface } from 'node:readline';
import { kernelCases } from './cases.ts';
import type { Prepared, Variant } from './prepared.ts';

const [name = '', id] = process.argv.slice(2);
const files: Readonly<Record<string, string>> = {
  samenwijs: './samenwijs-variant.ts',
  'samenwijs-relaxed': './samenwijs-variant.ts',
  'samenwijs-typescript': './samenwijs-variant.ts',
  'samenwijs-2-threads': './samenwijs-variant.ts',
  'ml-matrix': './peers/ml-matrix.ts',
  stdlib: './peers/stdlib.ts',
  'tfjs-wasm': './peers/tfjs.ts',
};
const task = kernelCases.find((c) => c.id === id)?.task;
if (task === undefined || files[name] === undefined) throw new Error(`No case ${id} or variant ${name}.`);
const { prepare } = (await import(files[name])) as { prepare: Variant };
const prepared: Prepared | null = await prepare(task, name);
const lines = createInterface({ input: process.stdin });
if (prepared === null) console.log(JSON.stringify({ ready: false }));
else {
  const started = performance.now();
  prepared.run();
  // Long tasks need no more warm-up than a second and a half.
  for (let i = 1; i < prepared.warmUps && performance.now() - started < 1500; i++) prepared.run();
  console.log(JSON.stringify({ ready: true, probe: prepared.probe(), detail: prepared.detail }));
  for await (const _line of lines) {
    const ms: number[] = [];
    const before = process.threadCpuUsage();
    // A round: at least one run, and more while it lasts less than 40 ms.
    for (let spent = 0; spent < 40 && ms.length < 200; spent += ms.at(-1)!) {
      const start = performance.now();
      prepared.run();
      ms.push(performance.now() - start);
    }
    const { user, system } = process.threadCpuUsage(before);
    console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000 / ms.length }));
  }
}
process.exit(0);
