import type { Warning } from '../errors.ts';
import { CoreError } from '../errors.ts';
import { createRandom } from '../random/random-stream.ts';
import { type Calibration, calibrate } from './calibrate.ts';
import {
  type CalibratedData,
  literalMembership,
  makeCalibratedData,
  negateOutcome,
  termMembership,
  unionMembership,
} from './calibrated-data.ts';
import { deviantConsistencyCases, deviantCoverageCases, typicalCases } from './case-selection.ts';
import { type Certificate, type Territory, writeCertificate } from './certificate.ts';
import { type Condition, type ConditionType, makeCondition } from './conditions.ts';
import {
  type Cube,
  configurationOf,
  countConfigurations,
  cubeContains,
  formatCube,
  formatLiteral,
  literalsOf,
} from './cubes.ts';
import { type CutoffInterval, findCutoffIntervals } from './cutoff-intervals.ts';
import { enhanceTable } from './enhanced-analysis.ts';
import { parseExpression, toProducts } from './expression.ts';
import { type NecessityFit, necessityFit } from './fit.ts';
import { listPrimeImplicants, type MinimalModels, type SearchLimits } from './minimal-models.ts';
import { type PermutationTest, testByPermutation } from './permutation-test.ts';
import { fitModels } from './solution-fit.ts';
import {
  assignRoles,
  assumptionsOf,
  type MinimizeSettings,
  solveConservative,
  solveIntermediate,
  solveParsimonious,
} from './solutions.ts';
import { findNecessaryExpressions } from './supersets.ts';
import { buildTruthTable, cornersOf, type RowOutput, type TruthTable, type TruthTableSettings } from './truth-table.ts';

export const solutionKinds = ['conservative', 'intermediate', 'parsimonious'] as const;
export type SolutionKind = (typeof solutionKinds)[number];

/** One raw or calibrated column; `observed[i]` is 0 where case i has no value. */
export interface QcaColumn {
  readonly name: string;
  readonly values: Float64Array;
  readonly observed: Uint8Array;
  /** null: the values are memberships or levels already */
  readonly calibration: Calibration | null;
  /** null: read from the values, and reported */
  readonly type: ConditionType | null;
}

export interface QcaLimits extends SearchLimits {
  /** pairs of a conservative and a parsimonious model to derive intermediate solutions from */
  readonly derivations: number;
  /** truth table rows, prime implicants and cases to list at most */
  readonly listed: number;
}

export interface QcaInput {
  readonly caseIds: readonly string[];
  readonly outcome: QcaColumn & { readonly negated: boolean };
  readonly conditions: readonly QcaColumn[];
  readonly truthTable: TruthTableSettings;
  readonly explain: '1' | 'C';
  readonly includeContradictions: boolean;
  readonly excludedRows: readonly number[];
  /** what no solution may assume (enhanced standard analysis) */
  readonly enhanced: {
    readonly contradictoryAssumptions: boolean;
    readonly simultaneousSubsets: boolean;
    /** expressions that cannot be true */
    readonly impossible: readonly string[];
  };
  readonly solutions: readonly SolutionKind[];
  readonly directionalExpectations: readonly string[];
  readonly necessity: {
    readonly consistencyCutoff: number;
    readonly coverageCutoff: number;
    readonly relevanceCutoff: number;
  };
  /** how often to deal the outcome anew for the permutation test; 0 = no test */
  readonly permutations: number;
  readonly seed: number;
  readonly limits: QcaLimits;
}

export interface CalibratedSet {
  readonly name: string;
  readonly type: ConditionType;
  readonly levels: number;
  /** cases below 0.5, at exactly 0.5 and above it; for multi-value sets cases per level */
  readonly counts: readonly number[];
}

