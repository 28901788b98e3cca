import Type, { type TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { checkInput } from '../../src/contract/check-input.ts';
import type { Operation } from '../../src/contract/operation.ts';
import { type OperationId, operations } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';

interface Choice {
  readonly const?: unknown;
  readonly anyOf?: readonly Choice[];
}

const literalsOf = ({ const: literal, anyOf }: Choice): readonly unknown[] =>
  literal === undefined ? (anyOf ?? []).flatMap(literalsOf) : [literal];

/** Every field of a request that is a choice among words. */
const choices = Object.entries(operations).flatMap(([id, operation]) => {
  const { parameters, query, body } = operation as Operation;
  return [parameters, query, body].flatMap((schema) =>
    Object.entries(schema.properties as Record<string, Choice>).flatMap(
      ([field, of]): [string, string, unknown[]][] => {
        const words = literalsOf(of);
        return words.length === 0 ? [] : [[id, field, [...words]]];
      },
    ),
  );
});

describe('what is wrong with an input', () => {
  it.each(choices)('%s: a word that %s does not know is answered with the words that it knows', (id, field, words) => {
    const wrong = checkInput(id as OperationId, { [field]: 'anything else' }).find((v) => v.pointer === `/${field}`);
    expect(wrong!.message).toMatch(/^must be equal to one of the allowed values: /);
    for (const word of words)
      expect(wrong!.message).toContain(/^[\w-]+$/.test(`${word}`) ? word : JSON.stringify(word));
  });

  it('names every field, however many words each of them knows', () => {
    const input = { standardError: 'x', estimand: 'y', balanceOf: 'z', outcomeIs: 'w', confidence: 'v' };
    const pointers = checkInput('matchingStudy', input).map(({ pointer }) => pointer);
    expect(pointers).toEqual(expect.arrayContaining(Object.keys(input).map((field) => `/${field}`)));
  });

  it.each<[string, TSchema, unknown, string]>([
    ['one word', Type.Literal('a'), 'b', 'must be equal to one of the allowed values: a'],
    [
      'signs',
      Type.Union([Type.Literal(','), Type.Literal('\t')]),
      ';',
      'must be equal to one of the allowed values: ",", "\\t"',
    ],
    [
      'a word or nothing',
      Type.Union([Type.Literal('a'), Type.Null()]),
      'b',
      'must be equal to one of the allowed values: a, null',
    ],
    [
      'a word where a number would do',
      Type.Union([Type.Integer({ minimum: 1 }), Type.Literal('a')]),
      'b',
      'must be equal to one of the allowed values: a',
    ],
    [
      'a number out of range where a word would do',
      Type.Union([Type.Integer({ minimum: 1 }), Type.Literal('a')]),
      0,
      'must be >= 1',
    ],
  ])('says of %s what would do', (_, schema, value, message) => {
    expect(violations(schema, value)).toEqual([{ pointer: '', message }]);
  });

  it('says nothing of what is right', () => {
    expect(violations(Type.Union([Type.Literal('a'), Type.Null()]), null)).toEqual([]);
    expect(checkInput('matchingStudy', { standardError: 'units' }).map(({ pointer }) => pointer)).not.toContain(
      '/standardError',
    );
  });
});
