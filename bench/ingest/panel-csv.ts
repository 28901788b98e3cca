import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const seed = 20_260_101;
const wavesPerHousehold = 50;
const dwellings = ['terraced', 'detached', 'flat', 'corner'];
const tenures = ['owner', 'social-rent', 'private-rent'];

/**
 * A household panel of n rows and 9 columns as CSV, made from the seed once and kept in the folder for temporary files:
 * household, neighbourhood, month, three KPIs (2 % empty in two of them), three attributes.
 */
export async function panelCsv(n: number, log: (text: string) => void): Promise<string> {
  const folder = join(tmpdir(), 'samenwijs-bench');
  const path = join(folder, `panel-${seed}-${n}.csv`);
  if (existsSync(path)) return path;
  log(`making ${path} …`);
  await mkdir(folder, { recursive: true });
  const draft = `${path}.${process.pid}`;
  const out = createWriteStream(draft);
  let state = seed;
  // mulberry32: every number from the one before, the same everywhere
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  let text = 'household,neighbourhood,month,gas,electricity,comfort,dwelling,built,tenure\n';
  let attributes = '';
  let home = '';
  for (let i = 0; i < n; i++) {
    const wave = i % wavesPerHousehold;
    if (wave === 0) {
      const household = String(Math.floor(i / wavesPerHousehold)).padStart(7, '0');
      home = `H${household},BU${String(Math.floor(random() * 400)).padStart(8, '0')}`;
      const built = 1900 + Math.floor(random() * 120);
      attributes = `${dwellings[Math.floor(random() * 4)]},${built},${tenures[Math.floor(random() * 3)]}`;
    }
    const month = `${2020 + Math.floor(wave / 12)}-${String((wave % 12) + 1).padStart(2, '0')}`;
    const gas = random() < 0.02 ? '' : (80 + 40 * Math.sin(wave % 12) + random() * 100).toFixed(2);
    const electricity = random() < 0.02 ? '' : String(Math.floor(random() * 600));
    const comfort = (Math.floor(random() * 70) / 10).toFixed(1);
    text += `${home},${month},${gas},${electricity},${comfort},${attributes}\n`;
    if (text.length > 1 << 20) {
      if (!out.write(text)) await once(out, 'drain');
      text = '';
    }
  }
  out.end(text);
  await once(out, 'finish');
  await rename(draft, path);
  return path;
}
