import type { PlannedKeys, Wave } from '../app/file-formats.ts';
import { inferType } from './infer-type.ts';
import { parseWave } from './parse-wave.ts';

/** A key before it is known what its units are. */
export type ChosenKeys = Omit<PlannedKeys, 'unitKind'>;

export const householdName = /^(household|huishouden|huishoud|respondent|member|lid)(_?(id|code|nr|nummer|number))?$/;
const unitName = /^(id|unit|unit_id|case|case_id|code)$/;
export const placeName =
  /^(neighbou?rhood|buurt|wijk|district|gemeente|municipality|region|regio|gwb)(_?(id|code|nr|nummer|number))?$|^(regio|gwb)_?code(_.*)?$/;
export const collectiveName = /^(collective|collectief|cooperative|cooperatie|co_operatie)(_?(id|code))?$/;
const waveName =
  /^(wave|golf|meting|ronde|round|period|perioden?|month|maand|quarter|kwartaal|year|jaar|date|datum|time|tijd|timestamp)$/;
const variableName = /^(variable|variabele|kpi|indicator|measure|maat|onderwerp)$/;
const valueName = /^(value|waarde|amount|aantal|score)$/;

/** What is known before choosing: positions that were asked for, and a sample of texts by column. */
export interface KeyQuestion {
  readonly asked: {
    readonly unit: readonly number[];
    readonly wave: number | null;
    readonly collective: number | null;
    readonly variable: number | null;
    readonly value: number | null;
    readonly layout: 'wide' | 'long' | null;
  };
  /** names in lower case, other characters than letters and digits as `_` */
  readonly names: readonly string[];
  readonly sample: readonly (readonly string[])[];
  readonly decimal: '.' | ',';
}

/** A name as the patterns above expect it. */
export const plainName = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '');

/**
 * The columns that may make up the key, best first. Names that say so come first; a column that merely happens to be
 * unique (with a wave) is an uncertain choice; last resorts are a time series of one unit, and numbered rows.
 */
export function chooseKeys(question: KeyQuestion): ChosenKeys[] {
  const { asked, names } = question;
  const waves = asked.wave !== null ? [asked.wave] : names.flatMap((_, j) => (isNamedWave(question, j) ? [j] : []));
  const likely = asked.wave !== null || waves.length > 0 ? waves : likelyWaves(question);
  const firstNamed = names.findIndex((name) => collectiveName.test(name));
  const collective = asked.collective ?? (firstNamed < 0 ? null : firstNamed);
  const found: ChosenKeys[] = [];
  const add = (unit: readonly number[], wave: number | null, certain: boolean, long: PlannedKeys['long'] = null) => {
    found.push({
      unit,
      wave,
      collective: unit[0] === collective && unit.length === 1 ? null : collective,
      long,
      certain,
    });
  };
  const constantWave = waves.find((wave) => isOneWave(question, wave)) ?? null;
  const wantsLong = asked.layout === 'long' || asked.variable !== null || asked.value !== null;

  const strong =
    asked.unit.length > 0
      ? [asked.unit]
      : [householdName, unitName, placeName].flatMap((pattern) =>
          names.flatMap((name, j) => (pattern.test(name) && !likely.includes(j) ? [[j]] : [])),
        );
  if (!wantsLong) {
    for (const unit of strong) {
      if (asked.wave !== null) {
        if (asked.unit.length > 0 || isUnique(question, [...unit, asked.wave])) add(unit, asked.wave, true);
      } else if (isUnique(question, unit)) add(unit, constantWave, true);
      else for (const wave of likely) if (isUnique(question, [...unit, wave])) add(unit, wave, true);
    }
  }
  if (found.length === 0 && asked.layout !== 'wide') {
    for (const unit of strong) {
      for (const wave of likely.length > 0 ? likely : [null]) {
        const long = longForm(question, unit, wave, wantsLong);
        if (long !== null) add(unit, wave, true, long);
      }
    }
  }
  if (found.length === 0 && strong.length > 0) add(strong[0]!, likely[0] ?? null, true);
  if (found.length > 0 && found[0]!.certain && (asked.unit.length > 0 || strong.length > 0)) return found;
  addWeak(question, waves, add);
  return found;
}

