import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../app/actor.ts';
import { AppError } from '../app/errors.ts';
import { hasEnded, type JobView } from '../app/jobs.ts';
import type { Report } from '../app/reports.ts';
import type { Service } from '../app/service.ts';
import type { Operation } from '../contract/operation.ts';
import { type OperationId, operations } from '../contract/operations.ts';
import { fromText, violations } from '../contract/validate.ts';
import { actorOf } from './actor.ts';

/** How long a request waits for its analysis before it answers 202. */
const patience = 1000;
const heartbeat = 15_000;

/** One route per operation of the contract: schema in, one use case, schema out. */
export function registerOperations(app: FastifyInstance, service: Service): void {
  for (const [id, operation] of Object.entries(operations) as [OperationId, Operation][]) {
    const { method, path, tag, summary, kind } = operation;
    app.route({
      method,
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      schema: {
        operationId: id,
        tags: [tag],
        summary,
        params: operation.parameters,
        querystring: operation.query,
        ...(takesJson(operation) ? { body: operation.body } : {}),
        ...(kind === 'upload'
          ? { consumes: ['text/csv', 'application/x-ndjson', 'application/vnd.apache.parquet'] }
          : {}),
        ...(kind === 'document' ? { produces: ['text/html'] } : {}),
        response: { 200: operation.response },
      },
      validatorCompiler: ({ schema, httpPart }) => {
        const isText = httpPart !== 'body';
        return (value: unknown) => {
          const data = isText ? fromText(schema as never, value ?? {}) : value;
          const wrong = violations(schema as never, data);
          if (wrong.length === 0) return { value: data };
          const what = wrong.map((w) => `${w.pointer || '/'}: ${w.message}`).join('; ');
          return {
            error: new AppError('invalid-request', `The ${httpPart} is not what ${id} takes: ${what}.`, {
              in: httpPart,
              errors: wrong,
            }),
          };
        };
      },
      serializerCompiler: () => JSON.stringify,
      handler: handlers[kind](id, operation, service),
    });
  }
}

const takesJson = (operation: Operation) => Object.keys(operation.body.properties).length > 0;

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
type AnyUseCase = (actor: Actor, input: unknown, third?: unknown, fourth?: unknown) => Promise<unknown>;

const input = (request: FastifyRequest) => ({
  ...(request.params as object),
  ...(request.query as object),
  ...((request.body ?? {}) as object),
});
const useCase = (service: Service, id: OperationId) => service[id] as AnyUseCase;

const handlers: Record<Operation['kind'], (id: OperationId, operation: Operation, service: Service) => Handler> = {
  document: (id, _operation, service) => async (request, reply) => {
    const { html } = (await useCase(service, id)(actorOf(request), input(request))) as Report;
    return reply.type('text/html; charset=utf-8').send(html);
  },

  query: (id, _operation, service) => async (request) => useCase(service, id)(actorOf(request), input(request)),

  analysis: (id, _operation, service) => async (request, reply) => {
    const key = request.headers['idempotency-key'];
    const options = { waitMs: patience, ...(typeof key === 'string' ? { idempotencyKey: key } : {}) };
    const job = (await useCase(service, id)(actorOf(request), input(request), options)) as JobView;
    reply.header('location', `/v1/jobs/${job.id}`);
    if (!hasEnded(job.state)) return reply.code(202).header('retry-after', '1').send(job);
    if (job.state === 'failed') throw asError(job);
    return job;
  },

  upload: (id, _operation, service) => async (request, reply) => {
    if (!(request.body instanceof Readable)) {
      const type = request.headers['content-type'] ?? 'no content-type';
      throw new AppError(
        'unsupported-media-type',
        `This address takes a file; received ${type}. Send the file as text/csv, application/x-ndjson or application/vnd.apache.parquet.`,
        { received: type },
      );
    }
    const abort = new AbortController();
    request.raw.on('close', () => {
      if (!request.raw.complete) abort.abort(brokeOff());
    });
    const { schema, ...query } = request.query as { schema?: string };
    const settings = {
      ...(request.params as object),
      ...query,
      ...(schema === undefined ? {} : { schema: parseSchema(schema) }),
    };
    const control = { signal: abort.signal, progress() {} };
    const report = (await useCase(service, id)(actorOf(request), settings, request.body, control).catch((error) => {
      // The stream of an upload that broke off fails in words of its own, before or after we learn that it closed.
      throw request.raw.destroyed && !request.raw.complete ? brokeOff() : error;
    })) as { outcome: string };
    return reply.code(report.outcome === 'created' || report.outcome === 'revised' ? 201 : 200).send(report);
  },

  events: (_id, _operation, service) => async (request, reply) => {
    const abort = new AbortController();
    reply.raw.on('close', () => abort.abort());
    const watched = service
      .watchJob(actorOf(request), input(request) as { job: string }, abort.signal)
      [Symbol.asyncIterator]();
    const first = await watched.next(); // an unknown job is a problem, not a stream
    reply.hijack();
    const out = reply.raw;
    out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    const beat = setInterval(() => out.writableNeedDrain || out.write(': still here\n\n'), heartbeat);
    let number = 0;
    try {
      for (let next = first; !next.done; next = await watched.next()) {
        const type = hasEnded(next.value.state) ? 'end' : 'progress';
        const isTaken = out.write(`id: ${++number}\nevent: ${type}\ndata: ${JSON.stringify(next.value)}\n\n`);
        // A reader that is slower than the job skips states; it does not fill our memory.
        if (!isTaken) await once(out, 'drain', { signal: abort.signal });
      }
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    } finally {
      clearInterval(beat);
      await watched.return?.();
      out.end();
    }
    return reply;
  },
};

const brokeOff = (): AppError =>
  new AppError('interrupted', 'The upload broke off. Nothing was changed; send it again.');

/** A failed analysis answers its request as the problem it is. */
function asError(job: JobView): unknown {
  const { code, message, details } = job.error!;
  return Object.assign(new Error(message), { samenwijs: true, code, details: { ...details, job: job.id } });
}

function parseSchema(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError(
      'invalid-request',
      `The query field "schema" is not JSON: ${(cause as Error).message}. Send a Table Schema as JSON text.`,
    );
  }
}
