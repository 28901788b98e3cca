import highsPackage from 'highs';
import type { IntegerProgram, IntegerSolution, SolveIntegerProgram } from '../core/matching/integer-program.ts';

/** The types of the package describe its CommonJS form; Node loads the ES module, whose default export is the loader. */
const loadHighs = highsPackage as unknown as typeof highsPackage.default;

/** Room left by rounding inside the solver: far below any tolerance on means. */
const feasibility = 1e-9;

/**
 * HiGHS, compiled to WebAssembly, as solver of integer programs. It runs on one thread with a limit in nodes instead of
 * seconds, so that the same program gives the same answer on every machine.
 */
export async function loadIntegerSolver(): Promise<SolveIntegerProgram> {
  const highs = await loadHighs();
  const { modelStatus, objectiveSense } = highs.constants;
  return (program, { nodes }): IntegerSolution | null => {
    const columns = program.objective.length;
    const model = highs.createModel({
      numCols: columns,
      numRows: program.lower.length,
      sense: objectiveSense.maximize,
      colCost: program.objective,
      colLower: new Float64Array(columns),
      colUpper: program.most,
      rowLower: program.lower,
      rowUpper: program.upper,
      integrality: new Int32Array(columns).fill(highs.constants.variableType.integer),
      matrix: matrixOf(program),
    });
    try {
      model.options.set({
        output_flag: false,
        mip_rel_gap: 0,
        // The objective counts units: a bound less than one above the best selection is a proof.
        mip_abs_gap: 1 - 1e-6,
        mip_max_nodes: nodes,
        mip_feasibility_tolerance: feasibility,
        primal_feasibility_tolerance: feasibility,
      });
      model.run();
      const status = model.getModelStatus();
      const { colValue } = model.getSolution();
      if (status !== modelStatus.optimal && !isSolution(program, colValue)) return null;
      return {
        values: Float64Array.from(colValue, Math.round),
        bound: Math.floor(Number(model.info.get('mip_dual_bound')) + 1e-6),
        isOptimal: status === modelStatus.optimal,
      };
    } finally {
      model.dispose();
    }
  };
}

function matrixOf({ offsets, column, value, lower, objective }: IntegerProgram) {
  return {
    format: 'csr',
    numRows: lower.length,
    numCols: objective.length,
    starts: offsets,
    indices: column,
    values: value,
  } as const;
}

/** After an early stop there may be no solution at all: what is there is checked. */
function isSolution({ offsets, column, value, lower, upper, most }: IntegerProgram, x: Float64Array): boolean {
  if (
    x.length !== most.length ||
    x.some((v, k) => Math.abs(v - Math.round(v)) > 1e-6 || v < -1e-6 || v > most[k]! + 1e-6)
  )
    return false;
  for (let r = 0; r < lower.length; r++) {
    let sum = 0;
    for (let at = offsets[r]!; at < offsets[r + 1]!; at++) sum += value[at]! * Math.round(x[column[at]!]!);
    if (sum < lower[r]! - 1e-6 || sum > upper[r]! + 1e-6) return false;
  }
  return true;
}
