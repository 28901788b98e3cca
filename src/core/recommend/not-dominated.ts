/**
 * Whether no feasible part of a mix promises at least as much as the whole. A part never costs more, so a mix with such a part
 * is no advice: what it adds does nothing, or harms.
 *
 * @param mixes m x J flags, row-major: the feasible mixes, each once
 * @param J     number of blocks, at most 50
 * @param mean  m expected gains
 * @returns a filter on the index of a mix
 * Cost: O(mJ) map look-ups, smaller mixes first, each asked for its parts with one block fewer. Where the feasible mixes are
 * not closed under leaving out one block (prerequisites, required blocks), the parts that are feasible are passed on by the
 * infeasible ones between them only if those were feasible themselves; such a mix may stay listed.
 */
export function notDominated(mixes: Uint8Array, J: number, mean: Float64Array): (mix: number) => boolean {
  const m = mean.length;
  const masks = Float64Array.from(mean, (_, i) => {
    let mask = 0;
    for (let j = 0; j < J; j++) if (mixes[i * J + j]) mask += 2 ** j;
    return mask;
  });
  const sizes = Uint8Array.from(mean, (_, i) => {
    let size = 0;
    for (let j = 0; j < J; j++) size += mixes[i * J + j]!;
    return size;
  });
  const indexOf = new Map(Array.from(masks, (mask, i) => [mask, i]));
  /** the best gain of any part of the mix, itself included */
  const reached = Float64Array.from(mean);
  const dominated = new Uint8Array(m);
  const bySize = Uint32Array.from(mean, (_, i) => i).sort((a, b) => sizes[a]! - sizes[b]! || a - b);
  for (const i of bySize) {
    for (let j = 0; j < J; j++) {
      if (!mixes[i * J + j]) continue;
      const part = indexOf.get(masks[i]! - 2 ** j);
      if (part === undefined || sizes[part] === 0) continue;
      if (reached[part]! >= mean[i]!) dominated[i] = 1;
      if (reached[part]! > reached[i]!) reached[i] = reached[part]!;
    }
  }
  return (mix) => dominated[mix] === 0;
}
