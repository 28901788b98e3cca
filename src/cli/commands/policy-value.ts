import type { PolicyValueRequest } from '../../app/analyses/policy-value.ts';
import type { ResultOf } from '../../app/analyses.ts';
import { AppError } from '../../app/errors.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { fileText } from '../file-text.ts';
import { given } from '../given.ts';
import { textTable } from '../text-table.ts';

export const policyValue: Command = {
  name: 'policy-value',
  arguments: [],
  options: {
    log: { type: 'string', placeholder: 'FILE' },
    clip: { type: 'string', placeholder: 'NUMBER' },
    draws: { type: 'string', placeholder: 'N' },
  },
  example: 'samenwijs policy-value --log log.csv --clip 10 --draws 1000',
  async run(context) {
    const path = context.text('log');
    if (path === null) throw new AppError('invalid-request', '--log names the file with the choices; give it.');
    const entries = {
      log: await fileText(context, path),
      clip: context.number('clip'),
      draws: context.number('draws'),
      seed: context.seed,
    };
    const input = given<PolicyValueRequest>(entries);
    context.checked('policyValue', input);
    const service = await context.service();
    const result = (await context.follow(
      await service.policyValue(context.actor, input, { waitMs: 0 }),
    )) as ResultOf<'policy-value'>;
    context.terminal.out(context.json ? `${JSON.stringify(result)}\n` : asText(result, context));
    return result.body.identifiable ? exitCodes.ok : exitCodes.notIdentifiable;
  },
};

function asText({ body, warnings }: ResultOf<'policy-value'>, { say, language }: CommandContext): string {
  const format = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
  const { rows, groups, effectiveSampleSize, logged, estimates } = body;
  const lines = [say('cli.policy-value.log', { rows, groups, logged, effective: effectiveSampleSize })];
  if (estimates === null) lines.push('', say('cli.policy-value.not-identifiable'));
  else {
    const { interval, ...values } = estimates;
    const [lower, upper] = interval;
    lines.push(
      '',
      textTable(
        [{ title: say('cli.policy-value.estimate') }, { title: say('cli.policy-value.value'), align: 'right' }],
        Object.entries(values).map(([name, value]) => [
          say(`cli.policy-value.of.${name}`),
          name === 'doublyRobust'
            ? `${format.format(value)} (${format.format(lower)} – ${format.format(upper)})`
            : format.format(value),
        ]),
      ).trimEnd(),
    );
  }
  for (const warning of warnings) lines.push('', `! ${say(`warning.${warning.code}`, warning.parameters)}`);
  return `${lines.join('\n')}\n`;
}
