import type { Wave } from '../app/file-formats.ts';

const pad = (n: number): string => String(n).padStart(2, '0');

/** Dutch and English names of the months, and their short forms. */
const monthNames = [
  /^jan(uar[iy]|\.)?$/,
  /^feb(ruar[iy]|r?\.?)$/,
  /^(maart|march|mrt\.?|mar\.?)$/,
  /^apr(il|\.)?$/,
  /^(mei|may)$/,
  /^jun([ie]|\.)?$/,
  /^jul([iy]|\.)?$/,
  /^aug(ust|ustus|\.)?$/,
  /^sep(tember|t?\.?)$/,
  /^o[kc]t(ober|\.)?$/,
  /^nov(ember|\.)?$/,
  /^dec(ember|\.)?$/,
];

/**
 * A moment of measurement from its text: a date (2024-03-01, 01-03-2024), a month (2024-03, 2024M03, CBS 2024MM03, or
 * its Dutch or English name with a year: maart 2024, Mar 2024, 2024 maart), a quarter (2024-Q1, 2024Q1, CBS 2024KW01), a year (2024, CBS 2024JJ00), a moment (2024-03-01 12:00:00Z, in UTC) or a
 * whole number (first, second, ... wave). The label is the same for every way of writing the same moment.
 */
export function parseWave(written: string): Wave | null {
  const text = written.trim();
  let m = /^(\d{4})(?:JJ00)?$/.exec(text);
  if (m && Number(m[1]) >= 1000) return ranked('year', Number(m[1]));
  m = /^(\d{4})(?:-?Q|KW0|-K|K)([1-4])$/i.exec(text);
  if (m) return ranked('quarter', Number(m[1]) * 4 + Number(m[2]) - 1);
  m = /^(\d{4})(?:[-/]|-?M|MM)(\d{1,2})$/i.exec(text);
  if (m) {
    const month = Number(m[2]);
    if (month < 1 || month > 12) return null;
    return ranked('month', Number(m[1]) * 12 + month - 1);
  }
  m = /^(\d{4})[ -](\p{L}+\.?)$|^(\p{L}+\.?)[ -](\d{4})$/u.exec(text);
  if (m) {
    const name = (m[2] ?? m[3])!.toLowerCase();
    const month = monthNames.findIndex((names) => names.test(name));
    return month < 0 ? null : ranked('month', Number(m[1] ?? m[4]) * 12 + month);
  }
  m = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/.exec(text);
  if (m) return date(Number(m[1]), Number(m[2]), Number(m[3]));
  m = /^(\d{1,2})-(\d{1,2})-(\d{4})$/.exec(text);
  if (m) return date(Number(m[3]), Number(m[2]), Number(m[1]));
  m = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(text);
  if (m) {
    const zone = m[3] === undefined ? 'Z' : /^[+-]\d{2}$/.test(m[3]) ? `${m[3]}:00` : m[3];
    const at = Date.parse(`${m[1]}T${m[2]}${zone}`);
    if (Number.isNaN(at)) return null;
    return { kind: 'moment', label: new Date(at).toISOString(), order: at };
  }
  m = /^\d{1,9}$/.exec(text);
  if (m) return { kind: 'number', label: String(Number(text)), order: Number(text) };
  return null;
}

type RankedKind = 'year' | 'quarter' | 'month';

const ranked = (kind: RankedKind, order: number): Wave => ({ kind, label: waveLabel(kind, order), order });

/** The label of the moment with this order: years, quarters and months since the year 0. */
export function waveLabel(kind: RankedKind, order: number): string {
  if (kind === 'year') return String(order);
  if (kind === 'quarter') return `${Math.floor(order / 4)}-Q${(order % 4) + 1}`;
  return `${Math.floor(order / 12)}-${pad((order % 12) + 1)}`;
}

function date(year: number, month: number, day: number): Wave | null {
  const at = new Date(Date.UTC(year, month - 1, day));
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) return null;
  return { kind: 'date', label: `${year}-${pad(month)}-${pad(day)}`, order: Math.round(at.getTime() / 86_400_000) };
}
