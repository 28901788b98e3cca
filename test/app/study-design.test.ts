import type { AddressInfo } from 'node:net';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { MatchingStudyRequest } from '../../src/app/analyses/matching-study.ts';
import { completeDesign, type DesignRequest } from '../../src/app/analyses/study-design.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService, type Service } from '../../src/app/service.ts';
import { createRemoteService } from '../../src/cli/remote-service.ts';
import { operations, results } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';
import type { Estimand } from '../../src/core/matching/estimand.ts';
import { buildHttp } from '../../src/http/app.ts';
import { matchingAsCode } from '../../src/ui/pages/matching-as-code.ts';
import { memoryPorts, numbers } from '../support/memory-ports.ts';
import { allDesigns as all, withStreets } from '../support/study-designs.ts';
import { studyPanel } from '../support/study-panel.ts';
import { command } from '../support/terminal.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };
const request = {
  panel: 'study',
  treatment: 'coach',
  outcome: 'kpi',
  covariates: ['income', 'home'],
  baseline: '2023',
  followUp: '2024',
} as const;
type Study = ResultOf<'matching-study'>;

let service: Service;
let remote: Service;
let close: () => Promise<void>;

beforeAll(async () => {
  const ports = memoryPorts([
    withStreets(studyPanel({ units: 600 })),
    { ...studyPanel({ units: 300, byCollective: true }), panel: 'whole' },
  ]);
  service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const app = await buildHttp({
    service,
    version: 'test',
    bodyLimit: 1e6,
    logLevel: 'silent',
    problemPage: async () => null,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  remote = createRemoteService(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
  close = () => app.close();
});
afterAll(() => close());

async function study(input: Partial<MatchingStudyRequest>, actor = operator, at = service): Promise<Study> {
  const job = await at.matchingStudy(actor, { ...request, ...input }, { waitMs: 20_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as Study;
}

describe('the design of a study', () => {
  it.each(all)('finds the effect: %j for %s', async (design, estimand) => {
    const result = await study({ design, estimand });
    const { adjusted } = result.body.effects;
    expect(Math.abs(adjusted!.estimate - 2)).toBeLessThan(4 * adjusted!.standardError);
    expect(result.settings.design).toEqual(completeDesign(design));
    expect([...Value.Errors(results['matching-study'], structuredClone(result))]).toEqual([]);
  });

  it.each(
    all,
  )('is the same over HTTP, and on the command line as the page writes it: %j for %s', async (design, estimand) => {
    const here = await study({ design, estimand }, visitor);
    const there = await study({ design, estimand }, visitor, remote);
    expect(there.body).toEqual(JSON.parse(JSON.stringify(here.body)));
    // The page writes the completed settings; the words of a shell, without quotes here, are taken back by the command line.
    const { commandLine } = matchingAsCode({ origin: '' } as never, here.settings);
    const words = commandLine!
      .split(' ')
      .slice(2)
      .map((word) => word.replaceAll("'", ''));
    const { out, err, status } = await command(service, [...words, '--json']);
    expect([status, err]).toEqual([0, '']);
    const typed = JSON.parse(out) as Study;
    expect(typed.body).toEqual(JSON.parse(JSON.stringify(here.body)));
    expect(typed.settings.design).toEqual(JSON.parse(JSON.stringify(here.settings.design)));
  });

  it('stands with everything else that was asked on the command line that the page writes', async () => {
    const here = await study({
      ...{ standardError: 'matched-sets', permutations: 50, otherOutcomes: ['income'], effectsBy: 'home' },
      augmented: { folds: 2 },
    });
    const { commandLine } = matchingAsCode({ origin: '' } as never, here.settings);
    const { out, err, status } = await command(service, [
      ...commandLine!.replaceAll("'", '').split(' ').slice(2),
      '--json',
    ]);
    expect([status, err]).toEqual([0, '']);
    expect((JSON.parse(out) as Study).settings).toEqual(JSON.parse(JSON.stringify(here.settings)));
  });

  const bodyWith = (design: unknown) => {
    const { panel: _, ...body } = { ...request, design };
    return violations(operations.matchingStudy.body, body);
  };

  it('refuses a field that belongs to another method, and says which it has', () => {
    expect(bodyWith({ method: 'exact', exact: ['home'], ratio: 2 })).toEqual([
      { pointer: '/design/ratio', message: 'unknown field "ratio". Known fields: method, exact' },
    ]);
    expect(bodyWith({ method: 'nearest', distance: { type: 'mahalanobis', link: 'logit' } })).toEqual([
      { pointer: '/design/distance/link', message: 'unknown field "link". Known fields: type' },
    ]);
    expect(bodyWith({ method: 'entropy-balancing', trim: 0.1 }).map((v) => v.pointer)).toEqual(['/design/trim']);
    expect(bodyWith({ method: 'coarsened-exact', coarsening: [{ variable: 'x', cut: { bin: 3 } }] })).toEqual([
      { pointer: '/design/coarsening/0/cut/bins', message: 'required field "bins" is missing' },
      {
        pointer: '/design/coarsening/0/cut/bin',
        message: 'unknown field "bin", did you mean "bins"? Known fields: bins',
      },
    ]);
  });

  it('names the methods where one is unknown, and the field that is missing', () => {
    const [wrong] = bodyWith({ method: 'nearst' });
    expect(wrong!.pointer).toBe('/design/method');
    expect(wrong!.message).toMatch(/nearest, optimal, full/);
    expect(bodyWith({ method: 'exact' })[0]!.message).toBe('required field "exact" is missing');
    expect(bodyWith({})[0]).toEqual({ pointer: '/design/method', message: 'required field "method" is missing' });
  });

  it('refuses the same on the command line', async () => {
    const line = (...words: string[]) =>
      command(service, [
        'match',
        'study',
        '--treatment',
        'coach',
        '--outcome',
        'kpi',
        '--covariates',
        'income',
        ...words,
      ]);
    const refused = async (words: string[], pattern: RegExp) => {
      const { status, err } = await line(...words);
      expect([status, err]).toEqual([2, expect.stringMatching(pattern)]);
    };
    await refused(['--method', 'exact', '--exact', 'home', '--ratio', '2'], /design\/ratio: unknown field "ratio"/);
    await refused(['--method', 'exact', '--exact', 'home', '--link', 'logit'], /unknown field "distance"/);
    await refused(['--with-replacement', '--maximum-reuse', '2'], /not both/);
    await refused(['--variable-ratio', '3'], /--variable-ratio takes/);
    await refused(['--method', 'optimal', '--prefer', 'home'], /--prefer takes/);
    await refused(['--method', 'coarsened-exact', '--coarsen', 'income:many'], /--coarsen takes/);
    await refused(['--caliper', 'wide'], /--caliper takes/);
    await refused(['--penalty', 'ridge'], /--penalty takes/);
  });

  it('refuses an estimand that the method does not have and names the methods that have it', async () => {
    await expect(study({ estimand: 'ATO' })).rejects.toThrow(
      /nearest estimates ATT, ATC; received ATO.*inverse-probability/,
    );
    await expect(study({ estimand: 'ATE', design: { method: 'optimal' } })).rejects.toMatchObject({
      code: 'invalid-request',
    });
  });

  it('takes the collectives of the panel where it names none, and refuses a treatment that varies inside them', async () => {
    const design = { method: 'two-level', calipers: [] } as const;
    const { body } = await study({ panel: 'whole', design });
    expect(body.inference.clusters).toEqual({ treated: 5, control: 5 });
    expect(body.groups.treated.matched).toBe(150);
    await expect(study({ design })).rejects.toMatchObject({ code: 'invalid-argument', details: { count: 10 } });
  });

  it('has no caliper on a score, no order by it and no discarding where the distance has none', async () => {
    const design = { method: 'nearest', distance: { type: 'mahalanobis' } } as const;
    expect(completeDesign(design)).toMatchObject({ order: 'closest', calipers: [] });
    for (const fault of [
      { order: 'largest' },
      { discard: 'both' },
      { calipers: [{ on: 'distance', width: 1, unit: 'sd' }] },
    ] as const) {
      await expect(study({ design: { ...design, ...fault } })).rejects.toMatchObject({ code: 'invalid-argument' });
    }
  });
});

describe('the standard error of weights', () => {
  it('knows that they are estimated, where it is built, and says so', async () => {
    const reason = async (design: DesignRequest, estimand: Estimand) =>
      (await study({ design, estimand })).body.inference;
    expect(await reason({ method: 'inverse-probability' }, 'ATE')).toMatchObject({
      method: 'm-estimation',
      reason: 'weights-estimated',
    });
    expect((await reason({ method: 'balancing-score' }, 'ATT')).method).toBe('m-estimation');
    expect(await reason({ method: 'inverse-probability' }, 'ATM')).toMatchObject({
      method: 'HC3',
      reason: 'weights-taken-as-known',
    });
  });
});

describe('weights that make one household speak for all', () => {
  /** 30 treated with a high income and 170 others with a low one, but for one. */
  const lonely = (() => {
    const panel = studyPanel({ units: 200, seed: 3 });
    const isTreated = (u: number) => u % 7 === 0;
    const income = (u: number) => (isTreated(u) ? 2.4 + ((u * 37) % 100) / 100 : ((u * 61) % 200) / 100 - 1);
    const one = 50;
    const byUnit = (value: (u: number, r: number) => number) => numbers(panel.unitIndex.map(value));
    return {
      ...panel,
      columns: {
        ...panel.columns,
        coach: byUnit((u, r) => (r % 2 === 1 && (isTreated(u) || u === one + 3) ? 1 : 0)),
        income: byUnit((u) => (u === one ? 2.9 : u === one + 3 ? 0.1 : income(u))),
      },
    };
  })();

  async function weighted(actor: Actor): Promise<Study> {
    const ports = memoryPorts([lonely]);
    const own = createService(ports, createJobs(ports, { concurrency: 1 }));
    const input = { ...request, covariates: ['income'], design: { method: 'inverse-probability' } } as const;
    const job = await own.matchingStudy(actor, input, { waitMs: 20_000 });
    return job.result as Study;
  }

  it('are seen by the operator, with a caution, and by nobody else', async () => {
    const whole = await weighted(operator);
    expect(whole.body.groups.control.matched).toBeGreaterThan(100);
    expect(whole.body.groups.control.effective).toBeLessThan(10);
    expect(whole.body.effects.matched).not.toBeNull();
    expect(whole.warnings.map((w) => w.code)).toContain('weights-concentrated');
    const { body, warnings } = await weighted(visitor);
    expect(body.withheld).toBe('small-group');
    expect(body.effects).toEqual({ unmatched: null, matched: null, adjusted: null });
    expect(body.balance.every((row) => row.withheld)).toBe(true);
    expect(JSON.stringify(warnings)).not.toMatch(/\d/);
  });
});
