import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleExamples, printedPattern, runExample } from '../support/console-blocks.ts';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = await read('docs/examples/warm-start.md');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samenwijs-warm-start-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Lines without the blanks that pad the last column. */
const trimmed = (text: string): string => text.trimEnd().replaceAll(/ +$/gm, '');

interface Effects {
  readonly main: Readonly<Record<string, number>>;
  readonly byContext: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly crowding: number;
  readonly synergy?: { readonly pair: readonly string[]; readonly effect: number };
}

/** Planted effect of a mix, by the formula in the note of truth.json. */
async function plantedIn(code: string) {
  const truth = JSON.parse(await read('datasets/heat-transition/truth.json'));
  const [head, ...rows] = (await read('datasets/heat-transition/neighbourhoods.csv')).trim().split('\n');
  const cells = rows.map((row) => row.split(',')).find(([first]) => first === code)!;
  const scaled = (context: string) => {
    const { centre, scale } = truth.contexts[context];
    return (Number(cells[head!.split(',').indexOf(context)]) - centre) / scale;
  };
  return (kpi: string, mix: readonly string[]) => {
    const { main, byContext, crowding, synergy } = truth.kpis[kpi] as Effects;
    let effect = -crowding * (mix.length - 1);
    for (const block of mix) {
      effect += main[block]!;
      for (const [context, slope] of Object.entries(byContext[block] ?? {})) effect += slope * scaled(context);
    }
    return synergy?.pair.every((block) => mix.includes(block)) ? effect + synergy.effect : effect;
  };
}

describe('the worked recommendation', () => {
  it('prints what its page says, from the code of a neighbourhood to promised against realised', async () => {
    const examples = consoleExamples(page);
    expect(examples).toHaveLength(6);
    const given: [string, string][] = [];
    let now = '2026-09-01T12:00:00Z';
    for (const { command, expected } of examples) {
      const asked = given.reduce((text, [written, own]) => text.replaceAll(written, own), command);
      if (command.includes('samenwijs outcome')) now = '2027-09-15T12:00:00Z';
      const { out } = await runExample(asked, folder, now);
      for (const [written, pattern] of [
        ['res_3f9aQ2k8Vn1XyT5w', /res_[\w-]+/],
        ['exp_7Kc2LwQ9x1Zt4RbV', /exp_[\w-]+/],
      ] as const) {
        const own = pattern.exec(out)?.[0];
        if (own !== undefined && !given.some(([id]) => id === written)) given.push([written, own]);
      }
      const said = given.reduce((text, [written, own]) => text.replaceAll(own, written), out);
      expect(trimmed(said)).toMatch(printedPattern(trimmed(expected)));
    }
    expect(given).toHaveLength(2);
  }, 120_000);

  it('ends with the planted truth, which lies within the intervals of the page', async () => {
    const planted = await plantedIn('BU90050310');
    const last = page.slice(page.indexOf('## The truth'));
    const rows = [...page.matchAll(/^ {3}1 {2}(.*?) {2,}\d+ {2}(.*)$/gm)].map(([, mix, rest]) => ({
      mix: mix!,
      intervals: [...rest!.matchAll(/\((-?[\d.]+) – (-?[\d.]+)\)/g)].map(([, low, high]) => [
        Number(low),
        Number(high),
      ]),
    }));
    const idOf = new Map([
      ['Buying insulation together', 'insulation-purchase'],
      ['Draught-proofing evening', 'draught-proofing'],
      ['Heat-loss walk', 'infrared-scan'],
      ['Smart thermostat on loan', 'smart-thermostat'],
      ['Savings contest', 'savings-challenge'],
    ]);
    expect(rows).toHaveLength(3);
    for (const { mix, intervals } of rows) {
      const blocks = mix.split(' + ').map((name) => idOf.get(name)!);
      for (const [k, kpi] of ['gas-saving', 'comfort'].entries()) {
        const effect = planted(kpi, blocks);
        expect(last).toContain(effect.toFixed(3));
        const [low, high] = intervals[k]!;
        expect(effect).toBeGreaterThan(low!);
        expect(effect).toBeLessThan(high!);
      }
    }
  });

  it('says the numbers of the example on the method page', async () => {
    const method = await read('docs/methods/recommender.md');
    const example = method.slice(method.indexOf('## Example'), method.indexOf('## Transport'));
    const command = / {4}(samenwijs recommend [\s\S]*?)\n\n/.exec(example)![1]!.replaceAll('\\\n', ' ');
    for (const more of ['', ' --require savings-challenge']) {
      const { out } = await runExample(command + more, folder);
      const [, mean, low, high] = /^ {3}1 .*? {2}([\d.]+) \(([\d.]+) – ([\d.]+)\)/m.exec(out)!;
      expect(example).toContain(
        more === '' ? `(gas saving ${mean}, 90 % interval ${low} to ${high})` : `for ${mean} instead`,
      );
      expect(out.includes('Savings contest +') || out.includes('+ Savings contest')).toBe(more !== '');
    }
  }, 60_000);
});
