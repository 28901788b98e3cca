import type { Actor } from '../app/actor.ts';
import { AppError } from '../app/errors.ts';
import { hasEnded, type JobView, type SubmitOptions } from '../app/jobs.ts';
import type { Control } from '../app/ports.ts';
import type { Service } from '../app/service.ts';
import type { Operation } from '../contract/operation.ts';
import { operations } from '../contract/operations.ts';
import { CoreError } from '../core/errors.ts';

/**
 * The service of a running server, over its HTTP API: every operation of the contract as a function. What it throws carries
 * the code of the problem it received.
 *
 * @param baseUrl such as http://127.0.0.1:3000
 */
export function createRemoteService(baseUrl: string): Service {
  const call = async (operation: Operation, actor: Actor, input: Record<string, unknown>, extra: RequestInit = {}) => {
    const names = (schema: Operation['body']) => Object.keys(schema.properties);
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(input[name])));
    const url = new URL(path, baseUrl);
    for (const name of names(operation.query)) {
      const value = input[name];
      if (value === undefined || value === null) continue;
      // A list is a field that repeats.
      for (const one of Array.isArray(value) ? value : [value]) {
        url.searchParams.append(name, typeof one === 'object' ? JSON.stringify(one) : String(one));
      }
    }
    const body = Object.fromEntries(Object.entries(input).filter(([name]) => names(operation.body).includes(name)));
    const hasBody = names(operation.body).length > 0;
    const headers = {
      'samenwijs-role': actor.role,
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...extra.headers,
    };
    const response = await reach(url, {
      method: operation.method,
      ...(hasBody ? { body: JSON.stringify(body) } : {}),
      ...extra,
      headers,
    });
    if (response.ok) return response;
    throw await asError(response);
  };

  type UseCase = (actor: Actor, input: Record<string, unknown>, third?: unknown, fourth?: unknown) => unknown;
  const useCases: Record<Operation['kind'], (operation: Operation) => UseCase> = {
    events: (operation) => (actor, input, signal) =>
      watch(() => call(operation, actor, input, { signal: signal as AbortSignal })),
    upload: (operation) => async (actor, input, source, control) => {
      const upload = {
        body: ReadableStream.from(source as AsyncIterable<Uint8Array>),
        duplex: 'half',
        signal: (control as Control).signal,
        headers: { 'content-type': mediaTypes[String(input.format)] ?? 'application/octet-stream' },
      };
      return (await call(operation, actor, input, upload as RequestInit)).json();
    },
    analysis: (operation) => async (actor, input, options) => {
      const key = (options as SubmitOptions).idempotencyKey;
      const response = await call(
        operation,
        actor,
        input,
        key === undefined ? {} : { headers: { 'idempotency-key': key } },
      );
      return response.json();
    },
    query: (operation) => async (actor, input) => (await call(operation, actor, input)).json(),
    document: (operation) => async (actor, input) => ({ html: await (await call(operation, actor, input)).text() }),
  };
  const entries = Object.entries(operations as Record<string, Operation>);
  return Object.fromEntries(
    entries.map(([id, operation]) => [id, useCases[operation.kind](operation)]),
  ) as unknown as Service;
}

const mediaTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
  jsonl: 'application/x-ndjson',
};

async function reach(url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (failure) {
    if (request.signal?.aborted)
      throw new CoreError('cancelled', 'Cancelled. Nothing was changed.', {}, { cause: failure });
    const { cause } = failure as { cause?: unknown };
    // What the file to be sent could not give is no fault of the server.
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'store-locked',
      `The store is in use by a server at ${url.origin}, which does not answer. Wait until it has started, or stop it.`,
      { url: url.origin },
      { cause: failure },
    );
  }
}

async function asError(response: Response): Promise<Error> {
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string; details?: object };
  const message = problem.detail ?? `The server answered ${response.status}.`;
  return Object.assign(new Error(message), {
    samenwijs: true,
    code: problem.code ?? 'internal-error',
    details: problem.details ?? {},
  });
}

/** The events of a job's stream, the last one being its end. */
async function* watch(open: () => Promise<Response>): AsyncGenerator<JobView> {
  const response = await open();
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data: '));
      if (data === undefined) continue;
      const view = JSON.parse(data.slice(6)) as JobView;
      yield view;
      if (hasEnded(view.state)) return;
    }
  }
  throw new AppError('interrupted', 'The server closed the connection before the job ended. Ask for the job again.');
}
