import { isLargeEnough } from '../app/experiments.ts';
import type { RecordedOutcome } from '../app/planned-experiments.ts';
import type { Command, CommandContext } from './command.ts';

/** Options that say what was found of a KPI. */
export const outcomeOptions = {
  kpi: { type: 'string', placeholder: 'KPI' },
  from: { type: 'string', placeholder: 'YYYY-MM' },
  until: { type: 'string', placeholder: 'YYYY-MM' },
  result: { type: 'string', placeholder: 'RESULT' },
  scale: { type: 'string', placeholder: 'NUMBER' },
  effect: { type: 'string', placeholder: 'NUMBER' },
  variance: { type: 'string', placeholder: 'NUMBER' },
  'standard-deviation': { type: 'string', placeholder: 'NUMBER' },
  households: { type: 'string', placeholder: 'N' },
  grade: { type: 'string', placeholder: 'GRADE' },
} as const satisfies Command['options'];

/** What these options say, as given: the contract checks it. */
export const outcomeEntries = ({ text, number }: CommandContext) => ({
  kpi: text('kpi'),
  result: text('result'),
  scale: number('scale'),
  effect: number('effect'),
  variance: number('variance'),
  standardDeviation: number('standard-deviation'),
  households: number('households'),
  grade: text('grade'),
  from: text('from'),
  until: text('until'),
});

/** The lines that tell what is now known of an experiment. */
export const outcomeText = (
  experiment: string,
  { kpi, effect, variance, households, evidence }: OutcomeShown,
  { say }: CommandContext,
): string =>
  [
    `${say('cli.outcome.done', { experiment, kpi, effect, error: Math.sqrt(variance) })} ${say(`cli.outcome.${isLargeEnough({ households }) ? 'counts' : 'too-small'}`)}`,
    say('cli.outcome.assumes', { assumptions: evidence.assumptions.map((code) => say(`assumption.${code}`)) }),
    '',
  ].join('\n');

type OutcomeShown = Pick<RecordedOutcome, 'kpi' | 'effect' | 'variance' | 'households' | 'evidence'>;
