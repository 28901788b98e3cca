import { CoreError } from '../errors.ts';
import { BorrowedBuffers } from '../linalg/borrowed-buffers.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type ColumnScaling, independentColumns } from './independent-columns.ts';
import { evaluateLink, type Link, type LinkValue } from './links.ts';
import { addPenalty, checkPenalty, type Penalty } from './penalty.ts';

export interface BinomialFit {
  readonly link: Link;
  /** names of the columns that were kept, in order, the intercept first */
  readonly names: readonly string[];
  /** columns that depend on earlier ones and were left out */
  readonly collinear: readonly string[];
  readonly coefficients: Float64Array;
  /** inverse expected information (with a ridge penalty: of the penalised fit), kept x kept */
  readonly covariance: Matrix;
  /** n fitted probabilities, strictly between 0 and 1 */
  readonly fitted: Float64Array;
  readonly linearPredictor: Float64Array;
  readonly logLikelihood: number;
  readonly deviance: number;
  readonly nullDeviance: number;
  readonly degreesOfFreedom: number;
  readonly converged: true;
  readonly iterations: number;
  /** largest |gradient of the (penalised) log-likelihood| over the standardised columns, divided by the sum of weights */
  readonly gradientNorm: number;
}

/**
 * Maximum-likelihood regression of a 0/1 response (the propensity score model), fitted to full convergence.
 *
 * @param x       n x p model matrix, column 0 the intercept; finite; read only
 * @param names   p column names
 * @param y       n responses, each 0 or 1, both occurring; read only
 * @param weights n non-negative sampling weights, or null for 1; read only
 * @param link    `logit`, `probit` or `cloglog`
 * @param penalty keeps coefficients finite under separation, which is then not refused; null = maximum likelihood
 * @returns coefficients on the scale of x; new arrays
 * @throws dimension-mismatch, empty-group (one response only), invalid-argument (a response or weight out of range),
 *   separation (details.columns: the columns that predict the response perfectly; no counts, a level may be small),
 *   not-converged
 * Cost: O(n p^2) per iteration, 5 to 8 iterations. Source: McCullagh and Nelder 1989, section 2.5 (Fisher scoring);
 * separation: Albert and Anderson 1984, doi:10.1093/biomet/71.1.1 (the direction in which the likelihood has no
 * maximum is checked on every unit). Deviation from R's glm: converges on the step, not on the deviance, so that the
 * last digits of coefficients are right; a fit without a finite maximum is refused instead of returned with a warning.
 *
 * @example
 * // 1 of 4 without and 3 of 4 with the attribute: log odds log(1/3), log odds ratio log(9)
 * const x = matrix(8, 2, Float64Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1));
 * const y = Float64Array.of(1, 0, 0, 0, 1, 1, 1, 0);
 * const fit = fitBinomialRegression(x, ['(Intercept)', 'owner'], y, null, 'logit', typescriptKernels);
 * fit.coefficients; // → [-1.0986, 2.1972]
 */
export function fitBinomialRegression(
  x: Matrix,
  names: readonly string[],
  y: Float64Array,
  weights: Float64Array | null,
  link: Link,
  kernels: MatrixKernels,
  penalty: Penalty | null = null,
): BinomialFit {
  checkPenalty(penalty, link);
  const total = checkResponse(x, names, y, weights);
  const buffers = new BorrowedBuffers(kernels);
  try {
    const scaling = independentColumns(x, weights, kernels, buffers.take(x.rows * x.cols));
    const own = buffers.take(y.length);
    own.set(y);
    const problem = { z: scaling.standardised, y: own, weights, link, kernels };
    return climb(problem, { x, names, y, weights, total, scaling, penalty }, buffers);
  } finally {
    buffers.giveBack();
  }
}

const mostIterations = 200;

