import { intervalChart } from '../charts/interval-chart.ts';
import { dataTable } from '../design/data-table.ts';
import { figure } from '../design/figure.ts';
import { selectField, textField } from '../design/form-fields.ts';
import { layout } from '../design/layout.ts';
import { pageHead, section, whoSeesThis } from '../design/page-parts.ts';
import { sameAnswer } from '../design/same-answer.ts';
import { verdictMark } from '../design/verdict-mark.ts';
import { html, type SafeHtml } from '../html.ts';
import { type PageContext, pageUrl } from '../page-context.ts';
import { capital, type Vocabulary, vocabularyIn } from '../vocabulary.ts';
import type { WarmStartQuestion } from './read-warm-start.ts';
import type { RankedMix, WarmStartAnswer, WarmStartForm } from './warm-start-view.ts';
import { warningList } from './warning-list.ts';

/** The warm start: an empty form, or the answer with the filled form below it. */
export function warmStartPage(
  context: PageContext,
  form: WarmStartForm,
  question: WarmStartQuestion,
  answer: WarmStartAnswer | null,
): SafeHtml {
  const { texts } = context;
  const { t } = texts;
  const words = vocabularyIn(texts, null);
  return layout(context, {
    title: t('page.warm.title'),
    section: 'warm-start',
    main: html`${pageHead(t('page.warm.kind'), t('page.warm.title'), t('page.warm.lead'))}
${answer && answerPart(context, answer, words)}
${section('question', t(answer ? 'page.warm.change' : 'page.warm.describe'), formPart(context, form, question, words))}
${answer && warningList(texts, answer.warnings)}
${whoSeesThis(texts, t('page.who.warm-start'))}
${answer && sameAnswer(texts, answer.code)}`,
  });
}

/** The verdict comes first; without support there is no ranking at all. */
function answerPart(context: PageContext, answer: WarmStartAnswer, words: Vocabulary): SafeHtml {
  const { texts } = context;
  const { t, find, list } = texts;
  const { verdict, reasons, measureFirst, unknown, experiments } = answer;
  const names = (fields: readonly string[]) => list(fields.map((name) => words.variable({ name, title: null })));
  return html`<section class="wrap block" aria-labelledby="verdict-heading"><h2 id="verdict-heading" class="visually-hidden">${t('page.warm.answer')}</h2>
<div class="verdict verdict--${verdict}">${verdictMark(verdict)}<div><p><strong class="verdict-state">${t(`page.warm.verdict.${verdict}`)}</strong> ${t(`page.warm.sentence.${verdict}`)}</p>
${reasons.length > 0 && html`<ul>${reasons.map((reason) => html`<li>${find(`recommend.reason.${reason.code}`, reason.parameters) ?? reason.code}</li>`)}</ul>`}
<p class="quiet">${t('page.warm.rests-on', { count: experiments })}</p></div></div></section>
${answer.mixes.length > 0 && section('mixes', t('page.warm.mixes'), mixesPart(context, answer, words))}
${
  (measureFirst.length > 0 || unknown.length > 0) &&
  section(
    'measure',
    t('page.warm.measure'),
    html`${unknown.length > 0 && html`<p>${t('page.warm.unknown', { fields: names(unknown) })}</p>`}
${measureFirst.length > 0 && html`<p>${t('page.warm.measure-first')}</p><ol>${measureFirst.map((name) => html`<li>${words.variable({ name, title: null })}</li>`)}</ol>`}`,
  )
}
${answer.similar.length > 0 && section('similar', t('page.warm.similar'), similarPart(context, answer, words))}`;
}

/** The gain in the words of its goal: a share of the gas, or points. */
function gain({ texts }: PageContext, goal: string, value: number): string {
  const { percent, number, t } = texts;
  if (goal === 'gas-saving') return t('page.warm.gain.share', { value: percent(value) });
  return t('page.warm.gain.points', { value: `${value > 0 ? '+' : ''}${number(value, 2)}` });
}

const range = (context: PageContext, goal: string, lower: number, upper: number): string => {
  const { percent, number, t } = context.texts;
  const write = (value: number) => (goal === 'gas-saving' ? percent(value) : number(value, 2));
  return t('page.range', { lower: write(lower), upper: write(upper) });
};

