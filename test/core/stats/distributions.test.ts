import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialCdf, binomialProbability, binomialUpperTail } from '../../../src/core/stats/binomial.ts';
import { chiSquaredCdf, chiSquaredQuantile, chiSquaredUpperTail } from '../../../src/core/stats/chi-squared.ts';
import { fCdf, fQuantile, fUpperTail } from '../../../src/core/stats/f-distribution.ts';
import { normalCdf, normalUpperTail } from '../../../src/core/stats/normal.ts';
import { normalQuantile } from '../../../src/core/stats/normal-quantile.ts';
import { stirlingError } from '../../../src/core/stats/stirling-error.ts';
import {
  studentTCdf,
  studentTDensity,
  studentTQuantile,
  studentTUpperTail,
} from '../../../src/core/stats/student-t.ts';

/** All reference values: distributions.reference.py (mpmath). */
function close(received: number, expected: number, relative = 2e-14): void {
  const difference = Math.abs(received - expected);
  expect(difference, `${received} against ${expected}`).toBeLessThanOrEqual(relative * Math.abs(expected));
}

describe('the normal distribution', () => {
  it('has the reference lower tail to 14 digits, down to the smallest doubles', () => {
    const reference: [number, number][] = [
      [-20.5, 1.076467325879096e-93],
      [-8, 6.220960574271784e-16],
      [-5.7, 5.990371401063528e-9],
      [-5.6, 1.071759025831093e-8],
      [-3, 0.0013498980316300946],
      [-1.25, 0.10564977366685525],
      [-0.68, 0.2482522304535705],
      [-0.67, 0.2514288950953101],
      [-0.1, 0.460172162722971],
      [0.3, 0.6179114221889527],
      [1.96, 0.9750021048517795],
    ];
    for (const [x, p] of reference) {
      close(normalCdf(x), p);
      close(normalUpperTail(-x), p);
    }
    close(normalCdf(-38), 2.88542835e-316, 1e-8); // a subnormal number has fewer digits
    expect(normalCdf(-40)).toBe(0);
    expect(normalCdf(40)).toBe(1);
  });

  it('has the published 97.5 % and 99.5 % points', () => {
    close(normalQuantile(0.975), 1.959963984540054);
    close(normalQuantile(0.995), 2.5758293035489004);
    expect(normalQuantile(0.5)).toBe(0);
  });

  it('gives a quantile whose lower tail is the probability', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-100, max: 0.5, noNaN: true }), (p) =>
        close(normalCdf(normalQuantile(p)), p, 1e-12),
      ),
    );
  });

  it('refuses a probability of 0, 1 or NaN', () => {
    for (const p of [0, 1, Number.NaN, -0.1]) {
      expect(() => normalQuantile(p)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    }
  });
});

