import { intervalChart } from '../charts/interval-chart.ts';
import { dataTable } from '../design/data-table.ts';
import { figure } from '../design/figure.ts';
import { section } from '../design/page-parts.ts';
import { verdictMark } from '../design/verdict-mark.ts';
import { html, type SafeHtml } from '../html.ts';
import type { PageContext } from '../page-context.ts';
import type { Texts } from '../texts.ts';
import { capital, type Vocabulary } from '../vocabulary.ts';
import { gainInWords, gainRange, gainText, shownGain } from './gain.ts';
import type { EvidenceItem, PilotSize, RankedMix, WarmStartAnswer, WarmStartForm } from './warm-start-view.ts';

/** The level of every interval of a recommendation. */
const level = 0.9;
/** A chance is shown only where past forecasts were neither too bold nor too timid (slope of realised on promised). */
const calibrated = (slope: number | null): boolean => slope !== null && slope >= 0.7 && slope <= 1.3;

/** The verdict comes first; without support there is no ranking at all. */
export function warmStartAnswerPart(
  context: PageContext,
  form: WarmStartForm,
  answer: WarmStartAnswer,
  words: Vocabulary,
): SafeHtml {
  const { t, find, list } = context.texts;
  const { body } = answer;
  const { state, reasons, measureFirst, missing, support } = body;
  const names = (fields: readonly string[]) => list(fields.map((name) => words.variable({ name, title: null })));
  const experiments = body.evidence[0]?.experiments ?? null;
  const mixes = state === 'abstain' ? [] : body.mixes;
  return html`<section class="wrap block" aria-labelledby="verdict-heading"><h2 id="verdict-heading" class="visually-hidden">${t('page.warm.answer')}</h2>
<div class="verdict verdict--${state}">${verdictMark(state)}<div><p>${headline(context.texts, body)}</p>
${(reasons.length > 0 || support.outside.length > 0) && html`<ul>${reasons.map((reason) => html`<li>${find(`recommend.reason.${reason}`) ?? reason}</li>`)}${support.outside.length > 0 && html`<li>${t('page.warm.outside', { fields: names(support.outside) })}</li>`}</ul>`}
${experiments !== null && html`<p class="quiet">${t('page.warm.rests-on', { count: experiments })}</p>`}</div></div></section>
${mixes.length > 0 && section('mixes', t('page.warm.mixes'), mixesPart(context, form, answer, mixes, words))}
${
  (measureFirst.length > 0 || missing.length > 0 || body.pilot !== null) &&
  section(
    'measure',
    t('page.warm.measure'),
    html`${missing.length > 0 && html`<p>${t('page.warm.unknown', { fields: names(missing) })}</p>`}
${measureFirst.length > 0 && html`<p>${t('page.warm.measure-first')}</p><ol>${measureFirst.map((parameter) => html`<li>${words.label({ name: parameter.context, title: null })}</li>`)}</ol>`}
${sizesPart(context.texts, words, body.pilotSizes, 'here')}
${body.pilot !== null && html`<p>${t('recommend.pilot', { mix: list(body.pilot.blocks.map((block) => nameOf(form, context.texts, block).toLowerCase())), removes: body.pilot.removes })}</p>${sizesPart(context.texts, words, body.pilot.sizes, 'network')}`}`,
  )
}
${body.evidence.length > 0 && section('similar', t('page.warm.similar'), evidencePart(context, form, answer, words))}`;
}

/** How large a pilot has to be, for each goal in which it should show a gain. */
const sizesPart = (
  texts: Texts,
  words: Vocabulary,
  sizes: readonly PilotSize[],
  basis: 'here' | 'network',
): readonly SafeHtml[] =>
  sizes.map(({ kpi, gain, grade, ...size }) => {
    const named = {
      kpi: words.variable({ name: kpi, title: null }),
      gain: gainInWords(texts, kpi, gain),
      grade: texts.find(`recommend.grade.${grade}`) ?? grade,
    };
    return html`<p>${texts.t(`recommend.pilotSize.${basis}`, { ...size, ...named })}</p>`;
  });

