import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { chooseKind } from '../../src/core/recommend/choose-kind.ts';
import { crossValidate } from '../../src/core/recommend/cross-validate.ts';
import { servableKinds } from '../../src/core/recommend/effect-models.ts';
import type { ExperimentTable } from '../../src/core/recommend/experiment-table.ts';
import { regionReach } from '../../src/core/recommend/region-reach.ts';
import { normalQuantile } from '../../src/core/stats/normal-quantile.ts';
import { above, absent, below, meanOf, type Row, shown } from './row.ts';
import { servedPredictions } from './served.ts';

/**
 * Weeks of countries: which measures were in force, and the growth of cases in the week that began a week later. A week counts from day
 * 40 of a country's series to 10 May 2020 where it had 30 new cases or more: 336 weeks in 41 countries.
 */
export function readCovid(reference: string): ExperimentTable {
  const file = `${reference}/recsys/covid-npi/data_final_nov.csv`;
  const rows = parse(readFileSync(file), { columns: true }) as Record<string, string>[];
  const blocks = Object.keys(rows[0]!).slice(6);
  const byCountry = Map.groupBy(rows, (row) => row['Country Code']!);
  const found: { id: string; country: string; growth: number; level: number; last: number; dose: number[] }[] = [];
  for (const [country, series] of [...byCountry].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // A day on which a country corrected its count downwards had no new cases.
    const fresh = series.map((row, t) =>
      t === 0 ? 0 : Math.max(0, Number(row.Confirmed) - Number(series[t - 1]!.Confirmed)),
    );
    const during = (from: number, to: number) => fresh.slice(from, to + 1).reduce((sum, count) => sum + count, 0);
    for (let t = 40; t + 14 < series.length; t += 7) {
      const date = series[t]!.Date!.slice(0, 10);
      const cases = during(t - 6, t);
      if (date > '2020-05-10' || cases < 30) continue;
      found.push({
        id: `${country} ${date}`,
        country,
        growth: Math.log((during(t + 8, t + 14) + 1) / (cases + 1)),
        level: Math.log(cases + 1),
        last: Math.log((cases + 1) / (during(t - 13, t - 7) + 1)),
        dose: blocks.map((name) => Number(series[t]![name])),
      });
    }
  }
  const countries = [...byCountry.keys()].sort();
  const dose = Float64Array.from(found.flatMap((row) => row.dose));
  const country = Uint32Array.from(found, (row) => countries.indexOf(row.country));
  return {
    outcome: 'level',
    ids: found.map(({ id }) => id),
    effect: Float64Array.from(found, ({ growth }) => growth),
    variance: null,
    blocks,
    mix: Uint8Array.from(dose, (value) => (value > 0 ? 1 : 0)),
    dose,
    contexts: ['log cases', 'last growth'],
    context: Float64Array.from(found.flatMap(({ level, last }) => [level, last])),
    contextMissing: new Uint8Array(2 * found.length),
    grades: ['observed'],
    grade: new Uint8Array(found.length),
    sites: countries,
    site: country,
    regions: ['all'],
    region: new Uint32Array(found.length),
  };
}

const kinds = [
  'nearest',
  'constant',
  'additive',
  'r-learner',
  'boosted-trees',
  'factorisation',
  'ridge',
  'set-kernel',
  'sparse-set',
  'averaged',
] as const;

/** Leave-country-out error of the kind that would be served, and what its intervals cover in the worst country. */
export function* evaluateCovid(reference: string | null, kernels: MatrixKernels): Generator<Row> {
  const test = 'covid-npi';
  if (reference === null) {
    yield absent(test);
    return;
  }
  const table = readCovid(reference);
  const { leaderboard, predictions } = crossValidate(
    { table, leftOut: 'neighbourhood', folds: table.sites.length, kinds, truth: null, seed: 1 },
    kernels,
    () => {},
  );
  for (const { model, rootMeanSquaredError } of leaderboard.models)
    yield shown(test, `leave-country-out error of ${model}`, rootMeanSquaredError);
  const { kind: served } = chooseKind(leaderboard, servableKinds)!;
  const winner = leaderboard.models.find(({ model }) => model === served)!;
  yield below(
    test,
    `leave-country-out error of the served kind, ${served}, ${leaderboard.rows} weeks`,
    winner.rootMeanSquaredError,
    0.763,
  );

  // The same choice made 41 times without the country, by the others alone: what choosing by the errors above gains by luck is not in it.
  const unseen = servedPredictions(table, table.site, 1, kernels);
  const squares = unseen.mean.map((value, i) => (table.effect[i]! - value) ** 2);
  const error = Math.sqrt(meanOf([...squares]));
  yield below(test, 'the same, the kind chosen without the country', error, 0.763);
  for (const kind of servableKinds) {
    const share = unseen.chosen.filter((one) => one === kind).length / unseen.chosen.length;
    if (share > 0) yield shown(test, `share of countries for which ${kind} is chosen`, share);
  }

  const { mean, variance, noise } = predictions.find(({ model }) => model === served)!;
  const scores = mean.map((value, i) => Math.abs(table.effect[i]! - value) / Math.sqrt(variance[i]! + noise[i]!));
  const coverage = (reach: (country: number) => number) => {
    const rows = new Map<number, number[]>();
    scores.forEach((score, i) => {
      const country = table.site[i]!;
      rows.set(country, [...(rows.get(country) ?? []), score <= reach(country) ? 1 : 0]);
    });
    return { worst: Math.min(...[...rows.values()].map(meanOf)), mean: meanOf([...rows.values()].flat()) };
  };
  const plain = coverage(() => normalQuantile(0.95));
  yield shown(test, 'coverage of plain 90 % intervals, mean over weeks', plain.mean);
  yield shown(test, 'coverage of plain 90 % intervals, worst country', plain.worst);
  const reaches = table.sites.map((_, country) => {
    const others = [...scores.keys()].filter((i) => table.site[i] !== country);
    return regionReach(
      Float64Array.from(others, (i) => scores[i]!),
      Uint32Array.from(others, (i) => table.site[i]!),
      0.8,
      0.99,
    );
  });
  const wide = coverage((country) => reaches[country]!);
  yield shown(test, 'reach of intervals that cover whole countries, standard deviations', meanOf(reaches));
  yield shown(test, 'coverage of these, mean over weeks', wide.mean);
  yield above(test, 'coverage of these, worst country', wide.worst, 0.8);
}
