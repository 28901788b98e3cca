import { describe, expect, it } from 'vitest';
import type { StudyProtocolRequest } from '../../src/app/analyses/study-protocol.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import type { Column } from '../../src/core/panel/columns.ts';
import { codes, type MemoryPanel, memoryPorts } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';

const wait = { waitMs: 60_000 };
const protocol = {
  panel: 'study',
  treatment: { variable: 'coach' },
  covariates: ['income'],
  baseline: '2023',
  outcome: { variable: 'kpi', followUp: '2024' },
} satisfies StudyProtocolRequest;

const ask = (panel: MemoryPanel, role: 'operator' | 'researcher' | 'visitor') => {
  const ports = memoryPorts([panel]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  return async (eligibility: NonNullable<StudyProtocolRequest['eligibility']>) =>
    (await service.designStudy({ role }, { ...protocol, eligibility }, wait)).error?.code ?? 'answered';
};
const refused = (asked: Promise<string>) => expect(asked).rejects.toMatchObject({ code: 'not-authorised' });

/** `tower` is the roof of three households; `cellar` splits these off from no level, but with the age of the home it does. */
function rarePanel(unitKind: MemoryPanel['unitKind'] = 'household'): MemoryPanel {
  const plain = studyPanel({ unitKind });
  const { codes: home, levels } = plain.columns.home as Extract<Column, { type: 'coded' }>;
  const isOld = (row: number) => levels[home[row]!] === 'old';
  const oldUnits = plain.unitIds.map((_, unit) => unit).filter((unit) => isOld(2 * unit));
  const few = new Set(oldUnits.slice(0, 3));
  const ofRows = (value: (unit: number) => string) => codes(plain.unitIndex.map((unit) => value(unit)));
  return studyPanel({
    unitKind,
    overrides: {
      roof: ofRows((unit) => (unit < 3 ? 'tower' : 'plain')),
      cellar: ofRows((unit) => (few.has(unit) || !isOld(2 * unit) ? 'damp' : 'dry')),
    },
  });
}

describe('who is in a study of households', () => {
  it('is chosen by ranges by the operator alone', async () => {
    const range = [{ variable: 'income', from: 0.5 }];
    for (const role of ['researcher', 'visitor'] as const) await refused(ask(studyPanel(), role)(range));
    expect(await ask(studyPanel(), 'operator')(range)).toBe('answered');
  });

  it('is chosen by levels that ten have, also together, by others', async () => {
    const visitor = ask(rarePanel(), 'visitor');
    expect(await visitor([{ variable: 'home', is: ['old'] }])).toBe('answered');
    expect(await visitor([{ variable: 'cellar', is: ['damp'] }])).toBe('answered');
    // Without the three of the tower, or with all but them, it would be a study that differs by three.
    await refused(visitor([{ variable: 'roof', is: ['plain'] }]));
    await refused(
      visitor([
        { variable: 'home', is: ['old'] },
        { variable: 'cellar', is: ['dry'] },
      ]),
    );
    await refused(visitor([{ variable: 'income', is: ['0.5'] }]));
  });

  it('is anybody’s to choose where the units are places', async () => {
    const visitor = ask(rarePanel('neighbourhood'), 'visitor');
    expect(await visitor([{ variable: 'income', from: 0 }])).toBe('answered');
    expect(await visitor([{ variable: 'roof', is: ['plain'] }])).toBe('answered');
  });
});
