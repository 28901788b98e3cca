import type { RecommendationRequest } from '../../app/analyses/recommendation.ts';
import type { ResultOf } from '../../app/analyses.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { fileText } from '../file-text.ts';
import { given } from '../given.ts';
import { mixEntries, mixOptions } from '../mix-options.ts';
import { numberPairs } from '../number-pairs.ts';
import { textTable } from '../text-table.ts';

export const recommend: Command = {
  name: 'recommend',
  arguments: [],
  options: {
    context: { type: 'string', placeholder: 'NAME=VALUE,…' },
    neighbourhood: { type: 'string', placeholder: 'CODE' },
    cbs: { type: 'string', placeholder: 'FILE' },
    ...mixOptions,
  },
  example:
    'samenwijs recommend --context mean_income=27.5,built_before_1975_pct=72,owner_occupied_pct=48,gas_before=1400 --goals gas-saving=70,comfort=30 --budget 250',
  async run(context) {
    const { text, list } = context;
    const input = given<RecommendationRequest>({
      context: list('context').length > 0 ? numberPairs('context', list('context')) : null,
      neighbourhood: text('neighbourhood'),
      cbs: await rowOfTable(context),
      ...mixEntries(context),
      seed: context.seed,
    });
    context.checked('recommend', input);
    const service = await context.service();
    const result = (await context.follow(
      await service.recommend(context.actor, input, { waitMs: 0 }),
    )) as ResultOf<'recommendation'>;
    context.terminal.out(context.json ? `${JSON.stringify(result)}\n` : await recommendationText(result, context));
    return result.body.state === 'abstain' ? exitCodes.abstained : exitCodes.ok;
  },
};

/** Of the table of `--cbs`, its header and the rows that mention the code: of a table of the whole country no more need travel. */
async function rowOfTable(context: CommandContext): Promise<string | null> {
  const path = context.text('cbs');
  if (path === null) return null;
  const [header, ...rows] = (await fileText(context, path)).split('\n');
  const code = context.text('neighbourhood');
  const own = code === null ? [] : rows.filter((row) => row.includes(code));
  return [header, ...(own.length > 0 ? own : rows.slice(0, 3))].join('\n');
}

async function recommendationText(result: ResultOf<'recommendation'>, context: CommandContext): Promise<string> {
  const { say, language } = context;
  const { body } = result;
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 3, minimumFractionDigits: 3 });
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  const service = await context.service();
  const { buildingBlocks } = await service.listBuildingBlocks(context.actor, {});
  const shown = (value: number | null) => (value === null ? '–' : format.format(value));
  const documentation = ({ documentation: known }: (typeof body.evidence)[number]['items'][number]) =>
    known === null
      ? ''
      : `; ${say('recommend.documentation', { overlap: shown(known.overlap), difference: shown(known.largestDifference), eValue: shown(known.eValue) })}`;
  const name = (id: string) => buildingBlocks.find((block) => block.id === id)?.name[language] ?? id;
  const lines = [
    say(`recommend.${body.demotedFrom === null ? 'state' : 'demoted'}.${body.state}`),
    ...body.reasons.map((reason) => `- ${say(`recommend.reason.${reason}`)}`),
  ];
  if (body.support.outside.length > 0) lines.push(`- ${say('recommend.outside', { contexts: body.support.outside })}`);
  if (body.mixes.length > 0) {
    lines.push(
      '',
      textTable(
        [
          { title: say('cli.recommend.rank'), align: 'right' },
          { title: say('cli.recommend.mix') },
          { title: say('cli.recommend.cost'), align: 'right' },
          ...body.mixes[0]!.effects.map(({ kpi }) => ({ title: say('cli.recommend.effect', { kpi }) })),
          { title: say('cli.recommend.best'), align: 'right' },
          { title: '' },
        ],
        body.mixes.map((mix) => [
          String(mix.rank),
          mix.blocks.map(name).join(' + '),
          String(mix.cost),
          ...mix.effects.map(
            ({ mean, lower, upper }) => `${format.format(mean)} (${format.format(lower)} – ${format.format(upper)})`,
          ),
          percent.format(mix.probabilityBest),
          mix.marks.map((mark) => say(`recommend.mark.${mark}`)).join(', '),
        ]),
      ).trimEnd(),
    );
  }
  for (const part of body.evidence) {
    lines.push('', say('cli.recommend.evidence', { kpi: part.kpi, count: part.experiments }));
    lines.push(
      textTable(
        [
          { title: say('cli.recommend.share'), align: 'right' },
          { title: say('cli.recommend.where') },
          { title: say('cli.recommend.shared') },
          { title: say('cli.recommend.found') },
        ],
        part.items.map((item) => [
          percent.format(item.share),
          `${item.neighbourhood}, ${item.region}`,
          item.sharedBlocks.map(name).join(' + ') || '–',
          `${format.format(item.effect)} (${say(`recommend.grade.${item.grade}`)}${documentation(item)})${item.contrary ? ` ${say('recommend.contrary')}` : ''}`,
        ]),
      ).trimEnd(),
      say('cli.recommend.rest', { count: part.rest.experiments, share: part.rest.share }),
    );
  }
  if (body.measureFirst.length > 0) {
    lines.push('', say('recommend.measureFirst', { contexts: body.measureFirst.map((entry) => entry.context) }));
  }
  const sizes = (known: typeof body.pilotSizes, basis: 'here' | 'network') =>
    known.map(({ grade, gain, ...size }) =>
      say(`recommend.pilotSize.${basis}`, {
        ...size,
        gain: format.format(gain),
        grade: say(`recommend.grade.${grade}`),
      }),
    );
  if (body.pilotSizes.length > 0 && body.state !== 'advice') lines.push('', ...sizes(body.pilotSizes, 'here'));
  if (body.pilot !== null) {
    const { blocks, removes, sizes: known } = body.pilot;
    const mix = blocks.map(name).join(' + ');
    lines.push('', say('recommend.pilot', { mix, removes }), ...sizes(known, 'network'));
  }
  if (body.mixes.length > 0 && context.actor.role === 'operator')
    lines.push('', say('cli.recommend.accept', { result: result.id }));
  for (const warning of result.warnings) lines.push('', `! ${say(`warning.${warning.code}`, warning.parameters)}`);
  return `${lines.join('\n')}\n`;
}
