import { expect, test } from 'vitest';
import { type ExperimentTable, placeOf } from '../../../src/core/recommend/experiment-table.ts';
import { feasibleMixes } from '../../../src/core/recommend/feasible-mixes.ts';
import { defaultSetModelSettings, fitSetModel, predictEffects } from '../../../src/core/recommend/set-model.ts';
import { loadDefaultKernels } from '../../../src/main/load-default-kernels.ts';
import { heatTransitionRules, heatTransitionTable } from '../../support/heat-transition.ts';

const kernels = await loadDefaultKernels();
const table = heatTransitionTable(20260101, 'gas-saving');
const mixes = feasibleMixes(heatTransitionRules, { budget: null, maximumSize: 4, required: [], excluded: [] });

/** All experiments of a site once more, under another id of the site. */
function withCopy(of: number): ExperimentTable {
  const rows = [...table.ids.keys()].filter((i) => table.site[i] === of);
  const again = <A extends Float64Array | Uint8Array | Uint32Array>(from: A, width: number): A => {
    const to = new (from.constructor as new (length: number) => A)(from.length + rows.length * width);
    to.set(from);
    rows.forEach((row, k) => {
      to.set(from.subarray(row * width, (row + 1) * width), from.length + k * width);
    });
    return to;
  };
  return {
    ...table,
    ids: [...table.ids, ...rows.map((row) => `${table.ids[row]}-again`)],
    effect: again(table.effect, 1),
    variance: again(table.variance!, 1),
    mix: again(table.mix, table.blocks.length),
    context: again(table.context, table.contexts.length),
    contextMissing: again(table.contextMissing, table.contexts.length),
    grade: again(table.grade, 1),
    region: again(table.region, 1),
    sites: [...table.sites, 'copy'],
    site: Uint32Array.from([...table.site, ...rows.map(() => table.sites.length)]),
  };
}

test('a neighbourhood that stands in the table twice, under two ids, changes nothing material', () => {
  const sites = [3, 40, 90];
  const own = fitSetModel(table, defaultSetModelSettings, kernels);
  let same = 0;
  let asked = 0;
  for (const of of sites) {
    const copied = fitSetModel(withCopy(of), defaultSetModelSettings, kernels);
    for (let i = 0; i < table.ids.length; i += 20) {
      const [a, b] = [own, copied].map((model) => predictEffects(model, placeOf(table, i), mixes, kernels));
      const first = (mean: Float64Array) => mean.indexOf(Math.max(...mean));
      asked++;
      // The first mix may be another one only where both are worth the same: within a twentieth of what the best is worth.
      const [best, other] = [first(a!.mean), first(b!.mean)];
      if (a!.mean[best]! - a!.mean[other]! <= 0.05 * a!.mean[best]!) same++;
      // No effect moves by more than half of its own uncertainty.
      a!.mean.forEach((mean, k) => {
        expect(Math.abs(b!.mean[k]! - mean)).toBeLessThan(0.5 * Math.sqrt(a!.variance[k]!));
      });
    }
  }
  expect(same).toBe(asked);
});
