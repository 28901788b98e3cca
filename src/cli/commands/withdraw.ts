import type { WithdrawalReason } from '../../app/planned-experiments.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const withdraw: Command = {
  name: 'withdraw',
  arguments: ['EXPERIMENT'],
  options: { reason: { type: 'string', placeholder: 'REASON' } },
  example: 'samenwijs withdraw E001 --reason consent-withdrawn',
  async run(context) {
    const input = { experiment: context.arguments[0]!, reason: (context.text('reason') ?? '') as WithdrawalReason };
    const service = await context.service();
    const report = await service.withdrawExperiment(context.actor, context.checked('withdrawExperiment', input));
    context.terminal.out(
      context.json
        ? `${JSON.stringify(report)}\n`
        : `${context.say('cli.withdraw.done', { experiment: report.experiment, results: report.results })}\n`,
    );
    return exitCodes.ok;
  },
};
