import { selectField, textField } from '../design/form-fields.ts';
import { layout } from '../design/layout.ts';
import { notice, pageHead, section, whoSeesThis } from '../design/page-parts.ts';
import { type Refusal, refusalInWords } from '../design/refusal-in-words.ts';
import { sameAnswer } from '../design/same-answer.ts';
import { html, type SafeHtml } from '../html.ts';
import { type PageContext, pageUrl } from '../page-context.ts';
import { capital, type Vocabulary, vocabularyIn } from '../vocabulary.ts';
import { goalWeights, type WarmStartQuestion } from './read-warm-start.ts';
import { warmStartAnswerPart } from './warm-start-answer.ts';
import type { WarmStartAnswer, WarmStartForm } from './warm-start-view.ts';
import { warningList } from './warning-list.ts';

/** The warm start: an empty form, or the answer with the filled form below it, or why there is no answer. */
export function warmStartPage(
  context: PageContext,
  form: WarmStartForm,
  question: WarmStartQuestion,
  answer: WarmStartAnswer | null,
  refusal: Refusal | null,
): SafeHtml {
  const { texts } = context;
  const { t } = texts;
  const words = vocabularyIn(texts, null);
  const hasProblems = Object.keys(question.problems).length > 0;
  return layout(context, {
    title: t('page.warm.title'),
    section: 'warm-start',
    main: html`${pageHead(t('page.warm.kind'), t('page.warm.title'), t('page.warm.lead'))}
${question.asked && hasProblems && html`<div class="wrap block">${notice(html`<p>${t('page.warm.mend')}</p>`)}</div>`}
${refusal && html`<div class="wrap block">${notice(html`<p>${t('page.warm.refused')}</p>${refusalInWords(texts.language, refusal)}`)}</div>`}
${answer && warmStartAnswerPart(context, form, answer, words)}
${section('question', t(answer ? 'page.warm.change' : 'page.warm.describe'), formPart(context, form, question, answer, words))}
${answer && warningList(texts, answer.warnings)}
${whoSeesThis(texts, t('page.who.warm-start'))}
${answer && sameAnswer(texts, answer.code)}`,
  });
}

function formPart(
  context: PageContext,
  form: WarmStartForm,
  question: WarmStartQuestion,
  answer: WarmStartAnswer | null,
  words: Vocabulary,
): SafeHtml {
  const { texts, path } = context;
  const { t, number, euros, language } = texts;
  const { typed, problems, unknown, weights, input } = question;
  /** What a neighbourhood code brought is shown in its field, so that it can be checked and changed. */
  const fieldValue = (name: string): string => {
    const text = typed[name] ?? '';
    if (text !== '' || unknown.includes(name)) return text;
    const known = answer?.body.place.find((parameter) => parameter.name === name)?.value ?? null;
    return known === null
      ? ''
      : number(known, Number.isInteger(known) ? 0 : 1).replaceAll(language === 'nl' ? '.' : ',', '');
  };
  const errorAt = (name: string) =>
    problems[name] === undefined ? null : t('page.collective.goal-problem', { value: problems[name] });
  const parameter = ({ name, title, unit }: WarmStartForm['fields'][number]) => {
    const label = words.label({ name, title });
    return html`<div>${textField({
      name,
      label,
      value: fieldValue(name),
      unit: words.unit({ name, title, unit }),
      hint: t(`page.warm.source.${sourceOf(name)}`),
      error: errorAt(name),
      inputMode: 'decimal',
    })}<label class="choice"><input type="checkbox" name="unknown" value="${name}"${unknown.includes(name) && html` checked`}><span>${t('page.warm.dont-know')}<span class="visually-hidden">: ${label}</span></span></label></div>`;
  };
  const weightNames = {
    0: t('page.warm.weight.none'),
    1: t('page.warm.weight.some'),
    3: t('page.warm.weight.most'),
  } as const;
  return html`<form method="get" action="${pageUrl(language, path)}" novalidate>
<fieldset><legend>${t('page.warm.about')}</legend><p>${t('page.warm.about-lead')}</p><div class="field-grid">
<div>${textField({
    name: 'neighbourhood',
    label: t('page.warm.code'),
    value: typed.neighbourhood ?? '',
    unit: null,
    hint: t('page.warm.code-hint'),
    error: null,
    inputMode: 'text',
  })}</div>
${form.fields.map(parameter)}</div></fieldset>
<fieldset><legend>${t('page.warm.goal-legend')}</legend>${problems.goals !== undefined && html`<p class="error">${t('page.warm.no-goal')}</p>`}<div class="field-grid">
${form.goals.map((kpi) =>
  selectField({
    name: `goal-${kpi}`,
    label: words.label({ name: kpi, title: null }),
    selected: String(weights[kpi] ?? 1),
    options: goalWeights.map((weight) => ({ value: String(weight), label: weightNames[weight] })),
  }),
)}
${textField({
  name: 'budget',
  label: t('page.warm.budget'),
  value: typed.budget ?? '',
  unit: t('page.warm.budget-unit'),
  hint: t('page.warm.budget-hint'),
  error: errorAt('budget'),
  inputMode: 'decimal',
})}</div></fieldset>
<fieldset><legend>${t('page.warm.blocks')}</legend><p>${t('page.warm.blocks-lead')}</p><div class="field-grid">
${form.blocks.map(({ id, name, costPerHousehold }) =>
  selectField({
    name: `block-${id}`,
    label: `${capital(name[language])} (${euros(costPerHousehold)})`,
    selected: input.required?.includes(id) ? 'must' : input.excluded?.includes(id) ? 'not' : '',
    options: [
      { value: '', label: t('page.warm.block.may') },
      { value: 'must', label: t('page.warm.block.must') },
      { value: 'not', label: t('page.warm.block.not') },
    ],
  }),
)}</div></fieldset>
<button class="button" type="submit" name="ask" value="1">${t('page.warm.submit')}</button></form>`;
}

/** Where a reader finds the number: the statistical office publishes most, gas use also the grid operator. */
const sourceOf = (name: string): 'cbs' | 'grid' => (name === 'gas_before' ? 'grid' : 'cbs');
