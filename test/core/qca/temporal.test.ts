import { describe, expect, it } from 'vitest';
import { analyseQca } from '../../../src/core/qca/analysis.ts';
import { makeCalibratedData } from '../../../src/core/qca/calibrated-data.ts';
import { checkCertificate } from '../../../src/core/qca/check-certificate.ts';
import { type Condition, makeCondition } from '../../../src/core/qca/conditions.ts';
import { type Cube, cubeContains } from '../../../src/core/qca/cubes.ts';
import { defaultSearchLimits, listPrimeImplicants } from '../../../src/core/qca/minimal-models.ts';
import { assignRoles, solveConservative } from '../../../src/core/qca/solutions.ts';
import { buildTruthTable, defaultTruthTableSettings, type TruthTable } from '../../../src/core/qca/truth-table.ts';
import { allCubes, allRows, mulberry } from './support.ts';
import { column, input } from './support-analysis.ts';

/**
 * Unions recognised by universities, Caren and Panofsky 2005 as recoded by Ragin and Strand 2008: public support (P), elite
 * allies (E), affiliation (A), strike (S), and whether E came before A (EBA; "-" where not both came).
 */
const unions = `
  11111 11111 11101 11110 11110 110-1 101-1 101-1 100-1 100-1 100-1 100-0 01101 010-0 000-0 000-0 000-0`
  .trim()
  .split(/\s+/)
  .map((row) => [...row].map((cell) => (cell === '-' ? 2 : Number(cell))));
const recognised = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
const settings = {
  explain: '1',
  includeContradictions: false,
  excluded: [],
  rowDominance: false,
  limits: defaultSearchLimits,
} as const;

const given = (change = {}) => {
  const names = ['P', 'E', 'A', 'EBA', 'S'];
  const columns = names.map((name, c) => ({
    ...column(
      name,
      unions.map((row) => row[c]!),
    ),
    type: name === 'EBA' ? ('temporal' as const) : null,
  }));
  return { ...input([recognised]), outcome: { ...input([recognised]).outcome }, conditions: columns, ...change };
};

