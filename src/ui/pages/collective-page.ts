import type { InsightsCell, InsightsPeriod } from '../../app/analyses/insights.ts';
import type { DemoCatalogue } from '../../app/pages.ts';
import type { VariableDescription } from '../../app/panels.ts';
import { type IntervalRow, intervalChart } from '../charts/interval-chart.ts';
import { trendChart } from '../charts/trend-chart.ts';
import { dataTable, type TableRow } from '../design/data-table.ts';
import { figure } from '../design/figure.ts';
import { selectField, textField } from '../design/form-fields.ts';
import { layout } from '../design/layout.ts';
import { notice, pageHead, section, whoSeesThis } from '../design/page-parts.ts';
import { sameAnswer } from '../design/same-answer.ts';
import { html, type SafeHtml } from '../html.ts';
import { type PageContext, pageUrl } from '../page-context.ts';
import type { Texts } from '../texts.ts';
import { type Vocabulary, vocabularyIn } from '../vocabulary.ts';
import { decimalsFor } from './decimals.ts';
import { insightsAsCode } from './insights-as-code.ts';
import type { CollectiveView } from './load-collective.ts';
import { sameSeason } from './same-season.ts';
import { warningList } from './warning-list.ts';

/** A panel, or one collective in it: a KPI by attribute in one period, and the way to the goal. */
export function collectivePage(context: PageContext, view: CollectiveView, demo: DemoCatalogue | null): SafeHtml {
  const { texts } = context;
  const { t } = texts;
  const words = vocabularyIn(texts, demo);
  const { description, collective, result } = view;
  const name = collective === null ? description.title : words.collective(collective);
  const period = result.body.periods.find((candidate) => candidate.period === view.when);
  return layout(context, {
    title: name,
    section: 'collectives',
    main: html`${pageHead(
      t('page.collective.kind', { panel: description.title }),
      name,
      t(collective === null ? 'page.collective.lead-all' : 'page.collective.lead'),
    )}
${question(context, view, words)}
${
  view.attribute &&
  section(
    'groups',
    t('page.collective.groups-heading', { attribute: words.variable(view.attribute) }),
    period
      ? byGroup(context, view, view.attribute, words, period)
      : notice(html`<p>${t('page.collective.no-period', { when: texts.wave(view.when) })}</p>`),
  )
}
${section('progress', t('page.collective.progress-heading'), progress(context, view, words))}
${warningList(texts, result.warnings)}
${whoSeesThis(texts, t('page.who.collective'))}
${sameAnswer(texts, insightsAsCode(context, view.request))}`,
  });
}

function question(context: PageContext, view: CollectiveView, words: Vocabulary): SafeHtml {
  const { texts, path } = context;
  const { t, wave } = texts;
  const { kpis, attributes, kpi, attribute, description, years, when, collectives, collective } = view;
  const waves = [...description.waveLabels].reverse().map((label) => ({ value: label, label: wave(label) }));
  const unit = words.unit(kpi);
  return html`<form class="wrap block panel" method="get" action="${pageUrl(texts.language, path)}" aria-label="${t('page.collective.form')}"><div class="form-row">
${
  collectives.length > 0 &&
  selectField({
    name: 'collective',
    label: t('page.collective.field.collective'),
    selected: collective ?? '',
    options: [
      { value: '', label: t('page.collective.everyone') },
      ...collectives.map((id) => ({
        value: id,
        label: words.collective(id) === id ? id : `${words.collective(id)} (${id})`,
      })),
    ],
  })
}
${selectField({ name: 'kpi', label: t('page.collective.field.kpi'), selected: kpi.name, options: kpis.map((v) => ({ value: v.name, label: words.label(v) })) })}
${attribute && selectField({ name: 'by', label: t('page.collective.field.by'), selected: attribute.name, options: attributes.map((v) => ({ value: v.name, label: words.label(v) })) })}
${
  // Without groups there is no one period to look at: the trend shows all of them.
  attribute &&
  selectField({
    name: 'when',
    label: t('page.collective.field.when'),
    selected: when,
    options:
      years.length === 0
        ? waves
        : [
            {
              label: t('page.collective.whole-years'),
              options: [...years].reverse().map((year) => ({ value: year, label: year })),
            },
            { label: t('page.collective.single-waves'), options: waves },
          ],
  })
}
${textField({
  name: 'goal',
  label: unit === '' ? t('page.collective.field.goal') : t('page.collective.field.goal-in', { unit }),
  value: view.goalText,
  unit: null,
  hint: null,
  error: view.goalProblem === null ? null : t('page.collective.goal-problem', { value: view.goalProblem }),
  inputMode: 'decimal',
})}
<button class="button" type="submit">${t('page.collective.show')}</button>
</div></form>`;
}

