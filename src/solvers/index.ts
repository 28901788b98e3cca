/** The public face of the solvers: integer programs for cardinality matching of the core. */
export { loadIntegerSolver } from './load-integer-solver.ts';
