import { digestOf } from '../digest.ts';
import { AppError } from '../errors.ts';
import { type Answer, gateAnswer } from '../gate-answer.ts';
import { type JsonDifference, jsonDifferences } from '../json-differences.ts';
import { loadColumns } from '../load-columns.ts';
import { readBefore } from '../outcome-readings.ts';
import type { PanelDescription } from '../panels.ts';
import type { AnalysisContext } from '../ports.ts';
import type { DataSource, Draft } from '../results.ts';
import type { StudyCapsule } from '../study-capsule.ts';
import { sealedAt } from '../study-seal.ts';
import {
  changedData,
  changedEngine,
  changedSettings,
  changeOf,
  type ReplayChange,
  withdrawnFrom,
} from './compare-capsule.ts';
import { estimateSealed, sealedStudy } from './sealed-study.ts';

export interface ReplaySettings {
  readonly panel: string;
  /** of this service; the capsule may have another number for the same data */
  readonly revision: number;
  /** in a result without its answer, of which the digest is enough */
  readonly capsule: StudyCapsule;
}

export interface ReplayBody {
  readonly verdict: 'same' | 'changed';
  /** whether the answer is the same to the byte; null where it was not estimated, since settings, data or design are others */
  readonly identical: boolean | null;
  /** whether the log of this service holds the seal */
  readonly sealedHere: boolean;
  readonly changes: readonly ReplayChange[];
  /** sha256 of the canonical JSON of the answer here; null where it was not estimated */
  readonly digest: string | null;
  /** the first that differ between the capsule and here */
  readonly differences: readonly JsonDifference[];
}

const shownDifferences = 10;

/**
 * A sealed study once more, from its capsule: the same bytes, or what changed; `data-withdrawn` where units were erased, or consent
 * changed who is in it.
 */
export const replay = {
  settings: (request: ReplaySettings): ReplaySettings => request,

  async run(settings: ReplaySettings, context: AnalysisContext): Promise<Draft<ReplaySettings, ReplayBody>> {
    const { capsule, panel, revision } = settings;
    const { ports } = context;
    const now = await ports.panels.describe(panel, revision);
    const edited = [...(await changedSettings(capsule, ports)), ...(await changedData(capsule, now, ports))];
    const read = edited.length === 0 ? await readSource(capsule, now, context) : null;
    const before = [...edited, ...changedEngine(capsule, ports.engine)];
    const isComparable = edited.length === 0;
    const sealedHere = (await sealedAt(capsule.seal.seal, panel, ports)) !== null;
    const found = isComparable ? await estimateAgain(settings, sealedHere, context) : { changes: [], answer: null };
    const compared = found.answer === null ? nothingCompared : compareAnswers(capsule, found.answer, sealedHere);
    const changes = [...before, ...found.changes, ...compared.changes];
    return {
      // What is whole is for the operator, and so is whether somebody guessed it.
      class: capsule.holds === 'whole' ? 'workspace' : 'release',
      settings: { ...settings, capsule: { ...capsule, answer: null } },
      seed: capsule.protocol.seed,
      sources: [read ?? { panel, revision: now.revision, digest: now.digest!, units: null, consents: null }],
      attrition: [],
      warnings: [],
      body: {
        verdict: changes.length === 0 ? 'same' : 'changed',
        identical: compared.identical,
        sealedHere,
        changes,
        digest: compared.digest,
        differences: compared.differences,
      },
    };
  },

  release: (body: ReplayBody): ReplayBody => body,
};

/** Which data a study would read now. @throws data-withdrawn where consent leaves nobody */
async function readSource(
  { protocol }: StudyCapsule,
  now: PanelDescription,
  { ports }: AnalysisContext,
): Promise<DataSource> {
  const { treatment } = protocol;
  const variable = 'adopts' in treatment ? treatment.adopts : treatment.variable;
  return (await loadColumns(ports.panels, now, [variable], 'replay')).source;
}

interface Again {
  readonly changes: readonly ReplayChange[];
  readonly answer: Answer<object> | null;
}

/**
 * The study as whoever the capsule is for sees it; no answer where its design is not what was sealed. Anybody can compute a seal: under
 * one that was not given here this is the first reading of the outcome, and logged as one.
 */
async function estimateAgain(
  { capsule, panel, revision }: ReplaySettings,
  sealedHere: boolean,
  context: AnalysisContext,
): Promise<Again> {
  const { ports } = context;
  const { seal, override } = capsule;
  // The number of the revision is the only part of protocol and seal that another store may have otherwise.
  const protocol = { ...capsule.protocol, revision };
  const own = { ...seal, protocol: digestOf(protocol), data: { ...seal.data, revision } };
  try {
    const study = await estimateSealed(
      {
        ...{ panel, revision, design: '', protocol, seal: own },
        // Its own log knows better than a document that anybody may have written.
        readBefore: sealedHere
          ? await readBefore(protocol, seal.seal, await ports.panels.describe(panel, revision), ports)
          : capsule.readBefore,
        override: override === null ? null : { reason: override },
      },
      { type: sealedHere ? 'study-replayed' : 'study-outcome-read', override },
      context,
    );
    const { attrition, warnings, body } = study;
    const reader = { role: capsule.holds === 'whole' ? 'operator' : 'visitor' } as const;
    return { changes: [], answer: gateAnswer({ attrition, warnings, body }, sealedStudy, reader) };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'seal-broken') throw error;
    const { changed } = error.details;
    if (changed !== 'design' && changed !== 'data') throw error;
    // Revision and file were compared before, so other data are those of others who consent.
    if (changed === 'data') throw withdrawnFrom(capsule, 'consent');
    return { changes: [changeOf('other-design')], answer: null };
  }
}

type Compared = Pick<ReplayBody, 'identical' | 'digest' | 'differences' | 'changes'>;
const nothingCompared: Compared = { identical: null, digest: null, differences: [], changes: [] };

function compareAnswers(
  { answer, digest, override }: StudyCapsule,
  again: Answer<object>,
  sealedHere: boolean,
): Compared {
  const found = digestOf(again);
  const was = answer === null ? digest : digestOf(answer);
  const differences = answer === null ? [] : jsonDifferences(answer, again);
  // Why the effect is shown all the same was said once, to whoever asked for it: of an override only the places are told. So it is
  // of a seal that was not given here: numbers in a capsule made up for it would be answered with the effect.
  const isOverridden = override !== null && (again.body as { readonly gate?: unknown }).gate === 'overridden';
  const code = !sealedHere ? 'other-answer-unsealed' : isOverridden ? 'other-answer-overridden' : 'other-answer';
  const other = answer === null ? changeOf('other-digest') : changeOf(code, { count: differences.length });
  return {
    identical: found === was,
    digest: found,
    differences: differences
      .slice(0, shownDifferences)
      .map((difference) => (code === 'other-answer' ? difference : { ...difference, was: null, is: null })),
    changes: [...(was === digest ? [] : [changeOf('answer-edited')]), ...(found === was ? [] : [other])],
  };
}
