/** Number of bits set in a 32-bit word. */
export function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Sets of vertices as bit masks of `words` 32-bit words each: edge e occupies masks[e*words .. e*words+words). */
export interface Hypergraph {
  readonly vertices: number;
  readonly words: number;
  readonly edges: number;
  readonly masks: Int32Array;
}

/**
 * The inclusion-minimal edges, each once. Hitting them hits all.
 *
 * Cost: O(edges^2 words) worst case; edges are compared with smaller ones only.
 */
function minimalEdges({ vertices, words, edges, masks }: Hypergraph): Hypergraph {
  const size = new Int32Array(edges);
  for (let e = 0; e < edges; e++) for (let w = 0; w < words; w++) size[e]! += popcount(masks[e * words + w]!);
  const order = Array.from({ length: edges }, (_, e) => e).sort((a, b) => size[a]! - size[b]! || a - b);
  const kept = new Int32Array(edges * words);
  let count = 0;
  for (const e of order) {
    let minimal = true;
    for (let f = 0; f < count && minimal; f++) {
      let inside = true;
      for (let w = 0; w < words; w++)
        if (kept[f * words + w]! & ~masks[e * words + w]!) {
          inside = false;
          break;
        }
      minimal = !inside;
    }
    if (!minimal) continue;
    for (let w = 0; w < words; w++) kept[count * words + w] = masks[e * words + w]!;
    count++;
  }
  return { vertices, words, edges: count, masks: kept.subarray(0, count * words) };
}

/**
 * Every minimal hitting set of a hypergraph, each exactly once: sets of vertices that meet every edge and lose that
 * with any vertex. `visit(chosen, size)` reads chosen[0..size) (the buffer is ours, copy what you keep) and returns
 * false to stop. Without edges the empty set is visited; with an empty edge nothing is.
 *
 * Algorithm MMCS (Murakami, Uno 2014, doi:10.1016/j.dam.2014.01.012): branch on the uncovered edge with the fewest candidates; for
 * each chosen vertex keep the edges that only it hits, and leave a branch as soon as one of these sets is empty.
 * Memory O(depth^2 edges/32 + depth vertices/32); time proportional to the nodes, in practice near the output.
 *
 * @returns false if `visit` stopped the search
 */
export function enumerateMinimalHittingSets(
  hypergraph: Hypergraph,
  visit: (chosen: Int32Array, size: number) => boolean,
): boolean {
  const { vertices, words, edges, masks } = minimalEdges(hypergraph);
  if (edges === 0) return visit(new Int32Array(0), 0);
  if (words === 1 && edges <= 32) return searchNarrow(vertices, edges, masks, visit);
  return searchWide(vertices, words, edges, masks, visit);
}

/** The search below where vertices and edges fit one word each: the same steps with every set in a local. */
function searchNarrow(
  vertices: number,
  edges: number,
  masks: Int32Array,
  visit: (chosen: Int32Array, size: number) => boolean,
): boolean {
  const depthLimit = Math.min(vertices, edges) + 1;
  const hits = new Int32Array(vertices);
  for (let e = 0; e < edges; e++) for (let v = 0; v < vertices; v++) if (masks[e]! & (1 << v)) hits[v]! |= 1 << e;
  const critical = new Int32Array((depthLimit * (depthLimit + 1)) / 2);
  const chosen = new Int32Array(depthLimit);

  function search(depth: number, uncovered: number, candidates: number): boolean {
    let fewest = 33;
    let branch = 0;
    for (let rest = uncovered; rest !== 0; rest &= rest - 1) {
      const options = masks[31 - Math.clz32(rest & -rest)]! & candidates;
      const count = popcount(options);
      if (count < fewest) {
        fewest = count;
        branch = options;
        if (count < 2) break;
      }
    }
    const here = (depth * (depth - 1)) >> 1;
    const next = (depth * (depth + 1)) >> 1;
    let allowed = candidates & ~branch;
    for (let rest = branch; rest !== 0; rest &= rest - 1) {
      const v = 31 - Math.clz32(rest & -rest);
      const hit = hits[v]!;
      let minimal = true;
      for (let j = 0; j < depth; j++) {
        const own = critical[here + j]! & ~hit;
        critical[next + j] = own;
        if (own === 0) {
          minimal = false;
          break;
        }
      }
      if (!minimal) continue;
      critical[next + depth] = uncovered & hit;
      chosen[depth] = v;
      const left = uncovered & ~hit;
      if (left === 0 ? !visit(chosen, depth + 1) : !search(depth + 1, left, allowed)) return false;
      allowed |= 1 << v;
    }
    return true;
  }
  const everyEdge = edges === 32 ? -1 : (1 << edges) - 1;
  const everyVertex = vertices >= 32 ? -1 : (1 << vertices) - 1;
  return search(0, everyEdge, everyVertex);
}

