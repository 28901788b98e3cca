import type { QcaBody } from '../../app/analyses/qca-body.ts';
import type { ResultOf } from '../../app/analyses.ts';
import { anchorIntervalInWords, cutoffIntervalInWords } from '../../messages/intervals-in-words.ts';
import { xyPlot } from '../charts/xy-plot.ts';
import { html, type SafeHtml } from '../html.ts';
import type { Texts } from '../texts.ts';
import { decimals } from './decimals.ts';
import { reportTable } from './report-table.ts';

type QcaResult = ResultOf<'qca'>;
type Solution = QcaBody['solutions'][number];
type Model = Solution['models'][number];

/** Models of a solution that get charts and lists of cases of their own. */
const modelsShown = 3;

/** One solution: its models with their fit, configuration charts, XY plots, cases, assumptions and how stable it is. */
export function solutionPart({ body, settings }: QcaResult, solution: Solution, at: number, texts: Texts): SafeHtml {
  const { t, number } = texts;
  const count = t(solution.modelCount === '1' ? 'qca.one-model' : 'qca.models', {
    count: solution.modelCount,
    terms: solution.termsPerModel,
  });
  const shown = t(settings.listing === 'sample' ? 'qca.sampled' : 'qca.shown', { shown: solution.models.length });
  const isAll = String(solution.models.length) === solution.modelCount;
  return html`<section><h2>${t(`qca.solution.${solution.kind}`)}</h2>
<p class="sentence">${count}${!isAll && html`; ${shown}`}.${solution.derivedFrom !== null && html` ${t('qca.derived', { ...solution.derivedFrom })}.`}</p>
${!solution.complete && html`<p class="caution">${t('qca.bounds', { least: solution.lowerBound, most: solution.termsPerModel })}</p>`}
<ul>${solution.models.map(({ formula }) => html`<li class="formula">${formula} ⇒ ${body.outcome}</li>`)}</ul>
${fitTable(solution, texts)}
${solution.models.slice(0, modelsShown).map((model, m) => modelPart(body, solution, model, `${at}-${m}`, texts))}
${stability(solution, texts)}
${solution.irredundant !== null && html`<h3>${t('report.qca.irredundant')} (${number(solution.irredundant.formulas.length)})</h3><ul>${solution.irredundant.formulas.map((formula) => html`<li>${formula}</li>`)}</ul>`}
</section>`;
}

function fitTable(solution: Solution, texts: Texts): SafeHtml {
  const { t } = texts;
  const isHiding = solution.terms.some((term) => term.withheld !== null) ? 'small-group' : null;
  return reportTable(
    null,
    [
      { title: t('qca.term') },
      { title: t('qca.consistency'), isNumber: true },
      { title: t('qca.pri'), isNumber: true },
      { title: t('qca.rawCoverage'), isNumber: true },
      { title: t('qca.uniqueCoverage'), isNumber: true },
      { title: t('qca.cases') },
    ],
    [
      ...solution.terms.map((term) => [
        term.text,
        decimals(term.consistency, term.withheld, texts),
        decimals(term.pri, term.withheld, texts),
        decimals(term.rawCoverage, term.withheld, texts),
        decimals(term.uniqueCoverage, isHiding, texts),
        term.cases.join(', '),
      ]),
      ...solution.models.map((model, m) => [
        solution.models.length === 1 ? t('qca.whole') : t('qca.model', { number: m + 1 }),
        decimals(model.consistency, model.withheld, texts),
        decimals(model.pri, model.withheld, texts),
        decimals(model.coverage, model.withheld, texts),
        '',
        '',
      ]),
    ],
  );
}

function modelPart(body: QcaBody, solution: Solution, model: Model, id: string, texts: Texts): SafeHtml {
  const { t } = texts;
  const measures = Object.entries(model.measures).filter(([, value]) => value !== null);
  return html`<h3>${model.formula}</h3>
${configurationChart(body, solution, model, texts)}
${xyPart(body, model, id, texts)}
${assumptions(solution, model, texts)}
${
  measures.length > 0 &&
  reportTable(
    t('report.qca.measures'),
    [{ title: '' }, { title: t('report.qca.value'), isNumber: true }],
    measures.map(([name, value]) => [t(`report.qca.${name as keyof Model['measures']}`), decimals(value, null, texts)]),
  )
}`;
}

