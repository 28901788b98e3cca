import { createRandom } from '../random/random-stream.ts';
import type { IrredundantModels, QcaInput, QcaSolution, SolutionKind } from './analysis-records.ts';
import { type AnchoredCases, findAnchorIntervals } from './anchor-intervals.ts';
import { type CalibratedData, termMembership, unionMembership } from './calibrated-data.ts';
import { deviantConsistencyCases, deviantCoverageCases, typicalCases } from './case-selection.ts';
import { type Territory, writeCertificate } from './certificate.ts';
import type { Condition } from './conditions.ts';
import { type Cube, compareCubes, cubeContains, formatCube, formatLiteral, literalsOf } from './cubes.ts';
import { findCutoffIntervals } from './cutoff-intervals.ts';
import { parseExpression, toProducts } from './expression.ts';
import { contrapositiveFit, haesebrouckConsistency } from './fit.ts';
import { listIrredundantCovers } from './irredundant-covers.ts';
import { listPrimeImplicants, type MinimalModels, type SearchLimits } from './minimal-models.ts';
import { testByPermutation } from './permutation-test.ts';
import { cubeOfPrimeImplicant } from './prime-implicants.ts';
import { fitModels } from './solution-fit.ts';
import {
  assignRoles,
  assumptionsOf,
  type MinimizeSettings,
  outsideOf,
  solveConservative,
  solveIntermediate,
  solveParsimonious,
} from './solutions.ts';
import { cornersOf, type TruthTable } from './truth-table.ts';

const certificateNodes = 200_000;
const certificateTerms = 500;
/** Cutoff intervals minimise once for every row value passed, so they are kept to analyses where that is quick. */
const intervalLimits: SearchLimits = { primeImplicants: 20_000, models: 100, nodes: 100_000 };
/** The order in which solutions are sought. */
const solutionSteps: readonly SolutionKind[] = ['conservative', 'parsimonious', 'intermediate'];
const isSmall = (table: TruthTable, { primes, modelCount }: MinimalModels): boolean =>
  table.rows.length <= 100 && primes.count <= 2000 && modelCount <= 100n;

/**
 * Every solution asked for, with its fit, cases, counterfactuals and certificate; none where no row is positive.
 *
 * @param settings `proceed` hears of the share of all solutions done
 * @param anchored the cases as they were calibrated, where intervals of anchors may be asked for
 */
