import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NumberColumn } from '../../../src/core/panel/columns.ts';
import { fates, type RiskSetSettings, riskSetMoments } from '../../../src/core/panel/risk-set-moments.ts';
import { numbers } from '../../support/memory-ports.ts';

/** Units as strings of waves: `0` untreated, `1` treated, `.` not observed. */
function momentsOf(histories: readonly string[], settings: RiskSetSettings) {
  const waves = histories[0]!.length;
  const rows = histories.flatMap((history, unit) => [...history].map((mark, wave) => ({ unit, wave, mark })));
  const panel = {
    unitIds: histories.map((_, unit) => `u${unit}`),
    waves: Array.from({ length: waves }, (_, wave) => `w${wave}`),
    unitIndex: Uint32Array.from(rows, ({ unit }) => unit),
    waveIndex: Uint32Array.from(rows, ({ wave }) => wave),
    rows: rows.length,
  };
  const treatment = numbers(rows.map(({ mark }) => (mark === '.' ? null : Number(mark)))) as NumberColumn;
  const { unit, wave, treated, fate } = riskSetMoments(panel, treatment, settings);
  return { moments: [...unit].map((u, i) => `${u}@${wave[i]}${treated[i] === 1 ? '*' : ''}`), fate: [...fate] };
}

const simple: RiskSetSettings = { lags: 1, after: 1, lookAhead: 1 };

describe('risk sets', () => {
  it('compares who enters at a wave with who is untreated there and for the look-ahead', () => {
    expect(momentsOf(['0011', '0000', '0001', '0111'], simple)).toEqual({
      // the first enters at 2; the third, which enters at 3, is no control at 2, but it is one at 1
      moments: ['0@2*', '1@1', '1@2', '2@1', '3@1*'],
      fate: [fates.inRiskSet, fates.inRiskSet, fates.inRiskSet, fates.inRiskSet],
    });
  });

  it('takes a longer look-ahead: a control stays untreated so long', () => {
    const histories = ['01111', '00011', '00000'];
    expect(momentsOf(histories, simple).moments).toEqual(['0@1*', '1@1', '1@3*', '2@1', '2@3']);
    expect(momentsOf(histories, { ...simple, lookAhead: 3 }).moments).toEqual(['0@1*', '1@3*', '2@1']);
  });

  it('says what became of every unit', () => {
    expect(momentsOf(['1111', '....', '0001', '0011', '000.', '0...'], simple)).toEqual({
      moments: ['3@2*'],
      fate: [fates.fromStart, fates.unknown, fates.outside, fates.inRiskSet, fates.outside, fates.outside],
    });
  });

  it('agrees with the definition, unit by unit and wave by wave', () => {
    const history = fc.array(fc.constantFrom('0', '0', '0', '1', '.'), { minLength: 6, maxLength: 6 });
    const settings = fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }))
      .map(([lags, after, more]) => ({ lags, after, lookAhead: after + more }));
    fc.assert(
      fc.property(fc.array(history, { minLength: 1, maxLength: 8 }), settings, (histories, rule) => {
        const entryOf = (h: readonly string[]): number => h.indexOf('1');
        const expected = histories.flatMap((h, u) =>
          h.flatMap((_, w) => {
            if (w < rule.lags || w + rule.after > 5) return [];
            if (entryOf(h) === w) return [`${u}@${w}*`];
            const untilThen = h.slice(0, w + rule.lookAhead + 1);
            const isUntreated = untilThen.length === w + rule.lookAhead + 1 && !untilThen.includes('1');
            const before = entryOf(h) < 0 ? h : h.slice(0, entryOf(h));
            const isSeen = before.slice(w + rule.lookAhead).includes('0');
            return isUntreated && isSeen && histories.some((other) => entryOf(other) === w) ? [`${u}@${w}`] : [];
          }),
        );
        expect(
          momentsOf(
            histories.map((h) => h.join('')),
            rule,
          ).moments,
        ).toEqual(expected);
      }),
    );
  });

  it('refuses a treatment that is no 0 or 1, and settings that look less far than the outcome', () => {
    expect(() => momentsOf(['0012'], simple)).toThrow(
      /The treatment must be 0 or 1; 1 of 1 units hold another value, such as 2.*First units: u0/,
    );
    for (const wrong of [{ lags: 0 }, { after: -1 }, { lookAhead: 0 }, { after: 0.5 }]) {
      expect(() => momentsOf(['0011'], { ...simple, ...wrong })).toThrow(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
    }
  });
});
