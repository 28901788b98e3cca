import type { Language } from '../messages/language.ts';
import { isAboutPeople } from './about-people.ts';
import type { Actor } from './actor.ts';
import { revisionOf } from './analyses/compare-capsule.ts';
import type { AlternativesRequest } from './analyses/specifications.ts';
import { completeProtocol } from './analyses/study-protocol.ts';
import { listStudyTemplates, type StudyTemplate } from './analyses/study-templates.ts';
import { type AnalysisKind, type AnyResult, analyses, type RequestOf, type ResultOf } from './analyses.ts';
import { authorise, type Resource } from './authorise.ts';
import { refuseFineEligibility } from './coarse-eligibility.ts';
import type { ConsentEvent, ConsentList, ConsentReport } from './consent.ts';
import type { ErasureReport } from './erasure.ts';
import { AppError } from './errors.ts';
import type { EventList } from './events.ts';
import type { BuildingBlock, ExperimentList } from './experiments.ts';
import type { Jobs, JobView, SubmitOptions } from './jobs.ts';
import { createLearningLoop, type LearningLoop } from './learning-loop.ts';
import { promisesOnCard } from './model-card.ts';
import type { ModelDescription, ModelSummary } from './models.ts';
import { readBefore } from './outcome-readings.ts';
import type { IngestReport, IngestRequest, PanelDescription, PanelList, PanelTotals } from './panels.ts';
import type { LearningRecords } from './planned-experiments.ts';
import type { Control, Ports } from './ports.ts';
import { modelPromises } from './promises.ts';
import {
  type Released,
  releaseDescription,
  releaseExperiments,
  releasePromises,
  releaseSummaries,
  releaseTotals,
  releaseUnrestricted,
} from './release.ts';
import { releaseStored } from './release-stored.ts';
import type { Report } from './reports.ts';
import { type StudyCapsule, toCapsule } from './study-capsule.ts';
import { mustBeSealed, type StudySeal, sealDesign } from './study-seal.ts';

/** Name and newest revision, or one revision, of a panel. */
export interface PanelReference {
  readonly panel: string;
  readonly revision?: number | null;
}

export interface TotalsQuestion extends PanelReference {
  readonly variable: readonly string[];
  readonly by?: 'wave';
}

/** Name and newest version, or one version, of a model. */
export interface ModelReference {
  readonly model: string;
  readonly version?: number;
}

export interface ReportQuestion {
  readonly result: string;
  readonly lang?: Language;
}

export interface ModelCard {
  readonly model: string;
  readonly markdown: string;
}

export interface ExperimentFilter {
  readonly kpi?: string;
  readonly block?: string;
  readonly limit?: number;
}

export interface ConsentInput extends Pick<ConsentEvent, 'person' | 'purpose' | 'kind'> {
  readonly household: string;
}

export interface StudyTemplateList {
  readonly templates: readonly StudyTemplate[];
}

export interface BuildingBlockList {
  readonly buildingBlocks: readonly BuildingBlock[];
}

/** A design with the seal it was given. */
export interface SealedDesign extends StudySeal {
  /** the result of the design */
  readonly result: string;
}

export interface EstimateInput {
  /** of a design */
  readonly result: string;
  /** shows the effect whatever the verdict says; kept with the result */
  readonly override?: { readonly reason: string };
}

export interface MultiverseOfStudy extends AlternativesRequest {
  /** of a sealed study */
  readonly result: string;
}

export type IngestInput = Pick<IngestRequest, 'panel'> & Partial<Omit<IngestRequest, 'panel'>>;

/**
 * Every operation of the service by its id in the contract: `(actor, input) → answer that passed the release gate`.
 * HTTP, command line, pages and library all call this; the command line beside a running server calls it over HTTP.
 */
