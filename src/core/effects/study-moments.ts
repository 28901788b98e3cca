import { valueCodes } from '../matching/frame-codes.ts';
import { type Frame, factorCodes } from '../propensity/design-matrix.ts';
import type { StudyDesign } from './draw-sample.ts';

/** Of a study whose rows are units at waves. */
export interface StudyMoments {
  /** code of the unit behind each row */
  readonly unit: Int32Array;
  /** code of the wave of each row, in order of time */
  readonly wave: Int32Array;
  readonly waves: readonly string[];
}

/** Treated units of one wave of entry. */
export interface EntryCounts {
  readonly wave: string;
  readonly treated: number;
  readonly matched: number;
}

/** Units and waves of the rows, where the design compares within risk sets; else null. */
export function momentsOf(frame: Frame, design: StudyDesign): StudyMoments | null {
  if (design.method !== 'nearest' || (design.riskSet ?? null) === null) return null;
  const { levels, codes } = factorCodes(frame, design.riskSet!.wave);
  return { unit: valueCodes(frame, design.riskSet!.unit), wave: codes, waves: levels };
}

/** Sets that share a unit become one: what a unit has of its own is in both. */
export function joinSets(sets: Int32Array, unit: Int32Array): Int32Array {
  const parent = new Map<number, number>();
  const find = (set: number): number => {
    let root = set;
    while (parent.has(root)) root = parent.get(root)!;
    return root;
  };
  const first = new Map<number, number>();
  for (let row = 0; row < sets.length; row++) {
    if (sets[row]! < 0) continue;
    const known = first.get(unit[row]!);
    const own = find(sets[row]!);
    const other = known === undefined ? own : find(known);
    if (own !== other) parent.set(Math.max(own, other), Math.min(own, other));
    first.set(unit[row]!, Math.min(own, other));
  }
  return sets.map((set) => (set < 0 ? -1 : find(set)));
}

/** Treated units by wave of entry, and those with a partner. */
export function entriesOf(
  { wave, waves }: StudyMoments,
  treated: Uint8Array,
  weights: Float64Array,
): readonly EntryCounts[] {
  const counts = waves.map((name) => ({ wave: name, treated: 0, matched: 0 }));
  for (let row = 0; row < treated.length; row++) {
    if (treated[row] === 0) continue;
    const entry = counts[wave[row]!]!;
    entry.treated++;
    if (weights[row]! > 0) entry.matched++;
  }
  return counts.filter((entry) => entry.treated > 0);
}
