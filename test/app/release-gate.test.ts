import { describe, expect, it } from 'vitest';
import { type Actor, roles } from '../../src/app/actor.ts';
import type { InsightsRequest } from '../../src/app/analyses/insights.ts';
import type { MatchingStudyRequest } from '../../src/app/analyses/matching-study.ts';
import type { PanelModelRequest } from '../../src/app/analyses/panel-model.ts';
import type { QcaRequest } from '../../src/app/analyses/qca-settings.ts';
import type { AlternativesRequest } from '../../src/app/analyses/specifications.ts';
import type { StudyProtocolRequest } from '../../src/app/analyses/study-protocol.ts';
import type { AnyResult } from '../../src/app/analyses.ts';
import { digestOf } from '../../src/app/digest.ts';
import { AppError } from '../../src/app/errors.ts';
import { createJobs, type JobView } from '../../src/app/jobs.ts';
import { createService, type Service } from '../../src/app/service.ts';
import { type OperationId, operations } from '../../src/contract/operations.ts';
import { createRandom, type RandomStream } from '../../src/core/random/random-stream.ts';
import { ownNumbersAndNames, plainCounts, solve, subtract } from '../support/gate-attack.ts';
import {
  attackCollectives,
  attackDescription,
  attackInsights,
  attackMultiverse,
  attackPanelModel,
  attackQca,
  attackSealedStudy,
  attackStudy,
  attackStudyDesign,
  attackTotals,
} from '../support/gate-attacks-by-kind.ts';
import { type GatePanel, gatePanel } from '../support/gate-panel.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { command } from '../support/terminal.ts';

const operator: Actor = { role: 'operator' };
const others = roles.filter((role) => role !== 'operator');
const wait = { waitMs: 60_000 };

const pick = <T>(random: RandomStream, list: readonly T[]): T => list[random.integer(list.length)]!;
const some = <T>(random: RandomStream, list: readonly T[], least: number): T[] =>
  [...random.permutation(list.length)].slice(0, least + random.integer(list.length - least)).map((i) => list[i]!);

type Question = (service: Service, actor: Actor) => Promise<JobView>;
type Kind = 'insights' | 'matching-study' | 'study-design' | 'study' | 'multiverse' | 'panel-model' | 'qca';

/** The question with an entry of its own for each unit. */
function inRiskSets(random: RandomStream, { panel, treatment, outcome, outcomeIs, covariates }: MatchingStudyRequest) {
  return {
    panel,
    treatment,
    outcome,
    outcomeIs: outcomeIs!,
    covariates,
    riskSets: { after: pick(random, [0, 0, 1]) },
    design: pick<NonNullable<MatchingStudyRequest['design']>>(random, [
      { method: 'nearest', calipers: [] },
      { method: 'nearest' },
      { method: 'nearest', ratio: 2, exact: ['member'], calipers: [{ on: 'gas', width: 0.5, unit: 'sd' }] },
    ]),
  } satisfies MatchingStudyRequest;
}

const firth = { type: 'propensity-score', penalty: { type: 'firth' } } as const;

/** The protocol of a study that asks the same as a study in one go. */
function protocolOf(random: RandomStream): StudyProtocolRequest {
  const covariates = ['gas', 'debt', 'solar', 'usual', 'member', 'kind', 'member:gas', 'degree'];
  return {
    panel: 'gate',
    treatment: pick<StudyProtocolRequest['treatment']>(random, [
      { variable: 'coach' },
      { variable: 'coach' },
      { adopts: 'coach', in: '2023' },
    ]),
    covariates: some(random, covariates, 1).slice(0, 3),
    baseline: '2022',
    estimand: pick(random, ['ATT', 'ATC']),
    eligibility: pick<NonNullable<StudyProtocolRequest['eligibility']>>(random, [
      [],
      [],
      [],
      [{ variable: 'gas', from: 1200 }],
    ]),
    outcome: {
      variable: pick(random, ['kpi', 'kpi', 'kpi', 'kpi', 'kpi', 'kpi', 'kpi', 'debt', 'solar']),
      is: pick(random, ['level', 'change']),
      followUp: pick(random, ['2023', '2024']),
    },
    sensitivity: { effectsBy: pick(random, [null, 'kind', 'member']) },
    design: pick<NonNullable<StudyProtocolRequest['design']>>(random, [
      { method: 'nearest', distance: firth, calipers: [] },
      { method: 'nearest', distance: firth },
      { method: 'full', distance: firth },
      { method: 'subclassification', distance: firth, subclasses: 4 },
      { method: 'exact', exact: ['kind'] },
      { method: 'inverse-probability', penalty: firth.penalty, trim: 0.1 },
    ]),
  };
}