export interface Service extends LearningLoop {
  listPanels(actor: Actor, input: Record<string, never>): Promise<Released<PanelList>>;
  describePanel(actor: Actor, input: PanelReference): Promise<Released<PanelDescription>>;
  panelTotals(actor: Actor, input: TotalsQuestion): Promise<Released<PanelTotals>>;
  ingestPanel(
    actor: Actor,
    input: IngestInput,
    source: AsyncIterable<Uint8Array>,
    control: Control,
  ): Promise<Released<IngestReport>>;
  erasePanel(actor: Actor, input: { readonly panel: string }): Promise<Released<ErasureReport>>;
  eraseUnit(actor: Actor, input: { readonly panel: string; readonly unit: string }): Promise<Released<ErasureReport>>;
  eraseHousehold(actor: Actor, input: { readonly household: string }): Promise<Released<ErasureReport>>;
  recordConsent(actor: Actor, input: ConsentInput): Promise<Released<ConsentReport>>;
  listConsents(actor: Actor, input: { readonly household: string }): Promise<Released<ConsentList>>;
  listEvents(actor: Actor, input: Record<string, never>): Promise<Released<EventList>>;
  insights(actor: Actor, input: RequestOf<'insights'>, options: SubmitOptions): Promise<JobView>;
  qca(actor: Actor, input: RequestOf<'qca'>, options: SubmitOptions): Promise<JobView>;
  matchingStudy(actor: Actor, input: RequestOf<'matching-study'>, options: SubmitOptions): Promise<JobView>;
  designStudy(actor: Actor, input: RequestOf<'study-design'>, options: SubmitOptions): Promise<JobView>;
  sealStudyDesign(actor: Actor, input: { readonly result: string }): Promise<Released<SealedDesign>>;
  estimateStudy(actor: Actor, input: EstimateInput, options: SubmitOptions): Promise<JobView>;
  multiverse(actor: Actor, input: MultiverseOfStudy, options: SubmitOptions): Promise<JobView>;
  studyCapsule(actor: Actor, input: { readonly result: string }): Promise<Released<StudyCapsule>>;
  replay(actor: Actor, input: StudyCapsule, options: SubmitOptions): Promise<JobView>;
  panelModel(actor: Actor, input: RequestOf<'panel-model'>, options: SubmitOptions): Promise<JobView>;
  trainModel(actor: Actor, input: RequestOf<'training'>, options: SubmitOptions): Promise<JobView>;
  evaluateModels(actor: Actor, input: RequestOf<'evaluation'>, options: SubmitOptions): Promise<JobView>;
  recommend(actor: Actor, input: RequestOf<'recommendation'>, options: SubmitOptions): Promise<JobView>;
  nextExperiments(actor: Actor, input: RequestOf<'next-experiments'>, options: SubmitOptions): Promise<JobView>;
  policyValue(actor: Actor, input: RequestOf<'policy-value'>, options: SubmitOptions): Promise<JobView>;
  listModels(
    actor: Actor,
    input: Record<string, never>,
  ): Promise<Released<{ readonly models: readonly ModelSummary[] }>>;
  describeModel(actor: Actor, input: ModelReference): Promise<Released<ModelDescription>>;
  modelCard(actor: Actor, input: ModelReference): Promise<Released<ModelCard>>;
  listExperiments(actor: Actor, input: ExperimentFilter): Promise<Released<ExperimentList>>;
  listStudyTemplates(actor: Actor, input: Record<string, never>): Promise<Released<StudyTemplateList>>;
  listBuildingBlocks(actor: Actor, input: Record<string, never>): Promise<Released<BuildingBlockList>>;
  listJobs(actor: Actor, input: { readonly limit?: number }): Promise<Released<{ readonly jobs: readonly JobView[] }>>;
  getJob(actor: Actor, input: { readonly job: string }): Promise<JobView>;
  cancelJob(actor: Actor, input: { readonly job: string }): Promise<JobView>;
  restartJob(actor: Actor, input: { readonly job: string }): Promise<JobView>;
  watchJob(actor: Actor, input: { readonly job: string }, signal: AbortSignal): AsyncIterable<JobView>;
  getResult(actor: Actor, input: { readonly result: string }): Promise<Released<AnyResult>>;
  resultReport(actor: Actor, input: ReportQuestion): Promise<Released<Report>>;
}

