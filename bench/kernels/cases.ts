/** The tasks of this suite; every variant does the same from the same numbers. */
export type Task =
  | { readonly kind: 'peak' }
  | { readonly kind: 'gemm'; readonly n: number }
  | { readonly kind: 'gram-weighted'; readonly n: number; readonly p: number }
  /** p columns and an intercept, five Newton steps from 0 */
  | { readonly kind: 'irls'; readonly n: number; readonly p: number }
  | { readonly kind: 'distances'; readonly n: number; readonly m: number; readonly p: number }
  | { readonly kind: 'cholesky-solve'; readonly n: number };

export const newtonSteps = 5;

const gemm = [64, 128, 256, 512, 1024].map((n) => ({ id: `gemm-${n}`, task: { kind: 'gemm', n } as const }));
const gram = (
  [
    ['1e5', 1e5, 10],
    ['1e5', 1e5, 50],
    ['1e6', 1e6, 10],
    ['1e6', 1e6, 20],
    ['1e6', 1e6, 50],
  ] as const
).map(([name, n, p]) => ({ id: `gram-weighted-${name}x${p}`, task: { kind: 'gram-weighted', n, p } as const }));
const irls = (
  [
    ['1e5', 1e5, 10],
    ['1e6', 1e6, 10],
    ['1e6', 1e6, 20],
  ] as const
).map(([name, n, p]) => ({ id: `irls-${name}x${p}`, task: { kind: 'irls', n, p } as const }));
const distances = [5, 20].map((p) => ({
  id: `distances-2000x2000x${p}`,
  task: { kind: 'distances', n: 2000, m: 2000, p } as const,
}));
const cholesky = [10, 50, 200, 500, 1000].map((n) => ({
  id: `cholesky-solve-${n}`,
  task: { kind: 'cholesky-solve', n } as const,
}));

export const kernelCases: readonly { readonly id: string; readonly task: Task }[] = [
  { id: 'peak', task: { kind: 'peak' } },
  ...gemm,
  ...gram,
  ...irls,
  ...distances,
  ...cholesky,
];

/** Floating-point operations that the task needs (not those that a variant happens to do); exp counts as 20. */
export function flopsOf(task: Task): number {
  switch (task.kind) {
    case 'peak':
      return 40 * peakRounds;
    case 'gemm':
      return 2 * task.n ** 3;
    case 'gram-weighted':
      return task.n * task.p * (task.p + 2);
    case 'irls':
      return newtonSteps * task.n * ((task.p + 1) * (task.p + 6) + 30);
    case 'distances':
      return 3 * task.n * task.m * task.p;
    case 'cholesky-solve':
      return task.n ** 3 / 3 + 2 * task.n ** 2;
  }
}

export const peakRounds = 100_000;
