import { parseHTML } from 'linkedom';
import type { ResultOf } from '../../src/app/analyses.ts';

interface Node {
  readonly textContent: string;
  readonly tagName: string;
  readonly id: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Node | null;
  querySelectorAll(selector: string): Iterable<Node>;
  closest(selector: string): Node | null;
  remove(): void;
}

const parse = (html: string): Node => (parseHTML(html) as unknown as { document: Node }).document;

/** What is said in sentences: no code, no quotation of a person, no citation, no cells of numbers. */
export function proseOf(html: string): readonly string[] {
  const document = parse(html);
  for (const silent of document.querySelectorAll('pre, code, q, cite, style')) silent.remove();
  return [
    ...document.querySelectorAll('h1, h2, h3, p, li, figcaption, caption, summary, [data-prose], svg title, svg desc'),
  ]
    .map(({ textContent }) => textContent.replaceAll(/\s+/g, ' ').trim())
    .filter((text) => text !== '');
}

/** The JSON that a report carries. */
export const jsonOf = (html: string): unknown => JSON.parse(parse(html).querySelector('#json')!.textContent);

/** Numbers in a text that stand on their own, as `{digits, decimals}`; no part of a name such as `re78` or `CR2`. */
export function numbersIn(
  text: string,
  language: 'en' | 'nl',
): readonly {
  readonly value: number;
  readonly decimals: number;
  readonly isPercent: boolean;
  readonly isBound: boolean;
}[] {
  const [group, point] = language === 'en' ? [',', '.'] : ['.', ','];
  const pattern = new RegExp(
    `(?<![\\p{L}\\d_.,/-])([−-]?)((?:\\d{1,3}(?:[${group}]\\d{3})+|\\d+)(?:[${point}]\\d+)?)(?![\\p{L}\\d_]|[.,-]\\d)(\\s?%)?`,
    'gu',
  );
  return [...text.matchAll(pattern)].map(({ 1: sign, 2: digits, 3: percent, index }) => {
    const plain = digits!.replaceAll(group, '').replace(point, '.');
    return {
      value: Number(plain) * (sign === '' ? 1 : -1),
      decimals: plain.split('.')[1]?.length ?? 0,
      isPercent: percent !== undefined,
      isBound: text.slice(0, index).trimEnd().endsWith('<'),
    };
  });
}

/** Numbers that are drawn or only find something, and that no sentence says: else any small count would be found among them. */
const silent: ReadonlySet<string> = new Set([
  'bins',
  'weightBins',
  'term',
  'support',
  'seed',
  'consents',
  'revision',
  'version',
]);

/** Every number of a record that a sentence may say, as it stands there: none of its texts. */
function numbersOf(record: unknown): readonly number[] {
  if (typeof record === 'number') return [record];
  if (typeof record !== 'object' || record === null) return [];
  return Object.entries(record).flatMap(([key, value]) => (silent.has(key) ? [] : numbersOf(value)));
}

/** Texts of a record that hold a digit: periods, versions, digests, names. Longest first, so that none is taken for a part of another. */
function labelsOf(record: unknown): readonly string[] {
  const all = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (/\d/.test(value)) for (const label of [value, ...value.split('..')]) all.add(label);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(record);
  return [...all].sort((a, b) => b.length - a.length);
}

/** A text without the labels that stand in it as a whole: what is left of digits are numbers of the sentence. */
function withoutLabels(text: string, labels: readonly string[]): string {
  let left = text;
  for (const label of labels) {
    if (!left.includes(label)) continue;
    const whole = new RegExp(
      `(?<![\\p{L}\\d.,_-])${label.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\d_]|[.,-]\\d)`,
      'gu',
    );
    left = left.replaceAll(whole, '§');
  }
  return left;
}

interface Reported {
  readonly result: ResultOf<'study'>;
  readonly checklists: readonly {
    readonly answered: number;
    readonly items: number;
    readonly rows: readonly { readonly where: string | null }[];
  }[];
}

