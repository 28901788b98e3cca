import { withholdInTables } from '../../core/disclosure/withhold-in-tables.ts';
import type { WithheldReason } from '../../core/disclosure/withhold-small-groups.ts';
import type { Warning } from '../../core/errors.ts';
import { referenceValues } from '../../core/insights/reference-values.ts';
import type { StratumCell } from '../../core/insights/stratify.ts';
import { unitsApart } from '../../core/insights/units-apart.ts';
import { yearlyValues } from '../../core/insights/yearly-values.ts';
import { asCoded } from '../../core/panel/as-coded.ts';
import type { PanelColumns } from '../../core/panel/columns.ts';
import { valueStatus } from '../../core/panel/columns.ts';
import { isAboutPeople } from '../about-people.ts';
import type { Actor } from '../actor.ts';
import { AppError } from '../errors.ts';
import { loadColumns } from '../load-columns.ts';
import { minimumGroup } from '../minimum-group.ts';
import type { PanelDescription } from '../panels.ts';
import type { AnalysisContext } from '../ports.ts';
import type { AttritionStep, Draft } from '../results.ts';
import { wholeYears, yearOf } from '../whole-years.ts';

export interface InsightsSettings {
  readonly panel: string;
  /** null: the newest */
  readonly revision: number | null;
  readonly kpi: string;
  /** a coded attribute to stratify by; null: the total only */
  readonly by: string | null;
  /** keep only this collective; needs a panel with a collective column */
  readonly collective: string | null;
  /** `wave`: each wave by itself; `year`: the mean over a unit's waves of a calendar year */
  readonly period: 'wave' | 'year';
  /** with `year`: share of the year's waves a unit must have */
  readonly minimumShare: number;
  readonly confidence: number;
  readonly goal: InsightsGoal | null;
}

/** What a caller must say; the rest has the defaults below. */
export type InsightsRequest = Pick<InsightsSettings, 'panel' | 'kpi'> &
  Partial<Omit<InsightsSettings, 'goal'>> & {
    readonly goal?: { readonly value: number; readonly baseline?: string | null } | null;
  };

const defaults = {
  revision: null,
  by: null,
  collective: null,
  period: 'wave',
  minimumShare: 0.75,
  confidence: 0.95,
} as const;

/** Where the collective wants its mean to be; progress is counted from the baseline period. */
export interface InsightsGoal {
  readonly value: number;
  /** label of the baseline period; null: the first */
  readonly baseline: string | null;
}

/** A cell as it is shown: `withheld` says why its numbers are null. */
export interface InsightsCell {
  readonly group: string | null;
  readonly n: number | null;
  readonly mean: number | null;
  readonly standardDeviation: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly withheld: WithheldReason;
}

export interface InsightsPeriod {
  readonly period: string;
  readonly groups: readonly InsightsCell[];
  /** units whose attribute is not known; null without `by` */
  readonly withoutGroup: InsightsCell | null;
  readonly total: InsightsCell;
  /** see `unitsApart`: for each way, a count per group and, last, for the units without one; empty where it is not shown */
  readonly apart: readonly (readonly number[])[];
}

export interface InsightsProgress {
  readonly goal: number;
  readonly baselinePeriod: string;
  readonly baseline: number | null;
  readonly latestPeriod: string;
  readonly latest: number | null;
  /** (latest - baseline) / (goal - baseline): 1 is reached, below 0 is further away; null where withheld or undefined */
  readonly share: number | null;
}

export interface InsightsBody {
  readonly kpi: {
    readonly name: string;
    readonly title: string | null;
    readonly unit: string | null;
    readonly direction: string;
  };
  readonly by: { readonly name: string; readonly title: string | null } | null;
  /** true where the units are people's: small groups are then withheld from everybody but the operator */
  readonly protected: boolean;
  readonly periods: readonly InsightsPeriod[];
  readonly progress: InsightsProgress | null;
}

