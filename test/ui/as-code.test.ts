import { execFileSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine, libraryCall, literal, request, shellWord } from '../../src/ui/as-code.ts';

describe('the copyable lines', () => {
  it('quote for a shell so that any text comes out whole', () => {
    const texts = [
      "it's",
      '$(rm -rf /)',
      '`x`',
      'a b',
      '"',
      '\\',
      'construction_year^2',
      '~A*B',
      '!!',
      '; ls',
      'new\nline',
      '€',
    ];
    const out = execFileSync('sh', ['-c', `printf '%s\\0' ${texts.map(shellWord).join(' ')}`], { encoding: 'utf8' });
    expect(out.split('\0').slice(0, -1)).toEqual(texts);
  });

  it('write a record as a TypeScript literal that reads back the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const read = runInNewContext(`(${literal(value)})`);
        expect(JSON.parse(JSON.stringify(read) ?? 'null')).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('leave out what is not set and look as a visitor', () => {
    const options = [
      ['kpi', 'gas m3'],
      ['goal', undefined],
      ['change', false],
      ['units', true],
      ['revision', 2],
    ] as const;
    expect(commandLine('insights', ['street'], options)).toBe(
      "npx samenwijs insights street --kpi 'gas m3' --units --revision 2 --role visitor",
    );
    expect(request('http://127.0.0.1:3000', 'POST', '/v1/qca', { a: "it's" })).toBe(
      `curl -s http://127.0.0.1:3000/v1/qca -H 'samenwijs-role: visitor' -H 'content-type: application/json' -d '{"a":"it'\\''s"}'`,
    );
  });

  it('give a whole program with the typed library', () => {
    expect(libraryCall('insights', { panel: 'street', kpi: 'gas', goal: null })).toContain(
      "const job = await service.insights({ role: 'visitor' }, { panel: 'street', kpi: 'gas', goal: null }, { waitMs: 60_000 });\nconsole.log(job.result);",
    );
  });
});
