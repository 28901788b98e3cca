import { expect, it } from 'vitest';
import { studyTemplates } from '../../src/app/analyses/study-templates.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { operations } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';

it('templates of studies fit the contract, name their question, and are designed once their holes are filled', async () => {
  const ports = memoryPorts([studyPanel()]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const list = await service.listStudyTemplates({ role: 'visitor' }, {});
  expect(violations(operations.listStudyTemplates.response, JSON.parse(JSON.stringify(list)))).toEqual([]);
  expect(list.templates.map(({ name }) => name)).toEqual(Object.keys(studyTemplates));
  for (const { question } of list.templates) expect(question.en).not.toBe(question.nl);
  const grant = list.templates.find(({ name }) => name === 'grant')!;
  const filled = JSON.stringify(grant.protocol)
    .replaceAll('"<covariate>","<covariate>"', '"income"')
    .replaceAll('<grant>', 'coach')
    .replaceAll('<outcome>', 'kpi')
    .replaceAll('<year before>', '2023')
    .replaceAll('<year after>', '2024')
    .replaceAll('"<year before the baseline>"', 'null');
  expect(filled).not.toContain('<');
  const job = await service.designStudy(
    { role: 'operator' },
    { panel: 'study', question: grant.question.en, ...JSON.parse(filled) },
    { waitMs: 60_000 },
  );
  expect(job.error).toBeNull();
});
