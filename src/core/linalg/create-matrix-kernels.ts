import { CoreError } from '../errors.ts';
import { choleskyDowndate, choleskyUpdate } from './cholesky.ts';
import { singularValues, symmetricEigen } from './decompositions.ts';
import type { KernelEngine } from './kernel-engine.ts';
import { leastSquares } from './least-squares.ts';
import type { Matrix } from './matrix.ts';
import type { MatrixKernels } from './matrix-kernels.ts';

type Inputs = Readonly<Record<string, Float64Array>>;

/** Puts the checks of `MatrixKernels` around an engine that assumes checked input. */
export function createMatrixKernels(engine: KernelEngine): MatrixKernels {
  return Object.freeze({
    variant: engine.variant,
    threads: engine.threads,
    allocate(length) {
      if (!(Number.isSafeInteger(length) && length >= 0))
        throw new CoreError(
          'invalid-argument',
          `A buffer of ${length} numbers was asked for; give a whole number from 0 up.`,
          {
            length,
          },
        );
      return engine.allocate(length);
    },
    release: (buffer) => engine.release(buffer),

    gemm(a, b, out, { transposeA = false, transposeB = false, alpha = 1, accumulate = false } = {}) {
      for (const [name, m] of Object.entries({ a, b, out })) checkMatrix(name, m);
      const [m, k] = transposeA ? [a.cols, a.rows] : [a.rows, a.cols];
      const [inner, n] = transposeB ? [b.cols, b.rows] : [b.rows, b.cols];
      expectSize('inner size of b', inner, k);
      expectSize('rows of out', out.rows, m);
      expectSize('cols of out', out.cols, n);
      if (!engine.gemm(m, n, k, alpha, a.values, transposeA, b.values, transposeB, accumulate, out.values))
        nonFinite('gemm', { a: a.values, b: b.values });
    },
    gemv(a, x, out, { transpose = false, alpha = 1, accumulate = false } = {}) {
      checkMatrix('a', a);
      const [m, k] = transpose ? [a.cols, a.rows] : [a.rows, a.cols];
      expectSize('length of x', x.length, k);
      expectSize('length of out', out.length, m);
      if (!engine.gemm(m, 1, k, alpha, a.values, transpose, x, false, accumulate, out))
        nonFinite('gemv', { a: a.values, x });
    },
    syrk(a, out, { transpose = false, alpha = 1, accumulate = false } = {}) {
      checkMatrix('a', a);
      const [n, k] = transpose ? [a.cols, a.rows] : [a.rows, a.cols];
      checkSquare('out', out, n);
      if (!engine.syrk(n, k, alpha, a.values, transpose, accumulate, out.values)) nonFinite('syrk', { a: a.values });
    },
    gram(x, weights, outGram, cross) {
      checkMatrix('x', x);
      if (weights !== null) expectSize('length of weights', weights.length, x.rows);
      checkSquare('outGram', outGram, x.cols);
      if (cross !== undefined) {
        expectSize('length of z', cross.z.length, x.rows);
        expectSize('length of out', cross.out.length, x.cols);
      }
      if (!engine.gram(x.rows, x.cols, x.values, weights, cross?.z ?? null, outGram.values, cross?.out ?? null))
        nonFinite('gram', { x: x.values, ...(weights && { weights }), ...(cross && { z: cross.z }) });
    },

    choleskyFactor(a, out) {
      checkSquare('a', a, a.rows);
      checkSquare('out', out, a.rows);
      const diagonal = Float64Array.from({ length: a.rows }, (_, i) => a.values[i * a.rows + i]!);
      const lowerIsFinite = a.values === out.values ? isLowerFinite(a) : true;
      const column = engine.choleskyFactor(a.rows, a.values, out.values);
      if (column < 0) return;
      if (!lowerIsFinite) throw nonFiniteInput('choleskyFactor', 'a', -1, Number.NaN);
      if (a.values !== out.values) findNonFinite('choleskyFactor', { a: a.values });
      throw new CoreError(
        'singular-matrix',
        `Column ${column} of ${a.rows} (diagonal ${diagonal[column]}) is, to working precision, a combination of the columns before it, or the matrix is not positive definite. Leave that column out, rescale, or use least squares by QR.`,
        { column, diagonal: diagonal[column], order: a.rows },
      );
    },
    choleskySolve(l, b, out) {
      checkSquare('l', l, l.rows);
      checkSolve(l, b, out);
      const forwards = engine.triangularSolve(l.rows, b.cols, l.values, true, false, b.values, out.values);
      if (!engine.triangularSolve(l.rows, b.cols, l.values, true, true, out.values, out.values) || !forwards)
        nonFinite('choleskySolve', { l: l.values, ...(b.values !== out.values && { b: b.values }) });
    },
    choleskyInverse(l, out) {
      checkSquare('l', l, l.rows);
      checkSquare('out', out, l.rows);
      if (!engine.choleskyInverse(l.rows, l.values, out.values)) nonFinite('choleskyInverse', { l: l.values });
    },
    choleskyInverseDiagonal(l, out) {
      checkSquare('l', l, l.rows);
      expectSize('length of out', out.length, l.rows);
      if (!engine.choleskyInverseDiagonal(l.rows, l.values, out)) nonFinite('choleskyInverseDiagonal', { l: l.values });
    },
    choleskyUpdate(l, v) {
      checkSquare('l', l, l.rows);
      expectSize('length of v', v.length, l.rows);
      findNonFinite('choleskyUpdate', { l: l.values, v });
      if (!choleskyUpdate(l.rows, l.values, v.slice())) nonFinite('choleskyUpdate', {});
    },
    choleskyDowndate(l, v) {
      checkSquare('l', l, l.rows);
      expectSize('length of v', v.length, l.rows);
      findNonFinite('choleskyDowndate', { l: l.values, v });
      const changed = l.values.slice();
      const column = choleskyDowndate(l.rows, changed, v.slice());
      if (column >= 0)
        throw new CoreError(
          'singular-matrix',
          `A - v v' is not positive definite from column ${column} of ${l.rows} on; take away only what was added before, or factor again.`,
          { column, order: l.rows },
        );
      l.values.set(changed);
    },
    triangularSolve(t, b, out, { triangle, transpose = false }) {
      checkSquare('t', t, t.rows);
      checkSolve(t, b, out);
      for (let i = 0; i < t.rows; i++)
        if (t.values[i * t.rows + i] === 0)
          throw new CoreError(
            'singular-matrix',
            `Element ${i} of the diagonal is 0; a triangular system needs every one of its ${t.rows} diagonal elements.`,
            {
              column: i,
              order: t.rows,
            },
          );
      if (!engine.triangularSolve(t.rows, b.cols, t.values, triangle === 'lower', transpose, b.values, out.values))
        nonFinite('triangularSolve', { t: t.values, ...(b.values !== out.values && { b: b.values }) });
    },

    leastSquares(x, y, weights, tolerance) {
      checkMatrix('x', x);
      expectSize('length of y', y.length, x.rows);
      if (weights !== null) expectSize('length of weights', weights.length, x.rows);
      if (!(tolerance > 0 && tolerance < 1))
        throw new CoreError(
          'invalid-argument',
          `The tolerance is ${tolerance}; give a share of a column's length between 0 and 1, such as 1e-7.`,
          {
            tolerance,
          },
        );
      findNonFinite('leastSquares', { x: x.values, y, ...(weights && { weights }) });
      const negative = weights === null ? -1 : weights.findIndex((w) => w < 0);
      if (negative >= 0)
        throw new CoreError(
          'invalid-argument',
          `Weight ${negative} is ${weights?.[negative]}; weights are 0 or more.`,
          { row: negative },
        );
      const fit = leastSquares(engine, x.rows, x.cols, x.values, y, weights, tolerance);
      if (!Number.isFinite(fit.residualSumOfSquares) || fit.coefficients.some((b) => !Number.isFinite(b)))
        nonFinite('leastSquares', {});
      return fit;
    },

    columnMoments(x, weights, outMean, outCentredSquares) {
      checkMatrix('x', x);
      if (weights !== null) expectSize('length of weights', weights.length, x.rows);
      expectSize('length of outMean', outMean.length, x.cols);
      expectSize('length of outCentredSquares', outCentredSquares.length, x.cols);
      const noWeight = () =>
        new CoreError(
          'empty-group',
          `Moments of ${x.rows} rows with a sum of weights of 0 do not exist; give at least one row with a positive weight.`,
          {
            rows: x.rows,
          },
        );
      if (x.rows === 0) throw noWeight();
      const { finite, ...sums } = engine.columnMoments(x.rows, x.cols, x.values, weights, outMean, outCentredSquares);
      if (sums.sumOfWeights === 0) throw noWeight();
      if (!finite) nonFinite('columnMoments', { x: x.values, ...(weights && { weights }) });
      return sums;
    },
    standardise(x, centre, scale, out) {
      checkMatrix('x', x);
      checkMatrix('out', out);
      expectSize('length of centre', centre.length, x.cols);
      expectSize('length of scale', scale.length, x.cols);
      expectSize('rows of out', out.rows, x.rows);
      expectSize('cols of out', out.cols, x.cols);
      const column = scale.findIndex((s) => !(s > 0));
      if (column >= 0)
        throw new CoreError(
          'no-variation',
          `The scale of column ${column} is ${scale[column]}; a column without variation cannot be standardised, leave it out.`,
          {
            column,
          },
        );
      if (!engine.standardise(x.rows, x.cols, x.values, centre, scale, out.values))
        nonFinite('standardise', { centre, scale, ...(x.values !== out.values && { x: x.values }) });
    },

    squaredDistances(x, y, out) {
      checkPoints(x, y, out);
      if (!engine.squaredDistances(x.rows, y.rows, x.cols, x.values, y.values, out.values))
        nonFinite('squaredDistances', { x: x.values, y: y.values });
    },
    nearest(x, y, k, outIndices, outDistances) {
      checkMatrix('x', x);
      checkMatrix('y', y);
      expectSize('cols of y', y.cols, x.cols);
      if (!(Number.isInteger(k) && k >= 1 && k <= y.rows))
        throw new CoreError(
          'invalid-argument',
          `${k} nearest of ${y.rows} rows were asked for; ask for 1 to ${y.rows}.`,
          { k, rows: y.rows },
        );
      expectSize('length of outIndices', outIndices.length, x.rows * k);
      expectSize('length of outDistances', outDistances.length, x.rows * k);
      if (!engine.nearest(x.rows, y.rows, x.cols, k, x.values, y.values, outIndices, outDistances))
        nonFinite('nearest', { x: x.values, y: y.values });
    },
    kernelMatrix(x, y, { kind, scale }, out) {
      checkPoints(x, y, out);
      if (!(scale > 0 && scale < Number.POSITIVE_INFINITY))
        throw new CoreError('invalid-argument', `The scale of the kernel is ${scale}; give a finite number above 0.`, {
          scale,
        });
      if (kind === 'linear') {
        if (!engine.gemm(x.rows, y.rows, x.cols, scale, x.values, false, y.values, true, false, out.values))
          nonFinite('kernelMatrix', { x: x.values, y: y.values });
        return;
      }
      if (!engine.squaredDistances(x.rows, y.rows, x.cols, x.values, y.values, out.values))
        nonFinite('kernelMatrix', { x: x.values, y: y.values });
      engine.scale(out.values.length, -scale, out.values, out.values);
      engine.exp(out.values.length, out.values, out.values);
    },

    logisticPass({ x, y, offset, priorWeights }, beta, out, withLogLikelihood) {
      checkMatrix('x', x);
      const { eta = null, mu = null, workingWeights = null, score, hessian } = out;
      for (const [name, values] of Object.entries({ y, offset, priorWeights, eta, mu, workingWeights }))
        if (values !== null) expectSize(`length of ${name}`, values.length, x.rows);
      expectSize('length of beta', beta.length, x.cols);
      expectSize('length of score', score.length, x.cols);
      checkSquare('hessian', hessian, x.cols);
      const { finite, logLikelihood } = engine.logisticPass({
        n: x.rows,
        p: x.cols,
        x: x.values,
        y,
        beta,
        offset,
        priorWeights,
        eta,
        mu,
        workingWeights,
        score,
        hessian: hessian.values,
        withLogLikelihood,
      });
      if (!finite)
        nonFinite('logisticPass', {
          x: x.values,
          y,
          beta,
          ...(offset && { offset }),
          ...(priorWeights && { priorWeights }),
        });
      return withLogLikelihood ? logLikelihood : null;
    },

    exp: (x, out) => byElement('exp', (n, from, to) => engine.exp(n, from, to), x, out),
    log: (x, out) => byElement('log', (n, from, to) => engine.log(n, from, to), x, out),
    log1p: (x, out) => byElement('log1p', (n, from, to) => engine.log1p(n, from, to), x, out),
    logistic: (x, out) => byElement('logistic', (n, from, to) => engine.logistic(n, from, to), x, out),

    sum(x) {
      const s = engine.sum(x.length, x);
      if (!Number.isFinite(s)) nonFinite('sum', { x });
      return s;
    },
    dot(x, y) {
      expectSize('length of y', y.length, x.length);
      const s = engine.dot(x.length, x, y);
      if (!Number.isFinite(s)) nonFinite('dot', { x, y });
      return s;
    },
    membershipSums(x, y) {
      expectSize('length of y', y.length, x.length);
      const sums = engine.membershipSums(x.length, x, y);
      // Both plain sums are finite only if every element is.
      if (!Number.isFinite(sums.x + sums.y)) nonFinite('membershipSums', { x, y });
      return sums;
    },
    rowMinimum: (x, negated, out) => rowExtreme(engine, x, negated, false, out),
    rowMaximum: (x, negated, out) => rowExtreme(engine, x, negated, true, out),

    singularValues(x) {
      checkMatrix('x', x);
      findNonFinite('singularValues', { x: x.values });
      return singularValues(x);
    },
    symmetricEigen(a) {
      checkSquare('a', a, a.rows);
      findNonFinite('symmetricEigen', { a: a.values });
      return symmetricEigen(a);
    },
  } satisfies MatrixKernels);
}

