/** Seeded households: the generator of the peers' timings (counter-based mulberry32), and shapes that are hard to match. */
const seed = 20240501;

/** u(k) of row and slot, in [0, 1). */
function uniform(row: number, slot: number): number {
  let state = (seed + (row * 64 + slot + 1) * 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 4294967296;
}

const normalish = (row: number, slot: number): number =>
  (uniform(row, slot) + uniform(row, slot + 1) + uniform(row, slot + 2) + uniform(row, slot + 3) - 2) *
  1.7320508075688772;

export interface Households {
  readonly n: number;
  /** ten columns */
  readonly columns: readonly Float64Array[];
  readonly treated: Uint8Array;
  /** the true linear predictor of the treatment */
  readonly predictor: Float64Array;
}

/** n households with ten covariates, a fifth of them treated. */
export function households(n: number): Households {
  const columns = Array.from({ length: 10 }, () => new Float64Array(n));
  const treated = new Uint8Array(n);
  const predictor = new Float64Array(n);
  const slopes = [0.4, -0.3, 0.25, 0.2, -0.15, 0.1, 0.5, -0.4, 0.1, 0.1];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < 6; j++) columns[j]![i] = normalish(i, 4 * j);
    columns[6]![i] = uniform(i, 24) < 0.5 ? 1 : 0;
    columns[7]![i] = uniform(i, 25) < 0.3 ? 1 : 0;
    columns[8]![i] = Math.floor(5 * uniform(i, 26));
    columns[9]![i] = normalish(i, 28) ** 2;
    let eta = -1.95;
    for (let j = 0; j < 10; j++) eta += slopes[j]! * columns[j]![i]!;
    predictor[i] = eta;
    treated[i] = uniform(i, 32) < 1 / (1 + Math.exp(-eta)) ? 1 : 0;
  }
  return { n, columns, treated, predictor };
}

export interface Scores {
  readonly score: Float64Array;
  readonly isFocal: Uint8Array;
}

/** Scores by shape. `confounded`: treated have mostly high scores; `block`: treated fill the middle; `cells`: 24 values. */
export const shapes = {
  friendly: (n: number): Scores => {
    const { predictor, treated } = households(n);
    return { score: predictor.map((eta) => 1 / (1 + Math.exp(-eta))), isFocal: treated };
  },
  confounded: (n: number): Scores => {
    const score = Float64Array.from({ length: n }, (_, i) => normalish(i, 0));
    return {
      score,
      isFocal: Uint8Array.from(score, (x, i) => (uniform(i, 40) < 1 / (1 + Math.exp(0.8 - 4 * x)) ? 1 : 0)),
    };
  },
  block: (n: number): Scores => {
    const score = Float64Array.from({ length: n }, (_, i) => uniform(i, 0));
    return { score, isFocal: Uint8Array.from(score, (x) => (x > 0.4 && x < 0.6 ? 1 : 0)) };
  },
  cells: (n: number): Scores => {
    const score = Float64Array.from({ length: n }, (_, i) => Math.floor(24 * uniform(i, 0)) / 24);
    return { score, isFocal: Uint8Array.from(score, (x, i) => (uniform(i, 40) < 0.1 + 0.2 * x ? 1 : 0)) };
  },
} as const;

export type Shape = keyof typeof shapes;
