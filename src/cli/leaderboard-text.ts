import type { ResultOf } from '../app/analyses.ts';
import type { CommandContext } from './command.ts';
import { textTable } from './text-table.ts';

type Leaderboard = ResultOf<'evaluation'>['body']['leaderboard'];

/** A comparison of models as a table; `served` gets a mark. */
export function leaderboardText(
  kpi: string,
  leaderboard: Leaderboard,
  served: string | null,
  { say, language }: CommandContext,
): string {
  const format = (digits: number) =>
    new Intl.NumberFormat(language, { maximumFractionDigits: digits, minimumFractionDigits: digits });
  const number = (value: number | null, digits: number) => (value === null ? '–' : format(digits).format(value));
  const head = say(`cli.evaluate.${leaderboard.leftOut}`, {
    kpi,
    rows: leaderboard.rows,
    groups: leaderboard.groups,
    folds: leaderboard.folds,
  });
  return `${head}\n\n${textTable(
    [
      { title: say('cli.evaluate.model') },
      { title: say('cli.evaluate.error'), align: 'right' },
      { title: say('cli.evaluate.coverage'), align: 'right' },
      { title: say('cli.evaluate.worst'), align: 'right' },
      { title: say('cli.evaluate.slope'), align: 'right' },
    ],
    leaderboard.models.map((m) => [
      m.model === served ? `${m.model} *` : m.model,
      number(m.rootMeanSquaredError, 4),
      number(m.intervalCoverage, 2),
      number(m.worstRegionCoverage, 2),
      number(m.calibrationSlope, 2),
    ]),
  )}`;
}
