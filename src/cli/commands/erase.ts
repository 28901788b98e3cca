import type { ErasureReport } from '../../app/erasure.ts';
import { AppError } from '../../app/errors.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const erase: Command = {
  name: 'erase',
  arguments: ['[PANEL]'],
  options: {
    unit: { type: 'string', placeholder: 'ID' },
    yes: { type: 'boolean' },
  },
  example: 'samenwijs erase heat-transition --unit C01-H137 --yes',
  async run(context) {
    const [panel] = context.arguments;
    const unit = context.text('unit');
    if (panel === undefined && unit === null) {
      throw new AppError('invalid-request', 'Received neither a panel nor a unit; give PANEL, --unit ID, or both.');
    }
    if (!context.flag('yes')) {
      throw new AppError(
        'invalid-request',
        'What is erased cannot be brought back, and nothing was erased yet. Give the same command with --yes.',
      );
    }
    const report = await asked(context, panel ?? null, unit);
    context.terminal.out(context.json ? `${JSON.stringify(report)}\n` : reportText(report, context));
    return exitCodes.ok;
  },
};

async function asked(context: CommandContext, panel: string | null, unit: string | null): Promise<ErasureReport> {
  const { actor, checked } = context;
  const service = await context.service();
  if (panel === null) return service.eraseHousehold(actor, checked('eraseHousehold', { household: unit! }));
  if (unit === null) return service.erasePanel(actor, checked('erasePanel', { panel }));
  return service.eraseUnit(actor, checked('eraseUnit', { panel, unit }));
}

function reportText(
  { panels, jobs, results, released, consentEvents, receipt }: ErasureReport,
  { say }: CommandContext,
): string {
  return [
    ...panels.map(({ panel, revisions, rows }) => say('cli.erase.panel', { panel, revisions, rows })),
    say('cli.erase.derived', { jobs, results }),
    ...(released === 0 ? [] : [say('cli.erase.released', { released })]),
    ...(consentEvents === 0 ? [] : [say('cli.erase.consents', { consentEvents })]),
    ...(receipt === null ? [] : [say('cli.erase.receipt', { receipt })]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
