import type { DemoCatalogue } from '../../app/pages.ts';
import { type IntervalRow, intervalChart } from '../charts/interval-chart.ts';
import { lovePlot } from '../charts/love-plot.ts';
import { dataTable } from '../design/data-table.ts';
import { figure } from '../design/figure.ts';
import { layout } from '../design/layout.ts';
import { facts, pageHead, section, whoSeesThis } from '../design/page-parts.ts';
import { sameAnswer } from '../design/same-answer.ts';
import { html, type SafeHtml } from '../html.ts';
import type { PageContext } from '../page-context.ts';
import type { Texts } from '../texts.ts';
import { type Vocabulary, vocabularyIn } from '../vocabulary.ts';
import { decimalsFor } from './decimals.ts';
import { overlapPart } from './overlap-part.ts';
import { recipesPart } from './recipes-part.ts';
import { sensitivityPart } from './sensitivity-part.ts';
import type { Estimate, StudyVariable, StudyView } from './study-view.ts';
import { warningList } from './warning-list.ts';

/** A study: the answer first, then what makes it believable, then the recipes that another way of looking gives. */
export function studyPage(context: PageContext, view: StudyView, demo: DemoCatalogue | null): SafeHtml {
  const { texts } = context;
  const { t, number } = texts;
  const words = vocabularyIn(texts, demo);
  const outcome = words.variable(view.outcome);
  const count = (n: number | null) =>
    n === null ? t('page.not-shown', { reason: t('insights.withheld.small-group') }) : number(n);
  const heading = t('page.study.heading', { treatment: words.label(view.treatment), outcome });
  return layout(context, {
    title: heading,
    section: 'studies',
    main: html`${pageHead(t('page.study.kind'), heading, t('page.study.lead'))}
<div class="wrap block">${facts([
      { term: t('page.study.fact.treated'), value: count(view.treated) },
      { term: t('page.study.fact.controls'), value: count(view.controls) },
      { term: t('page.study.fact.estimand'), value: t(`page.study.estimand.${estimandKey(view.estimand)}`) },
    ])}</div>
${section(
  'two-ways',
  t('page.study.two-ways'),
  html`<p>${t('page.study.two-ways-lead')}</p><div class="side-by-side"><div class="panel"><h3>${t('page.study.on-average')}</h3>${view.effect ? effectPart(context, view, view.effect, words) : html`<p>${t('page.not-shown', { reason: t('insights.withheld.small-group') })}</p>`}</div>
<div class="panel"><h3>${t('page.study.in-recipes')}</h3>${recipesPart(context, view.recipes, words)}</div></div>`,
)}
${section('balance', t('page.study.balance-heading'), balancePart(context, view, words))}
${section('overlap', t('page.study.overlap.heading'), overlapPart(context, view))}
${section('how-sure', t('page.study.sure.heading'), sensitivityPart(context, view, words))}
${section('attrition', t('page.study.attrition-heading'), attritionPart(context, view))}
${warningList(texts, view.warnings)}
${whoSeesThis(texts, t('page.who.study'))}
${sameAnswer(texts, ...view.code)}`,
  });
}

const estimandKey = (estimand: string): 'ATT' | 'ATC' | 'ATE' | 'other' =>
  estimand === 'ATT' || estimand === 'ATC' || estimand === 'ATE' ? estimand : 'other';

