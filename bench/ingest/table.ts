import type { Row } from '../suite.ts';

const about = `A seeded household panel (CSV, 9 columns, n rows) into a table on disk.
duckdb: CREATE TABLE AS SELECT * FROM read_csv. load: spooled with its digest, typed, with value status.
full: with keys ranked, the whole validation, report and revision. The same memory limit for all (1 GiB for the database).
ratio: median of the ratios of time within a round; cpu: the same of processor time.`;

const widths = [10, 10, 7, 10, 10, 10, 6, 7, 6, 6, 8, 4];

export function ingestTable(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' ');
  const head = [
    'case',
    'variant',
    'n',
    'median ms',
    'min ms',
    'max ms',
    'rounds',
    'ratio',
    'cpu',
    'goal',
    'peak MB',
    'ok',
  ];
  const number = (value: unknown, digits: number) => (typeof value === 'number' ? value.toFixed(digits) : '');
  const lines = rows.map((row) =>
    line([
      row.case,
      row.variant,
      row.n.toExponential(0),
      row.medianMs.toFixed(0),
      row.minMs.toFixed(0),
      number(row.detail.maxMs, 0),
      String(row.rounds),
      number(row.detail.ratio, 2),
      number(row.detail.cpuRatio, 2),
      number(row.detail.goal, 1),
      number(row.detail.peakMB, 0),
      row.ok ? 'yes' : 'NO',
    ]),
  );
  return [about, '', line(head), ...lines, ''].join('\n');
}