/** What a report of a study counts in its sentences, counted here anew from its JSON. */
export function countsOf(html: string) {
  const { result, checklists } = jsonOf(html) as Reported;
  const { verdict, reasons } = result.body.verdict;
  const among = (is: (reason: (typeof reasons)[number]) => boolean): number => reasons.filter(is).length;
  const failing = among(({ counted, level }) => counted && level === 'fail');
  const against = among(({ counted }) => counted);
  const first = verdict === 'do-not-use' ? failing : against;
  return {
    first,
    also: against - first,
    passed: among(({ counted, level }) => !counted && level === 'pass'),
    unchecked: among(({ counted, level }) => !counted && level === 'not-assessed'),
    aside: among(({ counted, level }) => !counted && level !== 'pass' && level !== 'not-assessed'),
    checklists: checklists.map(({ rows }) => ({
      answered: rows.filter(({ where }) => where !== null).length,
      items: rows.length,
    })),
  };
}

export interface SaidNumber {
  readonly value: number;
  readonly decimals: number;
  readonly isPercent: boolean;
  /** said as "less than" */
  readonly isBound: boolean;
  readonly text: string;
}

/**
 * How many numbers its sentences say, and those that are no number of the JSON that it carries, as it is shown: rounded to the
 * decimals that it has, a share only where a percent sign follows, and no digits out of texts.
 *
 * That what it counts is counted right is for `countsOf`.
 */
export function numbersSaid(html: string, language: 'en' | 'nl') {
  const json = jsonOf(html);
  const plain = numbersOf(json);
  const labels = labelsOf(json);
  const said = proseOf(html).flatMap((text): readonly SaidNumber[] =>
    numbersIn(withoutLabels(text, labels), language).map((found) => ({ ...found, text })),
  );
  const isKnown = ({ value, decimals, isPercent, isBound }: SaidNumber): boolean =>
    (isPercent ? plain.map((n) => 100 * n) : plain).some((n) =>
      isBound ? n >= 0 && n < value : Math.abs(n - value) <= 0.5 / 10 ** decimals + 1e-9 * Math.abs(n),
    );
  return { said: said.length, strange: said.filter((found) => !isKnown(found)) };
}

/** Faults of mark-up: elements that are not closed, ids twice, headings that skip, tables without caption or scope, requests. */
export function faultsOf(html: string): readonly string[] {
  const faults: string[] = [];
  const open: string[] = [];
  const empty = new Set(['meta', 'path', 'rect', 'line', 'circle']);
  const body = html.replace(/<style>[\s\S]*?<\/style>/, '').replace('<!doctype html>', '');
  for (const [whole, slash, name, closed] of body.matchAll(/<(\/?)([a-zA-Z][\w-]*)[^<>]*?(\/?)>/g)) {
    if (slash === '/') {
      const last = open.pop();
      if (last !== name) faults.push(`</${name}> closes <${last}>`);
    } else if (closed !== '/' && !(empty.has(name!) && !/^<(rect|line|circle|path)/.test(whole))) open.push(name!);
  }
  if (open.length > 0) faults.push(`not closed: ${open.join(' ')}`);
  const document = parse(html);
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  const twice = ids.filter((id, at) => ids.indexOf(id) < at);
  if (twice.length > 0) faults.push(`id twice: ${twice.join(' ')}`);
  let level = 0;
  for (const { tagName, textContent } of document.querySelectorAll('h1, h2, h3, h4')) {
    const next = Number(tagName[1]);
    if (next > level + 1) faults.push(`heading skips to ${tagName}: ${textContent}`);
    level = next;
  }
  if ([...document.querySelectorAll('h1')].length !== 1) faults.push('one h1 is wanted');
  for (const table of document.querySelectorAll('table')) {
    if ((table.querySelector('caption')?.textContent.trim() ?? '') === '') faults.push('a table without a caption');
    for (const cell of table.querySelectorAll('th'))
      if (!['row', 'col'].includes(cell.getAttribute('scope') ?? '')) faults.push(`no scope: ${cell.textContent}`);
  }
  for (const link of document.querySelectorAll('a'))
    if (!ids.includes(link.getAttribute('href')!.slice(1))) faults.push(`leads nowhere: ${link.getAttribute('href')}`);
  for (const [request] of html.matchAll(
    /<(script|link|img|iframe|object|embed|video|audio|source)\b|src=|@import|url\((?!#)[^)]*\)/g,
  ))
    faults.push(`asks for something: ${request}`);
  return faults;
}
