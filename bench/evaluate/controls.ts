import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { crossValidate } from '../../src/core/recommend/cross-validate.ts';
import { type ExperimentTable, placeOf } from '../../src/core/recommend/experiment-table.ts';
import { feasibleMixes } from '../../src/core/recommend/feasible-mixes.ts';
import { permuteContexts, permuteOutcomes } from '../../src/core/recommend/permuted-tables.ts';
import { recommendMixes } from '../../src/core/recommend/recommend-mixes.ts';
import { studentTQuantile } from '../../src/core/stats/student-t.ts';
import { heatTransitionRules, heatTransitionTable, trueEffects } from '../../test/support/heat-transition.ts';
import { above, meanOf, type Row } from './row.ts';
import { trainedOn } from './trained-on.ts';

const free = { budget: null, maximumSize: 4, required: [], excluded: [] };

/** What must not work: advice from outcomes or contexts that were dealt out at random. */
export function* evaluateControls(seeds: number, kernels: MatrixKernels): Generator<Row> {
  const table = heatTransitionTable(20260101, 'gas-saving');
  const n = table.ids.length;
  const advice = (evidence: ExperimentTable, seed: number) => {
    const model = trainedOn(evidence, seed, kernels);
    let given = 0;
    let asked = 0;
    for (let i = 0; i < n; i += 10) {
      const answer = recommendMixes(
        {
          model,
          place: placeOf(evidence, i),
          goals: [{ kpi: 'gas-saving', weight: 1 }],
          blocks: heatTransitionRules,
          constraints: free,
          count: 5,
          seed,
        },
        kernels,
      );
      asked++;
      if (answer.state === 'advice') given++;
    }
    return given / asked;
  };
  const permuted: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    permuted.push(1 - advice(permuteOutcomes(table, createRandom(seed, 'permuted outcomes')), seed));
  }
  yield above('permuted outcomes', `share cautious or abstained, ${seeds} seeds`, meanOf(permuted), 0.9);
  yield above('true outcomes', 'share of places with advice', advice(table, 1), 0.6);

  const mixes = feasibleMixes(heatTransitionRules, free);
  const truth = { mixes, effects: trueEffects(table, 'gas-saving', mixes) };
  const gains: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const kinds = ['constant', 'sparse-set'] as const;
    const { leaderboard } = crossValidate(
      {
        table: permuteContexts(table, table.region, createRandom(seed, 'permuted contexts')),
        leftOut: 'region',
        folds: 4,
        kinds,
        truth,
        seed,
      },
      kernels,
      () => {},
    );
    gains.push(leaderboard.models[0]!.regret! - leaderboard.models[1]!.regret!);
  }
  const mean = meanOf(gains);
  const se = Math.sqrt(gains.reduce((sum, g) => sum + (g - mean) ** 2, 0) / (seeds - 1) / seeds);
  const lower = mean - studentTQuantile(0.975, seeds - 1) * se;
  yield {
    test: 'permuted contexts',
    metric: `lower 95 % bound of the gain over one mix for everybody, ${seeds} seeds`,
    value: lower,
    goal: '<= 0',
    ok: lower <= 0,
  };
}
