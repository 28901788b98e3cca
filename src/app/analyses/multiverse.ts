import { judged } from '../../core/effects/further-effects.ts';
import { CoreError } from '../../core/errors.ts';
import type { VerdictReason } from '../../core/study/judge-study.ts';
import type { MultiverseInput, SpecificationAnswer, SpecificationEffect } from '../../core/study/run-multiverse.ts';
import { isAboutPeople } from '../about-people.ts';
import type { Actor } from '../actor.ts';
import { AppError } from '../errors.ts';
import { loadColumns } from '../load-columns.ts';
import { readingOf } from '../outcome-readings.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';
import type { StudySeal } from '../study-seal.ts';
import { columnsOf, countOf } from './announce-cost.ts';
import { outcomesOfUnits } from './design-units.ts';
import { drawDesign, type ReadDesign, readDesign, refuseChanged } from './draw-design.ts';
import { furtherVariables } from './further-questions.ts';
import { gateMultiverse } from './multiverse-release.ts';
import { prepareStudy, unique } from './prepare-study.ts';
import { refuseBroken } from './refuse-broken.ts';
import {
  type Alternatives,
  type AlternativesRequest,
  type ChosenSpecification,
  completeAlternatives,
  specificationsOf,
} from './specifications.ts';
import { specificationsCost } from './study-cost.ts';
import { type StudyProtocol, toStudySettings } from './study-protocol.ts';

export interface MultiverseSettings {
  readonly panel: string;
  readonly revision: number;
  /** the result of the sealed study */
  readonly study: string;
  readonly protocol: StudyProtocol;
  readonly seal: StudySeal;
  readonly alternatives: Alternatives;
}

export type MultiverseRequest = Omit<MultiverseSettings, 'alternatives'> & {
  readonly alternatives: AlternativesRequest;
};

/** One way to do the study, and its answer or why it has none. */
export interface ShownSpecification extends ChosenSpecification {
  /** null where the way is not possible, and where a rule of the verdict fails its sample */
  readonly effect: Omit<SpecificationEffect, 'reasons'> | null;
  /** what speaks against its sample, by the rules for a study of its own: see `judgeSample` */
  readonly against: readonly VerdictReason[];
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

export interface MultiverseBody {
  readonly protected: boolean;
  /** why numbers are withheld, or null */
  readonly withheld: 'small-group' | null;
  /** in the order of the question; null where withheld */
  readonly specifications: readonly ShownSpecification[] | null;
  readonly asked: number;
  /** ways with an effect */
  readonly answered: number;
  /** ways whose sample is not to be used; they count in no share of the curve */
  readonly failed: number;
  /** estimates of the ways that were answered; null where none was, or where withheld */
  readonly curve: {
    readonly lowest: number;
    readonly median: number;
    readonly highest: number;
    /** shares of the ways that were answered */
    readonly positive: number;
    readonly intervalsWithoutZero: number;
  } | null;
}

/** A sealed study done in other ways that could as well have been chosen: how much its answer depends on the choice. */
export const multiverse = {
  settings: ({ alternatives, ...request }: MultiverseRequest): MultiverseSettings => ({
    ...request,
    alternatives: completeAlternatives(alternatives),
  }),

  async run(
    settings: MultiverseSettings,
    context: AnalysisContext,
  ): Promise<Draft<MultiverseSettings, MultiverseBody>> {
    const { protocol, seal } = settings;
    const { panels, events, clock } = context.ports;
    const chosen = specificationsOf(protocol, settings.alternatives);
    // Drawn once more, for only that tells whether the units are those of the seal; its progress is not that of the ways.
    const own = await drawDesign(protocol, { ...context, progress: () => {} });
    refuseBroken(own, seal);
    await events.append({
      type: 'study-outcome-read',
      at: clock.now(),
      subject: settings.panel,
      details: { seal: seal.seal, override: null, ...readingOf(protocol) },
    });
    const outcomes = unique([protocol.outcome.variable, ...furtherVariables(own.settings)]);
    const loaded = await loadColumns(panels, own.panel, outcomes, 'multiverse');
    refuseChanged(own.source, loaded.source);
    const groups = await groupByUnits(chosen, own, context);
    const answers = new Map<ChosenSpecification, Answer>();
    const parts = groups.flatMap((group) => {
      if ('refusal' in group) {
        for (const one of group.members) answers.set(one, { answer: null, refusal: group.refusal });
        return [];
      }
      const { read, members } = group;
      const { design: _, covariates: __, ...question } = read.input;
      const input = { ...question, ...outcomesOfUnits(loaded.data, read.request, read.units.places) };
      return halves(members).map((half) => ({ half, input }));
    });
    announceAll(groups, context);
    const progress = together(parts.length, context.progress);
    await Promise.all(
      parts.map(async ({ half, input: { further: _, ...input } }, place) => {
        const specifications = half.map(({ specification }) => specification);
        const control = { signal: context.signal, progress: progress(place) };
        const found = await context.ports.compute.run('multiverse', { ...input, specifications }, control);
        half.forEach(({ chosen: one }, i) => {
          answers.set(one, found[i]!);
        });
      }),
    );
    return {
      class: 'release',
      settings,
      seed: protocol.seed,
      sources: [loaded.source],
      attrition: own.attrition,
      warnings: [],
      body: toBody(chosen, answers, own),
    };
  },

  release(body: MultiverseBody, actor: Actor): MultiverseBody {
    return actor.role === 'operator' || !body.protected ? body : gateMultiverse(body);
  },
};

type Answer = SpecificationAnswer | { readonly answer: null; readonly refusal: ShownSpecification['refusal'] };

interface Member {
  readonly chosen: ChosenSpecification;
  readonly specification: MultiverseInput['specifications'][number];
}
type Group =
  | { readonly read: ReadDesign; readonly members: readonly Member[] }
  | {
      readonly refusal: { readonly code: string; readonly message: string };
      readonly members: readonly ChosenSpecification[];
    };

/** Ways that read the same variables have the same units; others may lose units to other missing values. */
async function groupByUnits(
  chosen: readonly ChosenSpecification[],
  { protocol, panel }: ReadDesign,
  context: AnalysisContext,
): Promise<readonly Group[]> {
  const refused: Group[] = [];
  const groups = new Map<string, { readonly protocol: StudyProtocol; readonly members: Member[] }>();
  for (const one of chosen) {
    const asked = { ...protocol, ...one };
    try {
      const { design, terms, variables } = prepareStudy(toStudySettings(asked), panel);
      const key = JSON.stringify(variables.toSorted());
      const group = groups.get(key) ?? { protocol: asked, members: [] };
      groups.set(key, group);
      group.members.push({ chosen: one, specification: { design, covariates: terms } });
    } catch (error) {
      refused.push({ refusal: refusalOf(error), members: [one] });
    }
  }
  const read: Group[] = [];
  for (const group of groups.values()) {
    try {
      read.push({ read: await readDesign(group.protocol, context), members: group.members });
    } catch (error) {
      read.push({ refusal: refusalOf(error), members: group.members.map((member) => member.chosen) });
    }
  }
  return [...read, ...refused];
}

/** @throws what is no refusal of a way to do the study */
function refusalOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof CoreError) return { code: error.code, message: error.message };
  if (error instanceof AppError && error.code === 'invalid-request')
    return { code: error.code, message: error.message };
  throw error;
}

