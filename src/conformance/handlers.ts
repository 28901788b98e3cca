import type { CaseHandler } from './case.ts';
import { fitPropensity } from './propensity.ts';
import { qcaHandlers } from './qca-handlers.ts';

/** Every kind of the protocol that is built. Kinds that are absent answer `not-implemented`. */
export const handlers: Readonly<Record<string, CaseHandler>> = {
  'propensity.fit': fitPropensity,
  ...qcaHandlers,
};