function byGroup(
  context: PageContext,
  view: CollectiveView,
  attribute: VariableDescription,
  words: Vocabulary,
  period: InsightsPeriod,
): SafeHtml {
  const { texts } = context;
  const { t, number } = texts;
  const { kpi, when } = view;
  const withoutGroup = period.withoutGroup && period.withoutGroup.n !== 0 ? [period.withoutGroup] : [];
  const cells = inOrder([...period.groups], attribute.codebook).concat(withoutGroup);
  const decimals = decimalsFor([...cells, period.total].flatMap((cell) => (cell.mean === null ? [] : [cell.mean])));
  const unit = words.unit(kpi);
  // A group without a name holds the levels of few, together; the units of no known group come last.
  const nameOf = (cell: InsightsCell) =>
    cell.group === null && cell !== period.withoutGroup ? t('insights.others') : words.code(attribute, cell.group);
  const reason = (cell: InsightsCell) =>
    cell.withheld !== null ? notShown(texts, cell.withheld) : t('page.collective.empty-group');
  const rows = cells.map((cell): IntervalRow => {
    const label = nameOf(cell);
    if (cell.mean === null) return { label, value: null, text: reason(cell), emphasis: 'main' };
    const { mean: estimate, lower, upper } = cell;
    return {
      label,
      value: { estimate, lower, upper },
      text: between(context, estimate, lower, upper, decimals),
      emphasis: 'main',
    };
  });
  const variable = words.label(kpi);
  const title = t('page.collective.chart-title', {
    kpi: variable,
    attribute: words.variable(attribute),
    when: texts.wave(when),
  });
  const summary = groupSentence(context, words, view, attribute, cells, decimals);
  const columns = [
    { label: words.label(attribute), align: 'text' },
    { label: t('page.collective.column.households'), align: 'number' },
    {
      label: unit === '' ? t('page.collective.column.mean') : t('page.collective.column.mean-in', { unit }),
      align: 'number',
    },
    { label: t('page.collective.column.interval', { level: view.result.settings.confidence }), align: 'number' },
  ] as const;
  const tableRow = (cell: InsightsCell, heading: string): TableRow =>
    cell.mean === null
      ? { heading, cells: [], note: reason(cell) }
      : {
          heading,
          cells: [
            number(cell.n ?? 0),
            number(cell.mean, decimals),
            cell.lower === null || cell.upper === null
              ? t('page.collective.no-interval')
              : t('page.range', { lower: number(cell.lower, decimals), upper: number(cell.upper, decimals) }),
          ],
        };
  return figure({
    id: 'by-group',
    summary,
    picture: intervalChart({
      id: 'by-group',
      title,
      description: summary,
      rows,
      axisLabel: unit === '' ? variable : `${variable}, ${unit}`,
      reference:
        period.total.mean === null
          ? null
          : {
              value: period.total.mean,
              label: t('page.collective.everyone-mean', { mean: number(period.total.mean, decimals) }),
            },
      formatTick: (value) => number(value),
    }),
    legend: [
      { symbol: 'main', label: t('page.legend.mean', { level: view.result.settings.confidence }) },
      ...(rows.some((row) => row.value === null)
        ? [{ symbol: 'withheld', label: t('page.legend.withheld') } as const]
        : []),
    ],
    tableLabel: t('page.table-label'),
    table: dataTable(title, columns, [
      ...cells.map((cell) => tableRow(cell, nameOf(cell))),
      tableRow(period.total, t('page.collective.everyone')),
    ]),
  });
}

/** Groups in the order of the codebook where there is one (ordinal attributes), else as the analysis gave them. */
function inOrder(cells: InsightsCell[], codebook: Readonly<Record<string, string>> | null): InsightsCell[] {
  if (codebook === null) return cells;
  const order = Object.keys(codebook);
  const rank = (cell: InsightsCell) => {
    const at = order.indexOf(cell.group ?? '');
    return at < 0 ? order.length : at;
  };
  return cells.sort((a, b) => rank(a) - rank(b));
}

function between(
  { texts }: PageContext,
  estimate: number,
  lower: number | null,
  upper: number | null,
  decimals: number,
): string {
  const { t, number } = texts;
  if (lower === null || upper === null) return number(estimate, decimals);
  return t('page.estimate-with-range', {
    estimate: number(estimate, decimals),
    lower: number(lower, decimals),
    upper: number(upper, decimals),
  });
}

/** The one sentence above the picture. It compares; it never says why. */
function groupSentence(
  { texts }: PageContext,
  words: Vocabulary,
  view: CollectiveView,
  attribute: VariableDescription,
  cells: readonly InsightsCell[],
  decimals: number,
): string {
  const { t, number, wave } = texts;
  const shown = cells.filter(
    (cell): cell is InsightsCell & { mean: number } => cell.mean !== null && cell.group !== null,
  );
  const kpi = words.label(view.kpi);
  const unit = words.unit(view.kpi);
  const when = wave(view.when);
  if (shown.length === 0) return t('page.collective.sentence.none', { kpi, when });
  const say = (cell: InsightsCell & { mean: number }) =>
    [words.code(attribute, cell.group), `${number(cell.mean, decimals)} ${unit}`.trim()] as const;
  if (shown.length === 1) {
    const [group, mean] = say(shown[0]!);
    return t('page.collective.sentence.one', { kpi, when, group, mean });
  }
  const sorted = [...shown].sort((a, b) => a.mean - b.mean);
  const low = sorted[0]!;
  const high = sorted.at(-1)!;
  const [lowGroup, lowMean] = say(low);
  const [highGroup, highMean] = say(high);
  const sentence = t('page.collective.sentence.range', { kpi, when, lowGroup, lowMean, highGroup, highMean });
  const apart = low.upper !== null && high.lower !== null && low.upper < high.lower;
  return `${sentence} ${t(apart ? 'page.collective.sentence.apart' : 'page.collective.sentence.overlap')}`;
}

