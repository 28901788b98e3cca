import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import type { JobView } from '../../src/app/jobs.ts';
import type { Service } from '../../src/app/service.ts';
import { buildHttp } from '../../src/http/app.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A job that has always changed when somebody looks, 10 kB a time; `asked` counts how often, `left` whether it was let go. */
function restlessJob() {
  const state = { asked: 0, left: false };
  async function* watchJob(): AsyncIterable<JobView> {
    try {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        state.asked++;
        yield { id: 'job_1', state: 'running', stage: 'x'.repeat(10_000) } as JobView;
      }
    } finally {
      state.left = true;
    }
  }
  return { state, service: { watchJob } as unknown as Service };
}

it('a reader of events that does not read holds the stream back; one that leaves ends it', async () => {
  const { state, service } = restlessJob();
  const app = await buildHttp({
    service,
    version: '0.0.0-test',
    bodyLimit: 1000,
    logLevel: 'silent',
    problemPage: async () => null,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.pause();
  socket.write('GET /v1/jobs/job_1/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
  let before = -1;
  for (let i = 0; i < 100 && (state.asked === 0 || state.asked !== before); i++) {
    before = state.asked;
    await pause(50);
  }
  // What fits in the buffers of the system, some megabytes; without waiting it would be all that memory holds.
  expect(state.asked).toBe(before);
  socket.destroy();
  for (let i = 0; i < 100 && !state.left; i++) await pause(10);
  expect(state.left).toBe(true);
  await app.close();
});