describe("Student's t", () => {
  it('has the reference upper tail to 13 digits for small, fractional and very large degrees of freedom', () => {
    const reference: [number, number, number][] = [
      [0.1, 1, 0.4682744825694464],
      [0.1, 2.5, 0.4639032720312448],
      [0.1, 1e6, 0.46017217274602157],
      [1.5, 7, 0.08864924349498501],
      [1.5, 30, 0.072032964564323],
      [2.5, 2.5, 0.05228498153907769],
      [2.5, 1000, 0.006289283900545398],
      [8, 1, 0.03958342416056554],
      [8, 30, 3.1329112378503795e-9],
      [8, 1000, 1.7133307411957373e-15],
      [8, 1e6, 6.22753171660126e-16],
      [40, 7, 7.951089992425185e-10],
      [40, 30, 6.863022597203201e-28],
      [40, 1000, 5.2394260775866807e-210],
    ];
    for (const [t, v, p] of reference) {
      close(studentTUpperTail(t, v), p, 1e-13);
      close(studentTCdf(t, v), 1 - p, 1e-13);
    }
  });

  it('has the reference quantiles', () => {
    close(studentTQuantile(0.975, 10), 2.2281388519862744);
    close(studentTQuantile(0.995, 2.5), 7.163728138948783);
    close(studentTQuantile(0.9, 30), 1.3104150253913958);
    close(studentTQuantile(0.999, 5), 5.893429531356009);
    close(studentTQuantile(0.025, 10), -2.2281388519862744);
  });

  it('is the Cauchy distribution with one degree of freedom and the normal one with infinitely many', () => {
    close(studentTCdf(1, 1), 0.75);
    close(studentTDensity(0, 1), 1 / Math.PI);
    close(studentTQuantile(0.975, 1), 1 / Math.tan(Math.PI * 0.025));
    expect(studentTQuantile(0.975, Number.POSITIVE_INFINITY)).toBe(normalQuantile(0.975));
  });

  it('gives a quantile whose lower tail is the probability', () => {
    const probability = fc.double({ min: 1e-12, max: 0.49, noNaN: true });
    const degrees = fc.double({ min: 0.5, max: 1e5, noNaN: true });
    fc.assert(fc.property(probability, degrees, (p, v) => close(studentTCdf(studentTQuantile(p, v), v), p, 1e-11)));
  });

  it('refuses degrees of freedom that are not positive', () => {
    expect(() => studentTCdf(1, 0)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(() => studentTQuantile(0.9, Number.NaN)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});

describe('chi-squared', () => {
  it('has the reference tails', () => {
    const reference: [number, number, number, number][] = [
      [0.01, 1, 0.07965567455405796, 0.920344325445942],
      [3.8, 1, 0.9487474171426304, 0.05125258285736951],
      [50, 1, 0.9999999999984626, 1.537459794428035e-12],
      [2, 5, 0.15085496391539036, 0.8491450360846097],
      [11, 5, 0.9486200165169305, 0.05137998348306953],
      [80, 100, 0.07033506665939496, 0.9296649333406051],
      [200, 100, 0.9999999882154993, 1.1784500720979422e-8],
      [1100, 1000, 0.9853855918737048, 0.014614408126295194],
      [0.5, 0.5, 0.7436779447314611, 0.25632205526853896],
    ];
    for (const [x, v, lower, upper] of reference) {
      close(chiSquaredCdf(x, v), lower, 1e-13);
      close(chiSquaredUpperTail(x, v), upper, 1e-13);
    }
  });

  it('is the squared normal with one degree of freedom and exponential with two', () => {
    close(chiSquaredQuantile(0.95, 1), 1.959963984540054 ** 2);
    close(chiSquaredQuantile(0.95, 2), -2 * Math.log(0.05));
    close(chiSquaredQuantile(1e-10, 2), -2 * Math.log1p(-1e-10), 1e-13);
  });
});

describe('the F distribution', () => {
  it('has the reference tails', () => {
    const reference: [number, number, number, number, number][] = [
      [0.1, 1, 10, 0.24166846428882624, 0.7583315357111737],
      [4.9, 1, 10, 0.9487522725768549, 0.05124772742314507],
      [3.1, 3, 20, 0.9500754669543212, 0.04992453304567878],
      [60, 3, 20, 0.9999999996472093, 3.527906745405453e-10],
      [1.2, 100, 10000, 0.9143167617333864, 0.08568323826661359],
      [0.02, 2.5, 4, 0.009195752679977645, 0.9908042473200224],
    ];
    for (const [x, a, b, lower, upper] of reference) {
      close(fCdf(x, a, b), lower, 1e-13);
      close(fUpperTail(x, a, b), upper, 1e-13);
    }
  });

  it('is the square of t where the numerator has one degree of freedom', () => {
    close(fQuantile(0.95, 1, 10), 2.2281388519862744 ** 2, 1e-13);
  });
});

describe('the binomial distribution', () => {
  it('has the reference upper tail and probabilities, also for the discordant pairs of Hammond (Rosenbaum 2002)', () => {
    const reference: [number, number, number, number, number][] = [
      [110, 122, 0.5, 2.733657893040644e-21, 2.441321457316694e-21],
      [3, 10, 0.2, 0.32220047360000004, 0.201326592],
      [900, 1000, 0.875, 0.008151508970260655, 0.0020110061765993923],
      [50200, 100000, 0.5, 0.10351948588211242, 0.0011337203392984556],
      [7, 7, 0.9, 0.4782969000000001, 0.4782969000000001],
    ];
    for (const [k, n, p, tail, probability] of reference) {
      close(binomialUpperTail(k, n, p), tail, 1e-13);
      close(binomialProbability(k, n, p), probability, 1e-13);
    }
  });

  it('sums its probabilities to its tails', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (n, p) => {
        let sum = 0;
        for (let k = 0; k <= n; k++) {
          sum += binomialProbability(k, n, p);
          close(binomialCdf(k, n, p), sum, 1e-12);
          close(binomialCdf(k, n, p) + binomialUpperTail(k + 1, n, p), 1, 1e-12);
        }
      }),
    );
  });

  it('refuses counts that are not whole', () => {
    expect(() => binomialUpperTail(1.5, 3, 0.5)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});

it('the logarithm of gamma is that of the factorial and of the root of pi', () => {
  const logFactorial = (x: number) => (x + 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + stirlingError(x);
  close(logFactorial(0.5), Math.log(Math.sqrt(Math.PI) / 2), 1e-14);
  close(logFactorial(10), Math.log(3628800), 1e-14);
});
