import type { MatchingStudyRequest } from '../../app/analyses/matching-study.ts';
import type { ResultOf } from '../../app/analyses.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { given } from '../given.ts';
import { readProtocol, refuseOptionsAlone, refuseOptionsBeside } from '../study-request.ts';
import { runProtocol } from '../study-steps.ts';
import { designOf, designOptions, terms } from './match-design.ts';
import { studyText } from './match-text.ts';

export const match: Command = {
  name: 'match',
  arguments: ['PANEL'],
  options: {
    treatment: { type: 'string', placeholder: 'VARIABLE' },
    'treated-level': { type: 'string', placeholder: 'VALUE' },
    outcome: { type: 'string', placeholder: 'VARIABLE' },
    change: { type: 'boolean' },
    covariates: { type: 'string', placeholder: 'TERM,TERM,…' },
    baseline: { type: 'string', placeholder: 'PERIOD' },
    'follow-up': { type: 'string', placeholder: 'PERIOD' },
    after: { type: 'string', placeholder: 'WAVES' },
    lags: { type: 'string', placeholder: 'WAVES' },
    'look-ahead': { type: 'string', placeholder: 'WAVES' },
    'minimum-share': { type: 'string', placeholder: '0.75' },
    estimand: { type: 'string', placeholder: 'ATT|ATC|ATE|ATO|ATM' },
    ...designOptions,
    'sampling-weights': { type: 'string', placeholder: 'VARIABLE' },
    'balance-of': { type: 'string', placeholder: 'covariates|squares|squares-and-products' },
    cluster: { type: 'string', placeholder: 'VARIABLE' },
    'standard-error': {
      type: 'string',
      placeholder:
        'by-design|units|matched-sets|clusters|cluster-means|wild-cluster-bootstrap|bootstrap|abadie-imbens|abadie-imbens-homoskedastic',
    },
    permutations: { type: 'string', placeholder: 'N' },
    'other-outcomes': { type: 'string', placeholder: 'VARIABLE,VARIABLE,…' },
    'later-follow-ups': { type: 'string', placeholder: 'PERIOD,PERIOD,…' },
    preperiod: { type: 'string', placeholder: 'PERIOD' },
    'effects-by': { type: 'string', placeholder: 'VARIABLE' },
    augmented: { type: 'boolean' },
    folds: { type: 'string', placeholder: 'N' },
    confidence: { type: 'string', placeholder: '0.95' },
    revision: { type: 'string', placeholder: 'N' },
    units: { type: 'boolean' },
    protocol: { type: 'string', placeholder: 'FILE' },
    override: { type: 'string', placeholder: 'REASON' },
    report: { type: 'string', placeholder: 'FILE' },
  },
  example:
    'samenwijs match heat-transition --treatment draught-proofing --outcome gas_m3 --covariates gas_m3,construction_year,insulation,dwelling_type,income_band,household_size --baseline 2021 --follow-up 2023',
  async run(context) {
    const { text, number, flag } = context;
    const path = text('protocol');
    if (path !== null) {
      refuseOptionsBeside(context, match.options);
      return runProtocol(await readProtocol(context, path, context.arguments[0]!), context);
    }
    refuseOptionsAlone(context);
    const entries = {
      panel: context.arguments[0],
      treatment: text('treatment'),
      treatedLevel: text('treated-level'),
      outcome: text('outcome'),
      outcomeIs: flag('change') ? 'change' : null,
      covariates: terms(text('covariates')),
      baseline: text('baseline'),
      followUp: text('follow-up'),
      riskSets: riskSetsOf(context),
      minimumShare: number('minimum-share'),
      estimand: text('estimand'),
      design: designOf(context),
      samplingWeights: text('sampling-weights'),
      balanceOf: text('balance-of'),
      cluster: text('cluster'),
      standardError: text('standard-error'),
      permutations: number('permutations'),
      otherOutcomes: terms(text('other-outcomes')),
      laterFollowUps: terms(text('later-follow-ups')),
      preperiod: text('preperiod'),
      effectsBy: text('effects-by'),
      augmented: flag('augmented') || number('folds') !== null ? { folds: number('folds') ?? 0 } : null,
      confidence: number('confidence'),
      revision: number('revision'),
      seed: context.seed,
      includeUnits: flag('units') ? true : null,
    };
    const input = given<MatchingStudyRequest>(entries);
    context.checked('matchingStudy', input);
    const service = await context.service();
    const result = await context.follow(await service.matchingStudy(context.actor, input, { waitMs: 0 }));
    context.terminal.out(
      context.json ? `${JSON.stringify(result)}\n` : studyText(result as ResultOf<'matching-study'>, context),
    );
    return exitCodes.ok;
  },
};

/** Any of the three asks for risk sets; the contract says which is missing. */
function riskSetsOf({ number }: CommandContext): object | null {
  const given = { after: number('after'), lags: number('lags'), lookAhead: number('look-ahead') };
  const said = Object.entries(given).filter(([, value]) => value !== null);
  return said.length === 0 ? null : Object.fromEntries(said);
}
