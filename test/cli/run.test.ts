import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roles } from '../../src/app/actor.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService, type Service } from '../../src/app/service.ts';
import { commands } from '../../src/cli/commands.ts';
import { createRemoteService } from '../../src/cli/remote-service.ts';
import { buildHttp } from '../../src/http/app.ts';
import { householdPanel } from '../support/household-panel.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { command } from '../support/terminal.ts';

let local: Service;
let remote: Service;
let close: () => Promise<void>;

beforeAll(async () => {
  const ports = memoryPorts([householdPanel()]);
  local = createService(ports, createJobs(ports, { concurrency: 1 }));
  const app = await buildHttp({
    service: local,
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

const insights = ['insights', 'street', '--kpi', 'gas', '--by', 'dwelling'];

describe('the command line', () => {
  it('prints data on stdout and nothing else, as JSON on request', async () => {
    const { status, out, err } = await command(local, [...insights, '--json']);
    expect([status, err]).toEqual([0, '']);
    expect(JSON.parse(out).body.periods[0].total.n).toBe(40);
  });

  it('gives the same answer beside a running server as alone', async () => {
    const mine = await command(local, [...insights, '--role', 'visitor']);
    const theirs = await command(remote, [...insights, '--role', 'visitor']);
    expect(theirs).toEqual(mine);
    expect(mine.out).toMatchInlineSnapshot(`
      "gas

      period  dwelling                    n                           mean  95 % interval
      ------  -------------------  --------  -----------------------------  --------------
      2023    flat                       25                          1,120  1,090 to 1,150
      2023    terrace              withheld  would give a small group away
      2023    other, small groups  withheld       fewer than 10 households
      2023    all together               40                          1,195  1,158 to 1,232
      2024    flat                       25                          1,020  989.6 to 1,050
      2024    terrace              withheld  would give a small group away
      2024    other, small groups  withheld       fewer than 10 households
      2024    all together               40                          1,095  1,058 to 1,132
      "
    `);
  });

  it('speaks Dutch when asked', async () => {
    const { out } = await command(local, [...insights, '--role', 'visitor', '--lang', 'nl']);
    expect(out).toContain('minder dan 10 huishoudens');
    expect(out).toContain('1.090 tot 1.150');
  });

  it('refuses in Dutch when asked, also what a server refuses', async () => {
    for (const service of [local, remote]) {
      const { err, status } = await command(service, ['insights', 'nowhere', '--kpi', 'gas', '--lang', 'nl']);
      expect([status, err]).toEqual([3, expect.stringContaining('Er is geen panel "nowhere".')]);
    }
    const wrong = await command(local, ['insights', 'street', '--lang', 'nl']);
    expect(wrong.err).toContain('verplicht veld "kpi" ontbreekt');
  });

  it('lists and describes panels, here and through a server', async () => {
    for (const service of [local, remote]) {
      expect((await command(service, ['describe'])).out).toContain('street');
      const { out, status } = await command(service, ['describe', 'street']);
      expect(status).toBe(0);
      expect(out).toContain('street, revision 1: 40 households, 2 waves (2023 to 2024)');
    }
  });

  it.each([
    ['an unknown command', ['insight'], 2, 'There is no command "insight"'],
    ['an unknown option', [...insights, '--confidense', '0.9'], 2, "Unknown option '--confidense'"],
    ['a missing argument', ['insights', '--kpi', 'gas'], 2, 'insights takes PANEL; received none'],
    ['a missing field', ['insights', 'street'], 2, 'required field "kpi" is missing'],
    ['a text for a number', [...insights, '--goal', 'much'], 2, '--goal is "much"; expected a number'],
    ['an option that comes twice', [...insights, '--kpi', 'power'], 2, '--kpi comes twice; expected it once'],
    ['a parameter said twice', ['recommend', '--context', 'a=1,b=2,a=3'], 2, '--context says a twice, 1 and 3'],
    [
      'a reason that is none',
      ['withdraw', 'E001', '--reason', 'failed'],
      2,
      'reason: must be equal to one of the allowed values: consent-withdrawn, erasure-asked',
    ],
    ['a goal that weighs nothing', ['recommend', '--goals', 'gas=0'], 2, 'takes: goals/gas: must be > 0.'],
    ['an unknown language', [...insights, '--lang', 'fy'], 2, '--lang is "fy"; expected en or nl'],
    ['an unknown role', [...insights, '--role', 'king'], 2, '--role is "king"'],
    ['a name that is a path', ['describe', '../../etc'], 2, 'panel'],
    ['an unknown panel', ['insights', 'nowhere', '--kpi', 'gas'], 3, 'There is no panel "nowhere"'],
  ])('answers %s on stderr with the documented exit status', async (_what, argv, status, message) => {
    for (const service of [local, remote]) {
      const outcome = await command(service, argv);
      expect(outcome.status).toBe(status);
      expect(outcome.out).toBe('');
      expect(outcome.err).toContain(message);
    }
  });

  it('explains every command in both languages with an example', async () => {
    for (const lang of ['en', 'nl']) {
      const { out } = await command(local, ['--help', '--lang', lang]);
      for (const { name, example } of commands) {
        expect(out).toContain(`  ${name} `);
        const page = await command(local, [name, '--help', '--lang', lang]);
        expect(page.status).toBe(0);
        expect(page.out).toContain(example);
      }
    }
  });

  it('erases only when told --yes, and says what went and the receipt', async () => {
    const asked: unknown[] = [];
    const answer = {
      panels: [{ panel: 'street', revisions: 2, rows: 4 }],
      jobs: 1,
      results: 1,
      released: 1,
      consentEvents: 2,
      unit: 'H07',
      receipt: 'erasure_x',
    };
    const eraser = {
      eraseUnit: async (_actor: unknown, input: unknown) => {
        asked.push(input);
        return answer;
      },
    } as unknown as Service;
    const argv = ['erase', 'street', '--unit', 'H07'];
    expect(await command(eraser, argv)).toMatchObject({ status: 2, err: expect.stringContaining('--yes') });
    expect(await command(eraser, ['erase', '--yes'])).toMatchObject({ status: 2 });
    expect(asked).toEqual([]);
    const { out, status } = await command(eraser, [...argv, '--yes']);
    expect([status, asked]).toEqual([0, [{ panel: 'street', unit: 'H07' }]]);
    expect(out).toContain('street: 4 rows erased from 2 revisions');
    expect(out).toContain('1 job and 1 result');
    expect(out).toContain('copies may exist');
    expect(out).toContain('2 consent events erased');
    expect(out).toContain('erasure_x');
  });

  it('records consent, shows what was recorded, and does neither by halves', async () => {
    const asked: unknown[] = [];
    const event = { sequence: 3, person: '1', purpose: 'research', kind: 'withdrawn', at: '2026-01-01' };
    const report = {
      ...event,
      household: 'H07',
      panels: ['street'],
      jobs: 1,
      results: 2,
      released: 1,
      receipt: 'consent_x',
    };
    const keeper = {
      recordConsent: async (_actor: unknown, input: unknown) => {
        asked.push(input);
        return report;
      },
      listConsents: async () => ({ household: 'H07', events: [event] }),
    } as unknown as Service;
    const argv = ['consent', 'H07', '--person', '1', '--purpose', 'research'];
    for (const wrong of [argv, [...argv, '--give', '--withdraw'], ['consent', 'H07', '--withdraw']]) {
      expect(await command(keeper, wrong)).toMatchObject({ status: 2, err: expect.stringContaining('--withdraw') });
    }
    const unknown = ['consent', 'H07', '--person', '1', '--purpose', 'profit', '--give'];
    expect(await command(keeper, unknown)).toMatchObject({ status: 2, out: '' });
    expect(asked).toEqual([]);
    const { out, status } = await command(keeper, [...argv, '--withdraw']);
    const input = { household: 'H07', person: '1', purpose: 'research', kind: 'withdrawn' };
    expect([status, asked]).toEqual([0, [input]]);
    for (const said of ['street', '1 job and 2 results', 'copies may exist', 'consent_x']) expect(out).toContain(said);
    const list = await command(keeper, ['consent', 'H07', '--lang', 'nl']);
    expect(list).toMatchObject({ status: 0, out: expect.stringMatching(/2026-01-01 +1 +onderzoek +ingetrokken/) });
  });

  it('shows the event log, and fails where its chain is broken', async () => {
    const entry = { sequence: 1, at: '2026-01-01', type: 'panel-erased', subject: 'street', details: '{}' };
    const logged = (firstBroken: number | null) =>
      ({ listEvents: async () => ({ events: [entry], firstBroken }) }) as unknown as Service;
    const intact = await command(logged(null), ['events']);
    expect([intact.status, intact.out]).toEqual([0, expect.stringContaining('panel-erased  street')]);
    const broken = await command(logged(1), ['events']);
    expect([broken.status, broken.out]).toEqual([3, expect.stringContaining('Entry 1 does not follow')]);
  });

  it.each(roles)('can look as %s', async (role) => {
    expect((await command(local, ['describe', '--role', role])).status).toBe(0);
  });

  it('says its version', async () => {
    expect((await command(local, ['--version'])).out).toBe('0.0.0-test\n');
  });
});
