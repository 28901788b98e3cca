import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { StudyProtocolRequest } from '../../src/app/analyses/study-protocol.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import type { Verdict } from '../../src/core/study/judge-study.ts';
import { studyReport } from '../../src/ui/report/study-report.ts';
import { textsIn } from '../../src/ui/texts.ts';
import { causalVerbs } from '../support/causal-verbs.ts';
import { numbers } from '../support/memory-ports.ts';
import { countsOf, faultsOf, jsonOf, numbersIn, numbersSaid, proseOf } from '../support/report-html.ts';
import { type StudyPanelOptions, studyPanel } from '../support/study-panel.ts';
import { studyService } from '../support/study-service.ts';

type Study = ResultOf<'study'>;
const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };
const languages = ['en', 'nl'] as const;

const protocol = {
  question: 'Did the coach raise the figure?',
  panel: 'study',
  treatment: { variable: 'coach' },
  covariates: ['income', 'home', 'kpi'],
  baseline: '2023',
  outcome: { variable: 'kpi', followUp: '2024' },
} satisfies StudyProtocolRequest;

interface Case {
  readonly name: string;
  readonly actor?: Actor;
  readonly panel?: StudyPanelOptions;
  readonly changes?: Partial<StudyProtocolRequest>;
  readonly override?: { readonly reason: string };
}

const isHigh = (units: number) => numbers(Array.from({ length: units * 2 }, (_, r) => ((r * 7) % 11 < 4 ? 1 : 0)));

const comfort = (units: number) => numbers(Array.from({ length: units * 2 }, (_, r) => ((r * 13) % 29) / 3 + (r % 5)));

/** Studies of every shape that a report has a sentence for. */
const cases: readonly Case[] = [
  { name: 'plain' },
  { name: 'by level', changes: { sensitivity: { effectsBy: 'home', augmented: { folds: 2 } } } },
  {
    name: 'of several outcomes',
    panel: { overrides: { comfort: comfort(400) } },
    changes: { outcome: { variable: 'kpi', followUp: '2024', otherOutcomes: ['comfort'] } },
  },
  { name: 'of a change', changes: { outcome: { variable: 'kpi', followUp: '2024', is: 'change' } } },
  { name: 'withheld by the verdict', panel: { units: 40 }, changes: { design: { method: 'nearest', calipers: [] } } },
  {
    name: 'overridden',
    panel: { units: 40 },
    changes: { design: { method: 'nearest', calipers: [] } },
    override: { reason: 'The board decides tonight, on what there is.' },
  },
  { name: 'of few people, seen by a visitor', actor: visitor, panel: { units: 60 } },
  { name: 'by clusters', panel: { byCollective: true, collectives: 30 } },
  { name: 'by few clusters', panel: { byCollective: true, collectives: 12 } },
  { name: 'weighted', changes: { design: { method: 'entropy-balancing' }, estimand: 'ATE' } },
  {
    name: 'of a risk',
    panel: { overrides: { high: isHigh(400) } },
    changes: { outcome: { variable: 'high', followUp: '2024' } },
  },
  { name: 'of no effect', panel: { effect: 0, seed: 4 } },
  { name: 'of a large number', panel: { effect: -1234.5, units: 600 } },
  { name: 'without a question', changes: { question: '' } },
];

const studies = new Map<string, Study>();
beforeAll(async () => {
  for (const { name, actor = operator, panel, changes, override } of cases) {
    const { study } = studyService(studyPanel(panel));
    studies.set(name, await study(actor, { ...protocol, ...changes }, override));
  }
}, 120_000);

const report = (study: Study, language: 'en' | 'nl'): string => studyReport(study, textsIn(language));
/** The same study with another verdict: the words have to follow it, not the numbers. */
const withVerdict = (study: Study, verdict: Verdict): Study => ({
  ...study,
  body: { ...study.body, verdict: { ...study.body.verdict, verdict } },
});

