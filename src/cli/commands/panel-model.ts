import type { PanelModelRequest } from '../../app/analyses/panel-model.ts';
import type { ShownCoefficient } from '../../app/analyses/panel-model-body.ts';
import type { ResultOf } from '../../app/analyses.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { given } from '../given.ts';
import { comparePValue, showPValue } from '../show-p-value.ts';
import { type TextColumn, textTable } from '../text-table.ts';

export const panelModel: Command = {
  name: 'panel-model',
  arguments: ['PANEL'],
  options: {
    model: {
      type: 'string',
      placeholder: 'pooled|fixed-effects|first-differences|between|random-effects|difference-in-differences',
    },
    outcome: { type: 'string', placeholder: 'TERM' },
    terms: { type: 'string', placeholder: 'TERM,TERM,…', multiple: true },
    effects: { type: 'string', placeholder: 'two-way|unit' },
    'standard-errors': {
      type: 'string',
      placeholder: 'cluster-unit|cluster-time|two-way-cluster|driscoll-kraay|white|classical',
    },
    cluster: { type: 'string', placeholder: 'VARIABLE' },
    treatment: { type: 'string', placeholder: 'VARIABLE' },
    'treated-level': { type: 'string', placeholder: 'VALUE' },
    'control-group': { type: 'string', placeholder: 'not-yet-treated|never-treated' },
    estimator: { type: 'string', placeholder: 'doubly-robust|regression|inverse-probability' },
    'base-period': { type: 'string', placeholder: 'varying|universal' },
    anticipation: { type: 'string', placeholder: '0' },
    period: { type: 'string', placeholder: 'wave|year' },
    'minimum-share': { type: 'string', placeholder: '0.75' },
    confidence: { type: 'string', placeholder: '0.95' },
    revision: { type: 'string', placeholder: 'N' },
  },
  example:
    'samenwijs panel-model heat-transition --model difference-in-differences --outcome gas_m3 --treatment draught-proofing --period year',
  async run(context) {
    const { text, number, list } = context;
    const entries = {
      panel: context.arguments[0],
      model: text('model'),
      outcome: text('outcome'),
      terms: list('terms').length === 0 ? null : list('terms'),
      effects: text('effects'),
      standardErrors: text('standard-errors'),
      cluster: text('cluster'),
      treatment: text('treatment'),
      treatedLevel: text('treated-level'),
      controlGroup: text('control-group'),
      estimator: text('estimator'),
      basePeriod: text('base-period'),
      anticipation: number('anticipation'),
      period: text('period'),
      minimumShare: number('minimum-share'),
      confidence: number('confidence'),
      revision: number('revision'),
      seed: context.seed,
    };
    const input = given<PanelModelRequest>(entries);
    context.checked('panelModel', input);
    const service = await context.service();
    const result = await context.follow(await service.panelModel(context.actor, input, { waitMs: 0 }));
    context.terminal.out(
      context.json ? `${JSON.stringify(result)}\n` : modelText(result as ResultOf<'panel-model'>, context),
    );
    return exitCodes.ok;
  },
};

function modelText(result: ResultOf<'panel-model'>, context: CommandContext): string {
  const { say } = context;
  const { body, warnings } = result;
  const { name, title, unit } = body.outcome;
  const outcome = `${title ?? name}${unit === null ? '' : ` (${unit})`}`;
  const head = `${say(`panel-model.model.${body.model}`)}: ${outcome}`;
  const facts =
    body.panel.units === null
      ? `${say('panel-model.facts-withheld', { periods: body.panel.periods! })}\n`
      : `${say('panel-model.facts', {
          units: body.panel.units,
          periods: body.panel.periods!,
          rows: body.panel.rows!,
        })}\n`;
  const main =
    body.withheld !== null
      ? `${say('panel-model.withheld')}\n`
      : `${regressionText(result, context)}${differencesText(result, context)}`;
  return `${head}\n${facts}\n${main}${warnings.map((w) => `\n! ${say(`warning.${w.code}`, w.parameters)}\n`).join('')}`;
}

