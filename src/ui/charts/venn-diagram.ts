import { html, type SafeHtml } from '../html.ts';

export interface VennRow {
  /** per set whether the row lies in it */
  readonly inside: readonly boolean[];
  readonly output: '1' | '0' | 'C' | '?';
  /** cases; null where withheld */
  readonly cases: number | null;
}

export interface VennDiagram {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** two to five sets */
  readonly sets: readonly string[];
  readonly rows: readonly VennRow[];
}

interface Ellipse {
  readonly x: number;
  readonly y: number;
  readonly a: number;
  readonly b: number;
  readonly turn: number;
}

const around = (count: number, radius: number, start: number): Ellipse[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = start + (2 * Math.PI * i) / count;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), a: 0.85, b: 0.85, turn: 0 };
  });
const quarter = Math.PI / 4;

/** Curves of which every combination of sets has a region of its own; for five sets those of Grünbaum 1975. */
const shapes: Readonly<Record<number, readonly Ellipse[]>> = {
  2: around(2, 0.5, Math.PI),
  3: around(3, 0.5, -Math.PI / 2),
  4: [
    { x: -0.3, y: 0.3, a: 1, b: 0.6, turn: quarter },
    { x: 0, y: 0, a: 1, b: 0.6, turn: quarter },
    { x: 0, y: 0, a: 1, b: 0.6, turn: -quarter },
    { x: 0.3, y: 0.3, a: 1, b: 0.6, turn: -quarter },
  ],
  5: Array.from({ length: 5 }, (_, i) => {
    const turn = (2 * Math.PI * i) / 5 - Math.PI / 2;
    const [dx, dy] = [0.237, 0.08];
    return {
      x: dx * Math.cos(turn) - dy * Math.sin(turn),
      y: dx * Math.sin(turn) + dy * Math.cos(turn),
      a: 1,
      b: 0.57,
      turn,
    };
  }),
};

const scale = 170;
const width = 620;
const height = 470;
const reach = 1.75;
const steps = 141;

/** How far along the ellipse's own radius a point lies: 1 on the curve. */
function radiusOf({ x, y, a, b, turn }: Ellipse, px: number, py: number): number {
  const u = (px - x) * Math.cos(turn) + (py - y) * Math.sin(turn);
  const v = -(px - x) * Math.sin(turn) + (py - y) * Math.cos(turn);
  return Math.hypot(u / a, v / b);
}

/** For each region the point of a grid that lies deepest in it, by the sets it lies in (bit i = set i). */
function middles(ellipses: readonly Ellipse[]): ReadonlyMap<number, readonly [number, number]> {
  const depths = new Map<number, number>();
  const points = new Map<number, readonly [number, number]>();
  for (let row = 0; row < steps; row++)
    for (let column = 0; column < steps; column++) {
      const x = -reach + (2 * reach * column) / (steps - 1);
      const y = -reach + (2 * reach * row) / (steps - 1);
      let region = 0;
      let depth = Number.POSITIVE_INFINITY;
      ellipses.forEach((ellipse, i) => {
        const radius = radiusOf(ellipse, x, y);
        if (radius < 1) region |= 1 << i;
        depth = Math.min(depth, Math.abs(radius - 1) * ellipse.b);
      });
      if (region === 0 || depth <= (depths.get(region) ?? 0)) continue;
      depths.set(region, depth);
      points.set(region, [x, y]);
    }
  // What lies in no set is told at the lower left.
  return points.set(0, [-1.5, 1.2]);
}

const place = (value: number, middle: number): string => (value * scale + middle).toFixed(1);

/**
 * A Venn diagram of a truth table: each region is a configuration, with the number of its cases on a mark that says its
 * output: filled 1, empty 0, half C; no mark for a remainder.
 */
export function vennDiagram({ id, title, description, sets, rows }: VennDiagram): SafeHtml | null {
  const ellipses = shapes[sets.length];
  if (ellipses === undefined) return null;
  const points = middles(ellipses);
  const [left, top] = [width / 2, height / 2];
  return html`<svg class="chart chart--wide" role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
${ellipses.map(
  ({ x, y, a, b, turn }) =>
    html`<ellipse class="venn-set" cx="${place(x, left)}" cy="${place(y, top)}" rx="${(a * scale).toFixed(1)}" ry="${(b * scale).toFixed(1)}" transform="rotate(${((turn * 180) / Math.PI).toFixed(1)} ${place(x, left)} ${place(y, top)})"/>`,
)}
${ellipses.map((ellipse, i) => label(ellipse, sets[i]!, left, top))}
${rows.map((row) => {
  const region = row.inside.reduce((bits, inside, i) => (inside ? bits | (1 << i) : bits), 0);
  const [x, y] = points.get(region)!;
  const at = [place(x, left), place(y, top)] as const;
  return html`<g class="venn-row">${row.output !== '?' && html`<circle class="venn-mark venn-mark--${row.output}" cx="${at[0]}" cy="${at[1]}" r="9.5"/>`}<text class="venn-count venn-count--${row.output === '1' ? 'on' : 'off'}" x="${at[0]}" y="${at[1]}" text-anchor="middle" dominant-baseline="central">${row.cases ?? '·'}</text></g>`;
})}
</svg>`;
}

/** The name of a set stands outside, where its curve is farthest from the middle. */
function label({ x, y, a, turn }: Ellipse, name: string, left: number, top: number): SafeHtml {
  const out = a === 0.85 ? [x, y] : [Math.cos(turn), Math.sin(turn)];
  const size = Math.hypot(out[0]!, out[1]!) || 1;
  const upwards = a !== 0.85 && out[1]! > 0 ? -1 : 1;
  const reachOut = a + 0.12;
  const tx = x + upwards * (out[0]! / size) * reachOut;
  const ty = y + upwards * (out[1]! / size) * reachOut;
  const anchor = tx < -0.3 ? 'end' : tx > 0.3 ? 'start' : 'middle';
  return html`<text class="venn-name" x="${place(tx, left)}" y="${place(ty, top)}" text-anchor="${anchor}">${name}</text>`;
}