/** The state in words; where broken promises lowered it, that is why. */
function headline({ t }: Texts, { state, demotedFrom }: WarmStartAnswer['body']): SafeHtml {
  const [verdict, sentence] =
    demotedFrom === null || state === 'advice'
      ? [t(`page.warm.verdict.${state}`), t(`page.warm.sentence.${state}`)]
      : [t(`page.warm.demoted.verdict.${state}`), t(`page.warm.demoted.sentence.${state}`)];
  return html`<strong class="verdict-state">${verdict}</strong> ${sentence}`;
}

const nameOf = (form: WarmStartForm, { language }: Texts, id: string): string =>
  form.blocks.find((block) => block.id === id)?.name[language] ?? id.replaceAll('-', ' ');

function mixesPart(
  context: PageContext,
  form: WarmStartForm,
  answer: WarmStartAnswer,
  mixes: readonly RankedMix[],
  words: Vocabulary,
): SafeHtml {
  const { texts } = context;
  const { t, find, number, euros, list } = texts;
  const main = mixes[0]!.effects[0]!.kpi;
  const goal = (kpi: string) => words.variable({ name: kpi, title: null });
  const blocks = (mix: RankedMix) => mix.blocks.map((block) => nameOf(form, texts, block));
  const label = (mix: RankedMix) => capital(list(blocks(mix).map((name) => name.toLowerCase())));
  const effectOf = (mix: RankedMix) => mix.effects.find(({ kpi }) => kpi === main)!;
  const isCalibrated = answer.body.calibration.some(({ kpi, slope }) => kpi === main && calibrated(slope));
  const first = mixes[0]!;
  const tied = mixes.filter((mix) => mix.rank === first.rank).length;
  const best = effectOf(first);
  const parameters = {
    mix: label(first),
    gain: gainInWords(texts, main, best.mean),
    range: gainRange(texts, main, best.lower, best.upper),
  };
  const summary =
    tied > 1 ? t('page.warm.sentence.tied', { ...parameters, tied }) : t('page.warm.sentence.first', parameters);
  const title = t('page.warm.chart-title', { goal: goal(main) });
  const intervals = (mix: RankedMix) => gainRange(texts, main, effectOf(mix).lower, effectOf(mix).upper);
  const card = (mix: RankedMix) => {
    const effect = effectOf(mix);
    const others = mix.effects.filter(({ kpi }) => kpi !== main);
    return html`<li class="mix panel"><p class="mix-marks"><span class="mix-rank">${t('page.warm.rank', { rank: mix.rank })}</span> ${mix.marks
      .filter((mark) => mark !== 'best')
      .map((mark) => html`<span class="mix-mark">${find(`recommend.mark.${mark}`) ?? mark}</span>`)}</p>
<ul>${blocks(mix).map((name) => html`<li>${name}</li>`)}</ul>
<p class="mix-gain">${gainInWords(texts, main, effect.mean)}</p>
<dl>${pair(t('page.warm.between', { level }), gainRange(texts, main, effect.lower, effect.upper))}
${isCalibrated && pair(t('page.warm.chance'), chanceInWords(texts, effect.probabilityPositive))}
${others.map(({ kpi, mean, lower, upper }) => pair(capital(goal(kpi)), `${gainText(texts, kpi, shownGain(kpi, mean))} (${gainRange(texts, kpi, lower, upper)})`))}
${pair(t('page.warm.cost'), euros(mix.cost))}</dl></li>`;
  };
  return html`<ol class="mixes">${diverse(mixes).map(card)}</ol>
${figure({
  id: 'gains',
  summary,
  picture: intervalChart({
    id: 'gains',
    title,
    description: summary,
    rows: mixes.map((mix) => {
      const { mean, lower, upper } = effectOf(mix);
      return {
        label: label(mix),
        value: { estimate: shownGain(main, mean), lower: shownGain(main, lower), upper: shownGain(main, upper) },
        text: `${gainText(texts, main, shownGain(main, mean))} (${intervals(mix)})`,
        emphasis: mix.rank === first.rank ? 'main' : 'second',
      };
    }),
    axisLabel: capital(goal(main)),
    reference: { value: 0, label: t('page.warm.no-effect') },
    formatTick: (value) => gainText(texts, main, value),
  }),
  legend: [
    { symbol: 'main', label: t('page.warm.legend-first', { level }) },
    ...(mixes.some((mix) => mix.rank > first.rank)
      ? [{ symbol: 'second', label: t('page.warm.legend-other') } as const]
      : []),
  ],
  tableLabel: t('page.table-label'),
  table: dataTable(
    title,
    [
      { label: t('page.warm.column.mix'), align: 'text' },
      { label: t('page.warm.column.rank'), align: 'number' },
      { label: capital(goal(main)), align: 'number' },
      { label: t('page.warm.between', { level }), align: 'number' },
      { label: t('page.warm.cost'), align: 'number' },
    ],
    mixes.map((mix) => ({
      heading: label(mix),
      cells: [
        number(mix.rank),
        gainText(texts, main, shownGain(main, effectOf(mix).mean)),
        intervals(mix),
        euros(mix.cost),
      ],
    })),
  ),
})}`;
}

