import type { SolveIntegerProgram } from '../core/matching/integer-program.ts';

/** The solver of integer programs, loaded at the first call: most processes never need its WebAssembly. */
export function loadSolverOnce(): () => Promise<SolveIntegerProgram> {
  let solver: Promise<SolveIntegerProgram> | null = null;
  return () => {
    solver ??= import('../solvers/load-integer-solver.ts').then(({ loadIntegerSolver }) => loadIntegerSolver());
    return solver;
  };
}
