import { type Withholding, withholdSmallGroups } from './withhold-small-groups.ts';

/**
 * `withholdSmallGroups` for groups that are counted in several ways: how many are in them, how many differ from zero, and so on.
 * Each way is a table with a total of its own; a group is withheld where it is in any of them, so that no count of any way can
 * be found by subtraction.
 *
 * @param tables for each way the counts per group, all of one length; at least one way
 * @param minimum smallest group that may be shown, >= 1
 * Cost: that of `withholdSmallGroups` for each way.
 *
 * @example
 * withholdInTables([[20, 30, 40], [12, 1, 15]], 10).groups; // → ['protects-other', 'small-group', null]
 */
export function withholdInTables(tables: readonly (readonly number[])[], minimum: number): Withholding {
  const verdicts = tables.map((counts) => withholdSmallGroups(counts, minimum));
  return {
    groups: tables[0]!.map(
      (_, g) => verdicts.map(({ groups }) => groups[g]!).find((reason) => reason !== null) ?? null,
    ),
    total: verdicts.map(({ total }) => total).find((reason) => reason !== null) ?? null,
  };
}
