/** A fault planted in the sources: the unit tests of its room must notice it. */
export interface Mutant {
  /** below src/core */
  readonly file: string;
  /** stands in the file exactly once */
  readonly find: string;
  readonly replace: string;
}

export const of = (
  file: string,
  ...changes: readonly (readonly [find: string, replace: string])[]
): readonly Mutant[] => changes.map(([find, replace]) => ({ file, find, replace }));
