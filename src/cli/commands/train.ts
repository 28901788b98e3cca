import type { TrainingRequest } from '../../app/analyses/training.ts';
import type { ResultOf } from '../../app/analyses.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { given } from '../given.ts';
import { leaderboardText } from '../leaderboard-text.ts';

export const train: Command = {
  name: 'train',
  arguments: [],
  options: {
    name: { type: 'string', placeholder: 'NAME' },
    folds: { type: 'string', placeholder: 'N' },
    candidates: { type: 'string', placeholder: 'NAME,…' },
    backend: { type: 'string', placeholder: 'wasm|node' },
  },
  example: 'samenwijs train --name warm-start --seed 20260101',
  async run(context) {
    const candidates = context.list('candidates');
    const entries = {
      name: context.text('name'),
      folds: context.number('folds'),
      candidates: candidates.length > 0 ? candidates : null,
      backend: context.text('backend'),
      seed: context.seed,
    };
    const input = given<TrainingRequest>(entries);
    context.checked('trainModel', input);
    const service = await context.service();
    const result = (await context.follow(
      await service.trainModel(context.actor, input, { waitMs: 0 }),
    )) as ResultOf<'training'>;
    const { model } = result.body;
    const parts = model.kpis.map((part) => leaderboardText(part.kpi, part.byRegion, part.kind, context));
    const warnings = result.warnings.map((w) => `! ${context.say(`warning.${w.code}`, w.parameters)}\n`);
    const done = context.say('cli.train.done', { name: model.name, version: model.version });
    context.terminal.out(
      context.json ? `${JSON.stringify(result)}\n` : `${[...parts, ...warnings, `${done}\n`].join('\n')}`,
    );
    return exitCodes.ok;
  },
};
