import { type Anchor, anchorsOf } from './anchors-of.ts';
import { type Calibration, calibrate } from './calibrate.ts';
import { type CalibratedData, makeCalibratedData, negateOutcome, termMembership } from './calibrated-data.ts';
import type { Condition } from './conditions.ts';
import { modelSignature } from './cutoff-intervals.ts';
import type { MinimizeSettings } from './solutions.ts';
import { buildTruthTable, type TruthTable, type TruthTableSettings } from './truth-table.ts';

/** A column of complete cases: its scores before and after calibration. */
export interface AnchoredColumn {
  readonly name: string;
  readonly raw: Float64Array;
  readonly scores: Float64Array;
  /** null: given as memberships, nothing to move */
  readonly calibration: Calibration | null;
}

export interface AnchoredCases {
  readonly ids: readonly string[];
  readonly conditions: readonly Condition[];
  /** one per condition */
  readonly columns: readonly AnchoredColumn[];
  readonly outcome: AnchoredColumn & { readonly negated: boolean };
}

/** Between `from` and `to` (both open) the models stay the same, the other anchors and cutoffs kept. */
export interface AnchorInterval {
  readonly set: string;
  readonly anchor: string;
  readonly value: number;
  /** null = as far as the anchor may move: to the next one of its set, or twice the range of the scores */
  readonly from: number | null;
  readonly to: number | null;
}

/** Share of the range of the scores to which an end is found. */
const resolution = 1e-9;
/** Truth tables to build for one end of one interval. */
const tablesPerEnd = 3000;

/**
 * For each anchor and threshold of each calibrated set, the interval around its present value in which the models of a
 * solution stay the same.
 *
 * Moving an anchor moves every membership of its set in one direction, so between two positions each sum in a row's
 * consistency and PRI lies between its values at the two ends. A stretch in which no case changes sides and no row's
 * bounds reach a cutoff has one truth table; any other stretch is halved, down to a billionth of the range of the scores.
 * Where the table changes, the models are sought anew: the search goes on while they are the same. Rules that depend on
 * the scores by rank or count only (thresholds, ecdf) change at scores alone, and are tried at each and between.
 *
 * @param solution `conservative` or `parsimonious`
 * @returns intervals in the order of the conditions, then of the outcome; sets without anchors have none
 * Cost: a truth table per position, a minimisation per different table. Differs from SetMethods 4.1, which steps by a fixed width,
 * looks at the first model only and ends after 20 steps.
 */
export function findAnchorIntervals(
  cases: AnchoredCases,
  tableSettings: TruthTableSettings,
  settings: MinimizeSettings,
  solution: 'conservative' | 'parsimonious',
): AnchorInterval[] {
  const known = new Map<string, string>();
  const modelsOf = (table: TruthTable): string => {
    const key = keyOf(table);
    let models = known.get(key);
    if (models === undefined) {
      models = modelSignature(table, settings, solution);
      known.set(key, models);
    }
    return models;
  };
  return [...cases.columns, cases.outcome].flatMap((column, at) => {
    if (column.calibration === null) return [];
    const dataWith = (calibration: Calibration) => dataOf(cases, at, calibrate(column.raw, calibration));
    return anchorsOf(column.calibration).map((anchor): AnchorInterval => {
      const positions = new Positions(cases, at, anchor, dataWith, tableSettings);
      const end = (direction: 1 | -1) =>
        changesAtScores(column.calibration!)
          ? positions.lastByScores(direction, column.raw, modelsOf)
          : positions.lastByHalving(direction, column.raw, modelsOf);
      return { set: column.name, anchor: anchor.name, value: anchor.value, from: end(-1), to: end(1) };
    });
  });
}

const changesAtScores = ({ method }: Calibration): boolean =>
  method === 'crisp' || method === 'indirect' || method === 'ecdf' || method === 'totally-fuzzy-relative';

/** What the models depend on: which rows there are, and their outputs. */
const keyOf = ({ rows }: TruthTable): string =>
  rows.map(({ configuration, output }) => `${configuration.join('')}${output}`).join(' ');

