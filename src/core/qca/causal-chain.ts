import { CoreError } from '../errors.ts';
import { type CalibratedData, makeCalibratedData, termMembership, unionMembership } from './calibrated-data.ts';
import type { Condition } from './conditions.ts';
import { type Cube, compareCubes } from './cubes.ts';
import { cutoffTolerance } from './cutoffs.ts';
import { sufficiencyFit } from './fit.ts';
import { listIrredundantCovers } from './irredundant-covers.ts';
import { cubeOfPrimeImplicant, findPrimeImplicants } from './prime-implicants.ts';
import { assignRoles } from './solutions.ts';
import { findSufficientProducts } from './supersets.ts';
import { buildTruthTable, defaultTruthTableSettings } from './truth-table.ts';

/** Factors measured on the same cases; each is in turn an outcome. */
export interface Factors {
  readonly caseIds: readonly string[];
  readonly factors: readonly Condition[];
  /** one array of n memberships (or levels) per factor */
  readonly columns: readonly Float64Array[];
}

export interface CausalOrdering {
  /** indices of factors, causes before effects; null = no order */
  readonly levels: readonly (readonly number[])[] | null;
  /** only factors of earlier levels may be causes */
  readonly strict: boolean;
}

/** All models of one factor, over `conditions`; terms are cubes over these. */
export interface FactorModels {
  readonly factor: number;
  readonly conditions: readonly Condition[];
  readonly models: readonly (readonly Cube[])[];
  readonly complete: boolean;
}

function possibleCauses(outcome: number, count: number, { levels, strict }: CausalOrdering): number[] {
  const levelOf = (factor: number) => (levels === null ? 0 : levels.findIndex((level) => level.includes(factor)));
  const own = levelOf(outcome);
  return Array.from({ length: count }, (_, f) => f).filter(
    (f) => f !== outcome && (strict && levels !== null ? levelOf(f) < own : levelOf(f) <= own),
  );
}

function dataFor({ caseIds, factors, columns }: Factors, outcome: number, causes: readonly number[]): CalibratedData {
  const factor = factors[outcome]!;
  if (factor.levels > 2 && factor.type !== 'fuzzy') {
    throw new CoreError(
      'invalid-argument',
      `Factor "${factor.name}" has ${factor.levels} levels and cannot be an outcome here; give one 0/1 column for each level.`,
      {
        factor: factor.name,
      },
    );
  }
  return makeCalibratedData(
    caseIds,
    causes.map((f) => factors[f]!),
    causes.map((f) => columns[f]!),
    columns[outcome]!,
  );
}

/**
 * Causal chains by truth tables: each factor in turn is the outcome, the parsimonious prime implicants over the
 * factors that may cause it are found, and all irredundant models are listed. A factor without possible causes is
 * left out; one without positive or without negative rows has no model.
 *
 * @throws invalid-argument for a multi-value factor as outcome
 * Cost: per factor a truth table, `findPrimeImplicants` and `listIrredundantCovers`. Source: Baumgartner 2009; Thiem 2015.
 */
export function findCausalChain(
  factors: Factors,
  ordering: CausalOrdering,
  consistencyCutoff: number,
  limit: number,
): FactorModels[] {
  const chain: FactorModels[] = [];
  factors.factors.forEach((_, outcome) => {
    const causes = possibleCauses(outcome, factors.factors.length, ordering);
    if (causes.length === 0) return;
    const table = buildTruthTable(dataFor(factors, outcome, causes), {
      ...defaultTruthTableSettings,
      consistencyCutoff,
    });
    const { positives, negatives } = assignRoles(table, { explain: '1', includeContradictions: false, excluded: [] });
    if (positives.length === 0 || negatives.length === 0) {
      chain.push({ factor: outcome, conditions: table.conditions, models: [], complete: true });
      return;
    }
    const primes = findPrimeImplicants(positives, negatives, table.conditions, { primeImplicants: limit });
    const covers = listIrredundantCovers(
      { rows: positives.length, words: primes.coverWords, count: primes.count, cover: primes.cover },
      limit,
    );
    chain.push({
      factor: outcome,
      conditions: table.conditions,
      models: covers.covers.map((cover) =>
        cover.map((j) => cubeOfPrimeImplicant(primes, j, positives)).sort(compareCubes),
      ),
      complete: primes.complete && covers.complete,
    });
  });
  return chain;
}

export interface CoincidenceSettings {
  /** consistency of each product; @see consistencyCutoff for that of the sum */
  readonly termConsistencyCutoff: number;
  readonly consistencyCutoff: number;
  readonly coverageCutoff: number;
  readonly maximumTerms: number;
  readonly nodes: number;
}

/**
 * Coincidence analysis of every factor: minimal sufficient products, then every sum of them that reaches the
 * consistency and coverage cutoffs while no part of it does. Factors without a model are left out.
 *
 * @throws limit-exceeded beyond `nodes` sums or products; invalid-argument for a multi-value factor as outcome
 * Source: Baumgartner, Ambühl 2020, doi:10.1017/psrm.2018.45.
 */
export function analyseCoincidence(
  factors: Factors,
  ordering: CausalOrdering,
  settings: CoincidenceSettings,
): FactorModels[] {
  const result: FactorModels[] = [];
  factors.factors.forEach((_, outcome) => {
    const causes = possibleCauses(outcome, factors.factors.length, ordering);
    if (causes.length === 0) return;
    const data = dataFor(factors, outcome, causes);
    const products = findSufficientProducts(data, {
      consistencyCutoff: settings.termConsistencyCutoff,
      priCutoff: 0,
      coverageCutoff: 0,
      maximumLiterals: null,
      nodes: settings.nodes,
    })
      .map(({ term }) => term)
      .sort(compareCubes);
    const models = irredundantSums(data, products, settings);
    if (models.length > 0) result.push({ factor: outcome, conditions: data.conditions, models, complete: true });
  });
  return result;
}

function irredundantSums(data: CalibratedData, products: readonly Cube[], settings: CoincidenceSettings): Cube[][] {
  const { outcome, one } = data;
  const memberships = products.map((term) => termMembership(data, term));
  const passing: number[][] = [];
  let nodes = 0;
  let layer: number[][] = [[]];
  for (let size = 1; size <= settings.maximumTerms && layer.length > 0; size++) {
    const next: number[][] = [];
    const found: number[][] = [];
    for (const chosen of layer)
      for (let at = (chosen.at(-1) ?? -1) + 1; at < products.length; at++) {
        const longer = [...chosen, at];
        if (passing.some((part) => part.every((t) => longer.includes(t)))) continue;
        if (++nodes > settings.nodes) {
          throw new CoreError(
            'limit-exceeded',
            `More than ${settings.nodes} sums of products would be evaluated; raise the cutoffs or lower maximumTerms.`,
            {
              nodes: settings.nodes,
            },
          );
        }
        const fit = sufficiencyFit(
          unionMembership(
            longer.map((t) => memberships[t]!),
            outcome.length,
          ),
          outcome,
          one,
        );
        const reaches = (value: number | null, cutoff: number) => value !== null && value >= cutoff - cutoffTolerance;
        if (reaches(fit.consistency, settings.consistencyCutoff) && reaches(fit.rawCoverage, settings.coverageCutoff))
          found.push(longer);
        else next.push(longer);
      }
    passing.push(...found);
    layer = next;
  }
  return passing.map((model) => model.map((t) => products[t]!));
}
