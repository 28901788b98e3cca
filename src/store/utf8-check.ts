import { isUtf8 } from 'node:buffer';

export interface Utf8Check {
  update(chunk: Uint8Array): void;
  end(): { readonly isUtf8: boolean; readonly hasNul: boolean };
}

/** Whether a stream is UTF-8 and free of NUL, chunk by chunk; a character cut by the end of a chunk is carried over. */
export function createUtf8Check(): Utf8Check {
  let carried = new Uint8Array(0);
  let valid = true;
  let hasNul = false;
  return {
    update(chunk) {
      hasNul ||= chunk.includes(0);
      if (!valid) return;
      const cut = lastWholeCharacter(chunk);
      const whole = carried.length === 0 ? chunk.subarray(0, cut) : Buffer.concat([carried, chunk.subarray(0, cut)]);
      if (cut === 0 && chunk.length > 0) {
        carried = Buffer.concat([carried, chunk]);
        valid = carried.length < 4;
        return;
      }
      valid = isUtf8(whole);
      carried = Uint8Array.from(chunk.subarray(cut));
    },
    end: () => ({ isUtf8: valid && carried.length === 0, hasNul }),
  };
}

/** The number of leading bytes that do not end within a character. */
function lastWholeCharacter(chunk: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, chunk.length); back++) {
    const byte = chunk[chunk.length - back]!;
    if (byte < 0x80) return chunk.length;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? chunk.length - back : chunk.length;
    }
  }
  return chunk.length <= 3 ? 0 : chunk.length;
}
