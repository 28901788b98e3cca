import type { OptionSpec } from './command.ts';

/** Options of every command; their texts are `cli.option.<name>`. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  json: { type: 'boolean' },
  lang: { type: 'string', placeholder: 'en|nl' },
  seed: { type: 'string', placeholder: 'N' },
  role: { type: 'string', placeholder: 'ROLE' },
  help: { type: 'boolean', short: 'h' },
};
