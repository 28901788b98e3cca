import { CoreError } from '../core/errors.ts';
import { asCoded } from '../core/panel/as-coded.ts';
import { type PanelColumns, valueStatus } from '../core/panel/columns.ts';
import { valuesInPeriod, wavesOfPeriod } from '../core/panel/unit-periods.ts';
import { isAboutPeople } from './about-people.ts';
import type { Actor } from './actor.ts';
import type { EligibilityRule, StudyProtocol } from './analyses/study-protocol.ts';
import { AppError } from './errors.ts';
import { loadColumns } from './load-columns.ts';
import { minimumGroup } from './minimum-group.ts';
import type { Ports } from './ports.ts';

/**
 * Two studies whose eligibility differs by one household tell what is hers. Of people, everybody but the operator may choose by
 * levels only, and by no combination of levels (or of a level and a missing value) that fewer than the minimum group have: then two
 * choices by the same variables differ by nobody or by that many.
 *
 * @throws not-authorised; what `loadColumns` and `asCoded` throw
 */
export async function refuseFineEligibility(
  actor: Actor,
  { panel, revision, eligibility, baseline }: StudyProtocol,
  { panels }: Pick<Ports, 'panels'>,
): Promise<void> {
  if (actor.role === 'operator' || eligibility.length === 0) return;
  const description = await panels.describe(panel, revision);
  if (!isAboutPeople(description.unitKind)) return;
  const range = eligibility.find(({ is }) => is === null);
  const refuse = (rule: EligibilityRule): never => {
    throw tooFine(actor, rule);
  };
  if (range !== undefined) refuse(range);
  const upTo = baseline ?? undefined;
  const variables = [...new Set(eligibility.map(({ variable }) => variable))];
  const last =
    upTo === undefined ? undefined : description.waveLabels[wavesOfPeriod(description.waveLabels, upTo).at(-1)!];
  const { data } = await loadColumns(panels, description, variables, 'study-design', last);
  const levels = eligibility.map((rule) => {
    const waves = rule.at === 'baseline' ? periodOf(data.waves, baseline) : wavesOfPeriod(data.waves, rule.at);
    return levelsIn(data, rule, waves) ?? refuse(rule);
  });
  const sizes = new Map<string, number>();
  for (let unit = 0; unit < data.unitIds.length; unit++) {
    const cell = levels.map((of) => of[unit]).join();
    sizes.set(cell, (sizes.get(cell) ?? 0) + 1);
  }
  if ([...sizes.values()].some((size) => size < minimumGroup)) refuse(eligibility.at(-1)!);
}

/** Level of each unit in a period, -1 = missing; null for a measurement, whose refusal in the core would name values. */
function levelsIn(data: PanelColumns, { variable }: EligibilityRule, waves: readonly number[]): Int32Array | null {
  try {
    const { codes, status } = asCoded(
      valuesInPeriod(data, asCoded(data.columns[variable]!, variable), waves, 0),
      variable,
    );
    return codes.map((code, unit) => (status[unit] === valueStatus.observed ? code : -1));
  } catch (error) {
    if (error instanceof CoreError) return null;
    throw error;
  }
}

const periodOf = (waves: readonly string[], baseline: string | null): readonly number[] =>
  baseline === null ? [0] : wavesOfPeriod(waves, baseline);

const tooFine = ({ role }: Actor, { variable }: EligibilityRule): AppError =>
  new AppError(
    'not-authorised',
    `Eligibility by "${variable}" could single out a few households, and you are "${role}". Choose by levels (\`is\`) that ${minimumGroup} households or more have, also together with the other conditions; or ask the operator of the hub.`,
    { variable, role },
  );
