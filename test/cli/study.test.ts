import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { replayCodes } from '../../src/app/analyses/compare-capsule.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { createRemoteService } from '../../src/cli/remote-service.ts';
import { checkInput } from '../../src/contract/check-input.ts';
import { buildHttp } from '../../src/http/app.ts';
import { hasMessage, translate } from '../../src/messages/translate.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';
import { command } from '../support/terminal.ts';

const protocol = {
  question: 'Did the coach raise the figure?',
  treatment: { variable: 'coach' },
  covariates: ['income', 'home', 'kpi'],
  baseline: '2023',
  outcome: { variable: 'kpi', followUp: '2024' },
};

const files: Record<string, string> = {
  'study.json': JSON.stringify(protocol),
  'other.json': JSON.stringify({ ...protocol, panel: 'elsewhere' }),
  'misspelt.json': JSON.stringify({ ...protocol, covariate: ['income'] }),
  'broken.json': '{',
};
const overrides = {
  async *readFile(path: string) {
    yield new TextEncoder().encode(files[path]!);
  },
};

/** The capsule of a study as a file. */
async function writeCapsule(run: (line: string) => Promise<{ out: string; err: string }>) {
  const [, result] = /study report (res_\w+)/.exec((await run('match study --protocol study.json')).err)!;
  const { out } = await run(`study capsule ${result}`);
  files['capsule.json'] = out;
  return { result, capsule: JSON.parse(out) };
}

