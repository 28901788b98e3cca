import type { FastifyInstance } from 'fastify';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { buildHttp } from '../../src/http/app.ts';
import { demoCatalogue } from '../../src/main/demo-catalogue.ts';
import { refusalInWords } from '../../src/ui/design/refusal-in-words.ts';
import { createPageRenderer } from '../../src/ui/page-renderer.ts';
import { sameSeason } from '../../src/ui/pages/same-season.ts';
import { householdPanel } from '../support/household-panel.ts';
import { memoryPorts } from '../support/memory-ports.ts';

const hostile = '<script>alert(1)</script>"\'';
let app: FastifyInstance;

/** Readings of homes and nothing else. */
const plainPanel = () => {
  const { columns, collectiveColumn: _, ...panel } = householdPanel();
  return { ...panel, panel: 'plain', columns: { gas: columns.gas! } };
};

beforeAll(async () => {
  const ports = memoryPorts([
    householdPanel(),
    { ...householdPanel(), panel: 'hostile', title: hostile },
    plainPanel(),
  ]);
  const jobs = createJobs(ports, { concurrency: 2 });
  const service = createService(ports, jobs);
  app = await buildHttp({
    service,
    version: '0.0.0-test',
    bodyLimit: 1000,
    logLevel: 'silent',
    problemPage: async () => null,
    pages: createPageRenderer({ service, version: '0.0.0-test', demo: null, demoIsLoading: () => false }),
  });
  app.addHook('onClose', () => jobs.close());
});
afterAll(() => app.close());

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ url, headers: { accept: 'text/html', ...headers } });
const read = async (url: string) => parseHTML((await get(url)).body).document;
const text = (node: { textContent: string | null } | null) => node?.textContent?.replaceAll(/\s+/g, ' ').trim() ?? null;

describe('every page', () => {
  it.each([
    '/',
    '/collectives',
    '/collectives/street',
  ])('%s is there in both languages and in the preferred one', async (path) => {
    for (const language of ['en', 'nl']) {
      const answer = await get(`/${language}${path === '/' ? '' : path}`);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-language']).toBe(language);
      expect(answer.body).toContain(`<html lang="${language}">`);
      const negotiated = await get(path, { 'accept-language': `${language};q=1` });
      expect(negotiated.body).toBe(answer.body);
      expect(negotiated.headers.vary).toBe('accept-language');
    }
  });

  it('says who sees it and how small groups are protected', async () => {
    for (const path of ['/en', '/en/collectives', '/en/collectives/street']) {
      expect(text((await read(path)).querySelector('.who'))).toMatch(
        /^Who sees this\? .*A group of fewer than 10 is never shown/,
      );
    }
  });

  it('links to itself in the other language with the same question', async () => {
    const document = await read('/en/collectives/street?kpi=gas&by=dwelling&when=2023');
    const other = document.querySelector('.language-switch a[lang=nl]')!;
    expect(other.getAttribute('href')).toBe('/nl/collectives/street?kpi=gas&by=dwelling&when=2023');
  });

  it('loads nothing from elsewhere and runs no script', async () => {
    const answer = await get('/en/collectives/street');
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'self'/);
    expect(answer.body).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=|(?:src|href)="(?:https?:)?\/\//);
  });

  it('has one first heading and no level left out', async () => {
    for (const path of ['/en', '/en/collectives', '/en/collectives/street']) {
      const levels = [...(await read(path)).querySelectorAll('h1,h2,h3')].map((heading) => Number(heading.tagName[1]));
      expect(levels.filter((level) => level === 1)).toHaveLength(1);
      expect(levels.filter((level, at) => at > 0 && level > levels[at - 1]! + 1)).toEqual([]);
    }
  });
});

