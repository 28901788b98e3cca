import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { WeightEquations } from '../weighting/m-estimation.ts';
import type { PartnerLists } from './partner-lists.ts';

/** How the standard error of an effect is computed. */
export type InferenceMethod =
  | 'cluster-means'
  | 'cluster-CR2'
  | 'cluster-CR1'
  | 'wild-cluster-bootstrap'
  | 'matched-sets'
  | 'within-strata'
  | 'bootstrap'
  | 'abadie-imbens'
  | 'abadie-imbens-homoskedastic'
  | 'm-estimation'
  | 'HC3';

/** What a caller may ask for; `by-design` leaves the choice to the design. */
export type StandardErrorRequest =
  | 'by-design'
  | 'units'
  | 'matched-sets'
  | 'clusters'
  | 'cluster-means'
  | 'wild-cluster-bootstrap'
  | 'bootstrap'
  | 'abadie-imbens'
  | 'abadie-imbens-homoskedastic';

/** Why that method: text `inference.reason.<code>` in messages. */
export type InferenceReason =
  | 'few-clusters'
  | 'treatment-by-cluster'
  | 'treatment-mostly-by-cluster'
  | 'treatment-partly-by-cluster'
  | 'cluster-asked-for'
  | 'few-mixed-clusters'
  | 'many-clusters'
  | 'pairs-without-replacement'
  | 'units-at-several-waves'
  | 'partners-used-again'
  | 'strata'
  | 'weights-estimated'
  | 'weights-taken-as-known'
  | 'selection-without-pairs'
  | 'independent-units'
  | 'as-asked';

/** Found when first asked for. */
export type NearPartners = (kernels: MatrixKernels) => PartnerLists;

export interface Inference {
  readonly method: InferenceMethod;
  readonly reason: InferenceReason;
  /** cluster, matched set or stratum of each unit of the sample, 0 … G - 1; null where units count as independent */
  readonly cluster: Int32Array | null;
  readonly clusters: { readonly treated: number; readonly control: number } | null;
  /** equations of the weights, rows as the units of the sample; for `m-estimation` */
  readonly equations: WeightEquations | null;
  /** who served whom, rows as the units of the sample; where partners serve several units */
  readonly partners: PartnerLists | null;
  /** partners with those of their group that are nearest to them, rows as in the sample; for `abadie-imbens` */
  readonly near: NearPartners | null;
  /** of what is drawn at random */
  readonly seed: number;
}

export interface InferenceDesign {
  /** units of the matched sample */
  readonly treated: Uint8Array;
  /** collective (or other cluster) of each unit, -1 = unknown; null = the data have none */
  readonly cluster: Int32Array | null;
  /** whether the caller asked for these clusters */
  readonly isAskedFor: boolean;
  /** share of the treatment that lies between clusters among all units, matched or not: see `treatmentBetweenClusters` */
  readonly betweenClusters: number;
  /** clusters of the sample that were mostly treated, and mostly not: see `clustersByMost` */
  readonly clustersByMost: { readonly treated: number; readonly control: number };
  /** matched set or stratum of each unit; null where partners serve several, and for weights */
  readonly matchedSet: Int32Array | null;
  /** `units`: nothing was matched or weighted; `selection`: groups were chosen as wholes; `risk-sets`: pairs at several waves */
  readonly sample: 'pairs' | 'risk-sets' | 'strata' | 'weights' | 'selection' | 'units';
  /** of pairs in which partners serve several units */
  readonly partners: PartnerLists | null;
  /** those nearest to partners in their own group; null where the distance says nothing of them */
  readonly near: NearPartners | null;
  /** equations of estimated weights; null where there are none */
  readonly equations: (() => WeightEquations) | null;
  readonly asked: StandardErrorRequest;
  readonly seed: number;
}

/** Below this number of clusters on one side a t test of their means replaces CR2. */
const fewPerArm = 10;
/** Below this number of clusters, each with both groups, the wild bootstrap replaces CR2. */
const fewMixed = 20;
/** Fewer clusters with both groups say nothing of how much clusters differ. */
const fewestMixed = 5;
/** With fewer clusters mostly on one side these errors refuse nothing: intervals of two such clusters hold whatever is true. */
const fewestByMost = 3;
const manyClusters = 1000;
/** From this share of the treatment between clusters on, it counts as given to clusters that some units did not follow. */
const mostlyBetween = 0.5;
/** From this share on, errors of units are too small by an amount that is seen. */
export const partlyBetween = 0.1;
/** Below this number of strata a variance within each is taken, above it strata are like matched sets. */
const fewStrata = 20;

