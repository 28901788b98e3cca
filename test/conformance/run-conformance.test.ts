import { describe, expect, it } from 'vitest';
import { runConformance } from '../../src/conformance/run-conformance.ts';
import { typescriptKernels } from '../../src/core/linalg/typescript-kernels.ts';
import { loadIntegerSolver } from '../../src/solvers/load-integer-solver.ts';

async function answers(lines: readonly string[], files: Record<string, string> = {}): Promise<unknown[]> {
  const written: unknown[] = [];
  const feed = async function* () {
    yield* lines;
  };
  await runConformance(feed(), (line) => written.push(JSON.parse(line)), {
    kernels: typescriptKernels,
    loadIntegerSolver,
    readText: async (_folder, name) => files[name] ?? Promise.reject(new Error(`no file ${name}`)),
  });
  return written;
}

const caseLine = (fields: object): string =>
  JSON.stringify({ id: 'a', dataDir: 'd', data: null, request: {}, ...fields });

describe('the conformance engine', () => {
  it('answers every case once, in order, and says which kinds are not built', async () => {
    const lines = [caseLine({ id: '1', kind: 'tea.leaves' }), '', caseLine({ id: '2', kind: 'toString' })];
    expect(await answers(lines)).toEqual([
      { id: '1', error: { code: 'not-implemented', message: 'The kind "tea.leaves" is not built yet.' } },
      { id: '2', error: { code: 'not-implemented', message: 'The kind "toString" is not built yet.' } },
    ]);
  });

  it('passes on the code of a refusal: an unknown column, no data, a treatment that is not 0/1', async () => {
    const request = { treatment: 't', terms: [{ column: 'nope' }], link: 'logit' };
    const data = {
      columns: ['t', 'x'],
      rows: [
        [1, 2],
        [0, 3],
      ],
    };
    const codes = await answers([
      caseLine({ kind: 'propensity.fit', data, request }),
      caseLine({ kind: 'propensity.fit', request }),
      caseLine({ kind: 'propensity.fit', data, request: { ...request, treatment: 'x', terms: [] } }),
      'no JSON',
    ]);
    expect(codes.map((answer) => (answer as { error: { code: string } }).error.code)).toEqual([
      'unknown-variable',
      'invalid-argument',
      'invalid-argument',
      'invalid-argument',
    ]);
  });

  it('reads quoted cells, doubled quotes, line breaks inside quotes and a byte order mark', async () => {
    const csv = '\ufefft,"g"\r\n1,"a ""b"", c"\r\n0,"x\ny"\r\n1,"x\ny"\n0,"a ""b"", c"';
    const request = { treatment: 't', terms: [{ column: 'g', levels: ['x\ny', 'a "b", c'] }], link: 'logit' };
    const [answer] = await answers([caseLine({ kind: 'propensity.fit', data: 'f.csv', request })], { 'f.csv': csv });
    const { coefficients, fitted } = (answer as { result: { coefficients: Record<string, number>; fitted: number[] } })
      .result;
    expect(Object.keys(coefficients)).toEqual(['(Intercept)', 'g=a "b", c']);
    for (const p of fitted) expect(p).toBeCloseTo(0.5, 12);
  });
});
