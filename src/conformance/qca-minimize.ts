import type { CalibratedData } from '../core/qca/calibrated-data.ts';
import { formatCube } from '../core/qca/cubes.ts';
import {
  defaultSearchLimits,
  listPrimeImplicants,
  type MinimalModels,
  type SearchLimits,
} from '../core/qca/minimal-models.ts';
import { findPrimeImplicants } from '../core/qca/prime-implicants.ts';
import { fitModels, type SolutionFit } from '../core/qca/solution-fit.ts';
import {
  assignRoles,
  assumptionsOf,
  type MinimizeSettings,
  solveConservative,
  solveIntermediate,
  solveParsimonious,
} from '../core/qca/solutions.ts';
import type { TruthTable } from '../core/qca/truth-table.ts';
import type { CaseContext } from './case.ts';
import { byTerm, dataOf, excludedOf, productsOf, type TruthTableRequest, truthTableOf } from './qca-data.ts';

export interface MinimizeRequest extends TruthTableRequest {
  readonly solution: 'conservative' | 'parsimonious' | 'intermediate';
  readonly explain: '1' | 'C';
  readonly include: readonly ('remainders' | 'contradictions')[];
  readonly excludedRows?: readonly number[];
  readonly directionalExpectations?: readonly string[];
  readonly rowDominance?: boolean;
  readonly countOnly?: boolean;
  readonly stopAfterFirstCoveringLevel?: boolean;
}

/** The protocol lists everything, so only memory bounds it. */
const limits: SearchLimits = { ...defaultSearchLimits, models: 1_000_000 };
const rowLimit = 1_000_000;

export function truthTable(request: TruthTableRequest, { table }: CaseContext): unknown {
  const data = dataOf(table, request.conditions, request.outcome);
  const { rows } = truthTableOf(data, request);
  const entries = rows.map((row) => [
    String(row.rowNumber),
    {
      configuration: Array.from(row.configuration),
      output: row.output,
      n: row.n,
      inclusion: row.consistency,
      pri: row.pri,
      cases: row.cases.map((i) => data.caseIds[i]),
      ...(row.pValues && { pUpperCut: row.pValues.consistency, pLowerCut: row.pValues.contradiction }),
    },
  ]);
  return { rows: Object.fromEntries(entries) };
}

export function minimize(request: MinimizeRequest, { table }: CaseContext): unknown {
  const data = dataOf(table, request.conditions, request.outcome);
  const rows = truthTableOf(data, request);
  const settings = settingsOf(request, rows);
  if (request.solution === 'intermediate') return intermediate(request, data, rows, settings);
  const remainders = request.solution === 'parsimonious';
  const solution = remainders ? solveParsimonious(rows, settings) : solveConservative(rows, settings);
  if (request.countOnly) return { termsPerModel: solution.termsPerModel, modelCount: Number(solution.modelCount) };
  return modelsResult(data, rows, settings, solution);
}

function settingsOf(request: MinimizeRequest, rows: TruthTable): MinimizeSettings {
  return {
    explain: request.explain,
    includeContradictions: request.include.includes('contradictions'),
    excluded: excludedOf(request.excludedRows, rows.conditions),
    rowDominance: request.rowDominance ?? false,
    limits: request.countOnly ? { ...limits, models: 1 } : limits,
  };
}

function modelsResult(data: CalibratedData, rows: TruthTable, settings: MinimizeSettings, solution: MinimalModels) {
  const { conditions } = rows;
  const fit = fitModels(data, solution);
  const { positiveRows } = assignRoles(rows, settings);
  const numbers = positiveRows.map((r) => rows.rows[r]!.rowNumber);
  const primes = listPrimeImplicants(solution, Infinity);
  return {
    models: solution.models.map((model, m) => {
      const terms = model.map((t) => solution.terms[t]!.term);
      const { uniqueCoverages, consistency, pri, rawCoverage } = fit.models[m]!;
      return {
        model: terms.map((term) => formatCube(term, conditions)),
        inclusion: consistency,
        pri,
        coverage: rawCoverage,
        uniqueCoverage: byTerm(terms, conditions, (at) => uniqueCoverages[at]),
        simplifyingAssumptions: assumptionsOf(terms, solution.positives, conditions, rowLimit).rowNumbers,
      };
    }),
    terms: termFits(solution, fit, rows),
    primeImplicants: primes.map(({ term }) => formatCube(term, conditions)),
    essential: solution.terms.filter((term) => term.isEssential).map(({ term }) => formatCube(term, conditions)),
    chart: Object.fromEntries(
      primes.map(({ term, rows: covered }) => [formatCube(term, conditions), covered.map((r) => numbers[r])]),
    ),
  };
}

const termFits = (solution: MinimalModels, fit: SolutionFit, rows: TruthTable) =>
  byTerm(
    solution.terms.map(({ term }) => term),
    rows.conditions,
    (t) => {
      const { consistency, pri, rawCoverage, uniqueCoverage } = fit.terms[t]!;
      return { inclusion: consistency, pri, coverage: rawCoverage, uniqueCoverage };
    },
  );

function intermediate(
  request: MinimizeRequest,
  data: CalibratedData,
  rows: TruthTable,
  settings: MinimizeSettings,
): unknown {
  const { conditions } = rows;
  const conservative = solveConservative(rows, settings);
  const parsimonious = solveParsimonious(rows, settings);
  const expectations = (request.directionalExpectations ?? []).flatMap((text) => productsOf(text, conditions));
  const texts = (solution: MinimalModels, model: number) =>
    solution.models[model]!.map((t) => formatCube(solution.terms[t]!.term, conditions));
  return {
    derivations: solveIntermediate(rows, settings, expectations, conservative, parsimonious, Infinity).map(
      (derivation) => {
        const simplest = parsimonious.models[derivation.parsimonious]!.map((t) => parsimonious.terms[t]!.term);
        const easy = new Set(
          assumptionsOf(derivation.easyTerms, parsimonious.positives, conditions, rowLimit).rowNumbers,
        );
        const assumed = assumptionsOf(simplest, parsimonious.positives, conditions, rowLimit).rowNumbers ?? [];
        return {
          conservative: texts(conservative, derivation.conservative),
          parsimonious: texts(parsimonious, derivation.parsimonious),
          ...modelsResult(data, rows, settings, derivation.models),
          easyCounterfactuals: assumed.filter((row) => easy.has(row)),
          difficultCounterfactuals: assumed.filter((row) => !easy.has(row)),
        };
      },
    ),
  };
}

export function primeImplicants(request: MinimizeRequest, { table }: CaseContext): unknown {
  const data = dataOf(table, request.conditions, request.outcome);
  const rows = truthTableOf(data, request);
  const { positives, negatives } = assignRoles(rows, settingsOf(request, rows));
  const primes = findPrimeImplicants(positives, negatives, rows.conditions, limits);
  return { count: primes.count };
}
