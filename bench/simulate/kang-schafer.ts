import { augmentedIpw } from '../../src/core/effects/augmented-ipw.ts';
import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { fitBinomialRegression } from '../../src/core/propensity/binomial-regression.ts';
import { packMatrix } from '../../src/core/propensity/design-matrix.ts';
import type { RandomStream } from '../../src/core/random/random-stream.ts';

/**
 * Errors of estimates of an effect of 0 by 1000 units; models with the true covariates z are right, those with the published
 * transforms wrong. Source: Kang and Schafer 2007, doi:10.1214/07-STS227, section 1.4 (there the mean of an incomplete outcome).
 */
export function kangSchafer(random: RandomStream, kernels: MatrixKernels): Record<string, number> {
  const n = 1000;
  const z = Array.from({ length: 4 }, () => Float64Array.from({ length: n }, () => random.normal()));
  const [z1, z2, z3, z4] = z as [Float64Array, Float64Array, Float64Array, Float64Array];
  const treated = Uint8Array.from(z1, (v, i) =>
    random.bernoulli(1 / (1 + Math.exp(v - 0.5 * z2[i]! + 0.25 * z3[i]! + 0.1 * z4[i]!))) ? 1 : 0,
  );
  const outcome = z1.map((v, i) => 210 + 27.4 * v + 13.7 * (z2[i]! + z3[i]! + z4[i]!) + random.normal());
  const seen = [
    z1.map((v) => Math.exp(v / 2)),
    z2.map((v, i) => v / (1 + Math.exp(z1[i]!)) + 10),
    z3.map((v, i) => ((z1[i]! * v) / 25 + 0.6) ** 3),
    z4.map((v, i) => (z2[i]! + v + 20) ** 2),
  ];
  const matrixOf = (columns: readonly Float64Array[]) =>
    packMatrix(
      n,
      columns.map((values, j) => ({ name: `x${j}`, values })),
      true,
    );
  const propensity = (columns: readonly Float64Array[]) => {
    const { matrix, names } = matrixOf(columns);
    return fitBinomialRegression(matrix, names, Float64Array.from(treated), null, 'logit', kernels).fitted;
  };
  const models = (columns: readonly Float64Array[]) =>
    [1, 0].map((group) => {
      const { matrix } = matrixOf(columns);
      const inGroup = Float64Array.from(treated, (t) => (t === group ? 1 : 0));
      const { coefficients } = kernels.leastSquares(matrix, outcome, inGroup, 1e-9);
      const fitted = new Float64Array(n);
      kernels.gemv(matrix, coefficients, fitted);
      return fitted;
    }) as [Float64Array, Float64Array];
  const [right, wrong] = [propensity(z), propensity(seen)];
  const estimate = (e: Float64Array, [one, zero]: [Float64Array, Float64Array]) =>
    augmentedIpw(outcome, treated, e, one, zero);
  const off = estimate(wrong, models(seen));
  return {
    both: estimate(right, models(z)).ate.estimate,
    propensityRight: estimate(right, models(seen)).ate.estimate,
    outcomeRight: estimate(wrong, models(z)).ate.estimate,
    neither: off.ate.estimate,
    regressionWrong: off.outcomeModelMeanTreated - off.outcomeModelMeanControl,
  };
}
