import type { Language } from '../messages/language.ts';
import { translate } from '../messages/translate.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { commonOptions } from './common-options.ts';

/** The page of `samenwijs --help`. */
export function overview(language: Language): string {
  const width = Math.max(...commands.map((c) => c.name.length)) + 2;
  const lines = commands.map((c) => `  ${c.name.padEnd(width)}${translate(language, `cli.${c.name}.summary`)}`);
  return `${translate(language, 'cli.about')}\n\n${translate(language, 'cli.usage')}: samenwijs COMMAND [options]\n\n${lines.join('\n')}\n\n${translate(language, 'cli.more')}\n`;
}

/** The page of `samenwijs COMMAND --help`: summary, options, one real example. */
export function commandHelp(command: Command, language: Language): string {
  const options = [...Object.entries(command.options), ...Object.entries(commonOptions)];
  const left = options.map(
    ([name, o]) => `--${name}${o.placeholder ? ` ${o.placeholder}` : ''}${o.short ? `, -${o.short}` : ''}`,
  );
  const width = Math.max(...left.map((l) => l.length)) + 2;
  const lines = options.map(([name], i) => {
    const own = `cli.${command.name}.option.${name}`;
    const key = name in command.options ? own : `cli.option.${name}`;
    return `  ${left[i]!.padEnd(width)}${translate(language, key)}`;
  });
  const call = ['samenwijs', command.name, ...command.arguments, '[options]'].join(' ');
  return `${translate(language, `cli.${command.name}.summary`)}\n\n${translate(language, 'cli.usage')}: ${call}\n\n${lines.join('\n')}\n\n${translate(language, 'cli.example')}:\n  ${command.example}\n`;
}
