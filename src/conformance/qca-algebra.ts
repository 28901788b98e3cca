import { CoreError } from '../core/errors.ts';
import { factorize, negateProducts, simplify } from '../core/qca/algebra.ts';
import { type Calibration, calibrate } from '../core/qca/calibrate.ts';
import {
  analyseCoincidence,
  type CausalOrdering,
  type FactorModels,
  findCausalChain,
} from '../core/qca/causal-chain.ts';
import { cubeContains, formatCube } from '../core/qca/cubes.ts';
import { conditionsNamedIn, formatProducts } from '../core/qca/expression.ts';
import { findContradictoryAssumptions, findRowsInExpression, findSimultaneousSubsets } from '../core/qca/find-rows.ts';
import { listIrredundantCovers } from '../core/qca/irredundant-covers.ts';
import { defaultSearchLimits } from '../core/qca/minimal-models.ts';
import { findMinimumCovers } from '../core/qca/minimum-covers.ts';
import { solveParsimonious } from '../core/qca/solutions.ts';
import type { CaseContext } from './case.ts';
import {
  conditionsOf,
  dataOf,
  numbersOf,
  type ProtocolCondition,
  productsOf,
  type TruthTableRequest,
  truthTableOf,
} from './qca-data.ts';

const limit = 1_000_000;

export interface AlgebraRequest {
  readonly operation: 'negate' | 'simplify' | 'factorize';
  readonly expressions: readonly string[];
}

export function algebra({ operation, expressions }: AlgebraRequest): unknown {
  return {
    items: expressions.map((text) => {
      const conditions = conditionsNamedIn([text]);
      const products = productsOf(text, conditions);
      if (operation === 'negate')
        return { expression: formatProducts(negateProducts(products, conditions), conditions) };
      const simplest = simplify(products, conditions);
      return {
        expression: operation === 'simplify' ? formatProducts(simplest, conditions) : factorize(simplest, conditions),
      };
    }),
  };
}

export interface ChartRequest {
  readonly primeImplicants: readonly string[];
  readonly configurations: readonly string[];
  readonly covers: 'minimum' | 'irredundant';
}

export function chart(request: ChartRequest): unknown {
  const conditions = conditionsNamedIn([...request.configurations, ...request.primeImplicants]);
  const cubes = (texts: readonly string[]) => texts.flatMap((text) => productsOf(text, conditions));
  const rows = cubes(request.configurations);
  const primes = cubes(request.primeImplicants);
  const words = Math.max(1, (rows.length + 31) >> 5);
  const cover = new Int32Array(primes.length * words);
  primes.forEach((prime, j) => {
    rows.forEach((row, r) => {
      if (cubeContains(prime, row)) cover[j * words + (r >> 5)]! |= 1 << (r & 31);
    });
  });
  const table = { rows: rows.length, words, count: primes.length, cover };
  const { covers } =
    request.covers === 'minimum'
      ? findMinimumCovers(table, { ...defaultSearchLimits, models: limit })
      : listIrredundantCovers(table, limit);
  return { covers: covers.map((list) => list.map((j) => formatCube(primes[j]!, conditions))) };
}

export interface FindRowsRequest extends TruthTableRequest {
  readonly find: 'contradictory-simplifying-assumptions' | 'simultaneous-subset-relations' | 'subsets-of-expression';
  readonly expression?: string;
  readonly includeObserved?: boolean;
}

export function findRows(request: FindRowsRequest, { table }: CaseContext): unknown {
  const own = truthTableOf(dataOf(table, request.conditions, request.outcome), request);
  if (request.find === 'subsets-of-expression') {
    const products = productsOf(request.expression ?? '', own.conditions);
    return { rowNumbers: findRowsInExpression(own, products, own.conditions, request.includeObserved ?? false, limit) };
  }
  const opposite = { ...request.outcome, negated: !request.outcome.negated };
  const other = truthTableOf(dataOf(table, request.conditions, opposite), request);
  if (request.find === 'simultaneous-subset-relations') return { rowNumbers: findSimultaneousSubsets(own, other) };
  const settings = {
    explain: '1',
    includeContradictions: false,
    excluded: [],
    rowDominance: false,
    limits: { ...defaultSearchLimits, models: limit },
  } as const;
  return {
    rowNumbers: findContradictoryAssumptions(
      own,
      solveParsimonious(own, settings),
      solveParsimonious(other, settings),
      limit,
    ),
  };
}