/** Newton's method with halving, from the fit of a part of the units where there are many. */
function climb(problem: Problem, given: Given, buffers: BorrowedBuffers): BinomialFit {
  const { z, y, weights, link, kernels } = problem;
  const { penalty, scaling, x, names, total } = given;
  const k = z.cols;
  const state = createState(z, link, buffers);
  const plain = link === 'logit' ? logitPass : passOf(link);
  const pass = penalty === null ? plain : penalised(plain, penalty);
  const isQuadratic = link === 'logit' && penalty === null;
  const beta = isQuadratic ? warmStart(problem) : atIntercept(problem);
  let logLikelihood = pass(problem, beta, state);
  const factor = { rows: k, cols: k, values: new Float64Array(k * k) };
  const step = new Float64Array(k);
  for (let iteration = 1; iteration <= mostIterations; iteration++) {
    try {
      kernels.choleskyFactor(state.hessian, factor);
    } catch (error) {
      throw penalty === null && isAtBoundary(state) ? separated(x, names, given.y, scaling, step) : error;
    }
    kernels.choleskySolve(factor, { rows: k, cols: 1, values: state.score }, { rows: k, cols: 1, values: step });
    const size = sizeOf(step, beta);
    if (penalty === null && size > 1e-6 && isAtBoundary(state) && isSeparating(z, y, weights, step))
      throw separated(x, names, given.y, scaling, step);
    logLikelihood = advance(problem, beta, step, logLikelihood, pass, state);
    // After a quadratic step of 1e-8 what is left is rounding.
    if (size < (isQuadratic ? 1e-8 : 1e-10)) {
      kernels.choleskyFactor(state.hessian, factor);
      const gradientNorm = Math.max(...state.score.map(Math.abs)) / total;
      if (penalty !== null) logLikelihood = plain(problem, beta, state);
      return finish(
        { names, y: given.y, weights, link, total, iteration, gradientNorm, logLikelihood, kernels },
        scaling,
        beta,
        state,
        factor,
      );
    }
  }
  throw new CoreError(
    'not-converged',
    `The propensity model did not converge in ${mostIterations} iterations. Leave out terms, or check columns with extreme values.`,
    { iterations: mostIterations },
  );
}

const sizeOf = (step: Float64Array, beta: Float64Array): number =>
  Math.max(...step.map((d, j) => Math.abs(d) / (1 + Math.abs(beta[j]!))));

function atIntercept({ z, y, weights, link }: Problem): Float64Array {
  const beta = new Float64Array(z.cols);
  beta[0] = interceptStart(y, weights, link);
  return beta;
}

/** Every eighth unit where there are many: a few cheap steps near the solution, wherever they lead. */
function warmStart(problem: Problem): Float64Array {
  const { z, y, weights, link, kernels } = problem;
  const from = atIntercept(problem);
  const stride = 8;
  if (z.rows < 20_000 * stride) return from;
  const rows = Math.floor(z.rows / stride);
  const k = z.cols;
  const values = new Float64Array(rows * k);
  const part = new Float64Array(rows);
  const partWeights = weights === null ? null : new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < k; j++) values[r * k + j] = z.values[r * stride * k + j]!;
    part[r] = y[r * stride]!;
    if (partWeights !== null) partWeights[r] = weights![r * stride]!;
  }
  const small = { z: { rows, cols: k, values }, y: part, weights: partWeights, link, kernels };
  const buffers = new BorrowedBuffers(kernels);
  try {
    const state = createState(small.z, link, buffers);
    const beta = from.slice();
    const step = new Float64Array(k);
    let logLikelihood = logitPass(small, beta, state);
    for (let iteration = 0; iteration < 8; iteration++) {
      kernels.choleskyFactor(state.hessian, state.hessian);
      kernels.choleskySolve(
        state.hessian,
        { rows: k, cols: 1, values: state.score },
        { rows: k, cols: 1, values: step },
      );
      const size = sizeOf(step, beta);
      logLikelihood = advance(small, beta, step, logLikelihood, logitPass, state);
      if (size < 1e-3) return beta;
    }
    return from; // slow: perhaps separated, which all units together will tell
  } catch (error) {
    if (error instanceof CoreError) return from; // a rare level may be absent here
    throw error;
  } finally {
    buffers.giveBack();
  }
}

/** What was asked, beside the standardised problem. */
interface Given {
  readonly x: Matrix;
  readonly names: readonly string[];
  readonly y: Float64Array;
  readonly weights: Float64Array | null;
  readonly total: number;
  readonly scaling: ColumnScaling;
  readonly penalty: Penalty | null;
}

interface Problem {
  readonly z: Matrix;
  readonly y: Float64Array;
  readonly weights: Float64Array | null;
  readonly link: Link;
  readonly kernels: MatrixKernels;
}

interface State {
  readonly score: Float64Array;
  readonly hessian: Matrix;
  readonly eta: Float64Array;
  readonly mu: Float64Array;
  readonly work: Float64Array;
  readonly residual: Float64Array;
}

