import { CoreError } from '../errors.ts';

/** A building block as the choice of a mix sees it. */
export interface BlockRules {
  readonly id: string;
  /** euro per household, >= 0 */
  readonly cost: number;
  /** blocks that must be in the mix too */
  readonly prerequisites: readonly string[];
  /** blocks that may not be in the mix */
  readonly excludes: readonly string[];
}

export interface MixConstraints {
  /** euro per household; null: no limit */
  readonly budget: number | null;
  /** most blocks in a mix, at least 1 */
  readonly maximumSize: number;
  /** blocks that every mix must hold */
  readonly required: readonly string[];
  /** blocks that no mix may hold */
  readonly excluded: readonly string[];
}

/** More mixes than this are not enumerated. */
const mostMixes = 20000;

/**
 * Every mix of one or more blocks that keeps to the rules: budget, size, prerequisites, exclusions, required blocks.
 *
 * @returns m x blocks flags, in the order of size, then of the numbers of their blocks; at least one mix
 * @throws unknown-variable for a block that is not in the list; invalid-argument when no mix fits, naming the rules that
 * clash; limit-exceeded when more than 20,000 would fit
 * Cost: all subsets up to the size are visited, cut as soon as a subset cannot be completed.
 *
 * @example
 * const blocks = [
 *   { id: 'coach', cost: 90, prerequisites: [], excludes: [] },
 *   { id: 'heat-pump', cost: 240, prerequisites: ['coach'], excludes: [] },
 * ];
 * const constraints = { budget: 400, maximumSize: 2, required: [], excluded: [] };
 * feasibleMixes(blocks, constraints); // → [1, 0, 1, 1]
 */
export function feasibleMixes(blocks: readonly BlockRules[], constraints: MixConstraints): Uint8Array {
  requireKnown(blocks, constraints);
  const found = enumerate(blocks, constraints);
  if (found.length > 0) return Uint8Array.from(found.flatMap((mix) => blocks.map((_, j) => (mix.includes(j) ? 1 : 0))));
  const clash = clashing(blocks, constraints);
  throw new CoreError('invalid-argument', `No mix of building blocks fits: ${clash.message}`, { clash: clash.rules });
}

function requireKnown(
  blocks: readonly BlockRules[],
  { budget, maximumSize, required, excluded }: MixConstraints,
): void {
  const known = new Set(blocks.map(({ id }) => id));
  for (const id of [...required, ...excluded]) {
    if (known.has(id)) continue;
    throw new CoreError(
      'unknown-variable',
      `There is no building block "${id}"; expected one of ${[...known].join(', ')}.`,
      {
        block: id,
        known: [...known],
      },
    );
  }
  if (!Number.isInteger(maximumSize) || maximumSize < 1) {
    throw new CoreError(
      'invalid-argument',
      `Received ${maximumSize} as the largest size of a mix; expected an integer of 1 or more.`,
    );
  }
  if (budget !== null && !(budget >= 0 && Number.isFinite(budget))) {
    throw new CoreError(
      'invalid-argument',
      `Received ${budget} as the budget; expected euros per household, 0 or more.`,
    );
  }
}

/** The rules by numbers of blocks: what each needs and bars, which may not be in any mix, which must be in every one. */
export function ruleNumbers(blocks: readonly BlockRules[], constraints: MixConstraints) {
  const number = new Map(blocks.map(({ id }, j) => [id, j]));
  const numbers = (ids: readonly string[]) => ids.map((id) => number.get(id)).filter((j) => j !== undefined);
  return {
    needs: blocks.map(({ prerequisites }) => numbers(prerequisites)),
    bars: blocks.map(({ excludes }) => new Set(numbers(excludes))),
    // A prerequisite outside the catalogue can never be met.
    barred: blocks.map(
      ({ id, prerequisites }) =>
        constraints.excluded.includes(id) || prerequisites.some((needed) => !number.has(needed)),
    ),
    required: numbers(constraints.required),
  };
}

