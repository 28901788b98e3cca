import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorize, negateProducts, simplify } from '../../../src/core/qca/algebra.ts';
import { makeCondition } from '../../../src/core/qca/conditions.ts';
import { type Cube, cubeContains } from '../../../src/core/qca/cubes.ts';
import { formatProducts, parseExpression, toProducts } from '../../../src/core/qca/expression.ts';
import { allRows, crispConditions, literals } from './support.ts';

const conditions = [...crispConditions(4), makeCondition('M', 'multi-value', 3)];
const rows = allRows(conditions);
const products = (text: string) => toProducts(parseExpression(text, conditions), conditions);
const truth = (cubes: readonly Cube[]) => rows.map((row) => cubes.some((cube) => cubeContains(cube, row)));

const literal = fc.constantFrom('A', '~A', 'B', '~B', 'C', '~C', 'D', 'M[0]', 'M[2]', '~M[1]');
const expression: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    literal,
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(${a} + ${b})`),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `${a}*${b}`),
    tie('any').map((a) => `~(${a})`),
  ),
})).any;

describe('expressions', () => {
  it.each([
    ['A*B + ~C', 'A*B + ~C'],
    ['A[1]*~A[0]', 'A'],
    ['(A + B)*C', 'A*C + B*C'],
    ['~(A*B)', '~A + ~B'],
    ['~~A', 'A'],
    ['~M[1]', 'M[0] + M[2]'],
    ['A*~A', '0'],
    ['A + 1', 'A + 1'],
    ['  A *B+A*B ', 'A*B'],
  ])('reads %s as %s', (text, expected) => {
    expect(formatProducts(products(text), conditions)).toBe(expected);
  });

  it.each([
    ['', 'invalid-argument', 'ends'],
    ['A +', 'invalid-argument', 'ends'],
    ['A B', 'invalid-argument', 'character 3'],
    ['(A', 'invalid-argument', '")"'],
    ['A)', 'invalid-argument', 'operator'],
    ['*A', 'invalid-argument', 'character 1'],
    ['M[3]', 'invalid-argument', 'level below 3'],
    ['A*Z', 'unknown-variable', 'A, B, C, D, M'],
    ['A[x]', 'invalid-argument', 'character 2'],
  ])('refuses "%s" with %s', (text, code, part) => {
    expect(() => products(text)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(part) }));
  });

  it('negates, simplifies and factorises without changing what is true', () => {
    fc.assert(
      fc.property(expression, (text) => {
        const sum = products(text);
        const simplest = simplify(sum, conditions);
        expect(truth(simplest)).toEqual(truth(sum));
        expect(truth(negateProducts(sum, conditions))).toEqual(truth(sum).map((x) => !x));
        expect(truth(products(factorize(simplest, conditions)))).toEqual(truth(sum));
        const count = (cubes: readonly Cube[]) => cubes.reduce((total, cube) => total + literals(cube), 0);
        expect(simplest.length).toBeLessThanOrEqual(Math.max(1, sum.length));
        expect((factorize(simplest, conditions).match(/[A-Z]/g) ?? []).length).toBeLessThanOrEqual(count(simplest));
      }),
      { numRuns: 300, seed: 20261124 },
    );
  });

  it.each([
    ['A*C + A*D + B*C + B*D', '(A + B)*(C + D)'],
    ['A*B + A*C + D', 'A*(B + C) + D'],
    ['A*B*C', 'A*B*C'],
  ])('factorises %s to %s', (text, expected) => {
    expect(factorize(products(text), conditions)).toBe(expected);
  });
});
