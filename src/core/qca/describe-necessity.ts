import type { QcaAnalysis, QcaInput, QcaNecessity } from './analysis-records.ts';
import { type CalibratedData, literalMembership } from './calibrated-data.ts';
import { formatCube, formatLiteral, literalsOf } from './cubes.ts';
import { type NecessityFit, necessityFit } from './fit.ts';
import { findNecessaryExpressions } from './supersets.ts';

/** More conditions than this and longer expressions are not searched. */
const necessityConditions = 8;

/** Every literal as a necessary condition, then longer expressions that reach the cutoffs. */
export function describeNecessity({ necessity, limits }: QcaInput, data: CalibratedData): QcaAnalysis['necessity'] {
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
