import { afterAll, beforeAll, expect, it } from 'vitest';
import { createJobs } from '../../src/app/jobs.ts';
import { createService, type Service } from '../../src/app/service.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';
import { command } from '../support/terminal.ts';

let t: TestStore;
let service: Service;
beforeAll(async () => {
  t = await openTestStore();
  const ports = { ...memoryPorts([]), panels: t.store.panels };
  service = createService(ports, createJobs(ports, { concurrency: 1 }));
});
afterAll(() => t[Symbol.asyncDispose]());

const check = (content: string, ...options: string[]) =>
  command(service, ['ingest', 'gas.csv', '--dry-run', ...options], {
    readFile: async function* () {
      yield new TextEncoder().encode(content);
    },
  });

it('a dry run says how the file would be read, with range and missing values by reason', async () => {
  const { status, out } = await check(
    'household;month;gas;dwelling\nA;2024-01;1,5;flat\nA;2024-02;2,5;flat\nB;2024-01;.;house\nB;2024-02;-;house\n',
  );
  expect(status).toBe(0);
  expect(out).toContain(
    'Read as: format csv; layout wide; delimiter ;; decimal sign ,; encoding utf-8; unit column household; wave column month; collective column –',
  );
  const [head, gas] = ['variable', 'gas'].map((name) =>
    out
      .split('\n')
      .find((line) => line.startsWith(name))!
      .split(/ {2,}/),
  );
  expect(head).toEqual([
    ...['variable', 'role', 'type', 'unit', 'observed', 'absent', 'suppressed', 'not applicable'],
    ...['minimum', 'maximum'],
  ]);
  expect([gas![0], ...gas!.slice(3)]).toEqual(['gas', '2', '0', '1', '1', '1.5', '2.5']);
});

it('a refused file is read out with the name of the file, its lines, and how many more there are', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => `H${i},${i < 120 ? 'oops' : i}`);
  const { status, err } = await check(`household,gas\n${rows.join('\n')}\n`);
  expect(status).toBe(3);
  expect(err).toContain('Read as: format csv; layout wide; delimiter ,;');
  expect(err).toContain('\n  gas.csv line 2 gas, "oops", not-a-number: ');
  expect(err).toContain('\n  … and 20 more\n');
});
