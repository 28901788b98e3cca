import type { AnyResult } from './analyses.ts';
import { AppError } from './errors.ts';
import { evidenceOf, evidenceOfGrade } from './experiment-evidence.ts';
import { type ExperimentRegistry, kpisOf } from './experiments.ts';
import type { RecordedOutcome } from './planned-experiments.ts';
import type { Ports } from './ports.ts';
import { releaseStored } from './release-stored.ts';

/** What was found of one KPI: read from a study, or typed in. */
export interface FoundInput {
  readonly kpi: string;
  /** a study to read it from, instead of effect, variance, households and grade */
  readonly result?: string;
  /** factor from the unit of the study to that of the KPI, negative where less is better there; 1 or -1 by the direction of its outcome when left out */
  readonly scale?: number;
  readonly effect?: number;
  readonly variance?: number;
  /** of the KPI over households; instead of the variance, and always before and after */
  readonly standardDeviation?: number;
  readonly households?: number;
  /** that of a study is `matched` when left out, and one weaker where its verdict is a caution */
  readonly grade?: string;
  /** first and last month, YYYY-MM */
  readonly from: string;
  readonly until: string;
}

type FoundOutcome = Omit<RecordedOutcome, 'outcome' | 'experiment' | 'correction' | 'recordedAt'>;

/**
 * An outcome as it is recorded.
 *
 * @param start first month of the experiment
 * @throws invalid-request (also for months to come), result-not-found
 */
export async function findOutcome(
  ports: Ports,
  input: FoundInput,
  start: string,
  registry: ExperimentRegistry,
): Promise<FoundOutcome> {
  requireOutcomeOf(input, start, ports.clock.now().slice(0, 7), registry);
  const { kpi, from, until, result = null } = input;
  const found = result === null ? typedIn(input, registry) : await readFrom(ports, result, input, registry);
  return { kpi, ...found, from, until, result };
}

/** @throws result-not-found */
export async function storedResult({ results }: Pick<Ports, 'results'>, id: string): Promise<AnyResult> {
  const result = await results.get(id);
  if (result !== null) return result;
  throw new AppError('result-not-found', `There is no result "${id}". A job names its result once it succeeded.`, {
    result: id,
  });
}

/** The effect of a study, as it may be shown to everybody. */
async function readFrom(ports: Ports, id: string, input: FoundInput, registry: ExperimentRegistry) {
  const given = (['effect', 'variance', 'standardDeviation', 'households'] as const).filter(
    (name) => input[name] !== undefined,
  );
  if (given.length > 0) {
    throw new AppError(
      'invalid-request',
      `Received a study and also ${given.join(', ')}; expected one of both. Leave out what the study says.`,
    );
  }
  const studied = evidenceOf(await releaseStored(ports, await storedResult(ports, id), { role: 'visitor' }));
  const scale = input.scale ?? (studied.lowerIsBetter ? -1 : 1);
  const grade = knownGrade(input.grade ?? 'matched', registry);
  return {
    effect: scale * studied.effect,
    variance: scale ** 2 * studied.variance,
    households: studied.households,
    grade: studied.isCautioned ? weakerGrade(grade, registry) : grade,
    evidence: studied.evidence,
  };
}

/** An outcome that somebody worked out elsewhere. */
function typedIn(input: FoundInput, registry: ExperimentRegistry) {
  const { effect, households, standardDeviation = null } = input;
  const grade = knownGrade(input.grade, registry);
  const needsSpread = grade === 'before-after' || input.variance === undefined;
  if (effect === undefined || households === undefined || (needsSpread && standardDeviation === null)) {
    throw new AppError(
      'invalid-request',
      'Received no study and no whole outcome; expected an effect, a number of households, a grade, and a variance or the standard deviation of the KPI (before and after always the latter).',
    );
  }
  const evidence = evidenceOfGrade(grade, standardDeviation);
  // Two halves are compared; before and after, each household with itself.
  const sampling = input.variance ?? ((grade === 'before-after' ? 1 : 4) * standardDeviation! ** 2) / households;
  return { effect, variance: sampling + evidence.biasVariance, households, grade, evidence };
}

function knownGrade(grade: string | undefined, { grades }: ExperimentRegistry): string {
  if (grade !== undefined && grades.includes(grade)) return grade;
  throw new AppError(
    'invalid-request',
    `The grade of evidence is ${grade === undefined ? 'not given' : `"${grade}"`}; expected one of ${grades.join(', ')}.`,
    { grades },
  );
}

/** The weakest has none weaker. */
const weakerGrade = (grade: string, { grades }: ExperimentRegistry): string =>
  grades[Math.min(grades.indexOf(grade) + 1, grades.length - 1)]!;

function requireOutcomeOf(
  { kpi, from, until }: FoundInput,
  start: string,
  thisMonth: string,
  registry: ExperimentRegistry,
): void {
  if (from < start || until < from) {
    throw new AppError(
      'invalid-request',
      `The outcome is of ${from} to ${until}; expected months in order, from the start of the experiment (${start}) on.`,
      { from, until, start },
    );
  }
  if (until > thisMonth) {
    throw new AppError(
      'invalid-request',
      `The outcome is of ${from} to ${until}, and it is now ${thisMonth}; expected months that have come. Report it when they are over.`,
      { from, until, thisMonth },
    );
  }
  const known = kpisOf(registry);
  if (known.includes(kpi)) return;
  throw new AppError('invalid-request', `No experiment measured "${kpi}"; expected one of ${known.join(', ')}.`, {
    kpi,
    known,
  });
}