function open(units = 400) {
  const ports = memoryPorts([studyPanel({ units })]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const run = (line: string) => command(service, line.split(' '), overrides);
  return { service, ports, run };
}

describe('a study on the command line', () => {
  it('goes from protocol to verdict in one call, in both languages', async () => {
    const { run } = open();
    const english = await run('match study --protocol study.json');
    expect(english.status).toBe(0);
    expect(english.err).toMatch(/^A report to pass on: samenwijs study report res_\d+ > report\.html\n$/);
    expect(english.out).toMatch(/^Did the coach raise the figure\?\n\nVerdict: caution\. /);
    expect(english.out).toMatch(/Sealed at 2026-.*: [0-9a-f]{64}\n/);
    expect(english.out).toContain('matched units, adjusted for covariates');
    const dutch = await run('match study --protocol study.json --lang nl');
    expect(dutch.out).toContain('Oordeel: ');
    expect(dutch.out).not.toMatch(/Verdict|Sealed/);
  });

  it('prints its report in the language asked for, or the result that it is made of', async () => {
    const { run } = open();
    const { err } = await run('match study --protocol study.json');
    const [, result] = /study report (res_\w+)/.exec(err)!;
    const dutch = await run(`study report ${result} --lang nl`);
    expect([dutch.status, dutch.out.slice(0, 32)]).toEqual([0, '<!doctype html>\n<html lang="nl">']);
    expect(JSON.parse((await run(`study report ${result} --json`)).out)).toMatchObject({ id: result, kind: 'study' });
    expect((await run('study report res_none')).err).toContain('result-not-found');
  });

  it('is replayed from its capsule: status 0 where it is the same, 7 with the reasons where it is not', async () => {
    const { run } = open();
    const { capsule } = await writeCapsule(run);
    const same = await run('replay capsule.json');
    expect([same.status, same.out]).toEqual([
      0,
      'The same: carried out again, the study gives the same answer to the byte.\n',
    ]);
    const { estimate } = capsule.answer.body.study.effects.matched;
    files['edited.json'] = JSON.stringify(capsule).replaceAll(`"estimate":${estimate}`, '"estimate":1.5');
    const edited = await run('replay edited.json');
    expect(edited.status).toBe(7);
    expect(edited.out).toContain(`/body/study/effects/matched/estimate: 1.5 in the capsule, ${estimate} here`);
    expect((await run('replay edited.json --lang nl')).out).toMatch(/^Niet hetzelfde\.\n- Uitkomst: De getallen in de/);
    files['later.json'] = JSON.stringify({ ...capsule, version: 2 });
    expect((await run('replay later.json')).err).toMatch(
      /invalid-request.*version: must be equal to one of the allowed values: 1/,
    );
  });

  it('has a sentence for all that a replay may find, in both languages', () => {
    const codes = Object.keys(replayCodes).map((code) => `replay.change.${code}`);
    const whats = Object.values(replayCodes).map((what) => `replay.what.${what}`);
    expect([...codes, ...whats].filter((code) => !hasMessage(code))).toEqual([]);
    const parameters = { was: 'a', is: 'b', panel: 'p', revision: 1, count: 2 };
    for (const code of codes) expect(translate('nl', code, parameters)).not.toBe(translate('en', code, parameters));
  });

  it('writes its report to a file', async () => {
    const written: Record<string, string> = {};
    const writeFile = async (path: string, text: string) => {
      written[path] = text;
    };
    const argv = 'match study --protocol study.json --report r.html --lang nl'.split(' ');
    const { out, err } = await command(open().service, argv, { ...overrides, writeFile });
    expect(out).toContain('Oordeel: ');
    expect(err).toBe('Het verslag staat in r.html.\n');
    expect(written['r.html']).toMatch(/^<!doctype html>\n<html lang="nl">/);
  });

  it('goes step by step to the same answer', async () => {
    const { run } = open();
    const design = await run('study design study --protocol study.json');
    expect(design.out).toContain('No outcome after the baseline was read.');
    const [, result] = /study seal (res_\w+)/.exec(design.out)!;
    expect((await run(`study estimate ${result}`)).err).toContain('study-not-sealed');
    const sealed = await run(`study seal ${result}`);
    expect(sealed.out).toMatch(/^Sealed at .*\n.*study estimate res_/);
    const study = await run(`study estimate ${result}`);
    expect(study.out).toBe((await run('match study --protocol study.json')).out);
  });

  it('shows no effect where the verdict is "do not use", unless a reason is given', async () => {
    const { run } = open(40);
    const withheld = await run('match study --protocol study.json');
    expect(withheld.out).toContain('Verdict: do not use.');
    expect(withheld.out).toContain('so it is not shown');
    expect(withheld.out).not.toMatch(/all units, as they are/);
    const { service } = open(40);
    const reason = 'The board decides tonight.';
    const argv = ['match', 'study', '--protocol', 'study.json', '--override', reason];
    const shown = await command(service, argv, overrides);
    expect(shown.out).toContain(`The verdict was overridden: ${reason}`);
    expect(shown.out).toMatch(/all units, as they are/);
  });

  it.each([
    ['match study --protocol other.json', 'The protocol is of panel "elsewhere" and the command of panel "study"'],
    ['match study --protocol misspelt.json', 'unknown field "covariate"'],
    ['match study --protocol broken.json', 'is no JSON'],
    ['match study --protocol study.json --change', 'received it with --change as well'],
    ['match study --report r.html', '--report is of a study by protocol'],
    ['match study --override because-we-must', '--override is of a study by protocol'],
    ['study design study', 'study design needs --protocol FILE'],
    ['study judge study', 'study takes design PANEL'],
    ['study template nothing', 'expected one of coach, grant, who-benefits'],
    ['study seal res_none', 'There is no result "res_none"'],
  ])('refuses %s', async (line, message) => {
    const { status, out, err } = await open().run(line);
    expect([status === 0, out]).toEqual([false, '']);
    expect(err).toContain(message);
  });

  it.each([
    'coach',
    'grant',
    'who-benefits',
  ])('prints a template with holes for "%s" that fits the contract', async (name) => {
    const { run } = open();
    const { out } = await run(`study template ${name}`);
    expect(checkInput('designStudy', { ...JSON.parse(out), panel: 'study' })).toEqual([]);
    expect(out).toContain('<');
    expect((await run(`study template ${name} --lang nl`)).out).not.toContain('Did');
  });
});

it('is the same study over HTTP', async () => {
  const { service, run } = open();
  const app = await buildHttp({
    service,
    version: 'test',
    bodyLimit: 1e6,
    logLevel: 'silent',
    problemPage: async () => null,
  });
  try {
    const design = await app.inject({ method: 'POST', url: '/v1/panels/study/study-designs', payload: protocol });
    const { id } = design.json().result;
    const studies = { method: 'POST', url: `/v1/study-designs/${id}/studies`, payload: {} } as const;
    const refused = await app.inject(studies);
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'study-not-sealed']);
    const sealed = await app.inject({ method: 'POST', url: `/v1/study-designs/${id}/seal` });
    expect([sealed.statusCode, sealed.json().result]).toEqual([200, id]);
    const study = await app.inject(studies);
    expect([study.statusCode, study.json().result.settings.seal.seal]).toEqual([200, sealed.json().seal]);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const remote = createRemoteService(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
    const beside = await command(remote, ['match', 'study', '--protocol', 'study.json'], overrides);
    expect(beside.out).toBe((await run('match study --protocol study.json')).out);
    const { result, capsule } = await writeCapsule((line) => command(remote, line.split(' '), overrides));
    const got = await app.inject(`/v1/studies/${result}/capsule`);
    expect(got.json()).toEqual(capsule);
    const replayed = await app.inject({ method: 'POST', url: '/v1/replays', payload: got.json() });
    expect([replayed.statusCode, replayed.json().result.body.verdict]).toEqual([200, 'same']);
    expect((await command(remote, ['replay', 'capsule.json'], overrides)).status).toBe(0);
  } finally {
    await app.close();
  }
});
