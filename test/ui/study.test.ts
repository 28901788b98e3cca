import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { studyPage } from '../../src/ui/pages/study-page.ts';
import type { StudyView } from '../../src/ui/pages/study-view.ts';
import { textsIn } from '../../src/ui/texts.ts';
import { demoServer } from '../support/demo-server.ts';
import { studyFixture } from '../support/page-fixtures.ts';

const draw = (view: StudyView, language: 'en' | 'nl' = 'en') =>
  parseHTML(
    String(
      studyPage(
        {
          texts: textsIn(language),
          path: '/studies/x',
          query: new URLSearchParams(),
          origin: 'http://127.0.0.1:3000',
          asset: (name: string) => name,
        },
        view,
        null,
      ),
    ),
  ).document;
const text = (node: { textContent: string | null } | null) => node?.textContent?.replaceAll(/\s+/g, ' ').trim() ?? null;
const sentence = (effect: StudyView['effect'], direction = 'less-is-better', language: 'en' | 'nl' = 'en') =>
  text(
    draw(
      { ...studyFixture, effect, adjusted: null, outcome: { ...studyFixture.outcome, direction } },
      language,
    ).querySelector('#effect-summary'),
  );

describe('the sentence of a study', () => {
  it('compares with similar homes and uses no word for a cause', () => {
    expect(sentence({ estimate: -5.4, lower: -8.1, upper: -2.7 })).toBe(
      'Gas use was 5.4 m³ a month lower in homes with “draught-proofing evening” than in similar homes without (between 2.7 and 8.1). That is better.',
    );
    expect(sentence({ estimate: 5.4, lower: 2.7, upper: 8.1 }, 'neutral', 'nl')).toBe(
      'Gasverbruik was 5,4 m³ per maand hoger bij woningen met “kierenavond” dan bij woningen die erop lijken (tussen 2,7 en 8,1).',
    );
    for (const language of ['en', 'nl'] as const) {
      for (const effect of [-5, 5]) {
        const said = sentence({ estimate: effect, lower: effect - 1, upper: effect + 1 }, 'less-is-better', language)!;
        expect(said).not.toMatch(/\b(caus|effect|because|lowers|reduc|due|door|oorzaak|zorgt|verlaagt|leidt)/i);
      }
    }
  });

  it('is of the effect that a study is judged by: the adjusted one where there is one', () => {
    const effect = { estimate: -1, lower: -3, upper: 1 };
    const page = draw({ ...studyFixture, effect, adjusted: { estimate: -5.1, lower: -7.6, upper: -2.6 } });
    expect(text(page.querySelector('#effect-summary'))).toContain('5.1 m³ a month lower');
    expect(text(page.querySelector('.big-number'))).toContain('5.1');
  });

  it('says that nothing is clear where the interval includes no difference', () => {
    expect(sentence({ estimate: -1, lower: -3, upper: 1 })).toBe(
      'We see no clear difference in gas use between homes with “draught-proofing evening” and similar homes without: −1.0 m³ a month, between −3.0 and 1.0.',
    );
  });
});

