import { flowChart } from '../charts/flow-chart.ts';
import { html, type SafeHtml } from '../html.ts';
import { reportFigure } from './report-figure.ts';
import { reportTable } from './report-table.ts';
import type { StudyReading } from './study-reading.ts';

/** How many units are left after each step, as a picture and as a table; and what was missing. */
export function flowPart({ result, study, texts, term }: StudyReading): SafeHtml {
  const { t, find, number } = texts;
  const count = (units: number | null) => (units === null ? t('cli.withheld') : number(units));
  const steps = result.attrition.map(({ step, units }) => ({
    label: find(`attrition.${step}`) ?? step,
    left: count(units),
  }));
  const title = t('report.study.flow.title');
  const missing = study.missing.map(({ variable, units }) => [term(variable), count(units)]);
  return html`${reportFigure({
    caption: t('report.study.flow.caption'),
    picture: flowChart({ id: 'flow', title, description: t('report.study.flow.caption'), steps }),
    table: reportTable(
      title,
      [{ title: t('report.study.flow.step') }, { title: t('report.study.flow.left'), isNumber: true }],
      steps.map(({ label, left }) => [label, left]),
    ),
  })}${groupTable(study, texts)}${
    missing.length > 0 &&
    reportTable(
      t('report.study.flow.missing'),
      [{ title: t('match.covariate') }, { title: t('report.study.flow.without'), isNumber: true }],
      missing,
    )
  }`;
}

function groupTable({ groups }: StudyReading['study'], { t, number }: StudyReading['texts']): SafeHtml {
  const columns = ['all', 'discarded', 'matched', 'effective'] as const;
  return reportTable(
    t('report.study.flow.groups'),
    [{ title: t('match.groups') }, ...columns.map((name) => ({ title: t(`match.${name}`), isNumber: true }))],
    (['treated', 'control'] as const).map((group) => [
      t(`match.group.${group}`),
      ...columns.map((name) => {
        const value = groups[group][name];
        return value === null ? t('cli.withheld') : number(value);
      }),
    ]),
  );
}
