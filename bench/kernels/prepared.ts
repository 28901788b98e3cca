import type { Task } from './cases.ts';

/** A task laid out in a variant's own data structures. */
export interface Prepared {
  readonly warmUps: number;
  run(): void;
  /** Reads the last result. */
  probe(): number[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** null: this variant cannot do this task. */
export type Variant = (task: Task, name: string) => Promise<Prepared | null>;

/** Enough runs for the compiler to have done its work, few for long tasks. */
export function warmUpsFor(flops: number): number {
  return Math.max(2, Math.min(2000, Math.round(4e8 / flops)));
}
