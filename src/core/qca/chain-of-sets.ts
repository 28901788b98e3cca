import { CoreError } from '../errors.ts';
import type { QcaInput } from './analysis-records.ts';
import type { CalibratedCases } from './calibrate-cases.ts';
import { analyseCoincidence, type CausalOrdering, findCausalChain } from './causal-chain.ts';
import { type Condition, indexOfCondition, makeCondition } from './conditions.ts';
import { formatCube } from './cubes.ts';
import type { ChainRequest, QcaChain } from './further-records.ts';

const searchNodes = 1_000_000;

/** The conditions and the outcome as factors of a causal chain, each in turn an outcome. A configurational outcome is named OUTCOME. */
export function findChain(input: QcaInput, { data, outcomeSet }: CalibratedCases, request: ChainRequest): QcaChain[] {
  const k = data.conditions.length;
  const column = (c: number) => Float64Array.from(data.caseIds, (_, i) => data.values[i * k + c]!);
  const plain = (x: Float64Array) => x.map((m) => m / data.one);
  const negated = input.outcome.negated;
  const outcome = makeCondition(
    input.outcome.expression === null ? input.outcome.name : 'OUTCOME',
    outcomeSet.type === 'fuzzy' ? 'fuzzy' : 'crisp',
  );
  const factors = [...data.conditions, outcome];
  const columns = [
    ...data.conditions.map(({ type }, c) => (type === 'fuzzy' ? plain(column(c)) : column(c))),
    plain(negated ? data.outcome.map((y) => data.one - y) : data.outcome),
  ];
  const ordering: CausalOrdering = {
    levels:
      request.ordering === null
        ? null
        : request.ordering.map((level) => level.map((name) => indexOfCondition(name, factors))),
    strict: request.strict,
  };
  checkOrdering(ordering, factors);
  const all = { caseIds: data.caseIds, factors, columns };
  const found =
    request.method === 'truth-table'
      ? findCausalChain(all, ordering, request.consistencyCutoff, input.limits.models)
      : analyseCoincidence(all, ordering, {
          termConsistencyCutoff: request.consistencyCutoff,
          consistencyCutoff: request.consistencyCutoff,
          coverageCutoff: request.coverageCutoff,
          maximumTerms: request.maximumTerms,
          nodes: searchNodes,
        });
  return found.map(({ factor, conditions, models, complete }) => ({
    outcome: factors[factor]!.name,
    models: models.map((model) => model.map((term) => formatCube(term, conditions)).join(' + ')),
    complete,
  }));
}

function checkOrdering({ levels }: CausalOrdering, factors: readonly Condition[]): void {
  if (levels === null) return;
  const missing = factors.filter((_, f) => !levels.some((level) => level.includes(f)));
  if (missing.length === 0) return;
  throw new CoreError(
    'invalid-argument',
    `The order of the chain leaves out ${missing.map(({ name }) => name).join(', ')}; name every set once.`,
    { missing: missing.map(({ name }) => name) },
  );
}
