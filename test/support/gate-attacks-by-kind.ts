import type { ShownCell } from '../../src/app/analyses/panel-model-body.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import type { PanelDescription, PanelTotals } from '../../src/app/panels.ts';
import { type Identity, type Quantity, solve, subtract } from './gate-attack.ts';
import type { GatePanel } from './gate-panel.ts';

const isFew = (n: number): boolean => n > 0 && n < 10;
const q = (name: string, truth: number, isShown: boolean): Quantity => ({ name, truth, isShown });

/** Observed values of a variable by row; null where there is none, or none of the wave. */
function valuesOf({ panel }: GatePanel, variable: string, wave: number | null = null): (number | null)[] {
  const column = panel.columns[variable]!;
  return panel.unitIndex.map((_, r) =>
    column.type === 'number' && column.status[r] === 0 && (wave === null || panel.waveIndex[r] === wave)
      ? column.values[r]!
      : null,
  );
}

/** Both of two values; else 0 and what more than half hold. Written down again, to judge `referenceValues`. */
function references(values: readonly (number | null)[]): number[] {
  const seen = values.filter((v) => v !== null);
  const distinct = [...new Set(seen)];
  if (distinct.length === 2) return distinct;
  const usual = distinct.filter((v) => v !== 0 && seen.filter((x) => x === v).length * 2 > seen.length);
  return [0, ...usual];
}

const unitsWhere = ({ panel }: GatePanel, holds: (row: number) => boolean): number =>
  new Set(panel.unitIndex.filter((_, r) => holds(r))).size;

export function attackDescription(own: PanelDescription, shown: PanelDescription, world: GatePanel): string[] {
  const found = shown.description.flatMap((variable): string[] => {
    if (world.panel.columns[variable.name]!.type !== 'number') return [];
    const values = valuesOf(world, variable.name);
    const apart = references(values).map((v) => unitsWhere(world, (r) => values[r] !== null && values[r] !== v));
    const isSmall = isFew(own.units!) || apart.some(isFew);
    const figures = ['mean', 'sum', 'standardDeviation', 'distinct', 'minimum', 'maximum'] as const;
    return isSmall
      ? figures.filter((name) => variable[name] !== null).map((name) => `${name} of ${variable.name} is of a few`)
      : [];
  });
  const identities = own.description.map(({ name, counts }, v): Identity => {
    const seen = shown.description[v]!.counts;
    return {
      total: q(`rows ${name}`, own.rows!, shown.rows !== null),
      parts: (['observed', 'absent', 'suppressed', 'notApplicable'] as const).map((status) =>
        q(`${status} ${name}`, counts[status]!, seen[status] !== null),
      ),
    };
  });
  return [...found, ...subtract(identities)];
}

/** With the sum over all waves, where the description shows it. */
export function attackTotals(
  own: PanelTotals,
  shown: PanelTotals,
  description: PanelDescription,
  world: GatePanel,
): string[] {
  return own.waves[0]!.totals.flatMap(({ variable }, v) => {
    const all = valuesOf(world, variable);
    const ways = [
      (x: number | null) => x !== null,
      ...references(all).map((r) => (x: number | null) => x !== null && x !== r),
    ];
    const { counts: ofAll, sum } = description.description.find(({ name }) => name === variable)!;
    return subtract(
      ways.map((counts, way) => {
        const parts = own.waves.map(({ wave }, w) =>
          q(
            `${variable} ${way} ${wave}`,
            valuesOf(world, variable, w).filter(counts).length,
            shown.waves[w]!.totals[v]!.sum !== null,
          ),
        );
        return {
          total: q(
            `${variable} ${way}`,
            parts.reduce((all, p) => all + p.truth, 0),
            way === 0 ? ofAll.observed !== null : sum !== null,
          ),
          parts,
        };
      }),
    );
  });
}

type Insights = ResultOf<'insights'>;

