import { describe, expect, it } from 'vitest';
import type { DesignRequest } from '../../src/app/analyses/study-design.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import type { Estimand } from '../../src/core/matching/estimand.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { codes, type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';

const random = createRandom(12, 'repeated');
const people = Array.from({ length: 160 }, () => {
  const income = random.normal();
  const old = random.bernoulli(0.4);
  const treated = random.bernoulli(1 / (1 + Math.exp(0.7 - 0.6 * income - (old ? 0.8 : 0))));
  const kpi = 2 * income + (old ? 1 : 0) + random.normal() + (treated ? 1 + income : 0);
  return { income, old, treated, kpi, copies: 1 + random.integer(3) + (treated ? 1 : 0) };
});

function panelOf(panel: string, who: typeof people): MemoryPanel {
  return {
    ...{ panel, unitKind: 'household', waves: ['2024'] },
    unitIds: who.map((_, u) => `H${String(u).padStart(4, '0')}`),
    unitIndex: who.map((_, u) => u),
    waveIndex: who.map(() => 0),
    columns: {
      coach: numbers(who.map((p) => (p.treated ? 1 : 0))),
      kpi: numbers(who.map((p) => p.kpi)),
      late: numbers(who.map((p) => (p.kpi > 1 ? 1 : 0))),
      income: numbers(who.map((p) => p.income)),
      home: codes(who.map((p) => (p.old ? 'old' : 'new'))),
      copies: numbers(who.map((p) => p.copies)),
    },
  };
}
const repeated = people.flatMap((person) => Array.from({ length: person.copies }, () => person));
const ports = memoryPorts([panelOf('weighted', people), panelOf('repeated', repeated)]);
const service = createService(ports, createJobs(ports, { concurrency: 1 }));

async function study(panel: string, outcome: string, design: DesignRequest, estimand: Estimand) {
  const samplingWeights = panel === 'weighted' ? 'copies' : null;
  const job = await service.matchingStudy(
    { role: 'operator' },
    { panel, treatment: 'coach', outcome, covariates: ['income', 'home'], design, estimand, samplingWeights },
    { waitMs: 20_000 },
  );
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  const { effects, further, inference } = (job.result as ResultOf<'matching-study'>).body;
  const { eValue, robustness } = further.sensitivity;
  return {
    inference,
    plain: effects.matched!.estimate,
    adjusted: effects.adjusted!.estimate,
    eValue: eValue!.eValue,
    riskRatio: eValue!.riskRatio,
    robustness: robustness!.value,
  };
}

const homes = { variable: 'home', cut: null } as const;
const designs: readonly (readonly [DesignRequest, readonly Estimand[]])[] = [
  // Partners of the same weight: so many copies of a pair.
  [{ method: 'nearest', exact: ['copies'] }, ['ATT']],
  [{ method: 'nearest', exact: ['copies'], distance: { type: 'mahalanobis' }, order: 'data' }, ['ATT']],
  [{ method: 'optimal', exact: ['copies'] }, ['ATT']],
  [{ method: 'subclassification', subclasses: 1 }, ['ATT', 'ATC', 'ATE']],
  [{ method: 'exact', exact: ['home'] }, ['ATT', 'ATC', 'ATE']],
  [
    { method: 'coarsened-exact', coarsening: [homes, { variable: 'income', cut: { cutPoints: [-0.5, 0.5] } }] },
    ['ATT', 'ATE'],
  ],
  [{ method: 'inverse-probability' }, ['ATT', 'ATC', 'ATE', 'ATO', 'ATM']],
  [{ method: 'inverse-probability', stabilized: true }, ['ATT', 'ATE']],
  [{ method: 'entropy-balancing' }, ['ATT', 'ATC', 'ATE']],
  [{ method: 'balancing-score' }, ['ATT', 'ATC', 'ATE']],
];

describe('a unit with sampling weight w counts as w units', () => {
  const cases = designs.flatMap(([design, estimands]) => estimands.map((estimand) => [design, estimand] as const));
  it.each(cases)('in effects, E-value and robustness value: %j for %s', async (design, estimand) => {
    for (const outcome of ['kpi', 'late']) {
      const [weighted, copied] = await Promise.all(
        ['weighted', 'repeated'].map((panel) => study(panel, outcome, design, estimand)),
      );
      for (const key of ['plain', 'adjusted', 'eValue', 'riskRatio', 'robustness'] as const) {
        expect(weighted![key], `${outcome}: ${key}`).toBeCloseTo(copied![key], 6);
      }
    }
  });
});

describe('the scale of the weights', () => {
  it.each([
    'ATT',
    'ATC',
  ] as const)('moves no E-value and no robustness value: two methods, one set of weights, %s', async (estimand) => {
    for (const [panel, outcome] of [
      ['repeated', 'kpi'],
      ['weighted', 'kpi'],
    ] as const) {
      const [entropy, score] = await Promise.all(
        (['entropy-balancing', 'balancing-score'] as const).map((method) =>
          study(panel, outcome, { method }, estimand),
        ),
      );
      expect(score!.plain).toBeCloseTo(entropy!.plain, 6);
      expect(score!.eValue).toBeCloseTo(entropy!.eValue, 6);
      expect(score!.robustness).toBeCloseTo(entropy!.robustness, 6);
    }
  });
});
