/** One measured variant of one case. */
export interface Row {
  readonly suite: string;
  readonly case: string;
  readonly variant: string;
  /** size of the case: rows, or order of the matrix */
  readonly n: number;
  readonly medianMs: number;
  readonly minMs: number;
  readonly rounds: number;
  /** whether the timed result was right, and ratios that are promised hold */
  readonly ok: boolean;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What bench/<name>/suite.ts exports as `suite`. */
export interface Suite {
  /** whether a variant needs the packages of bench/package.json; without them a suite measures ours alone */
  readonly needsPeers: boolean;
  readonly cases: readonly string[];
  run(id: string): AsyncIterable<Row>;
  table(rows: readonly Row[]): string;
}
