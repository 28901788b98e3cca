/** Families of features; each has one prior variance (or one penalty). */
export const featureFamilies = [
  'intercept',
  'context',
  'curvature',
  'grade',
  'gradeByContext',
  'size',
  'crowding',
  'block',
  'blockByContext',
  'pair',
  'region',
] as const;
export type FeatureFamily = (typeof featureFamilies)[number];

/** How experiments become features: the sizes that fix the layout. */
export interface FeatureShape {
  readonly outcome: 'effect' | 'level';
  readonly blocks: number;
  readonly contexts: number;
  readonly grades: number;
  readonly regions: number;
}

export interface FeatureLayout extends FeatureShape {
  readonly count: number;
  /** first feature of each family; families without features start where the next begins */
  readonly start: Readonly<Record<FeatureFamily, number>>;
  readonly length: Readonly<Record<FeatureFamily, number>>;
  /** family of each feature, an index into `featureFamilies` */
  readonly family: Uint8Array;
}

/**
 * The features of an experiment, family by family. What a mix adds: its blocks, each block times each context, each pair
 * of blocks, the number of blocks (the mean effect that blocks share) and of blocks beyond the first. Beside it stands
 * what is no effect of the mix: with `effect` rows what a weaker design adds, by grade and grade times context; with
 * `level` rows the level without any block: intercept, contexts and their products. Regions have a feature each.
 */
export function featureLayout(shape: FeatureShape): FeatureLayout {
  const { blocks: J, contexts: P, grades: G, regions: R } = shape;
  const level = shape.outcome === 'level';
  const length: Record<FeatureFamily, number> = {
    intercept: level ? 1 : 0,
    context: level ? P : 0,
    curvature: level ? (P * (P + 1)) / 2 : 0,
    grade: Math.max(0, G - 1),
    gradeByContext: Math.max(0, G - 1) * P,
    size: 1,
    crowding: 1,
    block: J,
    blockByContext: J * P,
    pair: (J * (J - 1)) / 2,
    region: R > 1 ? R : 0,
  };
  const start = {} as Record<FeatureFamily, number>;
  let count = 0;
  for (const family of featureFamilies) {
    start[family] = count;
    count += length[family];
  }
  const family = new Uint8Array(count);
  featureFamilies.forEach((name, f) => {
    family.fill(f, start[name], start[name] + length[name]);
  });
  return { ...shape, count, start, length, family };
}

/**
 * Writes the features of a mix: everything an effect consists of, nothing else (`out` is 0 elsewhere).
 *
 * @param z contexts on the scale of the evidence
 * @param amount how much of each block, from `offset` on: flags of a mix, or its doses from 0 to 1
 * @param out `layout.count` values, overwritten
 */
export function writeMixFeatures(
  layout: FeatureLayout,
  z: Float64Array,
  amount: Uint8Array | Float64Array,
  offset: number,
  out: Float64Array,
): void {
  const { blocks: J, contexts: P, start } = layout;
  out.fill(0);
  let size = 0;
  let pair = start.pair;
  for (let j = 0; j < J; j++) {
    const here = amount[offset + j]!;
    if (here) {
      size += here;
      out[start.block + j] = here;
      for (let p = 0; p < P; p++) out[start.blockByContext + j * P + p] = here * z[p]!;
    }
    for (let l = j + 1; l < J; l++) out[pair++] = here * amount[offset + l]!;
  }
  out[start.size] = size;
  out[start.crowding] = Math.max(0, size - 1);
}

/** The features of a mix that are not 0: their numbers and values, `count` of each; buffers are reused. */
export interface SparseFeatures {
  readonly index: Uint32Array;
  readonly value: Float64Array;
  count: number;
}

/** The same features as `writeMixFeatures` without the zeros, of which a mix of few blocks has most. */
export function listMixFeatures(
  layout: FeatureLayout,
  z: Float64Array,
  mix: Uint8Array,
  offset: number,
  out: SparseFeatures,
): void {
  const { blocks: J, contexts: P, start } = layout;
  const put = (index: number, value: number) => {
    out.index[out.count] = index;
    out.value[out.count++] = value;
  };
  out.count = 0;
  let size = 0;
  for (let j = 0; j < J; j++) {
    if (!mix[offset + j]) continue;
    size++;
    put(start.block + j, 1);
    for (let p = 0; p < P; p++) put(start.blockByContext + j * P + p, z[p]!);
    for (let l = j + 1; l < J; l++) if (mix[offset + l]) put(pairFeature(layout, j, l), 1);
  }
  put(start.size, size);
  put(start.crowding, Math.max(0, size - 1));
}

/**
 * Adds to the features of a mix what else is in an observed row: its design, or the level without any block.
 *
 * @param region index, or -1 for a region that is not in the evidence
 */
export function addRowFeatures(
  layout: FeatureLayout,
  z: Float64Array,
  grade: number,
  region: number,
  out: Float64Array,
): void {
  const { contexts: P, start, length } = layout;
  if (length.intercept) out[start.intercept] = 1;
  if (length.context) out.set(z, start.context);
  if (length.curvature) {
    let at = start.curvature;
    for (let p = 0; p < P; p++) for (let q = 0; q <= p; q++) out[at++] = z[p]! * z[q]! - (p === q ? 1 : 0);
  }
  if (grade > 0) {
    out[start.grade + grade - 1] = 1;
    for (let p = 0; p < P; p++) out[start.gradeByContext + (grade - 1) * P + p] = z[p]!;
  }
  if (length.region && region >= 0) out[start.region + region] = 1;
}

/** Number of the feature of a pair of blocks, j < l. */
export function pairFeature(layout: FeatureLayout, j: number, l: number): number {
  const J = layout.blocks;
  return layout.start.pair + (j * (2 * J - j - 1)) / 2 + (l - j - 1);
}
