import type { Actor } from './actor.ts';
import { AppError } from './errors.ts';

export type Action =
  | 'read'
  | 'analyse'
  | 'cancel'
  | 'ingest'
  | 'erase'
  | 'audit'
  | 'train'
  | 'document'
  | 'see-units'
  | 'consent-for';
export type ResourceKind = 'panel' | 'household' | 'job' | 'result' | 'events' | 'model' | 'experiments';

export interface Resource {
  readonly kind: ResourceKind;
  readonly id?: string;
}

/** What everybody may ask for; whose job it is, the jobs themselves decide. */
const open: ReadonlySet<Action> = new Set(['read', 'analyse', 'cancel']);

const verbs: Readonly<Record<Action, string>> = {
  read: 'read',
  analyse: 'analyse',
  cancel: 'cancel',
  ingest: 'load data into',
  erase: 'erase',
  audit: 'read',
  train: 'train',
  document: 'add to',
  'see-units': 'see the units of',
  'consent-for': 'speak for',
};

const nouns: Readonly<Record<ResourceKind, string>> = {
  panel: 'a panel',
  household: 'a household',
  job: 'a job',
  result: 'a result',
  events: 'the record of events',
  model: 'a model',
  experiments: 'the experiments',
};

/**
 * The one question every use case asks before it touches anything. The local operator may do everything; everybody
 * else may read releases and ask for analyses (whose answers pass the release gate), and may change nothing; but a household may
 * say and see what it consents to itself.
 *
 * @throws not-authorised
 */
export function authorise(actor: Actor, action: Action, resource: Resource): void {
  if (actor.role === 'operator' || open.has(action)) return;
  if (
    action === 'consent-for' &&
    actor.role === 'household' &&
    resource.id !== undefined &&
    actor.household === resource.id
  )
    return;
  throw new AppError(
    'not-authorised',
    `The role "${actor.role}" may not ${verbs[action]} ${nouns[resource.kind]}; expected the local operator. Ask whoever runs this service.`,
    { role: actor.role, action, resource: resource.kind, id: resource.id ?? null },
  );
}
