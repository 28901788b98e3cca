import type { ResultOf } from '../../app/analyses.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { qcaOptions, qcaRequest } from '../qca-request.ts';
import { qcaText } from '../qca-text.ts';

export const qca: Command = {
  name: 'qca',
  arguments: ['PANEL_OR_FILE'],
  options: qcaOptions,
  example:
    'samenwijs qca datasets/lipset/lipset-crisp.csv --outcome SURV --conditions DEV,URB,LIT,IND,STB --consistency 1',
  async run(context) {
    const input = await qcaRequest(context);
    context.checked('qca', input);
    const service = await context.service();
    const result = await context.follow(await service.qca(context.actor, input, { waitMs: 0 }));
    const file = context.text('report');
    if (file !== null) {
      const report = await service.resultReport(context.actor, { result: result.id, lang: context.language });
      await context.writeFile(file, report.html);
      context.terminal.err(`${context.say('cli.reported', { file })}\n`);
    }
    context.terminal.out(context.json ? `${JSON.stringify(result)}\n` : qcaText(result as ResultOf<'qca'>, context));
    return exitCodes.ok;
  },
};
