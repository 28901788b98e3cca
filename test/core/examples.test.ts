import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as core from '../../src/core/index.ts';
import { typeErrors } from '../support/type-check.ts';

/**
 * Examples in doc comments of the core: code that uses names of src/core/index.ts only. A statement that ends in
 * `// → value` must have that value; numbers agree to the decimals written.
 */
interface Example {
  readonly of: string;
  readonly code: string;
}

const folder = new URL('../../src/core/', import.meta.url).pathname;
const examples: readonly Example[] = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => {
    const source = ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true);
    return source.statements.filter(ts.isFunctionDeclaration).flatMap((node) =>
      ts
        .getJSDocTags(node)
        .filter(({ tagName }) => tagName.text === 'example')
        .map(({ comment }) => ({ of: node.name!.text, code: ts.getTextOfJSDocComment(comment)! })),
    );
  });

const asserted = /^(.*?);?\s*\/\/ → (.+)$/gm;
const valuesOf = (code: string) => [...code.matchAll(asserted)].map((match) => match[2]!);
const withChecks = (code: string) =>
  code.replace(asserted, (_, expression, value) => `check(${expression}, ${value});`);
const face = Object.entries(core);
const namesIn = (code: string) => face.map(([name]) => name).filter((name) => new RegExp(`\\b${name}\\b`).test(code));

/** Rounds every number to the decimals of the most precise one written; whole numbers hold to nine. */
function rounded(value: unknown, decimals: number): unknown {
  if (typeof value === 'number') return Number(value.toFixed(decimals || 9));
  if (ArrayBuffer.isView(value)) return rounded(Array.from(value as Float64Array), decimals);
  return Array.isArray(value) ? value.map((item) => rounded(item, decimals)) : value;
}

describe('examples in the doc comments of the core', () => {
  it('stand at the entry of each method', () => {
    expect(examples.map((example) => example.of)).toEqual(
      expect.arrayContaining([
        'balanceTable',
        'buildTruthTable',
        'estimateEffect',
        'feasibleMixes',
        'fitBinomialRegression',
        'fitPanelRegression',
        'matchUnits',
        'solveParsimonious',
        'stratify',
        'withholdSmallGroups',
      ]),
    );
  });

  it.each(examples)('of $of gives what it says', ({ code }) => {
    const names = namesIn(code);
    const values = valuesOf(code);
    const results: unknown[] = [];
    const body = stripTypeScriptTypes(withChecks(code));
    const run = new Function('check', ...names, `"use strict";\n${body}`);
    run(
      (actual: unknown, expected: unknown) => {
        const decimals = Math.max(0, ...(values[results.length]!.match(/\.\d+/g) ?? []).map((part) => part.length - 1));
        expect(rounded(actual, decimals)).toEqual(expected);
        results.push(actual);
      },
      ...face.filter(([name]) => names.includes(name)).map(([, value]) => value),
    );
    expect(results.length).toBe(values.length);
    expect(values.length).toBeGreaterThan(0);
  });

  it('compile', { timeout: 60_000 }, () => {
    const sources = examples.map(({ of, code }, at): [string, string] => [
      `test/core/example-${at}-${of}.ts`,
      `import { ${namesIn(code).join(', ')} } from '../../src/core/index.ts';\ndeclare function check(actual: unknown, expected: unknown): void;\n${withChecks(code)}`,
    ]);
    expect(typeErrors(Object.fromEntries(sources))).toEqual([]);
  });
});
