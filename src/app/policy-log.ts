import type { PolicyLog } from '../core/recommend/logged-policy.ts';

/** A log of choices from outside. */
export interface GivenLog {
  /** sha256 of the file */
  readonly digest: string;
  readonly groups: number;
  readonly log: PolicyLog;
}
