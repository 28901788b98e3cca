import swagger from '@fastify/swagger';
import scalar from '@scalar/fastify-api-reference';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { PageRenderer } from '../app/pages.ts';
import type { Service } from '../app/service.ts';
import { refuseForeignOrigin } from './actor.ts';
import { registerPages, sendProblemPage } from './pages.ts';
import { longestParameter, sendProblem } from './problems.ts';
import { registerOperations } from './routes.ts';

export interface HttpOptions {
  readonly service: Service;
  readonly version: string;
  /** largest JSON body, in bytes */
  readonly bodyLimit: number;
  /** reads the page of a problem code as Markdown, or null */
  readonly problemPage: (code: string) => Promise<string | null>;
  readonly logLevel: 'silent' | 'warn' | 'info';
  /** the pages for people; without it the service is an API only */
  readonly pages?: PageRenderer;
}

const headers = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
} as const;

/** The HTTP face as a Fastify app, without a port: `app.inject` for tests, `app.listen` for main. */
export async function buildHttp(options: HttpOptions): Promise<FastifyInstance> {
  /** A refusal as a page to a browser that asked for one, as a problem to everybody else. */
  const refuse = (request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply => {
    const asksForPage = request.method === 'GET' && request.headers.accept?.includes('text/html');
    return options.pages && asksForPage
      ? sendProblemPage(request, reply, options.pages, error)
      : sendProblem(request, reply, error);
  };
  const app = Fastify({
    bodyLimit: options.bodyLimit,
    logger: { level: options.logLevel, stream: process.stderr },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: longestParameter },
    forceCloseConnections: true,
    // An address that cannot be decoded reaches no route and no hook.
    frameworkErrors: (error, request, reply) => void refuse(request, reply.headers(headers), error),
    http: { maxHeaderSize: 65_536 },
  });
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
  app.setNotFoundHandler((request, reply) =>
    refuse(request, reply, {
      samenwijs: true,
      code: 'not-found',
      message: `There is nothing at ${request.method} ${request.url}. The API is described at /docs/api.`,
      details: {},
    }),
  );
  app.addHook('onRequest', async (request, reply) => {
    refuseForeignOrigin(request);
    reply.headers(headers);
  });

  // JSON is parsed; a file stays a stream. Nothing else is taken: a form of another site could send text/plain unasked.
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser(
    [
      'text/csv',
      'application/csv',
      'application/x-ndjson',
      'application/jsonl',
      'application/vnd.apache.parquet',
      'application/octet-stream',
    ],
    (_request, payload, done) => done(null, payload),
  );

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'samenwijs',
        version: options.version,
        description:
          'Panels, stratified KPI insights, matching studies, QCA and recommendations for citizen collectives. Every analysis is a job: the request waits a second, then answers 202 with a Location to poll. Errors are RFC 9457 problems.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
    },
  });
  registerOperations(app, options.service);
  app.get('/problems/:code', { schema: { hide: true } as object }, async (request, reply) => {
    const { code } = request.params as { code: string };
    const page = /^[a-z-]+$/.test(code) ? await options.problemPage(code) : null;
    if (page === null) return reply.callNotFound();
    return reply.type('text/markdown; charset=utf-8').send(page);
  });
  if (options.pages) registerPages(app, options.pages);
  await app.register(scalar, {
    routePrefix: '/docs/api',
    configuration: {
      title: 'samenwijs API',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      agent: { disabled: true },
      mcp: { disabled: true },
      showDeveloperTools: 'never',
    },
  });
  return app;
}