function dataOf(
  { ids, conditions, columns, outcome }: AnchoredCases,
  at: number,
  scores: Float64Array,
): CalibratedData {
  const data = makeCalibratedData(
    ids,
    conditions,
    columns.map((column, c) => (c === at ? scores : column.scores)),
    at === columns.length ? scores : outcome.scores,
  );
  return outcome.negated ? negateOutcome(data) : data;
}

/** Truth tables along the values of one anchor. */
class Positions {
  private readonly at: number;
  private readonly anchor: Anchor;
  private readonly isOutcome: boolean;
  private readonly dataWith: (calibration: Calibration) => CalibratedData;
  private readonly settings: TruthTableSettings;
  private left = 0;

  constructor(
    cases: AnchoredCases,
    at: number,
    anchor: Anchor,
    dataWith: (calibration: Calibration) => CalibratedData,
    settings: TruthTableSettings,
  ) {
    this.at = at;
    this.anchor = anchor;
    this.isOutcome = at === cases.columns.length;
    this.dataWith = dataWith;
    this.settings = settings;
  }

  /** How far the anchor may move in one direction: to a neighbouring anchor, or twice the range of the scores away. */
  private limit(direction: 1 | -1, raw: Float64Array): number {
    const bound = direction > 0 ? this.anchor.below : this.anchor.above;
    if (bound !== null) return bound;
    const all = [...raw, this.anchor.value];
    const least = Math.min(...all);
    const most = Math.max(...all);
    return direction > 0 ? most + 2 * (most - least) : least - 2 * (most - least);
  }

  private stateAt(value: number): State {
    this.left--;
    const data = this.dataWith(this.anchor.replace(value));
    return { value, data, table: buildTruthTable(data, this.settings) };
  }

  /** The last value with the same models, for a rule that changes at scores: it is tried at each score and between. */
  lastByScores(direction: 1 | -1, raw: Float64Array, modelsOf: (table: TruthTable) => string): number | null {
    const limit = this.limit(direction, raw);
    const { value } = this.anchor;
    const ahead = (x: number) => direction * (x - value) > 0 && direction * (limit - x) > 0;
    const scores = [...new Set(raw)].filter(ahead).sort((a, b) => direction * (a - b));
    const models = modelsOf(this.stateAt(value).table);
    let last = value;
    for (const [s, score] of scores.entries()) {
      const between = (last + score) / 2;
      if (between !== last && between !== score && modelsOf(this.stateAt(between).table) !== models) return last;
      if (modelsOf(this.stateAt(score).table) !== models) return score;
      last = score;
      if (s === scores.length - 1 && modelsOf(this.stateAt((score + limit) / 2).table) !== models) return score;
    }
    return null;
  }

  /** The last value with the same models, for a rule that moves memberships gradually. */
  lastByHalving(direction: 1 | -1, raw: Float64Array, modelsOf: (table: TruthTable) => string): number | null {
    this.left = tablesPerEnd;
    const limit = this.limit(direction, raw);
    const width = resolution * (Math.max(...raw) - Math.min(...raw) || 1);
    let here = this.stateAt(this.anchor.value);
    const models = modelsOf(here.table);
    // A neighbouring anchor itself may not be reached.
    const end = this.stateAt(limit - direction * width);
    if (direction * (end.value - here.value) <= 0) return null;
    for (;;) {
      const change = this.firstChange(here, end, width);
      if (change === null) return this.left >= 0 ? null : here.value;
      if (modelsOf(change.after.table) !== models) return change.before.value;
      here = change.after;
    }
  }

  /** The first stretch no wider than `width` between two positions in which the truth table changes; null if there is none. */
  private firstChange(from: State, to: State, width: number): { before: State; after: State } | null {
    if (isConstant(from, to, this.at, this.isOutcome, this.settings)) return null;
    if (Math.abs(to.value - from.value) <= width || this.left < 0)
      return keyOf(from.table) === keyOf(to.table) ? null : { before: from, after: to };
    const middle = this.stateAt((from.value + to.value) / 2);
    return this.firstChange(from, middle, width) ?? this.firstChange(middle, to, width);
  }
}

interface State {
  readonly value: number;
  readonly data: CalibratedData;
  readonly table: TruthTable;
}

const margin = 1e-8;
const stillness = 1e-13;

/**
 * True if the truth table is certainly the same from one position to the other: the memberships of column `at` (or of the
 * outcome) all lie between their values at the two.
 */