export function attackInsights({ body }: Insights, shown: Insights, world: GatePanel): string[] {
  const { progress } = shown.body;
  const isYear = shown.settings.period === 'year';
  const identities = body.periods.flatMap((period, p): Identity[] => {
    const seen = shown.body.periods[p]!;
    const isToldByProgress =
      (progress?.baselinePeriod === period.period && progress.baseline !== null) ||
      (progress?.latestPeriod === period.period && progress.latest !== null);
    const groups = period.groups.map((cell) => ({
      cell,
      isShown: seen.groups.some((c) => c.group === cell.group && c.mean !== null),
    }));
    const lost = period.withoutGroup && { cell: period.withoutGroup, isShown: seen.withoutGroup!.mean !== null };
    const cells = lost === null ? groups : [...groups, lost];
    const isTotalShown = seen.total.mean !== null || isToldByProgress;
    if (body.by === null) cells.splice(0, cells.length, { cell: period.total, isShown: isTotalShown });
    const tables = [
      cells.map(({ cell }) => cell.n!),
      ...(isYear ? period.apart : apartByHand(body, period.period, world, shown)),
    ];
    return tables.map((counts, way) => {
      const parts = cells.map(({ cell, isShown }, g) =>
        q(`${period.period} ${way} ${cell.group}`, counts[g]!, isShown),
      );
      return {
        total: q(
          `${period.period} ${way}`,
          counts.reduce((a, b) => a + b, 0),
          isTotalShown,
        ),
        parts,
      };
    });
  });
  return subtract(identities);
}

/** For each reference value, who holds another one: per group and, last, without group. */
function apartByHand(body: Insights['body'], period: string, world: GatePanel, { settings }: Insights): number[][] {
  const { panel } = world;
  const wave = panel.waves.indexOf(period);
  const all = valuesOf(world, body.kpi.name);
  const town = panel.columns.town!;
  const isIn = (r: number) =>
    settings.collective === null || (town.type === 'coded' && town.levels[town.codes[r]!] === settings.collective);
  const by = settings.by === null ? null : panel.columns[settings.by]!;
  const groups = body.periods[0]!.groups.map((cell) => cell.group);
  const groupOf = (r: number): number => {
    if (by === null || by.status[r] !== 0) return groups.length;
    return groups.indexOf(by.type === 'coded' ? by.levels[by.codes[r]!]! : String(by.values[r]!));
  };
  return references(all).map((value) => {
    const counts = new Array<number>(groups.length + 1).fill(0);
    all.forEach((x, r) => {
      if (x !== null && x !== value && panel.waveIndex[r] === wave && isIn(r)) counts[groupOf(r)]!++;
    });
    return counts;
  });
}

type Study = ResultOf<'matching-study'>;
/** Whether a name holds a variable that few hold at a wave (all waves for null), or a level of few. */
function isOfRare(name: string, world: GatePanel, wave: number | null): boolean {
  const isHeld = (rare: string) => {
    const values = valuesOf(world, rare, wave);
    const apart = references(valuesOf(world, rare)).map((value) =>
      unitsWhere(world, (r) => values[r] !== null && values[r] !== value),
    );
    return apart.some(isFew);
  };
  const parts = name.split(/[:=()^+ ]/);
  const holders = Object.keys(world.rare).filter((rare) => parts.includes(rare));
  return world.rareLevels.some((level) => parts.includes(level)) || holders.some(isHeld);
}

export function attackStudy(own: Study, shown: Study, world: GatePanel): string[] {
  const { found, identities } = judgeStudyAnswer(own, shown, world);
  return [...found, ...subtract(identities)];
}

