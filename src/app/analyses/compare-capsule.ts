import { createHash } from 'node:crypto';
import { digestOf } from '../digest.ts';
import { AppError } from '../errors.ts';
import type { PanelDescription } from '../panels.ts';
import type { Ports } from '../ports.ts';
import type { Engine } from '../results.ts';
import type { StudyCapsule } from '../study-capsule.ts';
import { isIntact, sealedAt } from '../study-seal.ts';

/** Why a study does not come out as its capsule says, and what that is a matter of. Sentences: `replay.change.<code>` in messages. */
export const replayCodes = {
  'seal-edited': 'settings',
  'protocol-edited': 'settings',
  'override-edited': 'settings',
  'sealed-at': 'settings',
  'other-data': 'data',
  'engine-version': 'engine',
  'engine-kernels': 'engine',
  'other-design': 'design',
  'answer-edited': 'result',
  'other-answer': 'result',
  'other-answer-overridden': 'result',
  'other-answer-unsealed': 'result',
  'other-digest': 'result',
} as const;

type ReplayCode = keyof typeof replayCodes;

export interface ReplayChange {
  readonly what: (typeof replayCodes)[ReplayCode];
  readonly code: ReplayCode;
  readonly parameters: Readonly<Record<string, string | number>>;
}

export const changeOf = (code: ReplayCode, parameters: ReplayChange['parameters'] = {}): ReplayChange => ({
  what: replayCodes[code],
  code,
  parameters,
});

/** The revision that holds the data of a capsule: its digest decides, whatever its number. Else the one of that number, or the newest. */
export function revisionOf({ seal }: StudyCapsule, newest: PanelDescription): number {
  const isNamed = ({ revision }: { readonly revision: number }) => revision === seal.data.revision;
  const same = newest.revisions.filter(({ digest }) => digest === seal.data.digest);
  const found = same.find(isNamed) ?? same[0] ?? newest.revisions.find(isNamed);
  return found?.revision ?? newest.revision;
}

/** What was edited in a capsule, as far as its seal and the log of this service tell. */
export async function changedSettings(
  { protocol, seal, override, answer }: StudyCapsule,
  log: Pick<Ports, 'events'>,
): Promise<readonly ReplayChange[]> {
  const at = await sealedAt(seal.seal, protocol.panel, log);
  const gate = (answer?.body as { readonly gate?: unknown } | undefined)?.gate;
  const isOverrideOther = override === null ? gate === 'overridden' : gate === 'withheld';
  return [
    ...(isIntact(seal) ? [] : [changeOf('seal-edited')]),
    ...(digestOf(protocol) === seal.protocol ? [] : [changeOf('protocol-edited')]),
    ...(isOverrideOther ? [changeOf('override-edited')] : []),
    ...(at === null || at === seal.sealedAt ? [] : [changeOf('sealed-at', { was: seal.sealedAt, is: at })]),
  ];
}

export function changedEngine({ engine, seal }: StudyCapsule, now: Omit<Engine, 'name'>): readonly ReplayChange[] {
  const was = [...new Set([seal.engine, engine.version])].find((version) => version !== now.version);
  return [
    ...(was === undefined ? [] : [changeOf('engine-version', { was, is: now.version })]),
    ...(engine.kernels === now.kernels ? [] : [changeOf('engine-kernels', { was: engine.kernels, is: now.kernels })]),
  ];
}

/** Whether the panel has the file of a capsule. @throws data-withdrawn where units were erased from it since */
export async function changedData(
  capsule: StudyCapsule,
  { revision, digest }: PanelDescription,
  { events }: Pick<Ports, 'events'>,
): Promise<readonly ReplayChange[]> {
  const { panel } = capsule.protocol;
  const was = capsule.seal.data.digest;
  if (digest === was) return [];
  const entries = await events.entries('unit-erased');
  const withdrawals = entries.flatMap(({ details }) => {
    const { revisions, withdrawal } = JSON.parse(details) as UnitErased;
    return revisions.some((one) => one.panel === panel && one.revision === revision) ? [withdrawal] : [];
  });
  const isErased = withdrawals.some((_, first) => withdrawals.slice(first).reduce(digestWithout, was) === digest);
  if (isErased) throw withdrawnFrom(capsule, 'erasure');
  return [changeOf('other-data', { panel, revision })];
}

/** The refusal to carry out a study whose data were withdrawn since; of the capsule it names digests and no more. */
export function withdrawnFrom(
  { protocol: { panel }, seal, digest }: StudyCapsule,
  by: 'erasure' | 'consent',
): AppError {
  return new AppError(
    'data-withdrawn',
    by === 'erasure'
      ? `Units were erased from panel "${panel}" since this study. What was made from them is withdrawn, and nothing of it can be compared. Design the study again on what is left.`
      : `Consent to use the data of panel "${panel}" was given or withdrawn since this study, so it would be of other households. What was made before is withdrawn, and nothing of it can be compared. Design the study again on what may be used now.`,
    { panel, by, seal: seal.seal, digest },
  );
}

interface UnitErased {
  readonly revisions: readonly { readonly panel: string; readonly revision: number }[];
  readonly withdrawal: string;
}

/** As docs/decisions/0013-erasure.md says: the digest of a revision that lost a unit follows from the one before and the log. */
const digestWithout = (before: string, withdrawal: string): string =>
  createHash('sha256').update(`${before}\n${withdrawal}`).digest('hex');
