import type { PanelDescription, PanelSummary, PanelTotals } from '../../app/panels.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { textTable } from '../text-table.ts';

export const describe: Command = {
  name: 'describe',
  arguments: ['[PANEL]'],
  options: {
    revision: { type: 'string', placeholder: 'N' },
    totals: { type: 'string', placeholder: 'VARIABLE,…' },
  },
  example: 'samenwijs describe heat-transition',
  async run(context) {
    const { terminal, actor } = context;
    const [panel] = context.arguments;
    const service = await context.service();
    if (panel === undefined) {
      const { panels } = await service.listPanels(actor, {});
      terminal.out(context.json ? `${JSON.stringify({ panels })}\n` : listText(panels, context));
      return exitCodes.ok;
    }
    const revision = context.number('revision');
    const reference = { panel, ...(revision === null ? {} : { revision }) };
    const variable = context.list('totals');
    if (variable.length > 0) {
      const question = context.checked('panelTotals', { ...reference, variable, by: 'wave' as const });
      const totals = await service.panelTotals(actor, question);
      terminal.out(context.json ? `${JSON.stringify(totals)}\n` : totalsText(totals, variable, context));
      return exitCodes.ok;
    }
    const input = context.checked('describePanel', reference);
    const description = await service.describePanel(actor, input);
    terminal.out(context.json ? `${JSON.stringify(description)}\n` : descriptionText(description, context));
    return exitCodes.ok;
  },
};

const count = (value: number | null, { language, say }: CommandContext) =>
  value === null ? say('cli.withheld') : new Intl.NumberFormat(language).format(value);

function listText(panels: readonly PanelSummary[], context: CommandContext): string {
  const { say } = context;
  if (panels.length === 0) return `${say('cli.describe.none')}\n`;
  return textTable(
    [
      { title: say('cli.describe.panel') },
      { title: say('cli.describe.title') },
      { title: say('cli.describe.revision'), align: 'right' },
      { title: say('cli.describe.units'), align: 'right' },
      { title: say('cli.describe.waves'), align: 'right' },
      { title: say('cli.describe.variables'), align: 'right' },
    ],
    panels.map((p) => [
      p.panel,
      p.title,
      String(p.revision),
      count(p.units, context),
      String(p.waves),
      String(p.variables),
    ]),
  );
}

/** One row for each wave; of every variable the sum and how many values it is of, or why that is withheld. */
function totalsText({ waves }: PanelTotals, variables: readonly string[], context: CommandContext): string {
  const { say, language } = context;
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 6 });
  return textTable(
    [
      { title: say('cli.describe.wave') },
      ...variables.flatMap((name) => [
        { title: name, align: 'right' as const },
        { title: say('cli.describe.observed'), align: 'right' as const },
      ]),
    ],
    waves.map(({ wave, totals }) => [
      wave,
      ...totals.flatMap(({ sum, observed, withheld }) =>
        withheld === null
          ? [format.format(sum!), count(observed, context)]
          : [say('cli.withheld'), say(`insights.withheld.${withheld}`)],
      ),
    ]),
  );
}

function descriptionText(panel: PanelDescription, context: CommandContext): string {
  const { say, language } = context;
  const format = new Intl.NumberFormat(language, { maximumSignificantDigits: 6 });
  const number = (value: number | null) => (value === null ? '–' : format.format(value));
  const head = say('cli.describe.head', {
    panel: panel.panel,
    revision: panel.revision,
    units: count(panel.units, context),
    kind: say(`cli.unitKind.${panel.unitKind}`),
    waves: panel.waves,
    first: panel.waveLabels[0] ?? '',
    last: panel.waveLabels.at(-1) ?? '',
  });
  return `${head}\n\n${textTable(
    [
      { title: say('cli.describe.variable') },
      { title: say('cli.describe.role') },
      { title: say('cli.describe.type') },
      { title: say('cli.describe.unit') },
      { title: say('cli.describe.observed'), align: 'right' },
      { title: say('cli.describe.absent'), align: 'right' },
      { title: say('cli.describe.suppressed'), align: 'right' },
      { title: say('cli.describe.minimum'), align: 'right' },
      { title: say('cli.describe.mean'), align: 'right' },
      { title: say('cli.describe.maximum'), align: 'right' },
    ],
    panel.description.map((v) => [
      v.name,
      v.role,
      v.type,
      v.unit ?? '',
      count(v.counts.observed, context),
      count(v.counts.absent, context),
      count(v.counts.suppressed, context),
      number(v.minimum),
      number(v.mean),
      number(v.maximum),
    ]),
  )}`;
}
