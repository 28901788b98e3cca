import type { Matrix } from '../linalg/matrix.ts';
import type { RandomStream } from '../random/random-stream.ts';

export interface BoostingSettings {
  readonly rounds: number;
  readonly depth: number;
  /** share of each tree that is taken */
  readonly learningRate: number;
  /** fewest rows in a leaf */
  readonly leaf: number;
  /** share of the rows that each tree sees */
  readonly sample: number;
  /** most cut points per feature */
  readonly bins: number;
}

export const defaultBoosting: BoostingSettings = {
  rounds: 200,
  depth: 3,
  learningRate: 0.05,
  leaf: 8,
  sample: 0.7,
  bins: 32,
};

/** A full binary tree: node k splits on `feature[k]` at `cut[k]` (left where the value is at most that); leaves follow. */
interface Tree {
  /** -1: a leaf above the lowest level */
  readonly feature: Int32Array;
  readonly cut: Float64Array;
  readonly value: Float64Array;
}

/**
 * Gradient-boosted regression trees for squared loss, with cut points at quantiles of each feature.
 *
 * @param features n x q
 * @param weights n weights > 0
 * @returns a function of a row of features (from an offset in an array) to the prediction
 * Cost: O(rounds n (q depth + bins)). Source: Friedman 2001, doi:10.1214/aos/1013203451, algorithm 2; Friedman 2002,
 * doi:10.1016/S0167-9473(01)00065-2 for the sampling of rows.
 */
export function fitBoostedTrees(
  features: Matrix,
  y: Float64Array,
  weights: Float64Array,
  settings: BoostingSettings,
  random: RandomStream,
): (row: Float64Array, offset: number) => number {
  const { rows: n, cols: q } = features;
  const cuts = Array.from({ length: q }, (_, f) => cutPoints(features, f, settings.bins));
  const binned = new Uint8Array(n * q);
  for (let i = 0; i < n; i++)
    for (let f = 0; f < q; f++) binned[i * q + f] = binOf(cuts[f]!, features.values[i * q + f]!);
  let total = 0;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    total += weights[i]!;
    sum += weights[i]! * y[i]!;
  }
  const start = sum / total;
  const residual = Float64Array.from(y, (value) => value - start);
  const trees: Tree[] = [];
  const seen = Math.max(1, Math.round(settings.sample * n));
  for (let round = 0; round < settings.rounds; round++) {
    const rows = random.sampleWithoutReplacement(n, seen).sort();
    const tree = growTree(binned, q, cuts, residual, weights, rows, settings);
    trees.push(tree);
    for (let i = 0; i < n; i++)
      residual[i] = residual[i]! - settings.learningRate * leafValue(tree, features.values, i * q);
  }
  return (row, offset) => {
    let value = start;
    for (const tree of trees) value += settings.learningRate * leafValue(tree, row, offset);
    return value;
  };
}

function leafValue({ feature, cut, value }: Tree, row: Float64Array, offset: number): number {
  let node = 0;
  while (node < feature.length && feature[node]! >= 0) {
    node = 2 * node + (row[offset + feature[node]!]! <= cut[node]! ? 1 : 2);
  }
  return value[node]!;
}

/** Values between which a split may fall: midpoints of neighbouring values, thinned to `bins`. */
function cutPoints({ values, rows, cols }: Matrix, f: number, bins: number): Float64Array {
  const distinct = [...new Set(Array.from({ length: rows }, (_, i) => values[i * cols + f]!))].sort((a, b) => a - b);
  const middles = distinct.slice(1).map((value, k) => (value + distinct[k]!) / 2);
  if (middles.length <= bins) return Float64Array.from(middles);
  return Float64Array.from({ length: bins }, (_, k) => middles[Math.floor(((k + 0.5) * middles.length) / bins)]!);
}

function binOf(cuts: Float64Array, value: number): number {
  let bin = 0;
  while (bin < cuts.length && value > cuts[bin]!) bin++;
  return bin;
}

function growTree(
  binned: Uint8Array,
  q: number,
  cuts: readonly Float64Array[],
  residual: Float64Array,
  weights: Float64Array,
  rows: Uint32Array,
  { depth, leaf }: BoostingSettings,
): Tree {
  const inner = 2 ** depth - 1;
  const feature = new Int32Array(inner).fill(-1);
  const cut = new Float64Array(inner);
  const value = new Float64Array(2 * inner + 1);
  const grow = (node: number, members: Uint32Array): void => {
    let weight = 0;
    let sum = 0;
    for (const i of members) {
      weight += weights[i]!;
      sum += weights[i]! * residual[i]!;
    }
    value[node] = weight > 0 ? sum / weight : 0;
    if (node >= inner || members.length < 2 * leaf) return;
    const split = bestSplit(binned, q, cuts, residual, weights, members, leaf, weight, sum);
    if (split === null) return;
    feature[node] = split.feature;
    cut[node] = cuts[split.feature]![split.bin]!;
    const left = members.filter((i) => binned[i * q + split.feature]! <= split.bin);
    const right = members.filter((i) => binned[i * q + split.feature]! > split.bin);
    grow(2 * node + 1, left);
    grow(2 * node + 2, right);
  };
  grow(0, rows);
  return { feature, cut, value };
}

/** The split that takes most off the sum of squares; null where none leaves enough rows on both sides. */
function bestSplit(
  binned: Uint8Array,
  q: number,
  cuts: readonly Float64Array[],
  residual: Float64Array,
  weights: Float64Array,
  members: Uint32Array,
  leaf: number,
  weight: number,
  sum: number,
): { readonly feature: number; readonly bin: number } | null {
  let best: { feature: number; bin: number } | null = null;
  let highest = (sum * sum) / weight + 1e-12;
  for (let f = 0; f < q; f++) {
    const size = cuts[f]!.length + 1;
    const count = new Uint32Array(size);
    const weightIn = new Float64Array(size);
    const sumIn = new Float64Array(size);
    for (const i of members) {
      const bin = binned[i * q + f]!;
      count[bin] = count[bin]! + 1;
      weightIn[bin] = weightIn[bin]! + weights[i]!;
      sumIn[bin] = sumIn[bin]! + weights[i]! * residual[i]!;
    }
    let rows = 0;
    let left = 0;
    let leftSum = 0;
    for (let bin = 0; bin < size - 1; bin++) {
      rows += count[bin]!;
      left += weightIn[bin]!;
      leftSum += sumIn[bin]!;
      if (rows < leaf || members.length - rows < leaf) continue;
      const gain = (leftSum * leftSum) / left + (sum - leftSum) ** 2 / (weight - left);
      if (gain > highest) {
        highest = gain;
        best = { feature: f, bin };
      }
    }
  }
  return best;
}
