import { AppError } from '../app/errors.ts';
import {
  classicalCovariance,
  clusterCovariance,
  heteroskedasticCovariance,
  standardErrors,
} from '../core/effects/robust-covariance.ts';
import { fitWeightedRegression, type RegressionFit } from '../core/effects/weighted-regression.ts';
import type { Matrix } from '../core/linalg/matrix.ts';
import type { MatrixKernels } from '../core/linalg/matrix-kernels.ts';
import { designColumns, packMatrix } from '../core/propensity/design-matrix.ts';
import { mEstimationCovariance } from '../core/weighting/m-estimation.ts';
import type { CaseContext } from './case.ts';
import { type CaseSample, loadSample, type SampleWords } from './sample.ts';
import { byName, frameFor, type TermWords, toTerms } from './words.ts';

interface RegressionWords {
  readonly sample: SampleWords;
  readonly outcome: string;
  readonly terms: readonly TermWords[];
  readonly standardErrors: readonly string[];
}

/** effect.regression */
export function regression(words: RegressionWords, context: CaseContext): unknown {
  const { table, kernels } = context;
  const sample = loadSample(words.sample, context);
  const columns = designColumns(frameFor(table, words.terms), toTerms(words.terms));
  const used = sample.rows;
  const pick = (values: ArrayLike<number>): Float64Array => Float64Array.from(used, (row) => values[row]!);
  const { matrix, names } = packMatrix(
    used.length,
    columns.map((c) => ({ ...c, values: pick(c.values) })),
    true,
  );
  const fit = fitWeightedRegression(matrix, names, pick(table.numbers(words.outcome)), pick(sample.weights), kernels);
  return {
    n: used.length,
    coefficients: byName(names, fit.coefficients),
    standardErrors: Object.fromEntries(
      words.standardErrors.map((type) => [type, byName(names, standardErrors(covariance(type, fit, sample, kernels)))]),
    ),
  };
}

/** The covariance of the coefficients by its name in the protocol. */
export function covariance(type: string, fit: RegressionFit, sample: CaseSample, kernels: MatrixKernels): Matrix {
  switch (type) {
    case 'classical':
      return classicalCovariance(fit);
    case 'HC0':
    case 'HC1':
    case 'HC2':
    case 'HC3':
      return heteroskedasticCovariance(fit, type, kernels);
    case 'HC0-fixed-weights':
      return heteroskedasticCovariance(fit, 'HC0', kernels);
    case 'survey': {
      const matrix = heteroskedasticCovariance(fit, 'HC0', kernels);
      return { ...matrix, values: matrix.values.map((v) => (v * fit.units) / (fit.units - 1)) };
    }
    case 'm-estimation':
      if (sample.rows.length < sample.treated.length) {
        throw new AppError('not-implemented', 'M-estimation with units of weight 0 is not built yet.');
      }
      return mEstimationCovariance(fit, sample.equations(), kernels);
    case 'cluster-HC0':
      return clusterCovariance(fit, sample.clusters(), 'none', kernels);
    case 'cluster-HC0-groups':
      return clusterCovariance(fit, sample.clusters(), 'groups', kernels);
    case 'cluster-HC1':
      return clusterCovariance(fit, sample.clusters(), 'CR1', kernels);
    default:
      throw new AppError('not-implemented', `The standard error "${type}" is not built yet.`);
  }
}
