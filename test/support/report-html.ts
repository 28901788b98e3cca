import { parseHTML } from 'linkedom';

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
): readonly { readonly value: number; readonly decimals: number }[] {
  const [group, point] = language === 'en' ? [',', '.'] : ['.', ','];
  const pattern = new RegExp(
    `(?<![\\p{L}\\d_.,/-])([−-]?)((?:\\d{1,3}(?:[${group}]\\d{3})+|\\d+)(?:[${point}]\\d+)?)(?![\\p{L}\\d_]|[.,-]\\d)`,
    'gu',
  );
  return [...text.matchAll(pattern)].map(([, sign, digits]) => {
    const plain = digits!.replaceAll(group, '').replace(point, '.');
    return { value: Number(plain) * (sign === '' ? 1 : -1), decimals: plain.split('.')[1]?.length ?? 0 };
  });
}

/** Every number of a record, also those in its texts (periods, digests, names). */
function numbersOf(record: unknown): readonly number[] {
  if (typeof record === 'number') return [record];
  if (typeof record === 'string') return [...record.matchAll(/\d+(\.\d+)?/g)].map(([found]) => Number(found));
  if (typeof record !== 'object' || record === null) return [];
  return Object.values(record).flatMap(numbersOf);
}

/** How many numbers its sentences say, and those that are no number of the JSON that it carries, as it is shown. */
export function numbersSaid(html: string, language: 'en' | 'nl') {
  const known = numbersOf(jsonOf(html)).flatMap((n) => [n, 100 * n]);
  const said = proseOf(html).flatMap((text) => numbersIn(text, language).map((found) => ({ ...found, text })));
  const isKnown = ({ value, decimals }: { readonly value: number; readonly decimals: number }): boolean =>
    known.some((n) => Math.abs(n - value) <= 0.5 / 10 ** decimals + 1e-9 * Math.abs(n));
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
