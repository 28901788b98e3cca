import type { StudyProtocolRequest } from '../app/analyses/study-protocol.ts';
import { AppError } from '../app/errors.ts';
import type { CommandContext, OptionSpec } from './command.ts';

/** A protocol out of a file; its panel may stand in it or be named by the command. @throws invalid-request, invalid-file */
export async function readProtocol(
  context: CommandContext,
  path: string,
  panel: string,
): Promise<StudyProtocolRequest> {
  const read = await readJson(context, path);
  const protocol = { ...read, panel } as StudyProtocolRequest;
  const given = (read as { readonly panel?: unknown }).panel;
  if (given !== undefined && given !== panel) {
    throw new AppError(
      'invalid-request',
      `The protocol is of panel "${String(given)}" and the command of panel "${panel}". Take the panel out of the protocol, or name the same.`,
      { given, panel },
    );
  }
  return context.checked('designStudy', context.seed === null ? protocol : { ...protocol, seed: context.seed });
}

/** An object out of a file. @throws invalid-request, invalid-file */
export async function readJson({ readFile }: CommandContext, path: string): Promise<object> {
  let json = '';
  const decoder = new TextDecoder();
  for await (const chunk of readFile(path)) json += decoder.decode(chunk, { stream: true });
  let reason = 'it holds no object';
  try {
    const value: unknown = JSON.parse(json);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value;
  } catch (cause) {
    reason = (cause as Error).message;
  }
  throw new AppError(
    'invalid-request',
    `The file "${path}" is no JSON object: ${reason}. Check that it is the file you mean, and its quotes and commas.`,
    { path },
  );
}

/** Options of a study by protocol that its protocol does not say. */
const ofProtocol: readonly string[] = ['override', 'report'];

/** @throws invalid-request for an option that only a study by protocol has */
export function refuseOptionsAlone({ text }: Pick<CommandContext, 'text'>): void {
  const option = ofProtocol.find((name) => text(name) !== null);
  if (option === undefined) return;
  throw new AppError(
    'invalid-request',
    `--${option} is of a study by protocol. Give its protocol with --protocol FILE.`,
    { option },
  );
}

/** @throws invalid-request for an option that says what the protocol says */
export function refuseOptionsBeside(
  { text, flag }: Pick<CommandContext, 'text' | 'flag'>,
  options: Readonly<Record<string, OptionSpec>>,
): void {
  const option = Object.keys(options)
    .filter((name) => name !== 'protocol' && !ofProtocol.includes(name))
    .find((name) => (options[name]!.type === 'boolean' ? flag(name) : text(name) !== null));
  if (option === undefined) return;
  throw new AppError(
    'invalid-request',
    `A protocol says all there is to say of a study; received it with --${option} as well. Write that into the protocol.`,
    { option },
  );
}
