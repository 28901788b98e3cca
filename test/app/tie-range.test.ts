import { describe, expect, it } from 'vitest';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { memoryPorts, numbers } from '../support/memory-ports.ts';
import { allDesigns, withStreets } from '../support/study-designs.ts';
import { studyPanel } from '../support/study-panel.ts';

const panel = withStreets(studyPanel({ units: 200, seed: 4 }));
const income = (panel.columns.income as { values: Float64Array }).values;
/** Two incomes and few kinds of home: many units are alike. */
const coarse = { ...panel, columns: { ...panel.columns, class: numbers([...income].map((v) => (v > 0 ? 1 : 0))) } };
const ports = memoryPorts([coarse]);
const service = createService(ports, createJobs(ports, { concurrency: 1 }));
const request = {
  ...{ panel: 'study', treatment: 'coach', outcome: 'kpi', covariates: ['class', 'home'] },
  ...{ baseline: '2023', followUp: '2024' },
};
const cases = allDesigns.flatMap(([design, estimand]) =>
  [null, 'street'].map(
    (cluster) => [JSON.stringify(design), cluster, { ...request, design, estimand, cluster }] as const,
  ),
);
let withTies = 0;

describe('the range of the estimate under other orders of tied units', () => {
  it.each(cases)('holds the estimate: %s, clusters %s', async (_, cluster, input) => {
    const job = await service.matchingStudy({ role: 'operator' }, input, { waitMs: 60_000 });
    // Coarse data leave some designs without a pair.
    if (job.error?.code === 'no-overlap') return;
    expect(job.error).toBeNull();
    const { ties, effects, inference } = (job.result as ResultOf<'matching-study'>).body;
    if (cluster !== null) expect(inference.method).toBe('cluster-means');
    if (ties === null) return;
    withTies++;
    expect(ties.minimum).toBeLessThanOrEqual(effects.matched!.estimate);
    expect(ties.maximum).toBeGreaterThanOrEqual(effects.matched!.estimate);
  });

  it('was seen in many designs', () => expect(withTies).toBeGreaterThan(15));
});
