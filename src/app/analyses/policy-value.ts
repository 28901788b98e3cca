import type { PolicyValue } from '../../core/recommend/policy-value.ts';
import { AppError } from '../errors.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';

export interface PolicyValueSettings {
  /** the log as CSV. A result does not keep it: its sources hold the digest */
  readonly log: string | null;
  /** largest ratio of probabilities in the clipped estimate */
  readonly clip: number;
  /** draws of the bootstrap over groups */
  readonly draws: number;
  readonly seed: number;
}

export type PolicyValueRequest = Partial<PolicyValueSettings>;

type Estimates = Pick<PolicyValue, 'doublyRobust' | 'selfNormalised' | 'clipped' | 'weighted' | 'direct'> & {
  readonly interval: readonly [number, number];
};

export interface PolicyValueBody extends Pick<PolicyValue, 'identifiable' | 'effectiveSampleSize'> {
  readonly rows: number;
  readonly groups: number;
  /** mean outcome of what was logged */
  readonly logged: number;
  /** null where these data cannot tell: fewer than 10 effective rows speak for the other policy */
  readonly estimates: Estimates | null;
}

const defaults: PolicyValueSettings = { log: null, clip: 10, draws: 1000, seed: 20260101 };

/** What another way of choosing would have given, from choices that were logged. */
export const policyValue = {
  settings: (request: PolicyValueRequest): PolicyValueSettings => ({ ...defaults, ...request }),

  async run(
    settings: PolicyValueSettings,
    context: AnalysisContext,
  ): Promise<Draft<PolicyValueSettings, PolicyValueBody>> {
    const { log: csv, clip, draws, seed } = settings;
    if (csv === null) throw new AppError('invalid-request', 'Received no log; expected a log of choices as CSV.');
    const { log, digest, groups } = context.ports.readPolicyLog(csv);
    const value = await context.ports.compute.run('policyValue', { log, clip, draws, seed }, context);
    const { identifiable, effectiveSampleSize, interval, doublyRobust, selfNormalised, clipped, weighted, direct } =
      value;
    return {
      class: 'release',
      settings: { ...settings, log: null },
      seed,
      sources: [{ panel: 'given-log', revision: 1, digest, units: null, consents: null }],
      attrition: [{ step: 'logged-choices', units: log.outcome.length }],
      warnings: log.probability === null ? [{ code: 'probabilities-estimated', parameters: {} }] : [],
      body: {
        identifiable,
        effectiveSampleSize,
        rows: log.outcome.length,
        groups,
        logged: log.outcome.reduce((sum, y) => sum + y, 0) / log.outcome.length,
        estimates: interval === null ? null : { doublyRobust, selfNormalised, clipped, weighted, direct, interval },
      },
    };
  },

  /** About a log that whoever asks sent along; nothing of this service is in it. */
  release: (body: PolicyValueBody): PolicyValueBody => body,
};