const pair = (term: string, value: string): SafeHtml => html`<div><dt>${term}</dt><dd>${value}</dd></div>`;

/** Three mixes that differ in what they are good for: the first, then those with a mark, then the next in order. */
function diverse(mixes: readonly RankedMix[]): readonly RankedMix[] {
  const chosen = new Set([mixes[0]!, ...mixes.filter((mix) => mix.marks.length > 0), ...mixes]);
  return [...chosen].slice(0, 3).sort((a, b) => mixes.indexOf(a) - mixes.indexOf(b));
}

/** A chance as a frequency; never "10 out of 10", for no forecast is that sure. */
function chanceInWords({ t }: Texts, chance: number): string {
  if (chance > 0.95) return t('page.warm.chance-high');
  if (chance < 0.05) return t('page.warm.chance-low');
  return t('page.warm.out-of-ten', { count: Math.round(chance * 10) });
}

/** What the answer rests on, largest weight first, a case where it did not work included. */
function evidencePart(
  { texts }: PageContext,
  form: WarmStartForm,
  answer: WarmStartAnswer,
  words: Vocabulary,
): SafeHtml {
  const { t, percent, number, list } = texts;
  const evidence = answer.body.evidence[0]!;
  const { kpi, items, rest } = evidence;
  const names = (blocks: readonly string[]) =>
    capital(list(blocks.map((block) => nameOf(form, texts, block).toLowerCase())));
  const effect = ({ effect: value, lower, upper }: EvidenceItem) => {
    const text = gainText(texts, kpi, shownGain(kpi, value));
    return lower === null || upper === null ? text : `${text} (${gainRange(texts, kpi, lower, upper)})`;
  };
  const differs = ({ differences }: EvidenceItem) =>
    differences
      .slice(0, 2)
      .map(({ context, difference }) => {
        const field = form.fields.find(({ name }) => name === context);
        const unit = field ? words.unit(field) : '';
        const size =
          `${difference > 0 ? '+' : ''}${number(difference)} ${unit === '%' ? t('page.warm.percentage-points') : unit}`.trim();
        return t('page.warm.difference', { field: words.variable({ name: context, title: null }), size });
      })
      .join('; ');
  const shown = (value: number | null) => (value === null ? '–' : number(value));
  const documentation = ({ documentation: known }: EvidenceItem) =>
    known === null
      ? ''
      : `; ${t('recommend.documentation', { overlap: shown(known.overlap), difference: shown(known.largestDifference), eValue: shown(known.eValue) })}`;
  return html`<p>${t('page.warm.similar-lead')}</p>${dataTable(
    t('page.warm.similar-title', { goal: words.variable({ name: kpi, title: null }) }),
    [
      { label: t('page.warm.column.place'), align: 'text' },
      { label: t('page.warm.column.tried'), align: 'text' },
      { label: t('page.warm.column.differs'), align: 'text' },
      { label: t('page.warm.column.effect'), align: 'number' },
      { label: t('page.warm.column.grade'), align: 'text' },
      { label: t('page.warm.column.share'), align: 'number' },
    ],
    [
      ...items.map((item) => ({
        heading: html`${t('page.start.region', { region: item.region })}${item.contrary && html` <span class="mix-mark">${t('page.warm.contrary')}</span>`}`,
        cells: [
          names([...item.sharedBlocks, ...item.otherBlocks]),
          differs(item),
          effect(item),
          `${words.grade(item.grade)}${documentation(item)}`,
          percent(item.share),
        ],
      })),
      ...(rest.experiments > 0
        ? [{ heading: t('page.warm.rest', { count: rest.experiments }), cells: ['', '', '', '', percent(rest.share)] }]
        : []),
    ],
  )}`;
}
