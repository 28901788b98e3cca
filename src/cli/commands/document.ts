import type { DocumentInput } from '../../app/document-experiment.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { given } from '../given.ts';
import { numberPairs } from '../number-pairs.ts';
import { outcomeEntries, outcomeOptions, outcomeText } from '../outcome-options.ts';

export const document: Command = {
  name: 'document',
  arguments: [],
  options: {
    neighbourhood: { type: 'string', placeholder: 'CODE' },
    region: { type: 'string', placeholder: 'NAME' },
    context: { type: 'string', placeholder: 'NAME=VALUE,…' },
    mix: { type: 'string', placeholder: 'BLOCK,…' },
    start: { type: 'string', placeholder: 'YYYY-MM' },
    ...outcomeOptions,
  },
  example:
    'samenwijs document --neighbourhood BU90060209 --mix energy-coach,draught-proofing --kpi gas-saving --effect 0.02 --variance 0.0009 --households 80 --grade matched --from 2024-09 --until 2025-08',
  async run(context) {
    const { text, list, terminal } = context;
    const input = given<DocumentInput>({
      neighbourhood: text('neighbourhood'),
      region: text('region'),
      context: list('context').length > 0 ? numberPairs('context', list('context')) : null,
      blocks: list('mix'),
      start: text('start'),
      ...outcomeEntries(context),
    });
    const service = await context.service();
    const kept = await service.documentExperiment(context.actor, context.checked('documentExperiment', input));
    terminal.out(context.json ? `${JSON.stringify(kept)}\n` : outcomeText(kept.experiment, kept.outcomes[0]!, context));
    return exitCodes.ok;
  },
};