/** What a study gives away as it is, and how its numbers hang together. */
function judgeStudyAnswer(own: Study, shown: Study, world: GatePanel): { found: string[]; identities: Identity[] } {
  // That all of a group are as most are, 0 or 5, tells of no few.
  const isTold = (side: Study['body']['balance'][number]['before']) =>
    [side.meanTreated, side.meanControl].some((mean) => mean !== null && mean !== 0 && mean !== 5);
  const rows = shown.body.balance.flatMap((row) =>
    isOfRare(row.variable, world, 0) && (isTold(row.before) || isTold(row.after))
      ? [`balance of ${row.variable} rests on a few`]
      : [],
  );
  const effects = Object.entries(shown.body.effects).flatMap(([name, effect]) =>
    effect !== null && effect.estimate !== 0 && shown.body.outcome.name in world.rare
      ? [`the ${name} effect on ${shown.body.outcome.name} rests on a few`]
      : [],
  );
  const further = shown.body.further.effects.flatMap(({ variable, matched, adjusted }) =>
    variable in world.rare && [matched, adjusted].some((effect) => effect !== null && effect.estimate !== 0)
      ? [`an effect on ${variable} rests on a few`]
      : [],
  );
  const benchmark = shown.body.further.sensitivity.robustness?.benchmark ?? null;
  const ofBenchmark =
    benchmark !== null && isOfRare(shown.settings.covariates[benchmark.term]!, world, 0)
      ? ['what a covariate of few explains']
      : [];
  const steps = own.attrition.map(({ step, units }, i) => q(step, units!, shown.attrition[i]!.units !== null));
  const flow = steps.slice(1).map(
    (next, i): Identity => ({
      total: steps[i]!,
      parts: [next, q(`left out before ${next.name}`, steps[i]!.truth - next.truth, false)],
    }),
  );
  const groups = (['treated', 'control'] as const).map((group) => {
    const [mine, theirs] = [own.body.groups[group], shown.body.groups[group]];
    const of = (name: 'all' | 'matched' | 'discarded') => q(`${name} ${group}`, mine[name]!, theirs[name] !== null);
    return { group, all: of('all'), matched: of('matched'), discarded: of('discarded') };
  });
  // In risk sets a unit stands in the groups before the matching once for every wave: they are no count of units.
  const inRiskSets = own.body.entries !== null;
  const isBeforeTold = shown.body.balance.some(({ before }) => Object.values(before).some((value) => value !== null));
  const ofWaves =
    inRiskSets && (isBeforeTold || shown.body.overlap !== null || shown.body.effects.unmatched !== null)
      ? ['what is not judged: the groups before the matching of risk sets']
      : [];
  const inGroups = groups.flatMap(({ group, all, matched, discarded }): Identity[] => [
    { total: all, parts: [matched, q(`unmatched ${group}`, all.truth - matched.truth, false)] },
    { total: all, parts: [discarded, q(`kept ${group}`, all.truth - discarded.truth, false)] },
    ...(inRiskSets ? [] : binsOf(own, shown, group, all)),
    ...weightsOf(own, shown, group, matched),
    ...levelsOf(own, shown, group, all, matched),
    ...effectLevelsOf(own, shown, group, matched),
  ]);
  const named = (name: string) => steps.find((step) => step.name === name)!;
  const joined: Identity[] = [
    ...(inRiskSets ? [] : equipoiseOf(own, shown, groups)),
    ...(inRiskSets
      ? entriesOf(own, shown, groups[0]!)
      : [
          { total: steps[steps.indexOf(named('matched')) - 1]!, parts: groups.map((g) => g.all) },
          { total: named('matched'), parts: groups.map((g) => g.matched) },
        ]),
  ];
  // Pairs: half of the matched are of each group.
  const isHalf = groups[0]!.matched.truth === groups[1]!.matched.truth && named('matched').isShown;
  const halves = isHalf && groups[0]!.matched.truth < 10 ? ['the matched are pairs of a few'] : [];
  const smaller = Math.min(...groups.map((g) => g.all.truth));
  const isExact = shown.body.overlap?.coefficient === own.body.overlap?.coefficient;
  const apart = Math.round((1 - (own.body.overlap?.coefficient ?? 1)) * smaller);
  const overlap = isExact && isFew(apart) ? ['the overlap counts a few'] : [];
  return {
    found: [...rows, ...effects, ...further, ...ofWaves, ...ofBenchmark, ...halves, ...overlap],
    identities: [...flow, ...joined, ...inGroups],
  };
}

type Design = ResultOf<'study-design'>;
/** A design as a study that says nothing of its outcome. */
const asStudy = (design: Design): Study =>
  ({
    ...design,
    body: {
      ...design.body,
      effects: { unmatched: null, matched: null, adjusted: null },
      further: { effects: [], byLevel: null, sensitivity: { robustness: null } },
    },
    settings: { covariates: design.settings.covariates },
  }) as unknown as Study;

export function attackStudyDesign(own: Design, shown: Design, world: GatePanel): string[] {
  const isRare = shown.body.outcome.name in world.rare && shown.body.detectable !== null;
  const power = isRare && shown.body.detectable!.effect !== 0 ? ['the spread of an outcome of a few'] : [];
  return [...power, ...attackStudy(asStudy(own), asStudy(shown), world)];
}

type Multiverse = ResultOf<'multiverse'>;

