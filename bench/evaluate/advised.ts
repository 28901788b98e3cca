import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { placeOf, selectExperiments } from '../../src/core/recommend/experiment-table.ts';
import { groupedFolds } from '../../src/core/recommend/grouped-folds.ts';
import { recommendMixes } from '../../src/core/recommend/recommend-mixes.ts';
import { above, absent, below, meanOf, type Row, shown } from './row.ts';
import { readCommunities, semiSynthetic } from './semi-synthetic.ts';
import { trainedOn } from './trained-on.ts';

/**
 * What happens to those who are advised: places in left-out regions ask the trained recommender, and the truth says what following
 * its first mix loses. Places are taken in the order of the shortfall that the answer itself states.
 */
export function* evaluateAdvised(reference: string | null, seeds: number, kernels: MatrixKernels): Generator<Row> {
  const test = 'advised, N = 1000';
  if (reference === null) {
    yield absent(test);
    return;
  }
  const communities = readCommunities(reference);
  const ratios: number[] = [];
  const stated: number[] = [];
  const advice: number[] = [];
  const supported: number[] = [];
  const byState = new Map<string, number[]>();
  for (let seed = 1; seed <= seeds; seed++) {
    const { table, truth } = semiSynthetic(communities, 1000, 1000 + seed);
    const m = truth.mixes.length / table.blocks.length;
    const fold = groupedFolds(table.region, 6, createRandom(seed, 'folds', 'region'));
    const blocks = table.blocks.map((id) => ({ id, cost: 0, prerequisites: [], excludes: [] }));
    const cases: { readonly shortfall: number; readonly regret: number }[] = [];
    const states: string[] = [];
    for (let f = 0; f < 6; f++) {
      const inside = [...fold.keys()].filter((i) => fold[i] !== f);
      const model = trainedOn(selectExperiments(table, inside), seed, kernels);
      for (const i of [...fold.keys()].filter((row) => fold[row] === f && row % 4 === 0)) {
        const answer = recommendMixes(
          {
            model,
            place: placeOf(table, i),
            goals: [{ kpi: 'gas-saving', weight: 1 }],
            blocks,
            constraints: { budget: null, maximumSize: 3, required: [], excluded: [] },
            count: 1,
            seed,
          },
          kernels,
        );
        if (!answer.support.inside || answer.state === 'abstain') continue;
        const first = answer.mixes[0]!.blocks;
        const effects = truth.effects.subarray(i * m, (i + 1) * m);
        const pick = effects.findIndex((_, k) =>
          table.blocks.every((block, j) => (truth.mixes[k * table.blocks.length + j] === 1) === first.includes(block)),
        );
        const regret = Math.max(...effects) - effects[pick]!;
        cases.push({ shortfall: answer.shortfall, regret });
        states.push(answer.state);
        byState.set(answer.state, [...(byState.get(answer.state) ?? []), regret]);
      }
    }
    cases.sort((a, b) => a.shortfall - b.shortfall);
    const ratioOf = (of: 'regret' | 'shortfall') =>
      meanOf(cases.slice(0, Math.ceil(0.7 * cases.length)).map((one) => one[of])) / meanOf(cases.map((one) => one[of]));
    ratios.push(ratioOf('regret'));
    stated.push(ratioOf('shortfall'));
    advice.push(states.filter((state) => state === 'advice').length / states.length);
    supported.push(cases.length / 250);
  }
  yield shown(test, `places within the support that get an answer, ${seeds} seeds`, meanOf(supported));
  yield above(test, 'of these, share with advice', meanOf(advice), 0.6);
  for (const [state, regrets] of [...byState].sort())
    yield shown(test, `regret where the answer is ${state}`, meanOf(regrets));
  // What the order would give were every stated shortfall exactly the expected regret: no order by these data can give less on average.
  yield shown(test, 'the next, were the stated shortfalls right', meanOf(stated));
  yield below(test, 'regret of the 70 % with the smallest shortfall, over that of all', meanOf(ratios), 0.7);
}
