import type { QcaBody } from '../../app/analyses/qca-body.ts';
import type { RecipesView, RecipeView } from './study-view.ts';

/** The first model of each solution of a QCA as recipes; further models are counted, never hidden. */
export function recipesOf(body: QcaBody): RecipesView {
  const solutions = body.solutions.map(({ kind, models, modelCount, terms }) => {
    const model = models[0];
    const recipes = (model?.terms ?? []).map((at): RecipeView => {
      const { literals, consistency, rawCoverage, uniqueCoverage, withheld } = terms[at]!;
      return {
        literals: literals.map(({ text }) => ({ condition: text.replace(/^~/, ''), present: !text.startsWith('~') })),
        consistency,
        rawCoverage,
        uniqueCoverage,
        withheld,
      };
    });
    return {
      kind,
      models: modelCount,
      consistency: model?.consistency ?? null,
      coverage: model?.coverage ?? null,
      withheld: model?.withheld ?? null,
      recipes,
    };
  });
  return {
    outcome: body.outcome,
    cases: body.caseCount,
    conditions: body.conditions.map(({ name }) => name),
    withheld: body.withheld !== null,
    solutions,
  };
}
