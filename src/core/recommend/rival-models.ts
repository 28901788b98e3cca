import { type Matrix, matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { betweenExperimentVariance } from './between-experiment-variance.ts';
import { defaultBoosting, fitBoostedTrees } from './boosted-trees.ts';
import { type ContextScale, fitContextScale, scalePlace } from './context-scale.ts';
import { type ExperimentTable, type Place, placeOf } from './experiment-table.ts';
import { groupedFolds } from './grouped-folds.ts';
import { penalisedLeastSquares } from './penalised-least-squares.ts';
import type { RowPrediction } from './set-model.ts';
import type { SetNetwork } from './set-network.ts';

/** A model that ranks mixes and predicts rows, without intervals of its own. */
export interface RivalModel {
  scores(place: Place, mixes: Uint8Array): Float64Array;
  rows(table: ExperimentTable): RowPrediction;
}

/** Rows on the scale of the evidence: how much of each block, contexts, grade; and weights with a mean of 1. */
interface Rows {
  readonly amount: Float64Array;
  readonly z: Float64Array;
  readonly grade: Uint8Array;
}

/** What every rival starts from. */
function prepare(table: ExperimentTable, kernels: MatrixKernels) {
  const n = table.ids.length;
  const scale = fitContextScale(table);
  const between = table.variance === null || n < 2 ? 0 : betweenExperimentVariance(table.effect, table.variance);
  const raw = Float64Array.from({ length: n }, (_, i) => (table.variance ? 1 / (table.variance[i]! + between) : 1));
  const mean = raw.reduce((sum, w) => sum + w, 0) / n;
  return { rows: rowsOf(table, scale, kernels), scale, between, weights: raw.map((w) => w / mean) };
}

function rowsOf(table: ExperimentTable, scale: ContextScale, kernels: MatrixKernels): Rows {
  const P = table.contexts.length;
  const z = new Float64Array(table.ids.length * P);
  table.ids.forEach((_, i) => {
    z.set(scalePlace(scale, placeOf(table, i), kernels).z, i * P);
  });
  return { amount: Float64Array.from(table.dose ?? table.mix), z, grade: table.grade };
}

/** `predict` gives the outcome of a row; scores are outcomes at the reference grade. */
function rival(
  table: ExperimentTable,
  { scale, between, weights }: ReturnType<typeof prepare>,
  kernels: MatrixKernels,
  predict: (rows: Rows) => Float64Array,
): RivalModel {
  const J = table.blocks.length;
  const P = table.contexts.length;
  const fitted = predict(rowsOf(table, scale, kernels));
  const residual = weights.reduce((sum, w, i) => sum + w * (table.effect[i]! - fitted[i]!) ** 2, 0) / weights.length;
  return {
    scores(place, mixes) {
      const m = mixes.length / J;
      const { z } = scalePlace(scale, place, kernels);
      const all = new Float64Array(m * P);
      for (let i = 0; i < m; i++) all.set(z, i * P);
      return predict({ amount: Float64Array.from(mixes), z: all, grade: new Uint8Array(m) });
    },
    rows: (rows) => ({
      mean: predict(rowsOf(rows, scale, kernels)),
      variance: new Float64Array(rows.ids.length),
      noise: Float64Array.from(rows.ids, (_, i) => (rows.variance ? rows.variance[i]! + between : residual)),
    }),
  };
}

/** Gradient-boosted trees on blocks, contexts and grade. */
export function fitTreeModel(table: ExperimentTable, random: RandomStream, kernels: MatrixKernels): RivalModel {
  const prepared = prepare(table, kernels);
  const J = table.blocks.length;
  const P = table.contexts.length;
  const q = J + P + 1;
  const flat = ({ amount, z, grade }: Rows): Matrix => {
    const features = matrix(grade.length, q);
    grade.forEach((g, i) => {
      features.values.set(amount.subarray(i * J, (i + 1) * J), i * q);
      features.values.set(z.subarray(i * P, (i + 1) * P), i * q + J);
      features.values[i * q + J + P] = g;
    });
    return features;
  };
  const predict = fitBoostedTrees(flat(prepared.rows), table.effect, prepared.weights, defaultBoosting, random);
  return rival(table, prepared, kernels, (rows) => {
    const { values } = flat(rows);
    return Float64Array.from(rows.grade, (_, i) => predict(values, i * q));
  });
}

const factors = 3;
const alternations = 12;

/**
 * Factorisation with context features: a mix is the sum of its blocks' vectors, a place the sum of its contexts' vectors; the outcome
 * is what both have of their own plus the product of the two sums. Solved by alternating penalised least squares.
 *
 * Cost: 24 solves of O(n p^2), p about (blocks + contexts) 3. Source: Kula 2015, arXiv 1507.08439, eq. 1, for squared loss.
 */
export function fitFactorModel(table: ExperimentTable, random: RandomStream, kernels: MatrixKernels): RivalModel {
  const prepared = prepare(table, kernels);
  const J = table.blocks.length;
  const P = table.contexts.length;
  const G = table.grades.length - 1;
  const own = 1 + P + G + J;
  const ownFeatures = ({ amount, z, grade }: Rows, i: number, out: Float64Array, at: number) => {
    out[at] = 1;
    out.set(z.subarray(i * P, (i + 1) * P), at + 1);
    if (grade[i]! > 0) out[at + P + grade[i]!] = 1;
    out.set(amount.subarray(i * J, (i + 1) * J), at + 1 + P + G);
  };
  const ownPenalty = [0, ...new Array(P + G).fill(3), ...new Array(J).fill(3)] as number[];
  const blocks = Float64Array.from({ length: J * factors }, () => 0.1 * random.normal());
  const places = Float64Array.from({ length: P * factors }, () => 0.1 * random.normal());
  let coefficients: Float64Array = new Float64Array(own);
  const product = (rows: Rows, i: number): number => {
    let sum = 0;
    for (let f = 0; f < factors; f++) {
      let a = 0;
      let b = 0;
      for (let j = 0; j < J; j++) a += rows.amount[i * J + j]! * blocks[j * factors + f]!;
      for (let p = 0; p < P; p++) b += rows.z[i * P + p]! * places[p * factors + f]!;
      sum += a * b;
    }
    return sum;
  };
  /** Solves the vectors of one side and what both have of their own, given the vectors of the other side. */
  const solve = (
    side: Float64Array,
    mine: (rows: Rows) => readonly [Float64Array, number],
    other: (rows: Rows) => readonly [Float64Array, number, Float64Array],
  ) => {
    const { rows } = prepared;
    const n = rows.grade.length;
    const [values, length] = mine(rows);
    const [across, width, vectors] = other(rows);
    const q = own + length * factors;
    const features = matrix(n, q);
    for (let i = 0; i < n; i++) {
      ownFeatures(rows, i, features.values, i * q);
      for (let f = 0; f < factors; f++) {
        let sum = 0;
        for (let k = 0; k < width; k++) sum += across[i * width + k]! * vectors[k * factors + f]!;
        for (let k = 0; k < length; k++) features.values[i * q + own + k * factors + f] = values[i * length + k]! * sum;
      }
    }
    const penalty = Float64Array.from({ length: q }, (_, k) => ownPenalty[k] ?? 3);
    const solution = penalisedLeastSquares(features, table.effect, prepared.weights, penalty, kernels);
    coefficients = solution.slice(0, own);
    side.set(solution.subarray(own));
  };
  const ofBlocks = (rows: Rows) => [rows.amount, J] as const;
  const ofPlaces = (rows: Rows) => [rows.z, P] as const;
  for (let t = 0; t < alternations; t++) {
    solve(blocks, ofBlocks, (rows) => [...ofPlaces(rows), places]);
    solve(places, ofPlaces, (rows) => [...ofBlocks(rows), blocks]);
  }
  return rival(table, prepared, kernels, (rows) => {
    const features = new Float64Array(own);
    return Float64Array.from(rows.grade, (_, i) => {
      features.fill(0);
      ownFeatures(rows, i, features, 0);
      return features.reduce((sum, value, k) => sum + value * coefficients[k]!, product(rows, i));
    });
  });
}

/** How much the weights of the network are pulled towards 0: the one of two that does better on a quarter of the sites. */
const decays = [0.02, 0.6] as const;

/** Rows of a quarter of the sites. */
function heldOut(table: ExperimentTable, random: RandomStream): ReadonlySet<number> {
  const folds = Math.min(4, new Set(table.site).size);
  if (folds < 2) return new Set();
  const fold = groupedFolds(table.site, folds, random.stream('held out'));
  return new Set([...fold.keys()].filter((i) => fold[i] === 0));
}

/**
 * The set network, trained outside the core: blocks, contexts and grade in, outcome out. Targets are put on a scale of mean 0 and standard
 * deviation 1. Cost: three fits of the engine.
 */
export function fitNetworkModel(
  table: ExperimentTable,
  network: SetNetwork,
  random: RandomStream,
  kernels: MatrixKernels,
): RivalModel {
  const prepared = prepare(table, kernels);
  const P = table.contexts.length;
  const G = table.grades.length - 1;
  const inputs = P + G;
  const n = table.ids.length;
  const mean = table.effect.reduce((sum, y, i) => sum + prepared.weights[i]! * y, 0) / n;
  const spread =
    Math.sqrt(table.effect.reduce((sum, y, i) => sum + prepared.weights[i]! * (y - mean) ** 2, 0) / n) || 1;
  const contextOf = ({ z, grade }: Rows) => {
    const context = new Float32Array(grade.length * Math.max(1, inputs));
    grade.forEach((g, i) => {
      context.set(z.subarray(i * P, (i + 1) * P), i * inputs);
      if (g > 0) context[i * inputs + P + g - 1] = 1;
    });
    return context;
  };
  const J = table.blocks.length;
  const context = contextOf(prepared.rows);
  const target = Float32Array.from(table.effect, (y) => (y - mean) / spread);
  const fitOn = (chosen: readonly number[], decay: number) => {
    const pick = (values: ArrayLike<number>, width: number) =>
      Float32Array.from(
        { length: chosen.length * width },
        (_, k) => values[chosen[Math.floor(k / width)]! * width + (k % width)]!,
      );
    return network.fit(
      {
        rows: chosen.length,
        amount: pick(prepared.rows.amount, J),
        blocks: J,
        context: pick(context, Math.max(1, inputs)),
        inputs: Math.max(1, inputs),
        target: pick(target, 1),
        weights: pick(prepared.weights, 1),
        decay,
      },
      random.stream('weights'),
    );
  };
  const all = [...target.keys()];
  const held = heldOut(table, random);
  const inside = all.filter((i) => !held.has(i));
  const error = (decay: number) => {
    const values = fitOn(inside, decay)(Float32Array.from(prepared.rows.amount), context);
    return all.reduce((sum, i) => sum + (held.has(i) ? prepared.weights[i]! * (values[i]! - target[i]!) ** 2 : 0), 0);
  };
  const [weak, strong] = decays;
  const predict = fitOn(all, error(strong) < error(weak) ? strong : weak);
  return rival(table, prepared, kernels, (rows) =>
    Float64Array.from(predict(Float32Array.from(rows.amount), contextOf(rows)), (value) => mean + spread * value),
  );
}

/** Uptake nearer to 0 or 1 than this is taken for this far. */
const clip = 0.03;

/**
 * R-learner for sets of blocks: what is left of the outcome after contexts is explained by what is left of the mix after contexts.
 *
 * y - m(x) = sum over blocks (in - e_j(x)) (a_j + B_j' x) + sum over pairs (both in - e_j e_l) g_jl, with m and e fitted on other
 * sites (5 folds), penalties 3 (blocks), 25 (blocks x contexts, pairs), 3 for the contexts in m and e.
 *
 * Cost: O(n p^2), p about blocks (1 + contexts + blocks / 2). Source: Nie and Wager 2021, doi:10.1093/biomet/asaa076, eq. 4, for label
 * sets with independent uptake in the pair term.
 */
export function fitResidualModel(table: ExperimentTable, random: RandomStream, kernels: MatrixKernels): RivalModel {
  const prepared = prepare(table, kernels);
  const { rows, weights } = prepared;
  const n = table.ids.length;
  const J = table.blocks.length;
  const P = table.contexts.length;
  const G = table.grades.length - 1;
  const nuisance = 1 + P + (P * (P + 1)) / 2 + G;
  const nuisanceFeatures = ({ z, grade }: Rows): Matrix => {
    const features = matrix(grade.length, nuisance);
    grade.forEach((g, i) => {
      let at = i * nuisance;
      features.values[at++] = 1;
      for (let p = 0; p < P; p++) features.values[at++] = z[i * P + p]!;
      for (let p = 0; p < P; p++) for (let r = 0; r <= p; r++) features.values[at++] = z[i * P + p]! * z[i * P + r]!;
      if (g > 0) features.values[at + g - 1] = 1;
    });
    return features;
  };
  const penalty = new Float64Array(nuisance).fill(3);
  penalty[0] = 0;
  const fitOn = (features: Matrix, y: Float64Array, chosen: readonly number[]) => {
    const part = matrix(chosen.length, nuisance);
    chosen.forEach((i, at) => {
      part.values.set(features.values.subarray(i * nuisance, (i + 1) * nuisance), at * nuisance);
    });
    const pick = (values: Float64Array) => Float64Array.from(chosen, (i) => values[i]!);
    return penalisedLeastSquares(part, pick(y), pick(weights), penalty, kernels);
  };
  const columns = [
    table.effect,
    ...table.blocks.map((_, j) => Float64Array.from({ length: n }, (_v, i) => rows.amount[i * J + j]!)),
  ];
  const features = nuisanceFeatures(rows);
  const folds = Math.min(5, new Set(table.site).size);
  const fold = folds > 1 ? groupedFolds(table.site, folds, random.stream('folds')) : new Uint32Array(n);
  const expected = columns.map(() => new Float64Array(n));
  for (let f = 0; f < folds; f++) {
    const inside = [...fold.keys()].filter((i) => folds === 1 || fold[i] !== f);
    columns.forEach((column, c) => {
      const beta = fitOn(features, column, inside);
      for (let i = 0; i < n; i++) if (fold[i] === f) expected[c]![i] = dotRow(features, i, beta);
    });
  }
  const whole = columns.map((column) => fitOn(features, column, [...fold.keys()]));
  const size = J + J * P + (J * (J - 1)) / 2;
  const within = (value: number) => Math.min(1 - clip, Math.max(clip, value));
  /** What is left of the mix after the contexts, times what the effect depends on. */
  const residualFeatures = (given: Rows, uptake: (i: number, j: number) => number): Matrix => {
    const m = given.grade.length;
    const out = matrix(m, size);
    for (let i = 0; i < m; i++) {
      let pair = i * size + J + J * P;
      for (let j = 0; j < J; j++) {
        const left = given.amount[i * J + j]! - uptake(i, j);
        out.values[i * size + j] = left;
        for (let p = 0; p < P; p++) out.values[i * size + J + j * P + p] = left * given.z[i * P + p]!;
        for (let l = j + 1; l < J; l++)
          out.values[pair++] = given.amount[i * J + j]! * given.amount[i * J + l]! - uptake(i, j) * uptake(i, l);
      }
    }
    return out;
  };
  const effectPenalty = Float64Array.from({ length: size }, (_, k) => (k < J ? 3 : 25));
  const effects = penalisedLeastSquares(
    residualFeatures(rows, (i, j) => within(expected[j + 1]![i]!)),
    Float64Array.from(table.effect, (y, i) => y - expected[0]![i]!),
    weights,
    effectPenalty,
    kernels,
  );
  return rival(table, prepared, kernels, (given) => {
    const context = nuisanceFeatures(given);
    const left = residualFeatures(given, (i, j) => within(dotRow(context, i, whole[j + 1]!)));
    return Float64Array.from(given.grade, (_, i) => dotRow(context, i, whole[0]!) + dotRow(left, i, effects));
  });
}

function dotRow({ values, cols }: Matrix, row: number, vector: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < cols; k++) sum += values[row * cols + k]! * vector[k]!;
  return sum;
}
