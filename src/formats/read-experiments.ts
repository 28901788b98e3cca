import { createHash } from 'node:crypto';
import { AppError } from '../app/errors.ts';
import type { BuildingBlock, Experiment, ExperimentRegistry } from '../app/experiments.ts';
import { recordsOf } from './experiment-records.ts';

/** What a Table Schema says about a column, as far as experiments need it. */
interface Field {
  readonly name: string;
  readonly title?: string;
  readonly unit?: string;
  readonly role?: string;
  readonly categories?: readonly { readonly value: string }[];
}

export interface ExperimentFiles {
  readonly experiments: string;
  readonly schema: {
    readonly fields: readonly Field[];
    readonly missingValues?: readonly (string | { readonly value: string })[];
  };
  /** parameters of neighbourhoods by code, or null */
  readonly neighbourhoods: string | null;
  readonly blocks: readonly BuildingBlock[];
}

const required = [
  'experiment',
  'kpi',
  'neighbourhood',
  'region',
  'start',
  'grade',
  'effect',
  'variance',
  'households',
] as const;

/**
 * Reads a table of experiments: columns as in datasets/heat-transition/README.md, roles from its Table Schema. Columns with
 * the role `building-block` make the mix, those with the role `context` the context; nothing else can become a context.
 *
 * @throws invalid-file naming line, column, value and what was expected
 */
export function readExperiments(files: ExperimentFiles): ExperimentRegistry {
  const { fields, missingValues = [''] } = files.schema;
  const missing = new Set(missingValues.map((entry) => (typeof entry === 'string' ? entry : entry.value)));
  const withRole = (role: string) => fields.filter((field) => field.role === role);
  const contexts = withRole('context').map(({ name, title, unit }) => ({
    name,
    title: title ?? name,
    unit: unit ?? '',
  }));
  const blockColumns = withRole('building-block').map(({ name }) => name);
  const unknown = blockColumns.filter((name) => !files.blocks.some(({ id }) => id === name));
  if (unknown.length > 0) {
    throw new AppError(
      'invalid-file',
      `The building blocks ${unknown.join(', ')} are not in the catalogue; expected each column of a block there.`,
    );
  }
  const records = recordsOf(files.experiments, [...required, ...blockColumns, ...contexts.map(({ name }) => name)]);
  const grades = fields.find(({ name }) => name === 'grade')?.categories?.map(({ value }) => value) ?? [
    ...new Set(records.map(({ row }) => row.grade!)),
  ];
  const experiments = records.map(({ row, line }): Experiment => {
    const fail = (column: string, expected: string): never => {
      throw new AppError(
        'invalid-file',
        `Line ${line}, column ${column}: received "${row[column]}"; expected ${expected}.`,
        {
          line,
          column,
          value: row[column],
        },
      );
    };
    const number = (column: string): number => {
      const value = Number(row[column]);
      return row[column]!.trim() !== '' && Number.isFinite(value) ? value : fail(column, 'a number');
    };
    const text = (column: string): string => (row[column]!.trim() === '' ? fail(column, 'a text') : row[column]!);
    const variance = number('variance');
    if (!(variance > 0)) fail('variance', 'a number above 0');
    if (!grades.includes(row.grade!)) fail('grade', grades.join(', '));
    return {
      experiment: text('experiment'),
      kpi: text('kpi'),
      neighbourhood: text('neighbourhood'),
      region: text('region'),
      start: text('start'),
      grade: row.grade!,
      effect: number('effect'),
      variance,
      households: number('households'),
      blocks: blockColumns.filter((name) => {
        const value = row[name];
        return value === '1' || (value !== '0' && fail(name, '0 or 1'));
      }),
      context: Object.fromEntries(contexts.map(({ name }) => [name, missing.has(row[name]!) ? null : number(name)])),
    };
  });
  const seen = new Set<string>();
  for (const { experiment, kpi } of experiments) {
    const key = `${experiment} ${kpi}`;
    if (seen.has(key))
      throw new AppError(
        'invalid-file',
        `Experiment ${experiment} stands twice for ${kpi}; expected one row per experiment and KPI.`,
      );
    seen.add(key);
  }
  const places =
    files.neighbourhoods === null
      ? []
      : recordsOf(files.neighbourhoods, ['neighbourhood', 'region', ...contexts.map(({ name }) => name)]);
  const neighbourhoods = Object.fromEntries(
    places.map(({ row }) => [
      row.neighbourhood!,
      Object.fromEntries(contexts.map(({ name }) => [name, missing.has(row[name]!) ? null : Number(row[name])])),
    ]),
  );
  const regionOf = Object.fromEntries(
    [...places, ...records].map(({ row }) => [row.neighbourhood!, row.region!] as const),
  );
  const digest = createHash('sha256')
    .update(files.experiments)
    .update(JSON.stringify(files.schema))
    .update(JSON.stringify(files.blocks))
    .digest('hex');
  const order = (a: Experiment, b: Experiment) =>
    Buffer.compare(Buffer.from(`${a.experiment}\0${a.kpi}`), Buffer.from(`${b.experiment}\0${b.kpi}`));
  const blocks = blockColumns.map((name) => files.blocks.find(({ id }) => id === name)!);
  return { digest, blocks, contexts, grades, experiments: experiments.sort(order), neighbourhoods, regionOf };
}
