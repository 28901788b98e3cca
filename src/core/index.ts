/** The public face of the core: every statistical function by name. */
export { type WithheldReason, type Withholding, withholdSmallGroups } from './disclosure/withhold-small-groups.ts';
export { CoreError, type CoreErrorCode, coreErrorCodes, type Warning } from './errors.ts';
export { type InsightsInput, type InsightsTable, type StratumCell, stratify } from './insights/stratify.ts';
export { type YearlyInput, type YearlyValues, yearlyValues } from './insights/yearly-values.ts';
export type { MatrixKernels } from './linalg/matrix-kernels.ts';
export { typescriptKernels } from './linalg/typescript-kernels.ts';
export { asCoded } from './panel/as-coded.ts';
export type { CodedColumn, Column, NumberColumn, PanelColumns, ValueStatus } from './panel/columns.ts';
export { valueStatus } from './panel/columns.ts';
export { createRandom, type RandomStream } from './random/random-stream.ts';
