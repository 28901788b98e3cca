import { makeCalibratedData } from '../../src/core/qca/calibrated-data.ts';
import { type Condition, makeCondition } from '../../src/core/qca/conditions.ts';
import type { Cube } from '../../src/core/qca/cubes.ts';
import { buildTruthTable, defaultTruthTableSettings, type TruthTable } from '../../src/core/qca/truth-table.ts';

/** Uniform numbers from a 32-bit state (mulberry32); the same for every run of a case. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const crispConditions = (k: number): Condition[] =>
  Array.from({ length: k }, (_, i) => makeCondition(`C${String(i + 1).padStart(2, '0')}`, 'crisp'));

export interface Sets {
  readonly conditions: readonly Condition[];
  readonly positives: readonly Cube[];
  readonly negatives: readonly Cube[];
}

/** Distinct random rows with coin-flip outcomes: the hardest kind, in which every model is an accident. */
export function randomSets(seed: number, k: number, rows: number): Sets {
  const random = seeded(seed);
  const found = new Map<string, Cube>();
  while (found.size < rows) {
    const row = Int8Array.from({ length: k }, () => (random() < 0.5 ? 0 : 1));
    found.set(row.join(''), row);
  }
  const all = [...found.values()];
  const outcome = all.map(() => random() < 0.5);
  return {
    conditions: crispConditions(k),
    positives: all.filter((_, i) => outcome[i]),
    negatives: all.filter((_, i) => !outcome[i]),
  };
}

/** Noise-free cases of Y = A*B + C*~D*E + F*G. */
export function cleanTable(seed: number, k: number, cases: number): TruthTable {
  const random = seeded(seed);
  const columns = Array.from({ length: k }, () => Array.from({ length: cases }, () => (random() < 0.5 ? 0 : 1)));
  const [a, b, c, d, e, f, g] = columns;
  const outcome = Array.from(
    { length: cases },
    (_, i) => (a![i]! & b![i]!) | (c![i]! & (1 - d![i]!) & e![i]!) | (f![i]! & g![i]!),
  );
  const ids = outcome.map((_, i) => `case ${i + 1}`);
  return buildTruthTable(makeCalibratedData(ids, crispConditions(k), columns, outcome), defaultTruthTableSettings);
}

/** Fuzzy cases with uniform memberships of 16 digits, so that no scaling to whole numbers helps. */
export function fuzzyCases(seed: number, cases: number, k: number) {
  const random = seeded(seed);
  const draw = () => Float64Array.from({ length: cases }, random);
  const conditions = Array.from({ length: k }, (_, i) => makeCondition(`X${i + 1}`, 'fuzzy'));
  const ids = Array.from({ length: cases }, (_, i) => String(i + 1));
  return makeCalibratedData(ids, conditions, Array.from({ length: k }, draw), draw());
}
