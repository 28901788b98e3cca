import type { Purpose } from './purposes.ts';

export type ConsentKind = 'given' | 'renewed' | 'withdrawn';

/** One thing an adult of a household said; events are only ever added, and the latest of each adult and purpose holds. */
export interface ConsentEvent {
  /** rises from event to event, and is never used again */
  readonly sequence: number;
  /** tells the adults of a household apart; a number serves, a name is not needed */
  readonly person: string;
  readonly purpose: Purpose;
  readonly kind: ConsentKind;
  /** ISO 8601 in UTC, when it was recorded */
  readonly at: string;
}

export interface ConsentRequest extends Omit<ConsentEvent, 'sequence'> {
  readonly household: string;
  /** unguessable, for whoever asked; the event log keeps only sha256 of receipt, household and person, a line each */
  readonly receipt: string;
}

/** What an event changed. */
export interface Consented {
  readonly sequence: number;
  /** panels of households that hold the household now; with none the event waits for one */
  readonly panels: readonly string[];
  /** jobs and results that the event made out of date: their ids answer `data-withdrawn` from now on */
  readonly jobs: number;
  readonly results: number;
  /** of these results, those that had left to others than the operator: copies may exist elsewhere */
  readonly released: number;
}

export interface ConsentReport extends Consented, ConsentEvent {
  readonly household: string;
  /** with household and person it proves which entry of the event log is about this event, and the service forgets it */
  readonly receipt: string;
}

export interface ConsentList {
  readonly household: string;
  readonly events: readonly ConsentEvent[];
}

/** The consent of the adults of households, which every answer heeds that is computed later. */
export interface Consents {
  /** All or nothing: the event, its entry in the log, and the withdrawal of the jobs and results it makes out of date. */
  record(request: ConsentRequest): Promise<Consented>;
  /** The events of a household, oldest first. */
  of(household: string): Promise<readonly ConsentEvent[]>;
}
