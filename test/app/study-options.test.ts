import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { MatchingStudyRequest } from '../../src/app/analyses/matching-study.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { results } from '../../src/contract/operations.ts';
import { longPanel } from '../support/long-panel.ts';
import { codes, type MemoryPanel, memoryPorts } from '../support/memory-ports.ts';
import { staggeredPanel } from '../support/staggered-panel.ts';
import { studyPanel } from '../support/study-panel.ts';

const operator: Actor = { role: 'operator' };
const base = { treatment: 'coach', outcome: 'kpi', covariates: ['income', 'home'] };
const years = { baseline: '2023', followUp: '2024' };
const drawn = longPanel({ units: 300 });
const households = longPanel({
  units: 300,
  overrides: { street: codes(drawn.unitIndex.map((unit) => `S${String(unit % 30).padStart(2, '0')}`)) },
});
/** Households of collectives that were treated or not. */
const collectives = studyPanel({ units: 480, byCollective: true, collectives: 24 });
const staggered = staggeredPanel({ units: 600 });

const designs: Readonly<Record<string, NonNullable<MatchingStudyRequest['design']>>> = {
  nearest: { method: 'nearest', calipers: [] },
  'nearest with replacement': { method: 'nearest', calipers: [], maximumReuse: null },
  'nearest two to one': { method: 'nearest', calipers: [], ratio: 2 },
  optimal: { method: 'optimal', calipers: [] },
  full: { method: 'full', calipers: [] },
  subclassification: { method: 'subclassification' },
  exact: { method: 'exact', exact: ['home'] },
  'coarsened exact': {
    method: 'coarsened-exact',
    coarsening: [
      { variable: 'income', cut: { bins: 4 } },
      { variable: 'home', cut: null },
    ],
  },
  cardinality: { method: 'cardinality' },
  'inverse probability': { method: 'inverse-probability' },
  'entropy balancing': { method: 'entropy-balancing' },
  'balancing score': { method: 'balancing-score' },
};
type Options = Readonly<Record<string, Partial<MatchingStudyRequest>>>;
const everything = {
  otherOutcomes: ['noise', 'saved'],
  laterFollowUps: ['2025'],
  preperiod: '2022',
  effectsBy: 'home',
  augmented: { folds: 0 },
};
const options: Options = {
  ...Object.fromEntries(Object.entries(everything).map(([name, value]) => [name, { [name]: value }])),
  'augmented, cross-fitted': { augmented: { folds: 3 } },
  permutations: { permutations: 60 },
  cluster: { cluster: 'street' },
  everything,
  'everything, by cluster': { ...everything, cluster: 'street' },
};

/** `answered`: within the contract and without a number that is none; else the code, with words to go on. */
async function tellOne(panel: MemoryPanel, request: Partial<MatchingStudyRequest>): Promise<string> {
  const ports = memoryPorts([panel]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const given = { ...base, panel: panel.panel, ...request } as MatchingStudyRequest;
  const job = await service
    .matchingStudy(operator, given, { waitMs: 60_000 })
    .catch((error: { code?: string; message: string }) => ({
      state: 'failed',
      result: null,
      error: { code: error.code ?? 'none', message: error.message },
    }));
  if (job.error) {
    // What to do stands in a sentence after what is wrong.
    expect(job.error.message).toMatch(/[.;:] .+\.$/);
    return job.error.code;
  }
  const isNumber = (value: unknown): boolean =>
    typeof value === 'number'
      ? Number.isFinite(value)
      : typeof value !== 'object' || value === null || Object.values(value).every(isNumber);
  expect(isNumber(job.result)).toBe(true);
  expect([...Value.Errors(results['matching-study'], structuredClone(job.result))]).toEqual([]);
  return 'answered';
}

async function tell(panel: MemoryPanel, asked: Options): Promise<Readonly<Record<string, string>>> {
  const told: Record<string, string> = {};
  for (const [option, request] of Object.entries(asked)) told[option] = await tellOne(panel, request);
  return told;
}

/** Every option on one design. */
const on = (design: Partial<MatchingStudyRequest>, asked: Options): Options =>
  Object.fromEntries(Object.entries(asked).map(([name, option]) => [name, { ...design, ...option }]));
const each = (asked: Options, word: string) => Object.fromEntries(Object.keys(asked).map((name) => [name, word]));

describe('every option on every design record', () => {
  for (const [name, design] of Object.entries(designs)) {
    it(`${name}: answered within the contract`, { timeout: 120_000 }, async () => {
      expect(await tell(households, on({ ...years, design }, options))).toEqual(each(options, 'answered'));
    });
  }

  it('of collectives matched first, then their households: answered', { timeout: 120_000 }, async () => {
    const asked: Options = {
      otherOutcomes: { otherOutcomes: ['income'] },
      effectsBy: { effectsBy: 'home' },
      augmented: { augmented: { folds: 0 } },
      permutations: { permutations: 60 },
      cluster: { cluster: 'collective' },
    };
    const design = { method: 'two-level', calipers: [] } as const;
    const request = { ...years, covariates: ['home', 'kpi'], design };
    expect(await tell(collectives, on(request, asked))).toEqual(each(asked, 'answered'));
  });

  it('in risk sets: clusters are answered, what needs one baseline for all is refused', {
    timeout: 120_000,
  }, async () => {
    const asked: Options = {
      ...options,
      otherOutcomes: { otherOutcomes: ['gas'] },
      cluster: { cluster: 'collective' },
    };
    const told = await tell(staggered, on({ covariates: ['gas', 'home'], riskSets: { after: 1 } }, asked));
    expect(told).toEqual({ ...each(asked, 'invalid-request'), cluster: 'answered' });
  });
});
