import { CoreError } from '../errors.ts';

/**
 * Documented experiments of one KPI as columns, n rows in canonical order (experiment id, UTF-8 bytes). Failed
 * experiments are rows like any other.
 */
export interface ExperimentTable {
  /**
   * `effect`: rows are effect estimates with a known sampling variance. `level`: rows are outcomes of neighbourhoods,
   * from which effects still have to be separated; `variance` is then null.
   */
  readonly outcome: 'effect' | 'level';
  readonly ids: readonly string[];
  /** n values, more is better, finite */
  readonly effect: Float64Array;
  /** n sampling variances > 0, or null with `level` */
  readonly variance: Float64Array | null;
  readonly blocks: readonly string[];
  /** n x blocks, 0 or 1 */
  readonly mix: Uint8Array;
  /** n x blocks, how much of each block: above 0 to 1 where it is in the mix, else 0. Absent: each in full */
  readonly dose?: Float64Array;
  readonly contexts: readonly string[];
  /** n x contexts, measured before the start; 0 where missing */
  readonly context: Float64Array;
  /** n x contexts, 1 where the value is missing */
  readonly contextMissing: Uint8Array;
  /** evidence grades; the first is the reference whose estimates are taken as unbiased */
  readonly grades: readonly string[];
  /** n indices into `grades` */
  readonly grade: Uint8Array;
  readonly sites: readonly string[];
  /** n indices into `sites` */
  readonly site: Uint32Array;
  readonly regions: readonly string[];
  /** n indices into `regions` */
  readonly region: Uint32Array;
}

/** A place to advise: its context parameters, in the order of the table, and which of them are missing. */
export interface Place {
  readonly context: Float64Array;
  readonly missing: Uint8Array;
}

/**
 * Checks shapes and values once; everything in this room assumes a checked table.
 *
 * @throws empty-group without rows or blocks; dimension-mismatch; invalid-argument for flags that are not 0 or 1, a
 * variance that is not positive, or an index outside its list; non-finite
 */
export function requireExperimentTable(table: ExperimentTable): void {
  const n = table.ids.length;
  const J = table.blocks.length;
  const P = table.contexts.length;
  if (n === 0) {
    throw new CoreError(
      'empty-group',
      'Received no experiments; expected at least one. Add experiments to the registry.',
      {
        experiments: 0,
      },
    );
  }
  if (J === 0)
    throw new CoreError('empty-group', 'Received no building blocks; expected at least one column of blocks.');
  const lengths: readonly [string, ArrayLike<unknown> | null, number][] = [
    ['effect', table.effect, n],
    ['variance', table.variance, n],
    ['mix', table.mix, n * J],
    ['dose', table.dose ?? null, n * J],
    ['context', table.context, n * P],
    ['contextMissing', table.contextMissing, n * P],
    ['grade', table.grade, n],
    ['site', table.site, n],
    ['region', table.region, n],
  ];
  for (const [name, values, length] of lengths) {
    if (values !== null && values.length !== length) {
      throw new CoreError('dimension-mismatch', `Received ${values.length} values of ${name}; expected ${length}.`, {
        array: name,
        received: values.length,
        expected: length,
      });
    }
  }
  if ((table.outcome === 'effect') !== (table.variance !== null)) {
    throw new CoreError(
      'invalid-argument',
      `Received ${table.variance === null ? 'no variances' : 'variances'} with outcome "${table.outcome}"; expected a variance per row with "effect" and none with "level".`,
    );
  }
  requireEach(table.effect, table.ids, 'effect', 'non-finite', Number.isFinite, 'a finite number');
  if (table.variance !== null) {
    const positive = (v: number) => v > 0 && Number.isFinite(v);
    requireEach(table.variance, table.ids, 'variance', 'invalid-argument', positive, 'a finite number above 0');
  }
  const flag = (v: number) => v === 0 || v === 1;
  const byRow = (count: number) => table.ids.flatMap((id) => new Array<string>(count).fill(id));
  requireEach(table.mix, byRow(J), 'building block', 'invalid-argument', flag, '0 or 1');
  if (table.dose) {
    const { dose, mix } = table;
    const within = (v: number, at: number) => (mix[at] ? v > 0 && v <= 1 : v === 0);
    requireEach(dose, byRow(J), 'dose', 'invalid-argument', within, 'above 0 to 1 in the mix, 0 outside it');
  }
  requireEach(table.context, byRow(P), 'context', 'non-finite', Number.isFinite, 'a finite number');
  requireEach(table.contextMissing, byRow(P), 'missing flag', 'invalid-argument', flag, '0 or 1');
  requireEach(
    table.grade,
    table.ids,
    'grade',
    'invalid-argument',
    (v) => v < table.grades.length,
    'an index of a grade',
  );
  requireEach(table.site, table.ids, 'site', 'invalid-argument', (v) => v < table.sites.length, 'an index of a site');
  requireEach(
    table.region,
    table.ids,
    'region',
    'invalid-argument',
    (v) => v < table.regions.length,
    'an index of a region',
  );
}

function requireEach(
  values: ArrayLike<number>,
  ids: readonly string[],
  what: string,
  code: 'invalid-argument' | 'non-finite',
  holds: (value: number, at: number) => boolean,
  expected: string,
): void {
  for (let i = 0; i < values.length; i++) {
    if (holds(values[i]!, i)) continue;
    throw new CoreError(code, `Experiment "${ids[i]}" has ${values[i]} as ${what}; expected ${expected}.`, {
      experiment: ids[i],
      received: values[i],
    });
  }
}

/** The rows of `table` with the given numbers, in that order; lists of sites, regions and grades stay whole. */
export function selectExperiments(table: ExperimentTable, rows: ArrayLike<number>): ExperimentTable {
  const n = rows.length;
  const pick = <A extends Float64Array | Uint8Array | Uint32Array>(from: A, width: number): A => {
    const to = new (from.constructor as new (length: number) => A)(n * width);
    for (let i = 0; i < n; i++) to.set(from.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
    return to;
  };
  return {
    ...table,
    ids: Array.from(rows, (row) => table.ids[row]!),
    effect: pick(table.effect, 1),
    variance: table.variance === null ? null : pick(table.variance, 1),
    mix: pick(table.mix, table.blocks.length),
    ...(table.dose ? { dose: pick(table.dose, table.blocks.length) } : {}),
    context: pick(table.context, table.contexts.length),
    contextMissing: pick(table.contextMissing, table.contexts.length),
    grade: pick(table.grade, 1),
    site: pick(table.site, 1),
    region: pick(table.region, 1),
  };
}

/** The place of one row. */
export function placeOf(table: ExperimentTable, row: number): Place {
  const P = table.contexts.length;
  return {
    context: table.context.subarray(row * P, (row + 1) * P),
    missing: table.contextMissing.subarray(row * P, (row + 1) * P),
  };
}
