import type { UnitKind } from '../app/panels.ts';
import { collectiveName, householdName, placeName, plainName } from './choose-keys.ts';

const personName =
  /^(person|persoon|bewoner|resident|inwoner|deelnemer|participant|klant|customer|client|adres|address|e_?mail|bsn)(_?(id|code|nr|nummer|number))?$/;
const placeCode = /^(BU|WK|GM|PV|LD|NL)[ _-]?\d{1,10}$/i;

/**
 * What the units of a file are, as far as names and ids show; `other` (protected like households) where they do not show it.
 *
 * Figures of single places and collectives are not withheld from anybody, so both need proof: ids that are CBS codes, or
 * names (not numbers) in a column that says so; and no column that names a household or a person.
 *
 * @param unit positions of the columns that make up the id of a unit
 */
export function inferUnitKind(
  unit: readonly number[],
  names: readonly string[],
  sample: readonly (readonly string[])[],
): UnitKind {
  const plain = names.map(plainName);
  if (unit.some((j) => householdName.test(plain[j]!))) return 'household';
  if (plain.some((name) => householdName.test(name) || personName.test(name))) return 'other';
  const ids = (j: number) => sample.map((record) => (record[j] ?? '').trim()).filter((id) => id !== '');
  const every = (j: number, test: RegExp) => ids(j).length > 0 && ids(j).every((id) => test.test(id));
  const isNamed = (j: number) => every(j, /\p{L}{3}/u);
  if (unit.some((j) => every(j, placeCode) || (placeName.test(plain[j]!) && isNamed(j)))) return 'neighbourhood';
  return unit.some((j) => collectiveName.test(plain[j]!) && isNamed(j)) ? 'collective' : 'other';
}
