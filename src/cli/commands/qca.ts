import type { QcaBody, QcaRequest, QcaTable, QcaVariable } from '../../app/analyses/qca.ts';
import type { ResultOf } from '../../app/analyses.ts';
import { AppError } from '../../app/errors.ts';
import { qcaInWords } from '../../messages/qca-in-words.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { textTable } from '../text-table.ts';

export const qca: Command = {
  name: 'qca',
  arguments: ['PANEL_OR_FILE'],
  options: {
    outcome: { type: 'string', placeholder: '[NAME=]VARIABLE,…' },
    configuration: { type: 'string', placeholder: 'EXPRESSION' },
    conditions: { type: 'string', placeholder: '[NAME=]VARIABLE,…' },
    calibrate: { type: 'string', placeholder: 'NAME=T', multiple: true },
    level: { type: 'string', placeholder: 'NAME=VALUE', multiple: true },
    wave: { type: 'string', placeholder: 'WAVE' },
    since: { type: 'string', placeholder: 'NAME=WAVE', multiple: true },
    cases: { type: 'string', placeholder: 'unit|collective' },
    frequency: { type: 'string', placeholder: '1' },
    consistency: { type: 'string', placeholder: '0.8' },
    contradiction: { type: 'string', placeholder: '0.6' },
    pri: { type: 'string', placeholder: '0' },
    solutions: { type: 'string', placeholder: 'KIND,…' },
    expect: { type: 'string', placeholder: 'A,~B' },
    enhanced: { type: 'boolean' },
    impossible: { type: 'string', placeholder: 'EXPRESSION', multiple: true },
    permutations: { type: 'string', placeholder: '1000' },
    models: { type: 'string', placeholder: '100' },
    sample: { type: 'boolean' },
    revision: { type: 'string', placeholder: 'N' },
  },
  example:
    'samenwijs qca datasets/lipset/lipset-crisp.csv --outcome SURV --conditions DEV,URB,LIT,IND,STB --consistency 1',
  async run(context) {
    const input = await requestOf(context);
    context.checked('qca', input);
    const service = await context.service();
    const result = await context.follow(await service.qca(context.actor, input, { waitMs: 0 }));
    context.terminal.out(context.json ? `${JSON.stringify(result)}\n` : qcaText(result as ResultOf<'qca'>, context));
    return exitCodes.ok;
  },
};

async function requestOf(context: CommandContext): Promise<QcaRequest> {
  const { text, number, list } = context;
  const source = context.arguments[0]!;
  const table = /\.(csv|tsv|txt)$/i.test(source) ? await context.readTable(source) : null;
  const outcome = required(text('outcome'), '--outcome VARIABLE');
  const outcomes = split(outcome.replace(/^~/, ''));
  const conditions = split(required(text('conditions'), '--conditions VARIABLE,…'));
  const calibrations = pairs(list('calibrate'), 'calibrate');
  const levels = pairs(list('level'), 'level');
  const earlier = pairs(list('since'), 'since');
  const sets = [...outcomes, ...conditions].map(setOf);
  const names = sets.map(({ name }) => name);
  const unknown = [...calibrations.keys(), ...levels.keys(), ...earlier.keys()].find((key) => !names.includes(key));
  if (unknown !== undefined) {
    throw new AppError('invalid-request', `"${unknown}" is neither the outcome nor a condition.`, {
      variable: unknown,
    });
  }
  const variable = ({
    name,
    variable: key,
  }: ReturnType<typeof setOf>): Pick<QcaVariable, 'variable'> & Partial<QcaVariable> => ({
    variable: key,
    ...(name === key ? {} : { name }),
    ...(calibrations.has(name) ? { calibration: calibrationOf(name, calibrations.get(name)!) } : {}),
    ...(levels.has(name) ? { level: levels.get(name)! } : {}),
    ...(earlier.has(name) ? { since: earlier.get(name)! } : {}),
  });
  const models = number('models');
  const given = Object.entries({
    panel: table === null ? source : null,
    table,
    wave: text('wave'),
    cases: text('cases'),
    revision: number('revision'),
    frequencyCutoff: number('frequency'),
    consistencyCutoff: number('consistency'),
    contradictionCutoff: number('contradiction'),
    priCutoff: number('pri'),
    solutions: text('solutions') === null ? null : split(text('solutions')!),
    directionalExpectations: text('expect') === null ? null : split(text('expect')!),
    enhanced: enhancement(context),
    listing: context.flag('sample') ? 'sample' : null,
    permutations: number('permutations'),
    seed: context.seed,
    limits: models === null ? null : { models },
  }).filter(([, value]) => value !== null);
  return {
    ...(Object.fromEntries(given) as Partial<QcaRequest> & { table?: QcaTable }),
    outcome: {
      ...variable(sets[0]!),
      ...(outcome.startsWith('~') ? { negated: true } : {}),
      ...configurationOf(text('configuration'), sets.slice(1, outcomes.length).map(variable)),
    },
    conditions: sets.slice(outcomes.length).map(variable),
  };
}

