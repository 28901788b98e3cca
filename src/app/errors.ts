/** Every code the application may raise; each has a page in docs/problems. */
export const appErrorCodes = [
  'panel-not-found',
  'revision-not-found',
  'unit-not-found',
  'job-not-found',
  'result-not-found',
  'model-not-found',
  'experiment-not-found',
  'model-incompatible',
  'not-authorised',
  'invalid-request',
  'invalid-file',
  'payload-too-large',
  'unsupported-media-type',
  'too-many-columns',
  'version-conflict',
  'idempotency-conflict',
  'store-locked',
  'store-too-new',
  'store-full',
  'invalid-configuration',
  'interrupted',
  'not-implemented',
  'data-withdrawn',
  'study-not-sealed',
  'seal-broken',
] as const;

export type AppErrorCode = (typeof appErrorCodes)[number];

/** A refusal of the application; same contract as `CoreError`. */
export class AppError extends Error {
  readonly code: AppErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: AppErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
    this.details = Object.freeze(details);
  }
}
