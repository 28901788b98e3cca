import type { LoggedEvent } from '../../app/events.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { textTable } from '../text-table.ts';

export const events: Command = {
  name: 'events',
  arguments: [],
  options: {},
  example: 'samenwijs events',
  async run({ terminal, json, say, actor, service }) {
    const list = await (await service()).listEvents(actor, {});
    if (json) terminal.out(`${JSON.stringify(list)}\n`);
    else {
      const columns = ['sequence', 'at', 'type', 'subject', 'details'] as const;
      terminal.out(
        textTable(
          columns.map((name) => ({ title: say(`cli.events.${name}`) })),
          list.events.map((event: LoggedEvent) => columns.map((name) => String(event[name]))),
        ),
      );
      terminal.out(
        `\n${list.firstBroken === null ? say('cli.events.intact') : say('cli.events.broken', { sequence: list.firstBroken })}\n`,
      );
    }
    return list.firstBroken === null ? exitCodes.ok : exitCodes.data;
  },
};
