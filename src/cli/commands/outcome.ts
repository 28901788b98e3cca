import type { OutcomeInput } from '../../app/learning-loop.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { given } from '../given.ts';
import { outcomeEntries, outcomeOptions, outcomeText } from '../outcome-options.ts';

export const outcome: Command = {
  name: 'outcome',
  arguments: ['EXPERIMENT'],
  options: { ...outcomeOptions, correction: { type: 'string', placeholder: 'REASON' } },
  example:
    'samenwijs outcome exp_7bXk1 --kpi gas-saving --effect 0.11 --variance 0.0009 --households 80 --grade matched --from 2026-09 --until 2027-08',
  async run(context) {
    const input = given<OutcomeInput>({
      experiment: context.arguments[0]!,
      ...outcomeEntries(context),
      correction: context.text('correction'),
    });
    const service = await context.service();
    const recorded = await service.recordOutcome(context.actor, context.checked('recordOutcome', input));
    context.terminal.out(
      context.json ? `${JSON.stringify(recorded)}\n` : outcomeText(recorded.experiment, recorded, context),
    );
    return exitCodes.ok;
  },
};
