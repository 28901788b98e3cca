import type { EvaluationRequest } from '../../app/analyses/evaluation.ts';
import type { ResultOf } from '../../app/analyses.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { leaderboardText } from '../leaderboard-text.ts';

export const evaluate: Command = {
  name: 'evaluate',
  arguments: [],
  options: {
    kpi: { type: 'string', placeholder: 'KPI' },
    'left-out': { type: 'string', placeholder: 'region|neighbourhood' },
    folds: { type: 'string', placeholder: 'N' },
    models: { type: 'string', placeholder: 'NAME,…' },
  },
  example: 'samenwijs evaluate --kpi gas-saving --left-out region --models constant,ridge,sparse-set',
  async run(context) {
    const models = context.list('models');
    const entries = {
      kpi: context.text('kpi'),
      leftOut: context.text('left-out'),
      folds: context.number('folds'),
      kinds: models.length > 0 ? models : null,
      seed: context.seed,
    };
    const input = Object.fromEntries(
      Object.entries(entries).filter(([, value]) => value !== null),
    ) as unknown as EvaluationRequest;
    context.checked('evaluateModels', input);
    const service = await context.service();
    const result = (await context.follow(
      await service.evaluateModels(context.actor, input, { waitMs: 0 }),
    )) as ResultOf<'evaluation'>;
    const { kpi, leaderboard } = result.body;
    context.terminal.out(
      context.json ? `${JSON.stringify(result)}\n` : leaderboardText(kpi, leaderboard, null, context),
    );
    return exitCodes.ok;
  },
};
