import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { readCaseTable } from '../../src/main/read-case-table.ts';
import { heatPanel } from '../support/heat-panel.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { command } from '../support/terminal.ts';

const page = readFileSync(new URL('../../docs/methods/qca.md', import.meta.url), 'utf8');
const commands = [...page.matchAll(/^ {4}samenwijs (qca (?:.*\\\n)*.*)/gm)].map(([, text]) =>
  text!.replaceAll('\\\n', ' ').trim().split(/\s+/),
);
const conditions = ['construction_year', 'energy-coach', 'insulation-purchase', 'draught-proofing'];

/** What the page says, and what the command above it answers: both must hold each text. */
const examples: readonly (readonly string[])[] = [
  ['DEV*~URB*LIT*STB + DEV*LIT*IND*STB => SURV'],
  [
    'DEV*~URB*LIT*~STB + DEV*LIT*IND*~STB',
    'DEV*LIT*~STB',
    'DEV*~STB',
    'between 468 and 586',
    'between 14.5 and 34.8',
    'between 517 and 586',
    'between 9 and 10',
  ],
  ['DEV*URB*LIT*IND*STB + DEV*~URB*LIT*~IND*STB', '0.870', '0.658', 'above 0.709 up to 0.804'],
  [
    'COACH*PURCHASE*DRAUGHT*~NEWER',
    '0.757',
    '0.689',
    '0.074',
    'C14, C23, C36',
    'PURCHASE*DRAUGHT',
    '0.606',
    'above 0.746 up to 0.757',
    'COACH*PURCHASE*~NEWER',
    'between -20.2343 and -17.2095',
  ],
];

it('the page of the method gives commands that answer what it says', { timeout: 60_000 }, async () => {
  const ports = memoryPorts([{ ...heatPanel(['gas_m3', ...conditions], []), panel: 'heat-transition' }]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  expect(commands).toHaveLength(examples.length);
  for (const [at, argv] of commands.entries()) {
    const { status, out, err } = await command(service, argv, { readTable: readCaseTable });
    expect([status, err]).toEqual([0, '']);
    for (const text of examples[at]!) {
      expect(out).toContain(text);
      if (at > 0) expect(page).toContain(text);
    }
  }
});