/** Who may not choose so finely (test/app/coarse-eligibility.test.ts) reads what the operator did, or is told no more than that. */
async function designAs(service: Service, actor: Actor, protocol: StudyProtocolRequest): Promise<JobView> {
  try {
    return await service.designStudy(actor, protocol, wait);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not-authorised') throw error;
    const own = await service.designStudy(operator, protocol, wait);
    const result = own.resultId === null ? null : await service.getResult(actor, { result: own.resultId });
    return { ...own, error: { code: error.code, message: error.message, details: error.details }, result };
  }
}

/** Questions at random: what people ask, and what somebody asks who looks for one household. */
const questions = {
  insights(random: RandomStream): Question {
    const input: InsightsRequest = {
      panel: 'gate',
      kpi: pick(random, ['kpi', 'debt', 'solar', 'usual', 'member', 'degree']),
      by: pick(random, [null, 'kind', 'town', 'member', 'debt']),
      collective: pick(random, [null, null, 'town-0', 'town-1']),
      period: pick(random, ['wave', 'wave', 'year']),
      goal: pick(random, [null, { value: 287.5 }]),
    };
    return (service, actor) => service.insights(actor, input, wait);
  },
  'matching-study'(random: RandomStream): Question {
    const covariates = some(
      random,
      ['gas', 'debt', 'solar', 'usual', 'member', 'kind', 'member:gas', 'solar:gas', 'degree'],
      1,
    );
    const input: MatchingStudyRequest = {
      panel: 'gate',
      treatment: 'coach',
      outcome: pick(random, ['kpi', 'kpi', 'kpi', 'kpi', 'kpi', 'member', 'debt', 'solar']),
      outcomeIs: pick(random, ['level', 'change']),
      covariates,
      balanceOf: pick(random, ['covariates', 'covariates', 'squares', 'squares-and-products']),
      baseline: '2022',
      followUp: pick(random, ['2023', '2024']),
      estimand: pick(random, ['ATT', 'ATC']),
      permutations: pick(random, [null, null, 50]),
      effectsBy: pick(random, [null, 'kind', 'member', 'debt']),
      otherOutcomes: pick<readonly string[]>(random, [[], ['debt'], ['solar', 'member']]),
      augmented: pick(random, [null, { folds: 0 }]),
      design: pick<NonNullable<MatchingStudyRequest['design']>>(random, [
        { method: 'nearest', calipers: [] },
        { method: 'nearest' },
        { method: 'nearest', maximumReuse: null, ratio: 2 },
        { method: 'nearest', calipers: [{ on: 'gas', width: 0.3, unit: 'sd' }], exact: ['member'] },
        { method: 'exact', exact: ['member', 'kind'] },
        { method: 'subclassification', subclasses: 4 },
        { method: 'full' },
        { method: 'optimal', distance: { type: 'mahalanobis' }, calipers: [{ on: 'gas', width: 0.5, unit: 'sd' }] },
        { method: 'coarsened-exact', coarsening: [{ variable: 'gas', cut: { bins: 4 } }] },
        { method: 'balancing-score' },
        { method: 'cardinality', tolerance: 0.2, nodes: 500 },
        { method: 'inverse-probability', trim: 0.1 },
        { method: 'entropy-balancing' },
      ]),
    };
    const asked = random.bernoulli(0.25) ? inRiskSets(random, input) : input;
    return (service, actor) => service.matchingStudy(actor, asked, wait);
  },
  'study-design'(random: RandomStream): Question {
    const protocol = protocolOf(random);
    return (service, actor) => designAs(service, actor, protocol);
  },
  study(random: RandomStream): Question {
    const protocol = protocolOf(random);
    const override = random.bernoulli(0.7) ? { override: { reason: 'To be attacked.' } } : {};
    // One design for whoever asks: then the answers are about the same seal.
    let designed: Promise<JobView> | null = null;
    return async (service, actor) => {
      designed ??= service.designStudy(operator, protocol, wait);
      const { resultId } = await designed;
      if (resultId === null) return designAs(service, actor, protocol);
      await service.sealStudyDesign(actor, { result: resultId });
      return service.estimateStudy(actor, { result: resultId, ...override }, wait);
    };
  },
  multiverse(random: RandomStream): Question {
    const protocol = protocolOf(random);
    const alternatives: AlternativesRequest = {
      covariates: [['gas'], some(random, ['gas', 'debt', 'member', 'kind', 'usual'], 1)],
      designs: [
        { method: 'nearest', calipers: [] },
        pick(random, [{ method: 'exact', exact: ['member'] }, { method: 'full' }, { method: 'inverse-probability' }]),
      ],
      calipers: [null, 0.1, 0.3],
    };
    const override = { reason: 'To be attacked.' };
    // One study for whoever asks: then the answers are about the same seal.
    let studied: Promise<JobView> | null = null;
    const study = async (service: Service, actor: Actor): Promise<JobView> => {
      const designed = await designAs(service, actor, protocol);
      if (designed.resultId === null) return designed;
      await service.sealStudyDesign(actor, { result: designed.resultId });
      return service.estimateStudy(actor, { result: designed.resultId, override }, wait);
    };
    return async (service, actor) => {
      studied ??= study(service, operator);
      const { resultId } = await studied;
      if (resultId === null) return study(service, actor);
      return service.multiverse(actor, { result: resultId, ...alternatives }, wait);
    };
  },
  'panel-model'(random: RandomStream): Question {
    const outcome = pick(random, ['kpi', 'kpi', 'kpi', 'kpi', 'member', 'debt', 'solar']);
    const regression = {
      panel: 'gate',
      outcome,
      model: pick(random, ['pooled', 'fixed-effects', 'random-effects', 'between', 'first-differences'] as const),
      terms: some(random, ['coach', 'gas', 'kind', 'member', 'usual', 'member:gas', 'degree'], 1),
    } satisfies PanelModelRequest;
    const differences = {
      panel: 'gate',
      outcome,
      model: 'difference-in-differences',
      treatment: 'coach',
      controlGroup: pick(random, ['never-treated', 'not-yet-treated'] as const),
      basePeriod: pick(random, ['varying', 'universal'] as const),
    } satisfies PanelModelRequest;
    const input = random.bernoulli(0.5) ? regression : differences;
    return (service, actor) => service.panelModel(actor, input, wait);
  },
  qca(random: RandomStream): Question {
    const high = (thresholds: number[]) => ({ method: 'crisp' as const, thresholds });
    const input: QcaRequest = {
      panel: 'gate',
      wave: '2024',
      cases: random.bernoulli(0.8) ? 'unit' : 'collective',
      outcome: pick(random, [
        { variable: 'member', negated: random.bernoulli(0.3) },
        { variable: 'kpi', calibration: high([300]) },
        { variable: 'debt' },
        { variable: 'degree', type: 'fuzzy' },
        { variable: 'kpi', calibration: { method: 'find-thresholds' as const, count: 1 } },
        {
          variable: 'member',
          name: 'MEMBER',
          expression: 'MEMBER*LOW',
          parts: [{ variable: 'kpi', name: 'LOW', calibration: high([295]) }],
        },
      ]),
      conditions: some(
        random,
        [
          { variable: 'other' },
          { variable: 'coach' },
          { variable: 'gas', calibration: high([550]) },
          { variable: 'kind', name: 'CASTLE', level: 'castle' },
          { variable: 'debt', name: 'DEBT' },
          { variable: 'debt', name: 'INDEBTED', calibration: high([0.1]) },
          { variable: 'gas', name: 'HEAVY', calibration: { method: 'find-thresholds' as const, count: 2 } },
        ],
        1,
      ).slice(0, 3),
      frequencyCutoff: pick(random, [1, 10]),
      consistencyCutoff: pick(random, [0.3, 0.5, 0.75, 0.9]),
      permutations: pick(random, [0, 20]),
      necessity: { consistencyCutoff: 0.8 },
    };
    return (service, actor) => service.qca(actor, input, wait);
  },
} as const;

