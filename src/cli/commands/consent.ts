import type { ConsentEvent, ConsentKind, ConsentReport } from '../../app/consent.ts';
import { AppError } from '../../app/errors.ts';
import type { Purpose } from '../../app/purposes.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { textTable } from '../text-table.ts';

const kinds = { give: 'given', renew: 'renewed', withdraw: 'withdrawn' } as const satisfies Record<string, ConsentKind>;

export const consent: Command = {
  name: 'consent',
  arguments: ['HOUSEHOLD'],
  options: {
    person: { type: 'string', placeholder: 'ID' },
    purpose: { type: 'string', placeholder: 'NAME' },
    give: { type: 'boolean' },
    renew: { type: 'boolean' },
    withdraw: { type: 'boolean' },
  },
  example: 'samenwijs consent C01-H137 --person 1 --purpose research --withdraw',
  async run(context) {
    const { actor, terminal, json, checked } = context;
    const household = context.arguments[0]!;
    const chosen = (Object.keys(kinds) as (keyof typeof kinds)[]).filter((flag) => context.flag(flag));
    const person = context.text('person');
    const purpose = context.text('purpose');
    const service = await context.service();
    if (chosen.length === 0 && person === null && purpose === null) {
      const list = await service.listConsents(actor, checked('listConsents', { household }));
      terminal.out(json ? `${JSON.stringify(list)}\n` : listText(list.events, context));
      return exitCodes.ok;
    }
    if (chosen.length !== 1 || person === null || purpose === null) {
      throw new AppError(
        'invalid-request',
        'To record consent give --person, --purpose, and one of --give, --renew and --withdraw; give none of them to see what was recorded.',
      );
    }
    const input = { household, person, purpose: purpose as Purpose, kind: kinds[chosen[0]!] };
    const report = await service.recordConsent(actor, checked('recordConsent', input));
    terminal.out(json ? `${JSON.stringify(report)}\n` : reportText(report, context));
    return exitCodes.ok;
  },
};

function listText(events: readonly ConsentEvent[], { say }: CommandContext): string {
  if (events.length === 0) return `${say('cli.consent.none')}\n`;
  const columns = ['at', 'person', 'purpose', 'kind'] as const;
  return textTable(
    columns.map((name) => ({ title: say(`cli.consent.${name}`) })),
    events.map((event) =>
      columns.map((name) => {
        if (name === 'purpose') return say(`cli.consent.for.${event.purpose}`);
        return name === 'kind' ? say(`cli.consent.is.${event.kind}`) : event[name];
      }),
    ),
  );
}

function reportText({ panels, jobs, results, released, receipt }: ConsentReport, { say }: CommandContext): string {
  return [
    panels.length === 0 ? say('cli.consent.nowhere') : say('cli.consent.panels', { panels }),
    say('cli.consent.derived', { jobs, results }),
    ...(released === 0 ? [] : [say('cli.erase.released', { released })]),
    say('cli.erase.receipt', { receipt }),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
