import type { OutcomeInput } from '../../app/learning-loop.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const outcome: Command = {
  name: 'outcome',
  arguments: ['EXPERIMENT'],
  options: {
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
    correction: { type: 'string', placeholder: 'REASON' },
  },
  example:
    'samenwijs outcome exp_7bXk1 --kpi gas-saving --effect 0.11 --variance 0.0009 --households 80 --grade matched --from 2026-09 --until 2027-08',
  async run(context) {
    const { text, number, say, terminal } = context;
    const entries = {
      experiment: context.arguments[0]!,
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
      correction: text('correction'),
    };
    const input = Object.fromEntries(
      Object.entries(entries).filter(([, value]) => value !== null),
    ) as unknown as OutcomeInput;
    const service = await context.service();
    const recorded = await service.recordOutcome(context.actor, context.checked('recordOutcome', input));
    if (context.json) terminal.out(`${JSON.stringify(recorded)}\n`);
    else {
      const { experiment, kpi, effect, variance, evidence } = recorded;
      terminal.out(`${say('cli.outcome.done', { experiment, kpi, effect, error: Math.sqrt(variance) })}\n`);
      terminal.out(
        `${say('cli.outcome.assumes', { assumptions: evidence.assumptions.map((code) => say(`assumption.${code}`)) })}\n`,
      );
    }
    return exitCodes.ok;
  },
};
