import type { ContextScale } from '../../core/recommend/context-scale.ts';
import type { Place } from '../../core/recommend/experiment-table.ts';
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

/** Farther from all experience than this, in standard deviations, a number is taken for a mistake, such as another unit. */
const implausible = 8;

export function requirePlausible(
  registry: ExperimentRegistry,
  { centre, scale }: Pick<ContextScale, 'centre' | 'scale'>,
  values: readonly (number | null)[],
): void {
  registry.contexts.forEach(({ name, title, unit }, p) => {
    const value = values[p];
    if (value === null || value === undefined) return;
    const outside = unit === '%' && (value < 0 || value > 100);
    if (!outside && Math.abs(value - centre[p]!) <= implausible * scale[p]!) return;
    throw new AppError(
      'invalid-request',
      `${name} is ${value}; expected ${title.toLowerCase()} in ${unit}${outside ? ', from 0 to 100' : `, around ${centre[p]!.toPrecision(3)}`}. Check the number and its unit.`,
      { context: name, received: value, unit },
    );
  });
}