export interface QcaRow {
  readonly configuration: readonly number[];
  readonly rowNumber: number | null;
  readonly output: RowOutput;
  readonly n: number;
  /** cases of the row with a membership in the outcome above 0.5 */
  readonly withOutcome: number;
  /** cases of the row with a membership strictly between 0 and 1, in the outcome or a condition */
  readonly partial: number;
  readonly consistency: number | null;
  readonly pri: number | null;
  readonly cases: readonly string[];
}

export interface QcaTerm {
  readonly text: string;
  /** per condition the level, -1 = any */
  readonly levels: readonly number[];
  /** per literal: stands in a parsimonious term that holds this one (`core`), or only here (`contributing`) */
  readonly literals: readonly { readonly text: string; readonly role: 'core' | 'contributing' }[];
  readonly consistency: number | null;
  readonly pri: number | null;
  readonly rawCoverage: number | null;
  readonly uniqueCoverage: number | null;
  readonly isEssential: boolean;
  readonly cases: readonly string[];
}

export interface QcaModel {
  readonly formula: string;
  /** indices of `terms` */
  readonly terms: readonly number[];
  readonly consistency: number | null;
  readonly pri: number | null;
  readonly coverage: number | null;
  readonly uniqueCoverages: readonly (number | null)[];
  /** remainders it covers, counted as decimal digits; listed up to the limit */
  readonly assumptionCount: string;
  readonly assumptions: readonly number[] | null;
  readonly typicalCases: readonly string[];
  readonly deviantConsistencyCases: readonly string[];
  readonly deviantCoverageCases: readonly string[];
}

export interface QcaSolution {
  readonly kind: SolutionKind;
  /** the models an intermediate solution comes from */
  readonly derivedFrom: { readonly conservative: string; readonly parsimonious: string } | null;
  readonly terms: readonly QcaTerm[];
  readonly models: readonly QcaModel[];
  /** decimal digits; exact if `modelCountExact` */
  readonly modelCount: string;
  readonly modelCountExact: boolean;
  readonly termsPerModel: number;
  /** at least so many terms are needed; equal to `termsPerModel` unless a limit was met */
  readonly lowerBound: number;
  readonly complete: boolean;
  readonly primeImplicantCount: number;
  /** up to the limit, in order of presentation */
  readonly primeImplicants: readonly { readonly text: string; readonly rows: readonly number[] }[];
  readonly easyCounterfactuals: readonly number[] | null;
  readonly difficultCounterfactuals: readonly number[] | null;
  readonly certificate: Certificate | null;
  /** for each cutoff, the values with the same models; null for intermediate solutions and for large ones */
  readonly cutoffIntervals: readonly CutoffInterval[] | null;
  /** could chance alone give these terms? null if not asked for */
  readonly permutationTest: PermutationTest | null;
}

export interface QcaNecessity {
  readonly text: string;
  readonly consistency: number | null;
  readonly coverage: number | null;
  readonly relevance: number | null;
}

export interface QcaAnalysis {
  readonly outcome: string;
  readonly conditions: readonly CalibratedSet[];
  readonly outcomeSet: CalibratedSet;
  readonly caseCount: number;
  /** ids of cases left out because a cell is missing */
  readonly leftOut: readonly string[];
  /** ids of cases with a membership of exactly 0.5 in a condition: they count in no row */
  readonly ambiguousCases: readonly string[];
  readonly rows: readonly QcaRow[];
  /** number of configurations, as decimal digits */
  readonly configurations: string;
  /** row numbers that are negative because they are sufficient for the outcome and its negation, where that was asked for */
  readonly simultaneousRows: readonly number[];
  readonly solutions: readonly QcaSolution[];
  /** every literal as a necessary condition, then longer expressions that reach the cutoffs */
  readonly necessity: { readonly literals: readonly QcaNecessity[]; readonly expressions: readonly QcaNecessity[] };
  /** memberships of each case in the outcome and in every term of every solution, for plots */
  readonly memberships: {
    readonly cases: readonly string[];
    readonly outcome: readonly number[];
    readonly terms: Readonly<Record<string, readonly number[]>>;
  };
  readonly warnings: readonly Warning[];
}