export function describeSolutions(
  input: QcaInput,
  data: CalibratedData,
  table: TruthTable,
  settings: MinimizeSettings,
  anchored: AnchoredCases | null = null,
): QcaSolution[] {
  const { conditions } = table;
  const wants = (kind: SolutionKind) => input.solutions.includes(kind);
  const { positives, negatives, included } = assignRoles(table, settings);
  if (positives.length === 0) return [];
  const isNeeded = (kind: SolutionKind) => wants(kind) || (kind !== 'intermediate' && wants('intermediate'));
  const steps = solutionSteps.filter(isNeeded);
  const settingsOf = (kind: SolutionKind): MinimizeSettings => ({
    ...settings,
    sample: input.listing === 'sample' ? createRandom(input.seed, 'qca-models', kind) : null,
    proceed: (done, found) => settings.proceed?.((steps.indexOf(kind) + done) / steps.length, found) ?? true,
  });
  const conservative = isNeeded('conservative') ? solveConservative(table, settingsOf('conservative')) : null;
  const parsimonious = isNeeded('parsimonious') ? solveParsimonious(table, settingsOf('parsimonious')) : null;
  const simplest = parsimonious?.terms.map(({ term }) => term) ?? [];
  const solutions: QcaSolution[] = [];
  const intervals = (kind: SolutionKind, solution: MinimalModels) => {
    if (kind === 'intermediate' || !isSmall(table, solution)) return { cutoffIntervals: null, anchorIntervals: null };
    const small: MinimizeSettings = { ...settings, proceed: () => true, limits: intervalLimits };
    return {
      cutoffIntervals: findCutoffIntervals(table, small, kind),
      anchorIntervals:
        input.anchorIntervals && anchored !== null ? findAnchorIntervals(anchored, table.settings, small, kind) : null,
    };
  };
  const add = (
    kind: SolutionKind,
    solution: MinimalModels,
    territory: Territory,
    core: readonly Cube[],
    derivation: Pick<QcaSolution, 'derivedFrom' | 'easyCounterfactuals' | 'difficultCounterfactuals'>,
  ) =>
    solutions.push({
      kind,
      ...derivation,
      ...describeSolution(input, data, table, solution, territory, core),
      ...intervals(kind, solution),
    });
  /** Where a temporal "-" is no value of its own, what may be filled is said by what may not. */
  const territoryOf = (allowed: readonly Cube[]): Territory =>
    conditions.some(({ type }) => type === 'temporal')
      ? { kind: 'forbidden', cubes: outsideOf(allowed, negatives, conditions) }
      : { kind: 'allowed', cubes: allowed };
  const none = { derivedFrom: null, easyCounterfactuals: null, difficultCounterfactuals: null };

  if (conservative && wants('conservative'))
    add('conservative', conservative, territoryOf([...positives, ...included]), simplest, none);
  if (conservative && parsimonious && wants('intermediate')) {
    const expectations = input.directionalExpectations.flatMap((text) =>
      toProducts(parseExpression(text, conditions), conditions),
    );
    const known = new Set<string>();
    for (const derivation of solveIntermediate(
      table,
      settingsOf('intermediate'),
      expectations,
      conservative,
      parsimonious,
      input.limits.derivations,
    )) {
      const parsimoniousTerms = parsimonious.models[derivation.parsimonious]!.map((t) => parsimonious.terms[t]!.term);
      const formulas = derivation.models.models
        .map((model) => formulaOf(derivation.models, model, conditions))
        .join(' | ');
      if (known.has(formulas)) continue;
      known.add(formulas);
      const easy = assumptionsOf(derivation.easyTerms, positives, conditions, input.limits.listed).rowNumbers;
      const assumed = assumptionsOf(parsimoniousTerms, positives, conditions, input.limits.listed).rowNumbers;
      const isEasy = new Set(easy);
      add(
        'intermediate',
        derivation.models,
        territoryOf([...derivation.easyTerms, ...derivation.unmatched, ...included]),
        parsimoniousTerms,
        {
          derivedFrom: {
            conservative: formulaOf(conservative, conservative.models[derivation.conservative]!, conditions),
            parsimonious: formulaOf(parsimonious, parsimonious.models[derivation.parsimonious]!, conditions),
          },
          easyCounterfactuals: easy && assumed ? assumed.filter((row) => isEasy.has(row)) : null,
          difficultCounterfactuals: easy && assumed ? assumed.filter((row) => !isEasy.has(row)) : null,
        },
      );
    }
  }
  if (parsimonious && wants('parsimonious'))
    add('parsimonious', parsimonious, { kind: 'forbidden', cubes: negatives }, simplest, none);
  return solutions;
}

const formulaOf = ({ terms }: MinimalModels, model: readonly number[], conditions: readonly Condition[]): string =>
  model.map((t) => formatCube(terms[t]!.term, conditions)).join(' + ');

function describeSolution(
  { limits, permutations, seed, irredundant }: QcaInput,
  data: CalibratedData,
  table: TruthTable,
  solution: MinimalModels,
  territory: Territory,
  core: readonly Cube[],
): Omit<
  QcaSolution,
  'kind' | 'derivedFrom' | 'easyCounterfactuals' | 'difficultCounterfactuals' | 'cutoffIntervals' | 'anchorIntervals'
