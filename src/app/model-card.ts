import { calibrationBounds } from '../core/recommend/acceptable-calibration.ts';
import type { Leaderboard } from '../core/recommend/cross-validate.ts';
import type { MethodGoal, ModelDescription, ModelKpi } from './models.ts';
import type { KpiPromises, ModelPromises } from './promises.ts';

const show = (value: number | null, digits = 3): string => (value === null ? '-' : value.toFixed(digits));

function leaderboardTable(leaderboard: Leaderboard, served: string): string {
  const head = '| model | error (RMSE) | 90 % coverage | worst region | width | slope |\n|---|---|---|---|---|---|';
  const rows = leaderboard.models.map(
    (m) =>
      `| ${m.model}${m.model === served ? ' (served)' : ''} | ${show(m.rootMeanSquaredError, 4)} | ${show(m.intervalCoverage)} | ${show(m.worstRegionCoverage)} | ${show(m.intervalWidth)} | ${show(m.calibrationSlope, 2)} |`,
  );
  return [head, ...rows].join('\n');
}

/** The condition for serving, and whether it is met. */
function calibrationLine({ kind, calibration, byRegion }: ModelKpi): string {
  const score = byRegion.models.find(({ model }) => model === kind)!;
  const { coverage, slope } = calibrationBounds;
  const own = `coverage ${show(score.intervalCoverage)} (standard error ${show(score.coverageError)} over regions), slope ${show(score.calibrationSlope, 2)} (${show(score.slopeError, 2)})`;
  return `Served is the smallest error among the kinds whose 90 % intervals cover ${coverage} or more here, and whose slope is ${slope.join(' to ')}, within the 90 % error over regions. This one: ${own}: ${calibration.acceptable ? 'met' : 'not met by any kind, so every answer abstains'}.`;
}

/** How the kind came to be served: the rule, and the errors that it compared. */
function choice({ kind, pooled, candidates, byRegion }: ModelKpi): string {
  const error = (name: string) => byRegion.models.find(({ model }) => model === name)?.rootMeanSquaredError ?? null;
  const others = candidates.filter((name) => name !== kind && error(name) !== null);
  const [next] = others.toSorted((a, b) => error(a)! - error(b)!);
  const beside =
    next === undefined ? 'no other could win' : `the best of the others, ${next}, has ${show(error(next), 4)}`;
  return `Served: **${kind}**${pooled ? '. One mix for everybody did not do worse than personal advice, so everybody gets the same ranking' : ''}.

Chosen by the rule of docs/methods/recommender.md: of ${candidates.join(', ')} the smallest error over left-out regions that is calibrated well enough (below), never above that of one mix
for everybody (constant, ${show(error('constant'), 4)}); a mixture of two has to be half a percent better. It has ${show(error(kind), 4)}; ${beside}. The smallest of several errors
flatters a little; the evaluation of the method therefore judges published data by choices in which the left-out rows had no part.`;
}

const share = (part: number, all: number): string => `${part} of ${all}`;

/** What was dealt out at random, and what was made of it. */
function controlsTable({ controls, kind }: ModelKpi): string {
  const { asTrained, permutedOutcomes, permutedContexts } = controls;
  const contexts =
    permutedContexts === null
      ? 'not tried: everybody gets the same ranking'
      : `${show(permutedContexts.error, 4)} for ${kind}, ${show(permutedContexts.errorOfConstant, 4)} for one mix for everybody`;
  return `| control | result | should be |
|---|---|---|
| answers in known neighbourhoods that are advice | ${share(asTrained.advice, asTrained.answers)} | |
| the same, outcomes dealt out over the experiments (${permutedOutcomes.tables} tables) | ${share(permutedOutcomes.advice, permutedOutcomes.answers)} | at most one in ten |
| error over left-out regions, contexts dealt out over the neighbourhoods | ${contexts} | no better than one mix for everybody |`;
}

