import { binomialUpperTail } from '../core/qca/binomial-tail.ts';
import { type CalibratedData, termMembership, unionMembership } from '../core/qca/calibrated-data.ts';
import { deviantConsistencyCases, deviantCoverageCases, typicalCases } from '../core/qca/case-selection.ts';
import { diagnoseClusters } from '../core/qca/clusters.ts';
import { type Cube, formatCube } from '../core/qca/cubes.ts';
import { haesebrouckConsistency, necessityFit, sufficiencyFit, uniqueCoverages } from '../core/qca/fit.ts';
import { robustnessFit } from '../core/qca/robustness.ts';
import { findNecessaryExpressions, findSufficientProducts } from '../core/qca/supersets.ts';
import { evaluateTheory } from '../core/qca/theory.ts';
import { cornersOf } from '../core/qca/truth-table.ts';
import type { CaseContext } from './case.ts';
import { byTerm, dataOf, type ProtocolCondition, type ProtocolOutcome, productsOf } from './qca-data.ts';

interface WithData {
  readonly conditions: readonly ProtocolCondition[];
  readonly outcome: ProtocolOutcome;
}

export interface FitRequest {
  readonly relation: 'sufficiency' | 'necessity';
  readonly conditions: readonly ProtocolCondition[];
  readonly items: readonly { readonly expression: string; readonly outcome: ProtocolOutcome }[];
  readonly test?: { readonly pUpperCut: number; readonly pLowerCut: number };
}

const sum = (x: Float64Array): number => x.reduce((total, value) => total + value, 0);

const membershipOf = (data: CalibratedData, products: readonly Cube[]): Float64Array =>
  unionMembership(
    products.map((term) => termMembership(data, term)),
    data.caseIds.length,
  );

export function fitItems(request: FitRequest, { table }: CaseContext): unknown {
  const necessity = request.relation === 'necessity';
  return {
    items: request.items.map(({ expression, outcome }) => {
      const data = dataOf(table, request.conditions, outcome);
      const products = productsOf(expression, data.conditions);
      const memberships = products.map((term) => termMembership(data, term));
      const unique = uniqueCoverages(memberships, data.outcome);
      const one = (x: Float64Array) => {
        if (necessity) {
          const { consistency, coverage, relevance } = necessityFit(x, data.outcome, data.one);
          return { inclusion: consistency, coverage, relevance };
        }
        const { consistency, pri, rawCoverage } = sufficiencyFit(x, data.outcome, data.one);
        return {
          inclusion: consistency,
          pri,
          coverage: rawCoverage,
          haesebrouckInclusion: haesebrouckConsistency(x, data.outcome),
        };
      };
      const whole = unionMembership(memberships, data.caseIds.length);
      const fitted = one(whole);
      const trials = Math.round(sum(necessity ? data.outcome : whole) / data.one);
      const tail = (cut: number) => binomialUpperTail(Math.round(trials * (fitted.inclusion ?? 0)), trials, cut);
      const { test } = request;
      return {
        terms: byTerm(products, data.conditions, (t) => ({
          ...one(memberships[t]!),
          ...(necessity ? {} : { uniqueCoverage: unique[t] }),
        })),
        expression: { ...fitted, ...(test && { pUpperCut: tail(test.pUpperCut), pLowerCut: tail(test.pLowerCut) }) },
      };
    }),
  };
}

export interface SupersetsRequest extends WithData {
  readonly relation: 'sufficiency' | 'necessity';
  readonly inclusionCut: number;
  readonly coverageCut: number;
  readonly relevanceCut: number;
  readonly priCut: number;
  readonly maxLiterals: number | null;
}

