import { type PilotSize, pilotSize } from '../core/recommend/pilot-size.ts';
import { newSiteVariance } from '../core/recommend/set-model.ts';
import type { TrainedModel } from '../core/recommend/trained-model.ts';
import { type ExperimentRegistry, withLargeExperiments } from './experiments.ts';
import { minimumGroup } from './minimum-group.ts';

/** The size of a pilot for one goal, and what it takes for granted. */
export interface KpiPilotSize extends PilotSize {
  readonly kpi: string;
  /** the gain that it would show */
  readonly gain: number;
  /** households of the pilot are compared, and vary, as in experiments of this grade; the strongest that has enough */
  readonly grade: string;
  readonly experiments: number;
}

/** Fewer experiments than this do not tell how much households vary. */
const enough = 5;

/** Sizes for the goals in which a gain is expected; none where the registry does not say how many households its experiments had. */
export function pilotSizes(
  gains: readonly { readonly kpi: string; readonly mean: number }[],
  model: TrainedModel,
  registry: ExperimentRegistry,
): readonly KpiPilotSize[] {
  return gains.flatMap(({ kpi, mean: gain }): KpiPilotSize[] => {
    const part = model.kpis.find((one) => one.kpi === kpi);
    const known = precisionOf(registry, kpi);
    if (part === undefined || known === null || !(gain > 0)) return [];
    const { grade, experiments, perHousehold, householdsPerSite } = known;
    const betweenSites = newSiteVariance(part.model);
    const size = pilotSize({ gain, betweenSites, perHousehold, householdsPerSite, fewest: minimumGroup });
    return [{ kpi, gain, ...size, grade, experiments }];
  });
}

/** Of the strongest grade with enough experiments: the median of sampling variance times households, and of households. */
function precisionOf(registry: ExperimentRegistry, kpi: string) {
  const rows = withLargeExperiments(registry).experiments.filter(
    (row) => row.kpi === kpi && Number.isFinite(row.households),
  );
  for (const grade of registry.grades) {
    const own = rows.filter((row) => row.grade === grade);
    if (own.length < enough) continue;
    const sampling = own.map((row) => (row.variance - (row.evidence?.biasVariance ?? 0)) * row.households);
    const households = own.map((row) => row.households);
    return {
      grade,
      experiments: own.length,
      perHousehold: medianOf(sampling),
      householdsPerSite: medianOf(households),
    };
  }
  return null;
}

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