function progress(context: PageContext, view: CollectiveView, words: Vocabulary): SafeHtml {
  const { texts } = context;
  const { t, number, wave } = texts;
  const { periods, progress: way } = view.result.body;
  const totals = periods.map(({ period, total }) => ({ period, total }));
  const decimals = decimalsFor([
    ...totals.flatMap(({ total }) => (total.mean === null ? [] : [total.mean])),
    ...(way ? [way.goal] : []),
  ]);
  const variable = words.label(view.kpi);
  const unit = words.unit(view.kpi);
  const summary = progressSentence(context, view, words, decimals);
  const title = t('page.collective.trend-title', { kpi: variable });
  const goal = way && { value: way.goal, label: t('page.collective.goal-line', { goal: number(way.goal, decimals) }) };
  return html`${figure({
    id: 'progress',
    summary,
    picture: trendChart({
      id: 'progress',
      title,
      description: summary,
      points: totals.map(({ period, total: { mean, lower, upper } }) => ({
        label: shortWave(period),
        value: mean === null ? null : { estimate: mean, lower, upper },
      })),
      axisLabel: unit === '' ? variable : `${variable}, ${unit}`,
      goal,
      formatTick: (value) => number(value),
    }),
    legend: [
      { symbol: 'main', label: t('page.legend.mean', { level: view.result.settings.confidence }) },
      ...(goal ? [{ symbol: 'goal', label: t('page.legend.goal') } as const] : []),
    ],
    isLong: totals.length > 12,
    tableLabel: t('page.table-label'),
    table: dataTable(
      title,
      [
        { label: t('page.collective.column.period'), align: 'text' },
        { label: t('page.collective.column.households'), align: 'number' },
        {
          label: unit === '' ? t('page.collective.column.mean') : t('page.collective.column.mean-in', { unit }),
          align: 'number',
        },
        { label: t('page.collective.column.interval', { level: view.result.settings.confidence }), align: 'number' },
      ],
      totals.map(({ period, total }) =>
        total.mean === null
          ? {
              heading: wave(period),
              cells: [],
              note: total.withheld === null ? t('page.collective.empty-group') : notShown(texts, total.withheld),
            }
          : {
              heading: wave(period),
              cells: [
                number(total.n ?? 0),
                number(total.mean, decimals),
                total.lower === null || total.upper === null
                  ? t('page.collective.no-interval')
                  : t('page.range', { lower: number(total.lower, decimals), upper: number(total.upper, decimals) }),
              ],
            },
      ),
    ),
  })}`;
}

const notShown = ({ t }: Texts, reason: NonNullable<InsightsCell['withheld']>): string =>
  t('page.not-shown', { reason: t(`insights.withheld.${reason}`) });

/** A wave short enough for an axis: 2024-03 as 3/2024. */
const shortWave = (wave: string): string => wave.replace(/^(\d{4})-0?(\d{1,2})$/, '$2/$1');

function progressSentence({ texts }: PageContext, view: CollectiveView, words: Vocabulary, decimals: number): string {
  const { t, number, wave } = texts;
  const { progress: way, periods } = view.result.body;
  const kpi = words.label(view.kpi);
  const unit = words.unit(view.kpi);
  const say = (value: number) => `${number(value, decimals)} ${unit}`.trim();
  if (way === null) {
    const shown = periods.filter((period) => period.total.mean !== null);
    const first = sameSeason(shown);
    const last = shown.at(-1);
    if (!first || !last) return t('page.collective.sentence.no-trend', { kpi });
    return t('page.collective.sentence.trend', {
      kpi,
      from: wave(first.period),
      first: say(first.total.mean!),
      to: wave(last.period),
      last: say(last.total.mean!),
    });
  }
  if (way.baseline === null || way.latest === null || way.share === null)
    return t('page.collective.sentence.progress-withheld', { kpi });
  const parameters = {
    kpi,
    from: wave(way.baselinePeriod),
    first: say(way.baseline),
    to: wave(way.latestPeriod),
    last: say(way.latest),
    goal: say(way.goal),
    share: way.share,
  };
  if (way.share >= 1) return t('page.collective.sentence.reached', parameters);
  if (way.share <= 0) return t('page.collective.sentence.away', parameters);
  return t('page.collective.sentence.on-the-way', parameters);
}