describe('temporal conditions', () => {
  it('give the published solution, in which a "-" stands for both values and nothing is assumed', () => {
    const { solutions, conditions } = analyseQca(
      given({ solutions: ['conservative', 'intermediate', 'parsimonious'] }),
    );
    const { models, terms, certificate } = solutions[0]!;
    // As QCA 3.x for R prints it: minimize(d.graduate, outcome = "REC", details = TRUE).
    expect(models.map(({ formula }) => formula)).toEqual(['P*E*S + P*E*A*EBA + E*A*~EBA*S']);
    expect(terms.map(({ rawCoverage }) => rawCoverage!.toFixed(3))).toEqual(['0.571', '0.571', '0.286']);
    expect(models[0]!.uniqueCoverages!.map((coverage) => coverage!.toFixed(3))).toEqual(['0.143', '0.286', '0.143']);
    expect([models[0]!.assumptionCount, models[0]!.assumptions]).toEqual(['0', []]);
    expect(conditions.find(({ name }) => name === 'EBA')).toMatchObject({ type: 'temporal', counts: [2, 4, 11] });
    expect(checkCertificate(certificate!)).toEqual([]);
    for (const solution of solutions) {
      expect(checkCertificate(solution.certificate!)).toEqual([]);
      for (const model of solution.models) {
        expect(model.assumptions).toHaveLength(Number(model.assumptionCount));
        expect(model.assumptions!.every((row) => Math.floor((row - 1) / 2) % 3 !== 2)).toBe(true);
      }
    }
  });

  it('give the primes that trying every product gives', () => {
    const random = mulberry(11);
    let tried = 0;
    for (let round = 0; round < 400; round++) {
      const conditions = ['A', 'B', 'C', 'D'].map((name, c) => makeCondition(name, c < 2 ? 'temporal' : 'crisp'));
      const table = randomTable(random, conditions, 3 + Math.floor(random() * 8));
      let roles: ReturnType<typeof assignRoles>;
      try {
        roles = assignRoles(table, settings);
      } catch (error) {
        expect(error).toMatchObject({ code: 'contradictory-configurations' });
        continue;
      }
      if (roles.positives.length === 0) continue;
      tried++;
      const solution = solveConservative(table, settings);
      const found = listPrimeImplicants(solution, 1000).map(({ term }) => term.join());
      expect(found.sort()).toEqual(primesOf(roles.positives, roles.negatives, conditions));
    }
    expect(tried).toBeGreaterThan(100);
  });

  it('refuse rows that only a "-" keeps apart, and say which', () => {
    const conditions = [makeCondition('A', 'crisp'), makeCondition('B', 'temporal')];
    const data = makeCalibratedData(
      ['u', 'v', 'w'],
      conditions,
      [
        [1, 1, 0],
        [2, 1, 0],
      ],
      [1, 0, 0],
    );
    const table = buildTruthTable(data, defaultTruthTableSettings);
    expect(() => solveConservative(table, settings)).toThrow(
      expect.objectContaining({
        code: 'contradictory-configurations',
        message: expect.stringContaining('The row A=1, B=- is sufficient and the row A=1, B=1 is not'),
      }),
    );
  });

  it('end the interval of a cutoff where beyond it only a "-" keeps rows apart', () => {
    const request = input(
      [
        [1, 1, 1, 1, 0],
        [2, 2, 1, 1, 0],
        [1, 1, 1, 0, 0],
      ],
      { truthTable: { ...defaultTruthTableSettings, consistencyCutoff: 0.5 } },
    );
    const [A, B] = request.conditions;
    const { solutions, further } = analyseQca({
      ...request,
      conditions: [A!, { ...B!, type: 'temporal' }],
      further: {
        ...request.further,
        robustness: { consistencyCutoffs: [0.8], priCutoffs: [], frequencyCutoffs: [] },
      },
    });
    expect(solutions.map(({ models }) => models.map(({ formula }) => formula))).toEqual([['A'], ['A'], ['A']]);
    const { cutoffIntervals } = solutions[0]!;
    expect(cutoffIntervals!.find(({ cutoff }) => cutoff === 'consistency')).toMatchObject({ from: 0, to: 0.5 });
    expect(further.robustness!.tests.map(({ models }) => models)).toEqual([[], [], []]);
  });

  it('take part in the enhanced standard analysis', () => {
    const enhanced = { contradictoryAssumptions: true, simultaneousSubsets: true, impossible: ['~P*E*S'] };
    for (const negated of [false, true]) {
      const request = given({ enhanced });
      const { solutions } = analyseQca({ ...request, outcome: { ...request.outcome, negated } });
      expect(solutions.map(({ kind }) => kind)).toContain('parsimonious');
      for (const { certificate } of solutions) expect(checkCertificate(certificate!)).toEqual([]);
    }
  });
});

/** Widest products that hold a positive row, only values that positive rows stand for, and no negative row. */
function primesOf(positives: readonly Cube[], negatives: readonly Cube[], conditions: readonly Condition[]): string[] {
  const standsFor = (row: Cube, other: Cube) =>
    row.every((level, c) => level === other[c] || (level === 2 && conditions[c]!.type === 'temporal'));
  const two = conditions.map(({ name }) => makeCondition(name, 'crisp'));
  const values = allRows(two);
  const permitted = allCubes(two).filter(
    (cube) =>
      positives.some((row) => cubeContains(cube, row)) &&
      !negatives.some((row) => cubeContains(cube, row)) &&
      values.every((row) => !cubeContains(cube, row) || positives.some((positive) => standsFor(positive, row))),
  );
  return permitted
    .filter((cube) => !permitted.some((other) => other !== cube && cubeContains(other, cube)))
    .map((cube) => cube.join())
    .sort();
}

function randomTable(random: () => number, conditions: readonly Condition[], cases: number): TruthTable {
  const columns = conditions.map(({ levels }) => Array.from({ length: cases }, () => Math.floor(random() * levels)));
  const drawn = new Map<string, number>();
  const outcome = Array.from({ length: cases }, (_, i) => {
    const key = columns.map((values) => values[i]).join();
    if (!drawn.has(key)) drawn.set(key, random() < 0.6 ? 1 : 0);
    return drawn.get(key)!;
  });
  const ids = outcome.map((_, i) => `c${i}`);
  return buildTruthTable(makeCalibratedData(ids, conditions, columns, outcome), defaultTruthTableSettings);
}