const attacks = {
  insights: attackInsights,
  'matching-study': attackStudy,
  'study-design': attackStudyDesign,
  study: attackSealedStudy,
  multiverse: attackMultiverse,
  'panel-model': attackPanelModel,
  qca: attackQca,
} as const;

const serve = (world: GatePanel) => {
  const ports = memoryPorts([world.panel]);
  return createService(ports, createJobs(ports, { concurrency: 1 }));
};

/** Everything that an answer gives away, as text; `own` is the same answer as the operator sees it. */
function leaks(kind: Kind, own: AnyResult, shown: AnyResult, world: GatePanel): string[] {
  if (shown.kind === 'qca' && shown.settings.cases === 'collective') {
    return [...ownNumbersAndNames(shown, world), ...attackCollectives(shown, world)];
  }
  const attack = attacks[kind] as (own: AnyResult, shown: AnyResult, world: GatePanel) => string[];
  const plain =
    shown.kind === 'study'
      ? [...plainCounts({ ...shown, body: { ...shown.body, study: null } }), ...plainCounts({ body: shown.body.study })]
      : plainCounts(shown);
  return [...plain, ...ownNumbersAndNames(shown, world), ...attack(own, shown, world)];
}

const seeds = Array.from({ length: 12 }, (_, s) => s + 1);
const kinds = Object.keys(questions) as Kind[];
const perKind = 6;