/** Feasible subsets as ascending block numbers, by size. */
function enumerate(blocks: readonly BlockRules[], constraints: MixConstraints): number[][] {
  const J = blocks.length;
  const { needs, bars, barred, required } = ruleNumbers(blocks, constraints);
  const found: number[][] = [];
  const limit = constraints.budget === null ? Number.POSITIVE_INFINITY : constraints.budget + 1e-9;
  const extend = (mix: number[], from: number, cost: number): void => {
    if (
      mix.length > 0 &&
      required.every((j) => mix.includes(j)) &&
      mix.every((j) => needs[j]!.every((k) => mix.includes(k)))
    ) {
      found.push([...mix]);
      if (found.length > mostMixes) {
        throw new CoreError(
          'limit-exceeded',
          `More than ${mostMixes} mixes fit; expected fewer. Lower the largest size of a mix or the budget, or exclude blocks.`,
          { limit: mostMixes },
        );
      }
    }
    if (mix.length === constraints.maximumSize) return;
    for (let j = from; j < J; j++) {
      if (barred[j] || cost + blocks[j]!.cost > limit) continue;
      if (mix.some((k) => bars[k]!.has(j) || bars[j]!.has(k))) continue;
      mix.push(j);
      extend(mix, j + 1, cost + blocks[j]!.cost);
      mix.pop();
    }
  };
  extend([], 0, 0);
  return found.sort((a, b) => a.length - b.length || compare(a, b));
}

const compare = (a: readonly number[], b: readonly number[]): number => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
};

/** Which rules cannot hold together: the first single rule whose removal lets a mix through, or all of them. */
function clashing(
  blocks: readonly BlockRules[],
  constraints: MixConstraints,
): { readonly message: string; readonly rules: readonly string[] } {
  const { budget, maximumSize, required, excluded } = constraints;
  const both = required.filter((id) => excluded.includes(id));
  if (both.length > 0)
    return {
      message: `${both.join(', ')} is both required and excluded. Drop one of the two.`,
      rules: ['required', 'excluded'],
    };
  const openly = (relaxed: Partial<MixConstraints>) => enumerate(blocks, { ...constraints, ...relaxed });
  const rules = blocks.filter((block) => required.includes(block.id));
  for (const a of rules) {
    for (const b of rules) {
      if (a.excludes.includes(b.id)) {
        return {
          message: `${a.id} and ${b.id} are both required, but exclude each other. Require one of the two.`,
          rules: ['required', 'excludes'],
        };
      }
    }
  }
  const withoutBudget = openly({ budget: null });
  if (withoutBudget.length > 0) {
    const cheapest = Math.min(...withoutBudget.map((mix) => mix.reduce((sum, j) => sum + blocks[j]!.cost, 0)));
    return {
      message: `the cheapest mix that keeps to the other rules costs ${cheapest} euro per household and the budget is ${budget}. Raise the budget or loosen the other rules.`,
      rules: ['budget'],
    };
  }
  const anySize = openly({ budget: null, maximumSize: blocks.length });
  if (anySize.length > 0) {
    const smallest = Math.min(...anySize.map((mix) => mix.length));
    return {
      message: `the smallest mix that holds what is required, with its prerequisites, has ${smallest} blocks and at most ${maximumSize} are allowed. Allow more blocks or require fewer.`,
      rules: ['maximumSize', 'required'],
    };
  }
  if (excluded.length > 0 && openly({ budget: null, maximumSize: blocks.length, excluded: [] }).length > 0) {
    return {
      message: `what is excluded (${excluded.join(', ')}) leaves nothing, or is a prerequisite of what is required. Exclude less.`,
      rules: ['excluded', 'required'],
    };
  }
  return {
    message: `the required blocks (${required.join(', ') || 'none'}) cannot stand together with their prerequisites and exclusions. Require fewer.`,
    rules: ['required', 'prerequisites', 'excludes'],
  };
}
