import type { NextExperimentsRequest } from '../../app/analyses/next-experiments.ts';
import type { ResultOf } from '../../app/analyses.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { given } from '../given.ts';
import { mixEntries, mixOptions } from '../mix-options.ts';
import { textTable } from '../text-table.ts';

export const nextExperiments: Command = {
  name: 'next-experiments',
  arguments: [],
  options: {
    neighbourhoods: { type: 'string', placeholder: 'CODE,…' },
    targets: { type: 'string', placeholder: 'CODE,…' },
    ...mixOptions,
  },
  example: 'samenwijs next-experiments --goals gas-saving=1 --neighbourhoods BU90010100,BU90010201 --count 2',
  async run(context) {
    const codes = (name: string) => (context.list(name).length > 0 ? context.list(name) : null);
    const input = given<NextExperimentsRequest>({
      ...mixEntries(context),
      neighbourhoods: codes('neighbourhoods'),
      targets: codes('targets'),
    });
    context.checked('nextExperiments', input);
    const service = await context.service();
    const result = (await context.follow(
      await service.nextExperiments(context.actor, input, { waitMs: 0 }),
    )) as ResultOf<'next-experiments'>;
    context.terminal.out(context.json ? `${JSON.stringify(result)}\n` : await asText(result, context));
    return exitCodes.ok;
  },
};

async function asText({ body, warnings }: ResultOf<'next-experiments'>, context: CommandContext): Promise<string> {
  const { say, language } = context;
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  const { buildingBlocks } = await (await context.service()).listBuildingBlocks(context.actor, {});
  const name = (id: string) => buildingBlocks.find((block) => block.id === id)?.name[language] ?? id;
  const lines = [
    say('cli.next-experiments.lead', { targets: body.targets, considered: body.considered }),
    '',
    textTable(
      [
        { title: say('cli.next-experiments.where') },
        { title: say('cli.recommend.mix') },
        { title: say('cli.recommend.cost'), align: 'right' },
        { title: say('cli.next-experiments.removes'), align: 'right' },
      ],
      body.experiments.map(({ neighbourhood, region, blocks, cost, removes }) => [
        region === null ? neighbourhood : `${neighbourhood}, ${region}`,
        blocks.map(name).join(' + '),
        String(cost),
        percent.format(removes),
      ]),
    ).trimEnd(),
    ...warnings.flatMap((warning) => ['', `! ${say(`warning.${warning.code}`, warning.parameters)}`]),
  ];
  return `${lines.join('\n')}\n`;
}