/** More conditions than this and sums of literals are not searched for necessity. */
const necessityConditions = 8;
const certificateNodes = 200_000;
const certificateTerms = 500;
/** Cutoff intervals minimise once for every row value passed, so they are kept to analyses where that is quick. */
const intervalLimits: SearchLimits = { primeImplicants: 20_000, models: 100, nodes: 100_000 };
const isSmall = (table: TruthTable, { primes, modelCount }: MinimalModels): boolean =>
  table.rows.length <= 100 && primes.count <= 2000 && modelCount <= 100n;

/**
 * A whole qualitative comparative analysis: calibration, truth table, every minimal model of the solutions asked
 * for, necessity, fit, counterfactuals, case types and certificates. Plain data in, plain data out.
 *
 * Cases with a missing cell in the outcome or a condition are left out and named. An outcome that no case or every
 * case belongs to, rows that all contradict, and the absence of negative rows are answered, with a warning.
 *
 * @param proceed called with the share done and the prime implicants found; false stops the search for more
 * @throws invalid-argument, unknown-variable, empty-group, limit-exceeded as the stages do
 * Cost: that of its stages; certificates only while a solution lists at most 500 terms.
 */
export function analyseQca(
  input: QcaInput,
  proceed: (done: number, found: number) => boolean = () => true,
): QcaAnalysis {
  const { data, leftOut, outcomeType } = readData(input);
  const { conditions } = data;
  const observed = buildTruthTable(data, input.truthTable);
  const plain: MinimizeSettings = {
    explain: input.explain,
    includeContradictions: input.includeContradictions,
    excluded: input.excludedRows.map((row) => configurationOf(row, conditions)),
    rowDominance: false,
    limits: input.limits,
    proceed,
  };
  const productsOf = (text: string) => toProducts(parseExpression(text, conditions), conditions);
  const { table, excluded, simultaneousRows } = enhanceTable(data, observed, plain, {
    ...input.enhanced,
    impossible: input.enhanced.impossible.flatMap(productsOf),
  });
  const settings: MinimizeSettings = { ...plain, excluded: [...plain.excluded, ...excluded] };
  const solutions = input.solutions.length === 0 ? [] : solve(input, data, table, settings);
  const isPartial = partialCases(data);
  const analysis = {
    outcome: input.outcome.negated ? `~${input.outcome.name}` : input.outcome.name,
    conditions: conditions.map((condition, c) =>
      describeSet(condition, column(data, c), condition.type === 'fuzzy' ? data.one : 1),
    ),
    outcomeSet: describeSet({ name: input.outcome.name, type: outcomeType, levels: 2 }, data.outcome, data.one),
    caseCount: data.caseIds.length,
    leftOut,
    ambiguousCases: table.ambiguousCases.map((i) => data.caseIds[i]!),
    rows: table.rows.map(({ configuration, rowNumber, output, n, consistency, pri, cases }) => ({
      configuration: Array.from(configuration),
      rowNumber,
      output,
      n,
      withOutcome: cases.filter((i) => data.outcome[i]! * 2 > data.one).length,
      partial: cases.filter((i) => isPartial[i] === 1).length,
      consistency,
      pri,
      cases: cases.map((i) => data.caseIds[i]!),
    })),
    configurations: countConfigurations(conditions).toString(),
    simultaneousRows,
    solutions,
    necessity: describeNecessity(input, data),
    memberships: describeMemberships(data, solutions, input.limits.listed),
  };
  return { ...analysis, warnings: collectWarnings(input, data, table, analysis) };
}

