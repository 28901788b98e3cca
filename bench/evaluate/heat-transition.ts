import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { fitServable } from '../../src/core/recommend/effect-models.ts';
import { placeOf } from '../../src/core/recommend/experiment-table.ts';
import { feasibleMixes } from '../../src/core/recommend/feasible-mixes.ts';
import { rankByScore, regretOfPick } from '../../src/core/recommend/ranking-metrics.ts';
import { featureLayout, pairFeature } from '../../src/core/recommend/set-features.ts';
import { predictEffects } from '../../src/core/recommend/set-model.ts';
import { heatTransitionRules, heatTransitionTable, trueEffects } from '../../test/support/heat-transition.ts';
import { above, below, meanOf, type Row } from './row.ts';

/** Other draws of the demo's experiments from the same truth: are the synergy and the harmful block found each time? */
export function* evaluateHeatTransition(seeds: number, kernels: MatrixKernels): Generator<Row> {
  const test = 'heat-transition';
  const mixes = feasibleMixes(heatTransitionRules, { budget: null, maximumSize: 4, required: [], excluded: [] });
  const m = mixes.length / 8;
  let synergies = 0;
  let harmful = 0;
  let picks = 0;
  const regrets: number[] = [];
  const worth: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const table = heatTransitionTable(seed, 'gas-saving');
    const model = fitServable('sparse-set', table, createRandom(seed, 'evaluate'), kernels);
    const layout = featureLayout(model.shape);
    const planted = pairFeature(layout, 1, 4);
    const sd = Math.sqrt(model.covariance[planted * layout.count + planted]!);
    if (model.mean[planted]! > 1.645 * sd) synergies++;
    const truth = trueEffects(table, 'gas-saving', mixes);
    for (let i = 0; i < table.ids.length; i += 4) {
      const scores = predictEffects(model, placeOf(table, i), mixes, kernels).mean;
      const effects = truth.subarray(i * m, (i + 1) * m);
      const pick = rankByScore(scores)[0]!;
      picks++;
      if (mixes[pick * 8 + 7]) harmful++;
      regrets.push(regretOfPick(scores, effects));
      worth.push(Math.max(...effects));
    }
  }
  yield above(test, `planted synergy found, of ${seeds} seeds`, synergies, seeds);
  yield below(test, `first mixes with the harmful block, of ${picks}`, harmful, 0);
  yield below(test, 'regret as a share of what the best mix is worth', meanOf(regrets) / meanOf(worth), 0.05);
}