/** Two ways may differ by one household: no estimate is shown with all its digits, and none of samples of few. */
export function attackMultiverse({ body: own }: Multiverse, { body: shown }: Multiverse): string[] {
  const ways = own.specifications!.flatMap(({ effect }) => (effect === null ? [] : [effect]));
  const single = shown.specifications === null ? [] : [`${shown.specifications.length} ways are shown`];
  if (shown.curve === null) return single;
  const small = ways.flatMap(({ groups, outcomeSupport }) =>
    [groups.treated.matched!, groups.control.matched!, outcomeSupport ?? 10]
      .filter(isFew)
      .map((n) => `the curve is also of ${n} households`),
  );
  const { lowest, median, highest } = shown.curve;
  const exact = [lowest, median, highest]
    .filter((value) => ways.some(({ matched }) => matched.estimate === value && value !== 0))
    .map((value) => `a way has the estimate ${value}`);
  return [...single, ...small, ...exact];
}

type Sealed = ResultOf<'study'>;
const studyOf = (sealed: Sealed): Study =>
  ({
    ...sealed,
    body: sealed.body.study,
    settings: { covariates: sealed.settings.protocol.covariates },
  }) as unknown as Study;

/** Who was lost between design and estimate, plain, in the groups, in the steps and in the verdict. */
export function attackSealedStudy(own: Sealed, shown: Sealed, world: GatePanel): string[] {
  const { found, identities } = judgeStudyAnswer(studyOf(own), studyOf(shown), world);
  const told = (measure: string) => shown.body.verdict.reasons.find((reason) => reason.measure === measure)!.value;
  const groups = (['treated', 'control'] as const).map((group) => {
    const { matched, unknown, alone } = own.body.lost![group];
    const isLossShown = shown.body.lost !== null;
    const left = own.body.remaining[group];
    const seen = shown.body.remaining[group];
    const ofDesign = shown.body.study.groups[group];
    const all = own.body.study.groups[group].all!;
    return {
      all: q(`all ${group}`, all, ofDesign.all !== null),
      matched: q(`matched ${group}`, matched, ofDesign.matched !== null),
      unknown: q(`lost ${group}`, unknown, isLossShown),
      alone: q(`alone ${group}`, alone, isLossShown),
      known: q(`known ${group}`, left.all!, seen.all !== null),
      left: q(`left ${group}`, left.matched!, seen.matched !== null),
      gone: q(`not known ${group}`, all - left.all!, false),
      unused: q(`known and unmatched ${group}`, left.all! - left.matched!, false),
    };
  });
  const [treated, control] = groups as [(typeof groups)[number], (typeof groups)[number]];
  const last = own.attrition.length - 1;
  const step = q('lost-to-follow-up', own.attrition[last]!.units!, shown.attrition[last]!.units !== null);
  const lostOfBoth = q('lost of both', treated.unknown.truth + control.unknown.truth, told('attrition') !== null);
  const leftOut = q('left out', treated.all.truth - treated.matched.truth, told('left-out') !== null);
  const controls = q('controls in the verdict', control.left.truth, told('concurrent-controls') !== null);
  const exposed = Math.round((told('exposed-controls') ?? 0) * control.left.truth);
  const few = isFew(exposed) || isFew(control.left.truth - exposed);
  return [
    ...found,
    ...(few && told('exposed-controls') !== null ? ['a few controls live among the treated, or do not'] : []),
    ...subtract([
      ...identities,
      ...groups.flatMap(({ all, matched, unknown, alone, known, left, gone, unused }): Identity[] => [
        { total: matched, parts: [unknown, alone, left] },
        { total: all, parts: [known, gone] },
        { total: known, parts: [left, unused] },
      ]),
      { total: step, parts: [treated.left, control.left] },
      { total: lostOfBoth, parts: [treated.unknown, control.unknown] },
      { total: treated.all, parts: [treated.matched, leftOut] },
      { total: controls, parts: [control.left] },
    ]),
  ];
}

/** The waves of entry make the treated, all and matched. */
function entriesOf(
  own: Study,
  shown: Study,
  { all, matched }: { readonly all: Quantity; readonly matched: Quantity },
): Identity[] {
  const isShown = shown.body.entries !== null;
  const parts = own.body.entries!.map((e, w) => ({
    all: q(`enter at ${w}`, e.treated, isShown),
    matched: q(`matched at ${w}`, e.matched, isShown),
  }));
  return [
    { total: all, parts: parts.map((part) => part.all) },
    { total: matched, parts: parts.map((part) => part.matched) },
    ...parts.map(
      (part, w): Identity => ({
        total: part.all,
        parts: [part.matched, q(`unmatched at ${w}`, part.all.truth - part.matched.truth, false)],
      }),
    ),
  ];
}