function addWeak(
  question: KeyQuestion,
  waves: readonly number[],
  add: (unit: readonly number[], wave: number | null, certain: boolean) => void,
): void {
  const others = question.names.flatMap((_, j) => (waves.includes(j) ? [] : [j]));
  const looksLikeId = (j: number) => inferType(texts(question, j), question.decimal) !== 'number';
  for (const wave of waves) {
    if (isUnique(question, [wave])) continue;
    for (const unit of others) {
      const repeats = !isUnique(question, [unit]);
      if (repeats && looksLikeId(unit) && isUnique(question, [unit, wave])) add([unit], wave, false);
    }
  }
  for (const unit of others)
    if (/_id$/.test(question.names[unit]!) && isUnique(question, [unit])) add([unit], null, false);
  const single = waves.find((wave) => isUnique(question, [wave]));
  if (single !== undefined) add([], single, false);
  add([], null, true);
}

/** The two columns of the long form, where what is left beside the key is one of names and one of values. */
function longForm(
  question: KeyQuestion,
  unit: readonly number[],
  wave: number | null,
  asked: boolean,
): PlannedKeys['long'] {
  const { names } = question;
  const keys = [...unit, ...(wave === null ? [] : [wave])];
  const left = names.flatMap((_, j) => (keys.includes(j) ? [] : [j]));
  const isText = (j: number) =>
    inferType(texts(question, j), question.decimal) === 'code' &&
    !waveName.test(names[j]!) &&
    !isMostlyWaves(question, j);
  const pick = (named: RegExp, suits: (j: number) => boolean): number | null =>
    left.find((j) => named.test(names[j]!)) ?? left.find(suits) ?? null;
  const variable = question.asked.variable ?? pick(variableName, isText);
  const value = question.asked.value ?? pick(valueName, (j) => j !== variable && !isText(j)) ?? null;
  if (variable === null || value === null || variable === value) return null;
  if (asked) return { variable, value };
  return left.length === 2 && isUnique(question, [...keys, variable]) ? { variable, value } : null;
}

const texts = (question: KeyQuestion, j: number): readonly string[] =>
  question.sample.map((record) => (record[j] ?? '').trim());

function isUnique(question: KeyQuestion, positions: readonly number[]): boolean {
  const seen = new Set<string>();
  for (const record of question.sample) {
    const key = JSON.stringify(positions.map((j) => (record[j] ?? '').trim()));
    if (seen.has(key)) return false;
    seen.add(key);
  }
  return true;
}

/** Whether all waves of a column that can be read are the same one; what cannot be read becomes an error later. */
function isOneWave(question: KeyQuestion, j: number): boolean {
  const labels = texts(question, j).flatMap((text) => parseWave(text)?.label ?? []);
  return new Set(labels).size <= 1;
}

/** More than half of the texts that are there are moments: the others count as errors, not as another kind of column. */
function isMostlyWaves(question: KeyQuestion, j: number, suits: (kind: Wave['kind']) => boolean = () => true): boolean {
  const written = texts(question, j).filter((text) => text !== '');
  const read = written.filter((text) => {
    const wave = parseWave(text);
    return wave !== null && suits(wave.kind);
  });
  return read.length * 2 > written.length;
}

/** A column named like a wave most of whose texts are moments. */
const isNamedWave = (question: KeyQuestion, j: number): boolean =>
  waveName.test(question.names[j]!) && isMostlyWaves(question, j);

/**
 * Where no column is plainly the wave: those named like one whose texts are no numbers (unreadable moments), then those
 * whose texts are moments that can be nothing else; a year or a whole number may be any count.
 */
function likelyWaves(question: KeyQuestion): number[] {
  const positions = question.names.map((_, j) => j);
  const named = positions.filter(
    (j) => waveName.test(question.names[j]!) && inferType(texts(question, j), question.decimal) === 'code',
  );
  const dated = positions.filter((j) => isMostlyWaves(question, j, (kind) => kind !== 'year' && kind !== 'number'));
  return [...named, ...dated.filter((j) => !named.includes(j))];
}
