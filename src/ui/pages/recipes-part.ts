import { html, type SafeHtml } from '../html.ts';
import type { PageContext } from '../page-context.ts';
import type { Vocabulary } from '../vocabulary.ts';
import type { RecipesView, RecipeView, SolutionView } from './study-view.ts';

/** The recipes of a QCA in words: each combination that goes with the outcome, with how often it fits. */
export function recipesPart({ texts }: PageContext, view: RecipesView | null, words: Vocabulary): SafeHtml {
  const { t, number } = texts;
  if (view === null) return html`<p>${t('page.recipes.none')}</p>`;
  if (view.withheld) return html`<p>${t('page.not-shown', { reason: t('insights.withheld.small-group') })}</p>`;
  const share = (value: number | null) => (value === null ? t('page.study.not-known') : number(value, 2));
  const recipe = ({ literals, consistency, rawCoverage, uniqueCoverage }: RecipeView) =>
    html`<li><p class="recipe-formula">${
      literals.length === 0
        ? t('page.recipes.always')
        : literals.map(({ condition, present }, at) => {
            const name = words.variable({ name: condition, title: null });
            return html`${at > 0 && html` <span class="quiet">${t('page.recipes.and')}</span> `}${present ? name : html`<span class="negated">${t('page.recipes.not', { condition: name })}</span>`}`;
          })
    }</p><p class="quiet">${t('page.recipes.fit', { consistency: share(consistency), raw: share(rawCoverage), unique: share(uniqueCoverage) })}</p></li>`;
  const solution = ({
    kind,
    models,
    consistency,
    coverage,
    recipes,
  }: SolutionView) => html`<h4>${t(`page.recipes.solution.${kind}`)}</h4>
${recipes.length === 0 ? html`<p>${t('page.recipes.no-solution')}</p>` : html`<ul class="recipes">${recipes.map(recipe)}</ul>`}
${recipes.length > 0 && html`<p class="quiet">${t('page.recipes.whole', { consistency: share(consistency), coverage: share(coverage) })}${models !== '1' && html` ${t('page.recipes.ambiguous', { models })}`}</p>`}`;
  const outcome = view.outcome.replace(/^~/, '');
  const named = words.label({ name: outcome, title: null });
  return html`<p class="figure-summary">${t(view.outcome.startsWith('~') ? 'page.recipes.lead-absent' : 'page.recipes.lead', { outcome: named, cases: view.cases })}</p>
${view.solutions.map(solution)}
<p class="quiet">${t('page.recipes.explain')}</p>`;
}