describe.each(languages)('the report of a study in %s', (language) => {
  it.each(cases)('$name: says no number that is not in its JSON', ({ name }) => {
    const { said, strange } = numbersSaid(report(studies.get(name)!, language), language);
    expect(said).toBeGreaterThan(3);
    expect(strange).toEqual([]);
  });

  it.each(cases)('$name: counts its reasons and the items of its checklists right', ({ name }) => {
    const html = report(studies.get(name)!, language);
    const { t } = textsIn(language);
    const { first, also, passed, unchecked, aside, checklists } = countsOf(html);
    const prose = proseOf(html).join('\n');
    const { verdict } = studies.get(name)!.body.verdict;
    expect(prose).toContain(t(`verdict.summary.${verdict}`, { count: first }));
    expect(prose).toContain(t('verdict.rest', { passed, unchecked }));
    if (also > 0) expect(prose).toContain(t('verdict.also', { count: also }));
    if (aside > 0) expect(prose).toContain(t('verdict.aside', { count: aside }));
    const { checklists: said, counts } = jsonOf(html) as {
      counts: object;
      checklists: readonly { answered: number; items: number }[];
    };
    expect(counts).toEqual({ first, also, passed, unchecked, aside });
    expect(said.map(({ answered, items }) => ({ answered, items }))).toEqual(checklists);
  });

  it('is found out where a number is only digits of a text, or the hundredfold of a share', () => {
    const study = studies.get('plain')!;
    const html = report(study, language);
    const strangeOf = (made: string) =>
      numbersSaid(html.replace('<p class="answer">', `<p class="answer">${made} `), language).strange.length;
    const { seal, protocol, design, data } = study.settings.seal;
    const runs = [seal, protocol, design, data.digest].flatMap((digest) => digest.match(/[1-9]\d{2,}/g) ?? []);
    const longest = runs.toSorted((a, b) => b.length - a.length)[0]!;
    expect(strangeOf(longest)).toBe(1);
    const share = textsIn(language).number(100 * study.body.study.overlap!.coefficient, 2);
    expect(strangeOf(share)).toBe(1);
    expect(strangeOf(`${share} %`)).toBe(0);
  });

  it('is found out where a sentence has a number of its own', () => {
    const html = report(studies.get('plain')!, language);
    const made = language === 'en' ? '12,345.67' : '12.345,67';
    const { strange } = numbersSaid(html.replace('<p class="answer">', `<p class="answer">${made} `), language);
    expect(strange.map(({ value }) => value)).toEqual([12345.67]);
  });

  it.each(cases)('$name: uses no verb of cause where the verdict is not "trust"', ({ name }) => {
    for (const verdict of ['caution', 'do-not-use'] as const) {
      const prose = proseOf(report(withVerdict(studies.get(name)!, verdict), language));
      expect(prose.filter((text) => causalVerbs[language].test(text))).toEqual([]);
    }
  });

  it('says that it lowered or raised where the verdict is "trust" and the interval is clear of no difference', () => {
    for (const name of ['plain', 'of a large number']) {
      const html = report(withVerdict(studies.get(name)!, 'trust'), language);
      expect(proseOf(html).some((text) => causalVerbs[language].test(text))).toBe(true);
    }
    const unclear = report(withVerdict(studies.get('of no effect')!, 'trust'), language);
    expect(proseOf(unclear).filter((text) => causalVerbs[language].test(text))).toEqual([]);
  });

  it('says of further outcomes, levels and the sign test how strong something hidden would have to be', () => {
    const said = (name: string) => {
      const { further } = studies.get(name)!.body.study;
      return { html: report(studies.get(name)!, language), further };
    };
    const shown = (value: number) => textsIn(language).number(value, 2);
    const outcomes = said('of several outcomes');
    const [{ sensitivity }] = outcomes.further.effects as [(typeof outcomes.further.effects)[number]];
    expect(outcomes.html).toContain(`>${shown(sensitivity!.eValue!.eValue)}<`);
    const levels = said('by level');
    for (const level of levels.further.byLevel!.levels)
      expect(levels.html).toContain(`>${shown(level.sensitivity!.eValue!.eValue)}<`);
    expect(levels.html).toContain(`>${shown(levels.further.augmentedSensitivity!.eValue!.eValue)}<`);
    const { html, further } = said('plain');
    const { sign, hodgesLehmann } = further.sensitivity.rosenbaum!;
    const bySign = textsIn(language).t('match.sensitivity.gamma-sign', { gamma: shown(sign!.survivedGamma!) });
    expect(proseOf(html)).toContain(bySign);
    expect(hodgesLehmann!.length).toBeGreaterThan(0);
  });

  it.each(cases)('$name: is sound mark-up that asks for nothing', ({ name }) => {
    expect(faultsOf(report(studies.get(name)!, language))).toEqual([]);
  });

  it('has every section, and one of them per item of the checklists', () => {
    const html = report(studies.get('plain')!, language);
    for (const section of [
      'answer',
      'protocol',
      'flow',
      'balance',
      'overlap',
      'effect',
      'sensitivity',
      'lost',
      'limits',
      'checklist',
      'reproduce',
    ])
      expect(html).toContain(`<section id="${section}">`);
    const { checklists } = jsonOf(html) as {
      checklists: { guideline: string; items: number; answered: number; rows: { where: string | null }[] }[];
    };
    expect(checklists.map(({ guideline, items }) => [guideline, items])).toEqual([
      ['strobe', 22],
      ['target', 21],
    ]);
    for (const { answered, rows } of checklists)
      expect(rows.filter(({ where }) => where !== null)).toHaveLength(answered);
  });
});

