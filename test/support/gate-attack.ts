import type { GatePanel } from './gate-panel.ts';

/**
 * What somebody can do with one answer and arithmetic. `own` is the same answer as the operator sees it, which gives the
 * structure of the tables and the truth; nothing else of it is used as knowledge.
 */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Leaf = { readonly path: string; readonly value: Json };

const isFew = (n: number): boolean => Math.abs(n - Math.round(n)) < 1e-6 && Math.round(n) >= 1 && Math.round(n) <= 9;

export function leavesOf(value: unknown, path = ''): Leaf[] {
  const json = value as Json;
  if (json === null || typeof json !== 'object') return [{ path, value: json }];
  if (Array.isArray(json)) return json.flatMap((item) => leavesOf(item, `${path}[]`));
  return Object.entries(json).flatMap(([key, item]) => leavesOf(item, path === '' ? key : `${path}.${key}`));
}

/** Whole numbers that are no count of people, by where they stand, each with the reason. */
const notPeople: readonly (readonly [where: RegExp, reason: string])[] = [
  [/^settings\b/, 'the question, as it was asked'],
  [/^body\.verdict\.reasons\[\]\.(caution|fail)$/, 'published limits'],
  [/^body\.verdict\.reasons\[\]\.value$/, 'judged by the attack on sealed studies'],
  [/^(seed|sources\[\]\.revision)$/, 'which draws, which file'],
  [/^(revision|waves|variables|attempt|revisions\[\]\.revision)$/, 'numbers of a file and of what was tried'],
  [/^panels\[\]\.(revision|waves|variables)$/, 'the same in the list'],
  [/^description\[\]\.distinct$/, 'how many different values, of ten or more households'],
  [/\bterm$|\bterms\[\](\[\])?$/, 'places in a list'],
  [/\beventTime$/, 'years since the start'],
  [/\b(degreesOfFreedom|residualDegreesOfFreedom)(\[\])?$/, 'of a distribution; with few units everything is withheld'],
  [/^body\.(asked|answered|failed)$/, 'ways to do a study'],
  [/^body\.curve\.(positive|intervalsWithoutZero)$/, 'shares of these'],
  [/^body\.panel\.periods$/, 'years'],
  [
    /\bclusters(\[\])?$|\btreatedClusters$|\.clusters\.(treated|control)$/,
    'collectives, or the units, see the identities',
  ],
  [/^body\.equipoise$/, 'a share: 1 is all; see the attack on studies'],
  [/^body\.(overlap\.bins|weightBins)\[\]\.(from|to)$/, 'round edges'],
  [/^body\.rows\[\]\.(configuration\[\]|rowNumber)$/, 'which row'],
  [/^body\.(conditions\[\]|outcomeParts\[\]|outcomeSet)\.levels$/, 'values of a condition'],
  [/^body\.withheldRows$/, 'rows of a truth table'],
  [/^body\.solutions\[\]\.(terms\[\]\.levels\[\]|models\[\]\.terms\[\])$/, 'which recipe'],
  [/^body\.solutions\[\]\.models\[\]\.assumptions\[\]$/, 'rows without cases'],
  [/^body\.solutions\[\]\.(termsPerModel|lowerBound|primeImplicantCount)$/, 'numbers of recipes'],
  [/^body\.solutions\[\]\.primeImplicants\[\]\.rows\[\]$/, 'which rows'],
  [/^body\.solutions\[\]\.(easy|difficult)Counterfactuals\[\]$/, 'rows without cases'],
  [/^body\.solutions\[\]\.certificate\b/, 'configurations and places in lists'],
  [/\b(consistency|pri|coverage|relevance|rawCoverage|uniqueCoverage|uniqueCoverages\[\])$/, 'shares: 1 is all'],
  [/^body\.solutions\[\]\.cutoffIntervals\[\]\.(from|to)$/, 'cutoffs; sizes of rows only where all are shown'],
  [
    /^body\.solutions\[\]\.permutationTest\.(pValues\[\]|adjustedPValues\[\]|falsePositiveShare|permutations)$/,
    'chances',
  ],
  [/^body\.progress\.goal$/, 'the question'],
  [/^warnings\[\]\.parameters\.(observed|shown)$/, 'rows of a truth table, models listed'],
  [/^warnings\[\]\.parameters\.(treated|control)$/, 'collectives'],
  [/^warnings\[\]\.parameters\.clusters$/, 'collectives, or the units, of which there are ten'],
  [/^warnings\[\]\.parameters\.sets$/, 'sets of matched sets, of at least ten units of each group'],
  [/^warnings\[\]\.parameters\.conditions$/, 'the question'],
  [/^body\.overlap\.coefficient$|^warnings\[\]\.parameters\.coefficient$/, 'a share; see the attack on studies'],
  [/^body\.permutation\./, 'chances and draws'],
  [
    /^body\.further\.((effects\[\]\.|byLevel\.levels\[\]\.)?sensitivity|augmentedSensitivity)\..*\b(gamma|survivedGamma|eValue|ofInterval|riskRatio)$/,
    'odds and ratios: 1 is none',
  ],
  [/^body\.further\.byLevel\.interaction\./, 'a statistic and its degrees of freedom'],
  [/\b(varianceRatio|overlapCoefficient)$/, '1 is equal'],
  [/^body\.further\.ratios\.(riskRatio|oddsRatio)\.(estimate|lower|upper)$/, '1 is no difference'],
  [/\b(p|adjustedP|ownAdjustedP)Value$/, 'a chance: 1 is certain'],
  [/^body\.periods\[\]\.(groups\[\]|withoutGroup|total)\.(mean|lower|upper)$/, 'a mean: that all of ten hold 5'],
  [/^body\.progress\.(baseline|latest)$/, 'the same'],
  [/^body\.balance\[\]\.(before|after)\.mean(Treated|Control)$/, 'the same'],
  [/\bwithOutcome$|\bpartial$/, 'judged by the attack on rows, which knows the rest of the row'],
];
/** Cautions whose count is of rows of a truth table or of comparisons. */
const cautionsOfOthers = new Set([
  'qca-contradictory-rows',
  'qca-contradictions-included',
  'qca-borderline-rows',
  'qca-low-pri',
  'comparisons-with-weak-overlap',
]);

