import { describe, expect, it } from 'vitest';
import { releaseError } from '../../src/app/release.ts';

const error = {
  code: 'separation',
  message: 'Unit "H07" with rare=castle is always treated (1 of 1).',
  details: { columns: ['rare=castle', 'rare=villa', 'age'], units: ['H07'], count: 1 },
};
const ofPanel = { panel: 'street' };

describe('the refusal of an analysis', () => {
  it('is whole for the operator', () => {
    expect(releaseError(error, ofPanel, { role: 'operator' })).toBe(error);
  });

  it('names variables to everybody else, but no unit, level, value or count', () => {
    const shown = releaseError(error, ofPanel, { role: 'visitor' });
    expect(shown.code).toBe('separation');
    expect(shown.details).toEqual({ columns: ['rare', 'age'] });
    expect(shown.message).toContain('(separation): rare, age');
    expect(JSON.stringify(shown)).not.toMatch(/H07|castle|villa|1 of 1/);
  });

  it('is whole where no panel is involved: the table or the wishes are the asker’s own', () => {
    expect(releaseError(error, { table: {} }, { role: 'visitor' })).toBe(error);
  });

  it('keeps its words where they are about the request alone', () => {
    const unknown = { code: 'panel-not-found', message: 'There is no panel "x".', details: { panel: 'x' } };
    expect(releaseError(unknown, ofPanel, { role: 'visitor' })).toEqual(unknown);
  });
});
