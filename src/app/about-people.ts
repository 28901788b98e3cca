import type { UnitKind } from './panels.ts';

/** Units of a panel that are people or homes; of unknown units we assume so. */
export const isAboutPeople = (unitKind: UnitKind): boolean => unitKind === 'household' || unitKind === 'other';
