import type { Computations } from '../app/computations.ts';
import { runMatchingStudy } from '../core/effects/run-matching-study.ts';
import { stratify } from '../core/insights/stratify.ts';
import type { MatrixKernels } from '../core/linalg/matrix-kernels.ts';
import type { SolveIntegerProgram } from '../core/matching/integer-program.ts';
import { runPanelModel } from '../core/panel-models/run-panel-model.ts';
import { analyseQca } from '../core/qca/analysis.ts';
import { controlModel } from '../core/recommend/control-model.ts';
import { evaluateTable } from '../core/recommend/evaluate-table.ts';
import { valueOfPolicy } from '../core/recommend/logged-policy.ts';
import { nextExperiments } from '../core/recommend/next-experiments.ts';
import { recommendMixes } from '../core/recommend/recommend-mixes.ts';
import type { SetNetwork } from '../core/recommend/set-network.ts';
import { trainModel } from '../core/recommend/train-model.ts';
import { withoutExperiments } from '../core/recommend/without-experiments.ts';
import { runMultiverse } from '../core/study/run-multiverse.ts';
import { runStudy, runStudyDesign } from '../core/study/run-study.ts';

/** What a computation gets beside its input. */
export interface Environment {
  readonly kernels: MatrixKernels;
  /** loaded when the first design asks for it */
  loadIntegerSolver(): Promise<SolveIntegerProgram>;
  /** TensorFlow.js for the set network, loaded at first use */
  loadSetNetwork(backend: 'wasm' | 'node'): Promise<SetNetwork>;
  /** @param fraction 0 to 1; @param stage code of the stage */
  progress(fraction: number, stage: string): void;
}

type Table = {
  [Name in keyof Computations]: (
    input: Computations[Name]['input'],
    environment: Environment,
  ) => Computations[Name]['output'] | Promise<Computations[Name]['output']>;
};

const solverFor = async (
  { design }: { readonly design: { readonly method: string } },
  { loadIntegerSolver }: Environment,
): Promise<SolveIntegerProgram | null> => (design.method === 'cardinality' ? loadIntegerSolver() : null);

/** The core functions that run in threads, by name: the other half of app/computations.ts. */
export const computations: Table = {
  insights: stratify,
  qca: (input, { progress }) =>
    analyseQca(input, (done) => {
      progress(done, 'minimising');
      return true;
    }),
  'matching-study': async (input, environment) =>
    runMatchingStudy(input, environment.kernels, environment.progress, await solverFor(input, environment)),
  'study-design': async (input, environment) =>
    runStudyDesign(input, environment.kernels, environment.progress, await solverFor(input, environment)),
  study: async (input, environment) =>
    runStudy(input, environment.kernels, environment.progress, await solverFor(input, environment)),
  multiverse: async (input, { kernels, progress, loadIntegerSolver }) => {
    const isNeeded = input.specifications.some(({ design }) => design.method === 'cardinality');
    return runMultiverse(input, kernels, progress, isNeeded ? await loadIntegerSolver() : null);
  },
  'panel-model': (input, { kernels, progress }) => runPanelModel(input, kernels, progress),
  trainModel: async ({ backend, ...input }, { kernels, progress, loadSetNetwork }) =>
    trainModel(input, kernels, (fraction) => progress(fraction, 'training'), await loadSetNetwork(backend)),
  controlModel: (input, { kernels, progress }) =>
    controlModel(input, kernels, (fraction) => progress(fraction, 'controlling')),
  evaluateTable: async ({ backend, ...input }, { kernels, progress, loadSetNetwork }) => {
    const network = input.kinds.includes('set-network') ? await loadSetNetwork(backend) : null;
    return evaluateTable(input, kernels, (fraction) => progress(fraction, 'comparing'), network);
  },
  recommendMixes: ({ withdrawn, ...input }, { kernels }) =>
    recommendMixes({ ...input, model: withoutExperiments(input.model, new Set(withdrawn), kernels) }, kernels),
  policyValue: valueOfPolicy,
  nextExperiments: ({ withdrawn, ...input }, { kernels }) =>
    nextExperiments({ ...input, model: withoutExperiments(input.model, new Set(withdrawn), kernels) }, kernels),
};