export function supersets(request: SupersetsRequest, { table }: CaseContext): unknown {
  const data = dataOf(table, request.conditions, request.outcome);
  const search = {
    consistencyCutoff: request.inclusionCut,
    coverageCutoff: request.coverageCut,
    maximumLiterals: request.maxLiterals,
    nodes: 5_000_000,
  };
  if (request.relation === 'sufficiency') {
    const found = findSufficientProducts(data, { ...search, priCutoff: request.priCut });
    return {
      expressions: byTerm(
        found.map(({ term }) => term),
        data.conditions,
        (at) => {
          const { consistency, pri, rawCoverage } = found[at]!.fit;
          return { inclusion: consistency, pri, coverage: rawCoverage };
        },
      ),
    };
  }
  const entries = findNecessaryExpressions(data, { ...search, relevanceCutoff: request.relevanceCut }).map(
    ({ form, literals, fit: found }) => {
      const text = formatCube(literals, data.conditions);
      return [
        form === 'product' ? text : text.replaceAll('*', ' + '),
        { inclusion: found.consistency, coverage: found.coverage, relevance: found.relevance },
      ];
    },
  );
  return { expressions: Object.fromEntries(entries) };
}

export interface ClustersRequest extends WithData {
  readonly relation: 'sufficiency' | 'necessity';
  readonly expressions: readonly string[];
  readonly unit: string;
  readonly cluster: string;
}

export function clusters(request: ClustersRequest, { table }: CaseContext): unknown {
  const data = dataOf(table, request.conditions, request.outcome);
  const y = data.outcome;
  const entries = request.expressions.map((text) => {
    const x = membershipOf(data, productsOf(text, data.conditions));
    const [first, second] = request.relation === 'sufficiency' ? [x, y] : [y, x];
    const found = diagnoseClusters(first, second, table.text(request.cluster), table.text(request.unit), data.one);
    const plain = (fitted: typeof found.consistency) => ({
      pooled: fitted.pooled,
      between: Object.fromEntries(fitted.between),
      within: Object.fromEntries(fitted.within),
    });
    return [
      text,
      {
        ...plain(found.consistency),
        betweenDistance: found.betweenDistance,
        withinDistance: found.withinDistance,
        coverage: plain(found.coverage),
      },
    ];
  });
  return { expressions: Object.fromEntries(entries) };
}

export interface RobustnessRequest extends WithData {
  readonly initial: string;
  readonly tests: readonly string[];
}

export function robustness(request: RobustnessRequest, { table }: CaseContext): unknown {
  const data = dataOf(table, request.conditions, request.outcome);
  const set = (text: string) => membershipOf(data, productsOf(text, data.conditions));
  return robustnessFit(set(request.initial), request.tests.map(set), data.outcome, data.one);
}

export interface TheoryRequest extends WithData {
  readonly theory: string;
  readonly solution: string;
}

export function theory(request: TheoryRequest, { table }: CaseContext): unknown {
  const data = dataOf(table, request.conditions, request.outcome);
  const set = (text: string) => membershipOf(data, productsOf(text, data.conditions));
  const areas = Object.entries(evaluateTheory(set(request.theory), set(request.solution), data.outcome, data.one));
  return {
    areas: Object.fromEntries(
      areas.map(([name, area]) => [
        name,
        {
          inclusion: area.consistency,
          coverage: area.rawCoverage,
          pri: area.pri,
          haesebrouckInclusion: area.haesebrouckConsistency,
        },
      ]),
    ),
    caseCounts: Object.fromEntries(
      areas.map(([name, area]) => [name, { members: area.members.length, nonMembers: area.nonMembers.length }]),
    ),
  };
}

export interface CaseSelectionRequest extends WithData {
  readonly expression: string;
  readonly select: 'typical' | 'deviant-consistency-in-kind' | 'deviant-coverage';
}

export function caseSelection(request: CaseSelectionRequest, { table }: CaseContext): unknown {
  const data = dataOf(table, request.conditions, request.outcome);
  const unscale = (x: Float64Array) => x.map((m) => m / data.one);
  const x = unscale(membershipOf(data, productsOf(request.expression, data.conditions)));
  const y = unscale(data.outcome);
  const k = data.conditions.length;
  const corners = cornersOf(data);
  const ownRow = x.map((_, i) => termMembership(data, corners.slice(i * k, i * k + k))[i]! / data.one);
  const found =
    request.select === 'typical'
      ? typicalCases(x, y)
      : request.select === 'deviant-coverage'
        ? deviantCoverageCases(x, y, ownRow)
        : deviantConsistencyCases(x, y);
  return { cases: found.map(({ case: i, score }) => ({ case: data.caseIds[i], score })) };
}
