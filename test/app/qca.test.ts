import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { QcaRequest } from '../../src/app/analyses/qca-settings.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { operations, results } from '../../src/contract/operations.ts';
import { qcaExample } from '../../src/contract/qca.ts';
import { violations } from '../../src/contract/validate.ts';
import { householdPanel } from '../support/household-panel.ts';
import { codes, type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';
import { command } from '../support/terminal.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };

/** Six neighbourhoods, one wave. */
const places: MemoryPanel = {
  panel: 'places',
  unitKind: 'neighbourhood',
  unitIds: ['BU1', 'BU2', 'BU3', 'BU4', 'BU5', 'BU6'],
  waves: ['2024'],
  unitIndex: [0, 1, 2, 3, 4, 5],
  waveIndex: [0, 0, 0, 0, 0, 0],
  columns: {
    owners: numbers([80, 70, 20, 60, 30, null]),
    coach: codes(['yes', 'no', 'yes', 'yes', 'no', 'yes']),
    saved: numbers([1, 0, 0, 1, 0, 1]),
  },
};

function setUp() {
  const ports = memoryPorts([householdPanel(), places]);
  return createService(ports, createJobs(ports, { concurrency: 1 }));
}

async function ask(actor: Actor, input: QcaRequest): Promise<ResultOf<'qca'>> {
  const job = await setUp().qca(actor, input, { waitMs: 10_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as unknown as ResultOf<'qca'>;
}

const ofPlaces: QcaRequest = {
  panel: 'places',
  outcome: { variable: 'saved' },
  conditions: [
    { variable: 'owners', name: 'OWNERS', calibration: { method: 'crisp', thresholds: [50] } },
    { variable: 'coach', name: 'COACH', level: 'yes' },
  ],
};
const ofHouseholds: QcaRequest = {
  panel: 'street',
  wave: '2024',
  outcome: { variable: 'gas', calibration: { method: 'crisp', thresholds: [1100] } },
  conditions: [{ variable: 'dwelling', name: 'FLAT', level: 'flat' }],
};

describe('the QCA use case', () => {
  it('compares the units of a panel, with conditions from numbers and codes, and leaves out what is missing', async () => {
    const { body, attrition, sources, warnings } = await ask(operator, ofPlaces);
    expect(body.rows.map((row) => [...row.configuration, row.output, row.cases.join()])).toEqual([
      [0, 0, '0', 'BU5'],
      [0, 1, '0', 'BU3'],
      [1, 0, '0', 'BU2'],
      [1, 1, '1', 'BU1,BU4'],
    ]);
    expect(body.solutions.map(({ kind, models }) => [kind, models.map(({ formula }) => formula)])).toEqual([
      ['conservative', ['OWNERS*COACH']],
      ['parsimonious', ['OWNERS*COACH']],
    ]);
    expect(attrition).toEqual([
      { step: 'cases-given', units: 6 },
      { step: 'cases-complete', units: 5 },
    ]);
    expect(body.leftOut).toEqual(['BU6']);
    expect(warnings).toContainEqual({ code: 'qca-missing-cells', parameters: { count: 1 } });
    expect(sources).toEqual([{ panel: 'places', revision: 1, digest: 'd'.repeat(64), units: null, consents: null }]);
  });

  it('shows neighbourhoods to everybody, and of households no small row, no id and no solution built on one', async () => {
    expect((await ask(visitor, ofPlaces)).body.rows[3]!.cases).toEqual(['BU1', 'BU4']);
    const whole = (await ask(operator, ofHouseholds)).body;
    expect(whole.rows.map((row) => row.n)).toEqual([15, 25]);
    const shown = (await ask(visitor, ofHouseholds)).body;
    expect(shown.rows.map((row) => [row.n, row.cases])).toEqual([
      [15, []],
      [25, []],
    ]);
    expect(JSON.stringify(shown)).not.toContain('H0');
    const farms = { ...ofHouseholds, conditions: [{ variable: 'dwelling', name: 'FARM', level: 'farm' }] };
    const gated = (await ask(visitor, farms)).body;
    expect((await ask(operator, farms)).body.solutions.length).toBeGreaterThan(0);
    expect([gated.solutions, gated.withheld, gated.withheldRows, gated.rows]).toEqual([[], 'small-group', 2, []]);
    expect(gated.conditions[0]!.counts).toEqual([]);
    expect(JSON.stringify(gated)).not.toMatch(/H[0-9]/);
  });

  it('takes collectives as cases, by the means of their units, and the change between waves', async () => {
    const { body } = await ask(visitor, {
      panel: 'street',
      wave: '2024',
      cases: 'collective',
      outcome: { variable: 'gas', name: 'SAVED', since: '2023', calibration: { method: 'crisp', thresholds: [-100] } },
      conditions: [{ variable: 'gas', name: 'HIGH', calibration: { method: 'crisp', thresholds: [1095] } }],
    });
    // Mean of 900 + 10 h over even h is 1090, over odd h 1100; every household fell by 100.
    expect(body.rows.map((row) => [row.configuration, row.output, row.cases])).toEqual([
      [[0], '1', ['north']],
      [[1], '1', ['south']],
    ]);
  });

  it('takes cases given with the request', async () => {
    const result = await ask(visitor, qcaExample);
    expect(result.body.solutions.at(-1)!.models.map(({ formula }) => formula)).toEqual(['OWNER*COACH + OWNER*SUBSIDY']);
    expect(result.sources).toEqual([]);
  });

  it('takes units at each wave as cases, with the fit by wave and by unit', async () => {
    const { body, sources, settings } = await ask(operator, {
      panel: 'street',
      cases: 'unit-wave',
      outcome: { variable: 'gas', name: 'HIGH', negated: true, calibration: { method: 'crisp', thresholds: [1100] } },
      conditions: [{ variable: 'dwelling', name: 'FLAT', level: 'flat' }],
      consistencyCutoff: 0.5,
      solutions: ['parsimonious'],
      clusters: {},
    });
    expect([body.caseCount, body.repeated, sources[0]!.panel]).toEqual([80, true, 'street']);
    expect(settings.clusters).toEqual({ cluster: null, unit: null });
    const [first] = body.further.clusters!;
    expect(first!.consistency.between.map(({ label }) => label)).toEqual(['2023', '2024']);
    expect(first!.consistency.within.length).toBe(40);
    // Gas is 1000 + 10 h in 2023 and 100 less in 2024; of the 25 flats (h < 25) 10 and then 20 stay below 1100.
    expect(first!.text).toBe('FLAT');
    const [before, after] = first!.consistency.between.map(({ value }) => value);
    expect(before).toBeCloseTo(10 / 25, 8);
    expect(after).toBeCloseTo(20 / 25, 8);
  });

  it('shows nobody else numbers in which a household counts several times, nor what goes beyond the solutions', async () => {
    const repeated = (await ask(visitor, { ...ofHouseholds, wave: null, cases: 'unit-wave', clusters: {} })).body;
    expect([repeated.rows, repeated.solutions, repeated.caseCount, repeated.withheld]).toEqual([
      [],
      [],
      null,
      'small-group',
    ]);
    expect(JSON.stringify(repeated)).not.toMatch(/H0|2023/);
    const everything: QcaRequest = {
      ...ofHouseholds,
      theory: 'FLAT',
      chain: {},
      subsets: {},
      robustness: { consistencyCutoffs: [0.5] },
      anchorIntervals: true,
      irredundant: true,
    };
    const own = (await ask(operator, everything)).body;
    expect(own.further.theory!.length + own.further.chain!.length).toBeGreaterThan(0);
    const shown = (await ask(visitor, everything)).body;
    expect(Object.values(shown.further)).toEqual([null, null, null, null, null, null]);
    expect(shown.solutions.every(({ anchorIntervals }) => anchorIntervals === null)).toBe(true);
    expect(JSON.stringify(shown)).not.toMatch(/H[0-9]/);
  });

  it('reads clusters of given cases from a column, and refuses what names none', async () => {
    const table = {
      columns: ['A', 'Y', 'region', 'town'],
      ids: ['p', 'q', 'r', 's'],
      rows: [
        [1, 1, 'north', 'x'],
        [1, 1, 'south', 'y'],
        [0, 0, 'north', 'x'],
        [0, 0, 'south', 'y'],
      ],
    };
    const request: QcaRequest = { table, outcome: { variable: 'Y' }, conditions: [{ variable: 'A' }] };
    const { body } = await ask(visitor, { ...request, clusters: { cluster: 'region', unit: 'town' } });
    expect(body.further.clusters![0]!.consistency.between.map(({ label }) => label)).toEqual(['north', 'south']);
    expect(body.further.clusters![0]!.consistency.within.map(({ label }) => label)).toEqual(['x', 'y']);
    for (const clusters of [{ cluster: 'province' }, {}])
      await expect(ask(visitor, { ...request, clusters })).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(ask(operator, { ...ofHouseholds, clusters: {} })).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(ask(operator, { ...ofHouseholds, cases: 'unit-wave' })).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('no wave can be named'),
    });
  });

  it('keeps the contract: request, settings and body fit their schemas', async () => {
    expect(violations(operations.qca.body, ofPlaces)).toEqual([]);
    expect(violations(operations.qca.body, qcaExample)).toEqual([]);
    const everything: QcaRequest = {
      ...ofPlaces,
      solutions: ['conservative', 'intermediate', 'parsimonious'],
      directionalExpectations: ['COACH'],
      theory: 'OWNERS',
      robustness: { consistencyCutoffs: [0.9], priCutoffs: [0.1], frequencyCutoffs: [2] },
      twoStep: { remote: ['OWNERS'] },
      chain: { method: 'coincidence' },
      subsets: {},
      irredundant: true,
      anchorIntervals: true,
      listing: 'sample',
    };
    expect(violations(operations.qca.body, everything)).toEqual([]);
    for (const request of [everything, qcaExample]) {
      const result = await ask(operator, request);
      expect(violations(results.qca, JSON.parse(JSON.stringify(result)))).toEqual([]);
      if (request !== everything) continue;
      for (const part of Object.entries(result.body.further))
        if (part[0] !== 'clusters') expect(part).not.toContain(null);
    }
  });

  it.each<[string, string, Partial<QcaRequest>]>([
    ['invalid-request', 'either a panel or a table', { panel: null }],
    ['invalid-request', 'no variable "roof"', { conditions: [{ variable: 'roof' }] }],
    ['invalid-argument', 'level', { conditions: [{ variable: 'coach' }] }],
    ['invalid-request', 'wave "2020"', { wave: '2020' }],
    ['invalid-request', 'no collective column', { cases: 'collective' }],
    ['panel-not-found', 'nowhere', { panel: 'nowhere' }],
    ['invalid-argument', 'Calibrate', { conditions: [{ variable: 'owners', type: 'fuzzy' }] }],
    [
      'invalid-argument',
      'condition name "A B"',
      { conditions: [{ variable: 'saved', name: 'A B' }], outcome: { variable: 'coach', level: 'yes' } },
    ],
  ])('refuses with %s: %s', async (code, part, change) => {
    await expect(ask(operator, { ...ofPlaces, ...change })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(part),
    });
  });

  it('reads a "-" of a table as does not apply, for which both values will do', async () => {
    const table = {
      columns: ['A', 'B', 'BA', 'Y'],
      ids: ['p', 'q', 'r', 's'],
      rows: [
        [1, 1, 1, 1],
        [1, 1, 0, 0],
        [1, 0, '-', 1],
        [0, 0, '-', 0],
      ],
    };
    const { body } = await ask(operator, {
      table,
      outcome: { variable: 'Y' },
      conditions: [{ variable: 'A' }, { variable: 'B' }, { variable: 'BA' }],
      solutions: ['conservative'],
    });
    expect(body.conditions.map(({ type }) => type)).toEqual(['crisp', 'crisp', 'temporal']);
    expect(body.rows.map(({ configuration }) => configuration.join(''))).toEqual(['002', '102', '110', '111']);
    expect(body.solutions[0]!.models.map(({ formula }) => formula)).toEqual(['A*~B + A*BA']);
  });

  it('refuses a table that is ragged, names a case twice or holds a text without a level', async () => {
    const table = (rows: (string | number | null)[][], ids = ['a', 'b']) => ({
      ...qcaExample,
      table: { columns: ['OWNER', 'COACH', 'SUBSIDY', 'INSULATED'], ids, rows },
    });
    const row = [1, 0, 1, 1];
    await expect(ask(operator, table([row, [1]]))).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('Row 2'),
    });
    await expect(ask(operator, table([row, row], ['a', 'a']))).rejects.toMatchObject({
      message: expect.stringContaining('twice'),
    });
    await expect(ask(operator, table([row, ['yes', 0, 1, 1]]))).rejects.toMatchObject({
      message: expect.stringContaining('"yes"'),
    });
  });
});

