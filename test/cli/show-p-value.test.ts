import { expect, it } from 'vitest';
import { comparePValue, showPValue } from '../../src/cli/show-p-value.ts';

it('a p-value has four digits, and no row of zeros', () => {
  expect(['en', 'nl'].map((language) => showPValue(0.012345, language))).toEqual(['0.01235', '0,01235']);
  expect([0.0001, 0.00009, 2e-50, 0].map((p) => showPValue(p, 'en'))).toEqual(['0.0001', ...Array(3).fill('< 0.0001')]);
  expect(showPValue(null, 'en')).toBe('–');
  expect([0.5, 0].map((p) => comparePValue(p, 'nl'))).toEqual(['= 0,5', '< 0,0001']);
});
