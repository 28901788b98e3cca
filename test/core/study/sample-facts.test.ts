import { describe, expect, it } from 'vitest';
import type { ComparedMeans } from '../../../src/core/balance/balance-table.ts';
import { type JudgedSample, sampleFactsOf } from '../../../src/core/study/sample-facts.ts';

const group = (all: number, matched: number, effective: number) => ({
  ...{ all, discarded: 0, matched, effective, effectiveAll: all },
});

const compared = (changes: Partial<ComparedMeans>): ComparedMeans => ({
  ...{ meanTreated: 0, meanControl: 0, standardizedMeanDifference: 0, varianceRatio: 1, ...changes },
});

/** 20 treated of whom 16 are matched to 40 of 100 controls; 15 and 34 of them are left, worth 15 and 17 units. */
const sample: JudgedSample = {
  estimand: 'ATT',
  groups: { treated: group(20, 16, 16), control: group(100, 40, 25) },
  overlap: { focalOutside: 0.05, coefficient: 0.7 },
  equipoise: 0.6,
  balance: [
    {
      variable: 'income',
      after: compared({ meanTreated: 3, meanControl: 2, standardizedMeanDifference: 0.2, varianceRatio: 1.5 }),
    },
  ],
  left: { treated: group(20, 15, 15), control: group(100, 34, 17) },
  lost: { treated: { matched: 16, unknown: 1, alone: 0 }, control: { matched: 40, unknown: 4, alone: 2 } },
  clusters: { treated: 9, control: 7 },
};

describe('the facts of a sample', () => {
  it('are its shares and sizes, of the design and of those who are left', () => {
    const facts = sampleFactsOf(sample);
    expect(facts.overlap.leftOut).toBeCloseTo(4 / 20, 14);
    expect(facts.overlap).toMatchObject({ outside: 0.05, coefficient: 0.7, equipoise: 0.6 });
    // 15 treated against 17 effective controls; 17 of 34 controls is the smaller share.
    expect(facts.sample).toEqual({ effectiveUnits: 15, effectiveShare: 0.5 });
    expect(facts.clusters).toEqual({ fewest: 7 });
  });

  it('count as observed whose outcome is known, also those with nobody left to be compared with', () => {
    expect(sampleFactsOf(sample).attrition).toEqual({
      treated: { begun: 16, observed: 15 },
      control: { begun: 40, observed: 36 },
    });
  });

  it('take the controls as focal group for an ATC', () => {
    expect(sampleFactsOf({ ...sample, estimand: 'ATC' }).overlap.leftOut).toBeCloseTo(60 / 100, 14);
  });

  it('have the standard errors of differences of normal variables, from the effective sizes', () => {
    const [income] = sampleFactsOf(sample).balance;
    expect(income).toMatchObject({ variable: 'income', difference: 0.2, varianceRatio: 1.5 });
    // 1/15 + 1/17 = 32/255, and 2/14 + 2/16 = 15/56.
    expect(income!.error).toBeCloseTo(Math.sqrt(32 / 255), 14);
    expect(income!.logRatioError).toBeCloseTo(Math.sqrt(15 / 56), 14);
  });

  it('have a finite error where one unit of a group is left', () => {
    const left = { treated: group(20, 1, 1), control: group(100, 3, 3) };
    const [income] = sampleFactsOf({ ...sample, left }).balance;
    expect(income!.error).toBeCloseTo(Math.sqrt(4 / 3), 14);
    expect(income!.logRatioError).toBeCloseTo(Math.sqrt(3), 14);
  });

  it('know no difference where a group does not vary, unless its means are the same', () => {
    const constant = { standardizedMeanDifference: null, varianceRatio: null };
    const balance = [
      { variable: 'apart', after: compared({ ...constant, meanTreated: 1, meanControl: 0 }) },
      { variable: 'same', after: compared({ ...constant, meanTreated: 1, meanControl: 1 }) },
    ];
    expect(sampleFactsOf({ ...sample, balance }).balance).toMatchObject([
      { variable: 'apart', difference: null, varianceRatio: null },
      { variable: 'same', difference: 0, varianceRatio: null },
    ]);
  });

  it('are null where there is no score, and no clusters', () => {
    const facts = sampleFactsOf({ ...sample, overlap: null, equipoise: null, clusters: null });
    expect(facts.overlap).toMatchObject({ outside: null, coefficient: null, equipoise: null });
    expect(facts.clusters).toBeNull();
  });
});
