import { CholeskyDecomposition, Matrix, solve } from 'ml-matrix';
import { flopsOf, newtonSteps, type Task } from '../cases.ts';
import { hashedNumbers, positiveDefinite, probe, responses, withIntercept } from '../inputs.ts';
import { type Prepared, warmUpsFor } from '../prepared.ts';

function dense(rows: number, cols: number, values: Float64Array): Matrix {
  return Matrix.from1DArray(rows, cols, values as unknown as number[]);
}

/** Rows of x times w; a new matrix, as a user of the library would. */
function weighted(x: Matrix, w: ArrayLike<number>): Matrix {
  const out = x.clone();
  for (let i = 0; i < x.rows; i++) out.mulRow(i, w[i]!);
  return out;
}

export async function prepare(task: Task): Promise<Prepared | null> {
  const common = { warmUps: Math.min(200, warmUpsFor(8 * flopsOf(task))), detail: { dtype: 'float64' } };
  switch (task.kind) {
    case 'gemm': {
      const { n } = task;
      const [a, b] = [dense(n, n, hashedNumbers(1, n * n)), dense(n, n, hashedNumbers(2, n * n))];
      let c = a;
      return {
        ...common,
        run: () => {
          c = a.mmul(b);
        },
        probe: () => probe(c.to1DArray()),
      };
    }
    case 'gram-weighted': {
      const { n, p } = task;
      const x = dense(n, p, hashedNumbers(1, n * p));
      const w = hashedNumbers(2, n).map((v) => v + 1);
      let g = x;
      return {
        ...common,
        run: () => {
          g = x.transpose().mmul(weighted(x, w));
        },
        probe: () => probe(g.to1DArray()),
      };
    }
    case 'irls': {
      const p = task.p + 1;
      const x = dense(task.n, p, withIntercept(task.n, task.p));
      const y = responses(task.n, task.p);
      let beta = Matrix.zeros(p, 1);
      const run = () => {
        beta = Matrix.zeros(p, 1);
        for (let step = 0; step < newtonSteps; step++) {
          const eta = x.mmul(beta);
          const [w, residual] = [new Float64Array(task.n), Matrix.zeros(task.n, 1)];
          for (let i = 0; i < task.n; i++) {
            const mu = 1 / (1 + Math.exp(-eta.get(i, 0)));
            w[i] = mu * (1 - mu);
            residual.set(i, 0, y[i]! - mu);
          }
          const transposed = x.transpose();
          // Its Cholesky decomposition asks for exact symmetry, which rounding breaks: LU.
          const solved = solve(transposed.mmul(weighted(x, w)), transposed.mmul(residual));
          beta = Matrix.add(beta, solved);
        }
      };
      return { ...common, run, probe: () => beta.to1DArray() };
    }
    case 'distances': {
      const { n, m, p } = task;
      const [x, y] = [dense(n, p, hashedNumbers(1, n * p)), dense(m, p, hashedNumbers(2, m * p))];
      let d = x;
      const run = () => {
        d = x.mmul(y.transpose()).mul(-2);
        const [xx, yy] = [Matrix.mul(x, x).sum('row'), Matrix.mul(y, y).sum('row')];
        d.addColumnVector(xx).addRowVector(yy);
      };
      return { ...common, run, probe: () => probe(d.to1DArray()) };
    }
    case 'cholesky-solve': {
      const { n } = task;
      const [a, b] = [dense(n, n, positiveDefinite(n)), dense(n, 1, hashedNumbers(3, n))];
      let x = b;
      return {
        ...common,
        run: () => {
          x = new CholeskyDecomposition(a).solve(b);
        },
        probe: () => probe(x.to1DArray()),
      };
    }
    case 'peak':
      return null;
  }
}
