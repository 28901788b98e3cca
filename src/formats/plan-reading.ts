import type { ColumnConstraints, PlannedColumn, PlannedKeys, ReadingPlan } from '../app/file-formats.ts';
import type { IngestProblem, IngestRequest, UnitKind, Variable, VariableType } from '../app/panels.ts';
import { inferType } from './infer-type.ts';
import { parseWave } from './parse-wave.ts';
import { numberSymbols, textSymbols } from './status-symbols.ts';

const noConstraints: ColumnConstraints = {
  required: false,
  minimum: null,
  maximum: null,
  allowed: null,
  pattern: null,
};

const householdName = /^(household|huishouden|huishoud|respondent|member|lid)(_?(id|code|nr|nummer|number))?$/;
const unitName = /^(id|unit|unit_id|case|case_id|code)$/;
const placeName =
  /^(neighbou?rhood|buurt|wijk|district|gemeente|municipality|region|regio|gwb)(_?(id|code|nr|nummer|number))?(_.*)?$/;
const waveName =
  /^(wave|golf|meting|ronde|round|period|perioden?|month|maand|quarter|kwartaal|year|jaar|date|datum|time|tijd|timestamp)$/;
const collectiveName = /^(collective|collectief|cooperative|co_?operatie)(_?(id|code))?$/;

/** How a file will be read. See docs/methods/ingestion.md, "What is inferred". */
export function planReading(
  header: readonly string[],
  sample: readonly (readonly string[])[],
  decimal: '.' | ',',
  request: IngestRequest,
): ReadingPlan {
  const errors: IngestProblem[] = [];
  const named = header.map((name) =>
    name
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
      .replaceAll(/^_|_$/g, ''),
  );
  const find = (asked: string | null, what: string): number | null => {
    if (asked === null) return null;
    const at = header.indexOf(asked);
    if (at < 0) {
      errors.push({
        rule: 'unknown-column',
        line: 1,
        column: asked,
        value: null,
        remedy: `The ${what} column "${asked}" is not in the file; it has ${header.map((h) => `"${h}"`).join(', ')}.`,
      });
      return null;
    }
    return at;
  };
  const asked = {
    unit: find(request.unit, 'unit'),
    wave: find(request.wave, 'wave'),
    collective: find(request.collective, 'collective'),
    variable: find(request.variable, 'variable'),
    value: find(request.value, 'value'),
  };
  const texts = header.map((_, j) => sample.map((record) => record[j] ?? ''));
  const columns = header.map((name, position): PlannedColumn => {
    const type = inferType(texts[position]!, decimal);
    return {
      position,
      name,
      variable: inferredVariable(name, type),
      declared: false,
      symbols: type === 'code' ? textSymbols : numberSymbols,
      constraints: noConstraints,
    };
  });
  const collective = asked.collective ?? at(named, collectiveName);
  const waves = asked.wave !== null ? [asked.wave] : waveCandidates(named, texts);
  const keys = candidates(asked, named, texts, waves, collective);
  const first = keys[0]!;
  return { columns, keys, unitKind: request.unitKind ?? unitKindOf(first, named), errors, cautions: [] };
}

const at = (named: readonly string[], pattern: RegExp): number | null => {
  const found = named.findIndex((name) => pattern.test(name));
  return found < 0 ? null : found;
};

function inferredVariable(name: string, type: VariableType): Variable {
  const isNumber = type === 'number' || type === 'integer';
  return {
    name,
    title: null,
    role: type === 'text' ? 'text' : 'attribute',
    type,
    unit: null,
    direction: 'neutral',
    level: isNumber ? 'ratio' : 'nominal',
    codebook: null,
  };
}

function waveCandidates(named: readonly string[], texts: readonly (readonly string[])[]): number[] {
  const found: number[] = [];
  for (const [j, name] of named.entries()) {
    if (!waveName.test(name)) continue;
    const kinds = new Set(texts[j]!.filter((t) => t.trim() !== '').map((t) => parseWave(t)?.kind ?? null));
    if (kinds.size === 1 && !kinds.has(null)) found.push(j);
  }
  return found;
}

function candidates(
  asked: { unit: number | null; wave: number | null; variable: number | null; value: number | null },
  named: readonly string[],
  texts: readonly (readonly string[])[],
  waves: readonly number[],
  collective: number | null,
): PlannedKeys[] {
  const unique = (positions: readonly number[]): boolean => {
    const seen = new Set<string>();
    const rows = texts[0]?.length ?? 0;
    for (let i = 0; i < rows; i++) seen.add(JSON.stringify(positions.map((j) => texts[j]![i]!.trim())));
    return seen.size === rows;
  };
  const isConstant = (j: number): boolean => new Set(texts[j]!.map((t) => t.trim())).size <= 1;
  const found: PlannedKeys[] = [];
  const add = (unit: number | null, wave: number | null, certain: boolean) =>
    found.push({ unit, wave, collective: collective === unit ? null : collective, long: null, certain });

  if (asked.unit !== null) {
    if (asked.wave !== null) add(asked.unit, asked.wave, true);
    else if (unique([asked.unit])) add(asked.unit, waves.find(isConstant) ?? null, true);
    else add(asked.unit, waves[0] ?? null, true);
    return found;
  }
  const strong = [householdName, unitName, placeName].flatMap((pattern) =>
    named.flatMap((name, j) => (pattern.test(name) && !waves.includes(j) ? [j] : [])),
  );
  for (const unit of strong) {
    if (asked.wave === null && unique([unit])) add(unit, waves.find(isConstant) ?? null, true);
    else for (const wave of waves) if (unique([unit, wave])) add(unit, wave, true);
  }
  const others = named.flatMap((_, j) => (strong.includes(j) || waves.includes(j) ? [] : [j]));
  for (const wave of waves)
    for (const unit of others) if (unique([unit, wave]) && !unique([unit])) add(unit, wave, false);
  for (const unit of others) if (/_id$/.test(named[unit]!) && unique([unit])) add(unit, null, false);
  if (found.length === 0 && strong.length > 0) add(strong[0]!, waves[0] ?? null, true);
  const single = waves.find((wave) => unique([wave]));
  if (single !== undefined) add(null, single, false);
  add(null, null, true);
  return found;
}

function unitKindOf(keys: PlannedKeys, named: readonly string[]): UnitKind {
  if (keys.unit === null) return 'other';
  const name = named[keys.unit]!;
  if (householdName.test(name)) return 'household';
  if (collectiveName.test(name)) return 'collective';
  if (placeName.test(name)) return 'neighbourhood';
  return 'other';
}
