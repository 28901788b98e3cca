import { CoreError } from '../core/errors.ts';
import { type BinomialFit, fitBinomialRegression } from '../core/propensity/binomial-regression.ts';
import { modelMatrix } from '../core/propensity/design-matrix.ts';
import type { Link } from '../core/propensity/links.ts';
import { normalUpperTail } from '../core/stats/normal.ts';
import type { CaseContext } from './case.ts';
import { binaryColumn, byName, frameFor, type TermWords, toTerms } from './words.ts';

export interface PropensityWords {
  readonly treatment: string;
  readonly terms: readonly TermWords[];
  readonly link: Link;
  readonly samplingWeights?: string;
}

/** propensity.fit */
export function fitPropensity(request: PropensityWords, { table, kernels }: CaseContext): unknown {
  const { matrix, names } = modelMatrix(frameFor(table, request.terms), toTerms(request.terms));
  const y = Float64Array.from(binaryColumn(table, request.treatment));
  const weights = request.samplingWeights === undefined ? null : table.numbers(request.samplingWeights);
  try {
    return describe(fitBinomialRegression(matrix, names, y, weights, request.link, kernels));
  } catch (error) {
    if (error instanceof CoreError && error.code === 'separation') return { separated: true };
    throw error;
  }
}

function describe(fit: BinomialFit): object {
  const { names, coefficients, covariance } = fit;
  const k = names.length;
  const errors = names.map((_, j) => Math.sqrt(covariance.values[j * k + j]!));
  const z = errors.map((error, j) => coefficients[j]! / error);
  return {
    separated: false,
    coefficients: byName(names, coefficients),
    standardErrors: byName(names, errors),
    z: byName(names, z),
    pValues: byName(
      names,
      z.map((value) => 2 * normalUpperTail(Math.abs(value))),
    ),
    covariance: Object.fromEntries(
      names.map((name, i) => [name, byName(names, covariance.values.subarray(i * k, (i + 1) * k))]),
    ),
    deviance: fit.deviance,
    nullDeviance: fit.nullDeviance,
    aic: fit.deviance + 2 * k,
    logLikelihood: fit.logLikelihood,
    dfResidual: fit.degreesOfFreedom,
    fitted: [...fit.fitted],
    linearPredictor: [...fit.linearPredictor],
    rank: k,
  };
}
