import { AppError } from '../app/errors.ts';
import { abadieImbensEffect } from '../core/effects/abadie-imbens.ts';
import { augmentedIpw } from '../core/effects/augmented-ipw.ts';
import { gComputation } from '../core/effects/g-computation.ts';
import { fitWeightedRegression, type RegressionFit } from '../core/effects/weighted-regression.ts';
import type { Matrix } from '../core/linalg/matrix.ts';
import type { MatrixKernels } from '../core/linalg/matrix-kernels.ts';
import type { Estimand } from '../core/matching/estimand.ts';
import { codesOfValues, exactCells } from '../core/matching/exact-cells.ts';
import { standardiseColumns, whitenByTotal } from '../core/matching/standardise-columns.ts';
import { fitBinomialRegression } from '../core/propensity/binomial-regression.ts';
import {
  type DesignColumn,
  designColumns,
  type Frame,
  modelMatrix,
  packMatrix,
} from '../core/propensity/design-matrix.ts';
import type { Link } from '../core/propensity/links.ts';
import type { CaseContext } from './case.ts';
import { covariance } from './effect-regression.ts';
import { loadSample, type SampleWords } from './sample.ts';
import { binaryColumn, byName, frameFor, type TermWords, toTerms } from './words.ts';

interface ComputationWords {
  readonly sample: SampleWords;
  readonly outcome: string;
  readonly family: 'gaussian' | 'binomial';
  readonly terms: readonly TermWords[];
  readonly standardErrors: string;
}

/** effect.g-computation */
export function gComputationCase(words: ComputationWords, context: CaseContext): unknown {
  const { table, kernels } = context;
  const sample = loadSample(words.sample, context);
  const treatment = words.sample.matching?.treatment ?? words.sample.weighting?.treatment ?? words.sample.treatment!;
  const frame = frameFor(table, words.terms, [treatment]);
  const terms = toTerms(words.terms);
  const pick = (values: ArrayLike<number>): Float64Array => Float64Array.from(sample.rows, (row) => values[row]!);
  const matrixOf = (from: Frame, rows: readonly number[]) =>
    packMatrix(
      rows.length,
      designColumns(from, terms).map((c) => ({ ...c, values: Float64Array.from(rows, (row) => c.values[row]!) })),
      true,
    );
  const { matrix, names } = matrixOf(frame, sample.rows);
  const fit = fitOutcome(
    words.family,
    matrix,
    names,
    pick(table.numbers(words.outcome)),
    pick(sample.weights),
    kernels,
  );
  const target = sample.rows.filter((row) => sample.treated[row] === 1);
  const set = (value: number): Matrix => matrixOf(withTreatment(frame, treatment, value), target).matrix;
  const effects = gComputation(
    {
      family: words.family,
      coefficients: fit.coefficients,
      covariance: covariance(words.standardErrors, fit, sample, kernels),
    },
    set(1),
    set(0),
    Float64Array.from(target, (row) => sample.weights[row]!),
  );
  const { meanTreated, meanControl, difference, logRiskRatio, logOddsRatio } = effects;
  const contrasts =
    words.family === 'gaussian' ? { difference } : { riskDifference: difference, logRiskRatio, logOddsRatio };
  return { meanTreated, meanControl, ...contrasts, coefficients: byName(fit.names, fit.coefficients) };
}

/** A gaussian or binomial model as bread, residuals and columns: its sandwich is the same in both. */
function fitOutcome(
  family: 'gaussian' | 'binomial',
  x: Matrix,
  names: readonly string[],
  y: Float64Array,
  weights: Float64Array,
  kernels: MatrixKernels,
): RegressionFit {
  if (family === 'gaussian') return fitWeightedRegression(x, names, y, weights, kernels);
  const fit = fitBinomialRegression(x, names, y, weights, 'logit', kernels);
  if (fit.collinear.length > 0) throw new AppError('not-implemented', 'Collinear outcome models are not built yet.');
  const residuals = y.map((value, i) => value - fit.fitted[i]!);
  return { names, coefficients: fit.coefficients, residuals, bread: fit.covariance, x, weights, units: x.rows };
}

function withTreatment(frame: Frame, treatment: string, value: number): Frame {
  const column = {
    type: 'number' as const,
    values: new Float64Array(frame.rows).fill(value),
    status: new Uint8Array(frame.rows),
  };
  return { ...frame, columns: { ...frame.columns, [treatment]: column } };
}

interface AugmentedWords {
  readonly treatment: string;
  readonly outcome: string;
  readonly propensity: { readonly link: Link; readonly terms: readonly TermWords[] };
  readonly outcomeModel: { readonly terms: readonly TermWords[] };
  readonly clip?: readonly [number, number];
}

