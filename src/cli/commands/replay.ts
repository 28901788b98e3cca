import type { ResultOf } from '../../app/analyses.ts';
import type { StudyCapsule } from '../../app/study-capsule.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { replayText } from '../replay-text.ts';
import { readJson } from '../study-request.ts';

export const replay: Command = {
  name: 'replay',
  arguments: ['FILE'],
  options: {},
  example: 'samenwijs replay capsule.json',
  async run(context) {
    const { actor, terminal, json } = context;
    const [path] = context.arguments as [string];
    const capsule = context.checked('replay', (await readJson(context, path)) as StudyCapsule);
    const service = await context.service();
    const result = (await context.follow(await service.replay(actor, capsule, { waitMs: 0 }))) as ResultOf<'replay'>;
    terminal.out(json ? `${JSON.stringify(result)}\n` : replayText(result, context));
    return result.body.verdict === 'same' ? exitCodes.ok : exitCodes.notTheSame;
  },
};
