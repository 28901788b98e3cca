import { CoreError } from '../errors.ts';
import type { Condition } from './conditions.ts';
import { type Cube, cubeContains, formatCube, free } from './cubes.ts';

/** A Boolean expression over conditions. `levels` of a literal are the values that satisfy it. */
export type Expression =
  | { readonly kind: 'literal'; readonly condition: number; readonly levels: readonly number[] }
  | { readonly kind: 'product' | 'sum'; readonly parts: readonly Expression[] }
  | { readonly kind: 'constant'; readonly value: boolean };

const tokenPattern = /\s+|[~*+()]|\[\d+\]|[^\s~*+()[\]]+|./gu;

/**
 * Reads an expression: `~` not, `*` and, `+` or, parentheses, `X[v]` a level; `X` means `X[1]`, `~X` everything but.
 * `0` and `1` alone are the constants.
 *
 * @param conditions the names that may occur
 * @throws invalid-argument with the position of the fault; unknown-variable for a name that is no condition
 */
export function parseExpression(text: string, conditions: readonly Condition[]): Expression {
  const tokens: { readonly text: string; readonly at: number }[] = [];
  for (const match of text.matchAll(tokenPattern))
    if (match[0].trim() !== '') tokens.push({ text: match[0], at: match.index });
  const index = new Map(conditions.map((condition, c) => [condition.name, c]));
  let next = 0;

  function fail(expected: string): never {
    const token = tokens[next];
    throw new CoreError(
      'invalid-argument',
      `The expression "${text}" ${token ? `has "${token.text}" at character ${token.at + 1}` : 'ends'} where ${expected} was expected.`,
      { expression: text, position: token?.at ?? text.length },
    );
  }
  const is = (symbol: string) => tokens[next]?.text === symbol;

  function list(kind: 'sum' | 'product', symbol: string, part: () => Expression): Expression {
    const parts = [part()];
    while (is(symbol)) {
      next++;
      parts.push(part());
    }
    return parts.length === 1 ? parts[0]! : { kind, parts };
  }
  const sum = (): Expression => list('sum', '+', product);
  const product = (): Expression => list('product', '*', factor);

  function factor(): Expression {
    if (is('~')) {
      next++;
      return negate(factor(), conditions);
    }
    if (is('(')) {
      next++;
      const inner = sum();
      if (!is(')')) fail('")"');
      next++;
      return inner;
    }
    const token = tokens[next];
    if (token === undefined || /^[~*+()[\]]/u.test(token.text)) fail('a condition, "~" or "("');
    const condition = index.get(token.text);
    if (condition === undefined) {
      if (token.text === '0' || token.text === '1') {
        next++;
        return { kind: 'constant', value: token.text === '1' };
      }
      throw new CoreError(
        'unknown-variable',
        `"${token.text}" in the expression "${text}" is no condition; the conditions are ${conditions.map((c) => c.name).join(', ')}.`,
        { expression: text, variable: token.text },
      );
    }
    next++;
    let level = 1;
    const bracket = tokens[next]?.text;
    if (bracket?.startsWith('[') && bracket.length > 1) {
      level = Number(bracket.slice(1, -1));
      if (level >= conditions[condition]!.levels) fail(`a level below ${conditions[condition]!.levels}`);
      next++;
    }
    return { kind: 'literal', condition, levels: [level] };
  }

  const expression = sum();
  if (next < tokens.length) fail('an operator');
  return expression;
}

/** The opposite of an expression, by De Morgan's laws; a temporal "-" stays outside both a literal and its opposite. */
export function negate(expression: Expression, conditions: readonly Condition[]): Expression {
  switch (expression.kind) {
    case 'constant':
      return { kind: 'constant', value: !expression.value };
    case 'literal': {
      const condition = conditions[expression.condition]!;
      const speaking = condition.type === 'temporal' ? 2 : condition.levels;
      const levels = Array.from({ length: speaking }, (_, level) => level).filter(
        (level) => !expression.levels.includes(level),
      );
      return { kind: 'literal', condition: expression.condition, levels };
    }
    default:
      return {
        kind: expression.kind === 'sum' ? 'product' : 'sum',
        parts: expression.parts.map((part) => negate(part, conditions)),
      };
  }
}

/**
 * The sum of products of an expression: products in the order of the text, contradictory ones (A*~A) left out and
 * repeated ones once. Nothing else is simplified.
 *
 * @throws limit-exceeded beyond 100 000 products
 */
export function toProducts(expression: Expression, conditions: readonly Condition[]): Cube[] {
  const universe = new Int8Array(conditions.length).fill(free);
  const limit = 100_000;

  function expand(part: Expression): Cube[] {
    if (part.kind === 'constant') return part.value ? [universe] : [];
    if (part.kind === 'literal')
      return part.levels.map((level) => {
        const cube = universe.slice();
        cube[part.condition] = level;
        return cube;
      });
    if (part.kind === 'sum') return part.parts.flatMap(expand);
    let products: Cube[] = [universe];
    for (const inner of part.parts) {
      const right = expand(inner);
      products = products.flatMap((a) => right.map((b) => intersect(a, b)).filter((cube) => cube !== null));
      if (products.length > limit) {
        throw new CoreError(
          'limit-exceeded',
          `The expression multiplies out to more than ${limit} products; write it as a sum of products.`,
          { limit },
        );
      }
    }
    return products;
  }
  const seen = new Set<string>();
  return expand(expression).filter((cube) => {
    const key = cube.join();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The configurations in both cubes, or null if there are none. */
export function intersect(a: Cube, b: Cube): Cube | null {
  const both = a.slice();
  for (let c = 0; c < a.length; c++) {
    if (b[c]! === free) continue;
    if (both[c]! !== free && both[c]! !== b[c]!) return null;
    both[c] = b[c]!;
  }
  return both;
}

/** Leaves out products that lie inside another one of the list. */
export function absorb(products: readonly Cube[]): Cube[] {
  return products.filter(
    (cube, at) =>
      !products.some((other, o) => o !== at && cubeContains(other, cube) && (!cubeContains(cube, other) || o < at)),
  );
}

/** `A*B + ~C`; `0` for the empty sum. */
export const formatProducts = (products: readonly Cube[], conditions: readonly Condition[]): string =>
  products.length === 0 ? '0' : products.map((cube) => formatCube(cube, conditions)).join(' + ');

/**
 * The conditions that the expressions themselves name, for algebra without data: in order of appearance, two-valued
 * unless a level above 1 occurs somewhere.
 */
export function conditionsNamedIn(texts: readonly string[]): Condition[] {
  const levels = new Map<string, number>();
  for (const text of texts) {
    const tokens = [...text.matchAll(tokenPattern)].map((match) => match[0]).filter((token) => token.trim() !== '');
    tokens.forEach((token, at) => {
      if (/^[~*+()[\]]/u.test(token) || token === '0' || token === '1') return;
      const bracket = tokens[at + 1]?.match(/^\[(\d+)\]$/u);
      levels.set(token, Math.max(levels.get(token) ?? 2, bracket ? Number(bracket[1]) + 1 : 2));
    });
  }
  return [...levels].map(
    ([name, count]) => ({ name, type: count > 2 ? 'multi-value' : 'crisp', levels: count }) as const,
  );
}
