import { describe, expect, it } from 'vitest';
import {
  type AnchoredCases,
  type AnchoredColumn,
  findAnchorIntervals,
} from '../../../src/core/qca/anchor-intervals.ts';
import { type Anchor, anchorsOf } from '../../../src/core/qca/anchors-of.ts';
import { type Calibration, calibrate } from '../../../src/core/qca/calibrate.ts';
import { makeCalibratedData } from '../../../src/core/qca/calibrated-data.ts';
import { makeCondition } from '../../../src/core/qca/conditions.ts';
import { modelSignature } from '../../../src/core/qca/cutoff-intervals.ts';
import { defaultSearchLimits } from '../../../src/core/qca/minimal-models.ts';
import { buildTruthTable, defaultTruthTableSettings } from '../../../src/core/qca/truth-table.ts';
import { mulberry } from './support.ts';

const settings = {
  explain: '1',
  includeContradictions: false,
  excluded: [],
  rowDominance: false,
  limits: defaultSearchLimits,
} as const;
const n = 18;
const ids = Array.from({ length: n }, (_, i) => `c${i}`);

function column(name: string, random: () => number, calibration: Calibration): AnchoredColumn {
  const raw = Float64Array.from({ length: n }, () => Math.round(random() * 1000) / 10);
  return { name, raw, scores: calibrate(raw, calibration), calibration };
}

const rules: readonly Calibration[] = [
  { method: 'logistic', exclusion: 20, crossover: 48, inclusion: 81, inclusionDegree: 0.95 },
  { method: 's-shape', exclusion: 15, crossover: 51, inclusion: 90, below: 1, above: 1 },
  { method: 'logistic', exclusion: 85, crossover: 47, inclusion: 22, inclusionDegree: 0.95 },
  { method: 'crisp', thresholds: [52.5] },
  { method: 'ecdf', exclusion: 10.05, crossover: 49.95, inclusion: 92.05 },
];

function casesOf(round: number): AnchoredCases {
  const random = mulberry(round + 1);
  const types = [0, 1, 2].map((c) => rules[(round + c) % rules.length]!);
  return {
    ids,
    conditions: types.map(({ method }, c) => makeCondition('ABC'[c]!, method === 'crisp' ? 'crisp' : 'fuzzy')),
    columns: types.map((rule, c) => column('ABC'[c]!, random, rule)),
    outcome: { ...column('Y', random, rules[round % 3]!), negated: round % 4 === 3 },
  };
}

const tableSettings = { ...defaultTruthTableSettings, consistencyCutoff: 0.75, priCutoff: 0.3 };

/** The models with column `at` calibrated by another rule. */
function modelsWith(
  cases: AnchoredCases,
  at: number,
  rule: Calibration,
  kind: 'conservative' | 'parsimonious',
): string {
  const all = [...cases.columns, cases.outcome].map((c, i) => (i === at ? calibrate(c.raw, rule) : c.scores));
  const outcome = all.at(-1)!;
  const data = makeCalibratedData(
    ids,
    cases.conditions,
    all.slice(0, -1),
    cases.outcome.negated ? outcome.map((y) => 1 - y) : outcome,
  );
  return modelSignature(buildTruthTable(data, tableSettings), settings, kind);
}

describe('findAnchorIntervals', () => {
  it('holds the positions with the same models, by a sweep, and ends where they change', { timeout: 120_000 }, () => {
    let ends = 0;
    let intervals = 0;
    for (let round = 0; round < 15; round++) {
      const cases = casesOf(round);
      const kind = round % 2 === 0 ? 'conservative' : 'parsimonious';
      const found = findAnchorIntervals(cases, tableSettings, settings, kind);
      const expected: [number, Anchor][] = [...cases.columns, cases.outcome].flatMap(({ calibration }, at) =>
        anchorsOf(calibration!).map((anchor): [number, Anchor] => [at, anchor]),
      );
      expect(found.map(({ set, anchor }) => `${set} ${anchor}`)).toEqual(
        expected.map(([at, anchor]) => `${[...cases.columns, cases.outcome][at]!.name} ${anchor.name}`),
      );
      found.forEach(({ value, from, to }, i) => {
        intervals++;
        const [at, anchor] = expected[i]!;
        const models = (position: number) => modelsWith(cases, at, anchor.replace(position), kind);
        const present = models(value);
        const least = from ?? anchor.above ?? -150;
        const most = to ?? anchor.below ?? 250;
        expect([least <= value, value <= most]).toEqual([true, true]);
        for (let step = 1; step < 40; step++) {
          const position = least + ((most - least) * step) / 40;
          expect(models(position)).toBe(present);
        }
        // At the end or a little beyond it the models are others: a crossover on a score, where the case is neither in nor out,
        // may change them for that one value.
        for (const [edge, beyond] of [
          [to, 1e-6],
          [from, -1e-6],
        ] as const) {
          if (edge === null) continue;
          ends++;
          const raw = [...cases.columns, cases.outcome][at]!.raw;
          const near = [edge + beyond, ...raw.filter((x) => Math.abs(x - edge) < 1e-6)];
          expect(near.some((position) => models(position) !== present)).toBe(true);
        }
      });
    }
    expect(intervals).toBeGreaterThan(100);
    expect(ends).toBeGreaterThan(100);
  });

  it('leaves out sets that were given as memberships', () => {
    const cases = casesOf(0);
    const plain = { ...cases, columns: cases.columns.map((c) => ({ ...c, calibration: null })) };
    expect(findAnchorIntervals(plain, tableSettings, settings, 'conservative').map(({ set }) => set)).toEqual([
      'Y',
      'Y',
      'Y',
    ]);
  });
});

describe('anchorsOf', () => {
  it('gives each number of a rule, and the rule with another in its place', () => {
    const bell: Calibration = {
      method: 'bell',
      first: { exclusion: 1, crossover: 2, inclusion: 3 },
      second: { exclusion: 9, crossover: 8, inclusion: 7 },
      below: 1,
      above: 1,
    };
    const all = [...rules, bell, { method: 'totally-fuzzy-relative', lowest: 1 } as const];
    for (const rule of all)
      for (const anchor of anchorsOf(rule)) {
        expect(anchor.replace(anchor.value)).toEqual(rule);
        expect(JSON.stringify(anchor.replace(777))).toBe(JSON.stringify(rule).replace(String(anchor.value), '777'));
        expect(anchor.above ?? Number.NEGATIVE_INFINITY).toBeLessThan(anchor.value);
        expect(anchor.below ?? Number.POSITIVE_INFINITY).toBeGreaterThan(anchor.value);
      }
    expect(anchorsOf(bell).map(({ name }) => name)).toContain('second-crossover');
  });
});
