/** One entry of the event log. `hash` is sha256 of the JSON array of the six fields before it, in this order. */
export interface LoggedEvent {
  /** 1, 2, 3, … */
  readonly sequence: number;
  /** ISO 8601 in UTC */
  readonly at: string;
  readonly type: string;
  /** names of panels, or the purpose of a consent */
  readonly subject: string;
  /** JSON text, exactly as hashed */
  readonly details: string;
  /** of the entry before; 64 zeros for the first */
  readonly previousHash: string;
  readonly hash: string;
}

/** What happened, before it is chained. */
export interface NewEvent extends Pick<LoggedEvent, 'type' | 'at' | 'subject'> {
  readonly details: Readonly<Record<string, unknown>>;
}

export interface EventList {
  readonly events: readonly LoggedEvent[];
  /** the first entry that does not follow from the one before: somebody changed the log; null where all do */
  readonly firstBroken: number | null;
}
