import { describe, expect, it } from 'vitest';
import { analyses } from '../../src/app/analyses.ts';
import { type Purpose, purposes, type Withdrawal } from '../../src/app/purposes.ts';

const withdrawn = (purpose: Purpose, from: number, to: number): readonly Withdrawal[] =>
  Array.from({ length: to - from }, (_, h) => ({ household: `H${from + h}`, purpose }));
const size = (purpose: Purpose, withdrawals: readonly Withdrawal[]) => purposes[purpose].leftOut(withdrawals).size;

describe('the purposes of consent', () => {
  it('share out all analyses', () => {
    const kinds = [...purposes.collective.kinds, ...purposes.research.kinds];
    expect(kinds.toSorted()).toEqual(Object.keys(analyses).toSorted());
  });

  it('leave out for each those who withdrew for it, once ten differ', () => {
    const ten = withdrawn('research', 0, 10);
    expect([size('research', ten), size('collective', ten)]).toEqual([10, 0]);
    const both = [...ten, ...withdrawn('collective', 5, 25)];
    // 0-4 withdrew from research alone: five, whom the difference of two answers would show.
    expect([size('research', both), size('collective', both)]).toEqual([25, 25]);
    const apart = [...ten, ...withdrawn('collective', 10, 20)];
    expect([...purposes.collective.leftOut(apart)]).toEqual(apart.slice(10).map(({ household }) => household));
  });

  it('never differ by one to nine households, and never keep one that withdrew', () => {
    for (let research = 0; research <= 25; research++) {
      for (let start = 0; start <= 25; start++) {
        const withdrawals = [...withdrawn('research', 0, research), ...withdrawn('collective', start, 25)];
        const left = {
          research: purposes.research.leftOut(withdrawals),
          collective: purposes.collective.leftOut(withdrawals),
        };
        for (const { household, purpose } of withdrawals) expect(left[purpose].has(household)).toBe(true);
        for (const [one, other] of [
          [left.research, left.collective],
          [left.collective, left.research],
        ] as const) {
          const apart = [...one].filter((household) => !other.has(household)).length;
          expect(apart === 0 || apart >= 10).toBe(true);
        }
      }
    }
  });

  it('leave out nobody where nobody withdrew', () => {
    expect([size('research', []), size('collective', [])]).toEqual([0, 0]);
  });
});
