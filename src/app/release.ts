import type { Actor } from './actor.ts';
import { type AnyResult, type Analysis, analyses } from './analyses.ts';
import { AppError } from './errors.ts';

declare const passed: unique symbol;
/** Something that went through the gate. Adapters take only this, and only this file makes it. */
export type Released<T> = T & { readonly [passed]: true };

/**
 * The release gate: every answer is built here. A stored result stays whole; what leaves is what this actor may see.
 *
 * @throws not-authorised for a workspace result and anybody but the operator
 */
export function release<R extends AnyResult>(result: R, actor: Actor): Released<R> {
  if (result.class === 'workspace' && actor.role !== 'operator') {
    throw new AppError(
      'not-authorised',
      `Result "${result.id}" holds rows about units and is readable by the operator of the hub only; you are "${actor.role}". Ask for an analysis that gives aggregates.`,
      { result: result.id, role: actor.role },
    );
  }
  const rule = analyses[result.kind] as unknown as Analysis<unknown, unknown>;
  return Object.freeze({ ...result, body: rule.release(result.body, actor) }) as Released<R>;
}

/** For answers that hold no number about people: job states, catalogues, cards. Say at the call why that is so. */
export function releaseUnrestricted<T extends object>(answer: T): Released<T> {
  return answer as Released<T>;
}