/** An outcome of several sets: `--outcome A=x,B=y --configuration 'A*~B'`. */
function configurationOf(expression: string | null, parts: QcaRequest['conditions']): Partial<QcaRequest['outcome']> {
  if (expression === null && parts.length === 0) return {};
  if (expression !== null) return { expression, parts };
  throw new AppError(
    'invalid-request',
    '--outcome names several sets; say with --configuration how they make the outcome.',
    {
      option: 'configuration',
    },
  );
}

/** `--enhanced` leaves out untenable assumptions, `--impossible` what cannot be. */
function enhancement({ flag, list }: CommandContext): NonNullable<QcaRequest['enhanced']> | null {
  const impossible = list('impossible');
  if (!flag('enhanced') && impossible.length === 0) return null;
  return { contradictoryAssumptions: flag('enhanced'), simultaneousSubsets: flag('enhanced'), impossible };
}

/** `SAVED=gas_m3` gives the variable a name to speak of it by; `gas_m3` is its own name. */
function setOf(spec: string): { readonly name: string; readonly variable: string } {
  const at = spec.indexOf('=');
  return at > 0 ? { name: spec.slice(0, at), variable: spec.slice(at + 1) } : { name: spec, variable: spec };
}

function required(value: string | null, option: string): string {
  if (value !== null && value !== '') return value;
  throw new AppError('invalid-request', `The option ${option} is needed.`, { option });
}

const split = (list: string): string[] =>
  list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function pairs(list: readonly string[], option: string): Map<string, string> {
  return new Map(
    list.map((pair) => {
      const at = pair.indexOf('=');
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
      throw new AppError('invalid-request', `--${option} is "${pair}"; expected NAME=VALUE.`, { option, value: pair });
    }),
  );
}

/**
 * `550` one threshold, `550/850` several, `find:2` two to be found, `400:550:900` the anchors of the direct method,
 * `indirect:400/550/900` the thresholds of the indirect one.
 */
function calibrationOf(name: string, rule: string): NonNullable<QcaVariable['calibration']> {
  const [method, argument] = rule.split(/:(.*)/s);
  const count = Number(argument);
  if (method === 'find' && Number.isInteger(count) && count > 0) return { method: 'find-thresholds', count };
  const indirect = method === 'indirect' ? (argument ?? '').split('/').map(Number) : [];
  if (indirect.length > 0 && indirect.every(Number.isFinite)) return { method: 'indirect', thresholds: indirect };
  const anchors = rule.split(':').map(Number);
  const thresholds = rule.split('/').map(Number);
  if (rule.trim() !== '' && thresholds.every(Number.isFinite)) return { method: 'crisp', thresholds };
  const [exclusion, crossover, inclusion] = anchors;
  if (anchors.length === 3 && anchors.every(Number.isFinite)) {
    return {
      method: 'logistic',
      exclusion: exclusion!,
      crossover: crossover!,
      inclusion: inclusion!,
      inclusionDegree: 0.95,
    };
  }
  throw new AppError(
    'invalid-request',
    `--calibrate ${name}=${rule}: expected a threshold (550), thresholds (550/850), thresholds to find (find:2), anchors (400:550:900) or the thresholds of the indirect method (indirect:400/550/900).`,
    {
      variable: name,
      rule,
    },
  );
}

