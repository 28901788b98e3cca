import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const conformance: Command = {
  name: 'conformance',
  arguments: [],
  options: {},
  example: 'node ../shared/reference/compare.mjs --tier 1 ../shared/reference/golden -- npx samenwijs conformance',
  async run({ terminal, conformance: answer }) {
    await answer(terminal.stdin, (line) => terminal.out(`${line}\n`));
    return exitCodes.ok;
  },
};
