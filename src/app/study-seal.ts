import type { ResultOf } from './analyses.ts';
import { digestOf } from './digest.ts';
import { AppError } from './errors.ts';
import { readingOf } from './outcome-readings.ts';
import type { Ports } from './ports.ts';

/** What a design was sealed as. The seal is sha256 of the canonical JSON of the four fields after it. */
export interface StudySeal {
  readonly seal: string;
  /** sha256 of the canonical JSON of the protocol */
  readonly protocol: string;
  /** `digest` of the design's body: its sample and all it shows */
  readonly design: string;
  readonly data: { readonly revision: number; readonly digest: string; readonly consents: number | null };
  /** version of the engine that carried it out */
  readonly engine: string;
  /** ISO 8601 in UTC; of the first time */
  readonly sealedAt: string;
}

type Design = ResultOf<'study-design'>;

/** The seal of a design, whether or not it was given. */
function sealOf({ settings, sources, engine, body }: Design): Omit<StudySeal, 'sealedAt'> {
  const [{ revision, digest, consents }] = sources as readonly [Design['sources'][number]];
  const sealed = {
    protocol: digestOf(settings),
    design: body.digest!,
    data: { revision, digest, consents },
    engine: engine.version,
  };
  return { seal: digestOf(sealed), ...sealed };
}

/** Whether a seal is that of its own fields. */
export const isIntact = ({ seal, sealedAt: _, ...sealed }: StudySeal): boolean => seal === digestOf(sealed);

type Log = Pick<Ports, 'events' | 'clock'>;

/** Seals a design: from now on its outcome may be read. The same design again gives the same seal and the same time. */
export async function sealDesign(design: Design, ports: Log): Promise<StudySeal> {
  const earlier = await findSeal(design, ports);
  if (earlier !== null) return earlier;
  const sealed = { ...sealOf(design), sealedAt: ports.clock.now() };
  const { sealedAt: at, ...details } = sealed;
  const subject = design.settings.panel;
  await ports.events.append({
    type: 'study-sealed',
    at,
    subject,
    details: { ...details, ...readingOf(design.settings) },
  });
  return sealed;
}

/** The seal that a design was given. @throws study-not-sealed */
export async function mustBeSealed(design: Design, ports: Log): Promise<StudySeal> {
  const found = await findSeal(design, ports);
  if (found !== null) return found;
  throw new AppError(
    'study-not-sealed',
    `The design "${design.id}" is not sealed, so its outcome may not be read. Look at its balance and overlap, seal it, and ask again.`,
    { result: design.id },
  );
}

async function findSeal(design: Design, log: Log): Promise<StudySeal | null> {
  const own = sealOf(design);
  const at = await sealedAt(own.seal, design.settings.panel, log);
  return at === null ? null : { ...own, sealedAt: at };
}

/** When a seal was given here for a panel; null where it never was. Cost: the seals of that panel. */
export async function sealedAt(seal: string, panel: string, { events }: Pick<Log, 'events'>): Promise<string | null> {
  const entries = await events.entries('study-sealed', panel);
  const entry = entries.find(({ details }) => JSON.parse(details).seal === seal);
  return entry?.at ?? null;
}
