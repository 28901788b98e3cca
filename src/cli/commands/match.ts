import type { MatchingStudyRequest, ShownBalanceSide } from '../../app/analyses/matching-study.ts';
import type { ResultOf } from '../../app/analyses.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { textTable } from '../text-table.ts';
import { designOf, designOptions, terms } from './match-design.ts';
import { furtherText } from './match-further.ts';

export const match: Command = {
  name: 'match',
  arguments: ['PANEL'],
  options: {
    treatment: { type: 'string', placeholder: 'VARIABLE' },
    'treated-level': { type: 'string', placeholder: 'VALUE' },
    outcome: { type: 'string', placeholder: 'VARIABLE' },
    change: { type: 'boolean' },
    covariates: { type: 'string', placeholder: 'TERM,TERM,…' },
    baseline: { type: 'string', placeholder: 'PERIOD' },
    'follow-up': { type: 'string', placeholder: 'PERIOD' },
    after: { type: 'string', placeholder: 'WAVES' },
    lags: { type: 'string', placeholder: 'WAVES' },
    'look-ahead': { type: 'string', placeholder: 'WAVES' },
    'minimum-share': { type: 'string', placeholder: '0.75' },
    estimand: { type: 'string', placeholder: 'ATT|ATC|ATE|ATO|ATM' },
    ...designOptions,
    'sampling-weights': { type: 'string', placeholder: 'VARIABLE' },
    'balance-of': { type: 'string', placeholder: 'covariates|squares|squares-and-products' },
    cluster: { type: 'string', placeholder: 'VARIABLE' },
    'standard-error': {
      type: 'string',
      placeholder:
        'by-design|units|matched-sets|clusters|cluster-means|wild-cluster-bootstrap|bootstrap|abadie-imbens|abadie-imbens-homoskedastic',
    },
    permutations: { type: 'string', placeholder: 'N' },
    'other-outcomes': { type: 'string', placeholder: 'VARIABLE,VARIABLE,…' },
    'later-follow-ups': { type: 'string', placeholder: 'PERIOD,PERIOD,…' },
    preperiod: { type: 'string', placeholder: 'PERIOD' },
    'effects-by': { type: 'string', placeholder: 'VARIABLE' },
    augmented: { type: 'boolean' },
    folds: { type: 'string', placeholder: 'N' },
    confidence: { type: 'string', placeholder: '0.95' },
    revision: { type: 'string', placeholder: 'N' },
    units: { type: 'boolean' },
  },
  example:
    'samenwijs match heat-transition --treatment draught-proofing --outcome gas_m3 --covariates gas_m3,construction_year,insulation,dwelling_type,income_band,household_size --baseline 2023 --follow-up 2025',
  async run(context) {
    const { text, number, flag } = context;
    const given = {
      panel: context.arguments[0],
      treatment: text('treatment'),
      treatedLevel: text('treated-level'),
      outcome: text('outcome'),
      outcomeIs: flag('change') ? 'change' : null,
      covariates: terms(text('covariates')),
      baseline: text('baseline'),
      followUp: text('follow-up'),
      riskSets: riskSetsOf(context),
      minimumShare: number('minimum-share'),
      estimand: text('estimand'),
      design: designOf(context),
      samplingWeights: text('sampling-weights'),
      balanceOf: text('balance-of'),
      cluster: text('cluster'),
      standardError: text('standard-error'),
      permutations: number('permutations'),
      otherOutcomes: terms(text('other-outcomes')),
      laterFollowUps: terms(text('later-follow-ups')),
      preperiod: text('preperiod'),
      effectsBy: text('effects-by'),
      augmented: flag('augmented') || number('folds') !== null ? { folds: number('folds') ?? 0 } : null,
      confidence: number('confidence'),
      revision: number('revision'),
      seed: context.seed,
      includeUnits: flag('units') ? true : null,
    };
    const input = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== null),
    ) as unknown as MatchingStudyRequest;
    context.checked('matchingStudy', input);
    const service = await context.service();
    const result = await context.follow(await service.matchingStudy(context.actor, input, { waitMs: 0 }));
    context.terminal.out(
      context.json ? `${JSON.stringify(result)}\n` : studyText(result as ResultOf<'matching-study'>, context),
    );
    return exitCodes.ok;
  },
};

/** Any of the three asks for risk sets; the contract says which is missing. */
function riskSetsOf({ number }: CommandContext): object | null {
  const given = { after: number('after'), lags: number('lags'), lookAhead: number('look-ahead') };
  const said = Object.entries(given).filter(([, value]) => value !== null);
  return said.length === 0 ? null : Object.fromEntries(said);
}