describe('the page of a study', () => {
  it('shows balance before and after as a table with the numbers of the love plot', () => {
    const rows = [...draw(studyFixture).querySelectorAll('#love tbody tr')].map((row) => [
      text(row.querySelector('th')),
      ...[...row.querySelectorAll('td span:last-child')].map(text),
    ]);
    expect(rows[0]).toEqual(['Year of construction', '0.820', '0.040']);
    expect(rows[3]).toEqual(['Type of home: flat', '0.220', '0.060']);
    expect(rows).toHaveLength(studyFixture.balance.length);
  });

  it('counts how many properties are still apart', () => {
    expect(text(draw(studyFixture).querySelector('#love-summary'))).toBe(
      'Before matching, 6 of 6 properties were more than 0.1 apart. After matching, none of 6 properties is above 0.1.',
    );
    const balance = [{ covariate: 'income_band', level: null, before: 0.5, after: -0.2, withheld: false }];
    expect(text(draw({ ...studyFixture, balance }).querySelector('#love-summary'))).toMatch(
      /After matching, 1 of 1 property is still above 0\.1/,
    );
  });

  it('counts nothing that is withheld, and says what is withheld and why', () => {
    const before = studyFixture.balance.map((row) => ({ ...row, before: null }));
    for (const language of ['en', 'nl'] as const) {
      const document = draw({ ...studyFixture, balance: before, beforeWithheld: true, unadjusted: null }, language);
      const said = text(document.querySelector('#love-summary'))!;
      expect(said).not.toMatch(/Before|Voor|\b0 (of|van)/);
      expect(text(document.querySelector('main'))).toContain(textsIn(language).t('page.study.before-withheld'));
      expect(text(document.querySelector('main'))).toContain(textsIn(language).t('page.study.plain-withheld'));
      expect(text(document.querySelector('#love tbody td'))).toContain(textsIn(language).t('page.withheld'));
    }
    const few = studyFixture.balance.map((row, at) =>
      at === 0 ? { ...row, before: null, after: null, withheld: true } : row,
    );
    expect(text(draw({ ...studyFixture, balance: few }).querySelector('#love-summary'))).toBe(
      'Before matching, 5 of 5 properties were more than 0.1 apart. After matching, none of 5 properties is above 0.1. 1 property is not shown.',
    );
  });

  it('gives the reason in place of an effect, a count and a balance that are withheld', () => {
    const document = draw({
      ...studyFixture,
      treated: null,
      controls: null,
      effect: null,
      balance: studyFixture.balance.map((row) => ({ ...row, before: null, after: null, withheld: true })),
    });
    expect(document.querySelector('#effect')).toBeNull();
    expect(text(document.querySelector('.facts dd'))).toBe('not shown: fewer than 10 households');
    expect(text(document.querySelector('#love tbody td'))).toBe('not shown: fewer than 10 households');
  });

  it('shows where both groups have scores, and how much homes count, with the table of the same numbers', () => {
    const document = draw(studyFixture);
    expect(text(document.querySelector('#overlap-summary'))).toBe(
      'The scores of both groups have 62 % in common. Of all homes 48 % could as well have taken part as not.',
    );
    const rows = (id: string) =>
      [...document.querySelectorAll(`#${id} tbody tr`)].map((row) =>
        [...row.querySelectorAll('th, td span:last-child')].map(text),
      );
    expect(rows('overlap')[4]).toEqual(['1 to 2', '12', 'not shown']);
    expect(rows('weights')).toEqual([
      ['0 to 1', '0', '300'],
      ['1 to 2', '512', '180'],
      ['2 to 3', '0', '18'],
    ]);
    for (const id of ['overlap', 'weights'])
      expect(document.querySelectorAll(`figure#${id} svg.chart`)).toHaveLength(2);
    const without = draw({ ...studyFixture, overlap: null, weights: null });
    expect(without.querySelector('figure#overlap')).toBeNull();
    expect(text(without.querySelector('main'))).toContain('The scores are withheld');
    expect(text(draw({ ...studyFixture, overlap: null, hasScore: false }).querySelector('main'))).toContain(
      'This study has no score',
    );
  });

  it('writes recipes in words, with what must be absent', () => {
    const recipe = draw(studyFixture).querySelector('.recipe-formula');
    expect(text(recipe)).toBe('buying insulation together and heat-loss walk and not: savings contest');
  });

  it('announces no combinations where there are none', () => {
    const { recipes } = studyFixture;
    for (const solutions of [[], recipes!.solutions.map((one) => ({ ...one, recipes: [] }))]) {
      const side = text(draw({ ...studyFixture, recipes: { ...recipes!, solutions } }).querySelector('.side-by-side'));
      expect(side).toContain('No combination is sure enough.');
      expect(side).not.toContain('goes together with any of these');
    }
  });

  it('says how many models are equally good', () => {
    expect(text(draw(studyFixture).querySelector('.side-by-side'))).toContain(
      '2 models are equally good; this is the first.',
    );
  });
});

describe('the study of the demo', () => {
  it('shows a visitor the plain comparison with the wrong sign, and the balance before and after', async () => {
    const app = await demoServer(24);
    try {
      const { document } = parseHTML((await app.inject({ url: '/en/studies/demo' })).body);
      expect(text(document.querySelector('#love-summary'))).toMatch(/^Before matching, [1-9]/);
      expect(text(document.querySelector('main'))).not.toMatch(/withheld, because fewer|not known/);
      const effects = new Map(
        [...document.querySelectorAll('#effect tbody tr')].map((row) => [
          text(row.querySelector('th')),
          text(row.querySelector('td span:last-child')),
        ]),
      );
      expect(effects.get('everybody, not made alike')).toMatch(/^\+/);
      expect(effects.get('like with like, corrected')).toMatch(/^−/);
    } finally {
      await app.close();
    }
  });
});
