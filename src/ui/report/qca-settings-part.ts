import type { QcaBody } from '../../app/analyses/qca-body.ts';
import type { ResultOf } from '../../app/analyses.ts';
import { anchorInWords } from '../../messages/intervals-in-words.ts';
import { html, type SafeHtml } from '../html.ts';
import type { Texts } from '../texts.ts';
import { reportTable } from './report-table.ts';

type CalibratedSet = QcaBody['conditions'][number];

/** What the researcher decided: calibration of each set with its diagnostics, cutoffs, and all settings as they stand. */
export function settingsPart({ settings, body }: ResultOf<'qca'>, texts: Texts): SafeHtml {
  const { t } = texts;
  const rules = new Map(
    [settings.outcome, ...settings.outcome.parts, ...settings.conditions].map((variable) => [
      variable.name ?? variable.variable,
      variable.calibration,
    ]),
  );
  const sets = [body.outcomeSet, ...body.outcomeParts, ...body.conditions];
  const calibration = reportTable(
    null,
    [
      { title: t('qca.set') },
      { title: t('report.qca.calibration') },
      { title: t('report.qca.counts'), isNumber: true },
    ],
    sets.map((set) => [
      set.name,
      ruleInWords(set.calibration ?? rules.get(set.name) ?? null, texts),
      set.counts.length === 0 ? '–' : set.counts.join(' / '),
    ]),
  );
  const decisions = reportTable(
    null,
    [{ title: t('report.qca.decision') }, { title: t('report.qca.value') }],
    decisionsOf(settings).map(([name, value]) => [html`<code>${name}</code>`, value]),
  );
  const { table: _, ...plain } = settings;
  return html`<section><h2>${t('report.qca.decisions')}</h2>${calibration}${decisions}<details><summary>${t('report.qca.settings')}</summary><pre>${JSON.stringify(plain, null, 1)}</pre></details></section>`;
}

type Settings = ResultOf<'qca'>['settings'];

/** The settings that decide the answer, by their name in a request; those that are off are left out. */
function decisionsOf(settings: Settings): (readonly [string, string])[] {
  const { enhanced, necessity } = settings;
  const all: readonly (readonly [string, string | null])[] = [
    [
      'outcome',
      `${settings.outcome.negated ? '~' : ''}${settings.outcome.expression ?? settings.outcome.name ?? settings.outcome.variable}`,
    ],
    ['cases', settings.cases],
    ['frequencyCutoff', String(settings.frequencyCutoff)],
    ['consistencyCutoff', String(settings.consistencyCutoff)],
    ['contradictionCutoff', settings.contradictionCutoff === null ? null : String(settings.contradictionCutoff)],
    ['priCutoff', String(settings.priCutoff)],
    ['explain', settings.explain],
    ['includeContradictions', settings.includeContradictions ? 'true' : null],
    ['excludedRows', listed(settings.excludedRows)],
    ['solutions', settings.solutions.join(', ')],
    ['directionalExpectations', listed(settings.directionalExpectations)],
    ['enhanced.contradictoryAssumptions', enhanced.contradictoryAssumptions ? 'true' : null],
    ['enhanced.simultaneousSubsets', enhanced.simultaneousSubsets ? 'true' : null],
    ['enhanced.impossible', listed(enhanced.impossible)],
    ['necessity', `${necessity.consistencyCutoff} / ${necessity.coverageCutoff} / ${necessity.relevanceCutoff}`],
    ['permutations', settings.permutations === 0 ? null : String(settings.permutations)],
    ['seed', String(settings.seed)],
  ];
  return all.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}

const listed = (values: readonly (string | number)[]): string | null =>
  values.length === 0 ? null : values.join(', ');

function ruleInWords(rule: CalibratedSet['calibration'], { t, language }: Texts): string {
  if (rule === null) return t('report.qca.as-given');
  const name = (code: string) => anchorInWords(language, code);
  const three = (
    { exclusion, crossover, inclusion }: { exclusion: number; crossover: number; inclusion: number },
    prefix = '',
  ) =>
    `${name(`${prefix}exclusion`)} ${exclusion}, ${name(`${prefix}crossover`)} ${crossover}, ${name(`${prefix}inclusion`)} ${inclusion}`;
  switch (rule.method) {
    case 'crisp':
    case 'indirect':
      return `${rule.method}: ${rule.thresholds.join(', ')}`;
    case 'find-thresholds':
      return `${rule.method}: ${rule.count}`;
    case 'totally-fuzzy-relative':
      return `${rule.method}: ${name('lowest')} ${rule.lowest}`;
    case 'logistic':
      return `${rule.method}: ${three(rule)} (${rule.inclusionDegree})`;
    case 's-shape':
      return `${rule.method}: ${three(rule)} (${rule.below}, ${rule.above})`;
    case 'ecdf':
      return `${rule.method}: ${three(rule)}`;
    case 'bell':
    case 'inverse-bell':
      return `${rule.method}: ${three(rule.first, 'first-')}; ${three(rule.second, 'second-')}`;
  }
}