function readData({ caseIds, outcome, conditions }: QcaInput): {
  data: CalibratedData;
  leftOut: string[];
  outcomeType: ConditionType;
} {
  const columns = [outcome, ...conditions];
  const complete = Array.from(caseIds.keys()).filter((i) => columns.every(({ observed }) => observed[i] === 1));
  const leftOut = caseIds.filter((_, i) => columns.some(({ observed }) => observed[i] !== 1));
  const scores = columns.map(({ values, calibration }) => {
    const kept = Float64Array.from(complete, (i) => values[i]!);
    return calibration === null ? kept : calibrate(kept, calibration);
  });
  const types = columns.map(({ type, calibration }, at) => type ?? typeOf(scores[at]!, calibration));
  const outcomeType = types[0]!;
  if (outcomeType === 'multi-value' || outcomeType === 'temporal') {
    throw new CoreError(
      'invalid-argument',
      `The outcome "${outcome.name}" holds whole numbers above 1; expected 0/1 or memberships from 0 to 1. Calibrate it with one threshold, or with anchors.`,
      { column: outcome.name },
    );
  }
  const made = conditions.map(({ name }, c) => {
    const type = types[c + 1]!;
    const levels = type === 'multi-value' ? Math.max(2, ...Array.from(scores[c + 1]!, (x) => x + 1)) : undefined;
    return makeCondition(name, type, levels);
  });
  if (conditions.some(({ name }) => name === outcome.name)) {
    throw new CoreError('invalid-argument', `"${outcome.name}" is the outcome and a condition; leave one out.`, {
      column: outcome.name,
    });
  }
  const data = makeCalibratedData(
    complete.map((i) => caseIds[i]!),
    made,
    scores.slice(1),
    scores[0]!,
  );
  return { data: outcome.negated ? negateOutcome(data) : data, leftOut, outcomeType };
}

/** What the calibration implies; otherwise what the numbers are: 0/1 crisp, whole numbers multi-value, else fuzzy. */
function typeOf(scores: Float64Array, calibration: Calibration | null): ConditionType {
  if (calibration !== null && calibration.method !== 'crisp') return 'fuzzy';
  if (scores.some((x) => !Number.isInteger(x))) return 'fuzzy';
  return scores.some((x) => x > 1) ? 'multi-value' : 'crisp';
}

/** 1 for a case with a membership strictly between 0 and 1 in the outcome or a fuzzy condition. */
function partialCases({ caseIds, conditions, values, outcome, one }: CalibratedData): Uint8Array {
  const between = (x: number) => x > 0 && x < one;
  return Uint8Array.from(caseIds, (_, i) => {
    const inCondition = conditions.some((c, at) => c.type === 'fuzzy' && between(values[i * conditions.length + at]!));
    return inCondition || between(outcome[i]!) ? 1 : 0;
  });
}

const column = (data: CalibratedData, c: number): Float64Array =>
  Float64Array.from(data.caseIds, (_, i) => data.values[i * data.conditions.length + c]!);

function describeSet({ name, type, levels }: Condition, values: Float64Array, full: number): CalibratedSet {
  const having = (belongs: (x: number) => boolean) => values.reduce((count, x) => (belongs(x) ? count + 1 : count), 0);
  const counts =
    type === 'fuzzy' || type === 'crisp'
      ? [having((x) => x * 2 < full), having((x) => x * 2 === full), having((x) => x * 2 > full)]
      : Array.from({ length: levels }, (_, level) => having((x) => x === level));
  return { name, type, levels, counts };
}

