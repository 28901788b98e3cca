import type { QcaBody } from '../../app/analyses/qca-body.ts';
import type { ResultOf } from '../../app/analyses.ts';
import { html, type SafeHtml } from '../html.ts';
import type { Texts } from '../texts.ts';
import { decimals } from './decimals.ts';
import { reportTable } from './report-table.ts';

type Further<K extends keyof QcaBody['further']> = NonNullable<QcaBody['further'][K]>;

const areaNames = {
  theory: 'theory',
  solution: 'solution',
  'theory*solution': 'both',
  '~theory*solution': 'solutionOnly',
  'theory*~solution': 'theoryOnly',
  '~theory*~solution': 'neither',
} as const;

/** What was asked for beside the solutions. */
export function furtherPart({ body, settings }: ResultOf<'qca'>, texts: Texts): SafeHtml[] {
  const { theory, clusters, robustness, twoStep, chain, subsets } = body.further;
  return [
    ...(theory ?? []).map((item) => theoryPart(item, settings.theory ?? '', texts)),
    ...(clusters === null ? [] : [clustersPart(clusters, texts)]),
    ...(robustness === null ? [] : [robustnessPart(robustness, texts)]),
    ...(twoStep === null ? [] : [twoStepPart(twoStep, body.outcome, texts)]),
    ...(chain === null ? [] : [chainPart(chain, texts)]),
    ...(subsets === null ? [] : [subsetsPart(subsets, texts)]),
  ];
}

const section = (title: string, ...content: readonly SafeHtml[]): SafeHtml =>
  html`<section><h2>${title}</h2>${[...content]}</section>`;

function theoryPart({ formula, areas }: Further<'theory'>[number], theory: string, texts: Texts): SafeHtml {
  const { t } = texts;
  const table = reportTable(
    null,
    [
      { title: t('qca.theory.area') },
      { title: t('qca.consistency'), isNumber: true },
      { title: t('qca.pri'), isNumber: true },
      { title: t('qca.coverage'), isNumber: true },
      { title: t('qca.theory.members') },
      { title: t('qca.theory.nonMembers') },
    ],
    areas.map(({ area, consistency, pri, coverage, members, nonMembers }) => [
      t(`qca.theory.${areaNames[area]}`),
      decimals(consistency, null, texts),
      decimals(pri, null, texts),
      decimals(coverage, null, texts),
      members.join(', '),
      nonMembers.join(', '),
    ]),
  );
  return section(t('qca.theory.title', { theory, formula }), table);
}

function clustersPart(clusters: Further<'clusters'>, texts: Texts): SafeHtml {
  const { t } = texts;
  const tableOf = (measure: 'consistency' | 'coverage') =>
    reportTable(
      t(`qca.${measure}`),
      [
        { title: t('qca.set') },
        { title: t('qca.clusters.pooled'), isNumber: true },
        ...(clusters[0]?.[measure].between ?? []).map(({ label }) => ({ title: label, isNumber: true })),
        ...(measure === 'consistency'
          ? [
              { title: t('qca.clusters.betweenDistance'), isNumber: true },
              { title: t('qca.clusters.withinDistance'), isNumber: true },
            ]
          : []),
      ],
      clusters.map((item) => [
        item.text,
        decimals(item[measure].pooled, null, texts),
        ...item[measure].between.map(({ value }) => decimals(value, null, texts)),
        ...(measure === 'consistency'
          ? [decimals(item.betweenDistance, null, texts), decimals(item.withinDistance, null, texts)]
          : []),
      ]),
    );
  return section(t('qca.clusters.title'), tableOf('consistency'), tableOf('coverage'));
}

function robustnessPart({ tests, models }: Further<'robustness'>, texts: Texts): SafeHtml {
  const { t } = texts;
  const said = tests.map(({ kind, cutoff, value, models: found }) => {
    const formulas = found.length === 0 ? t('qca.robustness.none') : found.join(' | ');
    return html`<li>${t('qca.robustness.test', { kind, cutoff, value: String(value), models: formulas })}</li>`;
  });
  const columns = ['coverage', 'consistency', 'smallest', 'largest', 'typical', 'deviant', 'rank'] as const;
  const table = reportTable(
    null,
    [{ title: t('qca.set') }, ...columns.map((name) => ({ title: t(`qca.robustness.${name}`), isNumber: true }))],
    models.map((model) => [
      model.formula,
      decimals(model.coverage, null, texts),
      decimals(model.consistency, null, texts),
      decimals(model.smallestTestSet, null, texts),
      decimals(model.largestTestSet, null, texts),
      decimals(model.typicalRatio, null, texts),
      decimals(model.deviantRatio, null, texts),
      model.rank,
    ]),
  );
  return section(t('qca.robustness.title'), html`<ul>${said}</ul>`, table);
}

function twoStepPart({ steps }: Further<'twoStep'>, outcome: string, { t }: Texts): SafeHtml {
  const parts = steps.map(({ context, name, solutions }) => {
    const models = solutions.flatMap((solution) =>
      solution.models.map(
        ({ formula }) =>
          html`<li>${t(`qca.solution.${solution.kind}`)}: <span class="formula">${formula} ⇒ ${outcome}</span></li>`,
      ),
    );
    return html`<h3>${t('qca.twoStep.context', { name, context })}</h3>${
      models.length === 0 ? html`<p>${t('qca.nothing', { outcome })}</p>` : html`<ul>${models}</ul>`
    }`;
  });
  return section(t('qca.twoStep.title'), ...(parts.length === 0 ? [html`<p>${t('qca.twoStep.none')}</p>`] : parts));
}

function chainPart(chain: Further<'chain'>, { t }: Texts): SafeHtml {
  const lines = chain.flatMap(({ outcome, models, complete }) => [
    ...models.map((model) => html`<li class="formula">${model} ⇒ ${outcome}</li>`),
    ...(complete ? [] : [html`<li>${t('qca.chain.cut', { outcome })}</li>`]),
  ]);
  return section(t('qca.chain.title'), html`<ul>${lines}</ul>`);
}

function subsetsPart(subsets: Further<'subsets'>, texts: Texts): SafeHtml {
  const { t } = texts;
  const table = reportTable(
    null,
    [
      { title: t('qca.set') },
      { title: t('qca.consistency'), isNumber: true },
      { title: t('qca.pri'), isNumber: true },
      { title: t('qca.rawCoverage'), isNumber: true },
    ],
    subsets.map(({ text, consistency, pri, rawCoverage }) => [
      text,
      decimals(consistency, null, texts),
      decimals(pri, null, texts),
      decimals(rawCoverage, null, texts),
    ]),
  );
  return section(t('qca.subsets.title'), table);
}
