import type { AcceptInput } from '../../app/learning-loop.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { given } from '../given.ts';
import { textTable } from '../text-table.ts';

export const accept: Command = {
  name: 'accept',
  arguments: ['RESULT'],
  options: {
    start: { type: 'string', placeholder: 'YYYY-MM' },
    months: { type: 'string', placeholder: 'N' },
    mix: { type: 'string', placeholder: 'N' },
    neighbourhood: { type: 'string', placeholder: 'CODE' },
    region: { type: 'string', placeholder: 'NAME' },
  },
  example: 'samenwijs accept res_3f9aQ2 --mix 1 --neighbourhood BU90060209 --start 2026-09',
  async run(context) {
    const { terminal, say, text, number } = context;
    const entries = {
      recommendation: context.arguments[0]!,
      mix: number('mix'),
      neighbourhood: text('neighbourhood'),
      region: text('region'),
      start: text('start') ?? '',
      months: number('months'),
    };
    const input = given<AcceptInput>(entries);
    const service = await context.service();
    const plan = await service.acceptRecommendation(context.actor, context.checked('acceptRecommendation', input));
    if (context.json) terminal.out(`${JSON.stringify(plan)}\n`);
    else {
      const format = new Intl.NumberFormat(context.language, { maximumFractionDigits: 3, minimumFractionDigits: 3 });
      terminal.out(
        `${say('cli.accept.done', { experiment: plan.experiment, mix: plan.blocks, neighbourhood: plan.neighbourhood, start: plan.start })}\n`,
      );
      terminal.out(
        textTable(
          [{ title: 'KPI' }, { title: say('cli.accept.promised') }],
          plan.promises.map(({ kpi, mean, lower, upper }) => [
            kpi,
            `${format.format(mean)} (${format.format(lower)} – ${format.format(upper)})`,
          ]),
        ),
      );
    }
    return exitCodes.ok;
  },
};
