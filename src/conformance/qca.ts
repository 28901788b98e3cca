import {
  type AlgebraRequest,
  algebra,
  type CalibrateRequest,
  type CausalChainRequest,
  type ChartRequest,
  calibrateColumn,
  causalChain,
  chart,
  type FindRowsRequest,
  findRows,
} from './qca-algebra.ts';
import type { ProtocolTable, TruthTableRequest } from './qca-data.ts';
import {
  type CaseSelectionRequest,
  type ClustersRequest,
  caseSelection,
  clusters,
  type FitRequest,
  fitItems,
  type RobustnessRequest,
  robustness,
  type SupersetsRequest,
  supersets,
  type TheoryRequest,
  theory,
} from './qca-fit.ts';
import { type MinimizeRequest, minimize, primeImplicants, truthTable } from './qca-minimize.ts';

/** One kind of the protocol: a request and its data to a result. The request's shape is that of the kind. */
export type QcaTranslation = (request: never, table: ProtocolTable) => unknown;

/** The protocol's words for QCA, by kind. */
export const qcaKinds: Readonly<Record<string, QcaTranslation>> = {
  'qca.truth-table': (request: TruthTableRequest, table) => truthTable(request, table),
  'qca.minimize': (request: MinimizeRequest, table) => minimize(request, table),
  'qca.prime-implicants': (request: MinimizeRequest, table) => primeImplicants(request, table),
  'qca.chart': (request: ChartRequest) => chart(request),
  'qca.fit': (request: FitRequest, table) => fitItems(request, table),
  'qca.supersets': (request: SupersetsRequest, table) => supersets(request, table),
  'qca.find-rows': (request: FindRowsRequest, table) => findRows(request, table),
  'qca.calibrate': (request: CalibrateRequest, table) => calibrateColumn(request, table),
  'qca.clusters': (request: ClustersRequest, table) => clusters(request, table),
  'qca.robustness': (request: RobustnessRequest, table) => robustness(request, table),
  'qca.theory': (request: TheoryRequest, table) => theory(request, table),
  'qca.case-selection': (request: CaseSelectionRequest, table) => caseSelection(request, table),
  'qca.causal-chain': (request: CausalChainRequest, table) => causalChain(request, table),
  'qca.algebra': (request: AlgebraRequest) => algebra(request),
};