describe('a report whose effect the verdict withholds', () => {
  it('tells no number of it, says so, and gives the effect no section of numbers', () => {
    const study = studies.get('withheld by the verdict')!;
    expect(study.body.gate).toBe('withheld');
    const shown = studies.get('overridden')!.body.study.effects;
    for (const language of languages) {
      const html = report(study, language);
      expect(html).not.toContain('id="effect-wide-title"');
      const said = numbersIn(html.replaceAll(/<style>[\s\S]*?<\/style>/g, ''), language).map(({ value }) => value);
      for (const effect of Object.values(shown))
        for (const value of [effect!.estimate, effect!.lower, effect!.upper])
          expect(said).not.toContain(Number(value.toFixed(2)));
    }
    expect(report(study, 'en')).toContain('no number in this report tells it');
    expect(report(studies.get('overridden')!, 'en')).toContain('The board decides tonight, on what there is.');
  });
});

describe('what a report takes from others', () => {
  it('is escaped: names, questions and reasons are text', () => {
    const study = studies.get('plain')!;
    const { settings } = study;
    const html = report(
      {
        ...study,
        settings: { ...settings, protocol: { ...settings.protocol, question: '<script>alert(1)</script>' } },
      },
      'en',
    );
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('<script');
  });

  it('says that numbers are withheld only where some are', () => {
    const sentence = 'Numbers that would tell of a few people are withheld.';
    expect(studies.get('plain')!.body.protected).toBe(true);
    expect(report(studies.get('plain')!, 'en')).not.toContain(sentence);
    expect(report(studies.get('withheld by the verdict')!, 'en')).not.toContain(sentence);
    expect(report(studies.get('of few people, seen by a visitor')!, 'en')).toContain(sentence);
  });

  it('is withheld where the gate withheld it', () => {
    const study = studies.get('of few people, seen by a visitor')!;
    expect(
      study.body.study.balance.some(({ withheld }) => withheld) || study.body.study.groups.treated.all === null,
    ).toBe(true);
    for (const [language, word] of [
      ['en', 'withheld'],
      ['nl', 'afgeschermd'],
    ] as const)
      expect(report(study, language)).toMatch(new RegExp(`${word}|achtergehouden`));
  });
});

it('is served for a stored study like any other report', async () => {
  const { service, study } = studyService(studyPanel());
  const { id } = await study(visitor, protocol);
  const { html } = await service.resultReport(visitor, { result: id, lang: 'nl' });
  expect(html.startsWith('<!doctype html>\n<html lang="nl">')).toBe(true);
});