function isConstant(a: State, b: State, at: number, isOutcome: boolean, settings: TruthTableSettings): boolean {
  if (keyOf(a.table) !== keyOf(b.table)) return false;
  const n = a.data.caseIds.length;
  const k = a.data.conditions.length;
  if (!isOutcome)
    for (let i = 0; i < n; i++)
      if (side(a.data.values[i * k + at]!, a.data.one) !== side(b.data.values[i * k + at]!, b.data.one)) return false;
  const cutoffs = [
    settings.consistencyCutoff,
    ...(settings.contradictionCutoff === null ? [] : [settings.contradictionCutoff]),
  ];
  return a.table.rows.every(({ configuration, output }) => {
    if (output === '?') return true;
    const ends = [a, b].map(({ data }) => ({
      x: plain(termMembership(data, configuration), data),
      y: plain(data.outcome, data),
    }));
    const { consistency, pri } = boundsOf(ends[0]!, ends[1]!);
    // The PRI of a row that is not consistent enough decides nothing.
    const isLow = consistency[1] <= settings.consistencyCutoff - margin;
    return cutoffs.every((cutoff) => isBeside(consistency, cutoff)) && (isLow || isBeside(pri, settings.priCutoff));
  });
}

const side = (x: number, one: number): number => Math.sign(x * 2 - one);
const plain = (x: Float64Array, { one }: CalibratedData): Float64Array => x.map((m) => m / one);

type Range = readonly [least: number, most: number];

/** A cutoff that no value of the range crosses, or a value that does not move. */
const isBeside = ([least, most]: Range, cutoff: number): boolean =>
  cutoff <= 0 || least >= cutoff + margin || most <= cutoff - margin || most - least <= stillness;

interface End {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Ranges of a row's consistency and PRI while each x and each y lies between its values at the two ends. */
function boundsOf(a: End, b: End): { readonly consistency: Range; readonly pri: Range } {
  const sums = { x: [0, 0], shared: [0, 0], lost: [0, 0], certain: [0, 0], clear: [0, 0] } as Record<
    string,
    [number, number]
  >;
  for (let i = 0; i < a.x.length; i++) {
    const x: Range = order(a.x[i]!, b.x[i]!);
    const y: Range = order(a.y[i]!, b.y[i]!);
    const add = (name: string, least: number, most: number) => {
      sums[name]![0] += least;
      sums[name]![1] += most;
    };
    const doubt = (m: number) => Math.min(m, 1 - m);
    const most = y[0] < 0.5 && y[1] > 0.5 ? 0.5 : Math.max(doubt(y[0]), doubt(y[1]));
    const least = Math.min(doubt(y[0]), doubt(y[1]));
    add('x', x[0], x[1]);
    add('shared', Math.min(x[0], y[0]), Math.min(x[1], y[1]));
    add('lost', Math.max(0, x[0] - y[1]), Math.max(0, x[1] - y[0]));
    // min(x,y) - min(x,y,1-y) rises with x and y; x - min(x,y,1-y) rises with x and falls with the doubt about y.
    add(
      'certain',
      Math.max(0, Math.min(x[0], y[0]) - Math.min(x[0], 1 - y[0])),
      Math.max(0, Math.min(x[1], y[1]) - Math.min(x[1], 1 - y[1])),
    );
    add('clear', Math.max(0, x[0] - most), Math.max(0, x[1] - least));
  }
  return {
    consistency: quotient(sums.shared!, sums.lost!, sums.x!),
    pri: quotient(sums.certain!, sums.lost!, sums.clear!),
  };
}

const order = (a: number, b: number): Range => (a <= b ? [a, b] : [b, a]);

/** Range of part / whole where what is lacking to the whole is known as well. */
function quotient(part: Range, lost: Range, whole: Range): Range {
  if (whole[1] === 0) return [0, 0];
  if (lost[1] === 0 && whole[0] > 0) return [1, 1];
  const least = Math.max(part[0] / whole[1], whole[0] > 0 ? 1 - lost[1] / whole[0] : 0);
  const most = whole[0] > 0 ? Math.min(part[1] / whole[0], 1 - lost[0] / whole[1]) : 1;
  return [least, Math.min(1, most)];
}
