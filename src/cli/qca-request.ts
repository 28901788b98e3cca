import type { QcaRequest, QcaTable, QcaVariable } from '../app/analyses/qca-settings.ts';
import { AppError } from '../app/errors.ts';
import type { CommandContext, OptionSpec } from './command.ts';

/** The options of `samenwijs qca`. */
export const qcaOptions: Readonly<Record<string, OptionSpec>> = {
  outcome: { type: 'string', placeholder: '[NAME=]VARIABLE,…' },
  configuration: { type: 'string', placeholder: 'EXPRESSION' },
  conditions: { type: 'string', placeholder: '[NAME=]VARIABLE,…' },
  calibrate: { type: 'string', placeholder: 'NAME=T', multiple: true },
  level: { type: 'string', placeholder: 'NAME=VALUE', multiple: true },
  wave: { type: 'string', placeholder: 'WAVE' },
  since: { type: 'string', placeholder: 'NAME=WAVE', multiple: true },
  cases: { type: 'string', placeholder: 'unit|unit-wave|collective' },
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
  necessity: { type: 'string', placeholder: '0.9' },
  theory: { type: 'string', placeholder: 'EXPRESSION' },
  clusters: { type: 'string', placeholder: 'wave|COLUMN[,UNIT]' },
  alternative: { type: 'string', placeholder: 'CUTOFF=V/V', multiple: true },
  remote: { type: 'string', placeholder: 'NAME,…' },
  'remote-consistency': { type: 'string', placeholder: '0.7' },
  chain: { type: 'string', placeholder: 'truth-table|coincidence' },
  order: { type: 'string', placeholder: 'A,B/C/Y' },
  strict: { type: 'boolean' },
  subsets: { type: 'boolean' },
  irredundant: { type: 'boolean' },
  anchors: { type: 'boolean' },
  report: { type: 'string', placeholder: 'FILE' },
  revision: { type: 'string', placeholder: 'N' },
};

/** The request that the options of `samenwijs qca` describe. @throws invalid-request */
export async function qcaRequest(context: CommandContext): Promise<QcaRequest> {
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
    irredundant: context.flag('irredundant') ? true : null,
    anchorIntervals: context.flag('anchors') ? true : null,
    ...furtherOf(context),
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

/** What is asked for beside the solutions. */
function furtherOf({ text, number, list, flag }: CommandContext): Record<string, unknown> {
  const necessity = number('necessity');
  const clusters = text('clusters');
  const remote = text('remote');
  const chain = text('chain');
  const order = text('order');
  return {
    necessity: necessity === null ? null : { consistencyCutoff: necessity },
    theory: text('theory'),
    clusters: clusters === null ? null : clustersOf(clusters),
    robustness: alternativesOf(pairs(list('alternative'), 'alternative')),
    twoStep:
      remote === null
        ? null
        : {
            remote: split(remote),
            ...(number('remote-consistency') === null ? {} : { consistencyCutoff: number('remote-consistency') }),
          },
    chain:
      chain === null
        ? null
        : {
            method: chain,
            ...(order === null ? {} : { ordering: order.split('/').map(split) }),
            ...(flag('strict') ? { strict: true } : {}),
            ...(number('consistency') === null ? {} : { consistencyCutoff: number('consistency') }),
          },
    subsets: flag('subsets')
      ? {
          ...(number('consistency') === null ? {} : { consistencyCutoff: number('consistency') }),
          ...(number('pri') === null ? {} : { priCutoff: number('pri') }),
        }
      : null,
  };
}

/** `wave`, or a column that names the cluster and, after a comma, one that names the unit. */
function clustersOf(words: string): { cluster: string | null; unit: string | null } {
  const [cluster, unit] = split(words);
  return { cluster: cluster === undefined || cluster === 'wave' ? null : cluster, unit: unit ?? null };
}

/** `consistency=0.75/0.85` tries two other cutoffs. */
function alternativesOf(alternatives: ReadonlyMap<string, string>): Record<string, readonly number[]> | null {
  if (alternatives.size === 0) return null;
  return Object.fromEntries(
    [...alternatives].map(([cutoff, values]) => {
      if (cutoff !== 'consistency' && cutoff !== 'pri' && cutoff !== 'frequency') {
        throw new AppError(
          'invalid-request',
          `--alternative is "${cutoff}=${values}"; expected consistency, pri or frequency, such as consistency=0.75/0.85.`,
          { option: 'alternative', value: cutoff },
        );
      }
      return [`${cutoff}Cutoffs`, values.split('/').map(Number)];
    }),
  );
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
