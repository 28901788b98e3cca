import { afterAll, describe, expect, it } from 'vitest';
import effects from '../../bench/results/effects.json' with { type: 'json' };
import bench from '../../bench/results/matching.json' with { type: 'json' };
import type { Actor } from '../../src/app/actor.ts';
import { matchSeconds, specificationsCost, studyCost } from '../../src/app/analyses/study-cost.ts';
import { createJobs, type JobView } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import type { StudyDesign } from '../../src/core/effects/draw-sample.ts';
import { createCompute } from '../../src/workers/create-compute.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';
import { command } from '../support/terminal.ts';

const pairs = {
  estimand: 'ATT',
  within: null,
  exact: [],
  antiExact: [],
  discard: 'none',
  reestimate: false,
  ratio: 1,
  variableRatio: null,
  maximumReuse: 1,
  order: 'largest',
  prefer: null,
  calipers: [],
} as const;
const score = { type: 'propensity-score', link: 'logit', scale: 'linear', terms: [] } as const;
const points = { type: 'mahalanobis', terms: [] } as const;
const caliper = { calipers: [{ on: 'distance', width: 0.2, unit: 'sd' }] } as const;

const measured: readonly (readonly [string, StudyDesign])[] = [
  ['nearest-friendly-1e6', { ...pairs, method: 'nearest', distance: score }],
  ['nearest-confounded-caliper-1e6', { ...pairs, ...caliper, method: 'nearest', distance: score }],
  ['mahalanobis-1e5x8', { ...pairs, method: 'nearest', distance: points }],
  ['mahalanobis-caliper-1e5x8', { ...pairs, ...caliper, method: 'nearest', distance: score, within: [] }],
  ['optimal-caliper-1e5', { ...pairs, ...caliper, method: 'optimal', distance: score }],
  ['full-5e3-dense', { ...pairs, method: 'full', distance: points }],
  ['full-caliper-1e5', { ...pairs, ...caliper, method: 'full', distance: score }],
  ['full-score-1e6', { ...pairs, method: 'full', distance: score }],
];

describe('the estimated cost of a study', () => {
  it.each(measured)('is within a factor of five of what %s took in the benchmark', (name, design) => {
    const { n, detail } = bench.rows.find((row) => row.case === name)!;
    const ratio = (1000 * matchSeconds(n, design, n / 5)) / detail.cpuMs!;
    expect(ratio).toBeGreaterThan(0.2);
    expect(ratio).toBeLessThan(5);
  });

  it('has the memory of the benchmark within a factor of two', () => {
    for (const [name, columns] of [
      ['logit-1e6x10', 10],
      ['logit-1e6x20', 20],
      ['nearest-friendly-1e6', 1],
    ] as const) {
      const { n, detail } = bench.rows.find((row) => row.case === name)!;
      const { megabytes } = studyCost(n, columns, { ...pairs, method: 'nearest', distance: score }, n / 5);
      expect(megabytes / detail.peakMB!).toBeGreaterThan(0.5);
      expect(megabytes / detail.peakMB!).toBeLessThan(2);
    }
  });

  it('counts the orders of tied units that will be tried, and a search for the largest selection', () => {
    const design: StudyDesign = { ...pairs, ...caliper, method: 'optimal', distance: score, within: [] };
    // 150 orders, eight to look for ties, and the match itself
    expect(studyCost(1000, 3, design, 400).seconds).toBe(
      Number((159 * matchSeconds(1000, design, 400)).toPrecision(1)),
    );
    const selection = {
      method: 'cardinality',
      estimand: 'ATT',
      terms: [],
      tolerance: 0.1,
      ratio: 1,
      exact: [],
      nodes: 9,
    } as const;
    // Measured on one core: 2.0 and 4.4 s for 16 000 units with eight and four covariates.
    expect(studyCost(16_000, 4, selection, 4000).seconds).toBeGreaterThan(1);
    expect(studyCost(16_000, 4, selection, 4000).seconds).toBeLessThan(10);
  });

  it.each([
    ['optimal-mahalanobis-contested-2e3', { ...pairs, method: 'optimal', distance: points }, 0.5],
    ['optimal-mahalanobis-scarce-2e3', { ...pairs, method: 'optimal', distance: points, ratio: 3 }, 0.3],
    ['optimal-kinds-4e3', { ...pairs, method: 'optimal', distance: points }, 0.2],
    ['two-level-mahalanobis-2e3', { ...pairs, method: 'two-level', collective: 'street', distance: points }, 0.5],
  ] as const)('is within a factor of five where groups are far apart, or of a few kinds, too: %s', (name, design, share) => {
    const { n, detail } = bench.rows.find((row) => row.case === name)!;
    const ratio = (1000 * matchSeconds(n, design, n * share)) / detail.cpuMs!;
    expect(ratio).toBeGreaterThan(0.2);
    expect(ratio).toBeLessThan(5);
  });

  it('of many ways is within a factor of five of what two hundred took', () => {
    const { medianMs } = effects.rows.find((row) => row.case === 'multiverse-1e5')!;
    const design: StudyDesign = { ...pairs, ...caliper, method: 'nearest', distance: score };
    const ratio = (1000 * specificationsCost(1e5, 7, Array(200).fill(design), 2e4).seconds) / medianMs;
    expect(ratio).toBeGreaterThan(0.2);
    expect(ratio).toBeLessThan(5);
  });

  const operator: Actor = { role: 'operator' };
  const request = {
    ...{ panel: 'study', treatment: 'coach', outcome: 'kpi', covariates: ['income', 'home'] },
    ...{ baseline: '2023', followUp: '2024' },
  } as const;
  const within = { type: 'propensity-score', within: ['income', 'home'] } as const;
  const pool = createCompute({
    workerFile: new URL('../../src/main/worker.ts', import.meta.url).href,
    threads: 1,
    warm: 0,
  });
  afterAll(() => pool.close());
  const ports = memoryPorts([studyPanel({ units: 1200 })], { compute: pool.compute });
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));

  it('is told before a long run starts, and not of a short one', async () => {
    const asked = { ...request, design: { method: 'optimal', distance: within } } as const;
    const job = await service.matchingStudy(operator, asked, { waitMs: 0 });
    const seen: JobView[] = [];
    for await (const view of service.watchJob(operator, { job: job.id }, new AbortController().signal)) seen.push(view);
    const first = seen.find(({ cost }) => cost !== null)!;
    expect(first).toMatchObject({ state: 'running', stage: 'matching', progress: 0.1, result: null });
    expect(first.cost!.seconds).toBeGreaterThanOrEqual(2);
    expect(seen.at(-1)).toMatchObject({ state: 'succeeded', cost: first.cost });
    expect((await service.matchingStudy(operator, request, { waitMs: 20_000 })).cost).toBeNull();
  });

  it('stands on the command line before the answer', async () => {
    const words =
      'match study --treatment coach --outcome kpi --covariates income,home --baseline 2023 --follow-up 2024';
    const long = await command(service, [...words.split(' '), '--method', 'optimal', '--within', 'income,home']);
    expect(long.err).toMatch(/This may take about [0-9]+ s and [0-9]+ MB of memory/);
    expect(long.status).toBe(0);
    expect((await command(service, words.split(' '))).err).not.toContain('may take');
  });
});
