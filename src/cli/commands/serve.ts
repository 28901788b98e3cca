import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const serve: Command = {
  name: 'serve',
  arguments: [],
  options: {},
  example: 'samenwijs serve',
  async run({ terminal, serve: start, say }) {
    await start(terminal, (url) => terminal.err(`${say('cli.serve.listening', { url })}\n`));
    return exitCodes.ok;
  },
};
