import { parseArgs } from 'node:util';
import { roles } from '../app/actor.ts';
import { AppError } from '../app/errors.ts';
import { describeError, hasEnded } from '../app/jobs.ts';
import type { IngestReport } from '../app/panels.ts';
import type { Service } from '../app/service.ts';
import { checkInput } from '../contract/check-input.ts';
import { isLanguage, type Language } from '../messages/language.ts';
import { translate } from '../messages/translate.ts';
import { translateRefusal } from '../messages/translate-refusal.ts';
import type { Command, CommandContext, Environment, OptionSpec, Terminal } from './command.ts';
import { commands } from './commands.ts';
import { commonOptions } from './common-options.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';
import { commandHelp, overview } from './help.ts';
import { problemLines } from './problem-lines.ts';

/** Runs one command line: data on stdout, messages on stderr, the exit status as exit-codes.ts documents. */
export async function runCommandLine(
  argv: readonly string[],
  terminal: Terminal,
  environment: Environment,
): Promise<ExitCode> {
  let language: Language = 'en';
  try {
    const [name, ...rest] = argv;
    const at = argv.indexOf('--lang');
    if (at >= 0 && isLanguage(argv[at + 1] ?? '')) language = argv[at + 1] as Language;
    if (name === '--version' || name === '-v') {
      terminal.out(`${environment.version}\n`);
      return exitCodes.ok;
    }
    if (name === undefined || name === '--help' || name === '-h' || name === 'help' || name === '--lang') {
      terminal.out(overview(language));
      return name === undefined ? exitCodes.usage : exitCodes.ok;
    }
    const command = commands.find((c) => c.name === name);
    if (!command) {
      const names = commands.map((c) => c.name).join(', ');
      throw new AppError(
        'invalid-request',
        `There is no command "${name}"; expected one of ${names}. See samenwijs --help.`,
      );
    }
    return await runCommand(command, rest, language, terminal, environment);
  } catch (error) {
    return report(error, language, terminal);
  }
}

async function runCommand(
  command: Command,
  argv: readonly string[],
  language: Language,
  terminal: Terminal,
  environment: Environment,
): Promise<ExitCode> {
  const { values, positionals } = parse(command, argv);
  if (values.help === true) {
    terminal.out(commandHelp(command, language));
    return exitCodes.ok;
  }
  if (values.lang !== undefined && !isLanguage(String(values.lang))) {
    throw new AppError('invalid-request', `--lang is "${values.lang}"; expected en or nl.`);
  }
  const required = command.arguments.filter((a) => !a.startsWith('[') && !a.endsWith('…'));
  const most = command.arguments.some((a) => a.includes('…')) ? Number.POSITIVE_INFINITY : command.arguments.length;
  if (positionals.length < required.length || positionals.length > most) {
    throw new AppError(
      'invalid-request',
      `${command.name} takes ${command.arguments.join(' ') || 'no arguments'}; received ${positionals.length === 0 ? 'none' : positionals.join(' ')}. Example: ${command.example}`,
    );
  }

  const number = (name: string): number | null => {
    const value = values[name];
    if (value === undefined) return null;
    const parsed = Number(value);
    if (String(value).trim() !== '' && Number.isFinite(parsed)) return parsed;
    throw new AppError('invalid-request', `--${name} is "${value}"; expected a number.`);
  };
  const opened: Promise<{ readonly service: Service; close(): Promise<void> }>[] = [];
  const service = async () => {
    if (opened.length === 0) opened.push(environment.openService());
    return (await opened[0]!).service;
  };
  const context: CommandContext = {
    ...environment,
    terminal,
    language,
    json: values.json === true,
    seed: number('seed'),
    actor: roleOf(values.role),
    arguments: positionals,
    service,
    text: (name) => (values[name] === undefined ? null : String(values[name])),
    flag: (name) => values[name] === true,
    list: (name) => {
      const value = values[name];
      if (value === undefined) return [];
      return (Array.isArray(value) ? value : [value]).flatMap((part) => splitList(String(part)));
    },
    number,
    checked: (operation, input) => {
      const wrong = checkInput(operation, input as object);
      if (wrong.length === 0) return input;
      const what = wrong.map((w) => `${w.pointer.slice(1) || operation}: ${w.message}`).join('; ');
      throw new AppError('invalid-request', `The input is not what ${operation} takes: ${what}.`, { errors: wrong });
    },
    async follow(job) {
      const s = await service();
      let last = job;
      let hasToldCost = false;
      if (!hasEnded(job.state)) {
        const cancel = () => void s.cancelJob(context.actor, { job: job.id }).catch(() => {});
        terminal.signal.addEventListener('abort', cancel, { once: true });
        for await (const view of s.watchJob(context.actor, { job: job.id }, new AbortController().signal)) {
          last = view;
          if (view.cost !== null && !hasToldCost) {
            hasToldCost = true;
            terminal.err(
              `${terminal.isTerminal ? '\r\u001b[K' : ''}${translate(language, 'cli.cost', { ...view.cost })}\n`,
            );
          }
          if (terminal.isTerminal) showProgress(terminal, language, view.progress, view.stage);
        }
        terminal.signal.removeEventListener('abort', cancel);
        if (terminal.isTerminal) terminal.err('\r\u001b[K');
      }
      if (last.state === 'succeeded') return last.result!;
      const { code, message, details } = last.error ?? {
        code: last.state === 'cancelled' ? 'cancelled' : 'interrupted',
        message: last.state === 'cancelled' ? `Job ${last.id} was cancelled.` : `Job ${last.id} was interrupted.`,
        details: {},
      };
      throw Object.assign(new Error(message), { samenwijs: true, code, details });
    },
    say: (code, parameters) => translate(language, code, parameters),
  };
  try {
    return await command.run(context);
  } finally {
    for (const open of opened) await (await open).close();
  }
}

