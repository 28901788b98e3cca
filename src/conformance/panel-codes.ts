import type { CaseTable } from './case-table.ts';

/** A column of units or periods as codes that rank its values: numbers by size, other texts by code unit. */
export function panelCodes(
  table: CaseTable,
  column: string,
): { readonly codes: Uint32Array; readonly labels: readonly string[] } {
  const cells = table.text(column);
  const labels = [...new Set(cells)];
  const isNumeric = labels.every((label) => label.trim() !== '' && Number.isFinite(Number(label)));
  labels.sort((a, b) => (isNumeric ? Number(a) - Number(b) : a < b ? -1 : 1));
  const place = new Map(labels.map((label, code) => [label, code]));
  return { codes: Uint32Array.from(cells, (cell) => place.get(cell)!), labels };
}