> {
  const { conditions } = table;
  const fit = fitModels(data, solution);
  const memberships = solution.terms.map(({ term }) => termMembership(data, term));
  const unscale = (x: Float64Array) => x.map((m) => m / data.one);
  const y = unscale(data.outcome);
  const ownRow = membershipInOwnRow(data);
  const name = (i: number) => data.caseIds[i]!;
  const positiveRows = rowsOfPositives(table, solution);
  const certified = solution.complete && solution.terms.length <= certificateTerms;
  return {
    terms: solution.terms.map(({ term, isEssential }, t) => ({
      text: formatCube(term, conditions),
      levels: Array.from(term),
      literals: literalsOf(term).map(({ condition, level }) => ({
        text: formatLiteral(conditions[condition]!, level),
        role: core.some((b) => b[condition] === level && cubeContains(b, term))
          ? ('core' as const)
          : ('contributing' as const),
      })),
      ...fit.terms[t]!,
      isEssential,
      cases: Array.from(memberships[t]!.keys())
        .filter((i) => memberships[t]![i]! * 2 > data.one)
        .map(name),
    })),
    models: solution.models.map((model, m) => {
      const { consistency, pri, rawCoverage, uniqueCoverages } = fit.models[m]!;
      const terms = model.map((t) => solution.terms[t]!.term);
      const assumptions = assumptionsOf(terms, solution.positives, conditions, limits.listed);
      const union = unionMembership(
        model.map((t) => memberships[t]!),
        y.length,
      );
      const x = unscale(union);
      return {
        formula: formulaOf(solution, model, conditions),
        terms: model,
        consistency,
        pri,
        coverage: rawCoverage,
        uniqueCoverages,
        assumptionCount: assumptions.count.toString(),
        assumptions: assumptions.rowNumbers,
        typicalCases: typicalCases(x, y).map((selected) => name(selected.case)),
        deviantConsistencyCases: deviantConsistencyCases(x, y).map((selected) => name(selected.case)),
        deviantCoverageCases: deviantCoverageCases(x, y, ownRow).map((selected) => name(selected.case)),
        measures: {
          haesebrouckConsistency: haesebrouckConsistency(union, data.outcome),
          ...contrapositiveFit(union, data.outcome, data.one),
        },
      };
    }),
    modelCount: solution.modelCount.toString(),
    modelCountExact: solution.modelCountExact,
    termsPerModel: solution.termsPerModel,
    lowerBound: solution.lowerBound,
    complete: solution.complete,
    primeImplicantCount: solution.primes.count,
    swapGroups: swapGroups(solution, conditions),
    irredundant: irredundant ? irredundantModels(solution, conditions, limits.models) : null,
    primeImplicants: listPrimeImplicants(solution, limits.listed).map(({ term, rows }) => ({
      text: formatCube(term, conditions),
      rows: rows.flatMap((r) => table.rows[positiveRows[r]!]!.rowNumber ?? []),
    })),
    certificate: certified ? writeCertificate(solution, territory, conditions, certificateNodes) : null,
    permutationTest:
      permutations === 0
        ? null
        : testByPermutation(
            data,
            table.settings,
            solution.terms.map(({ term }) => term),
            permutations,
            createRandom(seed, 'qca'),
          ),
  };
}

/** Terms of the listed models by the rows they cover, where more than one covers the same. */
function swapGroups({ terms }: MinimalModels, conditions: readonly Condition[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const { term, rows } of terms) {
    const key = rows.join();
    groups.set(key, [...(groups.get(key) ?? []), formatCube(term, conditions)]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function irredundantModels(
  { primes, positives }: MinimalModels,
  conditions: readonly Condition[],
  limit: number,
): IrredundantModels {
  const chart = { rows: positives.length, words: primes.coverWords, count: primes.count, cover: primes.cover };
  const { covers, complete } = listIrredundantCovers(chart, limit);
  const formulas = covers.map((cover) => {
    const terms = cover.map((j) => cubeOfPrimeImplicant(primes, j, positives)).sort(compareCubes);
    return terms.map((term) => formatCube(term, conditions)).join(' + ');
  });
  return { formulas, complete: complete && primes.complete };
}

/** Truth table rows of the solution's positive configurations, in their order. */
const rowsOfPositives = (table: TruthTable, { positives }: MinimalModels): number[] =>
  positives.map((positive) =>
    table.rows.findIndex(({ configuration }) => configuration.every((level, c) => level === positive[c])),
  );

function membershipInOwnRow(data: CalibratedData): Float64Array {
  const k = data.conditions.length;
  const corners = cornersOf(data);
  return Float64Array.from(data.caseIds, (_, i) => {
    let least = data.one;
    for (let c = 0; c < k; c++) {
      if (data.conditions[c]!.type !== 'fuzzy') continue;
      const x = data.values[i * k + c]!;
      least = Math.min(least, corners[i * k + c] === 1 ? x : data.one - x);
    }
    return least / data.one;
  });
}
