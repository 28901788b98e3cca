import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultOf } from '../../src/app/analyses.ts';
import { consoleExamples, printedPattern, runExample } from '../support/console-blocks.ts';
import { faultsOf, jsonOf, numbersSaid } from '../support/report-html.ts';

const folderOf = (name: string) => new URL(`../../docs/examples/${name}`, import.meta.url);
const pages = ['lalonde-study', 'heat-transition-study'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samenwijs-examples-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const studyIn = (html: string) => (jsonOf(html) as { readonly result: ResultOf<'study'> }).result;
const answerIn = (html: string) => /<p class="answer">(.*?)<\/p>/.exec(html)![1];

describe.each(pages)('the worked example %s', (name) => {
  it('prints what its page says, and writes the reports that stand beside it', { timeout: 120_000 }, async () => {
    const examples = consoleExamples(await readFile(folderOf(`${name}.md`), 'utf8'));
    expect(examples).toHaveLength(3);
    for (const { command, expected } of examples) {
      const { out } = await runExample(command.replace(`docs/examples/${name}`, join(folder, name)), folder);
      expect(out.trimEnd()).toMatch(printedPattern(expected));
    }
    for (const language of ['en', 'nl']) {
      const fresh = await readFile(join(folder, `${name}.${language}.html`), 'utf8');
      const kept = await readFile(folderOf(`${name}.${language}.html`), 'utf8');
      // Ids and times are of the run; where this fails, the commands of the page write the reports anew.
      expect(answerIn(kept)).toBe(answerIn(fresh));
      for (const html of [fresh, kept]) expect(html.length).toBeLessThan(300_000);
      const [was, is] = [studyIn(kept), studyIn(fresh)];
      expect(was.body.study.effects).toEqual(is.body.study.effects);
      expect(was.body.verdict).toEqual(is.body.verdict);
      expect(was.attrition).toEqual(is.attrition);
    }
  });

  it.each([
    'en',
    'nl',
  ] as const)('has a sound report in %s whose sentences say numbers of its JSON', async (language) => {
    const html = await readFile(folderOf(`${name}.${language}.html`), 'utf8');
    expect(faultsOf(html)).toEqual([]);
    const { said, strange } = numbersSaid(html, language);
    expect(said).toBeGreaterThan(20);
    expect(strange).toEqual([]);
  });
});
