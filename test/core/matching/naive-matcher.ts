import type { MatchingProblem } from '../../../src/core/matching/matching-problem.ts';

/**
 * The obviously right matcher, O(n1 n0) per choice: looks at every free partner, keeps the best by the documented
 * rule. Returns the partners of each focal row.
 */
export function naiveMatch(problem: MatchingProblem): Map<number, number[]> {
  const { isFocal, score, eligible, stratum, antiExact, scoreCaliper, covariateCalipers, order, ratio, maximumReuse } =
    problem;
  const n = isFocal.length;
  const tie = problem.tieOrder ? [...problem.tieOrder] : Array.from({ length: n }, (_, i) => i);
  const rank = new Map(tie.map((row, place) => [row, place]));
  const onLine = [...Array(n).keys()]
    .filter((i) => (!eligible || eligible[i] === 1) && (!stratum || stratum[i]! >= 0))
    .sort((a, b) => score[a]! - score[b]! || rank.get(a)! - rank.get(b)!);
  const place = new Map(onLine.map((row, i) => [row, i]));
  const focalAll = [...Array(n).keys()].filter((i) => isFocal[i] === 1);
  const ratioOf = new Map(focalAll.map((row, k) => [row, typeof ratio === 'number' ? ratio : ratio[k]!]));
  const partners = onLine.filter((i) => isFocal[i] === 0);
  const unitOf = (row: number): number => problem.unit?.[row] ?? row;
  const uses = new Map(partners.map((row) => [unitOf(row), 0]));
  const result = new Map<number, number[]>(focalAll.map((row) => [row, []]));
  const difference = (f: number, p: number): number => Math.abs(score[f]! - score[p]!);
  const allowed = (f: number, p: number): boolean =>
    uses.get(unitOf(p))! < maximumReuse &&
    !result.get(f)!.includes(p) &&
    (!stratum || stratum[f] === stratum[p]) &&
    antiExact.every((codes) => codes[f] !== codes[p]) &&
    (scoreCaliper === null || difference(f, p) <= scoreCaliper) &&
    covariateCalipers.every(({ values, width }) => Math.abs(values[f]! - values[p]!) <= width);
  /** negative where pair a of focal f is better than pair b */
  const better = (f: number, a: number, b: number): number => {
    const byDistance = difference(f, a) - difference(f, b);
    if (byDistance !== 0) return byDistance;
    const sideA = place.get(a)! < place.get(f)! ? 0 : 1;
    const sideB = place.get(b)! < place.get(f)! ? 0 : 1;
    if (sideA !== sideB) return sideA - sideB;
    return Math.abs(place.get(a)! - place.get(f)!) - Math.abs(place.get(b)! - place.get(f)!);
  };
  const bestOf = (f: number): number | null => {
    let best: number | null = null;
    for (const p of partners) if (allowed(f, p) && (best === null || better(f, p, best) < 0)) best = p;
    return best;
  };
  const take = (f: number, p: number): void => {
    result.get(f)!.push(p);
    uses.set(unitOf(p), uses.get(unitOf(p))! + 1);
  };

  let active = focalAll.filter((row) => place.has(row));
  if (order === 'largest') active.sort((a, b) => score[b]! - score[a]! || rank.get(a)! - rank.get(b)!);
  else if (order === 'smallest') active.sort((a, b) => score[a]! - score[b]! || rank.get(a)! - rank.get(b)!);
  else if (order === 'data' || order === 'closest') active.sort((a, b) => rank.get(a)! - rank.get(b)!);
  else active = [...order].filter((row) => place.has(row));

  for (let round = 1; active.length > 0; round++) {
    active = active.filter((f) => ratioOf.get(f)! >= round);
    const found: number[] = [];
    if (order === 'closest') {
      const waiting = new Set(active);
      for (;;) {
        let chosen: [number, number] | null = null;
        for (const f of waiting) {
          const p = bestOf(f);
          if (p === null) continue;
          if (chosen === null || pairFirst([f, p], chosen)) chosen = [f, p];
        }
        if (chosen === null) break;
        take(...chosen);
        waiting.delete(chosen[0]);
        found.push(chosen[0]);
      }
    } else {
      for (const f of active) {
        const p = bestOf(f);
        if (p === null) continue;
        take(f, p);
        found.push(f);
      }
    }
    active = found;
  }
  return result;

  /** the smaller difference; then the pair whose later unit comes first on the line, then the nearer one */
  function pairFirst(a: [number, number], b: [number, number]): boolean {
    const byDistance = difference(...a) - difference(...b);
    if (byDistance !== 0) return byDistance < 0;
    const later = ([f, p]: [number, number]): number => Math.max(place.get(f)!, place.get(p)!);
    const earlier = ([f, p]: [number, number]): number => Math.min(place.get(f)!, place.get(p)!);
    return later(a) !== later(b) ? later(a) < later(b) : earlier(a) > earlier(b);
  }
}
