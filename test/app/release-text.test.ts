import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { codes, memoryPorts } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';

const panel = studyPanel({ units: 60 });
const story = {
  ...panel,
  columns: { ...panel.columns, story: codes(panel.unitIndex.map((u) => `we pay too much, says number ${u % 3}`)) },
  variables: { story: { type: 'text', role: 'text' } },
} as const;
const study = {
  panel: 'study',
  treatment: 'coach',
  outcome: 'kpi',
  covariates: ['income'],
  baseline: '2023',
  followUp: '2024',
} as const;
const level = 'we pay too much, says number 1';
const qca = {
  panel: 'study',
  wave: '2024',
  outcome: { variable: 'coach' },
  conditions: [{ variable: 'home', level: 'old' }],
};
const did = { panel: 'study', model: 'difference-in-differences', outcome: 'kpi', treatment: 'coach' } as const;
const regression = { panel: 'study', model: 'pooled', outcome: 'kpi', terms: ['income'] } as const;

describe('free text', () => {
  const ports = memoryPorts([story]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const wait = { waitMs: 20_000 };
  const roles: readonly Actor[] = [{ role: 'visitor' }, { role: 'operator' }];

  const uses: readonly [
    string,
    (actor: Actor) => Promise<{ readonly error: { readonly code: string; readonly message: string } | null }>,
  ][] = [
    ['attribute of insights', (a) => service.insights(a, { panel: 'study', kpi: 'kpi', by: 'story' }, wait)],
    [
      'treatment of a matching study',
      (a) => service.matchingStudy(a, { ...study, treatment: 'story', treatedLevel: level }, wait),
    ],
    [
      'covariate of a matching study',
      (a) => service.matchingStudy(a, { ...study, covariates: ['income', 'story'] }, wait),
    ],
    [
      'exact variable of a matching study',
      (a) => service.matchingStudy(a, { ...study, design: { method: 'exact', exact: ['story'] } }, wait),
    ],
    ['cluster of a matching study', (a) => service.matchingStudy(a, { ...study, cluster: 'story' }, wait)],
    ['term of a panel model', (a) => service.panelModel(a, { ...regression, terms: ['story'] }, wait)],
    ['cluster of a panel model', (a) => service.panelModel(a, { ...regression, cluster: 'story' }, wait)],
    [
      'treatment of a panel model',
      (a) => service.panelModel(a, { ...did, treatment: 'story', treatedLevel: level }, wait),
    ],
    ['condition of a QCA', (a) => service.qca(a, { ...qca, conditions: [{ variable: 'story', level }] }, wait)],
    ['outcome of a QCA', (a) => service.qca(a, { ...qca, outcome: { variable: 'story', level } }, wait)],
  ];

  it.each(uses)('is no %s, for anybody', async (_, use) => {
    for (const actor of roles) {
      const { error } = await use(actor);
      expect(error).toMatchObject({
        code: 'invalid-request',
        message: expect.stringContaining('"story" is free text'),
      });
    }
  });
});