type Pass = (problem: Problem, beta: Float64Array, state: State) => number;

function createState(z: Matrix, link: Link, buffers: BorrowedBuffers): State {
  const none = new Float64Array(0);
  const column = () => buffers.take(z.rows);
  return {
    score: new Float64Array(z.cols),
    hessian: { rows: z.cols, cols: z.cols, values: new Float64Array(z.cols * z.cols) },
    eta: column(),
    mu: column(),
    work: link === 'logit' ? none : column(),
    residual: link === 'logit' ? none : column(),
  };
}

const logitPass: Pass = ({ z, y, weights, kernels }, beta, state) => {
  const { score, hessian, eta, mu } = state;
  return kernels.logisticPass(
    { x: z, y, offset: null, priorWeights: weights },
    beta,
    { score, hessian, eta, mu },
    true,
  )!;
};

const passOf =
  (link: Exclude<Link, 'logit'>): Pass =>
  ({ z, y, weights, kernels }, beta, state) => {
    const { eta, mu, work, residual, hessian, score } = state;
    kernels.gemv(z, beta, eta);
    const at: LinkValue = { mean: 0, complement: 0, slope: 0 };
    let logLikelihood = 0;
    for (let i = 0; i < eta.length; i++) {
      evaluateLink(link, eta[i]!, at);
      const prior = weights === null ? 1 : weights[i]!;
      mu[i] = at.mean;
      const variance = Math.max(at.mean * at.complement, 1e-300);
      work[i] = (prior * at.slope * at.slope) / variance;
      residual[i] = (prior * (y[i] === 1 ? at.complement : -at.mean) * at.slope) / variance;
      logLikelihood += prior * Math.log(Math.max(y[i] === 1 ? at.mean : at.complement, 1e-300));
    }
    kernels.gram(z, work, hessian);
    kernels.gemv(z, residual, score, { transpose: true });
    return logLikelihood;
  };

/** The pass of a penalised fit: its value is the penalised log-likelihood. */
const penalised =
  (pass: Pass, penalty: Penalty): Pass =>
  (problem, beta, state) =>
    pass(problem, beta, state) + addPenalty(penalty, problem.z, problem.weights, beta, state, problem.kernels);

/** Takes the step, halved as long as the likelihood falls; leaves `beta` and `state` at the new point. */
function advance(
  problem: Problem,
  beta: Float64Array,
  step: Float64Array,
  before: number,
  pass: Pass,
  state: State,
): number {
  const from = beta.slice();
  let share = 1;
  for (let halving = 0; ; halving++, share /= 2) {
    for (let j = 0; j < beta.length; j++) beta[j] = from[j]! + share * step[j]!;
    const now = pass(problem, beta, state);
    if (now >= before - 1e-10 * Math.abs(before) || halving === 30) return now;
  }
}

function isAtBoundary({ mu }: State): boolean {
  for (let i = 0; i < mu.length; i++) if (mu[i]! < 1e-8 || mu[i]! > 1 - 1e-8) return true;
  return false;
}

/** Whether moving along `step` makes no unit's response less likely: then the likelihood has no finite maximum. */
function isSeparating(z: Matrix, y: Float64Array, weights: Float64Array | null, step: Float64Array): boolean {
  let worst = 0;
  let best = 0;
  for (let i = 0; i < z.rows; i++) {
    if (weights !== null && weights[i] === 0) continue;
    let move = 0;
    for (let j = 0; j < z.cols; j++) move += z.values[i * z.cols + j]! * step[j]!;
    const gain = y[i] === 1 ? move : -move;
    worst = Math.min(worst, gain);
    best = Math.max(best, gain);
  }
  return best > 0 && worst > -1e-3 * best;
}

function separated(
  x: Matrix,
  names: readonly string[],
  y: Float64Array,
  { kept }: ColumnScaling,
  step: Float64Array,
): CoreError {
  const alone = kept.filter((j) => j > 0 && separatesAlone(x, j, y));
  const largest = Math.max(...step.slice(1).map(Math.abs));
  const together = kept.filter((_, c) => c > 0 && Math.abs(step[c]!) > 0.01 * largest);
  const columns = (alone.length > 0 ? alone : together).map((j) => names[j]!);
  return new CoreError(
    'separation',
    `The treatment is predicted perfectly by ${columns.join(', ')}, so the propensity model has no finite estimate. Leave out or merge these columns or levels, restrict the study to units for which both are possible, or fit with a penalty (Firth or ridge).`,
    { columns },
  );
}

