import type { QcaInput, QcaSolution, SolutionKind } from './analysis-records.ts';
import type { CalibratedCases } from './calibrate-cases.ts';
import { type CalibratedData, termMembership, unionMembership } from './calibrated-data.ts';
import { findChain } from './chain-of-sets.ts';
import { diagnoseClusters } from './clusters.ts';
import { compareCutoffs, type ListedModel } from './compare-cutoffs.ts';
import { formatCube } from './cubes.ts';
import { parseExpression, toProducts } from './expression.ts';
import type {
  FurtherAnalyses,
  FurtherRequest,
  QcaClusters,
  QcaGroupFit,
  QcaTheory,
  SubsetRequest,
} from './further-records.ts';
import type { MinimizeSettings } from './solutions.ts';
import { findSufficientProducts } from './supersets.ts';
import { evaluateTheory, theoryAreas } from './theory.ts';
import type { TruthTable } from './truth-table.ts';
import { analyseInTwoSteps } from './two-step.ts';

/** Models of a solution that are looked at beside others; further ones are left out. */
const modelsCompared = 20;
const searchNodes = 1_000_000;

/**
 * What was asked for beside the solutions: theory evaluation, clusters, robustness against other cutoffs, two steps, causal
 * chains, sufficient subsets. Theory, clusters and robustness speak of the first 20 listed models of each solution.
 *
 * @throws as the stages do; invalid-argument for names that are no conditions
 * Cost: that of the parts asked for.
 */
export function analyseFurther(
  input: QcaInput,
  cases: CalibratedCases,
  table: TruthTable,
  settings: MinimizeSettings,
  solutions: readonly QcaSolution[],
): FurtherAnalyses {
  const { data } = cases;
  const { theory, clusters, robustness, twoStep, chain, subsets } = input.further;
  const models = solutions.flatMap((solution) => listedModels(data, solution));
  return {
    theory: theory === null ? null : compareWithTheory(data, theory, models),
    clusters: clusters === null ? null : compareClusters(cases, clusters, solutions, models),
    robustness: robustness === null ? null : compareCutoffs(input, data, table, settings, robustness, models),
    twoStep: twoStep === null ? null : analyseInTwoSteps(input, data, settings, twoStep),
    chain: chain === null ? null : findChain(input, cases, chain),
    subsets: subsets === null ? null : findSubsets(data, subsets),
  };
}

function listedModels(data: CalibratedData, { kind, terms, models }: QcaSolution): ListedModel[] {
  const memberships = terms.map(({ levels }) => termMembership(data, Int8Array.from(levels)));
  return models.slice(0, modelsCompared).map((model) => ({
    kind,
    formula: model.formula,
    membership: unionMembership(
      model.terms.map((t) => memberships[t]!),
      data.caseIds.length,
    ),
  }));
}

function compareWithTheory(data: CalibratedData, text: string, models: readonly ListedModel[]): QcaTheory[] {
  const products = toProducts(parseExpression(text, data.conditions), data.conditions);
  const theory = unionMembership(
    products.map((product) => termMembership(data, product)),
    data.caseIds.length,
  );
  const names = (list: readonly number[]) => list.map((i) => data.caseIds[i]!);
  return models.map(({ kind, formula, membership }) => {
    const areas = evaluateTheory(theory, membership, data.outcome, data.one);
    return {
      kind,
      formula,
      areas: theoryAreas.map((area) => {
        const { consistency, pri, rawCoverage, members, nonMembers } = areas[area];
        return {
          area,
          consistency,
          pri,
          coverage: rawCoverage,
          members: names(members),
          nonMembers: names(nonMembers),
        };
      }),
    };
  });
}

function compareClusters(
  { data, kept }: CalibratedCases,
  { clusters, units }: NonNullable<FurtherRequest['clusters']>,
  solutions: readonly QcaSolution[],
  models: readonly ListedModel[],
): QcaClusters[] {
  const ofKept = (labels: readonly string[]) => kept.map((i) => labels[i]!);
  const labelled = (shares: ReadonlyMap<string, number>) => [...shares].map(([label, value]) => ({ label, value }));
  const seen = new Set<string>();
  const describe = (kind: SolutionKind, text: string, membership: Float64Array): QcaClusters[] => {
    const key = `${kind} ${text}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const found = diagnoseClusters(membership, data.outcome, ofKept(clusters), ofKept(units), data.one);
    const shown = (fit: typeof found.consistency): QcaGroupFit => ({
      pooled: fit.pooled,
      between: labelled(fit.between),
      within: labelled(fit.within),
    });
    const { betweenDistance, withinDistance } = found;
    return [
      {
        kind,
        text,
        consistency: shown(found.consistency),
        coverage: shown(found.coverage),
        betweenDistance,
        withinDistance,
      },
    ];
  };
  return [
    ...solutions.flatMap(({ kind, terms }) =>
      terms
        .slice(0, modelsCompared)
        .flatMap(({ text, levels }) => describe(kind, text, termMembership(data, Int8Array.from(levels)))),
    ),
    ...models.flatMap(({ kind, formula, membership }) => describe(kind, formula, membership)),
  ];
}

function findSubsets(data: CalibratedData, request: SubsetRequest): NonNullable<FurtherAnalyses['subsets']> {
  return findSufficientProducts(data, { ...request, nodes: searchNodes }).map(({ term, fit }) => ({
    text: formatCube(term, data.conditions),
    ...fit,
  }));
}
