import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StudyProtocolRequest } from '../../src/app/analyses/study-protocol.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import type { NumberColumn } from '../../src/core/panel/columns.ts';
import { heatPanel } from '../support/heat-panel.ts';
import { codes, type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';

const operator = { role: 'operator' } as const;
const wait = { waitMs: 60_000 };

async function run(panel: MemoryPanel, protocol: StudyProtocolRequest): Promise<ResultOf<'study'>> {
  const ports = memoryPorts([panel]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const design = await service.designStudy(operator, protocol, wait);
  await service.sealStudyDesign(operator, { result: design.resultId! });
  return (await service.estimateStudy(operator, { result: design.resultId! }, wait)).result as ResultOf<'study'>;
}

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const example = (name: string, panel: string): StudyProtocolRequest => ({
  ...JSON.parse(read(`docs/examples/${name}.json`)),
  panel,
});

describe('the protocols of the worked examples', () => {
  it('turn a wrong sign right, with the planted truth in the interval', { timeout: 60_000 }, async () => {
    const saving: number = JSON.parse(read('datasets/heat-transition/truth.json')).householdPanel.blocks[
      'draught-proofing'
    ].trueSaving;
    const panel = heatPanel(
      ['gas_m3', 'construction_year', 'income_band', 'household_size', 'draught-proofing'],
      ['insulation', 'dwelling_type', 'tenure'],
    );
    const { body } = await run(panel, example('draught-proofing', 'heat'));
    const { unmatched, adjusted } = body.study.effects;
    const truth = (-saving / (1 - saving)) * meanOfTreated(panel, '2023-07');
    expect(unmatched!.lower).toBeGreaterThan(0);
    expect(adjusted!.upper).toBeLessThan(0);
    expect([adjusted!.lower < truth, truth < adjusted!.upper]).toEqual([true, true]);
    expect([body.gate, body.verdict.verdict]).toEqual(['passed', 'caution']);
  });

  it('find what the experiment of LaLonde found, where the naive comparison has the wrong sign', async () => {
    const { body } = await run(lalonde(), example('job-training', 'lalonde'));
    const { unmatched, adjusted } = body.study.effects;
    // Dehejia and Wahba 1999, table 1: the difference of means of the experiment.
    const experiment = 1794;
    expect(unmatched!.estimate).toBeLessThan(0);
    expect([adjusted!.lower < experiment, experiment < adjusted!.upper]).toEqual([true, true]);
    expect(adjusted!.lower).toBeGreaterThan(0);
    expect([body.gate, body.verdict.verdict]).toEqual(['passed', 'caution']);
  });
});

function lalonde(): MemoryPanel {
  const [header, ...lines] = read('datasets/lalonde/lalonde.csv').replaceAll('"', '').trim().split('\n');
  const names = header!.split(',');
  const cells = lines.map((line) => line.split(','));
  return {
    panel: 'lalonde',
    unitKind: 'other',
    unitIds: cells.map((_, u) => String(u).padStart(4, '0')),
    waves: ['1978'],
    unitIndex: cells.map((_, u) => u),
    waveIndex: cells.map(() => 0),
    columns: Object.fromEntries(
      names.map((name, at) => {
        const values = cells.map((row) => row[at]!);
        return [name, values.some((v) => Number.isNaN(Number(v))) ? codes(values) : numbers(values.map(Number))];
      }),
    ),
  };
}

/** Gas a month of those who have the measure in the end, from a wave on. */
function meanOfTreated(panel: MemoryPanel, from: string): number {
  const gas = panel.columns.gas_m3 as NumberColumn;
  const measure = panel.columns['draught-proofing'] as NumberColumn;
  const treated = new Set(panel.unitIndex.filter((_, row) => measure.values[row] === 1));
  const start = panel.waves.indexOf(from);
  const rows = [...panel.unitIndex.keys()].filter(
    (row) => treated.has(panel.unitIndex[row]!) && panel.waveIndex[row]! >= start && gas.status[row] === 0,
  );
  return rows.reduce((sum, row) => sum + gas.values[row]!, 0) / rows.length;
}