/** Stratified KPI insights: a KPI by period and by one attribute, with interval and group size, and progress to a goal. */
export const insights = {
  settings(request: InsightsRequest): InsightsSettings {
    const goal = request.goal ? { value: request.goal.value, baseline: request.goal.baseline ?? null } : null;
    return { ...defaults, ...request, goal };
  },

  async run(settings: InsightsSettings, context: AnalysisContext): Promise<Draft<InsightsSettings, InsightsBody>> {
    const { panels, compute } = context.ports;
    const description = await panels.describe(settings.panel, settings.revision);
    const wanted = [settings.kpi];
    if (settings.by !== null) wanted.push(settings.by);
    if (settings.collective !== null) wanted.push(collectiveColumn(description, settings.collective));
    const loaded = await loadColumns(panels, description, wanted, 'insights');
    const { data } = loaded;
    context.progress(0.3, 'reading');

    const kpi = data.columns[settings.kpi]!;
    if (kpi.type !== 'number') {
      throw new AppError(
        'invalid-request',
        `The KPI "${settings.kpi}" is coded, not a number; expected a numeric variable. Use it as \`by\` instead.`,
        { variable: settings.kpi },
      );
    }
    const by = settings.by === null ? null : asCoded(data.columns[settings.by]!, settings.by);
    const inside = settings.collective === null ? null : membersOf(settings.collective, description, data);

    const observed: Uint8Array = new Uint8Array(data.rows);
    let inScope = 0;
    let withValue = 0;
    for (let i = 0; i < data.rows; i++) {
      if (inside !== null && inside[i] === 0) continue;
      inScope++;
      if (kpi.status[i] !== valueStatus.observed) continue;
      observed[i] = 1;
      withValue++;
    }
    const attrition: AttritionStep[] = [
      ...loaded.attrition,
      { step: 'rows-of-panel', units: data.rows },
      { step: 'rows-in-scope', units: inScope },
      { step: 'rows-with-kpi', units: withValue },
    ];
    const warnings: Warning[] = [];

    const groupIndex = by ? by.codes : new Int32Array(data.rows).fill(-1);
    let labels: readonly string[] = data.waves;
    let rows = { waveIndex: data.waveIndex, groupIndex, values: kpi.values, observed };
    if (settings.period === 'year') {
      const { years, partial } = wholeYears(data.waves);
      if (partial.length > 0) warnings.push({ code: 'partial-calendar-years', parameters: { years: partial } });
      const inWholeYear = data.waves.map((wave) => years.includes(yearOf(wave)));
      for (let i = 0; i < data.rows; i++) if (!inWholeYear[data.waveIndex[i]!]) observed[i] = 0;
      const yearly = yearlyValues({
        units: data.unitIds.length,
        unitIndex: data.unitIndex,
        waveIndex: data.waveIndex,
        yearOfWave: Uint32Array.from(data.waves, (wave) => Math.max(0, years.indexOf(yearOf(wave)))),
        years: years.length,
        values: kpi.values,
        observed,
        groupIndex,
        minimumShare: settings.minimumShare,
      });
      labels = years;
      rows = {
        waveIndex: yearly.yearIndex,
        groupIndex: yearly.groupIndex,
        values: yearly.values,
        observed: yearly.observed,
      };
      attrition.push({ step: 'unit-years-complete', units: yearly.values.length });
      if (yearly.leftOut > 0) warnings.push({ code: 'incomplete-years', parameters: { count: yearly.leftOut } });
    }
    const levels = by?.levels ?? [];
    const apart = unitsApart({
      waves: labels.length,
      groups: levels.length,
      references: referenceValues(
        kpi.values,
        kpi.status.map((s) => (s === valueStatus.observed ? 1 : 0)),
      ),
      ...rows,
    });
    const table = await compute.run(
      'insights',
      { waves: labels.length, groups: levels.length, confidence: settings.confidence, ...rows },
      context,
    );

    const periods = labels
      .map(
        (period, w): InsightsPeriod => ({
          period,
          groups: levels.map((level, g) => shownCell(level, table.cells[w]![g]!)),
          withoutGroup: by ? shownCell(null, table.withoutGroup[w]!) : null,
          total: shownCell(null, table.totals[w]!),
          apart: apart[w]!,
        }),
      )
      .filter((period) => period.total.n! > 0);
    if (periods.length === 0) warnings.push({ code: 'no-values', parameters: { variable: settings.kpi } });
    const named = (name: string) => description.description.find((v) => v.name === name)!;
    const { name, title, unit, direction } = named(settings.kpi);
    return {
      class: 'release',
      settings,
      seed: 0,
      sources: [loaded.source],
      attrition,
      warnings,
      body: {
        kpi: { name, title, unit, direction },
        by: settings.by === null ? null : { name: settings.by, title: named(settings.by).title },
        protected: isAboutPeople(description.unitKind),
        periods,
        progress: progress(settings.goal, periods),
      },
    };
  },

  release(body: InsightsBody, actor: Actor): InsightsBody {
    if (actor.role === 'operator' || !body.protected) return body;
    const periods = poolNamesOfFew(body.periods, body.periods.map(withholdInPeriod));
    const p = body.progress;
    if (p === null) return { ...body, periods };
    const isWithheld = (label: string) => periods.some((q) => q.period === label && q.total.withheld !== null);
    const hidden = isWithheld(p.baselinePeriod) || isWithheld(p.latestPeriod);
    return { ...body, periods, progress: hidden ? { ...p, baseline: null, latest: null, share: null } : p };
  },
};

