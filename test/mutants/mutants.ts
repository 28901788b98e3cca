/** A fault planted in the sources: the unit tests of its room must notice it. */
export interface Mutant {
  /** below src/core */
  readonly file: string;
  /** stands in the file exactly once */
  readonly find: string;
  readonly replace: string;
}

const of = (file: string, ...changes: readonly (readonly [find: string, replace: string])[]): readonly Mutant[] =>
  changes.map(([find, replace]) => ({ file, find, replace }));

/** Signs, off by one, n against n - 1, one group for the other, one estimand for another, dropped strata and limits. */
export const mutants: readonly Mutant[] = [
  ...of(
    'propensity/binomial-regression.ts',
    ['(prior * at.slope * at.slope) / variance', '(prior * at.slope) / variance'],
    ['(y[i] === 1 ? at.complement : -at.mean)', '(y[i] === 1 ? at.mean : -at.complement)'],
    ['Math.log(Math.max(y[i] === 1 ? at.mean : at.complement, 1e-300))', 'Math.log(Math.max(at.mean, 1e-300))'],
    ['map[j] = -centre[j]! / scale[j]!;', 'map[j] = centre[j]! / scale[j]!;'],
    ['map[j * k + j] = 1 / scale[j]!;', 'map[j * k + j] = scale[j]!;'],
    ['degreesOfFreedom: y.length - k,', 'degreesOfFreedom: y.length - k - 1,'],
    ['deviance: -2 * context.logLikelihood,', 'deviance: -context.logLikelihood,'],
    ['-2 * context.total * (share * Math.log(share)', '2 * context.total * (share * Math.log(share)'],
    ['return best > 0 && worst > -1e-3 * best;', 'return best > 0 && worst >= 0;'],
    ['return high[0]! <= low[1]! || high[1]! <= low[0]!;', 'return high[0]! <= low[1]!;'],
    ['ones += y[i]! * w;', 'ones += y[i]!;'],
    ['if (ones === 0 || ones === total) {', 'if (ones === 0) {'],
    ['collinear: names.filter((_, j) => !kept.includes(j)),', 'collinear: [],'],
  ),
  ...of(
    'propensity/penalty.ts',
    ['score[j] = score[j]! - strength * beta[j]!;', 'score[j] = score[j]! + strength * beta[j]!;'],
    ['for (let j = 1; j < beta.length; j++) {', 'for (let j = 0; j < beta.length; j++) {'],
    ['quadratic * (0.5 - mu[i]!)', 'quadratic * (mu[i]! - 0.5)'],
    ['prior * mu[i]! * (1 - mu[i]!) * quadratic', 'mu[i]! * (1 - mu[i]!) * quadratic'],
    ['return logDeterminant / 2;', 'return logDeterminant;'],
  ),
  ...of(
    'propensity/design-matrix.ts',
    ["const first = factors === 'all' ? 0 : 1;", 'const first = 0;'],
    ["const lowest = transform === 'log' ? 0 : -1;", 'const lowest = -1;'],
    ['result = result.map((value) => value ** power);', 'result = result.map((value) => value * power);'],
    ['values: a.values.map((v, i) => v * b.values[i]!)', 'values: a.values.map((v, i) => v + b.values[i]!)'],
    [
      'if (column.status[i] === valueStatus.observed) continue;',
      'if (column.status[i] !== valueStatus.absent) continue;',
    ],
  ),
  ...of(
    'propensity/independent-columns.ts',
    ['if (squares[j]! > 1e-22 * raw) kept.push(j);', 'kept.push(j);'],
    ['Math.sqrt(squares[j]! / sumOfWeights)', 'squares[j]! / sumOfWeights'],
  ),
  ...of(
    'propensity/links.ts',
    ['out.complement = normalUpperTail(eta);', 'out.complement = normalCdf(eta);'],
    ['out.mean = -Math.expm1(-rate);', 'out.mean = Math.exp(-rate);'],
    ['out.slope = rate * out.complement;', 'out.slope = out.complement;'],
  ),
  ...of(
    'matching/nearest-scalar.ts',
    ['const goLeft = toLeft <= toRight;', 'const goLeft = toLeft < toRight;'],
    ['if (distance > caliper ||', 'if (distance >= caliper ||'],
    ['right < end ?', 'right <= end ?'],
    ['left >= start ?', 'left > start ?'],
    ['if (uses[user] === maximumReuse) {', 'if (uses[user]! > maximumReuse) {'],
    ['if (goLeft) left = free.atOrBefore(left - 1);', 'if (goLeft) left = free.atOrBefore(left - 2);'],
  ),
  ...of(
    'matching/score-line.ts',
    ['line.insertion[placed] = partners;', 'line.insertion[placed] = partners + 1;'],
    ['(stratum !== null && stratum[row]! < 0)) continue;', '(stratum !== null && stratum[row]! < -1)) continue;'],
    ['(eligible !== null && eligible[row] === 0)', '(eligible !== null && eligible[row] === 2)'],
    [
      'for (let i = start; i < end; i++) descending[write++] = ascending[i]!;',
      'for (let i = end - 1; i >= start; i--) descending[write++] = ascending[i]!;',
    ],
  ),
  ...of(
    'matching/closest-pairs.ts',
    ['if (distance <= caliper) queue.push', 'if (distance < caliper) queue.push'],
    ['if (before >= 0 && after >= 0) offer(before, after);', 'if (before >= 0 && after > 0) offer(before, after + 1);'],
    ['if (stratum !== null && stratum[a] !== stratum[b]) return;', ''],
  ),
  ...of(
    'matching/greedy-rounds.ts',
    ['if (ratio < round) break;', 'if (ratio <= round) break;'],
    ['>= round);', '> round);'],
    ['if (search.isFree(position)) {', 'if (position >= 0) {'],
  ),
  ...of(
    'matching/eligibility.ts',
    [
      'if (codes[focalRow] === codes[partnerRow]) return false;',
      'if (codes[focalRow] !== codes[partnerRow]) return false;',
    ],
    ['<= width)) return false;', '< width)) return false;'],
  ),
  ...of('matching/caliper-width.ts', [
    'values.filter((_, i) => eligible[i] === 1)',
    'values.filter((_, i) => eligible[i] === 0)',
  ]),
  ...of(
    'matching/common-support.ts',
    ['score[i]! < low[1 - g]! || score[i]! > high[1 - g]!', 'score[i]! <= low[1 - g]! || score[i]! >= high[1 - g]!'],
    ["discard === (g === 1 ? 'control' : 'treated')", "discard === (g === 1 ? 'treated' : 'control')"],
  ),
  ...of(
    'matching/match-weights.ts',
    ['(sampling === null ? 1 : sampling[partnerRow]!) / total[k]!', '(sampling === null ? 1 : sampling[partnerRow]!)'],
    ['weights[partnerRow]! + own * share', 'weights[partnerRow]! + share'],
    ['group[stratum[i]!]! + sampling[i]!', 'group[stratum[i]!]! + 1'],
    [
      "if (estimand === 'ATT') weights[i] = own * (treated[i] === 1 ? 1 : n1 / n0);",
      "if (estimand === 'ATT') weights[i] = (n1 + n0) / (treated[i] === 1 ? n1 : n0);",
    ],
    [
      "else if (estimand === 'ATC') weights[i] = own * (treated[i] === 1 ? n0 / n1 : 1);",
      "else if (estimand === 'ATC') weights[i] = own * (treated[i] === 1 ? n1 / n0 : 1);",
    ],
    ['(own * (n1 + n0)) / (treated[i] === 1 ? n1 : n0);', '(own * (n1 + n0)) / (treated[i] === 1 ? n0 : n1);'],
    ['if (n1 === 0 || n0 === 0) continue;', 'if (n1 === 0) continue;'],
    ['const factor = count / sum;', 'const factor = sum / count;'],
    ['(sum * sum) / squares', 'sum / squares'],
  ),
  ...of('propensity/sampling-weights.ts', ['values.map((value) => value / mean)', 'values']),
  ...of(
    'matching/variable-ratio.ts',
    ['const sign = focalMeanIsHigher(score, isFocal) ? -1 : 1;', 'const sign = 1;'],
    ['Math.floor((maximum * n1 - wanted) / span)', 'Math.ceil((maximum * n1 - wanted) / span)'],
  ),
  ...of(
    'matching/subclassify.ts',
    ["estimand === 'ATT' ? treated[i] === 1", "estimand === 'ATT' ? treated[i] === 0"],
    ['quantileType7(sorted, s / subclasses)', 'quantileType7(sorted, (s + 1) / (subclasses + 1))'],
  ),
  ...of(
    'matching/coarsen.ts',
    ['if (breaks[middle]! <= value) low = middle + 1;', 'if (breaks[middle]! < value) low = middle + 1;'],
    ['Math.ceil(Math.log2(values.length) + 1)', 'Math.floor(Math.log2(values.length) + 1)'],
  ),
  ...of(
    'matching/exact-cells.ts',
    ['cells[i]! * 67108864 + variable[i]!', 'cells[i]! + variable[i]!'],
    ['if (cells[i]! < 0 || variable[i]! < 0) {', 'if (variable[i]! < 0) {'],
  ),
  ...of(
    'matching/whiten.ts',
    ['const divisor = isRobust ? n - 1 : n - 2;', 'const divisor = n - 1;'],
    ['centre(values, treated, !isRobust)', 'centre(values, treated, isRobust)'],
  ),
  ...of(
    'matching/optimal-scalar.ts',
    ['(key === 0 && y + second < 0)', '(key === 0 && y + second > 0)'],
    ['else if (copies.length <= partner.length)', 'else if (copies.length < 0)'],
  ),
  ...of(
    'matching/caliper-line.ts',
    ['x - partner[first]! > caliper', 'x - partner[first]! >= caliper'],
    ['const withPairs = diagonalPairs + 1;', 'const withPairs = diagonalPairs;'],
  ),
  ...of(
    'matching/assignment.ts',
    ['const leavingOut = base + skip - rowPrice[row]!;', 'const leavingOut = base + skip;'],
    ['columnPrice[to]! + distance[to]! - end', 'columnPrice[to]! + end - distance[to]!'],
  ),
  ...of(
    'matching/full-line.ts',
    ['Math.min(after - 1, high[k]!)', 'Math.min(after, high[k]!)'],
    ['this.#rightShift--;', 'this.#rightShift++;'],
  ),
  ...of(
    'matching/full-match.ts',
    ['const gain = own + nearest[other]! - cost;', 'const gain = own - cost;'],
    ['if (gain > 0)', 'if (gain < 0)'],
  ),
  ...of('matching/optimal-pairs.ts', ['if (!(highestPrice > radius[k]!)) continue;', 'continue;']),
  ...of(
    'matching/nearest-tree.ts',
    [
      'if (this.#free[node] === 0 || bound > this.distance ||',
      'if (this.#free[node] === 0 || bound >= this.distance ||',
    ],
    ['this.#free[node]!--;', 'this.#free[node]! -= 2;'],
    ['x > high[at + j]! ? x - high[at + j]! : 0;', 'x > high[at + j]! ? x - low[at + j]! : 0;'],
  ),
  ...of(
    'matching/two-level.ts',
    ['cost - served * total', 'cost'],
    ['collective[row]! >= 0', 'collective[row]! >= -1'],
  ),
  ...of(
    'matching/cardinality.ts',
    ['standardised[k]! - slack', 'standardised[k]! + slack'],
    ['-standardised[k]! / ratio), Number.NEGATIVE_INFINITY, 0);', '-standardised[k]!), Number.NEGATIVE_INFINITY, 0);'],
  ),
  ...of(
    'balance/balance-table.ts',
    ['difference: treated.mean - control.mean };', 'difference: control.mean - treated.mean };'],
    ['treated.variance / control.variance', 'control.variance / treated.variance'],
    [
      "return estimand === 'ATT' ? 'treated' : estimand === 'ATC' ? 'control' : 'pooled';",
      "return estimand === 'ATC' ? 'control' : 'treated';",
    ],
    ['(rows.length - 1) : 0;', 'rows.length : 0;'],
    ['if (isBinary) return mean * (1 - mean);', ''],
    ['/ (1 - concentration)', ''],
    ['ecdfMean: sum / distinct', 'ecdfMean: sum / n'],
    ['if (size > max) max = size;', 'max = size;'],
    ['common += Math.min(treated, control);', 'common += Math.max(treated, control);'],
    ['return sum / pairs.partners.length;', 'return sum / pairs.focal.length;'],
    ['mean: mean + rest,', 'mean: mean - rest,'],
    ['weight / sum[treated[i]!]!', 'weight / (sum[0]! + sum[1]!)'],
  ),
  ...of(
    'balance/pair-difference.ts',
    ['total += count[other]! * x - sum[other]!;', 'total += count[own]! * x - sum[own]!;'],
    ['if (s < 0) continue;', 'if (s < -1) continue;'],
  ),
  ...of(
    'balance/overlap.ts',
    ['Math.min(control / size[0]!, own / size[1]!)', 'Math.max(control / size[0]!, own / size[1]!)'],
    ['treated[i] === focal &&', 'treated[i] !== focal &&'],
    ['/ (1 - probability[i]!) / odds;', '/ (1 - probability[i]!) * odds;'],
  ),
  ...of(
    'balance/group-histogram.ts',
    ['[1, 2, 5].find((step) => step * power >= width)', '[1, 2, 5].find((step) => step * power > 2 * width)'],
    ['Math.floor(high / width) - first + 1', 'Math.floor(high / width) - first + 2'],
  ),
];
