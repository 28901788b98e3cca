import type { MatchingStudyRequest } from '../../app/analyses/matching-study.ts';
import type { DesignRequest } from '../../app/analyses/study-design.ts';
import { type CommandOption, commandLine, libraryCall, request } from '../as-code.ts';
import type { SameAnswer } from '../design/same-answer.ts';
import type { PageContext } from '../page-context.ts';

/** A matching study as command line, API request and TypeScript. */
export function matchingAsCode(context: PageContext, settings: MatchingStudyRequest): SameAnswer {
  const { panel, ...rest } = settings;
  return {
    commandLine: commandLine(
      'match',
      [panel],
      [
        ['treatment', rest.treatment],
        ['treated-level', rest.treatedLevel],
        ['outcome', rest.outcome],
        ['change', rest.outcomeIs === 'change'],
        ['covariates', list(rest.covariates)],
        ['baseline', rest.baseline],
        ['follow-up', rest.followUp],
        ['after', rest.riskSets?.after],
        ['lags', rest.riskSets?.lags],
        ['look-ahead', rest.riskSets?.lookAhead],
        ['minimum-share', rest.minimumShare],
        ['estimand', rest.estimand],
        ...(rest.design === undefined ? [] : designOptions(rest.design)),
        ['sampling-weights', rest.samplingWeights],
        ['balance-of', rest.balanceOf],
        ['cluster', rest.cluster],
        ['standard-error', rest.standardError],
        ['permutations', rest.permutations],
        ['other-outcomes', list(rest.otherOutcomes)],
        ['later-follow-ups', list(rest.laterFollowUps)],
        ['preperiod', rest.preperiod],
        ['effects-by', rest.effectsBy],
        ['augmented', rest.augmented !== undefined && rest.augmented !== null],
        ['folds', rest.augmented?.folds],
        ['confidence', rest.confidence],
        ['revision', rest.revision],
        ['seed', rest.seed],
      ],
    ),
    request: request(context.origin, 'POST', `/v1/panels/${panel}/matching-studies`, rest),
    typescript: libraryCall('matchingStudy', settings),
  };
}

const list = (names: readonly string[] | null | undefined): string | null =>
  names === undefined || names === null || names.length === 0 ? null : names.join(',');

/** Every field that a method may have; those of another method are not there. */
type AnyDesign = { readonly method: string } & Partial<
  Readonly<{
    distance: {
      readonly type: string;
      readonly link?: string;
      readonly scale?: string;
      readonly penalty?: Penalty | null;
      readonly within?: string[];
    };
    link: string;
    penalty: Penalty | null;
    order: string;
    ratio: number;
    variableRatio: { readonly minimum: number; readonly maximum: number } | null;
    maximumReuse: number | null;
    calipers: readonly { readonly on: string; readonly width: number; readonly unit: string }[];
    exact: readonly string[];
    antiExact: readonly string[];
    collective: string | null;
    prefer: { readonly variable: string; readonly penalty: number } | null;
    discard: string;
    reestimate: boolean;
    subclasses: number;
    coarsening: readonly { readonly variable: string; readonly cut: Cut | null }[];
    tolerance: number;
    nodes: number;
    stabilized: boolean;
    trim: number;
    moments: number;
  }>
>;
type Penalty = { readonly type: string; readonly strength?: number };
type Cut = Partial<Readonly<{ bins: number | string; cutPoints: readonly number[]; quantileBins: number }>>;

function designOptions(request: DesignRequest): readonly CommandOption[] {
  const design = request as AnyDesign;
  const { distance, variableRatio, prefer } = design;
  return [
    ['method', design.method],
    ['distance', distance && (distance.type === 'propensity-score' ? distance.scale : distance.type)],
    ['link', distance?.link ?? design.link],
    ['penalty', penaltyWords(distance?.penalty ?? design.penalty)],
    ['within', list(distance?.within)],
    ['order', design.order],
    ['ratio', design.ratio],
    ['variable-ratio', variableRatio && `${variableRatio.minimum}..${variableRatio.maximum}`],
    ['with-replacement', design.maximumReuse === null],
    ['maximum-reuse', design.maximumReuse],
    ...calipers(design.calipers),
    ['exact', list(design.exact)],
    ['anti-exact', list(design.antiExact)],
    ['collective', design.collective],
    ['prefer', prefer && `${prefer.variable}:${prefer.penalty}`],
    ['discard', design.discard],
    ['reestimate', design.reestimate],
    ['subclasses', design.subclasses],
    ...(design.coarsening ?? []).map(({ variable, cut }) => ['coarsen', variable + coarseningRule(cut)] as const),
    ['tolerance', design.tolerance],
    ['nodes', design.nodes],
    ['stabilized', design.stabilized],
    ['trim', design.trim],
    ['moments', design.moments],
  ];
}

const penaltyWords = (penalty: Penalty | null | undefined): string | null =>
  penalty ? (penalty.strength === undefined ? penalty.type : `${penalty.type}:${penalty.strength}`) : null;

/** `--caliper 0.2` on the score in standard deviations, `--caliper age:5` raw; an empty list is `none`. */
function calipers(widths: AnyDesign['calipers']): readonly CommandOption[] {
  if (widths === undefined) return [];
  if (widths.length === 0) return [['caliper', 'none']];
  return widths.map(({ on, width, unit }) => {
    const isUsual = on === 'distance' && unit === 'sd';
    return ['caliper', isUsual ? String(width) : `${on}:${width}${unit === 'sd' ? 'sd' : ''}`] as const;
  });
}

/** One whole number alone would be a number of bins; `30.0` is a cut point. */
function coarseningRule(cut: Cut | null): string {
  if (cut === null) return '';
  const { bins, cutPoints, quantileBins } = cut;
  if (cutPoints === undefined) return quantileBins === undefined ? `:${bins}` : `:q${quantileBins}`;
  const isOneWhole = cutPoints.length === 1 && Number.isInteger(cutPoints[0]);
  return `:${isOneWhole ? cutPoints[0]!.toFixed(1) : cutPoints.join('/')}`;
}