function regressionText({ body, settings }: ResultOf<'panel-model'>, context: CommandContext): string {
  const { regression } = body;
  if (regression === null) return '';
  const { say } = context;
  const show = shower(context);
  const row = (c: ShownCoefficient): string[] =>
    c.withheld !== null
      ? [c.name, say('cli.withheld'), '', '', '']
      : [c.name, show(c.estimate), show(c.standardError), interval(c, context), showPValue(c.pValue, context.language)];
  const table = textTable(
    [
      { title: say('panel-model.term') },
      ...estimateColumns(settings.confidence, context),
      { title: 'p', align: 'right' },
    ],
    regression.coefficients.map(row),
  );
  const { type, clusters } = regression.standardErrors;
  const errors = say('panel-model.errors', {
    type: say(`panel-model.error-type.${type}`),
    clusters: clusters === null ? '–' : clusters.join(' × '),
  });
  const fit = say('panel-model.r-squared', { share: regression.rSquared });
  const { tests } = regression;
  const lines =
    tests === null
      ? ''
      : (['fixedEffects', 'breuschPagan', 'mundlak', 'hausman'] as const)
          .flatMap((name) => {
            const test = tests[name];
            return test === null
              ? []
              : [`${say(`panel-model.test.${name}`, { p: comparePValue(test.pValue, context.language) })}\n`];
          })
          .join('');
  return `${table}${errors}\n${fit}\n${lines === '' ? '' : `\n${lines}`}`;
}

function differencesText({ body, settings }: ResultOf<'panel-model'>, context: CommandContext): string {
  const { differences } = body;
  if (differences === null) return '';
  const { say } = context;
  const show = shower(context);
  type Row = NonNullable<typeof differences.simple>;
  const cells = (average: Row | null): string[] =>
    average === null || average.withheld !== null
      ? [say('cli.withheld'), '', '']
      : [show(average.estimate), show(average.standardError), interval(average, context)];
  const columns = (title: string) => [{ title }, ...estimateColumns(settings.confidence, context)];
  const overall = textTable(columns(say('panel-model.average')), [
    [say('panel-model.simple'), ...cells(differences.simple)],
    [say('panel-model.by-cohort'), ...cells(differences.group.overall)],
    [say('panel-model.by-event-time'), ...cells(differences.dynamic.overall)],
  ]);
  const dynamic = textTable(
    columns(say('panel-model.event-time')),
    differences.dynamic.byEventTime.map((e) => [String(e.eventTime), ...cells(e)]),
  );
  const cohorts = textTable(
    [
      { title: say('panel-model.cohort') },
      { title: 'n', align: 'right' },
      ...estimateColumns(settings.confidence, context),
    ],
    differences.cohorts.map(({ cohort, units }) => {
      const effect = differences.group.byCohort.find((g) => g.cohort === cohort);
      return [
        cohort,
        units === null ? say('cli.withheld') : String(units),
        ...(effect ? cells(effect) : ['–', '', '']),
      ];
    }),
  );
  const { preTest } = differences;
  const test =
    preTest === null
      ? ''
      : `\n${say('panel-model.pre-test', { p: comparePValue(preTest.pValue, context.language) })}\n`;
  return `${overall}\n${dynamic}\n${cohorts}${test}`;
}

function estimateColumns(confidence: number, { say }: CommandContext): readonly TextColumn[] {
  return [
    { title: say('panel-model.estimate'), align: 'right' },
    { title: say('panel-model.standard-error'), align: 'right' },
    { title: say('panel-model.interval', { percent: Math.round(confidence * 100) }) },
  ];
}

function interval(
  row: { readonly lower: number | null; readonly upper: number | null },
  context: CommandContext,
): string {
  const show = shower(context);
  return row.lower === null ? '–' : context.say('match.interval', { lower: show(row.lower), upper: show(row.upper) });
}

/** Four significant digits; a dash for a number that is not there. */
function shower({ language }: CommandContext): (value: number | null) => string {
  const format = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
  return (value) => (value === null ? '–' : format.format(value));
}