function effectPart(context: PageContext, view: StudyView, effect: Estimate, words: Vocabulary): SafeHtml {
  const { texts } = context;
  const { t, number } = texts;
  const { adjusted, unadjusted } = view;
  // What a study is judged by.
  const judged = adjusted ?? effect;
  const estimates = [effect, adjusted, unadjusted].filter((estimate) => estimate !== null);
  const decimals = decimalsFor(estimates.map(({ estimate }) => estimate));
  const range = ({ lower, upper }: Estimate) =>
    lower === null || upper === null
      ? t('page.study.no-interval')
      : t('page.range', { lower: number(lower, decimals), upper: number(upper, decimals) });
  const unit = words.unit(view.outcome);
  const summary = effectSentence(context, view, judged, words, decimals);
  const named: readonly (readonly [string, Estimate, IntervalRow['emphasis']])[] = [
    [t('page.study.matched'), effect, 'main'],
    ...(adjusted ? [[t('page.study.adjusted'), adjusted, 'main'] as const] : []),
    ...(unadjusted ? [[t('page.study.unadjusted'), unadjusted, 'second'] as const] : []),
  ];
  const title = t('page.study.effect-title', { outcome: words.variable(view.outcome) });
  return html`<p class="big-number">${signed(number, judged.estimate, decimals)} <small>${unit}</small></p>
${figure({
  id: 'effect',
  summary,
  picture: intervalChart({
    id: 'effect',
    title,
    description: summary,
    rows: named.map(([label, value, emphasis]) => ({
      label,
      value,
      text: `${signed(number, value.estimate, decimals)} (${range(value)})`,
      emphasis,
    })),
    axisLabel: unit === '' ? words.label(view.outcome) : `${words.label(view.outcome)}, ${unit}`,
    reference: { value: 0, label: t('page.study.no-difference') },
    formatTick: (value) => number(value),
  }).slice(1),
  legend: [
    { symbol: 'main', label: t('page.study.matched') },
    ...(unadjusted ? [{ symbol: 'second', label: t('page.study.unadjusted') } as const] : []),
  ],
  tableLabel: t('page.table-label'),
  table: dataTable(
    title,
    [
      { label: t('page.study.column.comparison'), align: 'text' },
      {
        label: unit === '' ? t('page.study.column.difference') : t('page.study.column.difference-in', { unit }),
        align: 'number',
      },
      { label: t('page.collective.column.interval', { level: view.confidence }), align: 'number' },
    ],
    named.map(([heading, value]) => ({ heading, cells: [signed(number, value.estimate, decimals), range(value)] })),
  ),
})}
${view.beforeWithheld && html`<p class="quiet">${t('page.study.plain-withheld')}</p>`}<p class="quiet">${t('page.study.not-measured')}</p>`;
}

const signed = (number: (value: number, decimals?: number) => string, value: number, decimals: number): string =>
  value > 0 ? `+${number(value, decimals)}` : number(value, decimals);

/**
 * The effect in a sentence. It says what was seen between similar units, not what the treatment did: matching removes the
 * differences that were measured and no others.
 */
function effectSentence(
  { texts }: PageContext,
  view: StudyView,
  effect: Estimate,
  words: Vocabulary,
  decimals: number,
): string {
  const { t, number } = texts;
  const { outcome } = view;
  const unit = words.unit(outcome);
  const say = (value: number) => `${number(Math.abs(value), decimals)} ${unit}`.trim();
  const treatment = words.variable(view.treatment);
  const name = words.label(outcome);
  if (effect.lower === null || effect.upper === null)
    return t('page.study.sentence.no-interval', { treatment, outcome: name, size: say(effect.estimate) });
  // "Lower by 2.7 to 8.1" instead of "between −8.1 and −2.7": sizes without signs where the direction is in the words.
  const [near, far] = effect.estimate < 0 ? [-effect.upper, -effect.lower] : [effect.lower, effect.upper];
  const parameters = {
    treatment,
    outcome: name,
    size: say(effect.estimate),
    lower: number(near, decimals),
    upper: number(far, decimals),
  };
  if (effect.lower <= 0 && effect.upper >= 0) {
    const range = { lower: number(effect.lower, decimals), upper: number(effect.upper, decimals) };
    return t('page.study.sentence.unclear', {
      treatment,
      outcome: words.variable(outcome),
      estimate: signed(number, effect.estimate, decimals),
      unit,
      ...range,
    });
  }
  const better = goodDirection(outcome, effect.estimate);
  const sentence = t(effect.estimate < 0 ? 'page.study.sentence.lower' : 'page.study.sentence.higher', parameters);
  return better === null
    ? sentence
    : `${sentence} ${t(better ? 'page.study.sentence.better' : 'page.study.sentence.worse')}`;
}

const goodDirection = ({ direction }: StudyVariable, estimate: number): boolean | null =>
  direction === 'neutral' ? null : (direction === 'more-is-better') === estimate > 0;

