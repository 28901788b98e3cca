/** Two values of one place: their JSON, `{…}` or `[…]` where they have parts, null where there is none. */
export interface JsonDifference {
  /** JSON Pointer */
  readonly path: string;
  readonly was: string | null;
  readonly is: string | null;
}

type Branch = Readonly<Record<string, unknown>>;

/** Where two JSON values differ: the smallest parts that do, in the order of the first and then of the second. */
export function jsonDifferences(before: unknown, after: unknown, path = ''): readonly JsonDifference[] {
  if (isBranch(before) && isBranch(after) && Array.isArray(before) === Array.isArray(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => jsonDifferences(before[name], after[name], `${path}/${escaped(name)}`));
  }
  const difference = { path, was: textOf(before), is: textOf(after) };
  return difference.was === difference.is ? [] : [difference];
}

const isBranch = (value: unknown): value is Branch => value !== null && typeof value === 'object';
function textOf(value: unknown): string | null {
  if (isBranch(value)) return Array.isArray(value) ? '[…]' : '{…}';
  return JSON.stringify(value) ?? null;
}
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
