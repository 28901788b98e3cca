import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import type { StudyCapsule } from '../../src/app/study-capsule.ts';
import type { MemoryPanel } from '../support/memory-ports.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';
import { studyPanel } from '../support/study-panel.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };
const wait = { waitMs: 60_000 };
const panel = 'study';
const household = 'H00007';
const ingestSettings = { panel, unitKind: 'household', collective: 'collective' } as const;

/** The panel as the file it would come from. */
function toCsv({ unitIds, waves, unitIndex, waveIndex, columns }: MemoryPanel): string {
  const names = Object.keys(columns);
  const value = (name: string, row: number): string => {
    const column = columns[name]!;
    return column.type === 'number' ? String(column.values[row]) : column.levels[column.codes[row]!]!;
  };
  const lines = unitIndex.map((unit, row) =>
    [unitIds[unit], waves[waveIndex[row]!], ...names.map((name) => value(name, row))].join(','),
  );
  return `${['household', 'year', ...names].join(',')}\n${lines.join('\n')}\n`;
}

const file = toCsv(studyPanel({ units: 120, seed: 5 }));
const otherFile = file.replace('H00003,2023,0,', 'H00003,2023,1,');

async function serve(t: TestStore, content = file) {
  await t.ingest(content, ingestSettings);
  const { panels, jobs, results, consents, erasure, events } = t.store;
  let next = 0;
  const identifiers = { next: (prefix: string) => `${prefix}_${++next}` };
  const ports = memoryPorts([], { panels, jobs, results, consents, erasure, events, identifiers });
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const study = async () => {
    const covariates = ['income', 'home'];
    const outcome = { variable: 'kpi', followUp: '2024' };
    const protocol = { panel, treatment: { variable: 'coach' }, covariates, baseline: '2023', outcome };
    const { resultId: design } = await service.designStudy(operator, protocol, wait);
    await service.sealStudyDesign(operator, { result: design! });
    const { resultId } = await service.estimateStudy(operator, { result: design! }, wait);
    return JSON.parse(JSON.stringify(await service.studyCapsule(operator, { result: resultId! }))) as StudyCapsule;
  };
  const replay = async (capsule: StudyCapsule) => {
    const job = await service.replay(operator, capsule, wait);
    if (job.error !== null) throw Object.assign(new Error(job.error.message), job.error);
    return { job, body: (job.result as unknown as ResultOf<'replay'>).body };
  };
  return { service, study, replay };
}

const codes = ({ changes }: ResultOf<'replay'>['body']): string[] => changes.map(({ what, code }) => `${what} ${code}`);

describe('a capsule over the store', () => {
  it('is the same in another store that holds the file as another revision', async () => {
    await using one = await openTestStore();
    await using other = await openTestStore();
    const capsule = await (await serve(one)).study();
    const { replay } = await serve(other, otherFile);
    expect(codes((await replay(capsule)).body)).toEqual(['data other-data']);
    await other.ingest(file, ingestSettings);
    const { body, job } = await replay(capsule);
    expect([body.verdict, body.identical, body.sealedHere]).toEqual(['same', true, false]);
    expect((job.result as unknown as ResultOf<'replay'>).settings.revision).toBe(2);
  });

  it('of a superseded revision of households is for the operator, as every analysis of one', async () => {
    await using t = await openTestStore();
    const { service, study, replay } = await serve(t);
    const { result } = await study();
    const capsule = JSON.parse(JSON.stringify(await service.studyCapsule(visitor, { result }))) as StudyCapsule;
    expect((await service.replay(visitor, capsule, wait)).result!.body).toMatchObject({ verdict: 'same' });
    await t.ingest(otherFile, ingestSettings);
    await expect(service.replay(visitor, capsule, wait)).rejects.toMatchObject({ code: 'not-authorised' });
    expect((await replay(capsule)).body.verdict).toBe('same');
  });

  it('answers data-withdrawn after an erasure, one that left before too, and only its digests are kept', async () => {
    await using t = await openTestStore();
    const { service, study, replay } = await serve(t);
    const capsule = await study();
    const before = await replay(capsule);
    expect(before.body.verdict).toBe('same');
    await service.eraseUnit(operator, { panel, unit: household });
    await expect(service.studyCapsule(operator, { result: capsule.result })).rejects.toMatchObject({
      code: 'data-withdrawn',
    });
    await expect(service.getJob(operator, { job: before.job.id })).rejects.toMatchObject({ code: 'data-withdrawn' });
    for (const erased of ['H00008', null]) {
      const job = await service.replay(operator, capsule, wait);
      expect(job).toMatchObject({
        ...{ result: null, resultId: null },
        error: {
          code: 'data-withdrawn',
          details: { panel, by: 'erasure', seal: capsule.seal.seal, digest: capsule.digest },
        },
      });
      // Nothing of what the capsule brought is kept with the job but its digests.
      const kept = (await t.store.jobs.get(job.id))!.settings as unknown as { capsule: StudyCapsule };
      expect(kept.capsule).toEqual({ ...capsule, answer: null });
      if (erased !== null) await service.eraseUnit(operator, { panel, unit: erased });
    }
    // A study of those who are left is replayed as any other, also after a further erasure of nobody in it.
    expect((await replay(await study())).body.verdict).toBe('same');
  });

  it('is not compared while the consent of somebody in it is withdrawn, and is the same where it was given again', async () => {
    await using t = await openTestStore();
    const { service, study, replay } = await serve(t);
    const capsule = await study();
    await service.recordConsent(operator, { household, person: '1', purpose: 'research', kind: 'withdrawn' });
    expect((await service.replay(operator, capsule, wait)).error).toMatchObject({
      ...{ code: 'data-withdrawn', details: { by: 'consent', digest: capsule.digest } },
    });
    const types = (await t.store.events.entries()).map(({ type }) => type);
    expect(types).not.toContain('study-replayed');
    await service.recordConsent(operator, { household, person: '1', purpose: 'research', kind: 'renewed' });
    expect((await replay(capsule)).body.verdict).toBe('same');
  });
});