function solve(input: QcaInput, data: CalibratedData, table: TruthTable, settings: MinimizeSettings): QcaSolution[] {
  const { conditions } = table;
  const wants = (kind: SolutionKind) => input.solutions.includes(kind);
  const { positives, negatives, included } = assignRoles(table, settings);
  if (positives.length === 0) return [];
  const conservative = wants('conservative') || wants('intermediate') ? solveConservative(table, settings) : null;
  const parsimonious = wants('parsimonious') || wants('intermediate') ? solveParsimonious(table, settings) : null;
  const simplest = parsimonious?.terms.map(({ term }) => term) ?? [];
  const solutions: QcaSolution[] = [];
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
      cutoffIntervals:
        kind === 'intermediate' || !isSmall(table, solution)
          ? null
          : findCutoffIntervals(table, { ...settings, limits: intervalLimits }, kind),
    });
  const none = { derivedFrom: null, easyCounterfactuals: null, difficultCounterfactuals: null };

  if (conservative && wants('conservative'))
    add('conservative', conservative, { kind: 'allowed', cubes: [...positives, ...included] }, simplest, none);
  if (conservative && parsimonious && wants('intermediate')) {
    const expectations = input.directionalExpectations.flatMap((text) =>
      toProducts(parseExpression(text, conditions), conditions),
    );
    const known = new Set<string>();
    for (const derivation of solveIntermediate(
      table,
      settings,
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
        { kind: 'allowed', cubes: [...derivation.easyTerms, ...derivation.unmatched, ...included] },
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
  { limits, permutations, seed }: QcaInput,
  data: CalibratedData,
  table: TruthTable,
  solution: MinimalModels,
  territory: Territory,
  core: readonly Cube[],
): Omit<QcaSolution, 'kind' | 'derivedFrom' | 'easyCounterfactuals' | 'difficultCounterfactuals' | 'cutoffIntervals'> {
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
      const x = unscale(
        unionMembership(
          model.map((t) => memberships[t]!),
          y.length,
        ),
      );
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
      };
    }),
    modelCount: solution.modelCount.toString(),
    modelCountExact: solution.modelCountExact,
    termsPerModel: solution.termsPerModel,
    lowerBound: solution.lowerBound,
    complete: solution.complete,
    primeImplicantCount: solution.primes.count,
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

function describeNecessity({ necessity, limits }: QcaInput, data: CalibratedData): QcaAnalysis['necessity'] {
  const shown = (text: string, { consistency, coverage, relevance }: NecessityFit): QcaNecessity => ({
    text,
    consistency,
    coverage,
    relevance,
  });
  const literals = data.conditions.flatMap((condition, c) =>
    Array.from({ length: condition.type === 'temporal' ? 2 : condition.levels }, (_, at) => condition.levels - 1 - at)
      .filter((level) => level >= 0)
      .map((level) =>
        shown(formatLiteral(condition, level), necessityFit(literalMembership(data, c, level), data.outcome, data.one)),
      ),
  );
  const expressions =
    data.conditions.length > necessityConditions
      ? []
      : findNecessaryExpressions(data, { ...necessity, maximumLiterals: null, nodes: 1_000_000 })
          .filter(({ literals: cube }) => literalsOf(cube).length > 1)
          .slice(0, limits.listed)
          .map(({ form, literals: cube, fit }) => {
            const text = formatCube(cube, data.conditions);
            return shown(form === 'product' ? text : text.replaceAll('*', ' + '), fit);
          });
  return { literals, expressions };
}

function describeMemberships(
  data: CalibratedData,
  solutions: readonly QcaSolution[],
  listed: number,
): QcaAnalysis['memberships'] {
  if (data.caseIds.length > listed) return { cases: [], outcome: [], terms: {} };
  const plain = (x: Float64Array) => Array.from(x, (m) => m / data.one);
  const terms = new Map<string, readonly number[]>();
  for (const { terms: list } of solutions)
    for (const { text, levels } of list)
      if (!terms.has(text)) terms.set(text, plain(termMembership(data, Int8Array.from(levels))));
  return { cases: data.caseIds, outcome: plain(data.outcome), terms: Object.fromEntries(terms) };
}

