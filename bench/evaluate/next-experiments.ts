import { generateNeighbourhoods, type Neighbourhood } from '../../datasets/heat-transition/neighbourhoods.ts';
import { contextNames, trueEffect } from '../../datasets/heat-transition/truth.ts';
import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { createRandom, type RandomStream } from '../../src/core/random/random-stream.ts';
import { fitServable } from '../../src/core/recommend/effect-models.ts';
import { type ExperimentTable, type Place, selectExperiments } from '../../src/core/recommend/experiment-table.ts';
import { feasibleMixes } from '../../src/core/recommend/feasible-mixes.ts';
import { nextExperiments } from '../../src/core/recommend/next-experiments.ts';
import { rankByScore } from '../../src/core/recommend/ranking-metrics.ts';
import { meanEffects } from '../../src/core/recommend/set-model.ts';
import type { TrainedModel } from '../../src/core/recommend/trained-model.ts';
import { studentTQuantile } from '../../src/core/stats/student-t.ts';
import { heatTransitionRules, heatTransitionTable } from '../../test/support/heat-transition.ts';
import { above, meanOf, type Row, shown } from './row.ts';

const constraints = { budget: null, maximumSize: 4, required: [], excluded: [] };
const mixes = feasibleMixes(heatTransitionRules, constraints);
const J = heatTransitionRules.length;
const m = mixes.length / J;
const [start, perRound, rounds] = [80, 8, 5];
/** What a new experiment is like: sampling variance, and the spread between sites. */
const [variance, siteSd] = [0.0015, 0.02];

interface World {
  readonly neighbourhoods: readonly Neighbourhood[];
  readonly places: readonly Place[];
  /** true effects of the mixes in each place */
  readonly truth: readonly Float64Array[];
  readonly table: ExperimentTable;
}

function createWorld(seed: number): World {
  const neighbourhoods = generateNeighbourhoods(seed);
  const all = heatTransitionTable(seed, 'gas-saving');
  const distinct = (values: readonly string[]) => [...new Set(values)].sort();
  const sites = distinct([...all.sites, ...neighbourhoods.map(({ code }) => code)]);
  const regions = distinct([...all.regions, ...neighbourhoods.map(({ region }) => region)]);
  const first = selectExperiments(all, [...Array(start).keys()]);
  return {
    neighbourhoods,
    places: neighbourhoods.map(({ values }) => ({
      context: Float64Array.from(contextNames, (name) => values[name]),
      missing: new Uint8Array(contextNames.length),
    })),
    truth: neighbourhoods.map(({ values }) =>
      Float64Array.from({ length: m }, (_, mix) =>
        trueEffect('gas-saving', values, Array.from(mixes.subarray(mix * J, (mix + 1) * J), Boolean)),
      ),
    ),
    table: {
      ...first,
      sites,
      regions,
      site: first.site.map((site) => sites.indexOf(all.sites[site]!)),
      region: first.region.map((region) => regions.indexOf(all.regions[region]!)),
    },
  };
}

interface Choice {
  readonly at: number;
  readonly mix: number;
}

function proposed(model: TrainedModel, { neighbourhoods, places }: World, kernels: MatrixKernels): readonly Choice[] {
  const sites = neighbourhoods.map(({ code, region }, i) => ({ id: code, region, place: places[i]! }));
  const goals = [{ kpi: 'gas-saving', weight: 1 }];
  const input = { model, goals, blocks: heatTransitionRules, constraints, sites, targets: places, count: perRound };
  return nextExperiments(input, kernels).experiments.map(({ site, blocks }) => ({
    at: neighbourhoods.findIndex(({ code }) => code === site),
    mix: Array.from({ length: m }, (_, mix) => mix).find((mix) =>
      heatTransitionRules.every(({ id }, j) => blocks.includes(id) === (mixes[mix * J + j] === 1)),
    )!,
  }));
}

