import type { ShownSpecification } from '../app/analyses/multiverse.ts';
import type { ResultOf } from '../app/analyses.ts';
import { reasonInWords } from '../messages/verdict-in-words.ts';
import type { CommandContext } from './command.ts';
import { shower } from './commands/match-text.ts';
import { textTable } from './text-table.ts';

type Multiverse = ResultOf<'multiverse'>;
type Answered = ShownSpecification & { readonly effect: NonNullable<ShownSpecification['effect']> };

/** How the ways agree, and the specification curve from the lowest estimate to the highest. */
export function multiverseText(result: Multiverse, context: CommandContext): string {
  const { say } = context;
  const { asked, answered, failed, specifications } = result.body;
  return [
    `${say('multiverse.asked', { asked, answered })}\n`,
    ...(failed === 0 ? [] : [`${say('multiverse.failed', { failed })}\n`]),
    curveText(result, context),
    ...(specifications === null ? [`${say('multiverse.withheld')}\n`] : curveTable(specifications, context)),
  ].join('');
}

function curveText({ body }: Multiverse, { say, language }: CommandContext): string {
  if (body.curve === null) return '';
  const show = shower(language, '–');
  const { lowest, median, highest, positive, intervalsWithoutZero } = body.curve;
  return [
    `${say('multiverse.curve', { lowest: show(lowest), median: show(median), highest: show(highest) })}\n`,
    `${say('multiverse.signs', { positive, negative: 1 - positive })}\n`,
    `${say('multiverse.intervals', { share: intervalsWithoutZero })}\n`,
  ].join('');
}

function curveTable(specifications: readonly ShownSpecification[], context: CommandContext): readonly string[] {
  const { say, language } = context;
  const show = shower(language, '–');
  const answered = specifications
    .filter((one): one is Answered => one.effect !== null)
    .sort((a, b) => effectOf(a).estimate - effectOf(b).estimate);
  const columns = ['estimate', 'lower', 'upper', 'largest-difference', 'matched'] as const;
  const table = textTable(
    [
      ...columns.map((name) => ({ title: say(`multiverse.column.${name}`), align: 'right' as const })),
      { title: say('multiverse.column.way') },
    ],
    answered.map((way) => [
      show(effectOf(way).estimate),
      show(effectOf(way).lower),
      show(effectOf(way).upper),
      show(way.effect.largestDifference),
      show(way.effect.groups.treated.matched),
      wayInWords(way, context),
    ]),
  );
  const without = specifications.flatMap(({ against, refusal, ...way }) => {
    const failing = against.filter(({ level }) => level === 'fail');
    const reasons = refusal === null ? failing.map((reason) => reasonInWords(language, reason)) : [refusal.message];
    return reasons.length === 0 ? [] : [`! ${wayInWords(way, context)}: ${reasons.join(' ')}\n`];
  });
  return [`\n${table}`, ...without];
}

/** The effect that the curve is of. */
const effectOf = ({ effect }: Answered) => effect.adjusted ?? effect.matched;

/** What makes a way differ: its design with what was decided in it, and its covariates. */
function wayInWords(
  { design, estimand, covariates }: Pick<ShownSpecification, 'design' | 'estimand' | 'covariates'>,
  { language }: CommandContext,
): string {
  const show = shower(language, '–');
  const caliper = 'calipers' in design ? design.calipers.find(({ on }) => on === 'distance') : undefined;
  return [
    `${design.method} ${estimand}`,
    ...('ratio' in design ? [`1:${design.ratio}`] : []),
    ...('order' in design ? [design.order] : []),
    ...(caliper === undefined ? [] : [`caliper ${show(caliper.width)} ${caliper.unit}`]),
    covariates.join(' + '),
  ].join(', ');
}
