import type { InsightsCell, InsightsRequest } from '../../app/analyses/insights.ts';
import type { ResultOf } from '../../app/analyses.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { given } from '../given.ts';
import { textTable } from '../text-table.ts';

export const insights: Command = {
  name: 'insights',
  arguments: ['PANEL'],
  options: {
    kpi: { type: 'string', placeholder: 'VARIABLE' },
    by: { type: 'string', placeholder: 'VARIABLE' },
    collective: { type: 'string', placeholder: 'NAME' },
    period: { type: 'string', placeholder: 'wave|year' },
    revision: { type: 'string', placeholder: 'N' },
    confidence: { type: 'string', placeholder: '0.95' },
    'minimum-share': { type: 'string', placeholder: '0.75' },
    goal: { type: 'string', placeholder: 'VALUE' },
    baseline: { type: 'string', placeholder: 'PERIOD' },
  },
  example: 'samenwijs insights heat-transition --kpi gas_m3 --by insulation --period year --role visitor',
  async run(context) {
    const { text, number } = context;
    const goal = number('goal');
    const input = given<InsightsRequest>({
      panel: context.arguments[0],
      kpi: text('kpi'),
      by: text('by'),
      collective: text('collective'),
      period: text('period'),
      revision: number('revision'),
      confidence: number('confidence'),
      minimumShare: number('minimum-share'),
      goal:
        goal === null ? null : { value: goal, ...(text('baseline') === null ? {} : { baseline: text('baseline') }) },
    });
    context.checked('insights', input);
    const service = await context.service();
    const result = await context.follow(await service.insights(context.actor, input, { waitMs: 0 }));
    context.terminal.out(
      context.json ? `${JSON.stringify(result)}\n` : insightsText(result as ResultOf<'insights'>, context),
    );
    return exitCodes.ok;
  },
};

function insightsText(result: ResultOf<'insights'>, context: CommandContext): string {
  const { say, language } = context;
  const { kpi, by, periods, progress } = result.body;
  const format = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
  const row = (period: string, label: string, cell: InsightsCell): string[] =>
    cell.withheld === null
      ? [
          period,
          label,
          String(cell.n),
          cell.mean === null ? '–' : format.format(cell.mean),
          cell.lower === null
            ? '–'
            : say('cli.insights.interval', { lower: format.format(cell.lower), upper: format.format(cell.upper!) }),
        ]
      : [period, label, say('cli.withheld'), say(`insights.withheld.${cell.withheld}`), ''];
  const rows = periods.flatMap((p) => [
    ...p.groups.map((cell) => row(p.period, cell.group ?? say('insights.others'), cell)),
    ...(p.withoutGroup && p.withoutGroup.n !== 0 ? [row(p.period, say('insights.unknown'), p.withoutGroup)] : []),
    row(p.period, say('insights.total'), p.total),
  ]);
  const head = `${kpi.title ?? kpi.name}${kpi.unit ? ` (${kpi.unit})` : ''}`;
  const table = textTable(
    [
      { title: say('cli.insights.period') },
      { title: by?.title ?? by?.name ?? '' },
      { title: 'n', align: 'right' },
      { title: say('cli.insights.mean'), align: 'right' },
      { title: say('cli.insights.between', { percent: Math.round(result.settings.confidence * 100) }) },
    ],
    rows,
  );
  const goal =
    progress === null
      ? ''
      : `\n${
          progress.share === null
            ? say('insights.progress.unknown')
            : say('insights.progress.share', {
                share: progress.share,
                from: progress.baselinePeriod,
                goal: progress.goal,
              })
        }\n`;
  const warnings = result.warnings.map((w) => `\n! ${say(`warning.${w.code}`, w.parameters)}\n`).join('');
  return `${head}\n\n${table}${goal}${warnings}`;
}
