import { describe, expect, it } from 'vitest';
import { gatherTextFacts, type TextFacts } from '../../src/store/text-facts.ts';

/** The plain rule, over the whole file at once. */
function factsOf(bytes: Uint8Array): TextFacts {
  let isUtf8 = true;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    isUtf8 = false;
  }
  const text = Buffer.from(bytes).toString('latin1');
  return {
    isUtf8,
    hasNul: text.includes('\0'),
    hasSpace: text.includes(' '),
    hasDigitGroup: /\d_\d/.test(text),
  };
}

describe('the facts of a stream', () => {
  it.each([
    '',
    'a,b\n1,2\n',
    'gas_m3,x_1\n1,2',
    'a\n1_000\n',
    'a\n_1_\n2__0',
    'héé\u{1F600}l',
    ' ',
    'a\0b',
  ])('are the same however it is cut: %j', (text) => {
    const bytes = Buffer.from(text);
    for (const file of [bytes, bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from([0xe9])])]) {
      for (const size of [1, 2, 3, 5, 100]) {
        const facts = gatherTextFacts();
        for (let at = 0; at < file.length; at += size) facts.update(file.subarray(at, at + size));
        expect(facts.end()).toEqual(factsOf(file));
      }
    }
  });
});
