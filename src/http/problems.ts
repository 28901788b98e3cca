import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, type AppErrorCode, appErrorCodes } from '../app/errors.ts';
import { describeError } from '../app/jobs.ts';
import type { Violation } from '../contract/validate.ts';
import { type CoreErrorCode, coreErrorCodes } from '../core/errors.ts';
import { type Language, negotiateLanguage } from '../messages/language.ts';
import { hasMessage, translate } from '../messages/translate.ts';
import { translateRefusal } from '../messages/translate-refusal.ts';

export type ProblemCode = AppErrorCode | CoreErrorCode | 'internal-error' | 'not-found';

/** Code to HTTP status: the one table. Whatever the data do not allow is 422: the request was understood. */
const statuses: Partial<Record<ProblemCode, number>> = {
  'panel-not-found': 404,
  'revision-not-found': 404,
  'unit-not-found': 404,
  'job-not-found': 404,
  'result-not-found': 404,
  'model-not-found': 404,
  'experiment-not-found': 404,
  'not-found': 404,
  'not-authorised': 403,
  'invalid-request': 400,
  'invalid-argument': 400,
  'invalid-file': 422,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
  'version-conflict': 409,
  'idempotency-conflict': 409,
  'study-not-sealed': 409,
  'seal-broken': 409,
  'store-locked': 503,
  'store-full': 507,
  'not-implemented': 501,
  'data-withdrawn': 410,
  'internal-error': 500,
  'kernel-failure': 500,
};

export const statusOf = (code: string): number => statuses[code as ProblemCode] ?? 422;

export const problemCodes: readonly ProblemCode[] = [
  ...appErrorCodes,
  ...coreErrorCodes,
  'internal-error',
  'not-found',
];

/** Of a part of an address, as it is sent: an id of a unit may be long, and three times as long when it is encoded. */
export const longestParameter = 3000;

/** RFC 9457 problem details; `type` is our page for the code. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const known = describeError(fromFastify(error));
  const status = statusOf(known.code);
  if (status >= 500) request.log.error({ err: error }, known.code);
  const key = `problem.${known.code}.title`;
  const language = negotiateLanguage(request.headers['accept-language'], 'en');
  const { errors } = known.details as { readonly errors?: readonly Violation[] };
  const problem: Problem = {
    type: `/problems/${known.code}`,
    title: hasMessage(key) ? translate(language, key) : known.code.replaceAll('-', ' '),
    status,
    detail: translateRefusal(language, known.code, known.message) ?? known.message,
    instance: `urn:samenwijs:request:${request.id}`,
    code: known.code,
    details: errors
      ? { ...known.details, errors: errors.map((one) => ({ ...one, message: inWords(language, one.message) })) }
      : known.details,
  };
  return reply.code(status).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem));
}

const inWords = (language: Language, violation: string): string =>
  translateRefusal(language, 'violation', violation) ?? violation;

/** The refusals of the framework itself, in our codes. */
export function fromFastify(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  switch (code) {
    case 'FST_ERR_BAD_URL':
      return new AppError(
        'invalid-request',
        'The address holds a % that is not followed by two hexadecimal digits. Write a % itself as %25, and any other character by its UTF-8 bytes.',
      );
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new AppError(
        'invalid-request',
        `A part of the address is longer than ${longestParameter} characters. Send a shorter name.`,
      );
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError(
        'payload-too-large',
        `The body is larger than this service accepts. Send less at once, or raise SAMENWIJS_BODY_LIMIT.`,
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError(
        'unsupported-media-type',
        `${message}. Send JSON as application/json, and a file as text/csv, application/x-ndjson or application/vnd.apache.parquet.`,
      );
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new AppError(
        'invalid-request',
        'The body is empty; expected a JSON object. Send an empty object if you want all defaults.',
      );
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new AppError('invalid-request', `The body is not JSON: ${message}. Check quotes and commas.`);
    default:
      return error;
  }
}
