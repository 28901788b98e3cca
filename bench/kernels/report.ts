import type { Row } from '../suite.ts';
import { peakOf, toMarkdown } from './table.ts';

/** What `--save` writes to bench/results/kernels.json. */
export interface SavedResults {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryGB: number };
  readonly runtime: string;
  readonly commit: string;
  readonly command: string;
  readonly rows: readonly Row[];
}

interface Goal {
  readonly what: string;
  readonly variant: string;
  readonly goal: string;
  readonly reached: number | null;
  readonly holds: boolean;
  readonly unit: 'x' | '%';
}

/**
 * Processor time of a run, median of the rounds: on a quiet machine the time it takes, on a busy one without the others'.
 * It is counted in steps too coarse for the shortest runs; those are seldom interrupted.
 */
function timeOf(row: Row): number {
  return row.medianMs < 1 ? row.medianMs : (row.detail.cpuMs as number);
}

/** Ratio of times, peer over ours; null where one of them was not measured. */
function ratio(
  rows: readonly Row[],
  id: string,
  variant: string,
  peer: string,
  time: (row: Row) => number = timeOf,
): number | null {
  const find = (name: string) => rows.find((row) => row.case === id && row.variant === name);
  const [own, other] = [find(variant), find(peer)];
  return own === undefined || other === undefined ? null : time(other) / time(own);
}

function smallest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** The promises of the suite and what was measured. */
export function goals(rows: readonly Row[]): readonly Goal[] {
  const gemm = ['gemm-256', 'gemm-512', 'gemm-1024'];
  const peak = peakOf(rows);
  const share = (id: string) => {
    const row = rows.find((one) => one.case === id && one.variant === 'samenwijs-relaxed');
    return row === undefined || peak === null ? null : (100 * (row.detail.bestGflops as number)) / peak;
  };
  const atLeast = (
    what: string,
    variant: string,
    limit: number,
    reached: number | null,
    unit: 'x' | '%' = 'x',
  ): Goal => ({
    what,
    variant,
    goal: unit === 'x' ? `>= ${limit}x` : `>= ${limit} %`,
    reached,
    holds: reached !== null && reached >= limit,
    unit,
  });
  return [
    atLeast(
      'GEMM 256-1024 against ml-matrix',
      'relaxed',
      10,
      smallest(gemm.map((id) => ratio(rows, id, 'samenwijs-relaxed', 'ml-matrix'))),
    ),
    atLeast(
      'GEMM 256-1024 against ml-matrix',
      'default',
      8,
      smallest(gemm.map((id) => ratio(rows, id, 'samenwijs', 'ml-matrix'))),
    ),
    atLeast('GEMM 256-1024, share of the measured peak', 'relaxed', 85, smallest(gemm.map(share)), '%'),
    atLeast(
      'weighted Gram 1e6 x 20 against numpy',
      'default',
      2.5,
      ratio(rows, 'gram-weighted-1e6x20', 'samenwijs', 'numpy'),
    ),
    atLeast('logistic IRLS 1e6 x 10 against numpy', 'default', 2.5, ratio(rows, 'irls-1e6x10', 'samenwijs', 'numpy')),
    atLeast(
      'distances 2000 x 2000 x 20 against numpy',
      'default',
      1.5,
      ratio(rows, 'distances-2000x2000x20', 'samenwijs', 'numpy'),
    ),
    atLeast(
      'Cholesky solve 500 against ml-matrix',
      'default',
      5,
      ratio(rows, 'cholesky-solve-500', 'samenwijs', 'ml-matrix'),
    ),
    atLeast(
      'two threads, GEMM 512 (best times)',
      'default',
      1.7,
      ratio(rows, 'gemm-512', 'samenwijs-2-threads', 'samenwijs', (row) => row.minMs),
    ),
  ];
}

const shownVariants = [
  'samenwijs',
  'samenwijs-relaxed',
  'samenwijs-typescript',
  'ml-matrix',
  'stdlib',
  'tfjs-wasm',
  'numpy',
];
const titles = ['default', 'relaxed', 'TypeScript', 'ml-matrix', 'stdlib', 'tfjs (float32)', 'numpy, 1 thread'];

/** The section of docs/methods/kernels.md between its markers: goals, then every case with medians of all variants. */
export function reportOf(results: SavedResults): string {
  const { rows, machine, runtime, commit, command } = results;
  const shown = (value: number | null, unit: string) =>
    value === null ? 'not measured' : unit === 'x' ? `${value.toFixed(1)}x` : `${value.toFixed(0)} %`;
  const reached = goals(rows).map((g) => [g.what, g.variant, g.goal, shown(g.reached, g.unit), g.holds ? 'yes' : 'no']);
  const ids = [...new Set(rows.map((row) => row.case))].filter((id) => id !== 'peak');
  const medians = ids.map((id) => [
    id,
    ...shownVariants.map((variant) => {
      const row = rows.find((one) => one.case === id && one.variant === variant);
      return row === undefined ? '' : timeOf(row).toPrecision(3);
    }),
    (
      rows.find((one) => one.case === id && one.variant === 'samenwijs-relaxed')?.detail.bestGflops as
        | number
        | undefined
    )?.toFixed(1) ?? '',
  ]);
  const numpy = rows.find((row) => row.variant === 'numpy')?.detail;
  return [
    `Measured on ${machine.cores} cores of ${machine.cpu}, ${machine.memoryGB} GB, ${runtime}, commit ${commit}: \`${command}\`.`,
    `numpy ${numpy?.numpy ?? 'absent'} with ${numpy?.blas ?? 'no BLAS'}; measured peak of fused 128-bit products and sums ${peakOf(rows)?.toFixed(1)} GF/s.`,
    '',
    toMarkdown([['goal', 'variant', 'wanted', 'measured', 'reached'], ...reached]),
    '',
    'Processor time of a run in ms (median of the rounds; one thread); where a column is below `default`, that peer wins:',
    '',
    toMarkdown([['case', ...titles, 'best GF/s (relaxed)'], ...medians]),
  ].join('\n');
}

const startMark = '<!-- results: bench/kernels/write-report.ts -->';
const endMark = '<!-- end of results -->';

/** The page with its results section replaced. */
export function withReport(page: string, results: SavedResults): string {
  const [start, end] = [page.indexOf(startMark), page.indexOf(endMark)];
  if (start < 0 || end < start) throw new Error('The page has no results section to replace.');
  return `${page.slice(0, start + startMark.length)}\n\n${reportOf(results)}\n\n${page.slice(end)}`;
}
