import type { CommandContext } from './command.ts';

/** A file as text. @throws invalid-file where it cannot be read */
export async function fileText(context: CommandContext, path: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of context.readFile(path)) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
