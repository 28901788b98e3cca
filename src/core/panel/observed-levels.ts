import type { Column } from './columns.ts';

/** A coded column without the levels that no row has: they would be columns of zeros in a model. Numbers stay as they are. */
export function observedLevels(column: Column): Column {
  if (column.type === 'number') return column;
  const used = new Set(column.codes);
  const kept = column.levels.map((_, code) => code).filter((code) => used.has(code));
  const place = new Map(kept.map((code, at) => [code, at]));
  return {
    ...column,
    levels: kept.map((code) => column.levels[code]!),
    codes: column.codes.map((code) => place.get(code) ?? -1),
  };
}