function mixesPart(context: PageContext, answer: WarmStartAnswer, words: Vocabulary): SafeHtml {
  const { texts } = context;
  const { t, number, percent, euros, list } = texts;
  const { mixes, goal, confidence } = answer;
  const label = (mix: RankedMix) => capital(list(mix.blocks.map((block) => words.block(block))));
  const summary = mixSentence(context, answer, words);
  const title = t('page.warm.chart-title', { goal: words.variable({ name: goal, title: null }) });
  const isShare = goal === 'gas-saving';
  const card = (
    mix: RankedMix,
  ) => html`<li class="mix panel"><span class="mix-rank">${t('page.warm.rank', { rank: mix.rank })}</span>
<ul>${mix.blocks.map((block) => html`<li>${capital(words.block(block))}</li>`)}</ul>
<p class="mix-gain">${gain(context, goal, mix.estimate)}</p>
<dl><dt>${t('page.warm.between', { level: confidence })}</dt><dd>${range(context, goal, mix.lower, mix.upper)}</dd>
${mix.chance !== null && html`<dt>${t('page.warm.chance')}</dt><dd>${chanceInWords(context, mix.chance)}</dd>`}
<dt>${t('page.warm.cost')}</dt><dd>${euros(mix.costPerHousehold)}</dd></dl></li>`;
  return html`<ol class="mixes">${mixes.slice(0, 3).map(card)}</ol>
${figure({
  id: 'gains',
  summary,
  picture: intervalChart({
    id: 'gains',
    title,
    description: summary,
    rows: mixes.map((mix) => ({
      label: label(mix),
      value: { estimate: mix.estimate, lower: mix.lower, upper: mix.upper },
      text: `${isShare ? percent(mix.estimate) : number(mix.estimate, 2)} (${range(context, goal, mix.lower, mix.upper)})`,
      emphasis: mix.rank === 1 ? 'main' : 'second',
    })),
    axisLabel: words.label({ name: goal, title: null }),
    reference: { value: 0, label: t('page.warm.no-effect') },
    formatTick: (value) => (isShare ? percent(value) : number(value)),
  }),
  legend: [
    { symbol: 'main', label: t('page.warm.legend-first', { level: confidence }) },
    ...(mixes.some((mix) => mix.rank > 1) ? [{ symbol: 'second', label: t('page.warm.legend-other') } as const] : []),
  ],
  tableLabel: t('page.table-label'),
  table: dataTable(
    title,
    [
      { label: t('page.warm.column.mix'), align: 'text' },
      { label: t('page.warm.column.rank'), align: 'number' },
      { label: words.label({ name: goal, title: null }), align: 'number' },
      { label: t('page.warm.between', { level: confidence }), align: 'number' },
      { label: t('page.warm.cost'), align: 'number' },
    ],
    mixes.map((mix) => ({
      heading: label(mix),
      cells: [
        number(mix.rank),
        isShare ? percent(mix.estimate) : number(mix.estimate, 2),
        range(context, goal, mix.lower, mix.upper),
        euros(mix.costPerHousehold),
      ],
    })),
  ),
})}`;
}

/** A chance as a frequency; never "10 out of 10", for no forecast is that sure. */
function chanceInWords({ texts: { t } }: PageContext, chance: number): string {
  if (chance > 0.95) return t('page.warm.chance-high');
  if (chance < 0.05) return t('page.warm.chance-low');
  return t('page.warm.out-of-ten', { count: Math.round(chance * 10) });
}

function mixSentence(context: PageContext, answer: WarmStartAnswer, words: Vocabulary): string {
  const { t, list } = context.texts;
  const first = answer.mixes[0]!;
  const tied = answer.mixes.filter((mix) => mix.rank === first.rank).length;
  const parameters = {
    mix: list(first.blocks.map((block) => words.block(block))),
    gain: gain(context, answer.goal, first.estimate),
    range: range(context, answer.goal, first.lower, first.upper),
  };
  return tied > 1 ? t('page.warm.sentence.tied', { ...parameters, tied }) : t('page.warm.sentence.first', parameters);
}