function byElement(
  name: string,
  apply: (n: number, x: Float64Array, out: Float64Array) => boolean,
  x: Float64Array,
  out: Float64Array,
): void {
  expectSize('length of out', out.length, x.length);
  if (!apply(x.length, x, out)) nonFinite(name, x === out ? {} : { x });
}

function rowExtreme(
  engine: KernelEngine,
  x: Matrix,
  negated: Uint8Array | null,
  largest: boolean,
  out: Float64Array,
): void {
  checkMatrix('x', x);
  if (negated !== null) expectSize('length of negated', negated.length, x.cols);
  expectSize('length of out', out.length, x.rows);
  if (x.cols === 0 && x.rows > 0)
    throw new CoreError(
      'invalid-argument',
      'The smallest or largest of no columns does not exist; give at least one column.',
      {},
    );
  if (!engine.rowExtreme(x.rows, x.cols, x.values, negated, largest, out))
    nonFinite(largest ? 'rowMaximum' : 'rowMinimum', { x: x.values });
}

function expectSize(what: string, received: number, expected: number): void {
  if (received !== expected)
    throw new CoreError(
      'dimension-mismatch',
      `The ${what} is ${received}; ${expected} was expected. Give arrays of matching sizes.`,
      {
        what,
        received,
        expected,
      },
    );
}

