import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvDialect } from '../../src/formats/csv-dialect.ts';
import { detectFormat } from '../../src/formats/detect-format.ts';
import { inferType, isNumber } from '../../src/formats/infer-type.ts';
import { parseWave } from '../../src/formats/parse-wave.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const dialect = (text: string) => csvDialect(bytes(text), true, { delimiter: null, decimal: null });

describe('a wave', () => {
  it.each([
    ['2024', 'year', '2024'],
    ['2024JJ00', 'year', '2024'],
    ['2024-Q3', 'quarter', '2024-Q3'],
    ['2024KW03', 'quarter', '2024-Q3'],
    ['2024-3', 'month', '2024-03'],
    ['2024MM03', 'month', '2024-03'],
    ['maart 2024', 'month', '2024-03'],
    ['March 2024', 'month', '2024-03'],
    ['2024 mrt', 'month', '2024-03'],
    ['Okt. 2024', 'month', '2024-10'],
    ['may-2024', 'month', '2024-05'],
    ['2024-02-29', 'date', '2024-02-29'],
    ['29-2-2024', 'date', '2024-02-29'],
    ['2024-03-01 00:30+01:00', 'moment', '2024-02-29T23:30:00.000Z'],
    ['007', 'number', '7'],
  ])('%s is a %s', (text, kind, label) => {
    expect(parseWave(text)).toMatchObject({ kind, label });
  });

  it.each([
    '2023-02-29',
    '2024-13',
    'lente 2024',
    'sepember 2024',
    'maart',
    '2024-Q5',
    'spring',
    '',
    '31-4-2024',
    '1.5',
  ])('is not "%s"', (text) => {
    expect(parseWave(text)).toBeNull();
  });

  it('orders months as they follow each other, over years too', () => {
    const order = (text: string) => parseWave(text)!.order;
    expect(order('2024-01') - order('2023-12')).toBe(1);
    expect(order('2024-Q1') - order('2023-Q4')).toBe(1);
    expect(order('2024-03-01') - order('2024-02-28')).toBe(2);
  });
});

describe('a number', () => {
  it('is read back from how Dutch and English write it, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.constantFrom('nl', 'en'), (cents, language) => {
        const text = new Intl.NumberFormat(language, { minimumFractionDigits: 2 }).format(cents / 100);
        expect(isNumber(text, language === 'nl' ? ',' : '.')).toBe(true);
      }),
    );
  });

  it.each([
    'NaN',
    'Infinity',
    '1_000',
    '0x1f',
    '1,2,3',
    '1.23.456',
    '12.34,5',
    '',
    '1e',
    '--1',
    '1.5',
  ])('with a decimal comma is not "%s"', (text) => {
    expect(isNumber(text, ',')).toBe(false);
  });
});

describe('the type of a column', () => {
  it.each([
    ['integer', ['1', '2', '', '.']],
    ['number', ['1', '2.5', 'x']],
    ['number', ['', '.']],
    ['number', ['NaN', 'Infinity', '-inf', '3.5']],
    ['number', ['NaN', 'nan']],
    ['code', ['0012', '1234']],
    ['code', ['a', 'b', '1']],
    ['date', ['2024-01-01', '2024-02-01', 'later']],
    ['boolean', ['true', 'False']],
    ['integer', ['1', '2', 'typo']],
  ])('is %s for %j', (type, texts) => {
    expect(inferType(texts, '.')).toBe(type);
  });
});

describe('how a file is written', () => {
  it('shows in its first bytes: Parquet, JSON lines, delimited text', () => {
    expect(['PAR1..', ' \n{"a":1}', '\uFEFF{"a":1}', 'a,b\n', ''].map((text) => detectFormat(bytes(text)))).toEqual([
      'parquet',
      'jsonl',
      'jsonl',
      'csv',
      'csv',
    ]);
  });

  it('is not mistaken where texts hold other delimiters', async () => {
    expect(await dialect('a;b\n"1,2,3";x\n"4,5,6";y\n')).toMatchObject({ delimiter: ';', header: ['a', 'b'] });
    expect(await dialect('a\tb\n1,5\t2,5\n')).toMatchObject({ delimiter: '\t', decimal: ',' });
  });

  it('has the decimal sign that most numbers show; thousands alone leave a doubt', async () => {
    expect(await dialect('a;b\n1.234,5;x\n')).toMatchObject({ decimal: ',', doubtful: null });
    expect(await dialect('a;b\n1,234.5;x\n')).toMatchObject({ decimal: '.', doubtful: null });
    expect(await dialect('a;b\n1.234;0,5\n')).toMatchObject({ decimal: ',', doubtful: null });
    expect(await dialect('a;b\n1.234;7\n')).toMatchObject({ decimal: '.', doubtful: '1.234' });
    expect(await dialect('a;b\n1;7\n')).toMatchObject({ decimal: '.', doubtful: null });
  });
});
