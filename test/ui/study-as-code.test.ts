import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completeDesign, type DesignRequest } from '../../src/app/analyses/study-design.ts';
import type { StudyProtocolRequest } from '../../src/app/analyses/study-protocol.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import type { NumberColumn } from '../../src/core/panel/columns.ts';
import { studyAsCommands, studyInTypeScript } from '../../src/ui/report/study-as-code.ts';
import { studyInR } from '../../src/ui/report/study-in-r.ts';
import type { MemoryPanel } from '../support/memory-ports.ts';
import { allDesigns } from '../support/study-designs.ts';
import { studyPanel } from '../support/study-panel.ts';
import { studyService } from '../support/study-service.ts';
import { typeErrors } from '../support/type-check.ts';

type Study = ResultOf<'study'>;
const operator = { role: 'operator' } as const;
const protocol = {
  question: "Did the coach raise the figure? It's asked.",
  panel: 'study',
  treatment: { variable: 'coach' },
  covariates: ['income', 'home', 'kpi^2', 'income:kpi'],
  baseline: '2023',
  outcome: { variable: 'kpi', followUp: '2024' },
} satisfies StudyProtocolRequest;

let folder: string;
let own: Study;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'samenwijs-study-code-'));
  own = await studyService(studyPanel()).study(operator, protocol);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the TypeScript of a report', () => {
  it('is accepted by the compiler, with and without a reason to override', () => {
    const overridden: Study = { ...own, settings: { ...own.settings, override: { reason: "It's needed tonight." } } };
    expect(
      typeErrors({
        'src/study-of-a-report.ts': studyInTypeScript(own).replace("'samenwijs'", "'./main/library.ts'"),
        'src/study-with-a-reason.ts': studyInTypeScript(overridden).replace("'samenwijs'", "'./main/library.ts'"),
      }),
    ).toEqual([]);
  }, 120_000);

  it('gives the same body again', async () => {
    const { service } = studyService(studyPanel());
    const said: string[] = [];
    const code = studyInTypeScript(own)
      .replace(/^import .*$/m, '')
      .replaceAll(' as const', '');
    const Run = Object.getPrototypeOf(async () => {}).constructor as new (
      ...parts: string[]
    ) => (...given: unknown[]) => Promise<void>;
    await new Run('openSamenwijs', 'console', code)(async () => ({ service, close: async () => {} }), {
      log: (text: string) => said.push(text),
    });
    const again = JSON.parse(said[0]!) as Study;
    const { study } = studyService(studyPanel());
    const seen = await study({ role: 'visitor' }, protocol);
    expect(again.body).toEqual(JSON.parse(JSON.stringify(seen.body)));
  });
});

it('the commands of a report hold the protocol, whatever stands in it', () => {
  const text = studyAsCommands(own).replace(/^npx .*$/m, 'cat study.json');
  const out = execFileSync('bash', ['-c', text], { cwd: folder, encoding: 'utf8' });
  expect(JSON.parse(out)).toEqual(own.settings.protocol);
});

/** What R says, or null where there is no R. */
function runR(script: string): { readonly status: number | null; readonly out: string } | null {
  const path = join(folder, 'script.R');
  writeFileSync(path, script);
  const { error, status, stdout, stderr } = spawnSync('Rscript', ['--vanilla', path], {
    cwd: folder,
    encoding: 'utf8',
  });
  return error ? null : { status, out: stdout + stderr };
}
const hasR = spawnSync('Rscript', ['--version']).error === undefined;
const hasPackages =
  hasR &&
  spawnSync('Rscript', [
    '-e',
    'for (p in c("MatchIt", "sandwich", "lmtest", "marginaleffects")) library(p, character.only = TRUE)',
  ]).status === 0;

/** A panel as the CSV that R reads. */
function csvOf(panel: MemoryPanel): string {
  const names = Object.keys(panel.columns);
  const cell = (name: string, row: number): string => {
    const column = panel.columns[name]!;
    if (column.status[row] !== 0) return '';
    return column.type === 'number' ? String(column.values[row]) : column.levels[column.codes[row]!]!;
  };
  const rows = panel.unitIndex.map((unit, row) =>
    [panel.unitIds[unit], panel.waves[panel.waveIndex[row]!], ...names.map((name) => cell(name, row))].join(','),
  );
  return `${['id', 'wave', ...names].join(',')}\n${rows.join('\n')}\n`;
}