export function createService(ports: Ports, jobs: Jobs): Service {
  /** Every analysis enters here: authorised, completed with its defaults, queued. */
  const analyse =
    <K extends AnalysisKind>(kind: K) =>
    async (actor: Actor, input: RequestOf<K>, options: SubmitOptions): Promise<JobView> => {
      const { panel } = input as { readonly panel?: string };
      const resource: Resource = panel === undefined ? { kind: 'experiments' } : { kind: 'panel', id: panel };
      authorise(actor, 'analyse', resource);
      if ((input as { readonly includeUnits?: boolean }).includeUnits) authorise(actor, 'see-units', resource);
      const { revision } = input as { readonly revision?: number | null };
      if (panel !== undefined) await refuseSuperseded(actor, { panel, revision: revision ?? null });
      const complete = analyses[kind].settings as (request: RequestOf<K>) => Parameters<Jobs['submit']>[2];
      return jobs.submit(actor, kind, complete(input), options);
    };

  /**
   * Two revisions that differ by one household tell what is hers: of people only the newest is for everybody.
   *
   * @throws not-authorised; panel-not-found, revision-not-found
   */
  async function refuseSuperseded(actor: Actor, { panel, revision }: PanelReference): Promise<void> {
    if (actor.role === 'operator' || revision === undefined || revision === null) return;
    const newest = await ports.panels.describe(panel, null);
    if (revision === newest.revision) return;
    const asked = await ports.panels.describe(panel, revision);
    if (!isAboutPeople(newest.unitKind) && !isAboutPeople(asked.unitKind)) return;
    throw new AppError(
      'not-authorised',
      `Revision ${revision} of panel "${panel}" was superseded and is readable by the operator of the hub only. Ask for revision ${newest.revision}, or leave out the revision.`,
      { panel, revision, newest: newest.revision },
    );
  }

  async function readResult(actor: Actor, result: string): Promise<Released<AnyResult>> {
    authorise(actor, 'read', { kind: 'result', id: result });
    return releaseStored(ports, await mustHave(result), actor);
  }

  async function mustHave(result: string): Promise<AnyResult> {
    const stored = await ports.results.get(result);
    if (stored) return stored;
    throw new AppError(
      'result-not-found',
      `There is no result "${result}". A job names its result once it succeeded.`,
      {
        result,
      },
    );
  }

  /** A stored result of a kind, to go on from. @throws result-not-found; invalid-request for a result of another kind */
  async function resultOfKind<K extends 'study-design' | 'study'>(
    actor: Actor,
    result: string,
    kind: K,
  ): Promise<ResultOf<K>> {
    authorise(actor, 'analyse', { kind: 'result', id: result });
    const stored = await mustHave(result);
    if (stored.kind === kind) return stored as ResultOf<K>;
    throw otherKind(stored, kind);
  }
  const designOf = (actor: Actor, result: string) => resultOfKind(actor, result, 'study-design');
  const studyOf = (actor: Actor, result: string) => resultOfKind(actor, result, 'study');

  /** Only the operator may erase (authorise), and the report counts what the operator asked to go. */
  const erase = async (
    panels: readonly string[],
    unit: string | null,
    withConsents = false,
  ): Promise<Released<ErasureReport>> => {
    const receipt = ports.identifiers.next('erasure');
    const erased = await ports.erasure.erase({ panels, unit, withConsents, receipt, at: ports.clock.now() });
    return releaseUnrestricted({ ...erased, unit, receipt: unit === null ? null : receipt });
  };

  return {
    ...createLearningLoop(ports),
    async listPanels(actor) {
      authorise(actor, 'read', { kind: 'panel' });
      return releaseSummaries(await ports.panels.list(), actor);
    },
    async describePanel(actor, { panel, revision }) {
      authorise(actor, 'read', { kind: 'panel', id: panel });
      await refuseSuperseded(actor, { panel, revision: revision ?? null });
      return releaseDescription(await ports.panels.describe(panel, revision ?? null), actor);
    },
    async panelTotals(actor, { panel, revision, variable }) {
      authorise(actor, 'read', { kind: 'panel', id: panel });
      await refuseSuperseded(actor, { panel, revision: revision ?? null });
      return releaseTotals(await ports.panels.totals(panel, revision ?? null, variable), actor);
    },
    async ingestPanel(actor, input, source, control) {
      authorise(actor, 'ingest', { kind: 'panel', id: input.panel });
      const report = await ports.panels.ingest({ ...ingestDefaults, ...input }, source, control);
      if (report.outcome === 'refused') {
        const { count, first } = report.errors;
        const where = `${first[0]?.rule}${first[0]?.line === null ? '' : `, line ${first[0]?.line}`}${first[0]?.column === null ? '' : `, ${first[0]?.column}`}`;
        throw new AppError(
          'invalid-file',
          count === 1
            ? `The file has an error and changed nothing: ${where}. Mend it and send the file again.`
            : `The file has ${count} errors and changed nothing; the first: ${where}. Mend them and send the file again.`,
          { report },
        );
      }
      // Only the operator may ingest (authorise above), and the report is about the operator's own file.
      return releaseUnrestricted(report);
    },
    async erasePanel(actor, { panel }) {
      authorise(actor, 'erase', { kind: 'panel', id: panel });
      return erase([panel], null);
    },
    async eraseUnit(actor, { panel, unit }) {
      authorise(actor, 'erase', { kind: 'panel', id: panel });
      return erase([panel], unit);
    },
    async eraseHousehold(actor, { household }) {
      authorise(actor, 'erase', { kind: 'household', id: household });
      return erase(await ports.erasure.panelsOf(household), household, true);
    },
    async recordConsent(actor, { household, person, purpose, kind }) {
      authorise(actor, 'consent-for', { kind: 'household', id: household });
      const receipt = ports.identifiers.next('consent');
      const event = { household, person, purpose, kind, at: ports.clock.now() };
      const recorded = await ports.consents.record({ ...event, receipt });
      // What somebody said of their own household, and counts of jobs and results.
      return releaseUnrestricted({ ...event, ...recorded, receipt });
    },
    async listConsents(actor, { household }) {
      authorise(actor, 'consent-for', { kind: 'household', id: household });
      // To the household itself and the operator only.
      return releaseUnrestricted({ household, events: await ports.consents.of(household) });
    },
    async listEvents(actor) {
      authorise(actor, 'audit', { kind: 'events' });
      // Names of panels, counts and digests, for the operator only.
      return releaseUnrestricted({
        events: await ports.events.entries(),
        firstBroken: await ports.events.firstBroken(),
      });
    },
    insights: analyse('insights'),
    qca: analyse('qca'),
    matchingStudy: analyse('matching-study'),
    async designStudy(actor, request, options) {
      authorise(actor, 'analyse', { kind: 'panel', id: request.panel });
      await refuseFineEligibility(actor, completeProtocol(request), ports);
      return analyse('study-design')(actor, request, options);
    },
    async listStudyTemplates(actor) {
      authorise(actor, 'read', { kind: 'panel' });
      // Holes to fill in, the same for everybody.
      return releaseUnrestricted({ templates: listStudyTemplates() });
    },
    async sealStudyDesign(actor, { result }) {
      const design = await designOf(actor, result);
      // Digests, no number about people.
      return releaseUnrestricted({ result, ...(await sealDesign(design, ports)) });
    },
    async estimateStudy(actor, { result, override }, options) {
      const design = await designOf(actor, result);
      const seal = await mustBeSealed(design, ports);
      const { panel, revision } = design.settings;
      const before = await readBefore(design.settings, seal.seal, await ports.panels.describe(panel, revision), ports);
      const request = {
        ...{ panel, revision: revision!, design: result, protocol: design.settings, seal, readBefore: before },
      };
      return analyse('study')(actor, { ...request, override: override ?? null }, options);
    },
    async multiverse(actor, { result, ...alternatives }, options) {
      const { settings, body } = await studyOf(actor, result);
      if (body.gate === 'withheld') {
        throw new AppError(
          'invalid-request',
          `The verdict on study "${result}" is "do not use" and its effect is withheld; other ways to do it would show it. Read the reasons, and estimate it with an \`override\` if it must be seen.`,
          { result },
        );
      }
      const { panel, revision, protocol, seal } = settings;
      return analyse('multiverse')(actor, { panel, revision, study: result, protocol, seal, alternatives }, options);
    },
    async studyCapsule(actor, { result }) {
      const released = await readResult(actor, result);
      if (released.kind !== 'study') throw otherKind(released, 'study');
      // Written from what passed the gate.
      return releaseUnrestricted(toCapsule(released, actor));
    },
    async replay(actor, capsule, options) {
      const { panel } = capsule.protocol;
      authorise(actor, 'analyse', { kind: 'panel', id: panel });
      if (capsule.holds === 'whole' && actor.role !== 'operator') {
        throw new AppError(
          'not-authorised',
          `The capsule holds a study as the operator of the hub sees it, and you are "${actor.role}". Replay the capsule that this service gives you for the same study.`,
          { role: actor.role },
        );
      }
      const newest = await ports.panels.describe(panel, null);
      const revision = revisionOf(capsule, newest);
      const holdsData = newest.revisions.some(
        (one) => one.revision === revision && one.digest === capsule.seal.data.digest,
      );
      // Of other data its numbers cannot be compared, and of erased data they must not be kept.
      const kept = holdsData ? capsule : { ...capsule, answer: null };
      return analyse('replay')(actor, { panel, revision, capsule: kept }, options);
    },
    panelModel: analyse('panel-model'),
    async trainModel(actor, input, options) {
      authorise(actor, 'train', { kind: 'model' });
      return analyse('training')(actor, input, options);
    },
    evaluateModels: analyse('evaluation'),
    recommend: analyse('recommendation'),
    nextExperiments: analyse('next-experiments'),
    policyValue: analyse('policy-value'),
    async listModels(actor) {
      authorise(actor, 'read', { kind: 'model' });
      // Names and versions only.
      return releaseUnrestricted({ models: await ports.models.list() });
    },
    async describeModel(actor, { model, version }) {
      authorise(actor, 'read', { kind: 'model', id: model });
      // Scores over experiments that are all large enough (`withLargeExperiments`).
      return releaseUnrestricted((await ports.models.load(model, version ?? null)).description);
    },
    async modelCard(actor, { model, version }) {
      authorise(actor, 'read', { kind: 'model', id: model });
      const [card, { description }, records] = await Promise.all([
        ports.models.card(model, version ?? null),
        ports.models.load(model, version ?? null),
        ports.plannedExperiments.load(),
      ]);
      const judge = (seen: LearningRecords) => modelPromises(seen, description, ports.clock.now());
      const promises = releasePromises(judge, records, actor);
      // The same scores as text, with what came of the promises.
      return releaseUnrestricted({ model, markdown: `${card}\n${promisesOnCard(promises)}` });
    },
    async listExperiments(actor, { kpi, block, limit }) {
      authorise(actor, 'read', { kind: 'experiments' });
      const { experiments, contexts, digest } = await ports.experiments.load();
      const found = experiments.filter(
        (row) => (kpi === undefined || row.kpi === kpi) && (block === undefined || row.blocks.includes(block)),
      );
      return releaseExperiments({ digest, contexts, experiments: found }, limit ?? 100, actor);
    },
    async listBuildingBlocks(actor) {
      authorise(actor, 'read', { kind: 'experiments' });
      // A public catalogue.
      return releaseUnrestricted({ buildingBlocks: (await ports.experiments.load()).blocks });
    },
    async listJobs(actor, { limit }) {
      authorise(actor, 'read', { kind: 'job' });
      return releaseUnrestricted({ jobs: await jobs.list(actor, limit ?? 50) });
    },
    async getJob(actor, { job }) {
      authorise(actor, 'read', { kind: 'job', id: job });
      return jobs.get(actor, job);
    },
    async cancelJob(actor, { job }) {
      authorise(actor, 'cancel', { kind: 'job', id: job });
      return jobs.cancel(actor, job);
    },
    async restartJob(actor, { job }) {
      authorise(actor, 'analyse', { kind: 'job', id: job });
      return jobs.restart(actor, job);
    },
    watchJob(actor, { job }, signal) {
      authorise(actor, 'read', { kind: 'job', id: job });
      return jobs.watch(actor, job, signal);
    },
    async getResult(actor, { result }) {
      return readResult(actor, result);
    },
    async resultReport(actor, { result, lang }) {
      const released = await readResult(actor, result);
      const html = await ports.reports.write(released, lang ?? 'en');
      // Written from what passed the gate.
      if (html !== null) return releaseUnrestricted({ html });
      throw new AppError(
        'result-not-found',
        `There is no report for a result of the kind "${released.kind}"; a QCA and a sealed study have one.`,
        { result, kind: released.kind },
      );
    },
  };
}

const otherKind = ({ id, kind }: Pick<AnyResult, 'id' | 'kind'>, expected: 'study-design' | 'study'): AppError =>
  new AppError(
    'invalid-request',
    expected === 'study'
      ? `Result "${id}" is a ${kind}; expected a sealed study. Estimate one first.`
      : `Result "${id}" is a ${kind}; expected the design of a study. Design one first.`,
    { result: id, kind },
  );

const ingestDefaults = {
  file: null,
  title: null,
  format: null,
  layout: null,
  unit: null,
  wave: null,
  variable: null,
  value: null,
  collective: null,
  unitKind: null,
  delimiter: null,
  decimal: null,
  encoding: null,
  schema: null,
  dryRun: false,
} as const satisfies Omit<IngestRequest, 'panel'>;
