import { wavesOfPeriod } from '../core/panel/unit-periods.ts';
import type { ReadBefore } from '../core/study/verdict-facts.ts';
import { type StudyProtocol, toStudySettings } from './analyses/study-protocol.ts';
import type { LoggedEvent } from './events.ts';
import type { PanelDescription } from './panels.ts';
import type { Ports } from './ports.ts';

/** What of a panel an analysis puts beside each other, by name: the event log keeps it, and no value. */
export interface Reading {
  /** variables whose effect is asked about */
  readonly treatments: readonly string[];
  readonly outcomes: readonly string[];
  /** the last period in which outcomes are read; null: every wave */
  readonly until: string | null;
}

/** What a sealed study reads. */
export function readingOf(protocol: StudyProtocol): Reading {
  const { treatment, outcome, outcomeIs: _, otherOutcomes, laterFollowUps, followUp } = toStudySettings(protocol);
  return { treatments: [treatment], outcomes: [outcome, ...otherOutcomes], until: laterFollowUps.at(-1) ?? followUp };
}

type Log = Pick<Ports, 'events' | 'clock'>;

/** Notes that an analysis without a seal reads outcomes, before it does. */
export async function noteReading(
  analysis: 'matching-study' | 'panel-model',
  panel: string,
  reading: Reading,
  { events, clock }: Log,
): Promise<void> {
  await events.append({ type: 'outcome-read', at: clock.now(), subject: panel, details: { analysis, ...reading } });
}

/**
 * What was read of the treatment of a sealed study, in its follow-up or later, before its outcome was read for the first time under
 * its seal: later readings change nothing, so that a replay finds the same.
 *
 * A sealed study counts from its seal on, for what is sealed is to be read. Readings of another panel, or elsewhere, leave no trace here.
 */
export async function readBefore(
  protocol: StudyProtocol,
  seal: string,
  { waveLabels }: Pick<PanelDescription, 'waveLabels'>,
  { events }: Pick<Ports, 'events'>,
): Promise<ReadBefore> {
  const own = readingOf(protocol);
  const of = async (type: string) => (await events.entries(type, protocol.panel)).map(parse);
  const [free, sealed, read] = [await of('outcome-read'), await of('study-sealed'), await of('study-outcome-read')];
  const firstOf = (entries: readonly Parsed[]) => entries.find((one) => one.seal === seal)?.sequence ?? Infinity;
  const [sealedAt, firstRead] = [firstOf(sealed), firstOf(read)];
  const begins = protocol.outcome.followUp === null ? 0 : wavesOfPeriod(waveLabels, protocol.outcome.followUp)[0]!;
  const isOfThis = (one: Parsed): boolean =>
    one.sequence < firstRead &&
    one.seal !== seal &&
    one.treatments.some((treatment) => own.treatments.includes(treatment)) &&
    reaches(one.until, waveLabels, begins);
  const outcomes = (entries: readonly Parsed[]) => new Set(entries.filter(isOfThis).flatMap((one) => one.outcomes));
  const others = outcomes([...free, ...sealed, ...read]);
  const seen = outcomes([...free, ...read].filter(({ sequence }) => sequence < sealedAt));
  return {
    otherOutcomes: [...others].filter((name) => !own.outcomes.includes(name)).toSorted(),
    readBeforeSeal: own.outcomes.filter((name) => seen.has(name)).length,
  };
}

interface Parsed extends Reading, Pick<LoggedEvent, 'sequence'> {
  readonly seal: string | null;
}

/** Entries of before readings were noted name nothing. */
function parse({ sequence, details }: LoggedEvent): Parsed {
  return { treatments: [], outcomes: [], until: null, seal: null, ...JSON.parse(details), sequence };
}

/** Whether a period ends in or after a wave; one that the panel does not have any more may. */
function reaches(until: string | null, waves: readonly string[], begins: number): boolean {
  if (until === null) return true;
  try {
    return wavesOfPeriod(waves, until).at(-1)! >= begins;
  } catch {
    return true;
  }
}
