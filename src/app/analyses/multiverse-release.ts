import { minimumGroup } from '../minimum-group.ts';
import type { MultiverseBody } from './multiverse.ts';

/**
 * What anybody but the operator sees of a multiverse on people. Two ways whose samples differ by one household have estimates that
 * tell its outcome, so no single way is shown; the ends of the curve and its middle are rounded to a quarter of a standard error,
 * which is more than one household of ten or more moves them in most data.
 */
export function gateMultiverse(body: MultiverseBody): MultiverseBody {
  const effects = body.specifications!.flatMap(({ effect }) => (effect === null ? [] : [effect]));
  const isSmall = effects.some(
    ({ groups, outcomeSupport }) =>
      [groups.treated, groups.control].some((g) => Math.min(g.matched, g.effective) < minimumGroup) ||
      (outcomeSupport !== null && outcomeSupport < minimumGroup),
  );
  const hidden = { ...body, specifications: null };
  if (isSmall || body.curve === null) return { ...hidden, withheld: isSmall ? 'small-group' : null, curve: null };
  // Of both effects of a way the wider error: never finer than that of the one the curve is of.
  const errors = effects
    .map(({ matched, adjusted }) => Math.max(matched.standardError, adjusted?.standardError ?? 0))
    .sort((a, b) => a - b);
  const step = errors[errors.length >> 1]! / 4;
  const round = (value: number, way: (value: number) => number): number =>
    step > 0 ? way(value / step) * step : value;
  const { lowest, median, highest } = body.curve;
  return {
    ...hidden,
    curve: {
      ...body.curve,
      lowest: round(lowest, Math.floor),
      median: round(median, Math.round),
      highest: round(highest, Math.ceil),
    },
  };
}
