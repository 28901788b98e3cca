import { fitContextScale } from '../core/recommend/context-scale.ts';
import { placeValues, requirePlausible, seenContexts } from './analyses/recommendation-inputs.ts';
import { AppError } from './errors.ts';
import { type ExperimentRegistry, experimentTable } from './experiments.ts';
import type { FoundInput } from './find-outcome.ts';
import type { PlannedExperiment } from './planned-experiments.ts';

/** An experiment that nobody recommended, with what was found of one KPI; `outcome` adds the others. */
export interface DocumentInput extends FoundInput {
  /** code; experiments of one neighbourhood are left out together wherever a model is judged */
  readonly neighbourhood: string;
  /** that of the table of neighbourhoods when left out */
  readonly region?: string;
  /** parameters, beside or instead of those of the table of neighbourhoods */
  readonly context?: Readonly<Record<string, number | null>>;
  readonly blocks: readonly string[];
  /** month in which it began; that of the outcome when left out */
  readonly start?: string;
}

type DocumentedExperiment = Omit<PlannedExperiment, 'experiment' | 'acceptedAt'>;

/**
 * Place, mix and time of an experiment that nobody recommended.
 *
 * @throws invalid-request for blocks, a place or parameters that are not known or cannot be
 */
export function documentedExperiment(input: DocumentInput, registry: ExperimentRegistry): DocumentedExperiment {
  const { neighbourhood, context = {}, from, until, start = from } = input;
  const isGiven = Object.values(context).some((value) => value !== null);
  const table = isGiven ? {} : null;
  const values = placeValues(registry, { neighbourhood, context, table });
  const known = registry.contexts.map(({ name }) => values[name] ?? null);
  const evidence = experimentTable(registry, input.kpi);
  requirePlausible(registry, seenContexts([evidence], fitContextScale(evidence)), known);
  return {
    recommendation: null,
    model: null,
    state: null,
    neighbourhood,
    region: regionOf(neighbourhood, input.region, registry),
    context: Object.fromEntries(registry.contexts.map(({ name }, p) => [name, known[p]!])),
    blocks: knownBlocks(input.blocks, registry),
    promises: [],
    start,
    months: monthOf(until) - monthOf(start) + 1,
  };
}

/** @throws invalid-request where nothing says in which region a neighbourhood lies */
export function regionOf(neighbourhood: string, given: string | undefined, registry: ExperimentRegistry): string {
  const region = given ?? registry.regionOf[neighbourhood];
  if (region !== undefined) return region;
  throw new AppError(
    'invalid-request',
    `The region of the neighbourhood "${neighbourhood}" is not known; expected it beside the code.`,
    { neighbourhood },
  );
}

/**
 * Counted twice, an experiment would seem twice as sure.
 *
 * @throws version-conflict for an experiment with the same place, mix and start as one that is planned or documented
 */
export function requireNew(
  { neighbourhood, blocks, start }: DocumentedExperiment,
  plans: readonly PlannedExperiment[],
  registry: ExperimentRegistry,
): void {
  const mix = [...blocks].sort().join();
  const same = [...plans, ...registry.experiments].find(
    (one) => one.neighbourhood === neighbourhood && one.start === start && [...one.blocks].sort().join() === mix,
  );
  if (same === undefined) return;
  throw new AppError(
    'version-conflict',
    `Experiment "${same.experiment}" tried this mix in "${neighbourhood}" from ${start} on. Add what was found to that one, as its outcome.`,
    { experiment: same.experiment, neighbourhood, start },
  );
}

function knownBlocks(given: readonly string[], registry: ExperimentRegistry): readonly string[] {
  const known = registry.blocks.map(({ id }) => id);
  const strangers = given.filter((block) => !known.includes(block));
  if (strangers.length === 0) return known.filter((block) => given.includes(block));
  throw new AppError(
    'invalid-request',
    `There is no building block ${strangers.map((block) => `"${block}"`).join(', ')}; expected some of ${known.join(', ')}.`,
    { unknown: strangers, known },
  );
}

/** Months since the year 0. */
function monthOf(text: string): number {
  const [year, month] = text.split('-').map(Number) as [number, number];
  return year * 12 + month;
}