function qcaText(result: ResultOf<'qca'>, context: CommandContext): string {
  const { say, language } = context;
  const { body } = result;
  const parts = [
    say('cli.qca.cases-and-conditions', {
      outcome: body.outcome,
      cases: body.caseCount === null ? say('cli.withheld') : new Intl.NumberFormat(language).format(body.caseCount),
      conditions: body.conditions.length,
    }),
    `${say('qca.truthTable')}\n\n${truthTableText(body, context)}`,
    body.withheldRows > 0 ? say('qca.withheld-rows', { count: body.withheldRows }) : '',
    ...solutionTexts(result, context),
    isWithholdingFit(body) ? say('qca.withheld-fit') : '',
    result.warnings.map((w) => `! ${say(`warning.${w.code}`, w.parameters)}`).join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const decimals = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

/** Numbers of a line, or for each of them that it is withheld. */
const fitCells = (
  { withheld }: Pick<QcaBody['rows'][number], 'withheld'>,
  values: readonly (number | null)[],
  { say }: CommandContext,
): string[] => values.map((value) => (withheld === null ? decimals(value) : say('cli.withheld')));

const isWithholdingFit = ({ rows, solutions }: QcaBody): boolean =>
  [...rows, ...solutions.flatMap(({ terms, models }) => [...terms, ...models])].some((item) => item.withheld !== null);

function truthTableText({ conditions, rows }: QcaBody, context: CommandContext): string {
  const { say } = context;
  return textTable(
    [
      ...conditions.map(({ name }) => ({ title: name, align: 'right' as const })),
      { title: say('qca.output'), align: 'right' },
      { title: 'n', align: 'right' },
      { title: say('qca.consistency'), align: 'right' },
      { title: say('qca.pri'), align: 'right' },
      { title: say('qca.cases') },
    ],
    rows.map((row) => [
      ...row.configuration.map((level, c) => (conditions[c]!.type === 'temporal' && level === 2 ? '-' : String(level))),
      row.output,
      String(row.n),
      ...fitCells(row, [row.consistency, row.pri], context),
      row.cases.join(', '),
    ]),
  ).trimEnd();
}

function solutionTexts({ body, settings: { listing } }: ResultOf<'qca'>, context: CommandContext): string[] {
  const { say, language } = context;
  if (body.withheld !== null) return [say('qca.withheld')];
  if (body.solutions.length === 0) return [say('qca.nothing', { outcome: body.outcome })];
  return body.solutions.map((solution) => {
    const count = say(solution.modelCount === '1' ? 'qca.one-model' : 'qca.models', {
      count: solution.modelCount,
      terms: solution.termsPerModel,
    });
    const shown =
      String(solution.models.length) === solution.modelCount
        ? ''
        : `; ${say(listing === 'sample' ? 'qca.sampled' : 'qca.shown', { shown: solution.models.length })}`;
    const from = solution.derivedFrom === null ? '' : `  ${say('qca.derived', { ...solution.derivedFrom })}\n`;
    const formulas = solution.models.map(({ formula }) => `  ${formula} => ${body.outcome}`).join('\n');
    const isHiding = solution.terms.some((term) => term.withheld !== null);
    const table = textTable(
      [
        { title: say('qca.term') },
        { title: say('qca.consistency'), align: 'right' },
        { title: say('qca.pri'), align: 'right' },
        { title: say('qca.rawCoverage'), align: 'right' },
        { title: say('qca.uniqueCoverage'), align: 'right' },
        { title: say('qca.cases') },
      ],
      [
        ...solution.terms.map((term) => [
          term.text,
          ...fitCells(term, [term.consistency, term.pri, term.rawCoverage], context),
          isHiding ? say('cli.withheld') : decimals(term.uniqueCoverage),
          term.cases.join(', '),
        ]),
        ...solution.models.map((model, m) => [
          solution.models.length === 1 ? say('qca.whole') : say('qca.model', { number: m + 1 }),
          ...fitCells(model, [model.consistency, model.pri, model.coverage], context),
          '',
          '',
        ]),
      ],
    );
    const first = solution.models[0]!;
    const words = qcaInWords(
      language,
      body.outcome,
      first.terms.map((t) => solution.terms[t]!.literals.map(({ text }) => text)),
    );
    const chance = solution.permutationTest;
    const tested =
      chance === null
        ? ''
        : `\n${say('qca.permutation', {
            terms: solution.terms.map(({ text }, t) => `${text} ${chance.adjustedPValues[t]!.toFixed(3)}`),
            share: chance.falsePositiveShare,
          })}`;
    const stable = (solution.cutoffIntervals ?? [])
      .map(({ cutoff, from, to }) =>
        say(
          `qca.interval.${cutoff}`,
          cutoff === 'frequency'
            ? { from: String((from ?? 0) + 1), to: String(to) }
            : { from: decimals(from ?? 0), to: decimals(to) },
        ),
      )
      .join('; ');
    const robust = stable === '' ? '' : `\n${say('qca.stable', { intervals: stable })}`;
    const proof = solution.certificate?.lowerBound ? `\n${say('qca.certificate')}` : '';
    return `${say(`qca.solution.${solution.kind}`)} (${count}${shown})\n\n${from}${formulas}\n\n${table}\n${say('cli.qca.words')}: ${words}${robust}${tested}${proof}`;
  });
}
