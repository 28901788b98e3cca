import type { DesignSettings } from '../../app/analyses/study-design.ts';
import type { StudyProtocol } from '../../app/analyses/study-protocol.ts';
import { formulaSide, rName, rText, rVector } from './r-words.ts';

export interface DesignInR {
  readonly packages: readonly string[];
  readonly script: string;
  /** weights in `w` of WeightIt; else a sample in `m` of MatchIt */
  readonly isWeighting: boolean;
}

/** The design with the R packages that have it, and in a comment what they have otherwise. */
export function designInR({ design, estimand, covariates, seed }: StudyProtocol): DesignInR {
  const formula = `.treated ~ ${formulaSide(covariates)}`;
  const matching = (
    method: string,
    options: readonly Option[],
    terms = formula,
    notes: readonly string[] = [],
  ): DesignInR => ({
    packages: [
      'MatchIt',
      ...(method === 'optimal' || method === 'full' ? ['optmatch'] : method === 'cardinality' ? ['highs'] : []),
    ],
    isWeighting: false,
    script: `${notes.map((note) => `# ${note}\n`).join('')}m <- matchit(${terms}, data = data, ${written([['method', rText(method)], ...options, ['estimand', rText(estimand)]])})
print(summary(m))`,
  });
  const weighting = (method: string, options: readonly Option[], notes: readonly string[] = []): DesignInR => ({
    packages: ['WeightIt', 'cobalt'],
    isWeighting: true,
    script: `${notes.map((note) => `# ${note}\n`).join('')}w <- weightit(${formula}, data = data, ${written([['method', rText(method)], ...options, ['estimand', rText(estimand)]])})
print(bal.tab(w))`,
  });
  switch (design.method) {
    case 'nearest': {
      const { order, ratio, variableRatio: range, maximumReuse } = design;
      return matching(
        'nearest',
        [
          ...limits(design),
          ['m.order', rText(order)],
          ['ratio', String(ratio)],
          ['min.controls', range && String(range.minimum)],
          ['max.controls', range && String(range.maximum)],
          ['replace', maximumReuse === 1 ? 'FALSE' : 'TRUE'],
          ['reuse.max', maximumReuse === null || maximumReuse === 1 ? null : String(maximumReuse)],
        ],
        formula,
        [
          ...penaltyNote(design),
          ...(order === 'random' ? [`A random order: set.seed(${seed}) gives another one than the study's.`] : []),
        ],
      );
    }
    case 'optimal':
      return matching('optimal', [...limits(design), ['ratio', String(design.ratio)]], formula, [
        ...penaltyNote(design),
        ...preferNote(design.prefer),
        ...(design.calipers.length > 0
          ? ['MatchIt takes no caliper with optimal pairs: give the distances beyond it as Inf instead.']
          : []),
      ]);
    case 'full':
      return matching('full', limits(design), formula, penaltyNote(design));
    case 'two-level':
      return matching('optimal', limits(design), formula, [
        ...penaltyNote(design),
        ...preferNote(design.prefer),
        'MatchIt has no matching of collectives and of units within them: these are optimal pairs of units, another sample.',
      ]);
    case 'subclassification':
      return matching(
        'subclass',
        [...scoreOf(design.distance), ['subclass', String(design.subclasses)], ...supportOf(design)],
        formula,
        penaltyNote(design),
      );
    case 'exact':
      return matching('exact', [], `.treated ~ ${formulaSide(design.exact)}`);
    case 'coarsened-exact':
      return matching(
        'cem',
        [['cutpoints', cutpoints(design)]],
        `.treated ~ ${formulaSide(design.coarsening.map(({ variable }) => variable))}`,
        ['Here a value equal to a cut point belongs above it, as in MatchIt; quantiles are of type 7.'],
      );
    case 'cardinality':
      return matching(
        'cardinality',
        [
          ['tols', String(design.tolerance)],
          ['ratio', String(design.ratio)],
          ['exact', design.exact.length === 0 ? null : `~ ${formulaSide(design.exact)}`],
          ['solver', rText('highs')],
        ],
        formula,
        ['Where several selections are equally large, another one may be taken.'],
      );
    case 'inverse-probability':
      return weighting(
        'glm',
        [
          ['link', rText(design.link)],
          ['stabilize', design.stabilized ? 'TRUE' : null],
        ],
        [
          ...(design.penalty === null ? [] : [noPenalty]),
          ...(design.trim > 0
            ? [
                `The study leaves out units whose propensity is within ${design.trim} of 0 or 1: take them out of the data and weight again.`,
              ]
            : []),
        ],
      );
    case 'entropy-balancing':
      return weighting('ebal', [['moments', String(design.moments)]]);
    case 'balancing-score':
      return weighting('cbps', [['over', 'FALSE']]);
  }
}

