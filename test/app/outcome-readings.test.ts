import { describe, expect, it } from 'vitest';
import type { StudyProtocolRequest } from '../../src/app/analyses/study-protocol.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import type { NumberColumn } from '../../src/core/panel/columns.ts';
import { type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';
import { otherWaves } from '../support/other-waves.ts';
import { studyPanel } from '../support/study-panel.ts';

const operator = { role: 'operator' } as const;
const wait = { waitMs: 60_000 };

const outcomeOf = (variable: string) => ({ variable, followUp: '2024' });
const protocol = {
  panel: 'study',
  treatment: { variable: 'coach' },
  covariates: ['income', 'home'],
  baseline: '2023',
  outcome: outcomeOf('kpi'),
} satisfies StudyProtocolRequest;

/** The panel with two more outcomes, and another treatment. */
function widePanel(): MemoryPanel {
  const panel = studyPanel();
  const { values } = panel.columns.kpi as NumberColumn;
  const { values: coach } = panel.columns.coach as NumberColumn;
  return studyPanel({
    overrides: {
      comfort: numbers([...values].map((value) => 20 - value)),
      draught: numbers([...values].map((value) => 3 + value / 2)),
      insulation: numbers([...coach].map((value, row) => (row % 2 === 1 && row % 3 === 0 ? 1 : value))),
    },
  });
}

function open(panel = widePanel()) {
  const ports = memoryPorts([panel]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const ended = async <T>(job: Promise<{ error: unknown; result: unknown }>): Promise<T> => {
    const { error, result } = await job;
    if (error !== null) throw Object.assign(new Error((error as { message: string }).message), error);
    return result as T;
  };
  const seal = async (changes: Partial<StudyProtocolRequest> = {}) => {
    const asked = { ...protocol, ...changes };
    const { id } = await ended<ResultOf<'study-design'>>(service.designStudy(operator, asked, wait));
    await service.sealStudyDesign(operator, { result: id });
    return id;
  };
  const read = (result: string) => ended<ResultOf<'study'>>(service.estimateStudy(operator, { result }, wait));
  const { panel: name, covariates, baseline } = protocol;
  const explore = (outcome: string, changes: object = {}) =>
    ended(
      service.matchingStudy(
        operator,
        { panel: name, covariates, baseline, treatment: 'coach', outcome, followUp: '2024', ...changes },
        wait,
      ),
    );
  return { ports, service, ended, seal, read, explore };
}

const found = ({ settings, body }: ResultOf<'study'>) => {
  const level = (measure: string) => body.verdict.reasons.find((reason) => reason.measure === measure)!.level;
  return [
    settings.readBefore.otherOutcomes,
    settings.readBefore.readBeforeSeal,
    level('other-outcomes'),
    level('read-before-seal'),
  ];
};

describe('what was read before a sealed study', () => {
  it('is nothing where it is the first to ask', async () => {
    const { seal, read } = open();
    expect(found(await read(await seal()))).toEqual([[], 0, 'pass', 'pass']);
  });

  it('is every outcome that was tried without a seal, its own too, and asks for caution', async () => {
    const { seal, read, explore, ended, service } = open();
    await explore('comfort');
    await explore('kpi');
    const model = { panel: 'study', outcome: 'log(draught)', model: 'pooled', terms: ['coach', 'income'] } as const;
    await ended(service.panelModel(operator, model, wait));
    const study = await read(await seal());
    expect(found(study)).toEqual([['comfort', 'draught'], 1, 'caution', 'caution']);
    expect(study.body.verdict.verdict).not.toBe('trust');
    const counted = study.body.verdict.reasons.filter((reason) => reason.counted);
    expect(counted.find(({ measure }) => measure === 'other-outcomes')).toMatchObject({
      value: 2,
      subject: 'comfort, draught',
    });
  });

  it('is what others sealed, read or not: of several sealed outcomes none is shown as the only one', async () => {
    const { seal, read } = open();
    const [kpi, comfort] = [await seal(), await seal({ outcome: outcomeOf('comfort') })];
    expect(found(await read(comfort))).toEqual([['kpi'], 0, 'caution', 'pass']);
    expect(found(await read(kpi))).toEqual([['comfort'], 0, 'caution', 'pass']);
  });

  it('is its own outcome where the protocol was changed and sealed again after it was read', async () => {
    const { seal, read } = open();
    await read(await seal());
    expect(found(await read(await seal({ covariates: ['income'] })))).toEqual([[], 1, 'pass', 'caution']);
  });

  it('is not an outcome that the protocol names, another treatment, or an earlier period', async () => {
    const { seal, read, explore } = open();
    const named = await seal({ outcome: { ...outcomeOf('kpi'), otherOutcomes: ['comfort'] } });
    await explore('comfort');
    await explore('draught', { treatment: 'insulation' });
    // Of 2023 alone: with the treatment of that year, and so refused, but after it was noted.
    await explore('draught', { baseline: '2023', followUp: '2023' }).catch(() => {});
    expect(found(await read(named))).toEqual([[], 0, 'pass', 'pass']);
  });

  it('is fixed with the first reading: the same again later, and from its capsule, here and elsewhere', async () => {
    const { seal, read, explore, service, ended } = open();
    await explore('comfort');
    const id = await seal();
    const first = await read(id);
    await explore('draught');
    await explore('kpi');
    const again = await read(id);
    expect([again.settings.readBefore, again.body]).toEqual([first.settings.readBefore, first.body]);
    const capsule = await service.studyCapsule(operator, { result: first.id });
    const elsewhere = open();
    for (const one of [{ service, ended }, elsewhere]) {
      const { body } = await one.ended<ResultOf<'replay'>>(one.service.replay(operator, capsule, wait));
      expect(body).toMatchObject({ verdict: 'same', identical: true });
    }
    // A capsule that says otherwise than the log here is found out.
    const edited = { ...capsule, readBefore: { otherOutcomes: [], readBeforeSeal: 0 } };
    const { body } = await elsewhere.ended<ResultOf<'replay'>>(elsewhere.service.replay(operator, edited, wait));
    expect(body).toMatchObject({ verdict: 'changed', identical: false });
  });
});

describe('controls of another time', () => {
  /** Two months of 2024: the treated are measured in the first, all others in the second. */
  function apart(isTogether: boolean): MemoryPanel {
    const panel = otherWaves(studyPanel(), [
      ['2023', 0],
      ['2024-01', 1],
      ['2024-02', 1],
    ]);
    const { values: coach } = panel.columns.coach as NumberColumn;
    const { values: kpi } = panel.columns.kpi as NumberColumn;
    const isKnown = (row: number) => {
      const unit = panel.unitIndex[row]!;
      const wave = panel.waveIndex[row]!;
      return wave === 0 || isTogether || wave === (coach[3 * unit + 1] === 1 ? 1 : 2);
    };
    const known = [...kpi].map((value, row) => (isKnown(row) ? value : null));
    return { ...panel, columns: { ...panel.columns, kpi: numbers(known) } };
  }

  it.each([
    [true, 'pass'],
    [false, 'fail'],
  ])('measured in the months of the treated: %s, and the rule says %s', async (isTogether, level) => {
    const { seal, read } = open(apart(isTogether));
    const study = await read(await seal({ outcome: { ...outcomeOf('kpi'), minimumShare: 0.5 } }));
    const reason = study.body.verdict.reasons.find(({ measure }) => measure === 'concurrent-controls')!;
    expect(reason.level).toBe(level);
    expect(reason.value).toBe(isTogether ? study.body.remaining.control.matched : 0);
  });
});
