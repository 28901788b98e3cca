import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { createRandom } from '../random/random-stream.ts';
import { normalQuantile } from '../stats/normal-quantile.ts';
import { studentTQuantile } from '../stats/student-t.ts';

const draws = 20_000;

/**
 * Number of standard errors that holds for all estimates together: the quantile of the largest |z| of normals with the
 * correlation of the estimates, by simulation; for few degrees of freedom widened by the ratio of the t to the normal
 * quantile. Never below the pointwise value, never above Bonferroni's.
 *
 * @param correlation m x m correlation of the estimates; may be singular
 * @param seed of the 20 000 draws; the Monte Carlo error of the quantile is about 0.01
 * Source: Montiel Olea and Plagborg-Moller 2019, doi:10.1002/jae.2656, algorithm 1 (plug-in sup-t).
 */
export function simultaneousCriticalValue(
  correlation: Matrix,
  degreesOfFreedom: number,
  confidence: number,
  seed: number,
  kernels: MatrixKernels,
): number {
  const m = correlation.rows;
  const tail = (1 - confidence) / 2;
  const pointwise = studentTQuantile(1 - tail, degreesOfFreedom);
  if (m < 2) return pointwise;
  const { values, vectors } = kernels.symmetricEigen(correlation);
  const random = createRandom(seed, 'simultaneous-band');
  const largest = new Float64Array(draws);
  const z = new Float64Array(m);
  const root = vectors.values.map((v, at) => v * Math.sqrt(Math.max(0, values[at % m]!)));
  for (let d = 0; d < draws; d++) {
    for (let j = 0; j < m; j++) z[j] = random.normal();
    let top = 0;
    for (let i = 0; i < m; i++) {
      let y = 0;
      for (let j = 0; j < m; j++) y += root[i * m + j]! * z[j]!;
      top = Math.max(top, Math.abs(y));
    }
    largest[d] = top;
  }
  const simulated = largest.sort()[Math.ceil(confidence * draws) - 1]!;
  const widened = (simulated * pointwise) / normalQuantile(1 - tail);
  return Math.min(Math.max(widened, pointwise), studentTQuantile(1 - tail / m, degreesOfFreedom));
}
