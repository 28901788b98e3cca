/** What to erase, once and for all. */
export interface ErasureRequest {
  readonly panels: readonly string[];
  /** null: the panels as a whole */
  readonly unit: string | null;
  /** whether the consent events of a household of that name go too: it is erased everywhere */
  readonly withConsents: boolean;
  /** unguessable, for whoever asked; the event log keeps only sha256 of receipt, line feed and unit */
  readonly receipt: string;
  /** ISO 8601 in UTC */
  readonly at: string;
}

/** What an erasure removed. */
export interface Erased {
  readonly panels: readonly {
    readonly panel: string;
    /** revisions that held something of it */
    readonly revisions: number;
    readonly rows: number;
  }[];
  /** jobs and results that were derived from it: their ids answer `data-withdrawn` from now on */
  readonly jobs: number;
  readonly results: number;
  /** of these results, those that had left to others than the operator: copies may exist elsewhere */
  readonly released: number;
  readonly consentEvents: number;
}

export interface ErasureReport extends Erased {
  /** null where whole panels were erased */
  readonly unit: string | null;
  /** with the unit it proves which entry of the event log is about it, and the service forgets it; null for whole panels */
  readonly receipt: string | null;
}

/**
 * Removes rows from every revision, with the jobs and results that were derived from them, all or nothing; then their bytes from
 * the files of the store. What was removed cannot be brought back.
 */
export interface Erasure {
  /** Panels of households in which a household of that name occurs, in any revision. */
  panelsOf(household: string): Promise<readonly string[]>;
  /** @throws panel-not-found; unit-not-found where nothing mentions the unit; store-full */
  erase(request: ErasureRequest): Promise<Erased>;
}
