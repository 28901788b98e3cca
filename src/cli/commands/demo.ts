import { loadDemo } from '../../app/load-demo.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const demo: Command = {
  name: 'demo',
  arguments: [],
  options: {},
  example: 'samenwijs demo',
  async run(context) {
    const { terminal, json, say } = context;
    const service = await context.service();
    await loadDemo(service, await context.demoPanels(), { signal: terminal.signal, progress() {} }, (report) => {
      const { panel, outcome, revision, rows, units } = report;
      terminal.out(
        json
          ? `${JSON.stringify({ panel, outcome, revision, rows, units })}\n`
          : `${say(`cli.ingest.outcome.${outcome}`, { panel, revision: revision ?? 0 })}\n`,
      );
    });
    return exitCodes.ok;
  },
};
