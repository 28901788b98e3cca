import type { DesignRequest, StudyMethod } from '../../src/app/analyses/study-design.ts';
import type { Estimand } from '../../src/core/matching/estimand.ts';
import { codes, type MemoryPanel } from './memory-ports.ts';

/** Each method at least once, with every field that it has. */
const designs: Readonly<Record<StudyMethod, readonly (readonly [DesignRequest, Estimand])[]>> = {
  nearest: [
    [{ method: 'nearest' }, 'ATT'],
    [
      {
        method: 'nearest',
        distance: { type: 'propensity-score', link: 'probit', scale: 'probability', within: ['income', 'home'] },
        order: 'data',
        ratio: 1,
        maximumReuse: 3,
        calipers: [
          { on: 'distance', width: 0.3, unit: 'sd' },
          { on: 'income', width: 0.5, unit: 'raw' },
          { on: 'kpi', width: 2, unit: 'sd' },
        ],
        exact: ['home'],
        discard: 'both',
        reestimate: true,
      },
      'ATT',
    ],
    [{ method: 'nearest', distance: { type: 'mahalanobis' }, maximumReuse: null, antiExact: ['collective'] }, 'ATC'],
    [{ method: 'nearest', distance: { type: 'robust-mahalanobis' }, order: 'closest', maximumReuse: 5 }, 'ATT'],
    [{ method: 'nearest', distance: { type: 'scaled-euclidean' }, maximumReuse: 5 }, 'ATT'],
    [{ method: 'nearest', order: 'random' }, 'ATT'],
    [{ method: 'nearest', distance: { type: 'propensity-score', penalty: { type: 'firth' } } }, 'ATT'],
    [{ method: 'nearest', ratio: 1.5, variableRatio: { minimum: 1, maximum: 3 }, order: 'smallest' }, 'ATT'],
  ],
  optimal: [
    [{ method: 'optimal', ratio: 1, discard: 'treated', reestimate: true, exact: ['home'] }, 'ATT'],
    [
      {
        method: 'optimal',
        distance: { type: 'propensity-score', within: ['income', 'kpi'] },
        calipers: [{ on: 'distance', width: 0.3, unit: 'raw' }],
        antiExact: ['collective'],
      },
      'ATC',
    ],
    [
      {
        method: 'optimal',
        distance: { type: 'mahalanobis' },
        prefer: { variable: 'collective', penalty: 0.25 },
        calipers: [{ on: 'income', width: 0.5, unit: 'sd' }],
      },
      'ATT',
    ],
  ],
  full: [
    [{ method: 'full' }, 'ATE'],
    [
      {
        method: 'full',
        distance: { type: 'robust-mahalanobis' },
        exact: ['home'],
        calipers: [{ on: 'income', width: 0.5, unit: 'sd' }],
      },
      'ATT',
    ],
  ],
  'two-level': [
    [{ method: 'two-level', collective: 'street', calipers: [{ on: 'distance', width: 1, unit: 'sd' }] }, 'ATT'],
    [
      {
        method: 'two-level',
        collective: 'street',
        distance: { type: 'scaled-euclidean' },
        prefer: { variable: 'home', penalty: 1 },
      },
      'ATC',
    ],
  ],
  subclassification: [[{ method: 'subclassification', subclasses: 10, discard: 'both', reestimate: true }, 'ATE']],
  exact: [[{ method: 'exact', exact: ['home'] }, 'ATC']],
  'coarsened-exact': [
    [
      {
        method: 'coarsened-exact',
        coarsening: [
          { variable: 'income', cut: { bins: 12 } },
          { variable: 'kpi', cut: { quantileBins: 3 } },
          { variable: 'home', cut: null },
        ],
      },
      'ATT',
    ],
    [{ method: 'coarsened-exact', coarsening: [{ variable: 'income', cut: { bins: 'sturges' } }] }, 'ATE'],
    [{ method: 'coarsened-exact', coarsening: [{ variable: 'income', cut: { cutPoints: [0] } }] }, 'ATT'],
    [{ method: 'coarsened-exact', coarsening: [{ variable: 'income', cut: { cutPoints: [-0.5, 0.75] } }] }, 'ATT'],
  ],
  cardinality: [
    [{ method: 'cardinality' }, 'ATT'],
    [{ method: 'cardinality', tolerance: 0.1, ratio: 1, exact: ['home'], nodes: 500 }, 'ATE'],
  ],
  'inverse-probability': [
    [{ method: 'inverse-probability' }, 'ATT'],
    [{ method: 'inverse-probability', link: 'probit', stabilized: true, trim: 0.05 }, 'ATE'],
    [{ method: 'inverse-probability', penalty: { type: 'ridge', strength: 2 } }, 'ATT'],
    [{ method: 'inverse-probability' }, 'ATO'],
    [{ method: 'inverse-probability' }, 'ATM'],
  ],
  'entropy-balancing': [[{ method: 'entropy-balancing', moments: 3 }, 'ATT']],
  'balancing-score': [[{ method: 'balancing-score' }, 'ATE']],
};
export const allDesigns = Object.values(designs).flat();

/** Streets in which everybody was treated or nobody: what two-level matching needs. */
export function withStreets(panel: MemoryPanel): MemoryPanel {
  const treated = (panel.columns.coach as { values: Float64Array }).values;
  const street = codes(panel.unitIndex.map((u) => (treated[2 * u + 1] === 1 ? `T${u % 5}` : `C${u % 8}`)));
  return { ...panel, columns: { ...panel.columns, street } };
}
