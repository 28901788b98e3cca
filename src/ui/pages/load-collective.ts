import type { InsightsRequest } from '../../app/analyses/insights.ts';
import type { ResultOf } from '../../app/analyses.ts';
import { AppError } from '../../app/errors.ts';
import type { DemoCatalogue } from '../../app/pages.ts';
import type { PanelDescription, VariableDescription } from '../../app/panels.ts';
import type { Service } from '../../app/service.ts';
import { ask, visitor } from '../ask.ts';
import { sameSeason } from './same-season.ts';

export interface CollectiveView {
  readonly description: PanelDescription;
  readonly kpis: readonly VariableDescription[];
  readonly attributes: readonly VariableDescription[];
  /** ids of the collectives of this panel; empty where it has no collective column */
  readonly collectives: readonly string[];
  readonly years: readonly string[];
  readonly kpi: VariableDescription;
  /** null where the panel has no coded attribute: then the page shows the KPI through time only */
  readonly attribute: VariableDescription | null;
  readonly collective: string | null;
  /** the period shown, and every period there is at this grain */
  readonly when: string;
  readonly request: InsightsRequest;
  readonly result: ResultOf<'insights'>;
  /** what the reader typed as goal, when it is not a number */
  readonly goalProblem: string | null;
  readonly goalText: string;
}

/** An attribute with more groups than this makes no readable picture. */
const mostGroups = 15;

/**
 * What the page of a panel, or of one collective in it, shows for a question in the query: `kpi`, `by`, `when`, `collective`
 * and `goal`. What is left out gets a first choice; what is unknown is refused, never replaced.
 *
 * @throws panel-not-found, invalid-request, unknown-variable
 */
export async function loadCollective(
  service: Service,
  version: string,
  demo: DemoCatalogue | null,
  panel: string,
  query: URLSearchParams,
): Promise<CollectiveView> {
  const description = await service.describePanel(visitor, { panel });
  const kpis = description.description.filter((variable) => variable.role === 'kpi' && isNumeric(variable));
  const attributes = description.description.filter(
    (variable) =>
      variable.role === 'attribute' &&
      variable.type !== 'text' &&
      variable.distinct !== null &&
      variable.distinct >= 2 &&
      variable.distinct <= mostGroups,
  );
  const kpi = choose(query, 'kpi', kpis, description);
  const attribute = attributes.length === 0 && !query.get('by') ? null : choose(query, 'by', attributes, description);
  const demoHere = demo?.panel === panel ? demo : null;

  const years = yearsOf(description.waveLabels);
  const known = [...years, ...description.waveLabels];
  const when = query.get('when') || years.at(-1) || description.waveLabels.at(-1) || '';
  if (!known.includes(when)) throw unknown('when', when, known);
  const period = years.includes(when) ? 'year' : 'wave';

  const collective = query.get('collective') || null;
  const demoGoal = demoHere?.collectives
    .find(({ id }) => id === collective)
    ?.goals.find((goal) => goal.kpi === kpi.name && goal.period === period);
  const typed = query.get('goal');
  const goalText = typed ?? (demoGoal ? String(demoGoal.value) : '');
  const goalValue = goalText.trim() === '' ? null : Number(goalText.trim().replace(',', '.'));
  const goalIsNumber = goalValue !== null && Number.isFinite(goalValue);

  const question: InsightsRequest = {
    panel,
    revision: description.revision,
    kpi: kpi.name,
    ...(attribute === null ? {} : { by: attribute.name }),
    period,
    ...(collective === null ? {} : { collective }),
  };
  let request = question;
  if (goalIsNumber) {
    const plain = demoGoal ? null : await insightsOf(service, version, question);
    const baseline = demoGoal?.baseline ?? (plain && sameSeason(plain.body.periods)?.period) ?? null;
    request = { ...question, goal: { value: goalValue, baseline } };
  }
  const result = await insightsOf(service, version, request);
  return {
    description,
    kpis,
    attributes,
    collectives: await collectivesOf(service, version, description, kpi.name, demoHere),
    years,
    kpi,
    attribute,
    collective,
    when,
    request,
    result,
    goalProblem: goalValue !== null && !goalIsNumber ? goalText : null,
    goalText,
  };
}

const insightsOf = (service: Service, version: string, request: InsightsRequest): Promise<ResultOf<'insights'>> =>
  ask(service, ['insights', version, request], (actor, options) => service.insights(actor, request, options));

/** The collectives of a panel: the demo's own list, else the groups of the collective column. */
async function collectivesOf(
  service: Service,
  version: string,
  description: PanelDescription,
  kpi: string,
  demo: DemoCatalogue | null,
): Promise<readonly string[]> {
  if (demo) return demo.collectives.map(({ id }) => id);
  if (description.collectiveColumn === null) return [];
  const { panel, revision, collectiveColumn: by } = description;
  const { body } = await insightsOf(service, version, { panel, revision, kpi, by });
  return (body.periods.at(-1)?.groups ?? []).flatMap((cell) => (cell.group === null ? [] : [cell.group]));
}

const isNumeric = ({ type }: VariableDescription) => type === 'number' || type === 'integer';

/** Whole calendar years of monthly or quarterly waves; none where waves are years already or have other labels. */
function yearsOf(waves: readonly string[]): readonly string[] {
  const perYear = waves.every((wave) => /^\d{4}-\d{2}$/.test(wave))
    ? 12
    : waves.every((wave) => /^\d{4}-?Q[1-4]$/.test(wave))
      ? 4
      : 0;
  if (perYear === 0) return [];
  const years = [...new Set(waves.map((wave) => wave.slice(0, 4)))];
  return years.filter((year) => waves.filter((wave) => wave.startsWith(year)).length === perYear);
}

function choose(
  query: URLSearchParams,
  field: 'kpi' | 'by',
  options: readonly VariableDescription[],
  description: PanelDescription,
): VariableDescription {
  const name = query.get(field);
  const first = options[0];
  if (first === undefined) {
    throw new AppError(
      'invalid-request',
      `Panel "${description.panel}" has no ${field === 'kpi' ? 'numeric variable with the role kpi' : 'coded attribute with few enough groups'}; this page needs one. Give roles in a schema when you ingest.`,
      { panel: description.panel },
    );
  }
  if (name === null || name === '') return first;
  const chosen = options.find((option) => option.name === name);
  if (chosen) return chosen;
  throw unknown(
    field,
    name,
    options.map((option) => option.name),
  );
}

const unknown = (field: string, value: string, known: readonly string[]) =>
  new AppError(
    'invalid-request',
    `The query field "${field}" is "${value}"; expected one of ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}.`,
    {
      field,
      value,
    },
  );