interface Answer {
  readonly own: AnyResult | null;
  readonly shown: JobView;
  readonly world: GatePanel;
  readonly service: Service;
}

const asked = new Map<string, Promise<readonly Answer[]>>();
/** The answers of a panel, as the operator and as somebody else sees them. */
function answers(kind: Kind, seed: number): Promise<readonly Answer[]> {
  const key = `${kind} ${seed}`;
  const known = asked.get(key) ?? askAll(kind, seed);
  asked.set(key, known);
  return known;
}

async function askAll(kind: Kind, seed: number): Promise<readonly Answer[]> {
  const world = gatePanel(seed);
  const service = serve(world);
  const random = createRandom(seed, `gate-${kind}`);
  const found: Answer[] = [];
  for (let i = 0; i < perKind; i++) {
    const ask = questions[kind](random);
    const own = await ask(service, operator);
    found.push({ own: own.result, shown: await ask(service, { role: pick(random, others) }), world, service });
  }
  return found;
}

const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe.each(kinds)('%s', (kind) => {
  it.each(seeds)('gives nobody but the operator a few households, plain or by arithmetic (panel %i)', async (seed) => {
    for (const { own, shown, world, service } of await answers(kind, seed)) {
      if (own === null || shown.result === null) {
        expect([shown.result, ownNumbersAndNames(asJson(shown.error), world)]).toEqual([null, []]);
        continue;
      }
      expect(leaks(kind, own, asJson(shown.result), world), JSON.stringify(own.settings)).toEqual([]);
      // The operator's stored result is gated on every reading, the same for every role.
      const { id: _, ...answer } = asJson(shown.result);
      for (const role of others) {
        const { id: __, ...read } = asJson(await service.getResult({ role }, { result: own.id }));
        expect(read).toEqual(answer);
      }
    }
  });

  it('is answered often enough to be judged', async () => {
    const all = (await Promise.all(seeds.map((seed) => answers(kind, seed)))).flat();
    const shown = all.filter(({ shown: { result } }) => result !== null && !isWithheld(result));
    expect(shown.length).toBeGreaterThan(all.length / 4);
  });

  it('is caught by the attack where its gate is bypassed', async () => {
    const all = (await Promise.all(seeds.map((seed) => answers(kind, seed)))).flat();
    const caught = all.filter(({ own, world }) => own !== null && leaks(kind, own, asJson(own), world).length > 0);
    expect(caught.length).toBeGreaterThan(all.length / 3);
  });
});