/** Levels of which effects are shown, with their sizes, make the matched. */
function effectLevelsOf(own: Study, shown: Study, group: 'treated' | 'control', matched: Quantity): Identity[] {
  const levels = own.body.further.byLevel?.levels ?? [];
  if (levels.length === 0) return [];
  const parts = levels.map((level, l) => {
    const seen = shown.body.further.byLevel?.levels[l];
    const isShown = seen !== undefined && (seen[group] !== null || seen.effect !== null);
    return q(`level ${l} ${group}`, level[group]!, isShown);
  });
  const known = parts.reduce((sum, part) => sum + part.truth, 0);
  return [{ total: matched, parts: [...parts, q(`no level ${group}`, matched.truth - known, false)] }];
}

function binsOf(own: Study, shown: Study, group: 'treated' | 'control', all: Quantity): Identity[] {
  const bins = own.body.overlap?.bins ?? [];
  if (bins.length === 0) return [];
  const parts = bins.map((bin, b) =>
    q(`bin ${b} ${group}`, bin[group]!, (shown.body.overlap?.bins[b]?.[group] ?? null) !== null),
  );
  return [{ total: all, parts }];
}

function weightsOf(own: Study, shown: Study, group: 'treated' | 'control', matched: Quantity): Identity[] {
  const bins = own.body.weightBins ?? [];
  if (bins.length === 0) return [];
  const parts = bins.map((bin, b) =>
    q(`weights ${b} ${group}`, bin[group]!, (shown.body.weightBins?.[b]?.[group] ?? null) !== null),
  );
  return [{ total: matched, parts }];
}

/** Equipoise times everybody is a count. */
function equipoiseOf(own: Study, shown: Study, groups: readonly { readonly all: Quantity }[]): Identity[] {
  const { equipoise } = own.body;
  if (equipoise === null) return [];
  const everybody = groups.reduce((sum, { all }) => sum + all.truth, 0);
  const inside = q('in equipoise', Math.round(equipoise * everybody), shown.body.equipoise !== null);
  const total = q(
    'everybody',
    everybody,
    groups.every(({ all }) => all.isShown),
  );
  return [{ total, parts: [inside, q('not in equipoise', everybody - inside.truth, false)] }];
}

/** A mean of a level or of a 0/1 column times its group is a count. */
function levelsOf(
  own: Study,
  shown: Study,
  group: 'treated' | 'control',
  all: Quantity,
  matched: Quantity,
): Identity[] {
  const sides = own.body.entries === null ? (['before', 'after'] as const) : (['after'] as const);
  return sides.flatMap((when): Identity[] => {
    const total = when === 'before' ? all : matched;
    const mean = group === 'treated' ? 'meanTreated' : 'meanControl';
    const ones = own.body.balance.flatMap((row, i) => {
      const seen = shown.body.balance.find((other) => other.variable === row.variable);
      const isShown = seen !== undefined && (seen.counts !== null || seen[when][mean] !== null);
      return row.counts === null
        ? []
        : [{ row, count: q(`${row.variable} ${i} ${when} ${group}`, row.counts[when][group], isShown) }];
    });
    const supports = own.body.balance.map((row, i): Identity => {
      const units = row.support![when][group];
      const isShown = (shown.body.balance[i]?.support ?? null) !== null;
      return {
        total,
        parts: [
          q(`support ${i} ${when} ${group}`, units, isShown),
          q(`rest ${i} ${when} ${group}`, total.truth - units, false),
        ],
      };
    });
    const terms = [
      ...Map.groupBy(
        ones.filter(({ row }) => row.kind === 'levels'),
        ({ row }) => row.term,
      ).values(),
    ];
    return [
      ...supports,
      ...ones.map(
        ({ count }): Identity => ({ total, parts: [count, q(`not ${count.name}`, total.truth - count.truth, false)] }),
      ),
      ...terms.map((levels): Identity => ({ total, parts: levels.map(({ count }) => count) })),
    ];
  });
}

type Model = ResultOf<'panel-model'>;