function tried(
  table: ExperimentTable,
  { neighbourhoods, places, truth }: World,
  choices: readonly Choice[],
  round: number,
  random: RandomStream,
): ExperimentTable {
  const join = <A extends Float64Array | Uint8Array | Uint32Array>(to: A, more: readonly number[]): A => {
    const joined = new (to.constructor as new (length: number) => A)(to.length + more.length);
    joined.set(to);
    joined.set(more, to.length);
    return joined;
  };
  const effects = choices.map(({ at, mix }, k) => {
    const own = random.stream('outcome', round, k);
    return truth[at]![mix]! + siteSd * own.normal() + Math.sqrt(variance) * own.normal();
  });
  return {
    ...table,
    ids: [...table.ids, ...choices.map((_, k) => `X${round}-${k}`)],
    effect: join(table.effect, effects),
    variance: join(
      table.variance!,
      choices.map(() => variance),
    ),
    mix: join(
      table.mix,
      choices.flatMap(({ mix }) => [...mixes.subarray(mix * J, (mix + 1) * J)]),
    ),
    context: join(
      table.context,
      choices.flatMap(({ at }) => [...places[at]!.context]),
    ),
    contextMissing: join(
      table.contextMissing,
      choices.flatMap(({ at }) => [...places[at]!.missing]),
    ),
    grade: join(
      table.grade,
      choices.map(() => 0),
    ),
    site: join(
      table.site,
      choices.map(({ at }) => table.sites.indexOf(neighbourhoods[at]!.code)),
    ),
    region: join(
      table.region,
      choices.map(({ at }) => table.regions.indexOf(neighbourhoods[at]!.region)),
    ),
  };
}

/** Regret over all neighbourhoods before the first round and after the last. */
function learn(seed: number, how: 'proposed' | 'random', kernels: MatrixKernels): readonly [number, number] {
  const world = createWorld(seed);
  const random = createRandom(seed, 'next experiments', how);
  const fit = (table: ExperimentTable, round: number) =>
    fitServable('set-kernel', table, createRandom(seed, 'fit', round), kernels);
  const regretOf = (model: ReturnType<typeof fit>) =>
    meanOf(
      world.places.map((place, i) => {
        const effects = world.truth[i]!;
        return Math.max(...effects) - effects[rankByScore(meanEffects(model, place, mixes, kernels))[0]!]!;
      }),
    );
  let table = world.table;
  let model = fit(table, 0);
  const before = regretOf(model);
  for (let round = 1; round <= rounds; round++) {
    const trained = { seed, kpis: [{ kpi: 'gas-saving', table, model, spread: 0.1 }] } as unknown as TrainedModel;
    const choices =
      how === 'proposed'
        ? proposed(trained, world, kernels)
        : Array.from({ length: perRound }, () => ({
            at: random.integer(world.places.length),
            mix: random.integer(m),
          }));
    table = tried(table, world, choices, round, random);
    model = fit(table, round);
  }
  return [before, regretOf(model)];
}

/**
 * Five rounds of eight experiments on top of 80, from the planted truth of heat-transition: chosen as `nextExperiments` proposes, or at random
 * among the neighbourhoods and mixes. By how much does the regret of the first mix fall?
 */
export function* evaluateNextExperiments(seeds: number, kernels: MatrixKernels): Generator<Row> {
  const test = 'next experiments';
  const falls = { proposed: [] as number[], random: [] as number[] };
  const before: number[] = [];
  for (let seed = 201; seed < 201 + seeds; seed++) {
    for (const how of ['proposed', 'random'] as const) {
      const [first, last] = learn(seed, how, kernels);
      falls[how].push(first - last);
      if (how === 'random') before.push(first);
    }
  }
  yield shown(test, `regret before, ${seeds} seeds`, meanOf(before));
  yield shown(test, 'fall of the regret in five rounds, at random', meanOf(falls.random));
  yield shown(test, 'fall of the regret in five rounds, as proposed', meanOf(falls.proposed));
  const extra = falls.proposed.map((fall, i) => fall - 1.25 * falls.random[i]!);
  const mean = meanOf(extra);
  const se = Math.sqrt(extra.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (seeds - 1) / seeds);
  yield above(
    test,
    'lower 95 % bound of the fall as proposed minus 1.25 times that at random',
    mean - studentTQuantile(0.975, seeds - 1) * se,
    0,
  );
}