function studyText(result: ResultOf<'matching-study'>, context: CommandContext): string {
  const { say } = context;
  const { body, settings, attrition, warnings } = result;
  const head = say('match.head', {
    outcome: body.outcome.title ?? body.outcome.name,
    treatment: body.treatment.title ?? body.treatment.name,
    estimand: say(`match.estimand.${body.estimand}`),
  });
  const percent = Math.round(settings.confidence * 100);
  const parts = [
    `${head}\n\n`,
    textTable(
      [{ title: say('match.step') }, { title: 'n', align: 'right' }],
      attrition.map((s) => [say(`attrition.${s.step}`), s.units === null ? say('cli.withheld') : String(s.units)]),
    ),
    '\n',
    groupTable(result, context),
    '\n',
    entryTable(result, context),
    balanceTable(result, context),
    `${say('match.denominator', { group: say(`match.group.${body.denominator}`) })}\n\n`,
    effectTable(result, context, percent),
    `${say(`inference.method.${body.inference.method}`)} ${say(`inference.reason.${body.inference.reason}`)}\n`,
    permutationText(result, context),
    furtherText(result, context, shower(context.language, '–')),
    ...warnings.map((w) => `\n! ${say(`warning.${w.code}`, w.parameters)}\n`),
  ];
  return parts.join('');
}

function permutationText({ body }: ResultOf<'matching-study'>, { say, language }: CommandContext): string {
  if (body.permutation === null) return '';
  const { pValue, draws, isExact, blocks } = body.permutation;
  const shown = { blocks: say(`match.permutation.${blocks}`), draws, pValue: shower(language, '–')(pValue) };
  return `${say(isExact ? 'match.permutation.exact' : 'match.permutation.random', shown)}\n`;
}

function groupTable({ body }: ResultOf<'matching-study'>, { say, language }: CommandContext): string {
  const show = shower(language, say('cli.withheld'));
  const row = (name: 'treated' | 'control'): string[] => {
    const g = body.groups[name];
    return [say(`match.group.${name}`), show(g.all), show(g.discarded), show(g.matched), show(g.effective)];
  };
  return textTable(
    [
      { title: say('match.groups') },
      { title: say('match.all'), align: 'right' },
      { title: say('match.discarded'), align: 'right' },
      { title: say('match.matched'), align: 'right' },
      { title: say('match.effective'), align: 'right' },
    ],
    [row('treated'), row('control')],
  );
}

function entryTable({ body }: ResultOf<'matching-study'>, { say, language }: CommandContext): string {
  if (body.entries === null) return '';
  const show = shower(language, '–');
  const columns = [{ title: say('match.entries') }, { title: say('match.group.treated'), align: 'right' as const }];
  return `${textTable(
    [...columns, { title: say('match.matched'), align: 'right' }],
    body.entries.map((entry) => [entry.wave, show(entry.treated), show(entry.matched)]),
  )}\n`;
}

function balanceTable({ body }: ResultOf<'matching-study'>, { say, language }: CommandContext): string {
  const show = shower(language, '–');
  const cells = (side: ShownBalanceSide): string[] => [
    show(side.meanTreated),
    show(side.meanControl),
    show(side.standardizedMeanDifference),
  ];
  const columns = ['before', 'after'].flatMap((when) =>
    ['treated', 'control', 'difference'].map((what) => ({
      title: `${say(`match.balance.${what}`)} (${say(`match.${when}`)})`,
      align: 'right' as const,
    })),
  );
  return textTable(
    [{ title: say('match.covariate') }, ...columns],
    body.balance.map((row) =>
      row.withheld
        ? [row.variable, say('cli.withheld'), '', '', '', '', '']
        : [row.variable, ...cells(row.before), ...cells(row.after)],
    ),
  );
}

function effectTable({ body }: ResultOf<'matching-study'>, { say, language }: CommandContext, percent: number): string {
  const show = shower(language, '–');
  if (body.withheld !== null) return `${say('match.withheld')}\n`;
  const rows = (['unmatched', 'matched', 'adjusted'] as const).map((kind) => {
    const effect = body.effects[kind];
    if (effect === null) return [say(`match.effect.${kind}`), '–', '–', '–'];
    return [
      say(`match.effect.${kind}`),
      show(effect.estimate),
      show(effect.standardError),
      say('match.interval', { lower: show(effect.lower), upper: show(effect.upper) }),
    ];
  });
  return textTable(
    [
      { title: say('match.effect.title') },
      { title: say('match.effect.estimate'), align: 'right' },
      { title: say('match.effect.standardError'), align: 'right' },
      { title: say('match.effect.interval', { percent }) },
    ],
    rows,
  );
}

/** Four significant digits; `none` for a number that is not there. What is below 1e-12 is rounding and shown as 0. */
function shower(language: string, none: string): (value: number | null) => string {
  const format = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
  return (value) => (value === null ? none : format.format(Math.abs(value) < 1e-12 ? 0 : value));
}
