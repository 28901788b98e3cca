import type { ShownBalanceSide } from '../../app/analyses/matching-study.ts';
import type { ShownDesign } from '../../app/analyses/matching-study-body.ts';
import type { ResultOf } from '../../app/analyses.ts';
import type { AttritionStep } from '../../app/results.ts';
import type { CommandContext } from '../command.ts';
import { textTable } from '../text-table.ts';
import { furtherText } from './match-further.ts';

type Warning = ResultOf<'matching-study'>['warnings'][number];

/** The answer of a matching study in one go. */
export function studyText(result: ResultOf<'matching-study'>, context: CommandContext): string {
  const { say } = context;
  const { body, settings, warnings } = result;
  const percent = Math.round(settings.confidence * 100);
  const parts = [
    `${say('match.head', subjectOf(body, context))}\n\n`,
    designTables(result, context),
    effectTable(result, context, percent),
    inferenceText(body, context),
    permutationText(result, context),
    furtherText(result, context, shower(context.language, '–')),
    warningsText(warnings, context),
  ];
  return parts.join('');
}

/** What a study is about, for its head. */
export const subjectOf = (body: ShownDesign, { say }: CommandContext) => ({
  outcome: body.outcome.title ?? body.outcome.name,
  treatment: body.treatment.title ?? body.treatment.name,
  estimand: say(`match.estimand.${body.estimand}`),
});

interface Designed {
  readonly body: ShownDesign;
  readonly attrition: readonly AttritionStep[];
}

/** Who is counted, who is compared, and how alike they are. */
export function designTables(result: Designed, context: CommandContext): string {
  const { say } = context;
  const { body, attrition } = result;
  return [
    textTable(
      [{ title: say('match.step') }, { title: 'n', align: 'right' }],
      attrition.map((s) => [say(`attrition.${s.step}`), s.units === null ? say('cli.withheld') : String(s.units)]),
    ),
    '\n',
    groupTable(result, context),
    '\n',
    entryTable(result, context),
    balanceTable(result, context),
    `${say('match.denominator', { group: say(`match.group.${body.denominator}`) })}\n\n`,
  ].join('');
}

/** How the effect is judged, and why so. */
export const inferenceText = ({ inference }: ShownDesign, { say }: CommandContext): string =>
  `${say(`inference.method.${inference.method}`)} ${say(`inference.reason.${inference.reason}`)}\n`;

export const warningsText = (warnings: readonly Warning[], { say }: CommandContext): string =>
  warnings.map((w) => `\n! ${say(`warning.${w.code}`, w.parameters)}\n`).join('');

function permutationText({ body }: ResultOf<'matching-study'>, { say, language }: CommandContext): string {
  if (body.permutation === null) return '';
  const { pValue, draws, isExact, blocks } = body.permutation;
  const shown = { blocks: say(`match.permutation.${blocks}`), draws, pValue: shower(language, '–')(pValue) };
  return `${say(isExact ? 'match.permutation.exact' : 'match.permutation.random', shown)}\n`;
}

function groupTable({ body }: Designed, { say, language }: CommandContext): string {
  const show = shower(language, say('cli.withheld'));
  const row = (name: 'treated' | 'control'): string[] => {
    const g = body.groups[name];
    return [say(`match.group.${name}`), show(g.all), show(g.discarded), show(g.matched), show(g.effective)];
  };
  return textTable(
    [
      { title: say('match.groups') },
      { title: say('match.all'), align: 'right' },
      { title: say('match.discarded'), align: 'right' },
      { title: say('match.matched'), align: 'right' },
      { title: say('match.effective'), align: 'right' },
    ],
    [row('treated'), row('control')],
  );
}

function entryTable({ body }: Designed, { say, language }: CommandContext): string {
  if (body.entries === null) return '';
  const show = shower(language, '–');
  const columns = [{ title: say('match.entries') }, { title: say('match.group.treated'), align: 'right' as const }];
  return `${textTable(
    [...columns, { title: say('match.matched'), align: 'right' }],
    body.entries.map((entry) => [entry.wave, show(entry.treated), show(entry.matched)]),
  )}\n`;
}

function balanceTable({ body }: Designed, { say, language }: CommandContext): string {
  const show = shower(language, '–');
  const cells = (side: ShownBalanceSide): string[] => [
    show(side.meanTreated),
    show(side.meanControl),
    show(side.standardizedMeanDifference),
  ];
  const columns = ['before', 'after'].flatMap((when) =>
    ['treated', 'control', 'difference'].map((what) => ({
      title: `${say(`match.balance.${what}`)} (${say(`match.${when}`)})`,
      align: 'right' as const,
    })),
  );
  return textTable(
    [{ title: say('match.covariate') }, ...columns],
    body.balance.map((row) =>
      row.withheld
        ? [row.variable, say('cli.withheld'), '', '', '', '', '']
        : [row.variable, ...cells(row.before), ...cells(row.after)],
    ),
  );
}

function effectTable({ body }: ResultOf<'matching-study'>, { say, language }: CommandContext, percent: number): string {
  const show = shower(language, '–');
  if (body.withheld === 'verdict') return `${say('match.withheld-by-verdict')}\n`;
  if (body.withheld !== null) return `${say('match.withheld')}\n`;
  const rows = (['unmatched', 'matched', 'adjusted'] as const).map((kind) => {
    const effect = body.effects[kind];
    if (effect === null) return [say(`match.effect.${kind}`), '–', '–', '–'];
    return [
      say(`match.effect.${kind}`),
      show(effect.estimate),
      show(effect.standardError),
      say('match.interval', { lower: show(effect.lower), upper: show(effect.upper) }),
    ];
  });
  return textTable(
    [
      { title: say('match.effect.title') },
      { title: say('match.effect.estimate'), align: 'right' },
      { title: say('match.effect.standardError'), align: 'right' },
      { title: say('match.effect.interval', { percent }) },
    ],
    rows,
  );
}

/** Four significant digits; `none` for a number that is not there. What is below 1e-12 is rounding and shown as 0. */
export function shower(language: string, none: string): (value: number | null) => string {
  const format = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
  return (value) => (value === null ? none : format.format(Math.abs(value) < 1e-12 ? 0 : value));
}
