import type { Row } from '../suite.ts';

const about = `One fresh process a case; data, scores and points are made before the clock starts. Median of rounds after a warm-up.
cpu: processor time. goal: ms, or the log-log slope from 1e5 to 1e7 units. peak: of the whole process.
Peers in the last column are quoted (R 4.2.2 on a like machine). Where R is present, its glm, and MatchIt from 4.6 and optmatch where they are
installed, are also measured here, in rows of their own; Debian's MatchIt 4.5.1 ignores calipers and is not.`;

const widths = [30, 7, 10, 9, 7, 8, 8, 4];

export function matchingTable(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i] ?? 0))).join(' ');
  const number = (value: unknown, digits = 0) => (typeof value === 'number' ? value.toFixed(digits) : '');
  const lines = rows.map((row) => {
    const { slope, slopeGoal, goalMs, cpuMs, peakMB, quoted } = row.detail;
    const peers = Object.entries((quoted ?? {}) as Record<string, number>).map(([peer, ms]) => `${peer} ${ms}`);
    return line([
      row.variant === 'samenwijs' ? row.case : `  ${row.variant}`,
      row.n.toExponential(0),
      row.medianMs.toFixed(row.medianMs < 100 ? 1 : 0),
      number(cpuMs, Number(cpuMs) < 100 ? 1 : 0),
      slope === undefined ? number(goalMs) : `≤ ${slopeGoal}`,
      slope === undefined ? '' : number(slope, 3),
      number(peakMB),
      row.ok ? 'yes' : 'NO',
      peers.length === 0 ? '' : `  ${peers.join('; ')}`,
    ]);
  });
  const head = line(['case', 'n', 'median ms', 'cpu ms', 'goal', 'slope', 'peak MB', 'ok', '  peers, ms']);
  return [about, '', head, ...lines, ''].join('\n');
}
