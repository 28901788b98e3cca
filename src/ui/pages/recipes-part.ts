import { html, type SafeHtml } from '../html.ts';
import type { PageContext } from '../page-context.ts';
import type { Vocabulary } from '../vocabulary.ts';
import type { RecipesView, RecipeView, SolutionView } from './study-view.ts';

/** The recipes of a QCA in words: each combination that goes with the outcome, with how often it fits. */
export function recipesPart({ texts }: PageContext, view: RecipesView | null, words: Vocabulary): SafeHtml {
  const { t, number } = texts;
  if (view === null) return html`<p>${t('page.recipes.none')}</p>`;
  if (view.withheld || view.cases === null)
    return html`<p>${t('page.not-shown', { reason: t('insights.withheld.small-group') })}</p>`;
  if (view.solutions.every(({ recipes }) => recipes.length === 0))
    return html`<p class="figure-summary">${t('page.recipes.no-solution')}</p>`;
  const share = (value: number | null) => (value === null ? t('page.study.not-known') : number(value, 2));
  const notShown = (reason: NonNullable<RecipeView['withheld']>) =>
    t('page.not-shown', { reason: t(`insights.withheld.${reason}`) });
  const fitText = ({ consistency, rawCoverage, uniqueCoverage, withheld }: RecipeView, isHiding: boolean) =>
    withheld !== null
      ? notShown(withheld)
      : t('page.recipes.fit', {
          consistency: share(consistency),
          raw: share(rawCoverage),
          unique: isHiding ? t('page.withheld') : share(uniqueCoverage),
        });
  const recipe = (view: RecipeView, isHiding: boolean) =>
    html`<li><p class="recipe-formula">${
      view.literals.length === 0
        ? t('page.recipes.always')
        : view.literals.map(({ condition, present }, at) => {
            const name = words.variable({ name: condition, title: null });
            return html`${at > 0 && html` <span class="quiet">${t('page.recipes.and')}</span> `}${present ? name : html`<span class="negated">${t('page.recipes.not', { condition: name })}</span>`}`;
          })
    }</p><p class="quiet">${fitText(view, isHiding)}</p></li>`;
  const solution = ({
    kind,
    models,
    consistency,
    coverage,
    withheld,
    recipes,
  }: SolutionView) => html`<h4>${t(`page.recipes.solution.${kind}`)}</h4>
${
  recipes.length === 0
    ? html`<p>${t('page.recipes.no-solution')}</p>`
    : html`<ul class="recipes">${recipes.map((view) =>
        recipe(
          view,
          recipes.some((other) => other.withheld !== null),
        ),
      )}</ul>`
}
${recipes.length > 0 && html`<p class="quiet">${withheld === null ? t('page.recipes.whole', { consistency: share(consistency), coverage: share(coverage) }) : notShown(withheld)}${models !== '1' && html` ${t('page.recipes.ambiguous', { models })}`}</p>`}`;
  const outcome = view.outcome.replace(/^~/, '');
  const named = words.label({ name: outcome, title: null });
  return html`<p class="figure-summary">${t(view.outcome.startsWith('~') ? 'page.recipes.lead-absent' : 'page.recipes.lead', { outcome: named, cases: view.cases })}</p>
${view.solutions.map(solution)}
<p class="quiet">${t('page.recipes.explain')}</p>`;
}