/** Counts of 1 to 9 that are plain to see. */
export function plainCounts(shown: unknown): string[] {
  const { warnings = [], ...rest } = shown as { readonly warnings?: readonly { readonly code: string }[] };
  const leaves = [
    ...leavesOf(rest),
    ...leavesOf({ warnings: warnings.filter(({ code }) => !cautionsOfOthers.has(code)) }),
  ];
  return leaves
    .filter(({ value }) => typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 9)
    .filter(({ path }) => !notPeople.some(([where]) => where.test(path)))
    .map(({ path, value }) => `${path} is ${value}`);
}

/** What belongs to one household, or names the place of few: its numbers with every digit, its id, a rare level. */
export function ownNumbersAndNames(shown: unknown, { canaries, panel, rareLevels }: GatePanel): string[] {
  const answer = shown as { settings?: unknown };
  const { settings: _, ...rest } = answer;
  const digits = [...canaries].map(String).filter((text) => text.length >= 8);
  return leavesOf(rest).flatMap(({ path, value }) => {
    if (typeof value === 'number')
      return canaries.has(value) || canaries.has(-value) ? [`${path} is somebody's ${value}`] : [];
    if (typeof value !== 'string') return [];
    const named = [...panel.unitIds, ...rareLevels, ...digits].find((secret) => value.includes(secret));
    return named === undefined ? [] : [`${path} holds "${named}"`];
  });
}

/** A quantity of a table: its true value, and whether it is shown. */
export interface Quantity {
  readonly name: string;
  readonly truth: number;
  readonly isShown: boolean;
}
export interface Identity {
  readonly total: Quantity;
  readonly parts: readonly Quantity[];
}