/** effect.augmented-ipw */
export function augmentedIpwCase(words: AugmentedWords, { table, kernels }: CaseContext): unknown {
  const treated = binaryColumn(table, words.treatment);
  const outcome = table.numbers(words.outcome);
  const model = modelMatrix(frameFor(table, words.propensity.terms), toTerms(words.propensity.terms));
  const fit = fitBinomialRegression(
    model.matrix,
    model.names,
    Float64Array.from(treated),
    null,
    words.propensity.link,
    kernels,
  );
  const [low, high] = words.clip ?? [0, 1];
  const propensity = fit.fitted.map((e) => Math.min(high, Math.max(low, e)));
  const { matrix } = modelMatrix(frameFor(table, words.outcomeModel.terms), toTerms(words.outcomeModel.terms));
  const predictions = [0, 1].map((arm) => {
    const inArm = Float64Array.from(treated, (t) => (t === arm ? 1 : 0));
    const { coefficients } = kernels.leastSquares(matrix, outcome, inArm, 1e-9);
    const predicted = new Float64Array(matrix.rows);
    kernels.gemv(matrix, coefficients, predicted);
    return predicted;
  });
  const { ate, att, ...others } = augmentedIpw(outcome, treated, propensity, predictions[1]!, predictions[0]!);
  const shown = ({ estimate, standardError }: typeof ate) => ({ estimate, standardError });
  return { ate: shown(ate), att: shown(att), ...others };
}

interface AbadieImbensWords {
  readonly treatment: string;
  readonly outcome: string;
  readonly estimand: Estimand;
  readonly neighbours: number;
  readonly distance: {
    readonly type: string;
    readonly link: Link;
    readonly scale: string;
    readonly terms: readonly TermWords[];
  };
  readonly calipers?: readonly { readonly on: string; readonly width: number; readonly unit: string }[];
  readonly exact?: readonly string[];
  readonly biasAdjustment?: { readonly terms: readonly TermWords[] };
}

/** effect.abadie-imbens */
export function abadieImbensCase(words: AbadieImbensWords, { table, kernels }: CaseContext): unknown {
  const { estimand, distance } = words;
  if (estimand !== 'ATT' && estimand !== 'ATC' && estimand !== 'ATE')
    throw new AppError('not-implemented', `${estimand} is not built yet.`);
  const treated = binaryColumn(table, words.treatment);
  const columns = designColumns(frameFor(table, distance.terms), toTerms(distance.terms));
  const [caliper, ...more] = words.calipers ?? [];
  if (more.length > 0 || (caliper && (caliper.on !== 'distance' || caliper.unit !== 'sd'))) {
    throw new AppError('not-implemented', 'Only one caliper, on the distance in standard deviations, is built.');
  }
  const exact = (words.exact ?? []).map((name) => codesOfValues(table.numbers(name)));
  const result = abadieImbensEffect(
    {
      outcome: table.numbers(words.outcome),
      treated,
      estimand,
      neighbours: words.neighbours,
      points: pointsFor(distance, columns, treated, kernels),
      caliper: caliper ? caliper.width : null,
      stratum: exact.length === 0 ? null : exactCells(table.rows, exact),
      adjustFor: words.biasAdjustment
        ? designColumns(frameFor(table, words.biasAdjustment.terms), toTerms(words.biasAdjustment.terms))
        : null,
      varianceNeighbours: null,
    },
    kernels,
  );
  const matches: Record<string, number> = {};
  for (const { focal, from, to, order } of result.lists) {
    focal.forEach((row, k) => {
      for (let p = from[k]!; p < to[k]!; p++) {
        const [one, zero] = treated[row] === 1 ? [row, order[p]!] : [order[p]!, row];
        const key = `${table.ids[one]}|${table.ids[zero]}`;
        matches[key] = (matches[key] ?? 0) + 1 / (to[k]! - from[k]!);
      }
    });
  }
  const { lists: _, focalUnits: __, leftOut: ___, effectivePartners: ____, ...shown } = result;
  return { ...shown, matches };
}

function pointsFor(
  distance: AbadieImbensWords['distance'],
  columns: readonly DesignColumn[],
  treated: Uint8Array,
  kernels: MatrixKernels,
): Matrix {
  if (distance.type === 'mahalanobis-total') return whitenByTotal(columns, kernels);
  if (distance.type === 'inverse-variance') return standardiseColumns(columns);
  if (distance.type !== 'propensity-score')
    throw new AppError('not-implemented', `The distance "${distance.type}" is not built yet.`);
  const { matrix, names } = packMatrix(treated.length, columns, true);
  const fit = fitBinomialRegression(matrix, names, Float64Array.from(treated), null, distance.link, kernels);
  return standardiseColumns([
    { name: 'score', values: distance.scale === 'linear' ? fit.linearPredictor : fit.fitted },
  ]);
}
