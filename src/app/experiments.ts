import type { Warning } from '../core/errors.ts';
import type { ExperimentTable } from '../core/recommend/experiment-table.ts';
import type { BlockRules } from '../core/recommend/feasible-mixes.ts';
import { AppError } from './errors.ts';
import type { ExperimentEvidence } from './experiment-evidence.ts';
import { minimumGroup } from './minimum-group.ts';

/** A building block as people read about it. */
export interface BuildingBlock {
  readonly id: string;
  readonly name: { readonly en: string; readonly nl: string };
  readonly description: { readonly en: string; readonly nl: string };
  /** euro */
  readonly costPerHousehold: number;
  readonly prerequisites: readonly string[];
  readonly excludes: readonly string[];
}

/** A parameter of a neighbourhood that the experiments were described by. */
export interface ContextParameter {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
}

/** One experiment and one KPI; failures are experiments like any other. */
export interface Experiment {
  readonly experiment: string;
  readonly kpi: string;
  readonly neighbourhood: string;
  readonly region: string;
  readonly start: string;
  readonly grade: string;
  /** more is better */
  readonly effect: number;
  readonly variance: number;
  /** Infinity in a given table that does not state it */
  readonly households: number;
  readonly blocks: readonly string[];
  /** how much of each block in the mix, above 0 to 1; absent: each in full */
  readonly doses?: Readonly<Record<string, number>>;
  /** null: not known */
  readonly context: Readonly<Record<string, number | null>>;
  /** the comparison behind it; absent where nothing is kept of that */
  readonly evidence?: ExperimentEvidence;
}

/** A table of experiments from outside the registry, and the Table Schema that says what its columns are. */
export interface GivenTable {
  readonly csv: string;
  readonly schema: unknown;
}

/** What was read from it, and what it left open and how that was filled in. */
export interface GivenExperiments {
  readonly registry: ExperimentRegistry;
  readonly warnings: readonly Warning[];
}

/** The parameters of one place, read from a table that came along; what it does not say is not known. */
export interface GivenPlace {
  /** sha256 of the table */
  readonly digest: string;
  readonly context: Readonly<Record<string, number>>;
}

/** All documented experiments, the catalogue of blocks, and the parameters of known neighbourhoods. */
export interface ExperimentRegistry {
  /** sha256 of the files it was read from */
  readonly digest: string;
  readonly blocks: readonly BuildingBlock[];
  readonly contexts: readonly ContextParameter[];
  /** from strongest to weakest; estimates of the first are taken as unbiased */
  readonly grades: readonly string[];
  /** in the order of experiment (UTF-8), then KPI */
  readonly experiments: readonly Experiment[];
  readonly neighbourhoods: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  /** region of each known neighbourhood */
  readonly regionOf: Readonly<Record<string, string>>;
}

/** Experiments as the list shows them. */
export interface ExperimentList {
  readonly digest: string;
  readonly contexts: readonly ContextParameter[];
  /** how many there are for whoever asks; `experiments` holds the first of them */
  readonly total: number;
  readonly experiments: readonly Experiment[];
}

/**
 * Experiments are aggregates over households. One of fewer than the minimum group is about people who can be told apart: the
 * operator alone sees it, and nothing that others see is computed from it.
 */
export const isLargeEnough = ({ households }: Pick<Experiment, 'households'>): boolean => households >= minimumGroup;

/** The registry as models and comparisons read it, whose answers are for everybody. */
export const withLargeExperiments = (registry: ExperimentRegistry): ExperimentRegistry => ({
  ...registry,
  experiments: registry.experiments.filter(isLargeEnough),
});

const byText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort(byText);

/** KPIs that experiments measured, most measured first. */
export function kpisOf(registry: ExperimentRegistry): readonly string[] {
  const counts = new Map<string, number>();
  for (const { kpi } of registry.experiments) counts.set(kpi, (counts.get(kpi) ?? 0) + 1);
  return [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || byText(a, b));
}

/**
 * The experiments of one KPI as columns, in canonical order whatever the order of the registry.
 *
 * @throws unknown-variable for a KPI that no experiment measured
 */
export function experimentTable(registry: ExperimentRegistry, kpi: string): ExperimentTable {
  const rows = registry.experiments.filter((row) => row.kpi === kpi).sort((a, b) => byText(a.experiment, b.experiment));
  if (rows.length === 0) {
    const known = kpisOf(registry);
    throw new AppError(
      'invalid-request',
      known.length === 0
        ? 'There are no experiments. Add experiments to the registry first.'
        : `No experiment measured "${kpi}"; expected one of ${known.join(', ')}.`,
      { kpi, known },
    );
  }
  const blocks = registry.blocks.map(({ id }) => id);
  const contexts = registry.contexts.map(({ name }) => name);
  const sites = distinct(rows.map((row) => row.neighbourhood));
  const regions = distinct(rows.map((row) => row.region));
  const numberOf = (list: readonly string[]) => {
    const index = new Map(list.map((value, i) => [value, i]));
    return (value: string) => index.get(value)!;
  };
  const [site, region, grade] = [numberOf(sites), numberOf(regions), numberOf(registry.grades)];
  const known = rows.flatMap((row) => contexts.map((name) => row.context[name] ?? null));
  return {
    outcome: 'effect',
    ids: rows.map((row) => row.experiment),
    effect: Float64Array.from(rows, (row) => row.effect),
    variance: Float64Array.from(rows, (row) => row.variance),
    blocks,
    mix: Uint8Array.from(rows.flatMap((row) => blocks.map((block) => (row.blocks.includes(block) ? 1 : 0)))),
    ...(rows.some((row) => row.doses)
      ? { dose: Float64Array.from(rows.flatMap((row) => blocks.map((block) => doseOf(row, block)))) }
      : {}),
    contexts,
    context: Float64Array.from(known, (value) => value ?? 0),
    contextMissing: Uint8Array.from(known, (value) => (value === null ? 1 : 0)),
    grades: registry.grades,
    grade: Uint8Array.from(rows, (row) => grade(row.grade)),
    sites,
    site: Uint32Array.from(rows, (row) => site(row.neighbourhood)),
    regions,
    region: Uint32Array.from(rows, (row) => region(row.region)),
  };
}

const doseOf = (row: Experiment, block: string): number =>
  row.doses ? (row.doses[block] ?? 0) : row.blocks.includes(block) ? 1 : 0;

/** The catalogue as the choice of a mix needs it. */
export function blockRules(registry: ExperimentRegistry): readonly BlockRules[] {
  return registry.blocks.map(({ id, costPerHousehold, prerequisites, excludes }) => ({
    id,
    cost: costPerHousehold,
    prerequisites,
    excludes,
  }));
}