/**
 * Totals less parts, as long as that gives something new. Found is a quantity of 1 to 9, and a remainder of 1 to 9 that several
 * hidden parts make together.
 *
 * @throws where an identity is not true: the attack would be a wrong one
 */
export function subtract(identities: readonly Identity[]): string[] {
  for (const { total, parts } of identities) {
    const sum = parts.reduce((all, part) => all + part.truth, 0);
    if (Math.abs(sum - total.truth) > 1e-6) {
      throw new Error(`${total.name} is ${total.truth}, but ${parts.map((p) => `${p.name} ${p.truth}`).join(' + ')}`);
    }
  }
  const known = new Set<string>();
  for (const { total, parts } of identities) for (const q of [total, ...parts]) if (q.isShown) known.add(q.name);
  for (let more = true; more; ) {
    more = false;
    for (const { total, parts } of identities) {
      const hidden = [total, ...parts].filter((q) => !known.has(q.name));
      if (hidden.length !== 1) continue;
      known.add(hidden[0]!.name);
      more = true;
    }
  }
  return identities.flatMap(({ total, parts }) => {
    const all = [total, ...parts];
    const found = all.filter((q) => known.has(q.name) && isFew(q.truth)).map((q) => `${q.name} is found: ${q.truth}`);
    if (!known.has(total.name)) return found;
    const rest = parts.filter((q) => !known.has(q.name)).reduce((sum, q) => sum + q.truth, 0);
    return isFew(rest) ? [...found, `${total.name} leaves ${rest}`] : found;
  });
}

/**
 * Linear knowledge about whole numbers of people in cells: which sets of cells counted 1 to 9 are a sum or difference of what is
 * known. A known sum of 0 is known of each cell in it.
 *
 * @param cells true counts, at most 16
 * @param known coefficients of each known sum
 */
export function solve(cells: readonly number[], known: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const rows = [...known.map((row) => [...row])];
  const truthOf = (row: readonly number[]) => row.reduce((sum, c, i) => sum + c * cells[i]!, 0);
  for (const row of known) {
    if (truthOf(row) !== 0 || row.some((c) => c < 0)) continue;
    row.forEach((c, i) => {
      if (c > 0) rows.push(cells.map((_, j) => (i === j ? 1 : 0)));
    });
  }
  const free = nullSpace(rows, cells.length);
  const found: number[][] = [];
  for (let choice = 1; choice < 2 ** cells.length; choice++) {
    const set = cells.map((_, i) => (choice >> i) & 1);
    const count = truthOf(set);
    if (count < 1 || count > 9) continue;
    if (free.every((v) => Math.abs(v.reduce((sum, x, i) => sum + x * set[i]!, 0)) < 1e-9)) found.push(set);
  }
  return found;
}

/** Vectors that no known sum sees, by elimination. */
function nullSpace(known: readonly (readonly number[])[], size: number): number[][] {
  const rows = known.map((row) => [...row]);
  const pivots: number[] = [];
  for (let c = 0; c < size; c++) {
    const at = rows.findIndex((row, r) => r >= pivots.length && Math.abs(row[c]!) > 1e-9);
    if (at < 0) continue;
    const r = pivots.length;
    [rows[r], rows[at]] = [rows[at]!, rows[r]!];
    const pivot = rows[r]![c]!;
    rows[r] = rows[r]!.map((x) => x / pivot);
    rows.forEach((row, other) => {
      const factor = row[c]!;
      if (other !== r && factor !== 0) rows[other] = row.map((x, i) => x - factor * rows[r]![i]!);
    });
    pivots.push(c);
  }
  return Array.from({ length: size }, (_, c) => c)
    .filter((c) => !pivots.includes(c))
    .map((c) =>
      Array.from({ length: size }, (_, i) => (i === c ? 1 : pivots.includes(i) ? -rows[pivots.indexOf(i)]![c]! : 0)),
    );
}
