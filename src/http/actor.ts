import type { FastifyRequest } from 'fastify';
import { type Actor, type Role, roles } from '../app/actor.ts';
import { AppError } from '../app/errors.ts';

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const localName = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

/** A proxy on this machine speaks for somebody else. */
const forwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'] as const;

/**
 * Who asks. A request from this machine, addressed to this machine by name, is the local operator's; the name matters, for a
 * foreign page can make a browser connect to us but cannot make it say `Host: localhost`; and no proxy may
 * stand between. Everybody else is a visitor. The
 * header `samenwijs-role` lets the operator look with less: as a visitor, a collective, a researcher.
 *
 * @throws invalid-request for an unknown role; not-authorised for a stranger who claims one
 */
export function actorOf(request: FastifyRequest): Actor {
  const isLocal =
    loopback.test(request.socket.remoteAddress ?? '') &&
    localName.test(request.headers.host ?? '') &&
    !forwarded.some((header) => header in request.headers);
  const claimed = request.headers['samenwijs-role'];
  if (claimed === undefined) return { role: isLocal ? 'operator' : 'visitor' };
  if (typeof claimed !== 'string' || !roles.includes(claimed as Role)) {
    throw new AppError(
      'invalid-request',
      `The header samenwijs-role is "${String(claimed)}"; expected one of ${roles.join(', ')}.`,
    );
  }
  if (!isLocal && claimed !== 'visitor') {
    throw new AppError(
      'not-authorised',
      `The role "${claimed}" can be taken on this machine only; leave out samenwijs-role.`,
    );
  }
  return { role: claimed as Role };
}

/** Refuses a change asked for by a page of another site: the operator's browser must not become the operator. */
export function refuseForeignOrigin(request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const { origin, host } = request.headers;
  if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return;
  throw new AppError(
    'not-authorised',
    `A page of ${origin} may not change anything here. Use this service's own address.`,
    { origin },
  );
}
