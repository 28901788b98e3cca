import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Windows-1252 from 0x80 to 0x9f; the five bytes that it leaves undefined stay control characters, as browsers do. */
const upper =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/** The text of bytes in Windows-1252. */
const decodeWindows1252 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replaceAll(/[\x80-\x9f]/g, (character) => upper[character.charCodeAt(0) - 0x80]!);

/**
 * Writes a delimited file again as UTF-8, every line end outside quotes as one newline and no blank lines before the
 * header: the form that the database reads whatever the file looked like.
 */
export async function rewriteCsv(
  from: string,
  to: string,
  encoding: 'utf-8' | 'windows-1252',
  signal: AbortSignal,
): Promise<void> {
  let quoted = false;
  let afterReturn = false;
  let started = false;
  const decoder = new TextDecoder();
  async function* rewritten(source: AsyncIterable<Buffer>): AsyncIterable<string> {
    for await (const chunk of source) {
      const text = encoding === 'utf-8' ? decoder.decode(chunk, { stream: true }) : decodeWindows1252(chunk);
      let out = '';
      let kept = 0;
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code === 0x22) quoted = !quoted;
        if (!quoted && (code === 0x0a || code === 0x0d)) {
          out += text.slice(kept, i);
          if (started && !(code === 0x0a && afterReturn)) out += '\n';
          kept = i + 1;
        } else started = true;
        afterReturn = code === 0x0d;
      }
      yield out + text.slice(kept);
    }
  }
  await pipeline(createReadStream(from, { highWaterMark: 1 << 20 }), rewritten, createWriteStream(to), { signal });
}
