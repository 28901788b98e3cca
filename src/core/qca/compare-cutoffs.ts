import type { QcaInput, SolutionKind } from './analysis-records.ts';
import { type CalibratedData, termMembership, unionMembership } from './calibrated-data.ts';
import { formatCube } from './cubes.ts';
import { parseExpression, toProducts } from './expression.ts';
import type { FurtherAnalyses, RobustnessRequest } from './further-records.ts';
import { robustnessCases, robustnessFit } from './robustness.ts';
import {
  assignRoles,
  type MinimizeSettings,
  solveConservative,
  solveIntermediate,
  solveParsimonious,
  unlessContradictory,
} from './solutions.ts';
import { buildTruthTable, type TruthTable, type TruthTableSettings } from './truth-table.ts';

/** A listed model of a solution with the cases' memberships in it, in units of `one`. */
export interface ListedModel {
  readonly kind: SolutionKind;
  readonly formula: string;
  readonly membership: Float64Array;
}

/** All listed models of one kind for a truth table, as formulas and memberships. */
function solveForTest(
  input: QcaInput,
  data: CalibratedData,
  table: TruthTable,
  settings: MinimizeSettings,
  kind: SolutionKind,
): { readonly models: readonly ListedModel[]; readonly count: bigint } {
  const { conditions } = table;
  const roles = unlessContradictory(() => assignRoles(table, settings));
  if (roles === null || roles.positives.length === 0) return { models: [], count: 0n };
  const quiet: MinimizeSettings = { ...settings, proceed: () => true };
  const found =
    kind === 'conservative'
      ? [solveConservative(table, quiet)]
      : kind === 'parsimonious'
        ? [solveParsimonious(table, quiet)]
        : solveIntermediate(
            table,
            quiet,
            input.directionalExpectations.flatMap((text) => toProducts(parseExpression(text, conditions), conditions)),
            solveConservative(table, quiet),
            solveParsimonious(table, quiet),
            input.limits.derivations,
          ).map((derivation) => derivation.models);
  const models = new Map<string, ListedModel>();
  for (const solution of found)
    for (const model of solution.models) {
      const terms = model.map((t) => solution.terms[t]!.term);
      const formula = terms.map((term) => formatCube(term, conditions)).join(' + ');
      if (models.has(formula)) continue;
      const memberships = terms.map((term) => termMembership(data, term));
      models.set(formula, { kind, formula, membership: unionMembership(memberships, data.caseIds.length) });
    }
  const count = kind === 'intermediate' ? BigInt(models.size) : found[0]!.modelCount;
  return { models: [...models.values()], count };
}

/**
 * Robustness of the listed models of each solution against other cutoffs: the models that each of these gives are the test
 * solutions, all of them, each as one.
 */
export function compareCutoffs(
  input: QcaInput,
  data: CalibratedData,
  table: TruthTable,
  settings: MinimizeSettings,
  { consistencyCutoffs, priCutoffs, frequencyCutoffs }: RobustnessRequest,
  models: readonly ListedModel[],
): NonNullable<FurtherAnalyses['robustness']> {
  const changes: { cutoff: 'consistency' | 'pri' | 'frequency'; value: number; change: Partial<TruthTableSettings> }[] =
    [
      ...consistencyCutoffs.map((value) => ({
        cutoff: 'consistency' as const,
        value,
        change: { consistencyCutoff: value, contradictionCutoff: lowered(table.settings.contradictionCutoff, value) },
      })),
      ...priCutoffs.map((value) => ({ cutoff: 'pri' as const, value, change: { priCutoff: value } })),
      ...frequencyCutoffs.map((value) => ({ cutoff: 'frequency' as const, value, change: { frequencyCutoff: value } })),
    ];
  const kinds = [...new Set(models.map(({ kind }) => kind))];
  const tests = kinds.flatMap((kind) =>
    changes.map(({ cutoff, value, change }) => ({
      kind,
      cutoff,
      value,
      found: solveForTest(input, data, buildTruthTable(data, { ...table.settings, ...change }), settings, kind),
    })),
  );
  const names = (list: readonly number[]) => list.map((i) => data.caseIds[i]!);
  return {
    tests: tests.map(({ kind, cutoff, value, found }) => ({
      kind,
      cutoff,
      value,
      models: found.models.map(({ formula }) => formula),
      modelCount: found.count.toString(),
    })),
    models: models.map(({ kind, formula, membership }) => {
      // Where other cutoffs leave no solution, the test set is empty.
      const nothing = new Float64Array(membership.length);
      const memberships = tests
        .filter((test) => test.kind === kind)
        .flatMap(({ found }) =>
          found.models.length === 0 ? [nothing] : found.models.map((model) => model.membership),
        );
      const { robustTypical, robustDeviant, shakyTypical, shakyDeviant, possibleTypical, possibleDeviant, ...rest } =
        robustnessCases(membership, memberships, data.outcome, data.one);
      return {
        kind,
        formula,
        ...robustnessFit(membership, memberships, data.outcome, data.one),
        robustTypical: names(robustTypical),
        robustDeviant: names(robustDeviant),
        shakyTypical: names(shakyTypical),
        shakyDeviant: names(shakyDeviant),
        possibleTypical: names(possibleTypical),
        possibleDeviant: names(possibleDeviant),
        ...rest,
      };
    }),
  };
}

const lowered = (cutoff: number | null, most: number): number | null =>
  cutoff === null ? null : Math.min(cutoff, most);
