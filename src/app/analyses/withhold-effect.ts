import type { Warning } from '../../core/errors.ts';
import type { VerdictMeasure } from '../../core/study/verdict-rules.ts';
import { hideFurther } from './further-release.ts';
import type { SealedStudyBody } from './sealed-study.ts';

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
        reasons: verdict.reasons.map((reason) =>
          tellingMeasures.has(reason.measure) && reason.value !== null
            ? { ...reason, value: null, withheld: true }
            : reason,
        ),
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
