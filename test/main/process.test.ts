import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProcess, type ServerProcess, startServerProcess } from '../support/server-process.ts';

let folder: string;
let data: string;
let csv: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samenwijs-process-'));
  data = join(folder, 'data');
  csv = join(folder, 'street.csv');
  const rows = Array.from({ length: 60 }, (_, r) => {
    const household = r >> 1;
    const kind = household < 20 ? 'flat' : 'terrace';
    return `H${String(household).padStart(2, '0')},202${3 + (r % 2)},${kind},${1000 + household * 10 - (r % 2) * 100}`;
  });
  await writeFile(csv, `household,year,dwelling,gas\n${rows.join('\n')}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const state = async (server: ServerProcess, id: string) =>
  (await (await fetch(`${server.url}/v1/jobs/${id}`)).json()) as { state: string; attempt: number };
const post = async (server: ServerProcess, path: string, body: unknown) => {
  const response = await fetch(server.url + path, {
    method: 'POST',
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> & { id: string } };
};

/** Polls a job until it ends. */
async function finished(server: ServerProcess, id: string): Promise<string> {
  for (;;) {
    const { state: now } = await state(server, id);
    if (now !== 'queued' && now !== 'running') return now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// Processes start slowly on a busy machine.
describe('the service as a process', { timeout: 120_000 }, () => {
  it('says in words that a file is not there, or a folder', async () => {
    const absent = await runProcess(data, ['ingest', join(folder, 'nosuch.csv'), '--dry-run']);
    expect(absent).toMatchObject({
      status: 3,
      err: `error [invalid-file] There is no file ${join(folder, 'nosuch.csv')}.\n`,
    });
    const other = await runProcess(data, ['ingest', folder, '--panel', 'x', '--dry-run']);
    expect(other).toMatchObject({ status: 3, err: `error [invalid-file] ${folder} is a folder; give a file.\n` });
  });

  it('takes a file from the command line beside it, and answers the same as without it', async () => {
    const server = await startServerProcess(data);
    const ingest = await runProcess(data, ['ingest', csv, '--json']);
    expect(ingest.err).toBe('');
    expect(JSON.parse(ingest.out)).toMatchObject({
      panel: 'street',
      outcome: 'created',
      rows: 60,
      units: 30,
      waves: 2,
    });
    const beside = await runProcess(data, ['insights', 'street', '--kpi', 'gas', '--by', 'dwelling']);
    expect(beside.status).toBe(0);
    expect(await server.end('SIGTERM')).toBe(0);
    const alone = await runProcess(data, ['insights', 'street', '--kpi', 'gas', '--by', 'dwelling']);
    expect(alone).toEqual(beside);
    expect(alone.out).toContain('flat');
  });

  it('refuses a second server on the same folder by name, not with a lock error of the driver', async () => {
    const server = await startServerProcess(data);
    const second = await runProcess(data, ['serve']);
    expect(second.status).toBe(6);
    expect(second.err).toContain('store-locked');
    expect(second.err).toContain(server.url);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('survives kill -9 in the middle of a job: the job is interrupted and can be run again, results stay', async () => {
    const first = await startServerProcess(data);
    const done = await post(first, '/v1/panels/street/insights', { kpi: 'gas' });
    expect(await finished(first, done.body.id)).toBe('succeeded');
    // Twenty at once: when the first of them is in the store, the rest is queued or running. Then the process dies.
    const pending = Array.from({ length: 20 }, () =>
      post(first, '/v1/panels/street/insights', { kpi: 'gas', by: 'dwelling' }).catch(() => null),
    );
    for (let i = 0; i < 400; i++) {
      const { jobs } = (await (await fetch(`${first.url}/v1/jobs`)).json()) as { jobs: unknown[] };
      if (jobs.length > 1) break;
    }
    expect(await first.end('SIGKILL')).toBe('SIGKILL');
    await Promise.all(pending);

    const second = await startServerProcess(data);
    const { jobs } = (await (await fetch(`${second.url}/v1/jobs`)).json()) as { jobs: { id: string; state: string }[] };
    const interrupted = jobs.filter((job) => job.state === 'interrupted');
    expect(interrupted.length).toBeGreaterThan(0);
    expect(jobs.filter((job) => job.state !== 'succeeded' && job.state !== 'interrupted')).toEqual([]);
    expect(await state(second, done.body.id)).toMatchObject({ state: 'succeeded' });
    const again = await post(second, `/v1/jobs/${interrupted[0]!.id}/restart`, undefined);
    expect(again.status).toBe(200);
    expect(await finished(second, interrupted[0]!.id)).toBe('succeeded');
    expect(await second.end('SIGTERM')).toBe(0);
  });

  it('erases a household from the command line, beside a server and alone, once it is told --yes', async () => {
    const server = await startServerProcess(data);
    const asked = await runProcess(data, ['erase', 'street', '--unit', 'H07']);
    expect(asked.status).toBe(2);
    expect(asked.err).toContain('--yes');
    const beside = await runProcess(data, ['erase', 'street', '--unit', 'H07', '--yes']);
    expect(beside.err).toBe('');
    expect(beside.out).toContain('street: 2 rows erased from 1 revision');
    expect(await server.end('SIGTERM')).toBe(0);
    const alone = await runProcess(data, ['erase', '--unit', 'H08', '--yes', '--json']);
    expect(JSON.parse(alone.out)).toMatchObject({ panels: [{ panel: 'street', rows: 2 }], unit: 'H08' });
    const described = await runProcess(data, ['describe', 'street', '--json']);
    expect(JSON.parse(described.out)).toMatchObject({ units: 28, rows: 56 });
  });

  it('takes an upload that the client breaks off for what it is, not for a fault of its own', async () => {
    const server = await startServerProcess(data);
    let log = '';
    server.child.stderr!.on('data', (chunk) => {
      log += chunk;
    });
    const { port } = new URL(server.url);
    for (let i = 0; i < 3; i++) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(
        'POST /v1/panels/broken/revisions HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 100000\r\n\r\nhousehold,gas\nA,1\n',
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      socket.destroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await server.end('SIGTERM')).toBe(0);
    expect(log).not.toContain('error');
  });

  it('says at start what is wrong with a setting', async () => {
    const wrong = await runProcess(data, ['serve'], { PORT: '99999' });
    expect(wrong.status).toBe(2);
    expect(wrong.err).toContain('PORT is "99999"; expected a whole number from 0 to 65535');
  });
});
