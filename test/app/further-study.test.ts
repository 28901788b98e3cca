import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { MatchingStudyRequest } from '../../src/app/analyses/matching-study.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { results } from '../../src/contract/operations.ts';
import { longPanel } from '../support/long-panel.ts';
import { codes, type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };
const base = {
  panel: 'study',
  treatment: 'coach',
  outcome: 'kpi',
  covariates: ['income'],
  baseline: '2023',
  followUp: '2024',
} as const;

async function study(
  panel: MemoryPanel,
  input: Partial<MatchingStudyRequest> = {},
  actor = operator,
): Promise<ResultOf<'matching-study'>> {
  const ports = memoryPorts([panel]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const job = await service.matchingStudy(actor, { ...base, ...input }, { waitMs: 20_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as ResultOf<'matching-study'>;
}

const near = (effect: { estimate: number; standardError: number } | null, truth: number): void => {
  expect(Math.abs(effect!.estimate - truth) / effect!.standardError).toBeLessThan(3.5);
};

describe('what a study asks beside its effect', () => {
  const panel = longPanel();

  it('compares several outcomes in one sample, with p-values adjusted together', async () => {
    const { body } = await study(panel, { otherOutcomes: ['noise', 'saved'] });
    const [noise, saved] = body.further.effects;
    expect(body.further.effects.map(({ kind, variable, period }) => [kind, variable, period])).toEqual([
      ['outcome', 'noise', null],
      ['outcome', 'saved', null],
    ]);
    near(noise!.matched, 0);
    near(saved!.matched, 0.2);
    // Holm of three: the largest stays, the smallest is three times as large
    const raw = [body.effects.adjusted!, noise!.adjusted!, saved!.adjusted!].map(({ pValue }) => pValue);
    const [smallest, , largest] = [...raw].sort((a, b) => a - b);
    const adjusted = [body.further.ownAdjustedPValue!, noise!.adjustedPValue!, saved!.adjustedPValue!];
    expect(adjusted[raw.indexOf(smallest!)]).toBeCloseTo(3 * smallest!, 12);
    expect(adjusted[raw.indexOf(largest!)]).toBeCloseTo(largest!, 12);
  });

  it('follows matched pairs over later waves, as change from the baseline', async () => {
    const { body, attrition } = await study(panel, { outcomeIs: 'change', laterFollowUps: ['2025'] });
    near(body.effects.matched, 3); // 2, in old homes 4
    const [later] = body.further.effects;
    expect([later!.kind, later!.period]).toEqual(['follow-up', '2025']);
    near(later!.matched, 3);
    expect(attrition.map(({ step }) => step)).toContain('untreated-to-the-end');
  });

  it('shows by negative controls what a level does not take away and a change does', async () => {
    const hidden = longPanel({ hidden: 1.2 });
    const level = await study(hidden, { preperiod: '2022' });
    const [then, placebo] = level.body.further.effects;
    expect([then!.kind, placebo!.kind]).toEqual(['pre-period', 'placebo-date']);
    expect(then!.matched!.lower).toBeGreaterThan(0.3); // the secret was there before
    near(placebo!.matched, 0); // and did not change
    expect(level.warnings).toContainEqual(
      expect.objectContaining({
        code: 'negative-control-fails',
        parameters: expect.objectContaining({ period: '2022' }),
      }),
    );
    const change = await study(hidden, { preperiod: '2022', outcomeIs: 'change' });
    near(change.body.effects.matched, 3);
    expect(then!.adjustedPValue).toBeNull();
    const fine = await study(panel, { preperiod: '2022' });
    expect(fine.warnings.map(({ code }) => code)).not.toContain('negative-control-fails');
  });

  it('gives the effect within each level and finds that they differ', async () => {
    const { body } = await study(panel, { effectsBy: 'home' });
    const { levels, interaction } = body.further.byLevel!;
    expect(levels.map(({ name }) => name)).toEqual(['new', 'old']);
    near(levels[0]!.effect, 2);
    near(levels[1]!.effect, 4);
    expect(interaction!.numerator).toBe(1);
    expect(interaction!.pValue).toBeLessThan(1e-6);
    const same = await study(panel, { effectsBy: 'home', outcome: 'noise' });
    expect(same.body.further.byLevel!.interaction!.pValue).toBeGreaterThan(0.01);
  });

  it('gives the augmented estimate for ATT, ATC and ATE, with and without cross-fitting', async () => {
    for (const estimand of ['ATT', 'ATC', 'ATE'] as const) {
      const design = { method: 'inverse-probability' as const };
      for (const folds of [0, 5]) {
        const { body } = await study(panel, { estimand, design, augmented: { folds } });
        near(body.further.augmented, 3);
      }
    }
    await expect(
      study(panel, { estimand: 'ATO', design: { method: 'inverse-probability' }, augmented: { folds: 0 } }),
    ).rejects.toMatchObject({ code: 'invalid-request', details: { estimand: 'ATO' } });
  });

  it('gives ratios of risks for an outcome of 0 and 1, and none for another', async () => {
    const { ratios } = (await study(panel, { outcome: 'saved' })).body.further;
    expect(ratios!.riskTreated - ratios!.riskControl).toBeCloseTo(ratios!.riskDifference.estimate, 12);
    expect(ratios!.riskRatio.estimate).toBeCloseTo(ratios!.riskTreated / ratios!.riskControl, 9);
    expect(ratios!.riskRatio.lower).toBeLessThan(2);
    expect(ratios!.riskRatio.upper).toBeGreaterThan(2); // true: 0.4 against 0.2
    expect((await study(panel)).body.further.ratios).toBeNull();
  });

  it('says how sensitive every estimate is, and what the design could find before the outcome was seen', async () => {
    const { body } = await study(panel, { covariates: ['income', 'home'] });
    const { sensitivity, detectable } = body.further;
    expect(sensitivity.eValue!.eValue).toBeGreaterThan(sensitivity.eValue!.ofInterval);
    expect(sensitivity.robustness!.value).toBeGreaterThan(sensitivity.robustness!.interval);
    expect(sensitivity.robustness!.benchmark!.term).toBe(0); // income confounds, homes do not
    expect(sensitivity.robustness!.benchmark!.remaining!).toBeLessThan(body.effects.adjusted!.estimate);
    expect(sensitivity.rosenbaum!.statistic).toBe('wilcoxon');
    expect(sensitivity.rosenbaum!.survivedGamma!).toBeGreaterThan(2);
    const [plain] = sensitivity.rosenbaum!.hodgesLehmann!;
    expect(Math.abs(plain!.lower - body.effects.matched!.estimate)).toBeLessThan(0.3);
    // Known spread of the baseline among 2 x pairs: the standard error follows, and 2.8 of them is the effect
    const pairs = body.groups.treated.matched!;
    const root = detectable!.standardDeviation * Math.sqrt(2 / pairs);
    expect(detectable!.effect / root).toBeCloseTo(1.96 + 0.842, 1);
    const without = await study(panel, { design: { method: 'nearest', maximumReuse: null } });
    expect(without.body.further.sensitivity.rosenbaum).toBeNull();
  });

  it('says so of every further outcome and follow-up too, and nothing of negative controls', async () => {
    const { body } = await study(panel, {
      covariates: ['home', 'income'],
      otherOutcomes: ['noise', 'saved'],
      laterFollowUps: ['2025'],
      preperiod: '2022',
    });
    const of = (name: string) => body.further.effects.find(({ variable, kind }) => `${kind} ${variable}` === name)!;
    const later = of('follow-up kpi').sensitivity!;
    expect(later.eValue!.scale).toBe('standardized-difference');
    expect(later.robustness!.value).toBeGreaterThan(later.robustness!.interval);
    expect(later.robustness!.benchmark!.term).toBe(1); // income, in the order asked for
    expect(later.rosenbaum!.survivedGamma!).toBeGreaterThan(2);
    // The sign test does not use how large differences are, so it stands less.
    expect(later.rosenbaum!.sign!.survivedGamma!).toBeLessThan(later.rosenbaum!.survivedGamma!);
    const noise = of('outcome noise').sensitivity!;
    expect([noise.eValue!.ofInterval, noise.robustness!.interval, noise.rosenbaum!.survivedGamma]).toEqual([
      1,
      0,
      null,
    ]);
    const saved = of('outcome saved').sensitivity!;
    expect([saved.eValue!.scale, saved.rosenbaum!.statistic, saved.rosenbaum!.sign]).toEqual([
      'risk-ratio',
      'mcnemar',
      null,
    ]);
    expect(of('placebo-date kpi').sensitivity).toBeNull();
    // As a study of its own, with the same pairs.
    const alone = await study(panel, { covariates: ['home', 'income'], followUp: '2025' });
    const own = alone.body.further.sensitivity;
    expect(later.eValue!.eValue).toBeCloseTo(own.eValue!.eValue, 10);
    expect(later.robustness!.value).toBeCloseTo(own.robustness!.value, 10);
    expect(later.rosenbaum!.sign!.bounds).toEqual(own.rosenbaum!.sign!.bounds);
  });

  it('says so of the effect within each level and of the augmented estimate, to others too', async () => {
    const questions = {
      effectsBy: 'home',
      augmented: { folds: 0 },
      estimand: 'ATE' as const,
      design: { method: 'inverse-probability' as const },
    };
    for (const actor of [operator, visitor]) {
      const { byLevel, augmented, augmentedSensitivity } = (await study(panel, questions, actor)).body.further;
      for (const { effect, sensitivity } of byLevel!.levels) {
        // The E-value is of a ratio exp(0.91 d) on the side of the effect; bounds for pairs and benchmarks are not of a level.
        expect(Math.log(sensitivity!.eValue!.riskRatio) * effect!.estimate).toBeGreaterThan(0);
        expect(sensitivity!.robustness!.value).toBeGreaterThan(sensitivity!.robustness!.interval);
        expect([sensitivity!.robustness!.benchmark, sensitivity!.rosenbaum]).toEqual([null, null]);
      }
      // 4 in old homes against 2 in new ones, with the same noise
      const [fresh, old] = byLevel!.levels.map(({ sensitivity }) => sensitivity!);
      expect(old!.eValue!.eValue).toBeGreaterThan(fresh!.eValue!.eValue);
      expect(old!.robustness!.value).toBeGreaterThan(fresh!.robustness!.value);
      expect(augmented).not.toBeNull();
      expect(augmentedSensitivity!.eValue!.eValue).toBeGreaterThan(augmentedSensitivity!.eValue!.ofInterval);
      expect(augmentedSensitivity!.robustness!.value).toBeGreaterThan(augmentedSensitivity!.robustness!.interval);
      expect(augmentedSensitivity!.rosenbaum).toBeNull();
    }
  });

  it('shows others no benchmark of further outcomes, and no sign test of fewer than ten pairs in one of the two ways', async () => {
    const questions = { otherOutcomes: ['noise'], laterFollowUps: ['2025'] };
    const mine = await study(panel, questions);
    const theirs = await study(panel, questions, visitor);
    const [noise, later] = theirs.body.further.effects;
    expect(noise!.sensitivity!.robustness!.benchmark).toBeNull();
    expect(noise!.sensitivity!.eValue).toEqual(mine.body.further.effects[0]!.sensitivity!.eValue);
    expect(noise!.sensitivity!.rosenbaum!.sign).not.toBeNull();
    expect(noise!.sensitivity!.rosenbaum!.signSupport).toBeNull();
    const fewer = mine.body.further.effects[1]!.sensitivity!.rosenbaum!.signSupport!;
    expect(later!.sensitivity!.rosenbaum!.sign === null).toBe(fewer < 10);
  });

  it('counts the clusters in what it could find where collectives were treated', async () => {
    const whole = studyPanel({ units: 600, byCollective: true });
    const { body, warnings } = await study(whole, {
      design: { method: 'nearest', calipers: [] },
      augmented: { folds: 0 },
      effectsBy: 'home',
    });
    expect(body.further.detectable!.intraclassCorrelation).toBeGreaterThanOrEqual(0);
    expect(body.further.augmented).toBeNull();
    // Households of a collective are no independent pairs.
    expect(body.further.sensitivity.rosenbaum).toBeNull();
    expect(warnings.map(({ code }) => code)).toContain('no-augmented-effect');
    expect(body.further.byLevel!.interaction!.denominator).toBe(8);
  });

  it('fits the contract, for the operator and for others', async () => {
    const everything = {
      otherOutcomes: ['noise', 'saved'],
      laterFollowUps: ['2025'],
      preperiod: '2022',
      effectsBy: 'home',
      augmented: { folds: 3 },
      permutations: 100,
    };
    for (const actor of [operator, visitor]) {
      const result = await study(panel, everything, actor);
      expect([...Value.Errors(results['matching-study'], structuredClone(result))]).toEqual([]);
    }
  });

  it('refuses periods out of order, a measurement as levels, one fold', async () => {
    await expect(study(panel, { preperiod: '2023' })).rejects.toThrow(/must end before the baseline/);
    await expect(study(panel, { laterFollowUps: ['2024'] })).rejects.toThrow(/must begin after/);
    await expect(study(panel, { effectsBy: 'kpi' })).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(study(panel, { otherOutcomes: ['home'] })).rejects.toThrow(/is coded/);
    await expect(study(panel, { augmented: { folds: 1 } })).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});

describe('the release of what a study says beside its effect', () => {
  const plain = longPanel({ units: 600 });
  const rows = plain.unitIndex;
  const wave = plain.waveIndex;
  const coach = (plain.columns.coach as { values: Float64Array }).values;
  const isTreated = (u: number): boolean => coach[5 * u + 3] === 1;
  const treated = plain.unitIds.map((_, u) => u).filter(isTreated);
  const owner = treated[7]!;
  const withColumns = (columns: MemoryPanel['columns']): MemoryPanel => longPanel({ units: 600, overrides: columns });
  const matchAll = { design: { method: 'nearest' as const, calipers: [], maximumReuse: null } };

  it('does not tell the outcome of the one household that has any', async () => {
    // to the operator the mean of the treated times their number is what this one household saved
    const rare = withColumns({ saving: numbers(rows.map((u, r) => (u === owner && wave[r] === 3 ? 812.5 : 0))) });
    const own = await study(rare, { ...matchAll, outcome: 'saving' });
    expect(own.body.effects.matched!.estimate * own.body.groups.treated.matched!).toBeCloseTo(812.5, 6);
    const { body } = await study(rare, { ...matchAll, outcome: 'saving' }, visitor);
    expect(body.withheld).toBe('small-group');
    expect(body.effects).toEqual({ unmatched: null, matched: null, adjusted: null });
    expect(body.further.sensitivity).toEqual({ eValue: null, robustness: null, rosenbaum: null });
    expect(body.further.ratios).toBeNull();
    const other = await study(rare, { ...matchAll, otherOutcomes: ['saving'] }, visitor);
    expect(other.body.effects.matched).not.toBeNull();
    expect(other.body.further.effects[0]).toMatchObject({ withheld: true, matched: null, adjusted: null });
    expect(JSON.stringify(other.body)).not.toContain('812');
  });

  it('does not tell the value of a household that outweighs all others', async () => {
    const large = withColumns({
      solar: numbers(rows.map((u, r) => (u === owner && wave[r] === 3 ? 1e7 : (u % 50) + 1))),
    });
    const own = await study(large, { ...matchAll, outcome: 'solar' });
    expect(Math.abs((own.body.effects.matched!.estimate * own.body.groups.treated.matched!) / 1e7 - 1)).toBeLessThan(
      0.01,
    );
    const { body } = await study(large, { ...matchAll, outcome: 'solar' }, visitor);
    expect([body.withheld, body.effects.matched]).toEqual(['small-group', null]);
  });

  it('does not tell a small level, nor what is left of the effect without the others', async () => {
    const few = withColumns({
      kind: codes(
        rows.map((u) =>
          isTreated(u)
            ? treated.indexOf(u) < 4
              ? 'farm'
              : ['flat', 'corner', 'row'][u % 3]!
            : ['farm', 'flat', 'corner', 'row'][u % 4]!,
        ),
      ),
    });
    const request = { ...matchAll, effectsBy: 'kind' };
    const own = (await study(few, request)).body.further.byLevel!;
    const farm = own.levels.find(({ name }) => name === 'farm')!;
    expect(farm.treated).toBe(4);
    expect(farm.effect).not.toBeNull();
    const { levels, interaction } = (await study(few, request, visitor)).body.further.byLevel!;
    const hidden = levels.filter(({ withheld }) => withheld);
    expect(levels.map(({ name }) => name)).not.toContain('farm');
    expect(hidden.length).toBeGreaterThanOrEqual(2);
    for (const level of hidden)
      expect([level.name, level.treated, level.control, level.effect, level.sensitivity]).toEqual(Array(5).fill(null));
    for (const level of levels) if (!level.withheld) expect(level.sensitivity).not.toBeNull();
    expect(interaction).toBeNull();
  });

  it('does not tell by p-values of pairs how many households differ', async () => {
    const pairs = (await study(plain, { includeUnits: true })).body.units!.filter(
      (unit) => unit.treated && unit.weight > 0,
    );
    const rowOf = (id: string): number => plain.unitIds.indexOf(id);
    const ones = new Set(
      pairs.flatMap(({ unit, partners }, k) => {
        const [one, zero] = [rowOf(unit), rowOf(partners[0]!)];
        return k < 40 ? [one, zero] : k < 70 ? [one] : k < 74 ? [zero] : [];
      }),
    );
    const rare = withColumns({ broke: numbers(rows.map((u) => (ones.has(u) ? 1 : 0))) });
    const ask = (actor: Actor) => study(rare, { outcome: 'broke' }, actor);
    const { rosenbaum } = (await ask(operator)).body.further.sensitivity;
    // 30 against 4: the exact p-value tells which
    expect([rosenbaum!.statistic, rosenbaum!.support]).toEqual(['mcnemar', 4]);
    const { body } = await ask(visitor);
    expect(body.effects.matched).not.toBeNull();
    expect(body.further.sensitivity.rosenbaum).toBeNull();
  });

  it('rounds the estimate that may lie half way between two pairs, and names no rare covariate as the strongest', async () => {
    const ask = (actor: Actor) => study(plain, {}, actor);
    const exact = (await ask(operator)).body.further.sensitivity.rosenbaum!.hodgesLehmann!;
    const { body } = await ask(visitor);
    const step = body.effects.matched!.standardError / 4;
    body.further.sensitivity.rosenbaum!.hodgesLehmann!.forEach(({ lower, upper }, g) => {
      expect(Math.abs(lower / step - Math.round(lower / step))).toBeLessThan(1e-6);
      expect(lower).toBeLessThanOrEqual(exact[g]!.lower);
      expect(upper).toBeGreaterThanOrEqual(exact[g]!.upper);
    });
    const secret = treated.slice(0, 5);
    const rare = withColumns({ castle: numbers(rows.map((u) => (secret.includes(u) || u === 1 ? 1 : 0))) });
    const loud = {
      ...rare,
      columns: {
        ...rare.columns,
        kpi: numbers(rows.map((u, r) => (secret.includes(u) ? 60 : 0) + ((u * 7 + r * 3) % 11))),
      },
    };
    const request = { ...matchAll, covariates: ['castle', 'income'] };
    const own = (await study(loud, request)).body;
    expect(own.further.sensitivity.robustness!.benchmark!.term).toBe(0);
    const shown = (await study(loud, request, visitor)).body;
    expect(shown.balance.find(({ variable }) => variable === 'castle')!.withheld).toBe(true);
    expect(shown.further.sensitivity.robustness?.benchmark ?? null).toBeNull();
  });

  it('withholds what the design could find where few differed before', async () => {
    const before = withColumns({
      late: numbers(rows.map((u, r) => (wave[r] === 3 ? (u % 17) + r / 1e4 : u === owner ? 431 : 0))),
    });
    const ask = (actor: Actor) => study(before, { ...matchAll, outcome: 'late' }, actor);
    const own = (await ask(operator)).body.further.detectable!;
    expect(own.standardDeviation).toBeGreaterThan(1);
    expect((await ask(visitor)).body.further.detectable).toBeNull();
  });
});
