import { html, type SafeHtml } from '../html.ts';
import { reportTable } from './report-table.ts';
import { effectColumns, furtherRows, pText } from './study-effect-part.ts';
import type { StudyReading } from './study-reading.ts';

/** How strong something hidden would have to be, what the past says, and what the sample could find. */
export function sensitivityPart(reading: StudyReading): SafeHtml {
  const { study, texts } = reading;
  const { t } = texts;
  const said = sentences(reading);
  const controls = furtherRows(reading, ['pre-period', 'placebo-date']);
  return html`${
    said.length > 0
      ? html`<ul>${said.map((sentence) => html`<li>${sentence}</li>`)}</ul>`
      : html`<p>${t('report.study.sensitivity.none')}</p>`
  }${bounds(study, texts)}${strengths(reading)}${
    controls.length > 0
      ? reportTable(
          t('report.study.sensitivity.controls'),
          effectColumns(reading, t('report.study.sensitivity.control')),
          controls,
        )
      : html`<p>${t('report.study.sensitivity.no-controls')}</p>`
  }`;
}

function sentences({ result, study, texts, amount, unit, term }: StudyReading): readonly string[] {
  const { t, number } = texts;
  const { eValue, robustness, rosenbaum } = study.further.sensitivity;
  const { detectable } = study.further;
  const said: string[] = [];
  const inUnit = (value: number) => `${amount(value)} ${unit}`.trim();
  if (eValue !== null) {
    said.push(
      t('match.sensitivity.e-value', { eValue: number(eValue.eValue, 2), ofInterval: number(eValue.ofInterval, 2) }),
    );
  }
  if (robustness !== null) {
    const { value, interval, benchmark } = robustness;
    said.push(
      t('match.sensitivity.robustness', { value: number(100 * value, 1), interval: number(100 * interval, 1) }),
    );
    if (benchmark !== null) {
      const covariate = term(result.settings.protocol.covariates[benchmark.term]!);
      said.push(
        benchmark.remaining === null
          ? t('match.sensitivity.benchmark-none', { covariate })
          : t('match.sensitivity.benchmark', { covariate, remaining: inUnit(benchmark.remaining) }),
      );
    }
  }
  if (rosenbaum !== null) {
    said.push(
      rosenbaum.survivedGamma === null
        ? t('match.sensitivity.gamma-none')
        : t('match.sensitivity.gamma', { gamma: number(rosenbaum.survivedGamma, 2) }),
    );
    const bySign = rosenbaum.sign?.survivedGamma ?? null;
    if (bySign !== null) said.push(t('match.sensitivity.gamma-sign', { gamma: number(bySign, 2) }));
    const [first] = rosenbaum.hodgesLehmann ?? [];
    if (first !== undefined) {
      // A range for those who may not see the value itself.
      const [lower, upper] = [inUnit(first.lower), inUnit(first.upper)];
      said.push(
        lower === upper
          ? t('match.sensitivity.hodges-lehmann', { estimate: lower })
          : t('match.sensitivity.hodges-lehmann-range', { lower, upper }),
      );
    }
  }
  if (detectable !== null) {
    const effect = inUnit(detectable.effect);
    const icc = detectable.intraclassCorrelation;
    said.push(
      icc === null
        ? t('match.sensitivity.detectable', { effect })
        : t('match.sensitivity.detectable-clusters', { effect, icc: number(icc, 3) }),
    );
  }
  return said;
}

function bounds({ further }: StudyReading['study'], texts: StudyReading['texts']): SafeHtml | null {
  const { t, number } = texts;
  const { rosenbaum } = further.sensitivity;
  if (rosenbaum === null) return null;
  return reportTable(
    t('report.study.sensitivity.bounds'),
    [
      { title: t('report.study.sensitivity.gamma'), isNumber: true },
      { title: t('report.study.sensitivity.p-upper'), isNumber: true },
    ],
    rosenbaum.bounds.map(({ gamma, pUpper }) => [number(gamma, 2), pText(pUpper, texts)]),
  );
}

/** The same strengths for every other effect that the study reports: further outcomes, levels, the augmented estimate. */
function strengths(reading: StudyReading): SafeHtml | null {
  const { study, texts, term } = reading;
  const { t } = texts;
  const { effects, byLevel, augmented, augmentedSensitivity } = study.further;
  const cells = (strength: Strength): string[] => strengthCells(strength, texts);
  const rows = [
    ...effects
      .filter(({ kind, withheld }) => isOutcome(kind) && !withheld)
      .map(({ kind, variable, period, sensitivity }) => [
        t(`match.further.kind.${kind}`, { variable: term(variable), period: period ?? '' }),
        ...cells(sensitivity),
      ]),
    ...(byLevel?.levels ?? [])
      .filter(({ name, withheld }) => name !== null && !withheld)
      .map(({ name, sensitivity }) => [term(`${byLevel!.variable}=${name}`), ...cells(sensitivity)]),
    ...(augmented === null ? [] : [[t('report.study.effect.augmented'), ...cells(augmentedSensitivity)]]),
  ];
  if (rows.length === 0) return null;
  return reportTable(
    t('report.study.sensitivity.others'),
    [
      { title: t('match.further.title') },
      { title: t('page.study.sure.column.e-value'), isNumber: true },
      { title: t('report.study.sensitivity.e-value-interval'), isNumber: true },
      { title: t('report.study.sensitivity.hidden-share'), isNumber: true },
      { title: t('report.study.sensitivity.gamma-survived'), isNumber: true },
    ],
    rows,
  );
}

type Strength = StudyReading['study']['further']['effects'][number]['sensitivity'];

const isOutcome = (kind: string): boolean => kind === 'outcome' || kind === 'follow-up';

/** E-value, that of the interval, robustness value in percent and the odds up to which the finding stands; dashes where not known. */
function strengthCells(strength: Strength, { number }: StudyReading['texts']): string[] {
  const shown = (value: number | null | undefined, decimals: number): string =>
    value === null || value === undefined ? '–' : number(value, decimals);
  const robustness = strength?.robustness ?? null;
  return [
    shown(strength?.eValue?.eValue, 2),
    shown(strength?.eValue?.ofInterval, 2),
    shown(robustness === null ? null : 100 * robustness.value, 1),
    shown(strength?.rosenbaum?.survivedGamma, 2),
  ];
}
