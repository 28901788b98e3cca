import { abadieImbensEffect } from '../../src/core/effects/abadie-imbens.ts';
import { augmentedEffect } from '../../src/core/effects/augmented-effect.ts';
import type { Inference } from '../../src/core/effects/choose-inference.ts';
import { estimateEffect } from '../../src/core/effects/estimate-effect.ts';
import { permuteGroups, permuteSigns } from '../../src/core/effects/permutation-test.ts';
import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { runMultiverse, type Specification } from '../../src/core/study/run-multiverse.ts';
import { loadDefaultKernels } from '../../src/main/load-default-kernels.ts';
import type { Row, Suite } from '../suite.ts';

interface Case {
  readonly n: number;
  /** what the median must not exceed */
  readonly goalMs: number;
  /** figures of peers, quoted: R is not a dependency of ours */
  readonly quoted: Readonly<Record<string, number>>;
  /** gives the work to time; it returns whether its answer is right */
  prepare(kernels: MatrixKernels): () => boolean;
}

const truth = 0.5;
const isNear = ({ estimate, standardError }: { readonly estimate: number; readonly standardError: number }): boolean =>
  Math.abs(estimate - truth) < 4 * standardError && standardError > 0;

/** One score, treatment by it, an effect of 0.5 on everybody. */
function scored(n: number) {
  const random = createRandom(20240501, 'bench-effects', n);
  const score = Float64Array.from({ length: n }, () => random.normal());
  const treated = Uint8Array.from(score, (v) => (random.bernoulli(1 / (1 + Math.exp(1.5 - v))) ? 1 : 0));
  const outcome = score.map((v, i) => v + truth * treated[i]! + random.normal());
  return { random, score, treated, outcome };
}

function pairs(n: number): Case['prepare'] {
  return (kernels) => {
    const random = createRandom(20240501, 'bench-pairs', n);
    const treated = Uint8Array.from({ length: n }, (_, i) => i & 1);
    const outcome = Float64Array.from({ length: n }, (_, i) => truth * treated[i]! + random.normal());
    const inference: Inference = {
      ...{ method: 'matched-sets', reason: 'pairs-without-replacement', clusters: null },
      ...{
        cluster: Int32Array.from({ length: n }, (_, i) => i >> 1),
        equations: null,
        partners: null,
        near: null,
        seed: 1,
      },
    };
    const sample = { treated, outcome, weights: new Float64Array(n).fill(1) };
    return () => isNear(estimateEffect(sample, [], inference, 0.95, kernels));
  };
}

function abadieImbens(n: number): Case['prepare'] {
  return (kernels) => {
    const { score, treated, outcome } = scored(n);
    const points = { rows: n, cols: 1, values: score };
    const rule = {
      estimand: 'ATT',
      neighbours: 1,
      points,
      caliper: null,
      stratum: null,
      adjustFor: null,
      varianceNeighbours: null,
    } as const;
    return () => isNear(abadieImbensEffect({ outcome, treated, ...rule }, kernels));
  };
}

function augmented(n: number, p: number): Case['prepare'] {
  return (kernels) => {
    const { random, score, treated, outcome } = scored(n);
    const columns = Array.from({ length: p }, (_, j) => ({
      name: `x${j}`,
      values: j === 0 ? score : Float64Array.from({ length: n }, () => random.uniform()),
    }));
    const settings = { estimand: 'ATE', folds: 0, cluster: null, confidence: 0.95, seed: 1 } as const;
    return () => isNear(augmentedEffect({ treated, outcome, columns, ...settings }, kernels));
  };
}

/** Without an effect the p-value is no small one; progress is reported all along. */
function permutations(n: number, draws: number, within: boolean): Case['prepare'] {
  return () => {
    const random = createRandom(20240501, 'bench-permutations', n);
    const values = Float64Array.from({ length: n }, () => random.normal());
    const treated = Uint8Array.from(values, (_, i) => i & 1);
    return () => {
      let reports = 0;
      const proceed = () => {
        reports++;
        return true;
      };
      const { pValue } = within
        ? permuteSigns(values.subarray(0, n / 2), { draws, seed: 1 }, proceed)
        : permuteGroups(values, treated, { draws, seed: 1 }, proceed);
      return pValue > 0.001 && reports >= 100;
    };
  };
}