type Option = readonly [name: string, value: string | null];
type Of<M extends DesignSettings['method']> = Extract<DesignSettings, { method: M }>;
type Paired = Of<'nearest' | 'optimal' | 'full' | 'two-level'>;
type Distance = Paired['distance'] | Of<'subclassification'>['distance'];

const written = (options: readonly Option[]): string =>
  options.flatMap(([name, value]) => (value === null ? [] : [`${name} = ${value}`])).join(', ');

const noPenalty =
  'The study penalises its propensity model and MatchIt does not: fit the score elsewhere and give it as `distance`.';
const penaltyNote = ({ distance }: { readonly distance: Distance }): readonly string[] =>
  'penalty' in distance && distance.penalty !== null ? [noPenalty] : [];
const preferNote = (prefer: { readonly variable: string } | null): readonly string[] =>
  prefer === null
    ? []
    : [`The study prefers partners with the same ${prefer.variable}; MatchIt knows no such preference.`];

function scoreOf(distance: Distance): readonly Option[] {
  if (distance.type !== 'propensity-score') return [['distance', rText(distance.type.replaceAll('-', '_'))]];
  const link = distance.scale === 'probability' ? distance.link : `linear.${distance.link}`;
  return [
    ['distance', rText('glm')],
    ['link', rText(link)],
  ];
}

const supportOf = ({
  discard,
  reestimate,
}: {
  readonly discard: string;
  readonly reestimate: boolean;
}): readonly Option[] => [
  ['discard', discard === 'none' ? null : rText(discard)],
  ['reestimate', reestimate ? 'TRUE' : null],
];

function limits(design: Paired): readonly Option[] {
  const { distance, calipers, exact, antiExact } = design;
  const within = 'within' in distance ? distance.within : null;
  const widths = calipers.map(({ on, width }) => (on === 'distance' ? String(width) : `${rName(on)} = ${width}`));
  return [
    ...scoreOf(distance),
    ['mahvars', within === null ? null : `~ ${formulaSide(within)}`],
    ['caliper', widths.length === 0 ? null : `c(${widths.join(', ')})`],
    [
      'std.caliper',
      widths.length === 0 ? null : `c(${calipers.map(({ unit }) => (unit === 'sd' ? 'TRUE' : 'FALSE')).join(', ')})`,
    ],
    ['exact', exact.length === 0 ? null : `~ ${formulaSide(exact)}`],
    ['antiexact', antiExact.length === 0 ? null : `~ ${formulaSide(antiExact)}`],
    ...supportOf(design),
  ];
}

function cutpoints({ coarsening }: Of<'coarsened-exact'>): string {
  const cut = coarsening.flatMap(({ variable, cut: rule }) => {
    if (rule === null) return [];
    const value =
      'cutPoints' in rule
        ? rVector(rule.cutPoints)
        : 'quantileBins' in rule
          ? rText(`q${rule.quantileBins}`)
          : rule.bins === 'sturges'
            ? rText('sturges')
            : String(rule.bins);
    return [`${rName(variable)} = ${value}`];
  });
  return `list(${cut.join(', ')})`;
}