describe('the R of a report', () => {
  it.each(allDesigns)('says method, fields and estimand of %j for %s', (design, estimand) => {
    const script = studyInR({
      ...own,
      settings: { ...own.settings, protocol: { ...own.settings.protocol, design: completeDesign(design), estimand } },
    });
    for (const part of expectedParts(design.method)) expect(script).toContain(part);
    expect(script).toContain(`estimand = "${estimand}"`);
    expect(script).not.toMatch(/undefined|\[object|NaN/);
  });

  it.skipIf(!hasR)('is R: every design, error and condition is read by its parser', () => {
    const methods = [
      'cluster-means',
      'cluster-CR2',
      'cluster-CR1',
      'wild-cluster-bootstrap',
      'matched-sets',
      'within-strata',
      'bootstrap',
      'abadie-imbens',
      'abadie-imbens-homoskedastic',
      'm-estimation',
      'HC3',
    ] as const;
    const scripts = [
      ...allDesigns.map(([design, estimand]) => withProtocol(own, { design: completeDesign(design), estimand })),
      ...methods.map((method) => ({
        ...own,
        body: { ...own.body, study: { ...own.body.study, inference: { ...own.body.study.inference, method } } },
      })),
      withProtocol(own, {
        eligibility: [
          { variable: 'home type', at: 'baseline', is: ['old', 'a "new" one'], from: null, to: null },
          { variable: 'income', at: '2023', is: null, from: -1, to: null },
        ],
        treatment: { adopts: 'coach', level: 'yes', in: '2024' },
      }),
    ].map((study) => studyInR(study as Study));
    for (const [at, script] of scripts.entries()) writeFileSync(join(folder, `s${at}.R`), script);
    const read = runR(
      `for (f in list.files(pattern = "^s[0-9]+\\\\.R$")) parse(f)\ncat(length(list.files(pattern = "^s[0-9]+\\\\.R$")), "read\\n")\n`,
    )!;
    expect(read).toEqual({ status: 0, out: `${scripts.length} read\n` });
  });

  it.skipIf(!hasR)(
    'takes the same units out of the panel, the treated among them, with the same means',
    () => {
      const panel = withGaps(studyPanel());
      writeFileSync(join(folder, 'panel.csv'), csvOf(panel));
      return studyService(panel)
        .study(operator, { ...protocol, covariates: ['income', 'home', 'kpi'] })
        .then(({ body, settings, attrition, ...rest }) => {
          const script = studyInR({ body, settings, attrition, ...rest });
          const data = script.slice(0, script.indexOf('m <- matchit')).replaceAll(/^library\(.*$/gm, '');
          const { status, out } = runR(`${data}
cat(sprintf("%.12f", c(tapply(data$income, data$.treated, mean), tapply(data$kpi, data$.treated, mean))), sep = "\\n")
cat(sum(is.na(data$.outcome)), "\\n")`)!;
          expect([status, out.split('\n')[0]]).toEqual([
            0,
            `${body.study.groups.treated.all! + body.study.groups.control.all!} units, ${body.study.groups.treated.all} of them treated`,
          ]);
          const row = (name: string) => body.study.balance.find(({ variable }) => variable === name)!.before;
          const shown = out.split('\n').slice(1, 5).map(Number);
          const wanted = [
            row('income').meanControl,
            row('income').meanTreated,
            row('kpi').meanControl,
            row('kpi').meanTreated,
          ];
          for (const [at, mean] of shown.entries()) expect(mean).toBeCloseTo(wanted[at]!, 9);
        });
    },
    60_000,
  );

  it.skipIf(!hasR)(
    'gives the effects, errors and intervals of the study on its pairs, by plain R in place of the packages',
    async () => {
      const panel = studyPanel();
      const service = studyService(panel);
      const study = await service.study(operator, { ...protocol, covariates: ['income', 'home', 'kpi'] });
      const { settings, body } = study;
      const job = await service.service.matchingStudy(
        operator,
        {
          ...{ panel: 'study', treatment: 'coach', outcome: 'kpi', covariates: ['income', 'home', 'kpi'] },
          ...{ baseline: '2023', followUp: '2024', design: settings.protocol.design, includeUnits: true },
        },
        { waitMs: 60_000 },
      );
      const { units } = (job.result as ResultOf<'matching-study'>).body;
      const pairs = units!
        .filter(({ treated, partners }) => treated && partners.length > 0)
        .flatMap(({ unit, partners }, set) => [unit, partners[0]!].map((member) => [member, set]));
      expect(pairs.length).toBe(2 * body.study.groups.treated.matched!);
      writeFileSync(join(folder, 'pairs.csv'), `.unit,subclass\n${pairs.map((pair) => pair.join(',')).join('\n')}\n`);
      writeFileSync(join(folder, 'panel.csv'), csvOf(panel));
      const { status, out } = runR(`options(digits = 15)
matchit <- function(...) NULL
match.data <- function(m) cbind(merge(data, read.csv("pairs.csv"), by = ".unit"), weights = 1)
vcovCL <- function(fit, cluster, type) {
  x <- model.matrix(fit)
  by_set <- rowsum(x * residuals(fit), sample$subclass)
  sets <- nrow(by_set)
  bread <- solve(crossprod(x))
  bread %*% crossprod(by_set) %*% bread * sets / (sets - 1) * (nrow(x) - 1) / (nrow(x) - ncol(x))
}
coeftest <- function(fit, vcov., df) cbind(estimate = coef(fit), error = sqrt(diag(vcov.)))
coefci <- function(fit, parm, vcov., df, level)
  coef(fit)[parm] + c(-1, 1) * qt((1 + level) / 2, df) * sqrt(vcov.[parm, parm])
avg_comparisons <- function(...) NULL
${studyInR(study).replaceAll(/^library\(.*$/gm, '')}`)!;
      expect(status).toBe(0);
      const numbers = [...out.matchAll(/-?\d+\.\d+(?:e-?\d+)?/g)].map(Number);
      for (const effect of [body.study.effects.matched!, body.study.effects.adjusted!])
        for (const value of [effect.estimate, effect.standardError, effect.lower, effect.upper])
          expect(numbers.some((n) => Math.abs(n - value) < 1e-9 * Math.max(1, Math.abs(value)))).toBe(true);
    },
    120_000,
  );

  it.skipIf(!hasPackages)(
    'gives the effects and errors of the study',
    () => {
      writeFileSync(join(folder, 'panel.csv'), csvOf(studyPanel()));
      const { status, out } = runR(studyInR(own))!;
      expect(status).toBe(0);
      for (const effect of [own.body.study.effects.matched!, own.body.study.effects.adjusted!]) {
        const numbers = [...out.matchAll(/-?\d+\.\d+(?:e-?\d+)?/g)].map(Number);
        for (const value of [effect.estimate, effect.standardError])
          expect(numbers.some((n) => Math.abs(n - value) < 1e-4 * Math.max(1, Math.abs(value)))).toBe(true);
      }
    },
    120_000,
  );
});

const withProtocol = (study: Study, changes: Partial<Study['settings']['protocol']>): Study => ({
  ...study,
  settings: { ...study.settings, protocol: { ...study.settings.protocol, ...changes } },
});

/** Some values are absent: a covariate of every tenth unit, the outcome of every seventh, a treatment of every thirteenth. */
function withGaps(panel: MemoryPanel): MemoryPanel {
  const gaps = (name: string, every: number, wave: number) => {
    const { values, status } = panel.columns[name] as NumberColumn;
    return {
      type: 'number' as const,
      values,
      status: status.map((s, row) => (panel.unitIndex[row]! % every === 0 && panel.waveIndex[row] === wave ? 1 : s)),
    };
  };
  return {
    ...panel,
    columns: { ...panel.columns, income: gaps('income', 10, 0), kpi: gaps('kpi', 7, 1), coach: gaps('coach', 13, 1) },
  };
}

function expectedParts(method: string): readonly string[] {
  const parts: Readonly<Record<string, readonly string[]>> = {
    nearest: ['matchit(.treated ~ income + home + I(kpi^2) + income:kpi', 'method = "nearest"', 'm.order = '],
    optimal: ['method = "optimal"', 'library(optmatch)'],
    full: ['method = "full"', 'library(optmatch)'],
    'two-level': ['MatchIt has no matching of collectives', 'method = "optimal"'],
    subclassification: ['method = "subclass"', 'subclass = 10', 'discard = "both", reestimate = TRUE'],
    exact: ['method = "exact"', '.treated ~ home,'],
    'coarsened-exact': ['method = "cem"', 'cutpoints = list('],
    cardinality: ['method = "cardinality"', 'tols = '],
    'inverse-probability': ['weightit(', 'method = "glm"', 'link = '],
    'entropy-balancing': ['weightit(', 'method = "ebal"', 'moments = 3'],
    'balancing-score': ['weightit(', 'method = "cbps"', 'over = FALSE'],
  };
  return parts[method]!;
}

it('the R of a design has its numbers, names and limits', () => {
  const script = (design: DesignRequest) => studyInR(withProtocol(own, { design: completeDesign(design) }));
  const full = script(allDesigns[1]![0]);
  for (const part of [
    'link = "probit"',
    'mahvars = ~ income + home',
    'caliper = c(0.3, income = 0.5, kpi = 2)',
    'std.caliper = c(TRUE, FALSE, TRUE)',
    'exact = ~ home',
    'discard = "both", reestimate = TRUE',
    'm.order = "data"',
    'replace = TRUE, reuse.max = 3',
  ])
    expect(full).toContain(part);
  expect(script({ method: 'nearest', distance: { type: 'robust-mahalanobis' }, antiExact: ['my street'] })).toMatch(
    /distance = "robust_mahalanobis".*antiexact = ~ `my street`/,
  );
  expect(script({ method: 'nearest', ratio: 1.5, variableRatio: { minimum: 1, maximum: 3 } })).toContain(
    'ratio = 1.5, min.controls = 1, max.controls = 3, replace = FALSE',
  );
  expect(
    script({
      method: 'coarsened-exact',
      coarsening: [
        { variable: 'income', cut: { bins: 12 } },
        { variable: 'kpi', cut: { quantileBins: 3 } },
        { variable: 'age', cut: { cutPoints: [-0.5, 0.75] } },
        { variable: 'wealth', cut: { bins: 'sturges' } },
        { variable: 'home', cut: null },
      ],
    }),
  ).toContain(
    '.treated ~ income + kpi + age + wealth + home, data = data, method = "cem", cutpoints = list(income = 12, kpi = "q3", age = c(-0.5, 0.75), wealth = "sturges")',
  );
});