describe('while the demo is loading', () => {
  it('the pages say so in both languages, and a panel that is not there yet is not found', async () => {
    const ports = memoryPorts([]);
    const jobs = createJobs(ports, { concurrency: 1 });
    const service = createService(ports, jobs);
    let isLoading = true;
    const starting = await buildHttp({
      service,
      version: '0.0.0-test',
      bodyLimit: 1000,
      logLevel: 'silent',
      problemPage: async () => null,
      pages: createPageRenderer({
        service,
        version: '0.0.0-test',
        demo: demoCatalogue(),
        demoIsLoading: () => isLoading,
      }),
    });
    const main = async (url: string) =>
      text(parseHTML((await starting.inject({ url })).body).document.querySelector('main'));
    try {
      for (const path of ['', '/collectives']) {
        expect(await main(`/en${path}`)).toContain('The demo is being loaded.');
        expect(await main(`/en${path}`)).not.toContain('There is no panel yet');
        expect(await main(`/nl${path}`)).toContain('De demo wordt nu geladen.');
      }
      const url = '/v1/panels/heat-transition/insights';
      const payload = { kpi: 'gas_m3', by: 'insulation' };
      expect((await starting.inject({ method: 'POST', url, payload })).statusCode).toBe(404);
      isLoading = false;
      expect(await main('/en')).toContain('There is no panel yet.');
    } finally {
      await starting.close();
      await jobs.close();
    }
  });
});

