import type { Row } from '../suite.ts';

/** Each row with its spread, its rate, its share of the measured 128-bit peak, and how much slower than `samenwijs` it is. */
export function kernelTable(rows: readonly Row[]): string {
  const peak = peakOf(rows);
  const lines = rows.map((row) => {
    const own = rows.find((other) => other.case === row.case && other.variant === 'samenwijs');
    const rate = row.detail.gflops as number;
    return [
      row.case,
      row.detail.dtype === 'float32' ? `${row.variant} (float32)` : row.variant,
      row.medianMs.toPrecision(3),
      `${(row.detail.lowerQuartileMs as number).toPrecision(3)}-${(row.detail.upperQuartileMs as number).toPrecision(3)}`,
      row.minMs.toPrecision(3),
      rate.toFixed(1),
      peak === null ? '' : `${Math.round((100 * (row.detail.bestGflops as number)) / peak)} %`,
      own === undefined ? '' : (row.medianMs / own.medianMs).toFixed(2),
      own === undefined ? '' : (row.minMs / own.minMs).toFixed(2),
      own === undefined ? '' : ((row.detail.cpuMs as number) / (own.detail.cpuMs as number)).toFixed(2),
      row.ok ? 'yes' : 'NO',
    ];
  });
  const head = [
    'case',
    'variant',
    'median ms',
    'quartiles',
    'best ms',
    'GF/s',
    'best of peak',
    'time / samenwijs',
    '(of bests)',
    '(of CPU)',
    'right',
  ];
  return toMarkdown([head, ...lines]);
}

/** The best rate of fused products and sums in registers, in GF/s. */
export function peakOf(rows: readonly Row[]): number | null {
  const peaks = rows.filter((row) => row.case === 'peak').map((row) => row.detail.bestGflops as number);
  return peaks.length === 0 ? null : Math.max(...peaks);
}

export function toMarkdown(cells: readonly (readonly string[])[]): string {
  const widths = cells[0]!.map((_, c) => Math.max(...cells.map((row) => row[c]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, c) => (c < 2 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, c) => (c < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}
