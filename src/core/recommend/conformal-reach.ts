import { CoreError } from '../errors.ts';
import type { RandomStream } from '../random/random-stream.ts';

/**
 * How many standard deviations an interval must reach so that a new group lies inside with probability `coverage`,
 * whatever the distribution: the conformal quantile of one score per left-out group.
 *
 * @param scores n values |observed - predicted| / standard deviation, each predicted while its group was left out
 * @param group n indices of groups
 * @param random draws one score of every group, so that groups are exchangeable
 * @returns the ceil((G + 1) coverage)-th smallest of the G scores
 * @throws too-few-groups when G < 1 / (1 - coverage) - 1: then no finite interval has that coverage
 * Source: Vovk, Gammerman and Shafer 2005, chapter 2; Dunn, Wasserman and Ramdas 2023, doi:10.1080/01621459.2022.2060112
 * (one draw per group).
 */
export function conformalReach(
  scores: Float64Array,
  group: Uint32Array,
  coverage: number,
  random: RandomStream,
): { readonly reach: number; readonly groups: number } {
  const members = new Map<number, number[]>();
  group.forEach((g, i) => {
    const list = members.get(g) ?? [];
    list.push(i);
    members.set(g, list);
  });
  const present = [...members.keys()].sort((a, b) => a - b);
  const needed = Math.ceil(1 / (1 - coverage) - 1 - 1e-9);
  if (present.length < needed) {
    throw new CoreError(
      'too-few-groups',
      `Received ${present.length} groups; expected at least ${needed} for an interval of ${Math.round(coverage * 100)} %. Add experiments in other neighbourhoods, or ask for less coverage.`,
      { groups: present.length, needed },
    );
  }
  const drawn = Float64Array.from(present, (g) => {
    const list = members.get(g)!;
    return scores[list[random.stream(g).integer(list.length)]!]!;
  }).sort();
  const at = Math.ceil((present.length + 1) * coverage - 1e-9) - 1;
  return { reach: drawn[Math.min(at, drawn.length - 1)]!, groups: present.length };
}