/** From two seconds on says what all ways together will cost before the first starts. */
function announceAll(groups: readonly Group[], { progress }: AnalysisContext): void {
  const costs = groups.flatMap((group) => {
    if ('refusal' in group) return [];
    const { frame, covariates, treated } = group.read.input;
    const designs = group.members.map(({ specification }) => specification.design);
    return [specificationsCost(frame.rows, columnsOf(frame, covariates), designs, countOf(treated))];
  });
  const seconds = costs.reduce((sum, cost) => sum + cost.seconds, 0);
  if (seconds >= 2) progress(0.1, 'specifications', { seconds, megabytes: Math.max(...costs.map((c) => c.megabytes)) });
}

/** Many ways are halved over two threads; neighbours share a score. */
function halves<T>(members: readonly T[]): readonly (readonly T[])[] {
  const middle = members.length >> 1;
  return members.length < 20 ? [members] : [members.slice(0, middle), members.slice(middle)];
}

/** One progress of several parts, from 0.1 on. */
function together(parts: number, report: AnalysisContext['progress']) {
  const done = new Float64Array(parts);
  return (part: number) => (fraction: number, stage: string) => {
    done[part] = fraction;
    report(0.1 + (0.9 * done.reduce((sum, one) => sum + one, 0)) / parts, stage);
  };
}

function toBody(
  chosen: readonly ChosenSpecification[],
  answers: ReadonlyMap<ChosenSpecification, Answer>,
  { panel }: ReadDesign,
): MultiverseBody {
  const specifications = chosen.map((one) => ({ ...one, ...gated(answers.get(one)!) }));
  const effects = specifications.flatMap(({ effect }) => (effect === null ? [] : [judged(effect)!]));
  const estimates = effects.map(({ estimate }) => estimate).sort((a, b) => a - b);
  const share = (count: number): number => count / effects.length;
  const middle = effects.length >> 1;
  return {
    protected: isAboutPeople(panel.unitKind),
    withheld: null,
    specifications,
    asked: chosen.length,
    answered: effects.length,
    failed: specifications.filter(({ against }) => against.some(isFailed)).length,
    curve:
      effects.length === 0
        ? null
        : {
            lowest: estimates[0]!,
            median: effects.length % 2 === 1 ? estimates[middle]! : (estimates[middle - 1]! + estimates[middle]!) / 2,
            highest: estimates.at(-1)!,
            positive: share(estimates.filter((estimate) => estimate > 0).length),
            intervalsWithoutZero: share(effects.filter(({ lower, upper }) => lower > 0 || upper < 0).length),
          },
  };
}

/** A study of its own would withhold the effect of a sample that fails. */
function gated({ answer, refusal }: Answer): Omit<ShownSpecification, keyof ChosenSpecification> {
  if (answer === null) return { effect: null, against: [], refusal };
  const { reasons, ...effect } = answer;
  const against = reasons.filter(({ counted }) => counted);
  return { effect: against.some(isFailed) ? null : effect, against, refusal };
}

const isFailed = ({ level }: VerdictReason): boolean => level === 'fail';
