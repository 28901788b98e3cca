import type { Actor } from './actor.ts';
import type { AnyResult } from './analyses.ts';
import type { Ports } from './ports.ts';
import { type Released, release } from './release.ts';

/**
 * A stored result as this actor may see it. That it left to somebody but the operator is noted, so that an erasure can say
 * whether copies may exist elsewhere.
 *
 * @throws not-authorised, see `release`
 */
export async function releaseStored<R extends AnyResult>(
  { results, clock }: Pick<Ports, 'results' | 'clock'>,
  result: R,
  actor: Actor,
): Promise<Released<R>> {
  const released = release(result, actor);
  if (actor.role !== 'operator') await results.noteRelease(result.id, actor.role, clock.now());
  return released;
}
