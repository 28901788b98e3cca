/**
 * LaLonde's experiment (185 trained, 260 not): numbers of R's `Matching` 4.10-8 (test/fixtures/lalonde-experiment/generate.R), of its own tests,
 * which repeat those of Abadie and Imbens in Matlab, and of Dehejia and Wahba 1999.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tableFromCsv, toFrame } from '../../../src/conformance/case-table.ts';
import { balanceTable } from '../../../src/core/balance/balance-table.ts';
import { type AbadieImbensInput, abadieImbensEffect } from '../../../src/core/effects/abadie-imbens.ts';
import {
  classicalCovariance,
  heteroskedasticCovariance,
  standardErrors,
} from '../../../src/core/effects/robust-covariance.ts';
import { fitWeightedRegression } from '../../../src/core/effects/weighted-regression.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { exactCells } from '../../../src/core/matching/exact-cells.ts';
import { standardiseColumns, whitenByTotal } from '../../../src/core/matching/standardise-columns.ts';
import { fitBinomialRegression } from '../../../src/core/propensity/binomial-regression.ts';
import { type DesignColumn, designColumns, packMatrix } from '../../../src/core/propensity/design-matrix.ts';

const folder = new URL('../../fixtures/lalonde-experiment/', import.meta.url);
const table = tableFromCsv(readFileSync(new URL('experiment.csv', folder), 'utf8'));
const treated = Uint8Array.from(table.numbers('treat'));
const dollars = table.numbers('re78');
const all = new Float64Array(445).fill(1);
const column = (name: string): DesignColumn => ({ name, values: table.numbers(name) });
const eight = ['age', 'educ', 'black', 'hisp', 'married', 'nodegr', 're74', 're75'];
const four = ['age', 'educ', 're74', 're75'];

interface Case {
  readonly columns: readonly string[];
  readonly estimand: 'ATT' | 'ATC' | 'ATE';
  readonly neighbours: number;
  readonly adjusted: boolean;
  readonly varianceNeighbours: number | null;
  readonly estimate: number;
  readonly standardError: number;
}

function match(names: readonly string[], changes: Partial<AbadieImbensInput>) {
  const columns = names.map(column);
  const points = standardiseColumns(columns);
  return abadieImbensEffect(
    {
      ...{ outcome: dollars, treated, estimand: 'ATT', neighbours: 1, points, caliper: null, stratum: null },
      ...{ adjustFor: null, varianceNeighbours: null },
      ...changes,
    },
    kernels,
  );
}

describe('LaLonde’s experiment', () => {
  it('V1: 1794 dollars more, by regression 1676 (Dehejia and Wahba 1999)', () => {
    const regress = (names: readonly string[]) => {
      const { matrix, names: terms } = packMatrix(445, ['treat', ...names].map(column), true);
      return fitWeightedRegression(matrix, terms, dollars, all, kernels);
    };
    const plain = regress([]);
    expect(plain.coefficients[1]).toBeCloseTo(1794.343, 2);
    expect(standardErrors(classicalCovariance(plain))[1]).toBeCloseTo(632.854, 2);
    // Welch's error of two means is HC2.
    expect(standardErrors(heteroskedasticCovariance(plain, 'HC2', kernels))[1]).toBeCloseTo(670.997, 2);
    const adjusted = regress(eight);
    expect(adjusted.coefficients[1]).toBeCloseTo(1676.343, 2);
    expect(standardErrors(classicalCovariance(adjusted))[1]).toBeCloseTo(638.682, 2);
  });

  const cases: readonly Case[] = JSON.parse(readFileSync(new URL('abadie-imbens.json', folder), 'utf8'));

  it('has the estimates and errors of Matching, with one variance for all and with neighbours of each', () => {
    expect(cases.length).toBe(102);
    for (const { columns, estimand, neighbours, adjusted, varianceNeighbours, estimate, standardError } of cases) {
      const adjustFor = adjusted ? columns.map(column) : null;
      const found = match(columns, { estimand, neighbours, adjustFor, varianceNeighbours });
      const name = JSON.stringify({ columns, estimand, neighbours, adjusted, varianceNeighbours });
      expect(Math.abs(found.estimate / estimate - 1), name).toBeLessThan(1e-9);
      expect(Math.abs(found.standardError / standardError - 1), name).toBeLessThan(1e-9);
    }
  });

  it('V9: the estimates of Abadie and Imbens in their own program (thousands of dollars)', () => {
    const outcome = dollars.map((y) => y / 1000);
    const ate = { outcome, estimand: 'ATE' } as const;
    const age = [column('age')];
    const byMarriage = exactCells(
      445,
      ['age', 'educ', 're74', 're75'].map((name) => ranksOf(table.numbers(name))),
    );
    const mahalanobis = { ...ate, points: whitenByTotal(four.map(column), kernels) };
    expect(match(['age'], ate).estimate).toBeCloseTo(1.785191114812125, 12);
    expect(match(four, ate).estimate).toBeCloseTo(1.71440714918138, 12);
    expect(match(four, { ...ate, neighbours: 3 }).estimate).toBeCloseTo(1.53630268121115, 12);
    expect(match(four, { outcome }).estimate).toBeCloseTo(1.72691301785071, 12);
    expect(match(four, { outcome, estimand: 'ATC' }).estimate).toBeCloseTo(1.70550874262821, 12);
    expect(match(four, mahalanobis).estimate).toBeCloseTo(1.59261673326378, 12);
    expect(match(four, { ...ate, adjustFor: four.map(column) }).estimate).toBeCloseTo(1.63091519500783, 12);
    expect(match(four, { ...ate, adjustFor: [column('married'), ...age] }).estimate).toBeCloseTo(1.71968656670868, 12);
    expect(match(four, { ...ate, stratum: byMarriage }).estimate).toBeCloseTo(1.3692891250634, 12);
    // Its other errors are of the sample (sample = TRUE) or weighted; those of the population are in the cases above.
    expect(match(four, ate).standardError).toBeCloseTo(0.743384632957198, 12);
  });

  it('V10: eight covariates, one and four partners', () => {
    const adjustFor = eight.map(column);
    for (const [neighbours, estimand, adjust, estimate, error] of [
      [1, 'ATT', false, 2108.903656, 887.0187],
      [1, 'ATT', true, 2119.655941, 876.4229],
      [4, 'ATT', false, 2014.251235, 773.9007],
      [4, 'ATT', true, 1870.544218, 772.9148],
      [4, 'ATE', true, 1502.349539, 683.4423],
      [4, 'ATC', true, 1240.364863, 697.6338],
    ] as const) {
      const found = match(eight, { neighbours, estimand, adjustFor: adjust ? adjustFor : null });
      expect(found.estimate).toBeCloseTo(estimate, 5);
      expect(found.standardError).toBeCloseTo(error, 3);
    }
  });

  it('V11: the propensity model of Dehejia and Wahba, its balance before and after', () => {
    const numbers = ['age', 'educ', 're74', 're75'];
    const frame = toFrame(table, [...eight, 'u74', 'u75'], new Set());
    const terms = [...eight, 'u74', 'u75'].flatMap((variable) => [
      { variable },
      ...(numbers.includes(variable) ? [{ variable, power: 2 }] : []),
    ]);
    const columns = designColumns(frame, terms);
    const { matrix, names } = packMatrix(445, columns, true);
    const fit = fitBinomialRegression(matrix, names, Float64Array.from(treated), null, 'logit', kernels);
    const points = standardiseColumns([{ name: 'score', values: fit.fitted }]);
    const found = match(['age'], { points });
    // Its glm stops at a relative change of 1e-8.
    expect(found.estimate).toBeCloseTo(2153.306, 2);
    expect(found.standardError).toBeCloseTo(825.398, 2);
    const [{ from, to, order, focal }] = found.lists as [(typeof found.lists)[0]];
    expect(from.reduce((sum, start, k) => sum + to[k]! - start, 0)).toBe(346);
    const weights = Float64Array.from(treated);
    focal.forEach((_, k) => {
      for (let p = from[k]!; p < to[k]!; p++) weights[order[p]!] = weights[order[p]!]! + 1 / (to[k]! - from[k]!);
    });
    const table1 = { treated, estimand: 'ATT', pairs: null, strata: null } as const;
    const before = balanceTable(columns, { ...table1, weights: null });
    const after = balanceTable(columns, { ...table1, weights });
    // In percent of the standard deviation of the treated with n - 1, also of 0 and 1.
    const percent = (rows: typeof before) =>
      rows.map((row) => 100 * row.standardizedMeanDifference! * (row.isBinary ? Math.sqrt(184 / 185) : 1));
    [
      10.655038555334192, 9.293693091477756, 12.806026640590549, 17.012014396718083, 4.476700682905446,
      -20.340738543987911, 8.999512178599344, -27.750943560007322, -0.234370781139797, -7.47214788315299,
      8.236275506237831, 2.602407688369587, -9.189507193658958, -17.225298606861006,
    ].forEach((value, j) => {
      expect(percent(before)[j], columns[j]!.name).toBeCloseTo(value, 8);
    });
    [
      11.31676699418897, 10.27537464950881, -6.67488011805762, -5.46597309818458, -4.44818666581684, 4.55913105296281,
      5.73498325106821, 3.55722859109378, 9.64392627946963, 13.16663153873934, 7.28274018652368, 6.70756470721747,
      5.1608046543805, -4.2181525662993,
    ].forEach((value, j) => {
      expect(percent(after)[j], columns[j]!.name).toBeCloseTo(value, 3);
    });
  });
});

/** Equal values get equal numbers. */
function ranksOf(values: Float64Array): Int32Array {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  return Int32Array.from(values, (value) => sorted.indexOf(value));
}
