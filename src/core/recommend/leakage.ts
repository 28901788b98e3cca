import { CoreError } from '../errors.ts';
import type { ExperimentTable } from './experiment-table.ts';

/** A context that explains more than this share of the ranks of the outcome is taken for the outcome itself. */
const tooGood = 0.9;
/** Below this number of rows such a correlation can be chance. */
const fewest = 20;

/**
 * Refuses contexts that are the outcome in disguise: measured after the start, or computed from the effect. A context
 * whose rank correlation with the effect is above 0.9 in at least 20 experiments is one.
 *
 * @throws invalid-argument, naming the contexts
 * Cost: O(contexts n log n). Effects have sampling error, so an honest context never comes near that bound.
 */
export function refuseLeaks(table: ExperimentTable): void {
  const n = table.ids.length;
  const P = table.contexts.length;
  const leaks: string[] = [];
  for (let p = 0; p < P; p++) {
    const rows: number[] = [];
    for (let i = 0; i < n; i++) if (table.contextMissing[i * P + p] === 0) rows.push(i);
    if (rows.length < fewest) continue;
    const values = Float64Array.from(rows, (i) => table.context[i * P + p]!);
    const effects = Float64Array.from(rows, (i) => table.effect[i]!);
    const known = correlation(ranks(values), ranks(effects));
    if (Math.abs(known) > tooGood) leaks.push(table.contexts[p]!);
  }
  if (leaks.length === 0) return;
  throw new CoreError(
    'invalid-argument',
    `The context ${leaks.join(', ')} follows the outcome almost exactly, as only an outcome in disguise does; expected parameters measured before the start. Leave ${leaks.length === 1 ? 'it' : 'them'} out.`,
    { contexts: leaks },
  );
}

/** Ranks with ties at their mean. */
function ranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
  const rank = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to++;
    for (let i = from; i <= to; i++) rank[order[i]!] = (from + to) / 2;
    from = to + 1;
  }
  return rank;
}

function correlation(x: Float64Array, y: Float64Array): number {
  const n = x.length;
  const mean = (n - 1) / 2;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < n; i++) {
    const dx = x[i]! - mean;
    const dy = y[i]! - mean;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}