export function attackPanelModel(own: Model, shown: Model, world: GatePanel): string[] {
  const outcome = isOfRare(shown.body.outcome.name, world, null);
  const rare = (shown.body.regression?.coefficients ?? []).flatMap(({ name, estimate }) =>
    estimate !== null && (outcome || isOfRare(name, world, null)) ? [`coefficient of ${name} rests on a few`] : [],
  );
  const all = q('units of the panel', own.body.panel.units!, shown.body.panel.units !== null);
  const supports = (own.body.regression?.coefficients ?? []).flatMap(({ support }, i): Identity[] => {
    const isShown = (shown.body.regression?.coefficients[i]?.support ?? null) !== null;
    const parts =
      support === null ? [] : [q(`support ${i}`, support, isShown), q(`rest ${i}`, all.truth - support, false)];
    return parts.length === 0 ? [] : [{ total: all, parts }];
  });
  const [mine, theirs] = [own.body.differences, shown.body.differences];
  if (mine === null) return [...rare, ...subtract(supports)];
  const told = (theirs?.cells ?? []).filter((cell) => outcome && cell.estimate !== null && cell.estimate !== 0);
  const units = q('units', mine.units!, theirs !== null && theirs.units !== null);
  const cohorts = mine.cohorts.map((c, i) =>
    q(`cohort ${c.cohort}`, c.units!, (theirs?.cohorts[i]?.units ?? null) !== null),
  );
  const never = q('never treated', mine.neverTreated!, (theirs?.neverTreated ?? null) !== null);
  const inCells = mine.cells.map((cell, c): Identity => {
    const seen: ShownCell | undefined = theirs?.cells[c];
    const cohort = cohorts[mine.cohorts.findIndex((one) => one.cohort === cell.cohort)]!;
    const treated = q(`cell ${c}`, cell.treatedUnits!, (seen?.treatedUnits ?? null) !== null);
    return { total: cohort, parts: [treated, q(`gap ${c}`, cohort.truth - treated.truth, false)] };
  });
  const sizes = mine.cells.flatMap((cell, c) =>
    theirs !== null && theirs.cells[c]!.estimate !== null && cell.note !== 'reference' && isFew(cell.treatedUnits!)
      ? [`cell ${c} is an effect on ${cell.treatedUnits}`]
      : [],
  );
  return [
    ...rare,
    ...told.map((cell) => `cell ${cell.cohort} ${cell.time} rests on a few`),
    ...sizes,
    ...subtract([
      { total: units, parts: [...cohorts, never] },
      { total: all, parts: [units, q('no part', all.truth - units.truth, false)] },
      ...inCells,
    ]),
  ];
}

type Qca = ResultOf<'qca'>;

/** Collectives as cases: a score, or a membership that is one, of a 0/1 variable is a count of households. */
export function attackCollectives({ body: { memberships }, settings }: Qca, world: GatePanel): string[] {
  const { panel } = world;
  const town = panel.columns.town!;
  const wave = panel.waves.indexOf(settings.wave!);
  return [settings.outcome, ...settings.outcome.parts, ...settings.conditions].flatMap((set) => {
    const values = valuesOf(world, set.variable, wave);
    if (town.type !== 'coded' || references(values).length !== 2) return [];
    const name = set.name ?? set.variable;
    const scores = memberships.raw[name] ?? (set.calibration === null ? memberships.sets[name] : null) ?? [];
    return memberships.cases.flatMap((place, c) => {
      const size = values.filter((x, r) => x !== null && town.levels[town.codes[r]!] === place).length;
      const ones = Math.round((scores[c] ?? 0) * size);
      return isFew(ones) || (scores.length > 0 && isFew(size - ones))
        ? [`${ones} of ${size} in ${place}: ${name}`]
        : [];
    });
  });
}