/**
 * Chooses the standard error that fits the design, or refuses.
 *
 * A treatment that does not vary within clusters was given to clusters: then only clusters count, whatever was asked. With fewer
 * than ten on a side the means of clusters are compared (t with G - 2), with more CR2, above 1000 CR1. Where a few units do not
 * follow their cluster or clusters enter at different waves (half or more of the treatment lies between clusters, among all units)
 * and where clusters that hold both groups were asked for, or hold a tenth or more of the treatment between them: the wild bootstrap below 20,
 * then CR2 and CR1. With fewer than five of the last, and otherwise, matched
 * sets (without replacement), Abadie and Imbens (with), the variance within strata where these are few, the equations of the weights,
 * or HC3.
 *
 * @throws too-few-groups where a treatment given to clusters has fewer than two treated or two control clusters, or a
 *   treatment given mostly to clusters fewer than three that were mostly treated, three that were not, or five;
 *   invalid-inference where what was asked is not valid for this design (details.asked, details.use)
 * Source: Abadie, Athey, Imbens and Wooldridge 2023, doi:10.1093/qje/qjac038; Donald and Lang 2007,
 * doi:10.1162/rest.89.2.221; MacKinnon and Webb 2017, doi:10.1002/jae.2508 (few treated clusters); Abadie and Spiess 2022,
 * doi:10.1080/01621459.2020.1840383 (matched sets); Abadie and Imbens 2006, doi:10.1111/j.1468-0262.2006.00655.x, and 2008,
 * doi:10.3982/ECTA6474 (partners used again, and why not the bootstrap); Lunceford and Davidian 2004, doi:10.1002/sim.1903.
 */
export function chooseInference(design: InferenceDesign): Inference {
  const { treated, isAskedFor, asked, seed } = design;
  const cluster = design.cluster === null ? null : renumber(design.cluster);
  if (cluster !== null) {
    const arms = clustersByArm(cluster, treated);
    const byArm = { treated: arms.treated + arms.mixed, control: arms.control + arms.mixed };
    const total = arms.treated + arms.control + arms.mixed;
    const choose = (method: InferenceMethod, reason: InferenceReason): Inference => ({
      method,
      reason,
      cluster,
      clusters: byArm,
      equations: null,
      partners: null,
      near: null,
      seed,
    });
    const isAssignedByCluster = arms.mixed === 0 && cluster.length > total;
    if (isAssignedByCluster) {
      refuseFewClusters(arms, 'whole', 2);
      return choose(...forWholeClusters(asked, Math.min(arms.treated, arms.control), total));
    }
    if (design.betweenClusters >= mostlyBetween && cluster.length > total) {
      refuseFewClusters(design.clustersByMost, 'nearly whole', fewestByMost);
      return choose(...forNearlyWholeClusters(asked, total, design.betweenClusters));
    }
    const reason = isAskedFor ? 'cluster-asked-for' : 'treatment-partly-by-cluster';
    const isPartly = asked === 'by-design' && design.betweenClusters >= partlyBetween && total >= fewestMixed;
    if (isAskedFor || isOfClusters(asked) || isPartly) return choose(...forMixedClusters(asked, total, design, reason));
  }
  if (isOfClusters(asked)) {
    throw refusal(asked, 'the data have no clusters', ['by-design'], 'Name the variable of the clusters (`cluster`).');
  }
  return ofIndependentUnits(design);
}

type Choice = readonly [InferenceMethod, InferenceReason];

const isOfClusters = (asked: StandardErrorRequest): boolean =>
  asked === 'clusters' || asked === 'cluster-means' || asked === 'wild-cluster-bootstrap';

function refuseFewClusters(
  { treated, control }: InferenceDesign['clustersByMost'],
  which: 'whole' | 'nearly whole',
  least: number,
): void {
  if (treated >= least && control >= least) return;
  throw new CoreError(
    'too-few-groups',
    `The treatment was given to ${which} clusters, and the matched sample has ${treated} treated and ${control} control ones; at least ${least === 2 ? 'two' : 'three'} of each are needed for a standard error. Add clusters, or describe the change without an effect.`,
    { treated, control },
  );
}