/** Whether all values of column j in one group are at most all those in the other. */
function separatesAlone(x: Matrix, j: number, y: Float64Array): boolean {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < x.rows; i++) {
    const value = x.values[i * x.cols + j]!;
    const g = y[i]!;
    low[g] = Math.min(low[g]!, value);
    high[g] = Math.max(high[g]!, value);
  }
  return high[0]! <= low[1]! || high[1]! <= low[0]!;
}

function interceptStart(y: Float64Array, weights: Float64Array | null, link: Link): number {
  const share = treatedShare(y, weights);
  if (link === 'logit') return Math.log(share / (1 - share));
  return link === 'probit' ? (share - 0.5) * 2.5 : Math.log(-Math.log1p(-share));
}

function treatedShare(y: Float64Array, weights: Float64Array | null): number {
  let ones = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    const w = weights === null ? 1 : weights[i]!;
    ones += w * y[i]!;
    total += w;
  }
  return ones / total;
}

interface Context {
  readonly names: readonly string[];
  readonly y: Float64Array;
  readonly weights: Float64Array | null;
  readonly link: Link;
  readonly total: number;
  readonly iteration: number;
  readonly gradientNorm: number;
  readonly logLikelihood: number;
  readonly kernels: MatrixKernels;
}

/** Back to the scale of x: beta_j = b_j / s_j, intercept b_0 - sum b_j m_j / s_j; the covariance by the same linear map. */
function finish(context: Context, scaling: ColumnScaling, b: Float64Array, state: State, factor: Matrix): BinomialFit {
  const { names, y, weights, link, kernels } = context;
  const { kept, centre, scale } = scaling;
  const k = kept.length;
  const map = new Float64Array(k * k);
  map[0] = 1;
  for (let j = 1; j < k; j++) {
    map[j * k + j] = 1 / scale[j]!;
    map[j] = -centre[j]! / scale[j]!;
  }
  const square = () => ({ rows: k, cols: k, values: new Float64Array(k * k) });
  const [inverse, half, covariance] = [square(), square(), square()];
  kernels.choleskyInverse(factor, inverse);
  const transform = { rows: k, cols: k, values: map };
  kernels.gemm(transform, inverse, half);
  kernels.gemm(half, transform, covariance, { transposeB: true });
  const coefficients = new Float64Array(k);
  kernels.gemv(transform, b, coefficients);
  const share = treatedShare(y, weights);
  const nullDeviance = -2 * context.total * (share * Math.log(share) + (1 - share) * Math.log1p(-share));
  return {
    link,
    names: kept.map((j) => names[j]!),
    collinear: names.filter((_, j) => !kept.includes(j)),
    coefficients,
    covariance,
    fitted: Float64Array.from(state.mu),
    linearPredictor: Float64Array.from(state.eta),
    logLikelihood: context.logLikelihood,
    deviance: -2 * context.logLikelihood,
    nullDeviance,
    degreesOfFreedom: y.length - k,
    converged: true,
    iterations: context.iteration,
    gradientNorm: context.gradientNorm,
  };
}

function checkResponse(x: Matrix, names: readonly string[], y: Float64Array, weights: Float64Array | null): number {
  if (y.length !== x.rows || names.length !== x.cols || (weights !== null && weights.length !== x.rows)) {
    throw new CoreError(
      'dimension-mismatch',
      `The model matrix is ${x.rows} x ${x.cols}; there are ${y.length} responses, ${names.length} names${weights === null ? '' : ` and ${weights.length} weights`}.`,
    );
  }
  let ones = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    const w = weights === null ? 1 : weights[i]!;
    if (y[i] !== 0 && y[i] !== 1) {
      throw new CoreError('invalid-argument', `A response is 0 or 1; row ${i} holds ${y[i]}.`, {
        row: i,
        received: y[i],
      });
    }
    if (!(w >= 0 && Number.isFinite(w))) {
      throw new CoreError('invalid-argument', `A weight is 0 or more; row ${i} holds ${w}.`, { row: i, received: w });
    }
    ones += y[i]! * w;
    total += w;
  }
  if (ones === 0 || ones === total) {
    throw new CoreError(
      'empty-group',
      `Every one of the ${y.length} units is ${ones === 0 ? 'untreated' : 'treated'}; both groups must occur.`,
      { units: y.length, treated: ones },
    );
  }
  return total;
}