function searchWide(
  vertices: number,
  words: number,
  edges: number,
  masks: Int32Array,
  visit: (chosen: Int32Array, size: number) => boolean,
): boolean {
  const edgeWords = (edges + 31) >> 5;
  const depthLimit = Math.min(vertices, edges) + 1;
  const hits = new Int32Array(vertices * edgeWords);
  for (let e = 0; e < edges; e++)
    for (let v = 0; v < vertices; v++)
      if (masks[e * words + (v >> 5)]! & (1 << (v & 31))) hits[v * edgeWords + (e >> 5)]! |= 1 << (e & 31);
  // At depth d: uncovered edges, candidates, and for each of the d chosen vertices the edges only it hits.
  const uncovered = new Int32Array((depthLimit + 1) * edgeWords);
  const candidates = new Int32Array((depthLimit + 2) * words);
  const critical = new Int32Array(((depthLimit + 1) * (depthLimit + 2) * edgeWords) / 2 + edgeWords);
  const chosen = new Int32Array(depthLimit);
  for (let e = 0; e < edges; e++) uncovered[e >> 5]! |= 1 << (e & 31);
  for (let v = 0; v < vertices; v++) candidates[v >> 5]! |= 1 << (v & 31);

  function search(depth: number): boolean {
    const uncoveredHere = depth * edgeWords;
    const candidatesHere = depth * words;
    let fewest = 0x7fffffff;
    let branch = -1;
    for (let ew = 0; ew < edgeWords; ew++)
      for (let rest = uncovered[uncoveredHere + ew]!; rest !== 0; rest &= rest - 1) {
        const e = (ew << 5) + 31 - Math.clz32(rest & -rest);
        let count = 0;
        for (let w = 0; w < words; w++) count += popcount(masks[e * words + w]! & candidates[candidatesHere + w]!);
        if (count < fewest) {
          fewest = count;
          branch = e;
        }
      }
    if (fewest === 0) return true;
    const here = ((depth * (depth - 1)) / 2) * edgeWords;
    const next = ((depth * (depth + 1)) / 2) * edgeWords;
    const uncoveredNext = uncoveredHere + edgeWords;
    const candidatesNext = candidatesHere + words;
    for (let w = 0; w < words; w++)
      candidates[candidatesNext + w] = candidates[candidatesHere + w]! & ~masks[branch * words + w]!;
    for (let w = 0; w < words; w++)
      for (let rest = masks[branch * words + w]! & candidates[candidatesHere + w]!; rest !== 0; rest &= rest - 1) {
        const v = (w << 5) + 31 - Math.clz32(rest & -rest);
        const hit = v * edgeWords;
        let minimal = true;
        for (let j = 0; j < depth && minimal; j++) {
          let own = 0;
          for (let ew = 0; ew < edgeWords; ew++) {
            const left = critical[here + j * edgeWords + ew]! & ~hits[hit + ew]!;
            critical[next + j * edgeWords + ew] = left;
            own |= left;
          }
          minimal = own !== 0;
        }
        if (!minimal) continue;
        let left = 0;
        for (let ew = 0; ew < edgeWords; ew++) {
          const before = uncovered[uncoveredHere + ew]!;
          critical[next + depth * edgeWords + ew] = before & hits[hit + ew]!;
          left |= uncovered[uncoveredNext + ew] = before & ~hits[hit + ew]!;
        }
        chosen[depth] = v;
        if (left === 0 ? !visit(chosen, depth + 1) : !search(depth + 1)) return false;
        candidates[candidatesNext + w]! |= 1 << (v & 31);
      }
    return true;
  }
  return search(0);
}
