import type { Estimand } from '../../core/matching/estimand.ts';
import { AppError } from '../errors.ts';
import { completeDesign, type DesignRequest, type DesignSettings } from './study-design.ts';
import type { StudyProtocol } from './study-protocol.ts';

/** What of a study could as well have been decided otherwise. An empty list: as the study decided. */
export interface Alternatives {
  readonly covariates: readonly (readonly string[])[];
  readonly designs: readonly DesignSettings[];
  /** widths in standard deviations of the score, null = no caliper; for designs that make pairs on a score */
  readonly calipers: readonly (number | null)[];
  /** for designs with a ratio */
  readonly ratios: readonly number[];
  readonly estimands: readonly Estimand[];
}

/** What a caller says of them. */
export interface AlternativesRequest extends Partial<Omit<Alternatives, 'designs'>> {
  readonly designs?: readonly DesignRequest[];
}

/** One way to do the study. */
export interface ChosenSpecification {
  readonly covariates: readonly string[];
  readonly design: DesignSettings;
  readonly estimand: Estimand;
}

/** More ways are not asked at once. */
const mostSpecifications = 200;

export const completeAlternatives = ({ designs = [], ...rest }: AlternativesRequest): Alternatives => ({
  ...{ covariates: [], calipers: [], ratios: [], estimands: [] },
  ...rest,
  designs: designs.map(completeDesign),
});

/**
 * Every combination of the alternatives, each once; a caliper or a ratio of a design that has none changes nothing.
 *
 * @throws invalid-request for more than 200, or for one only
 */
export function specificationsOf(protocol: StudyProtocol, alternatives: Alternatives): readonly ChosenSpecification[] {
  const or = <T>(list: readonly T[], own: T): readonly T[] => (list.length === 0 ? [own] : list);
  const { calipers, ratios } = alternatives;
  const all = or(alternatives.covariates, protocol.covariates).flatMap((covariates) =>
    or(alternatives.designs, protocol.design).flatMap((design) =>
      or<number | null | undefined>(calipers, undefined).flatMap((caliper) =>
        or<number | undefined>(ratios, undefined).flatMap((ratio) =>
          or(alternatives.estimands, protocol.estimand).map((estimand) => ({
            covariates,
            design: withRatio(withCaliper(design, caliper), ratio),
            estimand,
          })),
        ),
      ),
    ),
  );
  const specifications = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
  if (specifications.length >= 2 && specifications.length <= mostSpecifications) return specifications;
  throw new AppError(
    'invalid-request',
    specifications.length === 1
      ? 'The alternatives make one way to do the study, which is its own. Give at least two of something: covariates, designs, calipers, ratios or estimands.'
      : `The alternatives make ${specifications.length} ways to do the study; at most ${mostSpecifications} are asked at once. Leave some out.`,
    { specifications: specifications.length },
  );
}

function withCaliper(design: DesignSettings, width: number | null | undefined): DesignSettings {
  if (width === undefined || !('calipers' in design) || design.distance.type !== 'propensity-score') return design;
  const others = design.calipers.filter(({ on }) => on !== 'distance');
  return {
    ...design,
    calipers: width === null ? others : [{ on: 'distance', width, unit: 'sd' }, ...others],
  };
}

const withRatio = (design: DesignSettings, ratio: number | undefined): DesignSettings =>
  ratio === undefined || !('ratio' in design) ? design : { ...design, ratio };
