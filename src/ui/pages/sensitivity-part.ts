import { dataTable } from '../design/data-table.ts';
import { html, type SafeHtml } from '../html.ts';
import type { PageContext } from '../page-context.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { decimalsFor } from './decimals.ts';
import type { StudyView } from './study-view.ts';

/** How sure the answer is: what would have to be hidden to change it, and what else was compared. Numbers come as they are. */
export function sensitivityPart({ texts }: PageContext, view: StudyView, words: Vocabulary): SafeHtml {
  const { t, number } = texts;
  const { sensitivity, effects, byLevel, augmented, augmentedSensitivity, detectable } = view.further;
  const { eValue, robustness, rosenbaum } = sensitivity;
  const estimates = [view.effect, ...effects.map(({ matched }) => matched)].filter((effect) => effect !== null);
  const decimals = decimalsFor(estimates.map(({ estimate }) => estimate));
  const percent = (share: number) => t('page.study.sure.percent', { value: number(100 * share, 1) });
  const rows: { heading: string; cells: readonly string[] }[] = [];
  if (eValue !== null) rows.push({ heading: t('page.study.sure.e-value'), cells: [number(eValue.eValue, 2)] });
  if (robustness !== null) {
    rows.push({ heading: t('page.study.sure.robustness'), cells: [percent(robustness.value)] });
    const { benchmark } = robustness;
    if (benchmark !== null && benchmark.remaining !== null) {
      const term = view.covariates[benchmark.term]!;
      rows.push({
        heading: t('page.study.sure.benchmark', { covariate: words.label({ name: term, title: null }) }),
        cells: [number(benchmark.remaining, decimals)],
      });
    }
  }
  if (rosenbaum !== null) {
    const { survivedGamma } = rosenbaum;
    rows.push({
      heading: t('page.study.sure.gamma'),
      cells: [survivedGamma === null ? t('page.study.sure.none') : number(survivedGamma, 2)],
    });
  }
  if (detectable !== null) {
    rows.push({ heading: t('page.study.sure.detectable'), cells: [number(detectable.effect, decimals)] });
  }
  const compared = [
    ...effects.map(({ kind, variable, period, matched, adjusted, sensitivity: strength, withheld }) => ({
      heading: t(`page.study.sure.kind.${kind}`, {
        variable: words.label({ name: variable, title: null }),
        period: period ?? '',
      }),
      effect: adjusted ?? matched,
      strength,
      withheld,
    })),
    ...(byLevel?.levels ?? []).map(({ name, effect, sensitivity: strength, withheld }) => ({
      heading: t('page.study.covariate-level', {
        covariate: words.label({ name: byLevel!.variable, title: null }),
        level: name === null ? t('page.withheld') : words.code({ name: byLevel!.variable, title: null }, name),
      }),
      effect,
      strength,
      withheld,
    })),
    ...(augmented === null
      ? []
      : [
          {
            heading: t('page.study.sure.augmented'),
            effect: augmented,
            strength: augmentedSensitivity,
            withheld: false,
          },
        ]),
  ];
  return html`<p>${t('page.study.sure.lead')}</p>${
    rows.length === 0
      ? html`<p>${t('page.not-shown', { reason: t('insights.withheld.small-group') })}</p>`
      : dataTable(
          t('page.study.sure.title'),
          [
            { label: t('page.study.sure.question'), align: 'text' },
            { label: t('page.study.sure.answer'), align: 'number' },
          ],
          rows,
        )
  }${
    compared.length === 0
      ? ''
      : dataTable(
          t('page.study.sure.also'),
          [
            { label: t('page.study.column.comparison'), align: 'text' },
            { label: t('page.study.column.difference'), align: 'number' },
            { label: t('page.collective.column.interval', { level: view.confidence }), align: 'number' },
            { label: t('page.study.sure.column.e-value'), align: 'number' },
            { label: t('page.study.sure.column.robustness'), align: 'number' },
          ],
          compared.map(({ heading, effect, strength, withheld }) =>
            withheld || effect === null
              ? {
                  heading,
                  cells: [],
                  note: withheld
                    ? t('page.not-shown', { reason: t('insights.withheld.small-group') })
                    : t('page.study.not-known'),
                }
              : {
                  heading,
                  cells: [
                    number(effect.estimate, decimals),
                    t('page.range', { lower: number(effect.lower, decimals), upper: number(effect.upper, decimals) }),
                    strength?.eValue ? number(strength.eValue.eValue, 2) : '–',
                    strength?.robustness ? percent(strength.robustness.value) : '–',
                  ],
                },
          ),
        )
  }`;
}
