import { afterAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { StudyProtocolRequest } from '../../src/app/analyses/study-protocol.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { digestOf } from '../../src/app/digest.ts';
import { createJobs, type JobView } from '../../src/app/jobs.ts';
import type { Ports } from '../../src/app/ports.ts';
import { createService } from '../../src/app/service.ts';
import type { StudyCapsule } from '../../src/app/study-capsule.ts';
import { operations, results } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';
import type { NumberColumn } from '../../src/core/panel/columns.ts';
import { createRandom, type RandomStream } from '../../src/core/random/random-stream.ts';
import { createCompute } from '../../src/workers/create-compute.ts';
import { type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };
const wait = { waitMs: 60_000 };

const protocol = {
  panel: 'study',
  treatment: { variable: 'coach' },
  covariates: ['income', 'home', 'kpi'],
  baseline: '2023',
  outcome: { variable: 'kpi', followUp: '2024' },
} satisfies StudyProtocolRequest;

function open(panel: MemoryPanel, overrides: Partial<Ports> = {}) {
  const ports = memoryPorts([panel], overrides);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const ended = async <T>(job: Promise<JobView>): Promise<T> => {
    const { error, result } = await job;
    if (error !== null) throw Object.assign(new Error(error.message), error);
    return result as T;
  };
  return {
    ports,
    service,
    /** The capsule of a study as it is written to a file and read again. */
    async capsule(changes: Partial<StudyProtocolRequest> = {}, actor = operator, reason: string | null = null) {
      const design = await ended<ResultOf<'study-design'>>(
        service.designStudy(operator, { ...protocol, ...changes }, wait),
      );
      await service.sealStudyDesign(operator, { result: design.id });
      const override = reason === null ? {} : { override: { reason } };
      const study = await ended<ResultOf<'study'>>(
        service.estimateStudy(operator, { result: design.id, ...override }, wait),
      );
      const written = JSON.stringify(await service.studyCapsule(actor, { result: study.id }), null, 2);
      return JSON.parse(written) as StudyCapsule;
    },
    replay: (capsule: StudyCapsule, actor = operator) =>
      ended<ResultOf<'replay'>>(service.replay(actor, capsule, wait)),
  };
}

function changed(panel: MemoryPanel, name: string, change: (row: number, value: number) => number | null): MemoryPanel {
  const { values, status } = panel.columns[name] as NumberColumn;
  const next = [...values].map((value, row) => (status[row] === 0 ? change(row, value) : null));
  return { ...panel, columns: { ...panel.columns, [name]: numbers(next) } };
}

/** A panel of which a part of the outcomes after the baseline is not known. */
function withLosses(panel: MemoryPanel, share: number): MemoryPanel {
  const random = createRandom(9, 'losses');
  const isLost = panel.unitIds.map(() => random.bernoulli(share));
  return changed(panel, 'kpi', (row, value) => (panel.waveIndex[row]! > 0 && isLost[row >> 1] ? null : value));
}

const pick = <T>(random: RandomStream, list: readonly T[]): T => list[random.integer(list.length)]!;

function randomProtocol(random: RandomStream): Partial<StudyProtocolRequest> {
  return {
    covariates: pick(random, [['income'], ['income', 'home'], ['income', 'home', 'kpi'], ['income^2', 'kpi:home']]),
    eligibility: pick<NonNullable<StudyProtocolRequest['eligibility']>>(random, [
      [],
      [{ variable: 'income', from: -2 }],
    ]),
    outcome: { ...protocol.outcome, is: pick(random, ['level', 'change']) },
    design: pick<NonNullable<StudyProtocolRequest['design']>>(random, [
      { method: 'nearest' },
      { method: 'nearest', calipers: [], ratio: 2, order: 'random' },
      { method: 'nearest', maximumReuse: null, ratio: 2 },
      { method: 'optimal', distance: { type: 'mahalanobis' } },
      { method: 'full' },
      { method: 'subclassification', subclasses: 5 },
      { method: 'exact', exact: ['home'] },
      { method: 'coarsened-exact', coarsening: [{ variable: 'income', cut: { bins: 4 } }] },
      { method: 'inverse-probability', trim: 0.05 },
      { method: 'entropy-balancing' },
    ]),
    inference: pick<NonNullable<StudyProtocolRequest['inference']>>(random, [
      {},
      { cluster: 'collective' },
      { permutations: 50 },
      { confidence: 0.9 },
    ]),
    sensitivity: { effectsBy: pick(random, [null, 'home']), augmented: pick(random, [null, { folds: 2 }]) },
    seed: 1 + random.integer(1000),
  };
}

const small = studyPanel({ units: 240, seed: 3 });

describe('a study carried out again from its capsule', () => {
  const seeds = Array.from({ length: 30 }, (_, s) => s + 1);
  it.each(seeds)('is the same to the byte, here and in another service: protocol %i', async (seed) => {
    const random = createRandom(seed, 'replay');
    const panel = random.bernoulli(0.5) ? withLosses(small, 0.15) : small;
    const asked = randomProtocol(random);
    const here = open(panel);
    const capsule = await here.capsule(asked, operator, random.bernoulli(0.5) ? 'To be replayed.' : null);
    const same = { verdict: 'same', identical: true, changes: [], differences: [], digest: capsule.digest };
    expect((await here.replay(capsule)).body).toEqual({ ...same, sealedHere: true });
    expect((await open(panel).replay(capsule)).body).toEqual({ ...same, sealedHere: false });
    const id = { result: capsule.result };
    const released = JSON.parse(JSON.stringify(await here.service.studyCapsule(visitor, id))) as StudyCapsule;
    for (const actor of [visitor, operator]) {
      expect((await here.replay(released, actor)).body).toEqual({ ...same, sealedHere: true, digest: released.digest });
    }
    for (const one of [capsule, released]) expect(violations(operations.studyCapsule.response, one)).toEqual([]);
  });

  const pools = [1, 2].map((threads) =>
    createCompute({ workerFile: new URL('../../src/main/worker.ts', import.meta.url).href, threads, warm: 0 }),
  );
  afterAll(() => Promise.all(pools.map((pool) => pool.close())));
  it('is the same with one and with two threads', async () => {
    const [one, two] = pools.map(({ compute }) => open(small, { compute }));
    const capsule = await one!.capsule({ design: { method: 'full' }, sensitivity: { augmented: { folds: 2 } } });
    expect((await two!.replay(capsule)).body).toMatchObject({ verdict: 'same', identical: true });
  });

  it('holds no answer in its result, fits the contract, and is in the log as no new reading', async () => {
    const { capsule, replay, ports } = open(small);
    const result = await replay(await capsule());
    expect(violations(results.replay, result)).toEqual([]);
    expect([result.settings.capsule.answer, result.class]).toEqual([null, 'workspace']);
    const log = await ports.events.entries();
    expect(log.map(({ type }) => type)).toEqual(['study-sealed', 'study-outcome-read', 'study-replayed']);
    expect(JSON.parse(log[2]!.details)).toEqual({
      ...{ seal: result.settings.capsule.seal.seal, override: null },
      ...{ treatments: ['coach'], outcomes: ['kpi'], until: '2024' },
    });
  });

  it('is compared by its digest alone where the answer was left out', async () => {
    const { capsule, replay } = open(small);
    const bare = { ...(await capsule()), answer: null };
    expect((await replay(bare)).body).toMatchObject({ verdict: 'same', identical: true });
    const { body } = await replay({ ...bare, digest: 'f'.repeat(64) });
    expect([body.identical, codes(body), body.differences]).toEqual([false, ['result other-digest'], []]);
  });
});

const codes = ({ changes }: ResultOf<'replay'>['body']): string[] => changes.map(({ what, code }) => `${what} ${code}`);

describe('what changed since a capsule was written', () => {
  type Edit = (capsule: StudyCapsule) => StudyCapsule;
  const editProtocol =
    (change: (protocol: StudyCapsule['protocol']) => Partial<StudyCapsule['protocol']>): Edit =>
    (capsule) => ({ ...capsule, protocol: { ...capsule.protocol, ...change(capsule.protocol) } });
  const estimate = (capsule: StudyCapsule) =>
    (capsule.answer!.body as ResultOf<'study'>['body']).study.effects.matched!.estimate;
  const withEstimate = (capsule: StudyCapsule, value: number) =>
    JSON.parse(JSON.stringify(capsule).replaceAll(`"estimate":${estimate(capsule)}`, `"estimate":${value}`));

  const edits: readonly (readonly [name: string, Edit, expected: readonly string[]])[] = [
    ['the question', editProtocol(() => ({ question: 'Another?' })), ['settings protocol-edited']],
    ['a covariate', editProtocol(() => ({ covariates: ['income'] })), ['settings protocol-edited']],
    ['the seed', editProtocol(({ seed }) => ({ seed: seed + 1 })), ['settings protocol-edited']],
    [
      'the confidence',
      editProtocol((p) => ({ inference: { ...p.inference, confidence: 0.5 } })),
      ['settings protocol-edited'],
    ],
    [
      'a protocol with its own hash',
      (c) => {
        const edited = editProtocol(() => ({ covariates: ['income'] }))(c);
        return { ...edited, seal: { ...c.seal, protocol: digestOf(edited.protocol) } };
      },
      ['settings seal-edited'],
    ],
    ['the seal', (c) => ({ ...c, seal: { ...c.seal, seal: 'f'.repeat(64) } }), ['settings seal-edited']],
    [
      'the design of the seal',
      (c) => ({ ...c, seal: { ...c.seal, design: 'f'.repeat(64) } }),
      ['settings seal-edited'],
    ],
    [
      'the engine of the seal',
      (c) => ({ ...c, seal: { ...c.seal, engine: '9' } }),
      ['settings seal-edited', 'engine engine-version'],
    ],
    [
      'the time of the seal',
      (c) => ({ ...c, seal: { ...c.seal, sealedAt: '2020-01-01T00:00:00.000Z' } }),
      ['settings sealed-at'],
    ],
    ['an override that was not', (c) => ({ ...c, override: null }), ['settings override-edited']],
    [
      'the version of the engine',
      (c) => ({ ...c, engine: { ...c.engine, version: '9.9.9' } }),
      ['engine engine-version'],
    ],
    ['the kernels', (c) => ({ ...c, engine: { ...c.engine, kernels: 'relaxed-simd' } }), ['engine engine-kernels']],
    ['a number', (c) => withEstimate(c, 123.5), ['result answer-edited', 'result other-answer-overridden']],
    [
      'a number with its own digest',
      (c) => {
        const edited = withEstimate(c, 123.5);
        return { ...edited, digest: digestOf(edited.answer) };
      },
      ['result other-answer-overridden'],
    ],
    ['the digest of the answer', (c) => ({ ...c, digest: 'f'.repeat(64) }), ['result answer-edited']],
  ];
  it.each(edits)('is told: %s', async (_, edit, expected) => {
    const { capsule, replay } = open(studyPanel({ units: 40 }));
    const small = { design: { method: 'nearest', calipers: [] } } as const;
    const own = await capsule(small, operator, 'To be replayed.');
    expect((own.answer!.body as ResultOf<'study'>['body']).gate).toBe('overridden');
    const { body } = await replay(edit(own));
    expect(codes(body)).toEqual(expected);
    expect(body.verdict).toBe('changed');
    const isRead = expected.every((code) => !code.startsWith('settings'));
    expect([body.identical === null, body.digest === null]).toEqual([!isRead, !isRead]);
    expect(body.differences.every(({ was, is }) => was === null && is === null)).toBe(true);
  });

  it('is told with both values of the first numbers, unless an override shows them', async () => {
    const { capsule, replay } = open(small);
    const own = await capsule();
    const value = estimate(own);
    const { body } = await replay(withEstimate(own, 123.5));
    expect(codes(body)).toEqual(['result answer-edited', 'result other-answer']);
    expect(body.differences).toContainEqual({
      path: '/body/study/effects/matched/estimate',
      was: '123.5',
      is: String(value),
    });
  });

  const elsewhere = (digest: string, panel: MemoryPanel, consents: number | null = 0): Partial<Ports> => {
    const { panels } = memoryPorts([panel]);
    return {
      panels: {
        ...panels,
        describe: async (name, revision) => {
          const found = await panels.describe(name, revision);
          return { ...found, digest, revisions: [{ ...found.revisions[0]!, digest }] };
        },
        columns: async (...asked) => ({ ...(await panels.columns(...asked)), digest, consents }),
      },
    };
  };

  it('are the data, of which no number is computed', async () => {
    const capsule = await open(small).capsule();
    for (const edit of [capsule, { ...capsule, engine: { ...capsule.engine, version: '9.9.9' } }]) {
      const other = open(small, elsewhere('e'.repeat(64), small));
      const { body, settings } = await other.replay(edit);
      expect(codes(body)[0]).toBe('data other-data');
      expect([body.identical, body.digest, body.differences, settings.capsule.answer]).toEqual([null, null, [], null]);
      expect(await other.ports.events.entries()).toEqual([]);
    }
  });

  it('is no consent that leaves out nobody of the study', async () => {
    const other = open(small, elsewhere('d'.repeat(64), small, 4));
    expect((await other.replay(await open(small).capsule())).body).toMatchObject({ verdict: 'same', identical: true });
  });

  it('is the design or the answer where an engine draws or computes otherwise from the same file', async () => {
    const capsule = await open(small).capsule();
    const drawsOther = changed(small, 'income', (row, value) => (row === 0 ? value + 3 : value));
    expect(codes((await open(drawsOther).replay(capsule)).body)).toEqual(['design other-design']);
    const computesOther = changed(small, 'kpi', (row, value) =>
      small.waveIndex[row] === 1 ? value + (row % 3) : value,
    );
    const { body } = await open(computesOther).replay(capsule);
    expect([codes(body), body.differences.length]).toEqual([['result other-answer-unsealed'], 10]);
    expect(body.differences.every(({ was, is }) => was === null && is === null)).toBe(true);
  });

  it('is found by the digest of the data, whatever number their revision has elsewhere', async () => {
    const capsule = await open(small).capsule();
    const { panels } = memoryPorts([small]);
    const seventh = { revision: 7, digest: capsule.seal.data.digest, ingestedAt: '2026-01-01T00:00:00.000Z' };
    const other = open(small, {
      panels: {
        ...panels,
        describe: async (name, revision) => ({
          ...(await panels.describe(name, revision)),
          revision: 7,
          revisions: [{ ...seventh, revision: 1, digest: 'e'.repeat(64) }, seventh],
        }),
        columns: async (...asked) => ({ ...(await panels.columns(...asked)), revision: 7 }),
      },
    });
    const { body, settings } = await other.replay(capsule);
    expect([body.verdict, body.identical, settings.revision]).toEqual(['same', true, 7]);
  });
});

describe('a capsule made up from a design', () => {
  it('is answered with places and no value, and its reading is in the log under its seal', async () => {
    const { service, ports, replay } = open(small);
    const { resultId } = await service.designStudy(operator, protocol, wait);
    const design = (await service.getResult(visitor, { result: resultId! })) as unknown as ResultOf<'study-design'>;
    const { settings, body, sources, engine } = design;
    const { revision, digest, consents } = sources[0]!;
    const sealed = {
      protocol: digestOf(settings),
      design: body.digest!,
      data: { revision, digest, consents },
      engine: engine.version,
    };
    const seal = { seal: digestOf(sealed), ...sealed, sealedAt: '2026-01-01T00:00:00.000Z' };
    const answer = { attrition: [], warnings: [], body: { study: { effects: { matched: { estimate: 0 } } } } };
    const answers = { answer, digest: digestOf(answer), override: null, result: 'res_none' };
    const readBefore = { otherOutcomes: [], readBeforeSeal: 0 };
    const found = await replay(
      {
        ...{ format: 'samenwijs-capsule', version: 1, holds: 'released', engine, protocol: settings, seal, readBefore },
        ...answers,
      },
      visitor,
    );
    expect([codes(found.body), found.body.sealedHere]).toEqual([['result other-answer-unsealed'], false]);
    expect(found.body.differences.length).toBeGreaterThan(0);
    expect(found.body.differences.every(({ was, is }) => was === null && is === null)).toBe(true);
    const log = await ports.events.entries();
    expect(log.map(({ type, details }) => [type, JSON.parse(details).seal])).toEqual([
      ['study-outcome-read', seal.seal],
    ]);
  });
});

describe('who may replay', () => {
  it('is nobody but the operator for a capsule that holds the whole', async () => {
    const { service, capsule } = open(small);
    const whole = await capsule();
    await expect(service.replay(visitor, whole, wait)).rejects.toMatchObject({ code: 'not-authorised' });
    const released = await service.studyCapsule(visitor, { result: whole.result });
    expect([whole.holds, released.holds]).toEqual(['whole', 'released']);
  });

  it('is asked for a sealed study and no other result', async () => {
    const { service } = open(small);
    const { resultId } = await service.designStudy(operator, protocol, wait);
    await expect(service.studyCapsule(operator, { result: resultId! })).rejects.toThrow(/expected a sealed study/);
    await expect(service.studyCapsule(operator, { result: 'res_none' })).rejects.toMatchObject({
      code: 'result-not-found',
    });
  });
});
