import { expect, test } from 'vitest';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { pilotSize } from '../../../src/core/recommend/pilot-size.ts';

const half = { betweenSites: 0, householdsPerSite: 40, fewest: 10 };

test('two halves that differ by half a standard deviation: 126 households, as by the tables of Cohen', () => {
  // Cohen 1988 has 64 for each half by the t distribution, the normal approximation 62.8.
  expect(pilotSize({ ...half, gain: 0.5, perHousehold: 4 }).householdsHere).toBe(126);
  // d = 0.2: 393 each, normal approximation 392.4.
  expect(pilotSize({ ...half, gain: 0.2, perHousehold: 4 }).householdsHere).toBe(785);
});

test('a pilot is never smaller than what is shown, and never less than one place', () => {
  expect(pilotSize({ ...half, gain: 10, perHousehold: 1 })).toEqual({
    householdsHere: 10,
    sites: 1,
    householdsPerSite: 40,
  });
});

test('a pilot of the size it says shows the gain in 8 of 10 simulations, in one place and over places', () => {
  const design = { gain: 0.1, betweenSites: 0.004, perHousehold: 0.16, householdsPerSite: 40, fewest: 10 };
  const { householdsHere, sites } = pilotSize(design);
  const random = createRandom(1, 'pilots');
  const found = { here: 0, over: 0 };
  const runs = 4000;
  for (let run = 0; run < runs; run++) {
    const here = Math.sqrt(design.perHousehold / householdsHere);
    if (Math.abs(design.gain + here * random.normal()) > 1.96 * here) found.here++;
    const own = Math.sqrt(design.betweenSites + design.perHousehold / design.householdsPerSite);
    let sum = 0;
    for (let s = 0; s < sites; s++) sum += design.gain + own * random.normal();
    if (Math.abs(sum / sites) > (1.96 * own) / Math.sqrt(sites)) found.over++;
  }
  // Rounding up adds a little; the binomial error is .006.
  expect(found.here / runs).toBeGreaterThan(0.78);
  expect(found.here / runs).toBeLessThan(0.83);
  expect(found.over / runs).toBeGreaterThan(0.78);
  expect(found.over / runs).toBeLessThan(0.86);
});
