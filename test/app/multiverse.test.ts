import { describe, expect, it } from 'vitest';
import type { AlternativesRequest } from '../../src/app/analyses/specifications.ts';
import type { StudyProtocolRequest } from '../../src/app/analyses/study-protocol.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { results } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';
import type { NumberColumn } from '../../src/core/panel/columns.ts';
import { type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';

const operator = { role: 'operator' } as const;
const visitor = { role: 'visitor' } as const;
const wait = { waitMs: 60_000 };

const protocol = {
  panel: 'study',
  treatment: { variable: 'coach' },
  covariates: ['income', 'home', 'kpi'],
  baseline: '2023',
  outcome: { variable: 'kpi', followUp: '2024' },
} satisfies StudyProtocolRequest;

const alternatives: AlternativesRequest = {
  covariates: [protocol.covariates, ['income', 'kpi'], ['kpi']],
  designs: [{ method: 'nearest' }, { method: 'inverse-probability' }],
  calipers: [0.1, null],
  ratios: [1, 2],
};

/** The rules of a verdict that read no value of the outcome. */
const ofSample = ['overlap', 'balance', 'effective-sample', 'clusters', 'attrition'];

const medianOf = (sorted: readonly number[]): number => {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

function open(panel: MemoryPanel) {
  const ports = memoryPorts([panel]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const ended = async <T>(job: Promise<{ error: unknown; result: unknown }>): Promise<T> => {
    const { error, result } = await job;
    if (error !== null) throw Object.assign(new Error((error as { message: string }).message), error);
    return result as T;
  };
  const study = async (changes: Partial<StudyProtocolRequest> = {}, reason = 'to see what it says') => {
    const design = await ended<ResultOf<'study-design'>>(
      service.designStudy(operator, { ...protocol, ...changes }, wait),
    );
    await service.sealStudyDesign(operator, { result: design.id });
    return ended<ResultOf<'study'>>(service.estimateStudy(operator, { result: design.id, override: { reason } }, wait));
  };
  const multiverse = async (result: string, asked: AlternativesRequest = alternatives) =>
    ended<ResultOf<'multiverse'>>(service.multiverse(operator, { result, ...asked }, wait));
  return { service, ended, study, multiverse };
}

describe('a sealed study in other ways', () => {
  it('asks every combination once, and answers each as a sealed study of its own, to the byte', async () => {
    const { study, multiverse } = open(studyPanel());
    const { id } = await study();
    const found = await multiverse(id);
    expect(violations(results.multiverse, found)).toEqual([]);
    expect(JSON.stringify((await multiverse(id)).body)).toBe(JSON.stringify(found.body));
    // Three sets of covariates: four ways to match on each and one to weight, which has neither caliper nor ratio.
    const ways = found.body.specifications!;
    expect(found.body).toMatchObject({ asked: 15, withheld: null });
    expect(ways).toHaveLength(15);
    for (const way of ways) {
      const { covariates, design, estimand, effect, against } = way;
      const own = await study({ covariates, design, estimand } as Partial<StudyProtocolRequest>);
      const reasons = own.body.verdict.reasons.filter(({ rule, counted }) => ofSample.includes(rule) && counted);
      expect(against).toEqual(reasons.map(({ withheld: _, ...reason }) => reason));
      const isFailed = reasons.some(({ level }) => level === 'fail');
      if (isFailed) {
        expect(effect).toBeNull();
        continue;
      }
      expect(JSON.stringify([effect!.matched, effect!.adjusted])).toBe(
        JSON.stringify([own.body.study.effects.matched, own.body.study.effects.adjusted]),
      );
      expect(effect!.groups).toEqual(own.body.remaining);
    }
    const effects = ways.flatMap(({ effect }) => (effect === null ? [] : [effect.adjusted!]));
    expect(effects.length).toBeGreaterThan(5);
    expect(effects.length).toBeLessThan(15);
    expect(found.body).toMatchObject({ answered: effects.length, failed: 15 - effects.length });
    const estimates = effects.map(({ estimate }) => estimate).sort((x, y) => x - y);
    expect(found.body.curve).toEqual({
      lowest: estimates[0],
      median: medianOf(estimates),
      highest: estimates.at(-1),
      positive: estimates.filter((estimate) => estimate > 0).length / estimates.length,
      intervalsWithoutZero: effects.filter(({ lower, upper }) => lower > 0 || upper < 0).length / effects.length,
    });
  });

  it('counts no way in the curve whose sample fails, and says so in its list', async () => {
    const { study, multiverse } = open(studyPanel());
    const { id } = await study();
    // Nobody has a partner so near but by chance: most of the treated are left out.
    const { body } = await multiverse(id, { calipers: [0.2, 0.001] });
    expect(body).toMatchObject({ asked: 2, answered: 1, failed: 1 });
    const [kept, failed] = body.specifications!;
    expect(failed).toMatchObject({ effect: null, refusal: null });
    expect(failed!.against.find(({ measure }) => measure === 'left-out')).toMatchObject({ level: 'fail' });
    const { estimate } = kept!.effect!.adjusted!;
    expect(body.curve).toMatchObject({ lowest: estimate, median: estimate, highest: estimate });
  });

  it('has the same units, partners and reasons in every way, whatever the outcome is after the baseline', async () => {
    const panel = studyPanel();
    const { values } = panel.columns.kpi as NumberColumn;
    const poisoned = studyPanel({
      overrides: { kpi: numbers([...values].map((v, row) => (row % 2 === 0 ? v : -row * v))) },
    });
    const waysOf = async (of: MemoryPanel) => {
      const { study, multiverse } = open(of);
      return (await multiverse((await study()).id)).body.specifications!;
    };
    const [own, other] = [await waysOf(panel), await waysOf(poisoned)];
    const designs = (ways: typeof own) =>
      ways.map(({ effect, ...way }) => [way, effect && [effect.groups, effect.largestDifference, effect.inference]]);
    expect(designs(other)).toEqual(designs(own));
    expect(other[0]!.effect!.matched.estimate).not.toBeCloseTo(own[0]!.effect!.matched.estimate, 3);
  });

  it('says which ways are not possible and answers the others', async () => {
    const { study, multiverse } = open(studyPanel());
    const { id } = await study();
    const { body } = await multiverse(id, { estimands: ['ATT', 'ATE'] });
    expect(body).toMatchObject({ asked: 2, answered: 1 });
    expect(body.specifications!.map(({ refusal }) => refusal?.code ?? null)).toEqual([null, 'invalid-request']);
  });

  it('refuses one way, and more than two hundred', async () => {
    const { study, multiverse } = open(studyPanel());
    const { id } = await study();
    await expect(multiverse(id, {})).rejects.toMatchObject({ code: 'invalid-request', details: { specifications: 1 } });
    const calipers = Array.from({ length: 101 }, (_, i) => i / 100);
    await expect(multiverse(id, { calipers, ratios: [1, 2] })).rejects.toMatchObject({
      details: { specifications: 202 },
    });
  });

  it('refuses a result that is no sealed study', async () => {
    const { service, ended, multiverse } = open(studyPanel());
    const design = await ended<ResultOf<'study-design'>>(service.designStudy(operator, protocol, wait));
    await expect(multiverse(design.id)).rejects.toMatchObject({
      code: 'invalid-request',
      details: { kind: 'study-design' },
    });
  });

  it('shows visitors how the ways agree and no single way', async () => {
    const { service, study, multiverse } = open(studyPanel());
    const { id } = await study();
    const own = await multiverse(id);
    const shown = (await service.getResult(visitor, { result: own.id })) as unknown as ResultOf<'multiverse'>;
    expect(shown.body.specifications).toBeNull();
    const { lowest, median, highest, positive } = shown.body.curve!;
    const curve = own.body.curve!;
    expect(positive).toBe(curve.positive);
    expect(lowest).toBeLessThanOrEqual(curve.lowest);
    expect(highest).toBeGreaterThanOrEqual(curve.highest);
    const errors = own.body
      .specifications!.flatMap(({ effect }) =>
        effect === null ? [] : [Math.max(effect.matched.standardError, effect.adjusted!.standardError)],
      )
      .sort((a, b) => a - b);
    const step = errors[errors.length >> 1]! / 4;
    for (const value of [lowest, median, highest])
      expect(Math.abs(value / step - Math.round(value / step))).toBeLessThan(1e-9);
  });
});
