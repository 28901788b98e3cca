import type { Warning } from '../../core/errors.ts';
import type { ContextScale } from '../../core/recommend/context-scale.ts';
import type { ExperimentTable, Place } from '../../core/recommend/experiment-table.ts';
import type { TrainedModel } from '../../core/recommend/trained-model.ts';
import { AppError } from '../errors.ts';
import { type ExperimentRegistry, isLargeEnough } from '../experiments.ts';

/** Where somebody asks for advice. */
export interface PlaceQuestion {
  readonly neighbourhood: string | null;
  readonly context: Readonly<Record<string, number | null>>;
  /** what a table that came along says of the neighbourhood; null: none came */
  readonly table: Readonly<Record<string, number>> | null;
}

/** Parameters in the order of the registry; what is not known is missing. */
export function placeOfValues(registry: ExperimentRegistry, values: Readonly<Record<string, number | null>>): Place {
  const known = registry.contexts.map(({ name }) => values[name] ?? null);
  return {
    context: Float64Array.from(known, (value) => value ?? 0),
    missing: Uint8Array.from(known, (value) => (value === null ? 1 : 0)),
  };
}

/** The catalogue must be the one the model learned: else its columns would mean other blocks. */
export function requireSameBlocks(registry: ExperimentRegistry, model: TrainedModel): void {
  const { blocks, contexts } = model.kpis[0]!.table;
  const now = registry.blocks.map(({ id }) => id);
  const names = registry.contexts.map(({ name }) => name);
  if (blocks.join() === now.join() && contexts.join() === names.join()) return;
  throw new AppError(
    'model-incompatible',
    `The model learned the building blocks ${blocks.join(', ')} and contexts ${contexts.join(', ')}; the registry now has ${now.join(', ')} and ${names.join(', ')}. Train it again.`,
  );
}

/** A model that learned an experiment which turned out too small would show it as evidence. */
export function requireLargeExperiments(registry: ExperimentRegistry, model: TrainedModel): void {
  const small = new Set(registry.experiments.filter((row) => !isLargeEnough(row)).map((row) => row.experiment));
  if (!model.kpis.some(({ table }) => table.ids.some((id) => small.has(id)))) return;
  throw new AppError(
    'model-incompatible',
    'The model learned an experiment that the registry now says is of fewer than 10 households. Train it again: such experiments are then left out.',
  );
}

/** Experiments that the model learned and the registry no longer has: they were withdrawn, so they weigh in no answer. */
export function withdrawnFrom(registry: ExperimentRegistry, model: TrainedModel): readonly string[] {
  const present = new Set(registry.experiments.map(({ experiment, kpi }) => `${experiment}\0${kpi}`));
  const gone = model.kpis.flatMap(({ kpi, table }) => table.ids.filter((id) => !present.has(`${id}\0${kpi}`)));
  return [...new Set(gone)];
}

/** The code to look up in a table. @throws invalid-request without one */
export function codeFor({ neighbourhood }: Pick<PlaceQuestion, 'neighbourhood'>): string {
  if (neighbourhood !== null) return neighbourhood;
  throw new AppError(
    'invalid-request',
    'Received a CBS table and no neighbourhood; expected the code to look up in it, such as BU03630000.',
  );
}

/** The parameters of a question: those of a known neighbourhood, of a table that came along, and what was given beside; the last wins. */
export function placeValues(
  registry: ExperimentRegistry,
  { neighbourhood, context, table }: PlaceQuestion,
): Readonly<Record<string, number | null>> {
  const names = registry.contexts.map(({ name }) => name);
  const strangers = Object.keys(context).filter((name) => !names.includes(name));
  if (strangers.length > 0) {
    throw new AppError(
      'invalid-request',
      `There is no parameter ${strangers.map((name) => `"${name}"`).join(', ')}; expected one of ${names.join(', ')}.`,
      { unknown: strangers, known: names },
    );
  }
  if (neighbourhood === null) return context;
  const known = registry.neighbourhoods[neighbourhood];
  if (known || table) return { ...known, ...table, ...context };
  throw new AppError(
    'invalid-request',
    `The neighbourhood "${neighbourhood}" is not in the table of parameters. Give its parameters as context instead: ${names.join(', ')}.`,
    { neighbourhood },
  );
}