function balancePart(context: PageContext, view: StudyView, words: Vocabulary): SafeHtml {
  const { texts } = context;
  const { t, number } = texts;
  const rows = view.balance.map(({ covariate, level, before, after, withheld }) => {
    const name = covariateName(context, view, covariate, words);
    return {
      label:
        level === null
          ? name
          : t('page.study.covariate-level', {
              covariate: name,
              level: words.code({ name: covariate, title: null }, level),
            }),
      before: before === null ? null : Math.abs(before),
      after: after === null ? null : Math.abs(after),
      withheld,
    };
  });
  const { threshold } = view;
  const summary = balanceSentence(texts, rows, threshold);
  const cell = (value: number | null) => (value === null ? t('page.study.not-known') : number(value, 3));
  const beforeCell = (value: number | null) => (view.beforeWithheld ? t('page.withheld') : cell(value));
  const title = t('page.study.balance-title');
  return html`<p>${t('page.study.balance-lead')}</p>${view.beforeWithheld && html`<p>${t('page.study.before-withheld')}</p>`}${figure(
    {
      id: 'love',
      summary,
      picture: lovePlot({
        id: 'love',
        title,
        description: summary,
        rows,
        axisLabel: t('page.study.balance-axis'),
        threshold,
        thresholdLabel: t('page.study.balance-threshold', { threshold: number(threshold) }),
        formatTick: (value) => number(value),
      }),
      legend: [
        ...(view.beforeWithheld ? [] : [{ symbol: 'dot-second', label: t('page.study.before') } as const]),
        { symbol: 'dot-main', label: t('page.study.after') },
      ],
      tableLabel: t('page.table-label'),
      table: dataTable(
        title,
        [
          { label: t('page.study.column.covariate'), align: 'text' },
          { label: t('page.study.before'), align: 'number' },
          { label: t('page.study.after'), align: 'number' },
        ],
        rows.map((row) =>
          row.withheld
            ? {
                heading: row.label,
                cells: [],
                note: t('page.not-shown', { reason: t('insights.withheld.small-group') }),
              }
            : { heading: row.label, cells: [beforeCell(row.before), cell(row.after)] },
        ),
      ),
    },
  )}`;
}

/** How many properties are too far apart, among those whose balance is shown: what is withheld or not known is not counted. */
function balanceSentence(
  { t, number }: Texts,
  rows: readonly { readonly before: number | null; readonly after: number | null }[],
  threshold: number,
): string {
  const known = (side: 'before' | 'after') => rows.flatMap((row) => (row[side] === null ? [] : [row[side]]));
  const outside = (side: 'before' | 'after') => known(side).filter((value) => value > threshold).length;
  const [before, after] = [known('before').length, known('after').length];
  const hidden = rows.length - after;
  const sentences = [
    ...(before === 0
      ? []
      : [t('page.study.balance.before', { count: outside('before'), total: before, threshold: number(threshold) })]),
    ...(after === 0
      ? []
      : [
          t(outside('after') === 0 ? 'page.study.balance.good' : 'page.study.balance.not-yet', {
            count: outside('after'),
            total: after,
            threshold: number(threshold),
          }),
        ]),
    ...(hidden === 0 ? [] : [t('page.study.balance.hidden', { count: hidden })]),
  ];
  return sentences.join(' ');
}

/** A term as people say it: the outcome itself is its value before the start, `x^2` is x squared. */
function covariateName({ texts: { t } }: PageContext, view: StudyView, term: string, words: Vocabulary): string {
  const [, variable = term, power] = /^([\w-]+)(\^2)?$/.exec(term) ?? [];
  const name = words.label({ name: variable, title: null });
  const named = variable === view.outcome.name ? t('page.study.covariate-before', { covariate: name }) : name;
  return power === undefined ? named : t('page.study.covariate-squared', { covariate: named });
}

/** How many units are left after each step: a count per step, never a unit. */
function attritionPart({ texts }: PageContext, view: StudyView): SafeHtml {
  const { t, find, number } = texts;
  return html`<p>${t('page.study.attrition-lead')}</p>${dataTable(
    t('page.study.attrition-title'),
    [
      { label: t('page.study.column.step'), align: 'text' },
      { label: t('page.study.column.units'), align: 'number' },
    ],
    view.attrition.map(({ step, units }) => ({
      heading: find(`attrition.${step}`) ?? step,
      cells: [units === null ? t('page.withheld') : number(units)],
    })),
  )}`;
}