const shownCell = (group: string | null, cell: StratumCell): InsightsCell => ({ group, ...cell, withheld: null });

/**
 * A group is withheld where it is small, and where few units tell themselves apart in its mean; each of these counts is a table
 * with a total of its own, so that none is found by subtraction.
 */
function withholdInPeriod(period: InsightsPeriod): InsightsPeriod {
  const parts = period.withoutGroup ? [...period.groups, period.withoutGroup] : [period.total];
  const verdict = withholdInTables([parts.map((cell) => cell.n!), ...period.apart], minimumGroup);
  const gate = (cell: InsightsCell, reason: WithheldReason): InsightsCell =>
    reason === null
      ? cell
      : { group: cell.group, n: null, mean: null, standardDeviation: null, lower: null, upper: null, withheld: reason };
  return {
    period: period.period,
    groups: period.groups.map((cell, g) => gate(cell, verdict.groups[g]!)),
    withoutGroup: period.withoutGroup && gate(period.withoutGroup, verdict.groups[period.groups.length]!),
    total: gate(period.total, verdict.total),
    apart: [],
  };
}

/**
 * The name of a level that few hold says where they are: it is kept only where the level has the minimum group in some period.
 * The others stand together in one cell without a name.
 */
function poolNamesOfFew(
  before: readonly InsightsPeriod[],
  after: readonly InsightsPeriod[],
): readonly InsightsPeriod[] {
  const isKnown = (before[0]?.groups ?? []).map((_, g) => before.some((p) => p.groups[g]!.n! >= minimumGroup));
  if (isKnown.every((known) => known)) return after;
  const pooled: InsightsCell = {
    group: null,
    n: null,
    mean: null,
    standardDeviation: null,
    lower: null,
    upper: null,
    withheld: 'small-group',
  };
  return after.map((period) => ({ ...period, groups: [...period.groups.filter((_, g) => isKnown[g]), pooled] }));
}

function progress(goal: InsightsGoal | null, periods: readonly InsightsPeriod[]): InsightsProgress | null {
  if (goal === null || periods.length === 0) return null;
  const latest = periods[periods.length - 1]!;
  const baseline = goal.baseline === null ? periods[0] : periods.find((p) => p.period === goal.baseline);
  if (!baseline) {
    throw new AppError(
      'invalid-request',
      `The goal's baseline "${goal.baseline}" is not a period with values; expected one of ${periods.map((p) => p.period).join(', ')}.`,
      { baseline: goal.baseline },
    );
  }
  const distance = goal.value - baseline.total.mean!;
  return {
    goal: goal.value,
    baselinePeriod: baseline.period,
    baseline: baseline.total.mean,
    latestPeriod: latest.period,
    latest: latest.total.mean,
    share: distance === 0 ? null : (latest.total.mean! - baseline.total.mean!) / distance,
  };
}

function collectiveColumn(description: PanelDescription, collective: string): string {
  if (description.collectiveColumn !== null) return description.collectiveColumn;
  throw new AppError(
    'invalid-request',
    `Panel "${description.panel}" has no collective column, so it cannot be narrowed to "${collective}". Leave out \`collective\`, or ingest the panel again and name the column.`,
    { panel: description.panel, collective },
  );
}

/** 1 for the rows of the collective, 0 elsewhere. */
function membersOf(collective: string, description: PanelDescription, data: PanelColumns): Uint8Array<ArrayBuffer> {
  const name = collectiveColumn(description, collective);
  const { levels, codes } = asCoded(data.columns[name]!, name);
  const code = levels.indexOf(collective);
  if (code < 0) {
    const members = levels.map((_, l) => new Set(data.unitIndex.filter((__, row) => codes[row] === l)).size);
    const least = isAboutPeople(description.unitKind) ? minimumGroup : 1;
    const known = levels.filter((_, l) => members[l]! >= least);
    throw new AppError(
      'invalid-request',
      `Panel "${description.panel}" has no collective "${collective}"; it has ${known.slice(0, 5).join(', ')}${levels.length > 5 ? ', …' : ''}.`,
      { collective },
    );
  }
  return Uint8Array.from(codes, (c) => (c === code ? 1 : 0));
}