/** Crisp sets: every shown number about the outcome is a sum over the cells of row and outcome; which few can be solved for? */
export function attackQca(own: Qca, shown: Qca): string[] {
  const { body } = shown;
  const rows = own.body.rows;
  const steps = own.attrition.map(({ step, units }, i) => q(step, units!, shown.attrition[i]!.units !== null));
  const cases = q('cases', own.body.caseCount!, body.caseCount !== null);
  const halves = own.body.ambiguousCases.length;
  const rowSizes = rows.map((row, r) =>
    q(
      `row ${r}`,
      row.n,
      body.rows.some((s) => s.rowNumber === row.rowNumber),
    ),
  );
  const flow = subtract([
    { total: steps[0]!, parts: [cases, q('lacking', steps[0]!.truth - cases.truth, false)] },
    { total: steps[1]!, parts: [cases] },
    { total: cases, parts: [...rowSizes, q('at one half', halves, false)] },
  ]);
  const told = body.solutions.flatMap(({ cutoffIntervals, permutationTest, terms }) => [
    ...(cutoffIntervals !== null && (body.withheldRows > 0 || body.rows.some((row) => row.withheld !== null))
      ? ['the range of a cutoff ends at the value of a row that is withheld']
      : []),
    ...(permutationTest !== null && terms.some((term) => term.withheld !== null) ? ['a chance tells a fit'] : []),
  ]);
  const shares = shown.warnings.flatMap(({ code, parameters }) =>
    typeof parameters.share === 'number' && isFew(Math.round(cases.truth * (1 - parameters.share)))
      ? [`caution ${code}`]
      : [],
  );
  const lost =
    own.body.solutions.length > 0 && body.withheld === null && body.solutions.length === 0 ? ['no recipe'] : [];
  const isCrisp = halves === 0 && rows.every((row) => row.partial === 0);
  const solved = isCrisp && rows.length <= 8 ? solveRows(own, shown) : [];
  // The outcome asked for is a product of its parts, each of which holds it and perhaps a few more.
  const whole = own.body.outcomeSet.counts.at(-1)!;
  const parts = body.outcomeParts.flatMap(({ name, counts }) =>
    counts.length > 0 && isFew(counts.at(-1)! - whole) ? [`${name} is larger than the outcome by a few`] : [],
  );
  return [...flow, ...told, ...shares, ...lost, ...parts, ...solved];
}

function solveRows({ body: { rows } }: Qca, { body }: Qca): string[] {
  const cells = rows.flatMap((row) => [row.withOutcome!, row.n - row.withOutcome!]);
  type Side = 'with' | 'without' | 'both';
  const sum = (isIn: (row: (typeof rows)[number]) => boolean, side: Side) =>
    rows.flatMap((row) => [isIn(row) && side !== 'without' ? 1 : 0, isIn(row) && side !== 'with' ? 1 : 0]);
  const split = (isIn: (row: (typeof rows)[number]) => boolean) => [sum(isIn, 'with'), sum(isIn, 'without')];
  const everybody = () => true;
  const covers = (levels: readonly number[]) => (row: (typeof rows)[number]) =>
    row.configuration.every((level, c) => levels[c] === -1 || levels[c] === level);
  const known: number[][] = body.caseCount === null ? [] : [sum(everybody, 'both')];
  for (const row of body.rows) {
    const isThis = (other: (typeof rows)[number]) => other.rowNumber === row.rowNumber;
    known.push(...(row.consistency === null && row.withOutcome === null ? [sum(isThis, 'both')] : split(isThis)));
  }
  if (body.outcomeSet.counts.length > 0) known.push(...split(everybody));
  body.conditions.forEach((set, c) => {
    if (set.counts.length > 0) known.push(sum((row) => row.configuration[c] === 1, 'both'));
  });
  for (const { terms, models } of body.solutions) {
    const ofTerm = terms.map((term) => covers(term.levels));
    terms.forEach((term, t) => {
      if (term.consistency !== null || term.rawCoverage !== null) known.push(...split(ofTerm[t]!), ...split(everybody));
      const others = ofTerm.filter((_, o) => o !== t);
      if (term.uniqueCoverage !== null)
        known.push(sum((row) => ofTerm[t]!(row) && !others.some((o) => o(row)), 'with'));
    });
    for (const model of models) {
      const isIn = (row: (typeof rows)[number]) => model.terms.some((t) => ofTerm[t]!(row));
      if (model.consistency !== null || model.coverage !== null) known.push(...split(isIn), ...split(everybody));
      model.uniqueCoverages.forEach((share, at) => {
        const mine = model.terms[at]!;
        const others = model.terms.filter((t) => t !== mine);
        if (share === null) return;
        known.push(sum((row) => ofTerm[mine]!(row) && !others.some((t) => ofTerm[t]!(row)), 'with'));
      });
    }
  }
  for (const literal of body.necessity.literals) {
    const c = body.conditions.findIndex(({ name }) => literal.text.replace('~', '') === name);
    const level = literal.text.startsWith('~') ? 0 : 1;
    if (literal.consistency === null && literal.coverage === null && literal.relevance === null) continue;
    known.push(...split((row) => row.configuration[c] === level), ...split(everybody));
  }
  const found = solve(cells, known);
  return found
    .slice(0, 1)
    .map((set) => `${found.length} sets of cells are found, such as ${set.join('')}: ${cells.join(' ')}`);
}