/** Two hundred ways to match 100 000 units on up to ten covariates; every way must find the effect. */
function multiverse(n: number): Case['prepare'] {
  return (kernels) => {
    const random = createRandom(20240501, 'bench-multiverse', n);
    const status = new Uint8Array(n);
    const normals = () => Float64Array.from({ length: n }, () => random.normal());
    const columns = Object.fromEntries(
      Array.from({ length: 10 }, (_, j) => [`x${j}`, { type: 'number', values: normals(), status }] as const),
    );
    const [first, second] = [columns.x0!.values, columns.x1!.values];
    const treated = Uint8Array.from(first, (v, i) =>
      random.bernoulli(1 / (1 + Math.exp(1.4 - 0.4 * v - 0.3 * second[i]!))) ? 1 : 0,
    );
    const outcome = first.map((v, i) => v + truth * treated[i]! + random.normal());
    const plain = {
      estimand: 'ATT',
      within: null,
      variableRatio: null,
      maximumReuse: 1,
      exact: [],
      antiExact: [],
    } as const;
    const specifications = [10, 8, 6, 4].flatMap((p) => {
      const covariates = Array.from({ length: p }, (_, j) => ({ variable: `x${j}` }));
      const distance = { type: 'propensity-score', link: 'logit', scale: 'linear', terms: covariates } as const;
      return [0.05, 0.1, 0.15, 0.2, 0.25].flatMap((width) =>
        [1, 2].flatMap((ratio) =>
          (['largest', 'smallest', 'closest', 'data', { seed: 1 }] as const).map(
            (order): Specification => ({
              covariates,
              design: {
                ...{ method: 'nearest', distance, order, ratio, discard: 'none', reestimate: false, ...plain },
                calipers: [{ on: 'distance', width, unit: 'sd' }],
              },
            }),
          ),
        ),
      );
    });
    const question = {
      frame: { rows: n, columns },
      treated,
      outcome,
      cluster: null,
      isClusterAskedFor: false,
    } as const;
    const input = { ...question, standardError: 'by-design', confidence: 0.95, seed: 1, specifications } as const;
    return () => runMultiverse(input, kernels).every(({ answer }) => answer !== null && isNear(answer.matched));
  };
}

const none = {};
const cases: Readonly<Record<string, Case>> = {
  'pairs-1e4': { n: 1e4, goalMs: 300, quoted: none, prepare: pairs(1e4) },
  'pairs-1e5': { n: 1e5, goalMs: 300, quoted: none, prepare: pairs(1e5) },
  'pairs-1e6': { n: 1e6, goalMs: 300, quoted: none, prepare: pairs(1e6) },
  'abadie-imbens-1e4': { n: 1e4, goalMs: 3000, quoted: { Matching: 1260 }, prepare: abadieImbens(1e4) },
  'abadie-imbens-1e5': { n: 1e5, goalMs: 3000, quoted: { Matching: 121_000 }, prepare: abadieImbens(1e5) },
  'abadie-imbens-1e6': { n: 1e6, goalMs: 3000, quoted: none, prepare: abadieImbens(1e6) },
  'augmented-1e5x20': { n: 1e5, goalMs: 3000, quoted: none, prepare: augmented(1e5, 20) },
  'augmented-1e6x20': { n: 1e6, goalMs: 3000, quoted: none, prepare: augmented(1e6, 20) },
  'permute-groups-1e5': { n: 1e5, goalMs: 5000, quoted: none, prepare: permutations(1e5, 1000, false) },
  'permute-pairs-1e5': { n: 1e5, goalMs: 5000, quoted: none, prepare: permutations(1e5, 1000, true) },
  'multiverse-1e5': { n: 1e5, goalMs: 10_000, quoted: none, prepare: multiverse(1e5) },
};

const rounds = 5;
const clockStep = 40;

async function* run(id: string): AsyncIterable<Row> {
  const { n, goalMs, quoted, prepare } = cases[id]!;
  const work = prepare(await loadDefaultKernels());
  let isRight = work(); // warm
  const times: number[] = [];
  const walls: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    const start = performance.now();
    isRight = work() && isRight;
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    walls.push(wall);
    // Of all processors where that is less, because others may be using the machine; its clock is too coarse for short work.
    times.push(wall > clockStep ? Math.min(wall, (user + system) / 1000) : wall);
  }
  const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
  const medianMs = median(times);
  yield {
    suite: 'effects',
    case: id,
    variant: 'samenwijs',
    n,
    medianMs,
    minMs: Math.min(...times),
    rounds,
    ok: isRight && medianMs <= goalMs,
    detail: { goalMs, isRight, wallMs: median(walls) },
  };
  for (const [variant, ms] of Object.entries(quoted)) {
    const detail = { quoted: 'R, one core of a similar machine; not measured here' };
    yield { suite: 'effects', case: id, variant, n, medianMs: ms, minMs: ms, rounds: 0, ok: true, detail };
  }
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ case: id, variant, medianMs, detail, ok }) => {
    const goal = detail.goalMs === undefined ? '(quoted)' : `goal ${detail.goalMs} ms ${ok ? '✓' : '✗'}`;
    return `${id.padEnd(20)} ${variant.padEnd(10)} ${medianMs.toFixed(0).padStart(8)} ms  ${goal}`;
  });
  return lines.join('\n');
}

export const suite: Suite = { needsPeers: false, cases: Object.keys(cases), run, table };
