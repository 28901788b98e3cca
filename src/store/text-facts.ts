import { isUtf8 } from 'node:buffer';

/** What the bytes of a file tell before anybody reads it as text. */
export interface TextFacts {
  readonly isUtf8: boolean;
  readonly hasNul: boolean;
  /** a space stands somewhere, so a text may have outer ones */
  readonly hasSpace: boolean;
  /** an underscore stands between two digits somewhere: `1_000` is a number to the database and none to this service */
  readonly hasDigitGroup: boolean;
}

export interface TextFactsSoFar {
  update(chunk: Uint8Array): void;
  end(): TextFacts;
}

const underscore = 0x5f;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Gathers the facts of a stream chunk by chunk; what the end of a chunk cuts is carried over. */
export function gatherTextFacts(): TextFactsSoFar {
  let cutCharacter = new Uint8Array(0);
  let lastBytes = new Uint8Array(0);
  let valid = true;
  let hasNul = false;
  let hasSpace = false;
  let hasDigitGroup = false;
  const checkUtf8 = (chunk: Uint8Array): void => {
    const bytes = cutCharacter.length === 0 ? chunk : Buffer.concat([cutCharacter, chunk]);
    const whole = lastWholeCharacter(bytes);
    valid = isUtf8(bytes.subarray(0, whole));
    cutCharacter = Uint8Array.from(bytes.subarray(whole));
  };
  return {
    update(chunk) {
      hasNul ||= chunk.includes(0);
      hasSpace ||= chunk.includes(0x20);
      hasDigitGroup ||= holdsDigitGroup(Buffer.concat([lastBytes, chunk.subarray(0, 2)])) || holdsDigitGroup(chunk);
      lastBytes = Uint8Array.from((chunk.length < 2 ? Buffer.concat([lastBytes, chunk]) : chunk).subarray(-2));
      if (valid) checkUtf8(chunk);
    },
    end: () => ({ isUtf8: valid && cutCharacter.length === 0, hasNul, hasSpace, hasDigitGroup }),
  };
}

function holdsDigitGroup(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(underscore); at >= 0; at = bytes.indexOf(underscore, at + 1)) {
    if (isDigit(bytes[at - 1]) && isDigit(bytes[at + 1])) return true;
  }
  return false;
}

/** The number of leading bytes that do not end within a character. */
function lastWholeCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length <= 3 ? 0 : bytes.length;
}