function goalsTable(goals: readonly MethodGoal[] | null): string {
  if (goals === null) {
    return `The method has goals (docs/methods/recommender-evaluation.md); they were judged where it was made, not on this model.`;
  }
  const judged = goals.filter(({ met }) => met !== null);
  const value = (given: number | null) => (given === null ? '-' : String(Number(given.toPrecision(3))));
  const word = (met: boolean | null) => (met === null ? 'no data' : met ? 'yes' : '**no**');
  const rows = goals.map(
    (one) => `| ${one.test} | ${one.metric} | ${value(one.value)} | ${one.goal} | ${word(one.met)} |`,
  );
  return `${judged.filter(({ met }) => met).length} of ${judged.length} are met (\`npm run evaluate\`; what was tried for the others is in docs/methods/recommender-evaluation.md). They judge the method on
data with a known truth or that were published, with regions, countries or publications left out.

| test | metric | value | goal | met |
|---|---|---|---|---|
${rows.join('\n')}`;
}

/**
 * The card of a model: data, splits, comparison, how the kind was chosen, controls, calibration, goals of the method, what it is not for. Plain
 * Markdown, the same bytes each time.
 */
export function modelCard(description: ModelDescription): string {
  const { name, version, seed, dataDigest, blocks, contexts, kpis, goals } = description;
  const parts = kpis.map((part) => {
    const { calibration } = part;
    const grades = part.grades.map(({ grade, experiments }) => `${experiments} ${grade}`).join(', ');
    return `## ${part.kpi}

${part.experiments} experiments (${grades}) in ${part.neighbourhoods} neighbourhoods and ${part.regions} regions; failures are in.
${choice(part)}

Each row was predicted by models that never saw its region (${part.byRegion.folds} folds of whole regions):

${leaderboardTable(part.byRegion, part.kind)}

${calibrationLine(part)}

The same with whole neighbourhoods left out (${part.byNeighbourhood.folds} folds):

${leaderboardTable(part.byNeighbourhood, part.kind)}

Intervals: ${
      calibration.reach === null
        ? `none; ${calibration.groups} neighbourhoods are too few`
        : `90 %, conformal over ${calibration.groups} neighbourhoods, ${calibration.reach.toFixed(2)} standard deviations to each side`
    }. Slope of observed on promised effects in left-out regions: ${show(calibration.slope, 2)}. Coverage in the worst region: ${show(calibration.worstRegionCoverage)}.

What must not work:

${controlsTable(part)}`;
  });
  return `# Model ${name}, version ${version}

| | |
|---|---|
| data (sha256) | ${dataDigest} |
| seed | ${seed} |
| building blocks | ${blocks.join(', ')} |
| context parameters | ${contexts.join(', ')} |

${parts.join('\n\n')}

## Goals of the method

${goalsTable(goals)}

## Not for
- choosing which households may join: it knows neighbourhoods, not people
- neighbourhoods far from the evidence: there it abstains, and its numbers mean nothing
- proving that a mix works: it forecasts from past experiments; evaluate what you do and add it to the registry
- effects of blocks, doses or combinations that no experiment tried
`;
}

/** What came of the promises of a model so far, as the last part of its card. */
export function promisesOnCard({ accepted, reported, overdue, withdrawn, kpis }: ModelPromises): string {
  const head = `## Promised against realised

${accepted} recommendations of all models here accepted, ${reported} reported, ${overdue} past their end without a report, ${withdrawn} withdrawn.`;
  const judged = kpis.filter(({ outcomes }) => outcomes > 0);
  if (judged.length === 0) return `${head}\n`;
  const row = ({ kpi, outcomes, neighbourhoods, slope, lower, upper, covered, broken, ofThisVersion }: KpiPromises) =>
    `| ${kpi}${ofThisVersion ? '' : ' (with those of other models)'} | ${outcomes} | ${show(slope, 2)} (${show(lower, 2)} to ${show(upper, 2)}) | ${covered} of ${neighbourhoods} | ${broken.join(', ') || '-'} |`;
  return `${head}

| KPI | outcomes | realised per promised (90 % interval) | within the 90 % interval | broken |
|---|---|---|---|---|
${judged.map(row).join('\n')}

Each broken promise takes an answer one step down: advice, cautious, borrow, abstain. Below 5 neighbourhoods nothing is judged.
`;
}