/** What the experiments were about: by parameter, the lowest and highest value known, and how they spread. */
export interface SeenContexts extends Pick<ContextScale, 'centre' | 'scale'> {
  readonly lowest: readonly number[];
  readonly highest: readonly number[];
  /** some lie above 0 and not above 1 */
  readonly hasSmall: readonly boolean[];
}

/** @param tables of the goals; each has the parameters in the order of the registry */
export function seenContexts(
  tables: readonly ExperimentTable[],
  { centre, scale }: Pick<ContextScale, 'centre' | 'scale'>,
): SeenContexts {
  const P = centre.length;
  const known = Array.from({ length: P }, (_, p) =>
    tables.flatMap(({ context, contextMissing }) =>
      [...context].filter((_value, at) => at % P === p && contextMissing[at] === 0),
    ),
  );
  return {
    centre,
    scale,
    lowest: known.map((values) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)),
    highest: known.map((values) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),
    hasSmall: known.map((values) => values.some((value) => value > 0 && value <= 1)),
  };
}

/** Farther from all experience than this, in standard deviations, a number is taken for a mistake, such as another unit. */
const implausible = 8;

/**
 * @throws invalid-request for a percentage that is none, a number far from all experience, and a share where percentages were seen or the other way
 * round
 */
export function requirePlausible(
  registry: ExperimentRegistry,
  { centre, scale, lowest, highest, hasSmall }: SeenContexts,
  values: readonly (number | null)[],
): void {
  registry.contexts.forEach(({ name, unit }, p) => {
    const value = values[p];
    if (value === null || value === undefined) return;
    const [least, most] = [lowest[p]!, highest[p]!];
    const isSeen = (number: number) => number >= least && number <= most;
    // 0.72 where 72 is meant, and 48 where .48 is. A percentage of 1 or less is taken as meant only where experiments had some.
    const asPercentage = unit === '%' && value > 0 && value <= 1 && !hasSmall[p] && isSeen(100 * value);
    const asShare = value > 1 && value <= 100 && least >= 0 && most <= 1 && isSeen(value / 100);
    if (asPercentage || asShare) {
      // 100 * 0.57 is 56.99999999999999.
      const other = Number((asShare ? value / 100 : 100 * value).toPrecision(12));
      throw new AppError(
        'invalid-request',
        `${name} is ${value}; expected a number in ${unit}: experiments were done from ${least} to ${most}, where ${other} would lie. A share and a percentage were mistaken for each other; give the number in ${unit}, or leave it out.`,
        { context: name, received: value, unit, lowest: least, highest: most },
      );
    }
    const outside = unit === '%' && (value < 0 || value > 100);
    if (!outside && Math.abs(value - centre[p]!) <= implausible * scale[p]!) return;
    throw new AppError(
      'invalid-request',
      `${name} is ${value}; expected a number in ${unit}${outside ? ', from 0 to 100' : `, around ${centre[p]!.toPrecision(3)}`}. Check the number and its unit.`,
      { context: name, received: value, unit },
    );
  });
}

/** Numbers that no experiment had: they may be right, or in another unit. */
export function outsideSeen(
  registry: ExperimentRegistry,
  { lowest, highest }: SeenContexts,
  values: readonly (number | null)[],
): readonly Warning[] {
  return registry.contexts.flatMap(({ name, unit }, p): Warning[] => {
    const value = values[p] ?? null;
    if (value === null || (value >= lowest[p]! && value <= highest[p]!)) return [];
    const parameters = { context: name, value, lowest: lowest[p]!, highest: highest[p]!, unit };
    return [{ code: 'context-outside-seen', parameters }];
  });
}