describe('a capsule', () => {
  it.each(seeds)('gives nobody but the operator more than the study, nor does its replay (panel %i)', async (seed) => {
    const random = createRandom(seed, 'gate-capsule');
    for (const { own, shown, world, service } of await answers('study', seed)) {
      if (own?.kind !== 'study' || shown.result?.kind !== 'study') continue;
      const actor = { role: pick(random, others) };
      const capsule = asJson(await service.studyCapsule(actor, { result: own.id }));
      const { attrition, warnings, body } = asJson(shown.result);
      expect(capsule.answer).toEqual({ attrition, warnings, body });
      expect(capsule.digest).toBe(digestOf({ attrition, warnings, body }));
      expect(ownNumbersAndNames({ ...capsule, settings: capsule.protocol, protocol: null }, world)).toEqual([]);
      // Somebody who writes other numbers into it is told the first of those that the study shows.
      const guess = JSON.parse(JSON.stringify(capsule.answer), (_, v) => (typeof v === 'number' ? v + 1 : v));
      for (const answer of [capsule.answer, guess]) {
        const { result } = asJson(await service.replay(actor, { ...capsule, answer }, wait));
        if (result?.kind !== 'replay') throw new Error('A replay of a study failed.');
        expect(ownNumbersAndNames(result, world)).toEqual([]);
        for (const { path, is } of result.body.differences) {
          expect([null, JSON.stringify(at(capsule.answer, path))]).toContain(is);
        }
      }
    }
  });

  it('of the whole is not replayed by anybody else, to whom its digest would confirm a guess', async () => {
    const all = (await Promise.all(seeds.map((seed) => answers('study', seed)))).flat();
    const { own, service } = all.find((answer) => answer.own?.kind === 'study')!;
    const whole = await service.studyCapsule(operator, { result: own!.id });
    await expect(service.replay({ role: 'researcher' }, whole, wait)).rejects.toMatchObject({ code: 'not-authorised' });
    const { resultId } = await service.replay(operator, whole, wait);
    await expect(service.getResult({ role: 'researcher' }, { result: resultId! })).rejects.toMatchObject({
      code: 'not-authorised',
    });
  });
});

