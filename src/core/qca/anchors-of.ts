import type { Calibration } from './calibrate.ts';

/** One number of a calibration rule that a researcher chose, and the rule with another number in its place. */
export interface Anchor {
  /** `threshold-1`, `exclusion`, `crossover`, `inclusion`, `first-exclusion`, ... */
  readonly name: string;
  readonly value: number;
  /** the values that it must lie strictly between, in the order of the rule; null = none */
  readonly above: number | null;
  readonly below: number | null;
  replace(value: number): Calibration;
}

type Three = readonly ['exclusion', 'crossover', 'inclusion'];
const three: Three = ['exclusion', 'crossover', 'inclusion'];

/**
 * The numbers of a calibration rule that can be moved, with the room that their order leaves them.
 *
 * @param calibration a rule without thresholds to be found (`decide` turns them into numbers)
 */
export function anchorsOf(calibration: Calibration): Anchor[] {
  switch (calibration.method) {
    case 'crisp':
    case 'indirect':
      return calibration.thresholds.map((value, at, all) => ({
        name: `threshold-${at + 1}`,
        value,
        above: all[at - 1] ?? null,
        below: all[at + 1] ?? null,
        replace: (moved) => ({ ...calibration, thresholds: all.with(at, moved) }),
      }));
    case 'logistic':
    case 's-shape':
    case 'ecdf':
      return threeOf(calibration, '', (anchors) => ({ ...calibration, ...anchors }));
    case 'bell':
    case 'inverse-bell':
      return [
        ...threeOf(calibration.first, 'first-', (first) => ({ ...calibration, first })),
        ...threeOf(calibration.second, 'second-', (second) => ({ ...calibration, second })),
      ];
    case 'totally-fuzzy-relative':
      return [
        {
          name: 'lowest',
          value: calibration.lowest,
          above: null,
          below: null,
          replace: (lowest) => ({ ...calibration, lowest }),
        },
      ];
    case 'find-thresholds':
      return [];
  }
}

function threeOf<T extends Readonly<Record<Three[number], number>>>(
  anchors: T,
  prefix: string,
  put: (anchors: { exclusion: number; crossover: number; inclusion: number }) => Calibration,
): Anchor[] {
  const { exclusion, crossover, inclusion } = anchors;
  const rising = inclusion > exclusion;
  const inOrder = rising ? [exclusion, crossover, inclusion] : [inclusion, crossover, exclusion];
  return three.map((name) => {
    const value = anchors[name];
    const at = inOrder.indexOf(value);
    return {
      name: `${prefix}${name}`,
      value,
      above: inOrder[at - 1] ?? null,
      below: inOrder[at + 1] ?? null,
      replace: (moved) => put({ exclusion, crossover, inclusion, [name]: moved }),
    };
  });
}
