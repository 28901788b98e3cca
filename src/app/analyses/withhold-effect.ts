import type { Warning } from '../../core/errors.ts';
import type { VerdictMeasure } from '../../core/study/verdict-rules.ts';
import { hideFurther } from './further-release.ts';
import type { SealedStudyBody, ShownReason } from './sealed-study.ts';

/**
 * Measures that tell the effect itself, or how far it is from nothing. What else the verdict says holds of the outcome no more than
 * its spread: why a study is of no use must be said.
 */
const tellingMeasures: ReadonlySet<VerdictMeasure> = new Set([
  'adjusted-p-value',
  'hidden-cause',
  'e-value',
  'spillover',
  'spillover-reach',
]);
const tellingWarnings: ReadonlySet<string> = new Set(['ties-matter']);

/** A study whose verdict is "do not use", without anything that tells the effect; negative controls stay, they are from before. */
export function withholdEffect(
  body: SealedStudyBody,
  warnings: readonly Warning[],
): { readonly body: SealedStudyBody; readonly warnings: readonly Warning[] } {
  const { study, verdict } = body;
  const { effects, detectable, supportBefore } = study.further;
  const hidden = hideFurther(study.further);
  const isFromBefore = ({ kind }: (typeof effects)[number]) => kind === 'pre-period' || kind === 'placebo-date';
  return {
    warnings: warnings.filter(({ code }) => !tellingWarnings.has(code)),
    body: {
      ...body,
      verdict: {
        ...verdict,
        reasons: withholdReasons(verdict.reasons),
      },
      study: {
        ...study,
        withheld: 'verdict',
        effects: { unmatched: null, matched: null, adjusted: null },
        outcomeSupport: { before: null, after: null },
        permutation: null,
        ties: null,
        further: {
          ...hidden,
          effects: effects.map((effect, e) => (isFromBefore(effect) ? effect : hidden.effects[e]!)),
          detectable,
          supportBefore,
        },
      },
    },
  };
}

/**
 * Neither numbers nor levels that tell the effect: "passes" may be its sign, "caution" that it is not beyond chance. Where nothing
 * else fails, the one that does says so, for there must be a reason.
 */
function withholdReasons(reasons: readonly ShownReason[]): readonly ShownReason[] {
  const isTelling = ({ measure }: ShownReason) => tellingMeasures.has(measure);
  const failsOtherwise = reasons.some((reason) => reason.counted && reason.level === 'fail' && !isTelling(reason));
  return reasons.map((reason) => {
    if (!isTelling(reason) || reason.value === null) return reason;
    const hidden = { ...reason, value: null, withheld: true };
    return reason.level === 'fail' && !failsOtherwise ? hidden : { ...hidden, level: 'withheld', counted: false };
  });
}
