import { withholdSmallSteps } from '../core/disclosure/withhold-small-steps.ts';
import type { Warning } from '../core/errors.ts';
import type { Actor } from './actor.ts';
import type { Analysis } from './analyses.ts';
import { minimumGroup } from './minimum-group.ts';
import type { AttritionStep } from './results.ts';
import { withoutLevel } from './without-level.ts';

/** The part of a result that holds what was found. */
export interface Answer<Body> {
  readonly attrition: readonly AttritionStep[];
  readonly warnings: readonly Warning[];
  readonly body: Body;
}

type GateRule<Body> = Pick<Analysis<never, never, Body>, 'release' | 'releaseAttrition' | 'releaseWarnings'>;

/** What of an answer this actor may see, by the rule of its analysis. */
export function gateAnswer<Body extends object>(
  { attrition, warnings, body }: Answer<Body>,
  rule: GateRule<Body>,
  actor: Actor,
): Answer<Body> {
  const shown = rule.release(body, actor);
  if (!hidesFrom(actor, body)) {
    // Cases may be collectives, which are not protected; those left out are households all the same.
    const isOfConsent = actor.role !== 'operator' && attrition.some(({ step }) => step === 'consent-withdrawn');
    return { attrition: isOfConsent ? gateAttrition(attrition) : attrition, warnings, body: shown };
  }
  return {
    attrition: gateAttrition(rule.releaseAttrition?.(attrition, body) ?? attrition),
    warnings: gateWarnings(rule.releaseWarnings?.(warnings, body) ?? warnings),
    body: shown,
  };
}

/** A body that is about people says so: `protected`. */
const hidesFrom = (actor: Actor, body: object): boolean =>
  actor.role !== 'operator' && (body as { protected?: boolean }).protected === true;

const cautionsCountingPeople: ReadonlySet<string> = new Set([
  'incomplete-years',
  'units-without-partner',
  'units-trimmed',
  'units-not-selected',
  'qca-missing-cells',
]);

/** A caution that counts a few people says only that there were few, and none names a level of a variable. */
function gateWarnings(warnings: readonly Warning[]): readonly Warning[] {
  const counts = ({ code, parameters: { count } }: Warning) =>
    cautionsCountingPeople.has(code) && typeof count === 'number' && count > 0 && count < minimumGroup;
  const few = warnings.some(counts) ? [{ code: 'few-left-out', parameters: {} }] : [];
  return [...warnings.filter((warning) => !counts(warning)).map(withoutLevels), ...few];
}

function withoutLevels(warning: Warning): Warning {
  const { columns } = warning.parameters;
  if (!Array.isArray(columns)) return warning;
  return { ...warning, parameters: { ...warning.parameters, columns: [...new Set(columns.map(withoutLevel))] } };
}

/** Steps that count rows, not units: some of these are left out, and nobody can tell of how many people they are. */
const stepsOfRows: ReadonlySet<string> = new Set([
  'rows-of-panel',
  'rows-in-scope',
  'rows-with-kpi',
  'rows-complete',
  'unit-years',
  'unit-years-complete',
]);

function gateAttrition(steps: readonly AttritionStep[]): readonly AttritionStep[] {
  const known = steps.filter(({ step, units }) => units !== null && !stepsOfRows.has(step));
  const counts = withholdSmallSteps(
    known.map(({ units }) => units!),
    minimumGroup,
  );
  return steps.map((step) => ({ step: step.step, units: counts[known.indexOf(step)] ?? null }));
}