function similarPart(context: PageContext, answer: WarmStartAnswer, words: Vocabulary): SafeHtml {
  const { t, percent, number, list } = context.texts;
  const { goal, similar } = answer;
  const withShare = similar.some(({ share }) => share !== null);
  const value = (estimate: number) => (goal === 'gas-saving' ? percent(estimate) : number(estimate, 2));
  return html`<p>${t('page.warm.similar-lead')}</p>${dataTable(
    t('page.warm.similar-title'),
    [
      { label: t('page.warm.column.place'), align: 'text' },
      { label: t('page.warm.column.tried'), align: 'text' },
      { label: words.label({ name: goal, title: null }), align: 'number' },
      { label: t('page.warm.column.grade'), align: 'text' },
      ...(withShare ? [{ label: t('page.warm.column.share'), align: 'number' } as const] : []),
    ],
    similar.map(({ place, id, blocks, estimate, lower, upper, grade, share }) => ({
      heading: html`${place} <span class="quiet">${id}</span>`,
      cells: [
        list(blocks.map((block) => words.block(block))),
        lower === null || upper === null
          ? value(estimate)
          : `${value(estimate)} (${range(context, goal, lower, upper)})`,
        words.grade(grade),
        ...(withShare ? [share === null ? '' : percent(share)] : []),
      ],
    })),
  )}`;
}

function formPart(context: PageContext, form: WarmStartForm, question: WarmStartQuestion, words: Vocabulary): SafeHtml {
  const { texts, path } = context;
  const { t, number, euros, language } = texts;
  const asText = (value: number | null) => (value === null ? '' : number(value));
  return html`<form method="get" action="${pageUrl(language, path)}" novalidate>
<fieldset><legend>${t('page.warm.about')}</legend><p>${t('page.warm.about-lead')}</p><div class="field-grid">
${form.fields.map(({ name, unit, lowest, highest }) => {
  const label = words.label({ name, title: null });
  const source = t(`page.warm.source.${sourceOf(name)}`);
  const seen =
    lowest === null || highest === null
      ? ''
      : ` ${t('page.warm.seen', { lower: asText(lowest), upper: asText(highest) })}`;
  return html`<div>${textField({
    name,
    label,
    value: question.typed[name] ?? '',
    unit: unit === null ? null : words.unit({ name, title: null, unit }),
    hint: `${source}${seen}`,
    error:
      question.problems[name] === undefined
        ? null
        : t('page.collective.goal-problem', { value: question.problems[name] }),
    inputMode: 'decimal',
  })}<label class="choice"><input type="checkbox" name="unknown" value="${name}"${question.unknown.includes(name) && html` checked`}><span>${t('page.warm.dont-know')}<span class="visually-hidden">: ${label}</span></span></label></div>`;
})}</div></fieldset>
<fieldset><legend>${t('page.warm.goal-legend')}</legend><div class="field-grid">
${selectField({ name: 'goal', label: t('page.warm.goal'), selected: question.input.goal, options: form.goals.map((goal) => ({ value: goal, label: words.label({ name: goal, title: null }) })) })}
${textField({
  name: 'budget',
  label: t('page.warm.budget'),
  value: question.typed.budget ?? '',
  unit: t('page.warm.budget-unit'),
  hint: t('page.warm.budget-hint'),
  error:
    question.problems.budget === undefined
      ? null
      : t('page.collective.goal-problem', { value: question.problems.budget }),
  inputMode: 'decimal',
})}</div></fieldset>
<fieldset><legend>${t('page.warm.blocks')}</legend><p>${t('page.warm.blocks-lead')}</p><div class="field-grid">
${form.blocks.map(({ id, costPerHousehold }) =>
  selectField({
    name: `block-${id}`,
    label: `${capital(words.block(id))} (${euros(costPerHousehold)})`,
    selected: question.input.required.includes(id) ? 'must' : question.input.excluded.includes(id) ? 'not' : '',
    options: [
      { value: '', label: t('page.warm.block.may') },
      { value: 'must', label: t('page.warm.block.must') },
      { value: 'not', label: t('page.warm.block.not') },
    ],
  }),
)}</div></fieldset>
<button class="button" type="submit" name="ask" value="1">${t('page.warm.submit')}</button></form>`;
}

/** Where a reader finds the number: the statistical office publishes most, one comes from the grid operator. */
const sourceOf = (name: string): 'cbs' | 'grid' => (name === 'gas_before' ? 'grid' : 'cbs');
