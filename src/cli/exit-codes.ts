/** What the command's exit status says; documented in docs/methods/command-line.md. */
export const exitCodes = {
  ok: 0,
  /** a fault of the program */
  internal: 1,
  /** unknown command or option, missing argument, unknown field */
  usage: 2,
  /** the data or a file were refused, or something named is not there */
  data: 3,
  /** the data do not allow an answer: separation, no overlap, constant treatment … */
  notIdentifiable: 4,
  /** the recommender abstained: it says what to measure first */
  abstained: 5,
  /** the store is in use, full, or newer than this program */
  store: 6,
  /** a replay did not come out as its capsule says */
  notTheSame: 7,
  cancelled: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const byCode: Readonly<Record<string, ExitCode>> = {
  'invalid-request': exitCodes.usage,
  'invalid-argument': exitCodes.usage,
  'invalid-configuration': exitCodes.usage,
  'no-variation': exitCodes.notIdentifiable,
  'empty-group': exitCodes.notIdentifiable,
  separation: exitCodes.notIdentifiable,
  collinear: exitCodes.notIdentifiable,
  'no-overlap': exitCodes.notIdentifiable,
  'too-few-groups': exitCodes.notIdentifiable,
  'invalid-inference': exitCodes.notIdentifiable,
  'singular-matrix': exitCodes.notIdentifiable,
  'not-converged': exitCodes.notIdentifiable,
  'store-locked': exitCodes.store,
  'store-too-new': exitCodes.store,
  'store-full': exitCodes.store,
  cancelled: exitCodes.cancelled,
  interrupted: exitCodes.cancelled,
  'internal-error': exitCodes.internal,
};

export const exitCodeOf = (code: string): ExitCode => byCode[code] ?? exitCodes.data;
