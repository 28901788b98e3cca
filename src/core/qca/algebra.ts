import type { Condition } from './conditions.ts';
import { type Cube, complementOf, cubeContains, formatCube, free, literalsOf } from './cubes.ts';
import { absorb } from './expression.ts';
import { findMinimalModels } from './minimal-models.ts';

/** Above this many configurations of the conditions concerned, simplification stops at prime implicants. */
const exactLimit = 4096;
const limits = { primeImplicants: 100_000, models: 1000, nodes: 1_000_000 } as const;

/**
 * The simplest sum of products equal to a given one: fewest products, then fewest literals.
 *
 * Exact while the conditions that occur span at most 4096 configurations; beyond that, absorbed products are
 * returned, which is an equal but perhaps longer expression.
 */
export function simplify(products: readonly Cube[], conditions: readonly Condition[]): Cube[] {
  if (products.length === 0) return [];
  const concerned = conditions.map((_, c) => products.some((cube) => cube[c]! !== free));
  const configurations = conditions.reduce(
    (count, condition, c) => (concerned[c] ? count * condition.levels : count),
    1,
  );
  if (configurations > exactLimit) return absorb(products);
  const positives = spread(products, conditions, concerned);
  const outside = complementOf(products, conditions);
  const solution = findMinimalModels(positives, outside, conditions, { rowDominance: false, limits });
  const cost = (model: readonly number[]) =>
    model.reduce((sum, t) => sum + literalsOf(solution.terms[t]!.term).length, 0);
  const best = solution.models.reduce((a, b) => (cost(b) < cost(a) ? b : a));
  return best.map((t) => solution.terms[t]!.term);
}

/** The configurations of the concerned conditions in the union of the products, each once; the others stay at level 0. */
function spread(products: readonly Cube[], conditions: readonly Condition[], concerned: readonly boolean[]): Cube[] {
  let rows: Cube[] = [new Int8Array(conditions.length)];
  conditions.forEach(({ levels }, c) => {
    if (!concerned[c]) return;
    rows = rows.flatMap((row) =>
      Array.from({ length: levels }, (_, level) => {
        const longer = row.slice();
        longer[c] = level;
        return longer;
      }),
    );
  });
  return rows.filter((row) => products.some((cube) => cubeContains(cube, row)));
}

/** The negation of a sum of products as a simplest sum of products. */
export const negateProducts = (products: readonly Cube[], conditions: readonly Condition[]): Cube[] =>
  simplify(complementOf(products, conditions), conditions);

/**
 * A factorised expression, as text: common literals are taken out, then repeatedly the most frequent literal's
 * quotient divides the sum, so that shared brackets are found as well: `A*C + A*D + B*C + B*D` gives `(A + B)*(C + D)`.
 *
 * Source: quick factoring by algebraic division, Brayton, McMullen 1982.
 */
export function factorize(products: readonly Cube[], conditions: readonly Condition[]): string {
  if (products.length === 0) return '0';
  if (products.length === 1) return formatCube(products[0]!, conditions);
  const common = commonLiterals(products);
  if (common !== null) {
    const rest = products.map((cube) => without(cube, common));
    const inner = factorize(rest, conditions);
    return inner === '1' ? formatCube(common, conditions) : `${formatCube(common, conditions)}*(${inner})`;
  }
  const literal = mostFrequentLiteral(products);
  if (literal === null) return products.map((cube) => formatCube(cube, conditions)).join(' + ');
  const holding = products.filter((cube) => cube[literal.condition] === literal.level);
  const shared = commonLiterals(holding)!;
  const quotient = holding.map((cube) => without(cube, shared));
  const { divisors, remainder } = divide(products, quotient);
  const left = divisors.length === 1 ? formatCube(divisors[0]!, conditions) : `(${factorize(divisors, conditions)})`;
  const bracket = `${left}*(${factorize(quotient, conditions)})`;
  return remainder.length === 0 ? bracket : `${bracket} + ${factorize(remainder, conditions)}`;
}

function commonLiterals(products: readonly Cube[]): Cube | null {
  const common = products[0]!.map((level, c) => (products.every((cube) => cube[c] === level) ? level : free));
  return common.some((level) => level !== free) ? common : null;
}

const without = (cube: Cube, factor: Cube): Cube => cube.map((level, c) => (factor[c]! === free ? level : free));

function mostFrequentLiteral(products: readonly Cube[]): { condition: number; level: number } | null {
  let best: { condition: number; level: number } | null = null;
  let most = 1;
  const counts = new Map<string, number>();
  for (const cube of products)
    for (const { condition, level } of literalsOf(cube)) {
      const key = `${condition} ${level}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count > most) {
        most = count;
        best = { condition, level };
      }
    }
  return best;
}

/** Every product d such that d times each product of the quotient stands in the sum; and what is left. */
function divide(products: readonly Cube[], quotient: readonly Cube[]): { divisors: Cube[]; remainder: Cube[] } {
  const index = new Map(products.map((cube) => [cube.join(), cube]));
  const times = (a: Cube, b: Cube) => a.map((level, c) => (level === free ? b[c]! : level));
  const divisors: Cube[] = [];
  for (const cube of products) {
    const first = quotient[0]!;
    if (!cubeContains(first, cube)) continue;
    const candidate = without(cube, first);
    const fits = quotient.every(
      (q) => q.every((level, c) => level === free || candidate[c] === free) && index.has(times(candidate, q).join()),
    );
    if (fits) divisors.push(candidate);
  }
  for (const d of divisors) for (const q of quotient) index.delete(times(d, q).join());
  return { divisors, remainder: [...index.values()] };
}
