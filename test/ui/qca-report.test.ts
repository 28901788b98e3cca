import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { QcaRequest } from '../../src/app/analyses/qca-settings.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { vennDiagram } from '../../src/ui/charts/venn-diagram.ts';
import { qcaInR } from '../../src/ui/report/qca-in-r.ts';
import { householdPanel } from '../support/household-panel.ts';
import { memoryPorts } from '../support/memory-ports.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };

function setUp() {
  const ports = memoryPorts([householdPanel()]);
  return createService(ports, createJobs(ports, { concurrency: 1 }));
}

async function ask(service: ReturnType<typeof setUp>, actor: Actor, request: QcaRequest): Promise<ResultOf<'qca'>> {
  const job = await service.qca(actor, request, { waitMs: 20_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as unknown as ResultOf<'qca'>;
}

const table = {
  columns: ['income', 'B-2', 'C', 'Y'],
  ids: ['Ape<script>', 'Boom', 'Cel', 'Duin', 'Eik', 'Fuut', 'Gans', 'Hei'],
  rows: [
    [950, 1, 1, 1],
    [900, 1, 0, 0.9],
    [860, 0, 1, 0.8],
    [640, 0, 0, 0.4],
    [450, 1, 1, 0.6],
    [400, 1, 0, 0.2],
    [330, 0, 1, 0.1],
    [300, 0, 0, 0],
  ],
};
const request: QcaRequest = {
  table,
  outcome: { variable: 'Y' },
  conditions: [
    {
      variable: 'income',
      name: 'RICH',
      calibration: { method: 'logistic', exclusion: 310, crossover: 555, inclusion: 905, inclusionDegree: 0.95 },
    },
    { variable: 'B-2' },
    { variable: 'C' },
  ],
  consistencyCutoff: 0.77,
  contradictionCutoff: 0.61,
  priCutoff: 0.37,
  frequencyCutoff: 1,
  solutions: ['conservative', 'intermediate', 'parsimonious'],
  directionalExpectations: ['RICH', 'B-2'],
  enhanced: { contradictoryAssumptions: true, simultaneousSubsets: true, impossible: ['~RICH*C'] },
  excludedRows: [2],
  necessity: { consistencyCutoff: 0.88, coverageCutoff: 0.05, relevanceCutoff: 0.33 },
  theory: 'RICH*C',
  robustness: { consistencyCutoffs: [0.71], priCutoffs: [0.45], frequencyCutoffs: [2] },
  twoStep: { remote: ['RICH'], consistencyCutoff: 0.66 },
  chain: { ordering: [['RICH', 'B-2'], ['C'], ['Y']], strict: true, consistencyCutoff: 0.79 },
  subsets: { consistencyCutoff: 0.81, priCutoff: 0.4, coverageCutoff: 0.1 },
  irredundant: true,
  anchorIntervals: true,
};

describe('the report of a QCA', () => {
  it('is one HTML file with data, decisions, tables, charts, certificate and R code, in both languages', async () => {
    const service = setUp();
    const result = await ask(service, visitor, request);
    const { html } = await service.resultReport(visitor, { result: result.id });
    expect(html.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
    // It asks for nothing: no script, no picture, style or font of elsewhere.
    expect(html).not.toMatch(/<script|<link|<img|src=|@import|url\(https?:|href="http/);
    for (const heading of [
      'In short',
      'Decisions',
      'Data',
      'Truth table',
      'Necessary conditions',
      'Conservative solution',
      'Parsimonious solution',
      'Against other cutoffs',
      'Two steps',
      'Each set as an outcome of the others',
      'Sufficient combinations over all cases',
      'The same in R',
    ])
      expect(html).toContain(`<h2>${heading}`);
    expect(html.includes('<h2>Cautions')).toBe(result.warnings.length > 0);
    for (const { formula } of result.body.solutions.flatMap(({ models }) => models))
      expect(html).toContain(formula.replaceAll("'", '&#39;'));
    // A Venn diagram, an XY plot and a configuration chart; every chart says in words what it shows.
    expect(html.match(/<svg [^>]*role="img"/g)!.length).toBeGreaterThan(2);
    expect(html).toContain('class="venn-set"');
    expect(html).toContain('against Y:');
    expect(html).toContain('Configuration chart of');
    expect(html).toContain(JSON.stringify(result.body.solutions[0]!.certificate!.positives).replaceAll('"', '&quot;'));
    expect(html).toContain('Ape&lt;script&gt;');
    const dutch = (await service.resultReport(visitor, { result: result.id, lang: 'nl' })).html;
    for (const heading of ['In het kort', 'Keuzes', 'Waarheidstabel', 'Bij andere grenzen', 'Hetzelfde in R'])
      expect(dutch).toContain(`<h2>${heading}`);
    expect(dutch).toContain('0,');
  });

  it('carries R code with every setting of the analysis', async () => {
    const script = qcaInR(await ask(setUp(), visitor, request));
    for (const part of [
      '# B_2 stands for B-2',
      'RICH = c(950, 900, 860, 640, 450, 400, 330, 300)',
      'row.names = c("Ape<script>", "Boom"',
      'sets$RICH <- calibrate(cases$RICH, type = "fuzzy", thresholds = "e=310, c=555, i=905", idm = 0.95)',
      'truthTable(sets, outcome = "Y", conditions = c("RICH", "B_2", "C"),\n  incl.cut = c(0.77, 0.61), pri.cut = 0.37, n.cut = 1',
      'excluded <- unique(c(c(2), findRows(obj = table, type = 2), findRows(obj = table, type = 3), findRows("~RICH*C", obj = table)))',
      'conservative <- minimize(table, details',
      'parsimonious <- minimize(table, include = "?", exclude = excluded',
      'include = "?", exclude = excluded, dir.exp = "RICH, B_2"',
      'relation = "necessity", incl.cut = 0.88, cov.cut = 0.05, ron.cut = 0.33',
      'all.sol = TRUE',
      'theory.evaluation(theory = "RICH*C"',
      'tableWith(incl.cut = 0.71)',
      'tableWith(pri.cut = 0.45)',
      'tableWith(n.cut = 2)',
      'remote <- truthTable(sets, outcome = "Y", conditions = c("RICH"),\n  incl.cut = 0.66',
      'ordering = "RICH, B_2 < C < Y",\n  strict = TRUE, sol.cons = 0.79',
      'relation = "sufficiency", incl.cut = 0.81, pri.cut = 0.4, cov.cut = 0.1',
    ])
      expect(script).toContain(part);
  });

  it.each<[NonNullable<QcaRequest['conditions'][number]['calibration']>, string]>([
    [{ method: 'crisp', thresholds: [400, 800] }, 'type = "crisp", thresholds = c(400, 800)'],
    [{ method: 'find-thresholds', count: 1 }, 'type = "crisp", thresholds = c(545)'],
    [
      { method: 's-shape', exclusion: 300, crossover: 500, inclusion: 900, below: 2, above: 0.5 },
      'thresholds = "e=300, c=500, i=900", logistic = FALSE, below = 2, above = 0.5',
    ],
    [{ method: 'ecdf', exclusion: 310, crossover: 555, inclusion: 905 }, 'logistic = FALSE, ecdf = TRUE'],
    [{ method: 'totally-fuzzy-relative', lowest: 300 }, 'method = "TFR"'],
    [
      {
        method: 'bell',
        first: { exclusion: 300, crossover: 400, inclusion: 500 },
        second: { exclusion: 950, crossover: 900, inclusion: 800 },
        below: 1,
        above: 1,
      },
      'thresholds = "e1=300, c1=400, i1=500, i2=800, c2=900, e2=950"',
    ],
  ])('writes the calibration %j for R', async (calibration, part) => {
    const plain = { table, outcome: { variable: 'Y' }, conditions: [{ variable: 'income', calibration }] };
    expect(qcaInR(await ask(setUp(), visitor, plain))).toContain(part);
  });

  it('writes negated and composed outcomes, and what is to be explained, for R', async () => {
    const script = qcaInR(
      await ask(setUp(), visitor, {
        table,
        outcome: { variable: 'Y', negated: true, expression: 'Y*~C', parts: [{ variable: 'C' }] },
        conditions: [{ variable: 'B-2' }],
        explain: 'C',
        contradictionCutoff: 0.1,
        consistencyCutoff: 1,
        includeContradictions: true,
      }),
    );
    expect(script).toContain('sets$OUTCOME <- compute("Y*~C", data = sets)');
    expect(script).toContain('outcome = "~OUTCOME"');
    expect(script).toContain('explain = "C"');
    expect(script).toContain('include = "?, C"');
  });

  it('gives R and the reader a temporal "-" as it was given', async () => {
    const rows = [
      [1, '-', 1],
      [1, 1, 1],
      [0, 0, 0],
    ];
    const service = setUp();
    const result = await ask(service, visitor, {
      table: { columns: ['A', 'BA', 'Y'], ids: ['p', 'q', 'r'], rows },
      outcome: { variable: 'Y' },
      conditions: [{ variable: 'A' }, { variable: 'BA' }],
    });
    expect(qcaInR(result)).toContain('BA = c("-", "1", "0")');
    const { html } = await service.resultReport(visitor, { result: result.id });
    expect(html).toMatch(/<td[^>]*>-<\/td>/);
  });

  it('tells of households what the gate lets pass, and no more', async () => {
    const service = setUp();
    const ofHouseholds: QcaRequest = {
      panel: 'street',
      wave: '2024',
      outcome: { variable: 'gas', calibration: { method: 'crisp', thresholds: [1100] } },
      conditions: [{ variable: 'dwelling', name: 'FLAT', level: 'flat' }],
      theory: 'FLAT',
    };
    const { id } = await ask(service, operator, ofHouseholds);
    const own = (await service.resultReport(operator, { result: id })).html;
    const shown = (await service.resultReport(visitor, { result: id })).html;
    expect(own).toMatch(/H00/);
    expect(own).toContain('Theory FLAT beside');
    expect(shown).not.toMatch(/H[0-9][0-9]/);
    expect(shown).not.toContain('Theory FLAT beside');
    expect(shown).toContain('The values of single cases are not in this report.');
    expect(shown).toContain('cases &lt;- read.csv(&quot;cases.csv&quot;, row.names = 1)');
  });

  it('does not exist for other kinds of results, nor for what nobody asked', async () => {
    const service = setUp();
    const job = await service.insights(operator, { panel: 'street', kpi: 'gas' }, { waitMs: 20_000 });
    for (const result of [job.result!.id, 'res_none'])
      await expect(service.resultReport(operator, { result })).rejects.toMatchObject({ code: 'result-not-found' });
  });
});

describe('a Venn diagram', () => {
  it.each([2, 3, 4, 5])('of %i sets has a place for each combination', (count) => {
    const sets = Array.from({ length: count }, (_, i) => `S${i}`);
    const rows = Array.from({ length: 2 ** count }, (_, bits) => ({
      inside: sets.map((_, i) => ((bits >> i) & 1) === 1),
      output: '1' as const,
      cases: bits,
    }));
    const drawn = String(vennDiagram({ id: 'v', title: 't', description: 'd', sets, rows }));
    const places = [...drawn.matchAll(/<circle class="[^"]*" cx="([\d.]+)" cy="([\d.]+)"/g)].map(
      ([, x, y]) => [Number(x), Number(y)] as const,
    );
    expect(places.length).toBe(2 ** count);
    // No two marks (of radius 9.5) hide each other.
    for (const [at, [x, y]] of places.entries())
      for (const [ox, oy] of places.slice(at + 1)) expect(Math.hypot(x - ox, y - oy)).toBeGreaterThan(15);
  });

  it('is not drawn for one set, or for more than five', () => {
    const draw = (sets: string[]) => vennDiagram({ id: 'v', title: 't', description: 'd', sets, rows: [] });
    expect([draw(['A']), draw(['A', 'B', 'C', 'D', 'E', 'F'])]).toEqual([null, null]);
  });
});
