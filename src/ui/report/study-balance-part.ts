import { lovePlot } from '../charts/love-plot.ts';
import { html, type SafeHtml } from '../html.ts';
import { capital } from '../vocabulary.ts';
import { reportFigure } from './report-figure.ts';
import { reportTable } from './report-table.ts';
import type { StudyReading } from './study-reading.ts';

type Row = StudyReading['study']['balance'][number];

/** Table 1 with both groups before and after, and the love plot of the differences. */
export function balancePart(reading: StudyReading): SafeHtml {
  const { study, texts, term } = reading;
  const { t, number } = texts;
  const cell = (value: number | null, of: (value: number) => string) => (value === null ? '–' : of(value));
  const mean = ({ kind }: Row, value: number | null) =>
    cell(value, (v) => (kind === 'levels' ? texts.percent(v, 1) : number(v)));
  const difference = (value: number | null) => cell(value, (v) => number(v, 3));
  const sides = (['before', 'after'] as const).flatMap((side) =>
    (['treated', 'control', 'difference'] as const).map((what) => ({
      title: t('report.study.balance.column', { what: t(`match.balance.${what}`), when: t(`match.${side}`) }),
      isNumber: true,
    })),
  );
  const table = reportTable(
    t('report.study.balance.table', { group: t(`match.group.${study.denominator}`) }),
    [{ title: t('match.covariate') }, ...sides],
    study.balance.map((row) => [
      capital(term(row.variable)),
      ...(['before', 'after'] as const).flatMap((side) =>
        row.withheld
          ? [t('cli.withheld'), '', '']
          : [
              mean(row, row[side].meanTreated),
              mean(row, row[side].meanControl),
              difference(row[side].standardizedMeanDifference),
            ],
      ),
    ]),
  );
  return html`<p>${t('report.study.balance.lead')}</p>${reportFigure({ caption: captionOf(reading), picture: picture(reading), table, legend: t('report.study.balance.legend') })}`;
}

/** The sentence of the verdict on the largest difference: its number and its limit are those of the result. */
function captionOf({ result, verdict }: StudyReading): string {
  const at = result.body.verdict.reasons.findIndex(({ measure }) => measure === 'largest-difference');
  return verdict.reasons[at]!.sentence;
}

function picture(reading: StudyReading): readonly SafeHtml[] {
  const { result, study, texts, term } = reading;
  const { t, number } = texts;
  const shown = study.balance.filter((row) => !row.withheld);
  const known = (side: Row['after']) =>
    side.standardizedMeanDifference === null ? null : Math.abs(side.standardizedMeanDifference);
  const rows = shown.map((row) => ({
    label: capital(term(row.variable)),
    before: known(row.before),
    after: known(row.after),
  }));
  if (rows.every(({ before, after }) => before === null && after === null)) return [];
  const threshold = result.body.verdict.reasons.find(({ measure }) => measure === 'largest-difference')!.caution!;
  return lovePlot({
    id: 'love',
    title: t('report.study.balance.title'),
    description: captionOf(reading),
    rows,
    axisLabel: t('page.study.balance-axis'),
    threshold,
    thresholdLabel: t('page.study.balance-threshold', { threshold: number(threshold) }),
    formatTick: (value) => number(value),
  });
}
