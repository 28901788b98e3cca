import type { CaseHandler } from './case.ts';
import { algebra, calibrateColumn, causalChain, chart, findRows } from './qca-algebra.ts';
import { caseSelection, clusters, fitItems, robustness, supersets, theory } from './qca-fit.ts';
import { minimize, primeImplicants, truthTable } from './qca-minimize.ts';

/** The kinds of qualitative comparative analysis. */
export const qcaHandlers: Readonly<Record<string, CaseHandler>> = {
  'qca.truth-table': truthTable,
  'qca.minimize': minimize,
  'qca.prime-implicants': primeImplicants,
  'qca.chart': chart,
  'qca.fit': fitItems,
  'qca.supersets': supersets,
  'qca.find-rows': findRows,
  'qca.calibrate': calibrateColumn,
  'qca.clusters': clusters,
  'qca.robustness': robustness,
  'qca.theory': theory,
  'qca.case-selection': caseSelection,
  'qca.causal-chain': causalChain,
  'qca.algebra': algebra,
};
