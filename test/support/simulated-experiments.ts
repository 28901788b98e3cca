import { createRandom } from '../../src/core/random/random-stream.ts';
import type { ExperimentTable } from '../../src/core/recommend/experiment-table.ts';

export interface SimulatedDesign {
  readonly rows: number;
  readonly regions: number;
  readonly sitesPerRegion: number;
  /** standard deviation of what a block does everywhere */
  readonly blocks: number;
  /** standard deviation of the slopes of block effects on contexts; 0: contexts say nothing */
  readonly slopes: number;
  /** standard deviation of what a block does in one region and not in others */
  readonly blocksByRegion: number;
  /** share of the variance of contexts that sites of a region have in common */
  readonly clustered: number;
}

const J = 5;
const P = 4;

/** Experiments with one to three of five blocks, four contexts, sampling variance .02 and a row spread of .1. */
export function simulatedExperiments(design: SimulatedDesign, seed: number): ExperimentTable {
  const random = createRandom(seed, 'simulated experiments');
  const normals = (count: number, sd = 1) => Array.from({ length: count }, () => sd * random.normal());
  const main = normals(J, design.blocks);
  const slopes = Array.from({ length: J }, () => normals(P, design.slopes));
  const regions = Array.from({ length: design.regions }, () => ({
    context: normals(P),
    blocks: normals(J, design.blocksByRegion),
  }));
  const sites = regions.flatMap((region, r) =>
    Array.from({ length: design.sitesPerRegion }, () => ({
      region: r,
      blocks: region.blocks,
      context: region.context.map(
        (shared) => Math.sqrt(design.clustered) * shared + Math.sqrt(1 - design.clustered) * random.normal(),
      ),
    })),
  );
  const rows = Array.from({ length: design.rows }, (_, i) => {
    const site = i < sites.length ? i : random.integer(sites.length);
    const tried = random.permutation(J).slice(0, 1 + random.integer(3));
    const mix = Uint8Array.from({ length: J }, (__, j) => (tried.includes(j) ? 1 : 0));
    const { context, blocks } = sites[site]!;
    const slope = (j: number) => slopes[j]!.reduce((sum, b, p) => sum + b * context[p]!, 0);
    const effect = tried.reduce((sum, j) => sum + main[j]! + blocks[j]! + slope(j), 0);
    return { site, mix, effect: effect + Math.sqrt(0.03) * random.normal() };
  });
  const name = (kind: string, i: number) => `${kind}${String(i).padStart(4, '0')}`;
  return {
    outcome: 'effect',
    ids: rows.map((_, i) => name('e', i)),
    effect: Float64Array.from(rows, ({ effect }) => effect),
    variance: new Float64Array(rows.length).fill(0.02),
    blocks: [...'abcde'],
    mix: Uint8Array.from(rows.flatMap(({ mix }) => [...mix])),
    contexts: [...'wxyz'],
    context: Float64Array.from(rows.flatMap(({ site }) => sites[site]!.context)),
    contextMissing: new Uint8Array(rows.length * P),
    grades: ['randomised'],
    grade: new Uint8Array(rows.length),
    sites: sites.map((_, i) => name('s', i)),
    site: Uint32Array.from(rows, ({ site }) => site),
    regions: regions.map((_, i) => name('r', i)),
    region: Uint32Array.from(rows, ({ site }) => sites[site]!.region),
  };
}
