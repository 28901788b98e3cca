import { describe, expect, it } from 'vitest';
import { clusterRobustBellMcCaffrey } from '../../../src/core/effects/bell-mccaffrey.ts';
import { heteroskedasticCovariance, standardErrors } from '../../../src/core/effects/robust-covariance.ts';
import { fitWeightedRegression } from '../../../src/core/effects/weighted-regression.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { packMatrix } from '../../../src/core/propensity/design-matrix.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

function regress(columns: readonly number[][], y: readonly number[], weights: readonly number[] = y.map(() => 1)) {
  const named = columns.map((values, i) => ({ name: `x${i}`, values: Float64Array.from(values) }));
  const { matrix, names } = packMatrix(y.length, named, true);
  return fitWeightedRegression(matrix, names, Float64Array.from(y), Float64Array.from(weights), kernels);
}

describe('CR2 with Satterthwaite degrees of freedom', () => {
  it('is HC2 where every unit is its own cluster', () => {
    const random = createRandom(1);
    const x = Array.from({ length: 30 }, () => random.normal());
    const y = x.map((v) => v + random.normal());
    const w = x.map(() => 0.5 + random.uniform());
    const fit = regress([x], y, w);
    const { standardError } = clusterRobustBellMcCaffrey(
      fit,
      Int32Array.from(y, (_, i) => i),
      1,
      kernels,
    );
    expect(standardError).toBeCloseTo(standardErrors(heteroskedasticCovariance(fit, 'HC2', kernels))[1]!, 12);
  });

  it('is the Welch test on cluster means where the treatment is given to whole clusters of equal size', () => {
    // treated clusters with means 3, 5, 10, controls 1, 2, 2, 3; four units each
    const means = [3, 5, 10, 1, 2, 2, 3];
    const cluster = means.flatMap((_, g) => [g, g, g, g]);
    const y = cluster.map((g, i) => means[g]! + [-1, 1, -2, 2][i % 4]!);
    const fit = regress([cluster.map((g) => (g < 3 ? 1 : 0))], y);
    const { standardError, degreesOfFreedom } = clusterRobustBellMcCaffrey(fit, Int32Array.from(cluster), 1, kernels);
    expect(standardError).toBeCloseTo(Math.sqrt(26 / 2 / 3 + 2 / 3 / 4), 12);
    // Satterthwaite under equal variances: (1/3 + 1/4)^2 / (1/(9 x 2) + 1/(16 x 3))
    expect(degreesOfFreedom).toBeCloseTo((1 / 3 + 1 / 4) ** 2 / (1 / 18 + 1 / 48), 10);
  });

  it('agrees with the direct computation by whole residual-maker blocks', () => {
    const random = createRandom(2);
    const cluster = Array.from({ length: 24 }, (_, i) => i % 5);
    const x = cluster.map((g) => g / 2 + random.normal());
    const z = cluster.map(() => random.normal());
    const y = x.map((v) => v + random.normal());
    const fit = regress([x, z], y);
    const direct = directly(fit.x.values, 3, fit.bread.values, fit.residuals, cluster, 5, 1);
    const { standardError, degreesOfFreedom } = clusterRobustBellMcCaffrey(fit, Int32Array.from(cluster), 1, kernels);
    expect(standardError).toBeCloseTo(direct.standardError, 10);
    expect(degreesOfFreedom).toBeCloseTo(direct.degreesOfFreedom, 8);
  });

  it('refuses a treatment given to one cluster only, and a single cluster', () => {
    const cluster = [0, 0, 1, 1, 2, 2, 3, 3];
    const fit = regress([cluster.map((g) => (g === 0 ? 1 : 0))], [3, 5, 1, 2, 2, 3, 1, 4]);
    const refused = (codes: number[]) =>
      expect(() => clusterRobustBellMcCaffrey(fit, Int32Array.from(codes), 1, kernels)).toThrow(
        expect.objectContaining({ code: 'too-few-groups' }),
      );
    refused(cluster.map(() => 0));
  });
});

/** n x n matrices, eigenvectors of each block: the formula as it is printed. */
function directly(
  x: Float64Array,
  k: number,
  bread: Float64Array,
  e: Float64Array,
  cluster: number[],
  groups: number,
  c: number,
) {
  const n = e.length;
  const at = (i: number, j: number): number => {
    let h = 0;
    for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) h += x[i * k + a]! * bread[a * k + b]! * x[j * k + b]!;
    return h;
  };
  const p = Array.from({ length: groups }, () => new Float64Array(n));
  let variance = 0;
  for (let g = 0; g < groups; g++) {
    const rows = [...cluster.keys()].filter((i) => cluster[i] === g);
    const m = rows.length;
    const block = { rows: m, cols: m, values: new Float64Array(m * m) };
    rows.forEach((i, a) => {
      rows.forEach((j, b) => {
        block.values[a * m + b] = (a === b ? 1 : 0) - at(i, j);
      });
    });
    const { values, vectors } = kernels.symmetricEigen(block);
    const root = (a: number, b: number): number =>
      values.reduce((sum, l, q) => sum + (vectors.values[a * m + q]! * vectors.values[b * m + q]!) / Math.sqrt(l), 0);
    const lever = (i: number): number => [0, 1, 2].reduce((sum, a) => sum + x[i * k + a]! * bread[a * k + c]!, 0);
    let u = 0;
    rows.forEach((i, a) => {
      let value = 0;
      rows.forEach((j, b) => {
        value += root(a, b) * lever(j);
      });
      p[g]![i] = value;
      u += value * e[i]!;
    });
    variance += u * u;
  }
  const m = p.map((a) =>
    p.map((b) => {
      let sum = 0;
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += a[i]! * ((i === j ? 1 : 0) - at(i, j)) * b[j]!;
      return sum;
    }),
  );
  const trace = m.reduce((sum, row, g) => sum + row[g]!, 0);
  const squares = m.flat().reduce((sum, v) => sum + v * v, 0);
  return { standardError: Math.sqrt(variance), degreesOfFreedom: (trace * trace) / squares };
}
