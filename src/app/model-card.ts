import { calibrationBounds } from '../core/recommend/acceptable-calibration.ts';
import type { Leaderboard } from '../core/recommend/cross-validate.ts';
import type { ModelDescription, ModelKpi } from './models.ts';
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

/** The card of a model: data, splits, comparison, calibration, what it is not for. Plain Markdown, the same bytes each time. */
export function modelCard(description: ModelDescription): string {
  const { name, version, seed, dataDigest, blocks, contexts, kpis } = description;
  const parts = kpis.map((part) => {
    const { calibration } = part;
    const grades = part.grades.map(({ grade, experiments }) => `${experiments} ${grade}`).join(', ');
    return `## ${part.kpi}

${part.experiments} experiments (${grades}) in ${part.neighbourhoods} neighbourhoods and ${part.regions} regions; failures are in.
Served: **${part.kind}**${part.pooled ? '. One mix for everybody did not do worse than personal advice, so everybody gets the same ranking' : ''}.

Each row was predicted by models that never saw its region (${part.byRegion.folds} folds of whole regions):

${leaderboardTable(part.byRegion, part.kind)}

${calibrationLine(part)}

The same with whole neighbourhoods left out (${part.byNeighbourhood.folds} folds):

${leaderboardTable(part.byNeighbourhood, part.kind)}

Intervals: ${
      calibration.reach === null
        ? `none; ${calibration.groups} neighbourhoods are too few`
        : `90 %, conformal over ${calibration.groups} neighbourhoods, ${calibration.reach.toFixed(2)} standard deviations to each side`
    }. Slope of observed on promised effects in left-out regions: ${show(calibration.slope, 2)}. Coverage in the worst region: ${show(calibration.worstRegionCoverage)}.`;
  });
  return `# Model ${name}, version ${version}

| | |
|---|---|
| data (sha256) | ${dataDigest} |
| seed | ${seed} |
| building blocks | ${blocks.join(', ')} |
| context parameters | ${contexts.join(', ')} |

${parts.join('\n\n')}

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

${accepted} recommendations accepted, ${reported} reported, ${overdue} past their end without a report, ${withdrawn} withdrawn.`;
  const judged = kpis.filter(({ outcomes }) => outcomes > 0);
  if (judged.length === 0) return `${head}\n`;
  const row = ({ kpi, outcomes, neighbourhoods, slope, lower, upper, covered, broken, ofThisVersion }: KpiPromises) =>
    `| ${kpi}${ofThisVersion ? '' : ' (with earlier versions)'} | ${outcomes} | ${show(slope, 2)} (${show(lower, 2)} to ${show(upper, 2)}) | ${covered} of ${neighbourhoods} | ${broken.join(', ') || '-'} |`;
  return `${head}

| KPI | outcomes | realised per promised (90 % interval) | within the 90 % interval | broken |
|---|---|---|---|---|
${judged.map(row).join('\n')}

Each broken promise takes an answer one step down: advice, cautious, borrow. Below 5 neighbourhoods nothing is judged.
`;
}
