import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { fitServable } from '../../src/core/recommend/effect-models.ts';
import { type ExperimentTable, placeOf } from '../../src/core/recommend/experiment-table.ts';
import { recommendMixes } from '../../src/core/recommend/recommend-mixes.ts';
import { below, type Row } from './row.ts';
import { trainedOn } from './trained-on.ts';

/** 1,000 experiments with 12 blocks and 8 contexts in 500 places and 12 regions. */
function largeTable(): ExperimentTable {
  const random = createRandom(1, 'time');
  const n = 1000;
  const blocks = Array.from({ length: 12 }, (_, j) => `b${j}`);
  const contexts = Array.from({ length: 8 }, (_, p) => `x${p}`);
  const mix = new Uint8Array(n * 12);
  for (let i = 0; i < n; i++)
    for (const j of random.sampleWithoutReplacement(12, 1 + random.integer(4))) mix[i * 12 + j] = 1;
  const places = Array.from({ length: 500 }, () => contexts.map(() => random.normal()));
  const site = Uint32Array.from({ length: n }, (_, i) => i % 500);
  return {
    outcome: 'effect',
    ids: Array.from({ length: n }, (_, i) => `e${i}`),
    effect: Float64Array.from({ length: n }, (_, i) => 0.1 * mix[i * 12]! + 0.05 * random.normal()),
    variance: new Float64Array(n).fill(0.002),
    blocks,
    mix,
    contexts,
    context: Float64Array.from([...site].flatMap((s) => places[s]!)),
    contextMissing: new Uint8Array(n * 8),
    grades: ['matched'],
    grade: new Uint8Array(n),
    sites: places.map((_, s) => `s${s}`),
    site,
    regions: Array.from({ length: 12 }, (_, r) => `r${r}`),
    region: site.map((s) => s % 12),
  };
}

/** Milliseconds of processor time so far: what a busy machine does meanwhile does not count. */
const spent = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** How much processor time a fit and an answer take on this machine. */
export function* evaluateTime(kernels: MatrixKernels): Generator<Row> {
  const table = largeTable();
  const started = spent();
  fitServable('sparse-set', table, createRandom(1), kernels);
  yield below(
    'time',
    'full fit, 1,000 experiments, 12 blocks, seconds of processor time',
    (spent() - started) / 1000,
    5,
  );
  const model = trainedOn(table, 1, kernels);
  const blocks = table.blocks.map((id) => ({ id, cost: 1, prerequisites: [], excludes: [] }));
  const times: number[] = [];
  for (let i = 0; i < 30; i++) {
    const from = spent();
    recommendMixes(
      {
        model,
        place: placeOf(table, i),
        goals: [{ kpi: 'gas-saving', weight: 1 }],
        blocks,
        constraints: { budget: null, maximumSize: 4, required: [], excluded: [] },
        count: 5,
        seed: 1,
      },
      kernels,
    );
    times.push(spent() - from);
  }
  times.sort((a, b) => a - b);
  yield below('time', 'one answer over 793 mixes, milliseconds of processor time (median)', times[15]!, 20);
}