function collectWarnings(
  input: QcaInput,
  data: CalibratedData,
  table: TruthTable,
  analysis: Omit<QcaAnalysis, 'warnings'>,
): Warning[] {
  const warnings: Warning[] = [];
  const { rows } = table;
  const outputs = (output: RowOutput) => rows.filter((row) => row.output === output);

  if (analysis.leftOut.length > 0) {
    warnings.push({
      code: 'qca-missing-cells',
      parameters: { count: analysis.leftOut.length },
    });
  }
  if (table.ambiguousCases.length > 0) {
    warnings.push({
      code: 'qca-half-memberships',
      parameters: { count: table.ambiguousCases.length },
    });
  }
  const sum = data.outcome.reduce((total, y) => total + y, 0);
  if (sum === 0) warnings.push({ code: 'qca-outcome-empty', parameters: { outcome: analysis.outcome } });
  if (sum === data.one * data.caseIds.length)
    warnings.push({ code: 'qca-outcome-always', parameters: { outcome: analysis.outcome } });
  for (const set of [analysis.outcomeSet, ...analysis.conditions]) {
    if (set.type === 'multi-value' || set.type === 'temporal') continue;
    const share = Math.max(set.counts[0]!, set.counts[2]!) / data.caseIds.length;
    if (share > 0.85) warnings.push({ code: 'qca-skewed-set', parameters: { set: set.name, share } });
  }
  if (data.conditions.length > data.caseIds.length) {
    warnings.push({
      code: 'qca-few-cases',
      parameters: { conditions: data.conditions.length, cases: data.caseIds.length },
    });
  }
  const observed = rows.filter((row) => row.output !== '?').length;
  if (BigInt(observed) * 2n < countConfigurations(data.conditions)) {
    warnings.push({ code: 'qca-limited-diversity', parameters: { observed, possible: analysis.configurations } });
  }
  const contradictory = outputs('C');
  if (contradictory.length > 0) {
    warnings.push({
      code: 'qca-contradictory-rows',
      parameters: { count: contradictory.length },
    });
    if (input.includeContradictions)
      warnings.push({ code: 'qca-contradictions-included', parameters: { count: contradictory.length } });
  }
  if (table.borderlineRows.length > 0) {
    const borderline = table.borderlineRows.map((r) => rows[r]!);
    warnings.push({
      code: 'qca-borderline-rows',
      parameters: { count: borderline.length },
    });
  }
  const doubtful = outputs('1').filter((row) => row.pri !== null && row.pri < 0.5);
  if (doubtful.length > 0) warnings.push({ code: 'qca-low-pri', parameters: { count: doubtful.length } });
  const positives = outputs(input.explain).length;
  if (positives === 0) warnings.push({ code: 'qca-no-positive-rows', parameters: { outcome: analysis.outcome } });
  else if (rows.every((row) => row.output === input.explain || row.output === '?'))
    warnings.push({ code: 'qca-no-negative-rows', parameters: { outcome: analysis.outcome } });
  for (const kind of solutionKinds) {
    const ofKind = analysis.solutions.filter((solution) => solution.kind === kind);
    const models = ofKind.reduce((total, solution) => total + BigInt(solution.modelCount), 0n);
    if (models > 1n)
      warnings.push({ code: 'qca-model-ambiguity', parameters: { solution: kind, count: models.toString() } });
    if (ofKind.some((solution) => !solution.complete))
      warnings.push({ code: 'qca-incomplete-search', parameters: { solution: kind } });
    const shown = ofKind.reduce((total, solution) => total + BigInt(solution.models.length), 0n);
    if (shown < models)
      warnings.push({
        code: 'qca-models-not-listed',
        parameters: { solution: kind, shown: Number(shown), count: models.toString() },
      });
  }
  const trivial = analysis.necessity.literals.filter(
    ({ consistency, relevance }) =>
      consistency !== null && consistency >= input.necessity.consistencyCutoff && relevance !== null && relevance < 0.5,
  );
  if (trivial.length > 0)
    warnings.push({ code: 'qca-trivial-necessity', parameters: { sets: trivial.map(({ text }) => text) } });
  return warnings;
}