function forWholeClusters(asked: StandardErrorRequest, fewest: number, total: number): Choice {
  const ofClusters: Choice = total > manyClusters ? ['cluster-CR1', 'many-clusters'] : ['cluster-CR2', 'as-asked'];
  switch (asked) {
    case 'by-design':
      if (fewest < fewPerArm) return ['cluster-means', 'few-clusters'];
      return total > manyClusters ? ofClusters : ['cluster-CR2', 'treatment-by-cluster'];
    case 'cluster-means':
      return ['cluster-means', 'as-asked'];
    case 'clusters':
      if (fewest >= fewPerArm) return ofClusters;
      throw refusal(
        asked,
        `only ${fewest} clusters are on one side, where such errors are too small`,
        ['by-design', 'cluster-means'],
        'Compare the means of clusters.',
      );
    case 'wild-cluster-bootstrap':
      if (fewest >= 5) return ['wild-cluster-bootstrap', 'as-asked'];
      throw refusal(
        asked,
        `only ${fewest} clusters are on one side, where it hardly ever refuses anything`,
        ['by-design', 'cluster-means'],
        'Compare the means of clusters.',
      );
    default:
      throw refusal(
        asked,
        'the treatment was given to whole clusters, so that units of a cluster are no separate observations; such errors cover the truth in 60 to 75 of 100 studies instead of 95',
        ['by-design', 'cluster-means', 'clusters'],
        'Leave the choice to the design.',
      );
  }
}

/**
 * Clusters of which a few units did otherwise, or that hold controls before they enter: their means are not of one group, so they
 * cannot be compared as wholes.
 */
function forNearlyWholeClusters(asked: StandardErrorRequest, total: number, between: number): Choice {
  if (total < fewestMixed) {
    throw new CoreError(
      'too-few-groups',
      `The treatment was given to nearly whole clusters, and ${total} are too few for a standard error; at least five are needed. Add clusters, or describe the change without an effect.`,
      { groups: total },
    );
  }
  const given = between === 1 ? 'treatment-by-cluster' : 'treatment-mostly-by-cluster';
  const reason: InferenceReason = asked === 'by-design' ? given : 'as-asked';
  switch (asked) {
    case 'by-design':
      if (total < fewMixed) return ['wild-cluster-bootstrap', reason];
      break;
    case 'clusters':
      break;
    case 'wild-cluster-bootstrap':
      return ['wild-cluster-bootstrap', reason];
    default:
      throw refusal(
        asked,
        asked === 'cluster-means'
          ? 'clusters hold treated units and controls'
          : 'the treatment was given to nearly whole clusters, so that units of a cluster are no separate observations; such errors cover the truth in 60 to 75 of 100 studies instead of 95',
        ['by-design', 'clusters', 'wild-cluster-bootstrap'],
        'Take standard errors by cluster.',
      );
  }
  return total > manyClusters ? ['cluster-CR1', 'many-clusters'] : ['cluster-CR2', reason];
}

function forMixedClusters(
  asked: StandardErrorRequest,
  total: number,
  { treated }: InferenceDesign,
  why: InferenceReason,
): Choice {
  const reason: InferenceReason = asked === 'by-design' ? why : 'as-asked';
  switch (asked) {
    case 'by-design':
      if (total < fewMixed && total >= fewestMixed)
        return ['wild-cluster-bootstrap', why === 'cluster-asked-for' ? 'few-mixed-clusters' : why];
      break;
    case 'clusters':
      break;
    case 'wild-cluster-bootstrap':
      return ['wild-cluster-bootstrap', 'as-asked'];
    case 'cluster-means':
      throw refusal(
        asked,
        'clusters hold treated units and controls',
        ['by-design', 'clusters', 'wild-cluster-bootstrap'],
        'Take standard errors by cluster.',
      );
    default:
      throw refusal(
        asked,
        `${total} clusters were named for ${treated.length} units, and this method ignores them`,
        ['by-design', 'clusters', 'wild-cluster-bootstrap'],
        'Leave out `cluster`, or leave the choice to the design.',
      );
  }
  if (total < fewestMixed) {
    throw new CoreError(
      'too-few-groups',
      `${total} clusters are too few for a standard error by cluster; at least five are needed. Add clusters, or leave out \`cluster\`.`,
      { groups: total },
    );
  }
  return total > manyClusters ? ['cluster-CR1', 'many-clusters'] : ['cluster-CR2', reason];
}