function checkMatrix(name: string, m: Matrix): void {
  if (!(Number.isSafeInteger(m.rows) && m.rows >= 0 && Number.isSafeInteger(m.cols) && m.cols >= 0))
    throw new CoreError(
      'dimension-mismatch',
      `Matrix ${name} is said to be ${m.rows} x ${m.cols}; give whole sizes from 0 up.`,
      {
        what: name,
        rows: m.rows,
        cols: m.cols,
      },
    );
  expectSize(`length of the values of ${name} (${m.rows} x ${m.cols})`, m.values.length, m.rows * m.cols);
}

function checkSquare(name: string, m: Matrix, order: number): void {
  expectSize(`rows of ${name}`, m.rows, order);
  expectSize(`cols of ${name}`, m.cols, order);
  checkMatrix(name, m);
}

function checkSolve(t: Matrix, b: Matrix, out: Matrix): void {
  checkMatrix('b', b);
  checkMatrix('out', out);
  expectSize('rows of b', b.rows, t.rows);
  expectSize('rows of out', out.rows, b.rows);
  expectSize('cols of out', out.cols, b.cols);
}

function checkPoints(x: Matrix, y: Matrix, out: Matrix): void {
  for (const [name, m] of Object.entries({ x, y, out })) checkMatrix(name, m);
  expectSize('cols of y', y.cols, x.cols);
  expectSize('rows of out', out.rows, x.rows);
  expectSize('cols of out', out.cols, y.rows);
}

function isLowerFinite(a: Matrix): boolean {
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j <= i; j++) if (!Number.isFinite(a.values[i * a.cols + j])) return false;
  return true;
}

/** Throws for the first input element that is not finite. */
function findNonFinite(operation: string, inputs: Inputs): void {
  for (const [name, values] of Object.entries(inputs))
    for (let i = 0; i < values.length; i++)
      if (!Number.isFinite(values[i])) throw nonFiniteInput(operation, name, i, values[i]!);
}

function nonFiniteInput(operation: string, input: string, index: number, value: number): CoreError {
  const where = index < 0 ? `An element of ${input}` : `Element ${index} of ${input}`;
  return new CoreError(
    'non-finite',
    `${where}, given to ${operation}, is ${value}; every input has to be a finite number. Mark missing values in a mask and leave them out first.`,
    { operation, input, index },
  );
}

/** An output was not finite: blames the input that was not, or else the range of the numbers. */
function nonFinite(operation: string, inputs: Inputs): never {
  findNonFinite(operation, inputs);
  throw new CoreError(
    'non-finite',
    `The result of ${operation} has no finite value: the numbers are too large, or outside the domain of the function. Rescale or check the input.`,
    { operation },
  );
}
