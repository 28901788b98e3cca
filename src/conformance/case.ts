import type { MatrixKernels } from '../core/linalg/matrix-kernels.ts';
import type { SolveIntegerProgram } from '../core/matching/integer-program.ts';
import type { CaseTable } from './case-table.ts';

/** What a kind needs beside its request. */
export interface CaseContext {
  readonly kernels: MatrixKernels;
  /** the solver of integer programs, loaded when a case asks for it */
  loadIntegerSolver(): Promise<SolveIntegerProgram>;
  /** the data of the case; throws invalid-argument where it has none */
  readonly table: CaseTable;
}

/** Answers one kind of the protocol: request in the protocol's words in, result in its words out. */
// biome-ignore lint/suspicious/noExplicitAny: each kind names the type of its own request
export type CaseHandler = (request: any, context: CaseContext) => unknown | Promise<unknown>;