function parse(command: Command, argv: readonly string[]) {
  const options = { ...commonOptions, ...command.options } as Record<string, OptionSpec>;
  const parsed = parsedBy(command, options, argv);
  const told = new Set<string>();
  for (const token of parsed.tokens) {
    if (token.kind !== 'option' || options[token.name]!.type === 'boolean' || options[token.name]!.multiple) continue;
    if (told.has(token.name)) {
      throw new AppError('invalid-request', `--${token.name} comes twice; expected it once, with all it has to say.`);
    }
    told.add(token.name);
  }
  return parsed;
}

function parsedBy(command: Command, options: Readonly<Record<string, OptionSpec>>, argv: readonly string[]) {
  try {
    return parseArgs({
      args: withNegativeNumbers(argv),
      allowPositionals: true,
      tokens: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type, short, multiple }]) => [
          name,
          { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) },
        ]),
      ),
    });
  } catch (error) {
    const known = Object.keys({ ...command.options, ...commonOptions }).map((name) => `--${name}`);
    throw new AppError(
      'invalid-request',
      `${(error as Error).message} Options of ${command.name}: ${known.join(', ')}.`,
    );
  }
}

/** `--effect -0.03` as `--effect=-0.03`: a number below 0 is the value of the option before it, not an option. */
function withNegativeNumbers(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (const argument of argv) {
    const before = joined.at(-1);
    const isValue = /^-\.?\d/.test(argument) && before?.startsWith('--') === true && !before.includes('=');
    if (isValue) joined[joined.length - 1] = `${before}=${argument}`;
    else joined.push(argument);
  }
  return joined;
}

/** `a,b` gives two; a comma after a backslash stays. */
const splitList = (text: string): string[] =>
  text
    .split(/(?<!\\),/)
    .map((part) => part.trim().replaceAll('\\,', ','))
    .filter((part) => part !== '');

function roleOf(value: unknown): CommandContext['actor'] {
  if (value === undefined) return { role: 'operator' };
  const role = roles.find((known) => known === value);
  if (role !== undefined) return { role };
  throw new AppError('invalid-request', `--role is "${String(value)}"; expected one of ${roles.join(', ')}.`);
}

function showProgress(terminal: Terminal, language: Language, fraction: number, stage: string): void {
  const percent = Math.round(fraction * 100);
  terminal.err(
    `\r\u001b[K${translate(language, 'cli.progress', { percent, stage: translate(language, `stage.${stage}`) })}`,
  );
}

function report(error: unknown, language: Language, terminal: Terminal): ExitCode {
  const { code, message, details } = describeError(error);
  const said = translateRefusal(language, code, message) ?? message;
  terminal.err(`${translate(language, 'cli.error', { code })} ${said}\n`);
  const { report: found } = details as { readonly report?: IngestReport };
  if (found?.errors) terminal.err(problemLines(found.errors, language));
  if (code === 'internal-error') terminal.err(`${(error as Error).stack ?? error}\n`);
  return exitCodeOf(code);
}