function ofIndependentUnits(design: InferenceDesign): Inference {
  const { matchedSet, sample, equations, partners, asked, seed } = design;
  const plain = { cluster: null, clusters: null, equations: null, partners: null, near: null, seed };
  const isByDesign = asked === 'by-design';
  const reasonFor = (reason: InferenceReason): InferenceReason => (isByDesign ? reason : 'as-asked');
  const sets = matchedSet === null ? null : renumber(matchedSet);
  if (sample === 'units' || sample === 'selection') {
    const reason = reasonFor(sample === 'units' ? 'independent-units' : 'selection-without-pairs');
    if (isByDesign || asked === 'units') return { ...plain, method: 'HC3', reason };
    throw refusal(asked, 'nothing was matched', ['by-design', 'units'], 'Leave the choice to the design.');
  }
  if (sample === 'weights') {
    if (isByDesign && equations !== null) {
      return { ...plain, method: 'm-estimation', reason: 'weights-estimated', equations: equations() };
    }
    if (isByDesign || asked === 'units') return { ...plain, method: 'HC3', reason: 'weights-taken-as-known' };
    throw refusal(
      asked,
      asked === 'bootstrap' ? 'weights would have to be estimated anew in every draw' : 'nothing was matched',
      ['by-design', 'units'],
      'Leave the choice to the design: it takes the estimation of the weights into account.',
    );
  }
  if (partners !== null) {
    return { ...plain, ...ofSharedPartners(design), reason: reasonFor('partners-used-again'), partners };
  }
  if (sample === 'strata' && areFewStrata(sets!)) {
    if (isByDesign) return { ...plain, method: 'within-strata', reason: 'strata', cluster: sets };
    throw refusal(asked, 'the strata are few and large', ['by-design'], 'Leave the choice to the design.');
  }
  const reason = reasonFor(setReasons[sample]);
  if (isByDesign || asked === 'matched-sets') return { ...plain, method: 'matched-sets', reason, cluster: sets };
  if (asked === 'bootstrap') return { ...plain, method: 'bootstrap', reason, cluster: sets };
  throw refusal(
    asked,
    asked === 'units'
      ? 'matched units resemble each other, so that errors of single units are wrong'
      : 'no partner serves more than one unit',
    ['by-design', 'matched-sets', 'bootstrap'],
    'Take the error by matched set.',
  );
}

function ofSharedPartners({ near, asked }: InferenceDesign): Pick<Inference, 'method' | 'near'> {
  const isByDesign = asked === 'by-design';
  if (near !== null && (isByDesign || asked === 'abadie-imbens')) return { method: 'abadie-imbens', near };
  if (isByDesign || asked === 'abadie-imbens-homoskedastic') {
    return { method: 'abadie-imbens-homoskedastic', near: null };
  }
  if (asked === 'abadie-imbens') {
    throw refusal(
      asked,
      'the distances that were given say nothing of how near units of one group are, so that their variance is not known one by one',
      ['by-design', 'abadie-imbens-homoskedastic'],
      'Take the form with one variance for all.',
    );
  }
  throw refusal(
    asked,
    asked === 'bootstrap'
      ? 'partners serve several units, and for such matches the bootstrap is known to be wrong'
      : 'partners serve several units, so that sets and units are no separate observations',
    ['by-design', 'abadie-imbens', 'abadie-imbens-homoskedastic'],
    'Take the error of Abadie and Imbens, or match without replacement.',
  );
}

const setReasons = {
  strata: 'strata',
  pairs: 'pairs-without-replacement',
  'risk-sets': 'units-at-several-waves',
} as const;

/** @param sets stratum numbers, -1 = none */
export const areFewStrata = (sets: Int32Array): boolean => new Set(sets.filter((set) => set >= 0)).size < fewStrata;

function refusal(
  asked: StandardErrorRequest,
  because: string,
  use: readonly StandardErrorRequest[],
  remedy: string,
): CoreError {
  return new CoreError(
    'invalid-inference',
    `The standard error "${asked}" is not valid here: ${because}. ${remedy} Valid: ${use.join(', ')}.`,
    { asked, use },
  );
}
/** Clusters with treated units only, with controls only, with both. */
function clustersByArm(cluster: Int32Array, treated: Uint8Array): { treated: number; control: number; mixed: number } {
  const groups = cluster.reduce((most, c) => Math.max(most, c + 1), 0);
  const has = new Uint8Array(groups);
  for (let i = 0; i < cluster.length; i++) has[cluster[i]!] = has[cluster[i]!]! | (treated[i] === 1 ? 1 : 2);
  const count = (bits: number): number => has.reduce((sum, h) => sum + (h === bits ? 1 : 0), 0);
  return { treated: count(1), control: count(2), mixed: count(3) };
}

/** Numbers 0 … G - 1 in order of first appearance; a unit without a cluster (-1) becomes a cluster of its own. */
function renumber(codes: Int32Array): Int32Array {
  const place = new Map<number, number>();
  let next = 0;
  const numbers = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    const known = code < 0 ? undefined : place.get(code);
    numbers[i] = known ?? next++;
    if (known === undefined && code >= 0) place.set(code, numbers[i]!);
  }
  return numbers;
}