/** The part of a JSON value that a JSON Pointer without escapes points at. */
const at = (json: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce((part, name) => (part as Readonly<Record<string, unknown>>)[name], json);

const isWithheld = ({ body }: AnyResult): boolean =>
  'study' in body ? body.study.withheld !== null : 'withheld' in body && body.withheld !== null;

describe('one part of an answer that bypasses the gate', () => {
  type Part = (own: AnyResult, shown: AnyResult) => AnyResult;
  const body = (change: (own: never, shown: never) => object): Part =>
    ((own: AnyResult, shown: AnyResult) => ({
      ...shown,
      body: { ...shown.body, ...change(own.body as never, shown.body as never) },
    })) as unknown as Part;
  const parts: readonly (readonly [string, Kind, Part])[] = [
    ['the steps of a study', 'matching-study', (own, shown) => ({ ...shown, attrition: own.attrition })],
    ['the groups of a study', 'matching-study', body((own: { groups: object }) => ({ groups: own.groups }))],
    ['the balance of a study', 'matching-study', body((own: { balance: object }) => ({ balance: own.balance }))],
    ['the overlap of a study', 'matching-study', body((own: { overlap: object }) => ({ overlap: own.overlap }))],
    [
      'what a study says beside its effect',
      'matching-study',
      body((own: { further: object }) => ({ further: own.further })),
    ],
    ['the effects of a study', 'matching-study', body((own: { effects: object }) => ({ effects: own.effects }))],
    ['the steps of a design', 'study-design', (own, shown) => ({ ...shown, attrition: own.attrition })],
    ['the groups of a design', 'study-design', body((own: { groups: object }) => ({ groups: own.groups }))],
    ['the balance of a design', 'study-design', body((own: { balance: object }) => ({ balance: own.balance }))],
    ['who was lost in a study', 'study', body((own: { lost: object }) => ({ lost: own.lost }))],
    ['who is left in a study', 'study', body((own: { remaining: object }) => ({ remaining: own.remaining }))],
    ['the verdict on a study', 'study', body((own: { verdict: object }) => ({ verdict: own.verdict }))],
    ['the tables of a sealed study', 'study', body((own: { study: object }) => ({ study: own.study }))],
    ['the steps of a QCA', 'qca', (own, shown) => ({ ...shown, attrition: own.attrition })],
    ['the cautions of a QCA', 'qca', (own, shown) => ({ ...shown, warnings: own.warnings })],
    ['the rows of a QCA', 'qca', body((own: { rows: object }) => ({ rows: own.rows }))],
    ['the solutions of a QCA', 'qca', body((own: { solutions: object }) => ({ solutions: own.solutions }))],
    ['the necessity of a QCA', 'qca', body((own: { necessity: object }) => ({ necessity: own.necessity }))],
    ['the outcome set of a QCA', 'qca', body((own: { outcomeSet: object }) => ({ outcomeSet: own.outcomeSet }))],
    ['the units of a panel model', 'panel-model', body((own: { panel: object }) => ({ panel: own.panel }))],
    ['the regression', 'panel-model', body((own: { regression: object }) => ({ regression: own.regression }))],
    ['the differences', 'panel-model', body((own: { differences: object }) => ({ differences: own.differences }))],
    ['the progress to a goal', 'insights', body((own: { progress: object }) => ({ progress: own.progress }))],
  ];

  it.each(parts)('is caught: %s', async (_, kind, bypass) => {
    const all = (await Promise.all(seeds.map((seed) => answers(kind, seed)))).flat();
    const caught = all.filter(({ own, shown, world }) => {
      if (own === null || shown.result === null) return false;
      return leaks(kind, own, asJson(bypass(own, shown.result)), world).length > 0;
    });
    expect(caught.length).toBeGreaterThan(0);
  });
});

describe('what everybody may read of a panel', () => {
  it.each(seeds)('gives nobody but the operator a few households (panel %i)', async (seed) => {
    const world = gatePanel(seed);
    const service = serve(world);
    const variable = Object.entries(world.panel.columns).flatMap(([name, c]) => (c.type === 'number' ? [name] : []));
    const ownDescription = await service.describePanel(operator, { panel: 'gate' });
    const ownTotals = await service.panelTotals(operator, { panel: 'gate', variable });
    for (const role of others) {
      const list = asJson(await service.listPanels({ role }, {}));
      const description = asJson(await service.describePanel({ role }, { panel: 'gate' }));
      const totals = asJson(await service.panelTotals({ role }, { panel: 'gate', variable }));
      const found = [list, description, totals].flatMap((answer) => [
        ...plainCounts(answer),
        ...ownNumbersAndNames(answer, world),
      ]);
      expect([
        ...found,
        ...attackDescription(ownDescription, description, world),
        ...attackTotals(ownTotals, totals, description, world),
      ]).toEqual([]);
    }
    if (seed % 5 === 0) expect(plainCounts(asJson(ownDescription))).not.toEqual([]);
    expect(attackDescription(ownDescription, ownDescription, world)).not.toEqual([]);
    expect(attackTotals(ownTotals, ownTotals, ownDescription, world)).not.toEqual([]);
  });
});

describe('on the command line', () => {
  const lines = [
    'describe',
    'describe gate',
    'describe gate --totals kpi,debt,solar,usual,member',
    'insights gate --kpi solar --by kind --goal 3',
    'insights gate --kpi member --by town',
    'match gate --treatment coach --outcome kpi --covariates gas,kind,debt --baseline 2022 --follow-up 2023',
    'match gate --treatment coach --outcome debt --covariates gas --baseline 2022 --follow-up 2024',
    'panel-model gate --model pooled --outcome kpi --terms kind,gas',
    'panel-model gate --model fixed-effects --outcome debt --terms coach',
    'panel-model gate --model difference-in-differences --outcome kpi --treatment coach',
    'panel-model gate --model difference-in-differences --outcome debt --treatment coach',
    'qca gate --wave 2024 --outcome member --conditions coach,other --consistency 0.4 --frequency 10',
    'qca gate --wave 2024 --outcome debt --conditions coach --consistency 0.01 --permutations 20',
  ];
  it.each(lines)('what is withheld is said, in both languages: %s', async (line) => {
    for (const [seed, language] of [
      [1, 'en'],
      [2, 'nl'],
      [5, 'en'],
      [7, 'nl'],
    ] as const) {
      const world = gatePanel(seed);
      const { status, out, err } = await command(serve(world), [
        ...line.split(' '),
        '--role',
        'visitor',
        '--lang',
        language,
      ]);
      expect([status === 0, `${out}${err}`.match(/\b(NaN|null|undefined|Infinity)\b|\{[a-z]+[,}]/)?.[0]]).toEqual([
        err === '',
        undefined,
      ]);
      const secret = [...world.panel.unitIds, ...world.rareLevels].find((name) => `${out}${err}`.includes(name));
      expect(secret).toBeUndefined();
    }
  });
});

describe('every operation', () => {
  const operatorOnly: Readonly<Partial<Record<OperationId, (service: Service, actor: Actor) => unknown>>> = {
    ingestPanel: (s, actor) => s.ingestPanel(actor, { panel: 'gate' }, empty(), control),
    erasePanel: (s, actor) => s.erasePanel(actor, { panel: 'gate' }),
    eraseUnit: (s, actor) => s.eraseUnit(actor, { panel: 'gate', unit: 'household-0001' }),
    eraseHousehold: (s, actor) => s.eraseHousehold(actor, { household: 'household-0001' }),
    // Of a household itself: test/http/consent.test.ts.
    recordConsent: (s, actor) =>
      s.recordConsent(actor, { household: 'household-0001', person: '1', purpose: 'research', kind: 'given' }),
    listConsents: (s, actor) => s.listConsents(actor, { household: 'household-0001' }),
    listEvents: (s, actor) => s.listEvents(actor, {}),
    trainModel: (s, actor) => s.trainModel(actor, {}, wait),
    documentExperiment: (s, actor) =>
      s.documentExperiment(actor, {
        neighbourhood: 'BU90060209',
        blocks: ['energy-coach'],
        kpi: 'comfort',
        from: '2026-09',
        until: '2026-10',
      }),
    acceptRecommendation: (s, actor) => s.acceptRecommendation(actor, { recommendation: 'res_1', start: '2026-09' }),
    recordOutcome: (s, actor) =>
      s.recordOutcome(actor, { experiment: 'exp_1', kpi: 'comfort', from: '2026-09', until: '2026-10' }),
    withdrawExperiment: (s, actor) => s.withdrawExperiment(actor, { experiment: 'E001', reason: 'erasure-asked' }),
  };
  /** Attacked above, or with the reason why there is nothing to attack. */
  const covered: Readonly<Partial<Record<OperationId, string>>> = {
    listPanels: 'attacked',
    describePanel: 'attacked',
    panelTotals: 'attacked',
    insights: 'attacked',
    qca: 'attacked',
    matchingStudy: 'attacked',
    multiverse: 'attacked',
    designStudy: 'attacked',
    sealStudyDesign: 'digests, and the time; the digest of a design of few units is in no answer',
    estimateStudy: 'attacked',
    studyCapsule: 'attacked',
    replay: 'attacked',
    panelModel: 'attacked',
    getResult: 'attacked: every result is read by every role',
    resultReport: 'written from what getResult gives; see test/ui/qca-report.test.ts',
    getJob: 'a job view, as the analyses above return it',
    watchJob: 'the same views, one after the other',
    cancelJob: 'the same view',
    restartJob: 'the same view',
    listJobs: 'the same views, of one’s own jobs',
    recommend: 'no rows of a panel; experiments of fewer than ten are in test/app/recommendation.test.ts',
    evaluateModels: 'the same',
    nextExperiments: 'the same',
    policyValue: 'of a log that whoever asks sent along: nothing of this service is in it',
    listModels: 'names and versions',
    describeModel: 'scores of models that learn from no experiment of fewer than ten',
    modelCard: 'the same as text',
    listExperiments: 'test/app/recommendation.test.ts',
    listBuildingBlocks: 'a public catalogue',
    listStudyTemplates: 'holes to fill in',
    listPlannedExperiments:
      'test/app/learning-loop.test.ts: outcomes of fewer than ten are in no list and judge nothing',
    modelPromises: 'the same',
  };

  it('is attacked, harmless for a reason, or the operator’s', () => {
    const known = [...Object.keys(covered), ...Object.keys(operatorOnly)].toSorted();
    expect(known).toEqual(Object.keys(operations).toSorted());
  });

  it.each(others)('that changes something, or tells of rows, refuses a %s', async (role) => {
    const service = serve(gatePanel(1));
    for (const [id, call] of Object.entries(operatorOnly)) {
      await expect((async () => call(service, { role }))(), id).rejects.toMatchObject({ code: 'not-authorised' });
    }
    const study = { panel: 'gate', treatment: 'coach', outcome: 'kpi', covariates: ['gas'], includeUnits: true };
    await expect(service.matchingStudy({ role }, study, wait)).rejects.toMatchObject({ code: 'not-authorised' });
  });
});

const control = { signal: new AbortController().signal, progress() {} };
async function* empty(): AsyncIterable<Uint8Array> {}

describe('the arithmetic of the attack', () => {
  const of = (name: string, truth: number, isShown: boolean) => ({ name, truth, isShown });

  it('finds what a total leaves, also over two tables, and the rest of several hidden parts', () => {
    const [a, b, c] = [of('a', 20, true), of('b', 4, false), of('c', 30, false)];
    expect(subtract([{ total: of('t', 24, true), parts: [a, b] }])).toEqual(['b is found: 4']);
    const sums = [
      { total: of('t', 54, true), parts: [a, b, c] },
      { total: of('u', 34, true), parts: [b, c] },
    ];
    expect(subtract(sums)).toEqual([]);
    expect(subtract([...sums, { total: c, parts: [of('d', 12, true), of('e', 18, true)] }])).toContain('b is found: 4');
    expect(subtract([{ total: of('t', 25, true), parts: [a, of('d', 2, false), of('e', 3, false)] }])).toEqual([
      't leaves 5',
    ]);
    expect(() => subtract([{ total: of('t', 9, true), parts: [a] }])).toThrow('t is 9');
  });

  it('solves for sets of cells, with what a sum of 0 tells', () => {
    // Row 1: 20 with, 3 without; row 2: 15 with, 12 without.
    const cells = [20, 3, 15, 12];
    expect(solve(cells, [[1, 1, 0, 0]])).toEqual([]);
    expect(
      solve(cells, [
        [1, 1, 0, 0],
        [1, 0, 0, 0],
      ]),
    ).toEqual([[0, 1, 0, 0]]);
    expect(
      solve(cells, [
        [1, 0, 1, 0],
        [0, 1, 0, 1],
      ]),
    ).toEqual([]);
    expect(
      solve(cells, [
        [0, 1, 0, 1],
        [0, 0, 0, 1],
      ]),
    ).toEqual([[0, 1, 0, 0]]);
    // Nobody without in both rows: then those with are the sizes.
    expect(
      solve(
        [20, 0, 4, 0],
        [
          [0, 1, 0, 1],
          [1, 1, 0, 0],
          [1, 1, 1, 1],
        ],
      ),
    ).toContainEqual([0, 0, 1, 0]);
  });
});
