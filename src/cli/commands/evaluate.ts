import type { EvaluationRequest } from '../../app/analyses/evaluation.ts';
import type { ResultOf } from '../../app/analyses.ts';
import { AppError } from '../../app/errors.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { fileText } from '../file-text.ts';
import { given } from '../given.ts';
import { leaderboardText } from '../leaderboard-text.ts';
import { textTable } from '../text-table.ts';

export const evaluate: Command = {
  name: 'evaluate',
  arguments: [],
  options: {
    experiments: { type: 'string', placeholder: 'FILE' },
    schema: { type: 'string', placeholder: 'FILE' },
    kpi: { type: 'string', placeholder: 'KPI' },
    'left-out': { type: 'string', placeholder: 'region|neighbourhood' },
    folds: { type: 'string', placeholder: 'N' },
    models: { type: 'string', placeholder: 'NAME,…' },
    backend: { type: 'string', placeholder: 'wasm|node' },
  },
  example: 'samenwijs evaluate --kpi gas-saving --left-out region --models constant,ridge,sparse-set',
  async run(context) {
    const models = context.list('models');
    const entries = {
      ...(await givenTable(context)),
      kpi: context.text('kpi'),
      leftOut: context.text('left-out'),
      folds: context.number('folds'),
      kinds: models.length > 0 ? models : null,
      backend: context.text('backend'),
      seed: context.seed,
    };
    const input = given<EvaluationRequest>(entries);
    context.checked('evaluateModels', input);
    const service = await context.service();
    const result = (await context.follow(
      await service.evaluateModels(context.actor, input, { waitMs: 0 }),
    )) as ResultOf<'evaluation'>;
    context.terminal.out(context.json ? `${JSON.stringify(result)}\n` : evaluationText(result, context));
    return exitCodes.ok;
  },
};

/** The files of `--experiments` and `--schema`; without the second, the schema beside the first. */
async function givenTable(context: CommandContext): Promise<Pick<EvaluationRequest, 'experiments' | 'schema'>> {
  const [path, schemaPath] = [context.text('experiments'), context.text('schema')];
  if (path === null) {
    if (schemaPath === null) return {};
    throw new AppError('invalid-request', '--schema says what the columns of --experiments are; give both.');
  }
  const schema = schemaPath === null ? await context.schemaBeside(path) : await jsonOf(context, schemaPath);
  if (schema !== null) return { experiments: await fileText(context, path), schema };
  throw new AppError(
    'invalid-request',
    `There is no datapackage.json beside ${path} that describes it; say what its columns are with --schema FILE.`,
  );
}

async function jsonOf(context: CommandContext, path: string): Promise<unknown> {
  try {
    return JSON.parse(await fileText(context, path));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('invalid-request', `The schema ${path} is not JSON: ${(cause as Error).message}.`);
  }
}

function evaluationText({ body, warnings }: ResultOf<'evaluation'>, context: CommandContext): string {
  const { say } = context;
  const { kpi, leaderboard, verdict, controls } = body;
  const lines = [leaderboardText(kpi, leaderboard, verdict?.kind ?? null, context).trimEnd()];
  if (controls !== null) {
    const { permutedMixes, permutedOutcomes, permutedContexts } = controls;
    lines.push(
      '',
      say('cli.evaluate.control.mixes', { asGood: permutedMixes.asGood, tables: permutedMixes.tables }),
      say('cli.evaluate.control.outcomes', permutedOutcomes),
      ...(permutedContexts === null ? [] : [say('cli.evaluate.control.contexts', permutedContexts)]),
    );
  }
  if (verdict !== null) lines.push('', ...verdictLines(body, verdict, context));
  for (const warning of warnings) lines.push('', `! ${say(`warning.${warning.code}`, warning.parameters)}`);
  return `${lines.join('\n')}\n`;
}

type Body = ResultOf<'evaluation'>['body'];

function contextsLine(
  { kind, personal, contextGain }: NonNullable<Body['verdict']>,
  controls: Body['controls'],
  say: CommandContext['say'],
): string {
  if (contextGain === null) return say(`cli.evaluate.verdict.${kind === 'constant' ? 'pooled' : 'not-compared'}`);
  const { share, lower, groups } = contextGain;
  const facts = { share, lower: lower ?? 0, groups, tables: controls?.permutedContexts?.tables ?? 0 };
  return say(`cli.evaluate.verdict.${personal ? 'personal' : 'not-shown'}`, facts);
}

function verdictLines(
  { leaderboard, controls }: Body,
  verdict: NonNullable<Body['verdict']>,
  { say, language }: CommandContext,
): readonly string[] {
  const personal = contextsLine(verdict, controls, say);
  if (!verdict.separated) {
    const facts = {
      rows: leaderboard.rows,
      groups: leaderboard.groups,
      pairs: verdict.together.map((pair) => pair.join(' + ')),
      asGood: controls!.permutedMixes.asGood,
      tables: controls!.permutedMixes.tables,
      coverage: leaderboard.models.find(({ model }) => model === verdict.kind)!.intervalCoverage ?? 0,
    };
    return [
      say('cli.evaluate.verdict.not-separated'),
      ...verdict.reasons.map((reason) => `- ${say(`cli.evaluate.verdict.reason.${reason}`, facts)}`),
      '',
      personal,
    ];
  }
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 3, minimumFractionDigits: 3 });
  const table = textTable(
    [
      { title: say('cli.evaluate.verdict.rank'), align: 'right' },
      { title: say('cli.evaluate.verdict.block') },
      { title: say('cli.evaluate.verdict.effect') },
      { title: say('cli.evaluate.verdict.experiments'), align: 'right' },
    ],
    verdict.blocks.map(({ rank, block, mean, lower, upper, experiments }) => [
      String(rank),
      block,
      `${number.format(mean)} (${number.format(lower)} – ${number.format(upper)})`,
      String(experiments),
    ]),
  );
  return [say('cli.evaluate.verdict.separated', { kind: verdict.kind }), '', table.trimEnd(), '', personal];
}
