import type { LostUnits } from '../../core/effects/lose-units.ts';
import type { PanelColumns } from '../../core/panel/columns.ts';
import { wavesOfPeriod } from '../../core/panel/unit-periods.ts';
import { concurrentUnits } from '../../core/study/concurrent-units.ts';
import type { StudyVerdict, VerdictLevel, VerdictReason } from '../../core/study/judge-study.ts';
import { otherMonths } from '../../core/study/other-months.ts';
import type { ReadBefore } from '../../core/study/verdict-facts.ts';
import type { Actor } from '../actor.ts';
import { digestOf } from '../digest.ts';
import { loadColumns } from '../load-columns.ts';
import { readingOf } from '../outcome-readings.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';
import type { StudySeal } from '../study-seal.ts';
import { outcomesOfUnits } from './design-units.ts';
import { type DrawnDesign, drawDesign, refuseChanged } from './draw-design.ts';
import { furtherVariables } from './further-questions.ts';
import type { MatchingStudyBody, ShownGroups } from './matching-study-body.ts';
import { nameOutcome, refuseLargeOutcome } from './name-units.ts';
import { unique } from './prepare-study.ts';
import { refuseBroken } from './refuse-broken.ts';
import { gateSealedAttrition, gateSealedStudy, gateSealedWarnings } from './sealed-study-release.ts';
import { showEstimate } from './show-study.ts';
import type { StudyProtocol } from './study-protocol.ts';
import { studyPeriods } from './study-units.ts';
import { withholdEffect } from './withhold-effect.ts';

export interface SealedStudySettings {
  readonly panel: string;
  readonly revision: number;
  /** the result of the design */
  readonly design: string;
  readonly protocol: StudyProtocol;
  readonly seal: StudySeal;
  /** what had been read of the treatment before, by the event log */
  readonly readBefore: ReadBefore;
  /** why the effect is to be shown whatever the verdict says; null: as the verdict says */
  readonly override: { readonly reason: string } | null;
}

export interface ShownReason extends Omit<VerdictReason, 'level'> {
  /** `withheld`: on which side of its limit the study lies would tell the effect */
  readonly level: VerdictLevel | 'withheld';
  /** whether its number is withheld */
  readonly withheld: boolean;
}

/** What stands between the estimate and its reader. */
export type StudyGate = 'passed' | 'withheld' | 'overridden';

export interface SealedStudyBody {
  readonly protected: boolean;
  /** `withheld`: the verdict is "do not use", and nothing that tells the effect is in this result */
  readonly gate: StudyGate;
  readonly verdict: Pick<StudyVerdict, 'verdict' | 'isWithoutPlacebo'> & { readonly reasons: readonly ShownReason[] };
  /** matched units that are not in the estimate; null where withheld */
  readonly lost: { readonly treated: LostUnits; readonly control: LostUnits } | null;
  /** units whose outcome is known, and of these those in the estimate */
  readonly remaining: ShownGroups;
  /** the design as it was sealed, and the estimate among those that remain */
  readonly study: MatchingStudyBody;
}

/** The estimate of a sealed study, with a verdict that decides whether its effect is shown. */
export const sealedStudy = {
  settings: (request: SealedStudySettings): SealedStudySettings => request,

  run: (settings: SealedStudySettings, context: AnalysisContext) =>
    estimateSealed(
      settings,
      { type: 'study-outcome-read', override: settings.override && digestOf(settings.override.reason) },
      context,
    ),

  release(body: SealedStudyBody, actor: Actor): SealedStudyBody {
    return actor.role === 'operator' || !body.protected ? body : gateSealedStudy(body);
  },

  releaseAttrition: gateSealedAttrition,
  releaseWarnings: gateSealedWarnings,
};

/** How the log says that the outcome of a sealed study was read. */
export interface OutcomeReading {
  readonly type: 'study-outcome-read' | 'study-replayed';
  /** sha256 of the reason of an override: people write names, and the log cannot forget */
  readonly override: string | null;
}

/**
 * Carries out the design again, compares it with the seal, and only then reads the outcome.
 *
 * @throws seal-broken; what `drawDesign` and the core throw
 */
export async function estimateSealed(
  settings: SealedStudySettings,
  reading: OutcomeReading,
  context: AnalysisContext,
): Promise<Draft<SealedStudySettings, SealedStudyBody>> {
  const { protocol, seal, override } = settings;
  const { panels, compute, events, clock } = context.ports;
  const drawn = await drawDesign(protocol, context);
  refuseBroken(drawn, seal);
  await events.append({
    type: reading.type,
    at: clock.now(),
    subject: settings.panel,
    details: { seal: seal.seal, override: reading.override, ...readingOf(protocol) },
  });
  const variables = unique([protocol.outcome.variable, ...furtherVariables(drawn.settings)]);
  const loaded = await loadColumns(panels, drawn.panel, variables, 'study');
  refuseChanged(drawn.source, loaded.source);
  const outcomes = outcomesOfUnits(loaded.data, drawn.request, drawn.units.places);
  refuseLargeOutcome(protocol.outcome.variable, outcomes.outcome, drawn.units.unitIds);
  const run = await compute
    .run(
      'study',
      {
        ...drawn.input,
        ...outcomes,
        permutations: drawn.settings.permutations,
        circumstances: {
          isConcurrent: besideTreated(loaded.data, drawn),
          otherMonths: seasonsApart(drawn),
          outcomeIs: protocol.outcome.is,
          readBefore: settings.readBefore,
        },
      },
      context,
    )
    .catch((error) => {
      throw nameOutcome(error, protocol.outcome.variable);
    });
  const { estimate, verdict } = run;
  const { detectable: _, supportBefore: __, digest: ___, ...design } = drawn.body;
  const { treated, control } = estimate.groups;
  const body: SealedStudyBody = {
    protected: design.protected,
    gate: verdict.verdict !== 'do-not-use' ? 'passed' : override === null ? 'withheld' : 'overridden',
    verdict: { ...verdict, reasons: verdict.reasons.map((reason) => ({ ...reason, withheld: false })) },
    lost: estimate.lost,
    remaining: estimate.groups,
    study: { ...design, ...showEstimate(estimate, drawn.order), units: null },
  };
  const warnings = [...drawn.warnings.filter(({ code }) => code !== 'tied-units'), ...estimate.warnings];
  const shown = body.gate === 'withheld' ? withholdEffect(body, warnings) : { body, warnings };
  return {
    class: 'release',
    settings,
    seed: protocol.seed,
    sources: [loaded.source],
    attrition: [...drawn.attrition, { step: 'lost-to-follow-up', units: treated.matched + control.matched }],
    ...shown,
  };
}

/** Of each unit of the design, whether its outcome was measured in a wave in which that of treated units was. */
function besideTreated(panel: PanelColumns, { request, units: { places, treated } }: DrawnDesign): Uint8Array {
  const isTreated = new Uint8Array(panel.unitIds.length);
  places.forEach((unit, row) => {
    isTreated[unit] = treated[row]!;
  });
  const { followUp } = studyPeriods(panel.waves, request);
  const found = concurrentUnits(panel, panel.columns[request.outcome]!, followUp, isTreated);
  return Uint8Array.from(places, (unit) => found[unit]!);
}

function seasonsApart({ panel, settings }: DrawnDesign): number | null {
  const { baseline, followUp } = settings;
  if (baseline === null || followUp === null) return null;
  const labels = (period: string) => wavesOfPeriod(panel.waveLabels, period).map((w) => panel.waveLabels[w]!);
  return otherMonths(labels(baseline), labels(followUp));
}
