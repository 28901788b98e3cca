import type { Warning } from '../core/errors.ts';
import type { Actor } from './actor.ts';
import { designedStudy } from './analyses/designed-study.ts';
import { evaluation } from './analyses/evaluation.ts';
import { insights } from './analyses/insights.ts';
import { matchingStudy } from './analyses/matching-study.ts';
import { multiverse } from './analyses/multiverse.ts';
import { nextExperiments } from './analyses/next-experiments.ts';
import { panelModel } from './analyses/panel-model.ts';
import { policyValue } from './analyses/policy-value.ts';
import { qca } from './analyses/qca.ts';
import { recommendation } from './analyses/recommendation.ts';
import { replay } from './analyses/replay.ts';
import { sealedStudy } from './analyses/sealed-study.ts';
import { training } from './analyses/training.ts';
import type { AnalysisContext } from './ports.ts';
import type { AttritionStep, Draft, Result } from './results.ts';

/**
 * One analysis: how a request becomes settings (all defaults in one place), how settings become a draft, and what of its body
 * an actor may see. `settings` and `release` are pure; `release` runs on every answer, also on stored ones.
 */
export interface Analysis<Request, Settings, Body> {
  settings(request: Request): Settings;
  run(settings: Settings, context: AnalysisContext): Promise<Draft<Settings, Body>>;
  release(body: Body, actor: Actor): Body;
  /** Attrition of a protected body for anybody but the operator, where a count tells what `release` withholds. */
  releaseAttrition?(attrition: readonly AttritionStep[], body: Body): readonly AttritionStep[];
  /** Cautions of a protected body for anybody but the operator, where they tell numbers that `release` withholds. */
  releaseWarnings?(warnings: readonly Warning[], body: Body): readonly Warning[];
}

/** Every analysis by kind. A new one is added here, with its purpose in purposes.ts, in the contract's operations, and nowhere else in the app. */
export const analyses = {
  insights,
  qca,
  'matching-study': matchingStudy,
  'study-design': designedStudy,
  study: sealedStudy,
  multiverse,
  replay,
  'panel-model': panelModel,
  training,
  evaluation,
  recommendation,
  'next-experiments': nextExperiments,
  'policy-value': policyValue,
} as const;

export type AnalysisKind = keyof typeof analyses;
export type RequestOf<K extends AnalysisKind> = Parameters<(typeof analyses)[K]['settings']>[0];
export type SettingsOf<K extends AnalysisKind> = Parameters<(typeof analyses)[K]['run']>[0];
export type BodyOf<K extends AnalysisKind> = Parameters<(typeof analyses)[K]['release']>[0];
export type ResultOf<K extends AnalysisKind> = { [P in K]: Result<P, SettingsOf<P>, BodyOf<P>> }[K];
export type AnyResult = ResultOf<AnalysisKind>;