describe('samenwijs qca', () => {
  const table = {
    columns: ['A', 'B', 'Y'],
    ids: ['p', 'q', 'r', 's'],
    rows: [
      [1, 1, 1],
      [1, 0, 1],
      [0, 1, 0],
      [0, 0, 0],
    ],
  };
  const readTable = async () => table;
  const run = (...options: string[]) =>
    command(setUp(), ['qca', 'cases.csv', '--outcome', 'Y', '--conditions', 'A,B', ...options], { readTable });

  it('prints the truth table, each solution with its fit, and the solution in words', async () => {
    const { status, out, err } = await run();
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatchInlineSnapshot(`
      "Y: 4 cases, 2 conditions

      Truth table

      A  B  OUT  n  consistency    PRI  cases
      -  -  ---  -  -----------  -----  -----
      0  0    0  1        0.000  0.000  s
      0  1    0  1        0.000  0.000  r
      1  0    1  1        1.000  1.000  q
      1  1    1  1        1.000  1.000  p

      Conservative solution (the only minimal model)

        A => Y

      term         consistency    PRI  raw coverage  unique coverage  cases
      -----------  -----------  -----  ------------  ---------------  -----
      A                  1.000  1.000         1.000                –  p, q
      whole model        1.000  1.000         1.000

      In words: Y goes together with one combination: A.
      The same models hold for: a consistency cutoff above 0.000 up to 1.000; a PRI cutoff above 0.000 up to 1.000; a frequency cutoff of 1 to 1.
      The number of terms is proven; the certificate travels in the result.

      Parsimonious solution (the only minimal model)

        A => Y

      term         consistency    PRI  raw coverage  unique coverage  cases
      -----------  -----------  -----  ------------  ---------------  -----
      A                  1.000  1.000         1.000                –  p, q
      whole model        1.000  1.000         1.000

      In words: Y goes together with one combination: A.
      The same models hold for: a consistency cutoff above 0.000 up to 1.000; a PRI cutoff above 0.000 up to 1.000; a frequency cutoff of 1 to 1.
      The number of terms is proven; the certificate travels in the result.

      Necessary conditions

      set  consistency  coverage  relevance
      ---  -----------  --------  ---------
      A          1.000     1.000      1.000
      "
    `);
  });

  it('speaks Dutch, and explains the absence of the outcome', async () => {
    const { out } = await command(
      setUp(),
      ['qca', 'cases.csv', '--outcome', '~Y', '--conditions', 'A,B', '--lang', 'nl', '--solutions', 'parsimonious'],
      { readTable },
    );
    expect(out).toContain('~A => ~Y');
    expect(out).toContain('Het ontbreken van Y gaat samen met één combinatie: geen A.');
  });

  it('gives the whole result as JSON', async () => {
    const { out } = await run('--json', '--consistency', '1', '--solutions', 'conservative');
    const result = JSON.parse(out);
    expect(result.settings.consistencyCutoff).toBe(1);
    expect(result.body.solutions[0].models[0].formula).toBe('A');
  });

  it('writes a report in the language asked for', async () => {
    const written: [string, string][] = [];
    const writeFile = async (path: string, text: string) => void written.push([path, text]);
    const { status, out, err } = await command(
      setUp(),
      ['qca', 'c.csv', '--outcome', 'Y', '--conditions', 'A,B', '--report', 'verslag.html', '--lang', 'nl'],
      { readTable, writeFile },
    );
    expect([status, err]).toEqual([0, 'Het verslag staat in verslag.html.\n']);
    expect(out).toContain('A => Y');
    expect(written.map(([path]) => path)).toEqual(['verslag.html']);
    expect(written[0]![1]).toContain('<html lang="nl">');
  });

  it('prints what is asked for beside the solutions, in both languages', async () => {
    const wide = {
      columns: ['A', 'B', 'Y', 'town'],
      ids: ['p', 'q', 'r', 's', 't', 'u', 'v', 'w'],
      rows: [
        [9, 1, 1, 'x'],
        [8, 1, 1, 'y'],
        [7, 0, 1, 'x'],
        [6, 0, 0, 'y'],
        [3, 1, 1, 'x'],
        [2, 1, 0, 'y'],
        [1, 0, 0, 'x'],
        [0, 0, 0, 'y'],
      ],
    };
    const options = [
      ...[
        'qca',
        'c.csv',
        '--outcome',
        'Y',
        '--conditions',
        'A,B',
        '--calibrate',
        'A=1:5.5:8',
        '--solutions',
        'parsimonious',
      ],
      ...['--theory', 'A*B', '--clusters', 'town', '--alternative', 'consistency=0.7/0.9', '--remote', 'A'],
      ...[
        '--chain',
        'truth-table',
        '--order',
        'A,B/Y',
        '--subsets',
        '--irredundant',
        '--anchors',
        '--necessity',
        '0.75',
      ],
    ];
    const { status, out, err } = await command(setUp(), options, { readTable: async () => wide });
    expect([status, err]).toEqual([0, '']);
    for (const part of [
      'Theory A*B beside',
      'Fit by cluster and by unit',
      'Against other cutoffs',
      'parsimonious, consistency 0.7:',
      'Two steps',
      'In the context CONTEXT = A:',
      'Each set as an outcome of the others',
      'Sufficient combinations over all cases',
      'Models with no term to spare',
      'The same models hold while one anchor moves',
      'A crossover between',
      'Necessary conditions',
    ])
      expect(out).toContain(part);
    const dutch = await command(setUp(), [...options, '--lang', 'nl'], { readTable: async () => wide });
    for (const part of ['Theorie A*B naast', 'Bij andere grenzen', 'In de context CONTEXT = A:', 'A omslagpunt tussen'])
      expect(dutch.out).toContain(part);
  });

  it('names sets, takes the change since a wave, and says what chance gives', async () => {
    const { out, err } = await command(setUp(), [
      ...[
        'qca',
        'street',
        '--cases',
        'collective',
        '--wave',
        '2024',
        '--outcome',
        'SAVED=gas',
        '--since',
        'SAVED=2023',
      ],
      ...[
        '--calibrate',
        'SAVED=-100',
        '--conditions',
        'HIGH=gas',
        '--calibrate',
        'HIGH=1095',
        '--permutations',
        '20',
        '--json',
      ],
    ]);
    expect(err).toBe('');
    const { body, settings, seed } = JSON.parse(out);
    expect(settings.outcome).toMatchObject({ variable: 'gas', name: 'SAVED', since: '2023' });
    expect([body.conditions[0].name, seed]).toEqual(['HIGH', 1]);
    expect(body.solutions[0].permutationTest).toEqual({
      permutations: 20,
      pValues: [1],
      adjustedPValues: [1],
      falsePositiveShare: 1,
    });
  });

  it('calibrates by thresholds and by anchors', async () => {
    const raw = { ...table, rows: table.rows.map(([a, b, y]) => [a! * 100, b! * 30, y!]) };
    const { out } = await command(
      setUp(),
      [
        'qca',
        'c.csv',
        '--outcome',
        'Y',
        '--conditions',
        'A,B',
        '--calibrate',
        'A=20:50:90',
        '--calibrate',
        'B=10/20',
        '--json',
      ],
      {
        readTable: async () => raw,
      },
    );
    const { body, settings } = JSON.parse(out);
    expect(settings.conditions.map((c: { calibration: { method: string } }) => c.calibration.method)).toEqual([
      'logistic',
      'crisp',
    ]);
    expect(body.conditions.map((c: { type: string; levels: number }) => [c.type, c.levels])).toEqual([
      ['fuzzy', 2],
      ['multi-value', 3],
    ]);
  });

  it('takes an outcome of several sets, thresholds to find, and the indirect method', async () => {
    const raw = {
      columns: ['A', 'Y', 'Z'],
      ids: ['p', 'q', 'r', 's', 't', 'u'],
      rows: [
        [1, 1, 0],
        [2, 1, 0],
        [3, 0, 1],
        [11, 1, 1],
        [12, 1, 1],
        [14, 1, 1],
      ],
    };
    const options = ['--outcome', '~Y,Z', '--configuration', 'Y*Z', '--conditions', 'A', '--calibrate', 'A=find:1'];
    const { out, err } = await command(setUp(), ['qca', 'c.csv', ...options, '--json'], { readTable: async () => raw });
    expect(err).toBe('');
    const { body, settings } = JSON.parse(out);
    expect(settings.outcome).toMatchObject({ variable: 'Y', negated: true, expression: 'Y*Z' });
    expect(body.outcome).toBe('~(Y*Z)');
    expect(body.conditions[0].calibration).toEqual({ method: 'crisp', thresholds: [7] });
    expect(body.solutions.at(-1).models[0].formula).toBe('~A');
    const many = Array.from({ length: 30 }, (_, i) => [5 + i * 3, i % 2]);
    const ladder = { columns: ['A', 'Y'], ids: many.map((_, i) => `c${i}`), rows: many };
    const indirect = await command(
      setUp(),
      ['qca', 'c.csv', '--outcome', 'Y', '--conditions', 'A', '--calibrate', 'A=indirect:20/45/70', '--json'],
      { readTable: async () => ladder },
    );
    expect(JSON.parse(indirect.out).settings.conditions[0].calibration).toEqual({
      method: 'indirect',
      thresholds: [20, 45, 70],
    });
  });

  it.each([
    [['--calibrate', 'A'], 'NAME=VALUE'],
    [['--calibrate', 'A=x'], 'threshold'],
    [['--calibrate', 'Z=1'], 'neither'],
    [['--calibrate', 'A=indirect:x'], 'indirect'],
    [['--alternative', 'recall=1'], 'recall'],
    [['--alternative', 'consistency=high'], 'consistencyCutoffs'],
    [['--consistency', '2'], 'consistencyCutoff'],
    [['--solutions', 'best'], 'solutions'],
  ])('refuses %j', async (options, part) => {
    const { status, err } = await run(...options);
    expect(status).toBe(2);
    expect(err).toContain(part);
  });

  it('refuses several outcomes without the configuration they explain', async () => {
    const several = ['qca', 'cases.csv', '--outcome', 'Y,B', '--conditions', 'A'];
    const { status, err } = await command(setUp(), several, { readTable });
    expect([status, err]).toEqual([2, expect.stringContaining('--configuration')]);
  });
});
