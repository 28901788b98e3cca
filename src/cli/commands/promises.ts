import type { PlanList } from '../../app/learning-loop.ts';
import type { ModelPromises } from '../../app/promises.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { textTable } from '../text-table.ts';

export const promises: Command = {
  name: 'promises',
  arguments: ['[MODEL]'],
  options: { version: { type: 'string', placeholder: 'N' } },
  example: 'samenwijs promises warm-start',
  async run(context) {
    const version = context.number('version');
    const input = { model: context.arguments[0] ?? 'warm-start', ...(version === null ? {} : { version }) };
    const service = await context.service();
    const judged = await service.modelPromises(context.actor, context.checked('modelPromises', input));
    const list = await service.listPlannedExperiments(context.actor, {});
    context.terminal.out(
      context.json ? `${JSON.stringify({ ...judged, ...list })}\n` : promisesText(judged, list, context),
    );
    return exitCodes.ok;
  },
};

function promisesText(judged: ModelPromises, list: PlanList, { say, language }: CommandContext): string {
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 3, minimumFractionDigits: 3 });
  const { accepted, reported, overdue, withdrawn } = judged;
  const lines = [say('cli.promises.count', { accepted, reported, overdue, withdrawn })];
  const plans = list.experiments.filter(({ model }) => model !== null);
  if (plans.length > 0) {
    const columns = ['experiment', 'neighbourhood', 'kpi', 'promised', 'realised'] as const;
    const rows = plans.flatMap((plan) =>
      plan.promises.map(({ kpi, mean, lower, upper }) => {
        const found = plan.outcomes.findLast((outcome) => outcome.kpi === kpi);
        return [
          plan.experiment,
          plan.neighbourhood,
          kpi,
          `${format.format(mean)} (${format.format(lower)} – ${format.format(upper)})`,
          found === undefined ? '–' : format.format(found.effect),
        ];
      }),
    );
    lines.push(
      '',
      textTable(
        columns.map((name) => ({ title: say(`cli.promises.${name}`) })),
        rows,
      ).trimEnd(),
    );
  }
  for (const { kpi, slope, lower, upper, covered, neighbourhoods, broken, ofThisVersion } of judged.kpis) {
    if (slope === null || neighbourhoods === 0) continue;
    lines.push(
      '',
      say('cli.promises.judged', { kpi, slope, lower: lower ?? slope, upper: upper ?? slope, covered, neighbourhoods }),
      ...(ofThisVersion ? [] : [say('cli.promises.together')]),
      ...broken.map((code) => `- ${say(`recommend.broken.${code}`)}`),
    );
  }
  return `${lines.join('\n')}\n`;
}