/** A configuration chart (Fiss 2011): conditions down, paths across; present or absent, core or contributing. */
function configurationChart(body: QcaBody, solution: Solution, model: Model, texts: Texts): SafeHtml {
  const { t } = texts;
  const terms = model.terms.map((at) => solution.terms[at]!);
  const cell = (term: Solution['terms'][number], condition: QcaBody['conditions'][number], c: number): SafeHtml => {
    const level = term.levels[c]!;
    if (level < 0) return html`<span class="visually-hidden">${t('report.qca.indifferent')}</span>`;
    const isCore = term.literals.some(({ text, role }) => role === 'core' && isOf(text, condition.name));
    const isPlain = condition.type !== 'multi-value';
    const sign = isPlain ? (level === 1 ? '●' : '⊗') : `[${level}]`;
    const said = t(
      `report.qca.${isCore ? 'core' : 'contributing'}-${isPlain && level === 0 ? 'absent' : 'present'}` as const,
    );
    return html`<span class="mark${!isCore && ' mark--small'}" aria-hidden="true">${sign}</span><span class="visually-hidden">${said}</span>`;
  };
  const shown = (name: 'consistency' | 'rawCoverage' | 'uniqueCoverage', at: number) =>
    name === 'uniqueCoverage'
      ? decimals(model.uniqueCoverages[at]!, terms[at]!.withheld, texts)
      : decimals(terms[at]![name], terms[at]!.withheld, texts);
  const rows = [
    ...body.conditions.map((condition, c) => [condition.name, ...terms.map((term) => cell(term, condition, c))]),
    ...(['consistency', 'rawCoverage', 'uniqueCoverage'] as const).map((name) => [
      t(`qca.${name}`),
      ...terms.map((_, at) => shown(name, at)),
    ]),
  ];
  const table = reportTable(
    t('report.qca.chart', { formula: model.formula }),
    [{ title: '' }, ...terms.map((_, at) => ({ title: t('report.qca.path', { number: at + 1 }), isNumber: true }))],
    rows,
  );
  return html`<figure>${table}<figcaption>${t('report.qca.chart-legend')}</figcaption></figure>`;
}

const isOf = (literal: string, name: string): boolean => literal.replace(/^~/, '').replace(/\[\d+\]$/, '') === name;

function xyPart(
  { memberships, outcome }: QcaBody,
  model: Model,
  id: string,
  { t, list, number }: Texts,
): SafeHtml | null {
  const x = memberships.models[model.formula];
  if (x === undefined) return null;
  const y = memberships.outcome;
  const points = memberships.cases.map((name, i) => ({ name, x: x[i]!, y: y[i]! }));
  const members = points.filter((point) => point.x > 0.5);
  const said = t('report.qca.xy', {
    formula: model.formula,
    outcome,
    members: members.length,
    agree: members.filter((point) => point.y > 0.5).length,
    deviant: members.filter((point) => point.y < 0.5).length,
  });
  const plot = xyPlot({
    id: `xy-${id}`,
    title: said,
    description: said,
    points,
    xLabel: t('report.qca.xy-x', { formula: model.formula }),
    yLabel: t('report.qca.xy-y', { outcome }),
    formatTick: (value) => number(value, 2),
  });
  const cases = (names: readonly string[]) => (names.length === 0 ? t('report.qca.nobody') : list(names));
  return html`<figure>${plot}<figcaption>${said}</figcaption></figure>
<ul><li>${t('report.qca.typical', { cases: cases(model.typicalCases) })}</li>
<li>${t('report.qca.deviant-consistency', { cases: cases(model.deviantConsistencyCases) })}</li>
<li>${t('report.qca.deviant-coverage', { cases: cases(model.deviantCoverageCases) })}</li></ul>`;
}

function assumptions(solution: Solution, model: Model, { t }: Texts): SafeHtml {
  const rows = (list: readonly number[] | null) => (list === null || list.length === 0 ? 'none' : list.join(', '));
  const said = (list: readonly number[]) => (list.length === 0 ? t('report.qca.nobody') : list.join(', '));
  const { easyCounterfactuals: easy, difficultCounterfactuals: difficult } = solution;
  return html`<p>${t('report.qca.assumptions', { count: model.assumptionCount, rows: rows(model.assumptions) })}</p>${
    easy !== null &&
    difficult !== null &&
    html`<p>${t('report.qca.easy', { easy: said(easy), difficult: said(difficult) })}</p>`
  }`;
}

function stability(solution: Solution, { t, language }: Texts): SafeHtml {
  const cutoffs = (solution.cutoffIntervals ?? []).map((interval) => cutoffIntervalInWords(language, interval));
  const anchors = (solution.anchorIntervals ?? []).map((interval) => anchorIntervalInWords(language, interval));
  const essential = solution.terms.filter(({ isEssential }) => isEssential).map(({ text }) => text);
  const chance = solution.permutationTest;
  return html`<ul>
${essential.length > 0 && html`<li>${t('qca.essential', { terms: essential.join(', ') })}</li>`}
${solution.swapGroups.length > 0 && html`<li>${t('qca.swap', { groups: solution.swapGroups.map((group) => group.join(' / ')).join('; ') })}</li>`}
${cutoffs.length > 0 && html`<li>${t('qca.stable', { intervals: cutoffs.join('; ') })}</li>`}
${anchors.length > 0 && html`<li>${t('qca.anchors', { intervals: anchors.join('; ') })}</li>`}
${
  chance !== null &&
  html`<li>${t('qca.permutation', {
    terms: solution.terms.map(({ text }, at) => `${text} ${chance.adjustedPValues[at]!.toFixed(3)}`),
    share: chance.falsePositiveShare,
  })}</li>`
}
${(solution.certificate?.lowerBound ?? null) !== null && html`<li>${t('qca.certificate')}</li>`}
</ul>`;
}
