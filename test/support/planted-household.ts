import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A household that stands out: an id and a value that occur nowhere else. */
export const planted = { household: 'HX-7391-planted', value: 'purple-windmill-4471' } as const;

/**
 * A file of 30 households in two months and, where asked for, the planted one, which alone has a row in the month between. Some
 * values are suppressed.
 */
export function streetFile(gasOffset: number, withPlanted: boolean): string {
  const lines = ['household,month,gas,heating'];
  for (let h = 0; h < 30; h++) {
    for (const month of ['2024-01', '2024-03']) {
      const gas = h % 7 === 3 ? '.' : String(gasOffset + h * 2.5);
      lines.push(`H${String(h).padStart(2, '0')},${month},${gas},${h % 3 === 0 ? 'boiler' : 'district'}`);
    }
    if (withPlanted && h === 11) {
      for (const month of ['2024-01', '2024-02', '2024-03']) {
        lines.push(`${planted.household},${month},9876.5,${planted.value}`);
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Files below a folder in which one of the texts occurs as bytes, with that text. */
export async function occurrences(folder: string, texts: readonly string[]): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const bytes = await readFile(join(entry.parentPath, entry.name));
    for (const text of texts) if (bytes.includes(text)) found.push(`${entry.name}: ${text}`);
  }
  return found;
}