describe('the style sheet, the font and the icon', () => {
  it('are served from an address that changes with their content, to be kept for ever', async () => {
    const document = await read('/en');
    const href = document.querySelector('link[rel=stylesheet]')!.getAttribute('href')!;
    const answer = await get(href);
    expect(answer.headers['content-type']).toBe('text/css; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const font = await get(href.replace('style.css', 'atkinson-hyperlegible-next.woff2'));
    expect([font.statusCode, font.headers['content-type']]).toEqual([200, 'font/woff2']);
    expect((await get(href.replace(/[0-9a-f]{16}/, '0000000000000000'))).headers['cache-control']).toBe('no-cache');
    expect((await get('/assets/x/secret.txt')).statusCode).toBe(404);
  });
});

describe('periods', () => {
  it('are compared with the same season, never a summer with a winter', () => {
    const first = (...labels: readonly string[]) => sameSeason(labels.map((period) => ({ period })))?.period;
    expect(first('2021-07', '2021-12', '2022-06', '2023-06', '2024-06')).toBe('2022-06');
    expect(first('2022-Q1', '2022-Q2', '2023-Q2')).toBe('2022-Q2');
    expect(first('2022', '2023', '2024')).toBe('2022');
    expect(first()).toBeUndefined();
  });
});

describe('the page of a collective', () => {
  it('shows in its table every number that it plots, and no other', async () => {
    const document = await read('/en/collectives/street?by=dwelling&when=2024');
    const rows = [...document.querySelectorAll('#by-group table tbody tr')].map((row) =>
      [...row.children].map((cell) => text(cell.querySelector('span:last-child') ?? cell)),
    );
    // 25 flats: 1000 + 10 x 12 - 100; all 40: 1000 + 10 x 19.5 - 100
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ['flat', '25', '1,020'],
      ['terrace', 'not shown: would give a small group away'],
      ['other, small groups', 'not shown: fewer than 10 households'],
      ['Everybody', '40', '1,095'],
    ]);
    for (const svg of document.querySelectorAll('#by-group svg.chart')) {
      const shown = [...svg.querySelectorAll('text')].map((node) => text(node)).join(' | ');
      expect(shown).toContain('1,020 (');
      expect(shown).toContain('everybody: 1,095');
      expect(shown).not.toContain('1,350');
    }
  });

  it('begins each figure with its sentence, which names both ends and gives no cause', async () => {
    const document = await read('/en/collectives/street?by=collective&when=2024');
    const figures = [...document.querySelectorAll('figure')];
    expect(figures.map((figure) => figure.firstElementChild!.tagName)).toEqual(['FIGCAPTION', 'FIGCAPTION']);
    expect(text(figures[0]!.querySelector('figcaption'))).toBe(
      'Gas, 2024: from 1,090 for “north” to 1,100 for “south”. The intervals of these two groups overlap, so this can be chance.',
    );
  });

  it('shows how far the goal is, and takes a decimal comma', async () => {
    const document = await read('/en/collectives/street?goal=995,0');
    expect(text(document.querySelector('#progress figcaption'))).toBe(
      'Gas went from 1,195 (2023) to 1,095 (2024). That is 50% of the way to the goal of 995.',
    );
  });

  it('says at the field that a goal is no number, and keeps what was typed', async () => {
    const field = (await read('/nl/collectives/street?goal=veel')).querySelector('#field-goal')!;
    expect([
      field.getAttribute('value'),
      field.getAttribute('aria-invalid'),
      field.getAttribute('aria-describedby'),
    ]).toEqual(['veel', 'true', 'field-goal-error']);
  });

  it('gives the question as code that asks for the same', async () => {
    const document = await read('/en/collectives/street?kpi=gas&by=dwelling&collective=north');
    const [command, request] = [...document.querySelectorAll('.same-answer code')].map((code) => text(code)!);
    expect(command).toBe(
      'npx samenwijs insights street --kpi gas --by dwelling --collective north --period wave --revision 1 --role visitor',
    );
    const body = JSON.parse(/-d '(.*)'$/.exec(request!)![1]!);
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/panels/street/insights',
      payload: body,
      headers: { 'samenwijs-role': 'visitor' },
    });
    const flat = answer.json().result.body.periods[1].groups[1];
    expect(answer.statusCode).toBe(200);
    expect(text(document.querySelector('#by-group tbody tr:nth-child(2)'))).toContain(
      flat.n === null ? 'not shown' : String(flat.n),
    );
  });

  it('refuses what it does not know with a page that says what it expected', async () => {
    for (const [url, status, words] of [
      ['/en/collectives/nowhere', 404, 'There is no panel'],
      ['/en/collectives/street?by=colour', 400, 'expected one of dwelling, collective'],
      ['/en/collectives/street?when=1999', 400, 'expected one of 2023, 2024'],
      ['/en/collectives/street?collective=west', 400, 'it has north, south'],
      ['/en/nothing/here', 404, 'There is nothing at GET /en/nothing/here'],
    ] as const) {
      const answer = await get(url);
      expect([url, answer.statusCode]).toEqual([url, status]);
      expect(text(parseHTML(answer.body).document.querySelector('.notice') ?? null) ?? answer.body).toContain(words);
    }
  });

  it('shows a panel without a coded attribute through time only', async () => {
    for (const language of ['en', 'nl']) {
      const document = await read(`/${language}/collectives/plain`);
      expect(document.querySelector('.notice')).toBeNull();
      expect([...document.querySelectorAll('figure')].map((figure) => figure.id)).toEqual(['progress']);
      expect(document.querySelector('select[name=by]')).toBeNull();
    }
    const rows = [...(await read('/en/collectives/plain')).querySelectorAll('#progress tbody tr')].map((row) =>
      [...row.children].map((cell) => text(cell.querySelector('span:last-child') ?? cell)).slice(0, 3),
    );
    // all 40: 1000 + 10 x 19.5, and 100 less a year later
    expect(rows).toEqual([
      ['2023', '40', '1,195'],
      ['2024', '40', '1,095'],
    ]);
    expect((await get('/en/collectives/plain?by=dwelling')).statusCode).toBe(400);
  });

  it('says that a refusal is in English only where it is', async () => {
    const notice = async (url: string) => (await read(url)).querySelector('main')!;
    const dutch = await notice('/nl/collectives/nowhere');
    expect(text(dutch)).not.toContain('Engels');
    expect(dutch.querySelector('.notice p')!.getAttribute('lang')).toBe('nl');
    const english = parseHTML(
      String(refusalInWords('nl', { code: 'invalid-request', message: 'A sentence that nobody translated.' })),
    ).document;
    expect([...english.querySelectorAll('p')].map((p) => [p.getAttribute('lang'), text(p)])).toEqual([
      [null, 'In het Engels:'],
      ['en', 'A sentence that nobody translated.'],
    ]);
  });

  it('shows a hostile title as text', async () => {
    const { body } = await get('/en/collectives/hostile');
    expect(body).not.toContain('<script>alert');
    expect(text(parseHTML(body).document.querySelector('h1'))).toBe(hostile);
  });
});
