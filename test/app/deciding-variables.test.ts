import { describe, expect, it } from 'vitest';
import type { MatchingStudyRequest } from '../../src/app/analyses/matching-study.ts';
import type { DesignRequest } from '../../src/app/analyses/study-design.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { translateRefusal } from '../../src/messages/translate-refusal.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';

const panel = studyPanel({ units: 120 });
const rows = panel.unitIndex.map((_, row) => row).filter((row) => row % 2 === 1);
/** The second wave alone: covariates are of the wave of the outcome. */
const oneWave = {
  ...panel,
  panel: 'one-wave',
  waves: ['2024'],
  unitIndex: rows.map((row) => panel.unitIndex[row]!),
  waveIndex: rows.map(() => 0),
  columns: Object.fromEntries(
    Object.entries(panel.columns).map(([name, column]) => {
      const status = Uint8Array.from(rows, (row) => column.status[row]!);
      return [
        name,
        column.type === 'number'
          ? { ...column, status, values: Float64Array.from(rows, (row) => column.values[row]!) }
          : { ...column, status, codes: Int32Array.from(rows, (row) => column.codes[row]!) },
      ];
    }),
  ),
};
const ports = memoryPorts([panel, oneWave]);
const service = createService(ports, createJobs(ports, { concurrency: 1 }));

async function ask(input: Partial<MatchingStudyRequest>) {
  const request = { panel: 'one-wave', treatment: 'coach', outcome: 'kpi', covariates: ['income'], ...input };
  const job = await service
    .matchingStudy({ role: 'operator' }, request, { waitMs: 20_000 })
    .catch((error) => ({ error }));
  return job.error ?? null;
}

const requests = (variable: string): readonly (readonly [string, DesignRequest | null])[] => [
  ['design.calipers', { method: 'nearest', calipers: [{ on: variable, width: 1, unit: 'raw' }] }],
  ['design.calipers', { method: 'optimal', calipers: [{ on: variable, width: 1, unit: 'sd' }] }],
  ['design.exact', { method: 'nearest', exact: [variable] }],
  ['design.exact', { method: 'exact', exact: ['home', variable] }],
  ['design.exact', { method: 'cardinality', exact: [variable] }],
  ['design.antiExact', { method: 'full', antiExact: [variable] }],
  ['design.distance.within', { method: 'nearest', distance: { type: 'propensity-score', within: [`${variable}^2`] } }],
  ['design.prefer', { method: 'optimal', prefer: { variable, penalty: 1 } }],
  ['design.collective', { method: 'two-level', collective: variable }],
  ['design.coarsening', { method: 'coarsened-exact', coarsening: [{ variable, cut: { bins: 4 } }] }],
  ['samplingWeights', null],
];
const inputOf = (variable: string, design: DesignRequest | null): Partial<MatchingStudyRequest> =>
  design === null ? { samplingWeights: variable } : { design };

describe('who is compared', () => {
  it('is not decided by another outcome of the same wave, nor within levels of an outcome', async () => {
    const other = { otherOutcomes: ['income'], covariates: ['home'] };
    expect(await ask({ ...other, covariates: ['home', 'income'] })).toMatchObject({
      code: 'invalid-request',
      details: { variable: 'income' },
    });
    expect(await ask({ ...other, design: { method: 'nearest', exact: ['income'] } })).toMatchObject({
      details: { field: 'design.exact', variable: 'income' },
    });
    expect(await ask({ effectsBy: 'kpi' })).toMatchObject({ details: { field: 'effectsBy', variable: 'kpi' } });
    expect(await ask(other)).toBeNull();
  });

  it.each(requests('kpi'))('is not decided by the outcome of the same wave: %s', async (field, design) => {
    const refused = await ask(inputOf('kpi', design));
    expect(refused).toMatchObject({ code: 'invalid-request', details: { field, variable: 'kpi' } });
    expect(refused.message).toContain('name a baseline before the treatment');
    expect(translateRefusal('nl', refused.code, refused.message)).toContain(`zoals \`${field}\` vraagt`);
  });

  it.each(requests('coach'))('is not decided by the treatment: %s', async (field, design) => {
    const refused = await ask(inputOf('coach', design));
    expect(refused).toMatchObject({ code: 'invalid-request', details: { field, variable: 'coach' } });
    expect(translateRefusal('nl', refused.code, refused.message)).toContain(`zoals \`${field}\` vraagt`);
  });

  it('may be decided by the outcome before the treatment', async () => {
    const caliper = { on: 'kpi', width: 1, unit: 'sd' } as const;
    const waves = { panel: 'study', baseline: '2023', followUp: '2024' };
    expect(await ask({ ...waves, design: { method: 'nearest', calipers: [caliper] } })).toBeNull();
  });
});
