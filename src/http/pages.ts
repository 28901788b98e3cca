import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '../app/jobs.ts';
import type { Page, PageRenderer, PageRequest } from '../app/pages.ts';
import { isLanguage, languages, negotiateLanguage } from '../messages/language.ts';
import { fromFastify, statusOf } from './problems.ts';

/** Pages load nothing from elsewhere, run no script and are framed by nobody. */
const policy =
  "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * One route per page and language, and the same page without a language prefix in the language the browser prefers.
 * A refusal is a page too, with the status of its problem code.
 */
export function registerPages(app: FastifyInstance, renderer: PageRenderer): void {
  const schema = { hide: true } as object;
  for (const path of renderer.paths) {
    app.get(path, { schema }, (request, reply) => answer(request, reply, renderer));
    for (const language of languages) {
      app.get(`/${language}${path === '/' ? '' : path}`, { schema }, (request, reply) =>
        answer(request, reply, renderer),
      );
    }
  }
  app.get('/assets/:digest/:name', { schema }, (request, reply) => {
    const { digest, name } = request.params as { digest: string; name: string };
    const asset = renderer.asset(name);
    if (asset === null) return reply.callNotFound();
    // Another digest is an older or newer page's address: the answer is right for now, but not for ever.
    const keep = digest === asset.digest ? 'public, max-age=31536000, immutable' : 'no-cache';
    return reply.type(asset.type).header('cache-control', keep).send(asset.body);
  });
}

async function answer(request: FastifyRequest, reply: FastifyReply, renderer: PageRenderer): Promise<FastifyReply> {
  try {
    return sendPage(reply, await renderer.page(pageRequest(request)));
  } catch (error) {
    return sendProblemPage(request, reply, renderer, error);
  }
}

/** A refusal as a page, with the status of its code. */
export function sendProblemPage(
  request: FastifyRequest,
  reply: FastifyReply,
  renderer: PageRenderer,
  error: unknown,
): FastifyReply {
  const { code, message } = describeError(fromFastify(error));
  const status = statusOf(code);
  if (status >= 500) request.log.error({ err: error }, code);
  return sendPage(reply, renderer.problem(pageRequest(request), { status, code, message }));
}

/** Reads the language from the path, else from `Accept-Language`. */
function pageRequest(request: FastifyRequest): PageRequest {
  const url = new URL(request.url, 'http://page');
  const path = decoded(url.pathname);
  const [, first = '', ...rest] = path.split('/');
  const prefixed = isLanguage(first);
  return {
    path: prefixed ? `/${rest.join('/')}` : path,
    query: url.searchParams,
    language: prefixed ? first : negotiateLanguage(request.headers['accept-language']),
    origin: `${request.protocol}://${request.host}`,
  };
}

/** An address that cannot be decoded is shown as it came; no page has it. */
function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

const sendPage = (reply: FastifyReply, { status, language, body }: Page): FastifyReply =>
  reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({
      'content-language': language,
      'content-security-policy': policy,
      'cache-control': 'private, no-cache',
      vary: 'accept-language',
    })
    .send(body);
