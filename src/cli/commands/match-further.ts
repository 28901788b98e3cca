import type { ResultOf } from '../../app/analyses.ts';
import type { CommandContext } from '../command.ts';
import { showPValue } from '../show-p-value.ts';
import { textTable } from '../text-table.ts';

type Study = ResultOf<'matching-study'>;
type Show = (value: number | null) => string;

/** What the text of a study says after its effect: other outcomes, levels, and how sensitive all that is. */
export function furtherText(result: Study, context: CommandContext, show: Show): string {
  return [
    effectsTable(result, context, show),
    levelsTable(result, context, show),
    moreEstimates(result, context, show),
    sensitivityText(result, context, show),
  ]
    .filter((part) => part !== '')
    .map((part) => `\n${part}`)
    .join('');
}

function effectsTable({ body }: Study, context: CommandContext, show: Show): string {
  const { say } = context;
  const { effects } = body.further;
  if (effects.length === 0) return '';
  const rows = effects.map(({ kind, variable, period, matched, adjusted, adjustedPValue, sensitivity, withheld }) => {
    const effect = adjusted ?? matched;
    const name = say(`match.further.kind.${kind}`, { variable, period: period ?? '' });
    if (withheld || effect === null) return [name, withheld ? say('cli.withheld') : '–', '', '', '', '', ''];
    const gamma = sensitivity?.rosenbaum?.survivedGamma ?? null;
    return [
      name,
      show(effect.estimate),
      say('match.interval', { lower: show(effect.lower), upper: show(effect.upper) }),
      showPValue(adjustedPValue ?? effect.pValue, context.language),
      ...strength(sensitivity, show),
      gamma === null ? '' : show(gamma),
    ];
  });
  return textTable(
    [...headings(say, 'match.further.title'), { title: say('match.further.gamma'), align: 'right' as const }],
    rows,
  );
}

/** E-value and robustness value in per cent; empty where there is none. */
const strength = (sensitivity: Study['body']['further']['augmentedSensitivity'], show: Show): [string, string] => [
  sensitivity?.eValue ? show(sensitivity.eValue.eValue) : '',
  sensitivity?.robustness ? show(100 * sensitivity.robustness.value) : '',
];

function levelsTable({ body }: Study, context: CommandContext, show: Show): string {
  const { say } = context;
  const { byLevel } = body.further;
  if (byLevel === null) return '';
  const rows = byLevel.levels.map(({ name, effect, adjustedPValue, sensitivity, withheld }) => {
    const label = name === null ? byLevel.variable : `${byLevel.variable} = ${name}`;
    if (withheld || effect === null) return [label, withheld ? say('cli.withheld') : '–', '', '', '', ''];
    return [
      label,
      show(effect.estimate),
      say('match.interval', { lower: show(effect.lower), upper: show(effect.upper) }),
      showPValue(adjustedPValue, context.language),
      ...strength(sensitivity, show),
    ];
  });
  const test =
    byLevel.interaction === null
      ? ''
      : `${say('match.further.interaction', { pValue: show(byLevel.interaction.pValue) })}\n`;
  return `${textTable(headings(say, 'match.further.levels'), rows)}${test}`;
}

const headings = (say: CommandContext['say'], title: string) => [
  { title: say(title) },
  { title: say('match.effect.estimate'), align: 'right' as const },
  { title: say('match.further.interval') },
  { title: say('match.further.p'), align: 'right' as const },
  { title: say('match.further.e-value'), align: 'right' as const },
  { title: say('match.further.robustness'), align: 'right' as const },
];

function moreEstimates({ body }: Study, { say }: CommandContext, show: Show): string {
  const { augmented, augmentedSensitivity, ratios } = body.further;
  const [eValue, value] = strength(augmentedSensitivity, show);
  const between = ({ estimate, lower, upper }: { estimate: number; lower: number; upper: number }) => ({
    estimate: show(estimate),
    lower: show(lower),
    upper: show(upper),
  });
  return [
    ...(augmented === null ? [] : [`${say('match.further.augmented', between(augmented))}\n`]),
    ...(eValue === '' || value === '' ? [] : [`${say('match.further.augmented-sensitivity', { eValue, value })}\n`]),
    ...(ratios === null
      ? []
      : [
          `${say('match.further.risk-ratio', between(ratios.riskRatio))}\n`,
          `${say('match.further.odds-ratio', between(ratios.oddsRatio))}\n`,
        ]),
  ].join('');
}

function sensitivityText({ body, settings }: Study, { say }: CommandContext, show: Show): string {
  const { eValue, robustness, rosenbaum } = body.further.sensitivity;
  const { detectable } = body.further;
  const percent = (share: number): string => show(100 * share);
  const lines: string[] = [];
  if (eValue !== null) {
    lines.push(say('match.sensitivity.e-value', { eValue: show(eValue.eValue), ofInterval: show(eValue.ofInterval) }));
  }
  if (robustness !== null) {
    const { value, interval, benchmark } = robustness;
    lines.push(say('match.sensitivity.robustness', { value: percent(value), interval: percent(interval) }));
    if (benchmark !== null) {
      const covariate = settings.covariates[benchmark.term]!;
      lines.push(
        benchmark.remaining === null
          ? say('match.sensitivity.benchmark-none', { covariate })
          : say('match.sensitivity.benchmark', { covariate, remaining: show(benchmark.remaining) }),
      );
    }
  }
  if (rosenbaum !== null) {
    lines.push(
      rosenbaum.survivedGamma === null
        ? say('match.sensitivity.gamma-none')
        : say('match.sensitivity.gamma', { gamma: show(rosenbaum.survivedGamma) }),
    );
    const bySign = rosenbaum.sign?.survivedGamma ?? null;
    if (bySign !== null) lines.push(say('match.sensitivity.gamma-sign', { gamma: show(bySign) }));
    const [first] = rosenbaum.hodgesLehmann ?? [];
    if (first !== undefined) {
      // A range for those who may not see the value itself.
      const [lower, upper] = [show(first.lower), show(first.upper)];
      lines.push(
        lower === upper
          ? say('match.sensitivity.hodges-lehmann', { estimate: lower })
          : say('match.sensitivity.hodges-lehmann-range', { lower, upper }),
      );
    }
  }
  if (detectable !== null) {
    const icc = detectable.intraclassCorrelation;
    const effect = show(detectable.effect);
    lines.push(
      icc === null
        ? say('match.sensitivity.detectable', { effect })
        : say('match.sensitivity.detectable-clusters', { effect, icc: show(icc) }),
    );
  }
  if (lines.length === 0) return '';
  return `${say('match.sensitivity.title')}\n${lines.map((line) => `- ${line}\n`).join('')}`;
}
