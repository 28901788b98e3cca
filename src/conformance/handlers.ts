import type { CaseHandler } from './case.ts';
import { regression } from './effect-regression.ts';
import { abadieImbensCase, augmentedIpwCase, gComputationCase } from './effects.ts';
import { balance, match } from './matching.ts';
import { panelHandlers } from './panel-handlers.ts';
import { fitPropensity } from './propensity.ts';
import { qcaHandlers } from './qca-handlers.ts';
import { eValues, rosenbaum, stratification } from './sensitivity.ts';
import { fitWeighting } from './weighting.ts';

/** Every kind of the protocol that is built. Kinds that are absent answer `not-implemented`. */
export const handlers: Readonly<Record<string, CaseHandler>> = {
  'propensity.fit': fitPropensity,
  'matching.match': match,
  'matching.balance': balance,
  'effect.abadie-imbens': abadieImbensCase,
  'effect.augmented-ipw': augmentedIpwCase,
  'effect.g-computation': gComputationCase,
  'effect.regression': regression,
  'effect.stratification': stratification,
  'sensitivity.e-value': eValues,
  'sensitivity.rosenbaum': rosenbaum,
  'weighting.fit': fitWeighting,
  ...panelHandlers,
  ...qcaHandlers,
};
