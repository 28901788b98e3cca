import type { Matrix } from '../linalg/matrix.ts';
import type { MatchSets } from '../matching/match-sets.ts';
import { measureOf } from '../matching/pair-units.ts';
import type { Frame } from '../propensity/design-matrix.ts';
import { sampleStandardDeviation } from '../stats/moments.ts';
import { armNeighbours } from './abadie-imbens.ts';
import type { NearPartners } from './choose-inference.ts';
import type { StudyDesign, StudySample } from './draw-sample.ts';
import { listsOfSets, type PartnerLists } from './partner-lists.ts';

/** Few, so that they are near; what they leave to chance evens out over all units that serve. As in Stata's `teffects nnmatch`. */
const varianceNeighbours = 2;

/** The partner lists of a match with rows of the sample instead of rows of the data. */
export function partnersAmong(pairs: MatchSets, rows: Uint32Array, n: number): PartnerLists {
  return placed(listsOfSets(pairs), rows, n);
}

/**
 * Of each partner that serves several units: itself and its two nearest among the matched partners, by the distance of the
 * design; rows of the sample.
 *
 * @param rows the sample's rows of the data
 * @returns null where nothing was paired, and for distances of the caller, which say nothing of units of one group
 */
export function nearPartners(
  frame: Frame,
  treated: Uint8Array,
  design: StudyDesign,
  { pairs, score }: StudySample,
  rows: Uint32Array,
): NearPartners | null {
  if (pairs === null || !('distance' in design) || design.method === 'subclassification') return null;
  if (design.distance.type === 'given') return null;
  let known: PartnerLists | null = null;
  return (kernels) => {
    if (known !== null) return known;
    const group = design.estimand === 'ATC' ? 1 : 0;
    const arm = rows.filter((row) => treated[row] === group);
    const served = new Uint32Array(frame.rows);
    for (const row of pairs.partners) served[row]!++;
    const measure = measureOf(frame, treated, design, kernels);
    const points = measure.by === 'points' ? measure.points : inDeviations(score!);
    const lists = armNeighbours(
      points,
      arm,
      varianceNeighbours,
      arm.filter((row) => served[row]! > 1),
    );
    known = placed(lists, rows, frame.rows);
    return known;
  };
}

/** On the scale on which ties are told: that of standard deviations. */
function inDeviations(score: Float64Array): Matrix {
  const deviation = sampleStandardDeviation(score) || 1;
  return { rows: score.length, cols: 1, values: score.map((value) => value / deviation) };
}

function placed(lists: PartnerLists, rows: Uint32Array, n: number): PartnerLists {
  const place = new Uint32Array(n);
  rows.forEach((row, i) => {
    place[row] = i;
  });
  return { ...lists, focal: lists.focal.map((row) => place[row]!), order: lists.order.map((row) => place[row]!) };
}