export interface CalibrateRequest {
  readonly column: string;
  readonly method: Exclude<Calibration['method'], 'find-thresholds'>;
  readonly thresholds?: readonly number[];
  readonly anchors?: Readonly<Record<string, number>>;
  readonly inclusionDegree?: number;
  readonly below?: number;
  readonly above?: number;
}

export function calibrateColumn(request: CalibrateRequest, { table }: CaseContext): unknown {
  return { values: Array.from(calibrate(numbersOf(table, request.column), calibrationOf(request))) };
}

function calibrationOf({
  method,
  thresholds = [],
  anchors = {},
  inclusionDegree = 0.95,
  below = 1,
  above = 1,
}: CalibrateRequest): Calibration {
  const at = (name: string): number => {
    const value = anchors[name];
    if (value === undefined)
      throw new CoreError('invalid-argument', `Calibration "${method}" needs the anchor "${name}".`, {
        method,
        anchor: name,
      });
    return value;
  };
  switch (method) {
    case 'crisp':
    case 'indirect':
      return { method, thresholds };
    case 'logistic':
      return {
        method,
        exclusion: at('exclusion'),
        crossover: at('crossover'),
        inclusion: at('inclusion'),
        inclusionDegree,
      };
    case 's-shape':
      return {
        method,
        exclusion: at('exclusion'),
        crossover: at('crossover'),
        inclusion: at('inclusion'),
        below,
        above,
      };
    case 'ecdf':
      return { method, exclusion: at('exclusion'), crossover: at('crossover'), inclusion: at('inclusion') };
    case 'totally-fuzzy-relative':
      return { method, lowest: 1 };
    case 'bell':
    case 'inverse-bell':
      return {
        method,
        first: { exclusion: at('e1'), crossover: at('c1'), inclusion: at('i1') },
        second: { exclusion: at('e2'), crossover: at('c2'), inclusion: at('i2') },
        below,
        above,
      };
    default:
      throw new CoreError('invalid-argument', `Calibration method "${method}" is not known.`, { method });
  }
}

export interface CausalChainRequest {
  readonly factors: readonly ProtocolCondition[];
  readonly method: 'truth-table' | 'coincidence';
  readonly ordering: readonly (readonly string[])[] | null;
  readonly strict: boolean;
  readonly inclusionCut?: number;
  readonly termConsistencyCut?: number;
  readonly consistencyCut?: number;
  readonly coverageCut?: number;
}

export function causalChain(request: CausalChainRequest, { table }: CaseContext): unknown {
  const factors = {
    caseIds: table.ids,
    factors: conditionsOf(request.factors),
    columns: request.factors.map(({ column }) => numbersOf(table, column)),
  };
  const names = request.factors.map(({ column }) => column);
  const ordering: CausalOrdering = {
    levels: request.ordering?.map((level) => level.map((name) => names.indexOf(name))) ?? null,
    strict: request.strict,
  };
  const consistencyCutoff = request.consistencyCut ?? 1;
  const chain =
    request.method === 'truth-table'
      ? findCausalChain(factors, ordering, request.inclusionCut ?? 1, limit)
      : analyseCoincidence(factors, ordering, {
          termConsistencyCutoff: request.termConsistencyCut ?? consistencyCutoff,
          consistencyCutoff,
          coverageCutoff: request.coverageCut ?? 1,
          maximumTerms: 5,
          nodes: limit,
        });
  const models = ({ models: list, conditions }: FactorModels) =>
    list.map((terms) => ({ model: terms.map((term) => formatCube(term, conditions)) }));
  return { outcomes: Object.fromEntries(chain.map((entry) => [names[entry.factor], { models: models(entry) }])) };
}
