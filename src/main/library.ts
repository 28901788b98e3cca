import { AppError } from '../app/errors.ts';
import type { Service } from '../app/service.ts';
import { readConfig } from '../config.ts';
import { checkInput } from '../contract/check-input.ts';
import { type OperationId, operations } from '../contract/operations.ts';
import { compose } from './compose.ts';

export type { Actor, Role } from '../app/actor.ts';
export type { StudyProtocol, StudyProtocolRequest } from '../app/analyses/study-protocol.ts';
export type { AnalysisKind, AnyResult, RequestOf, ResultOf } from '../app/analyses.ts';
export { AppError } from '../app/errors.ts';
export type { JobView } from '../app/jobs.ts';
export type { PanelDescription, PanelSummary } from '../app/panels.ts';
export type { Released } from '../app/release.ts';
export type { Service } from '../app/service.ts';
export { CoreError } from '../core/errors.ts';
export { version } from './version.ts';

export interface OpenOptions {
  /** folder of the store; made when it is not there. Default: SAMENWIJS_DATA or ./data */
  readonly data?: string;
  /** worker threads */
  readonly threads?: number;
}

/**
 * The whole service in this process, no server needed: every operation of the contract as a typed function, each input checked
 * against the contract. Close it when done; the folder has one writer at a time.
 *
 * @throws store-locked while a server or another process holds the folder; store-too-new
 *
 * @example
 * const { service, close } = await openSamenwijs({ data: './data' });
 * const job = await service.insights({ role: 'operator' }, { panel: 'street', kpi: 'gas' }, { waitMs: 60_000 });
 * await close();
 */
export async function openSamenwijs(
  options: OpenOptions = {},
): Promise<{ readonly service: Service; close(): Promise<void> }> {
  const config = { ...readConfig(process.env), ...options };
  const { service, close } = await compose(config);
  return { service: checkedService(service), close };
}

/** Refuses an input that the contract does not know before the use case sees it: JavaScript callers have no compiler. */
function checkedService(service: Service): Service {
  const wrap = (id: OperationId) => {
    const useCase = service[id] as (...args: unknown[]) => unknown;
    return (actor: unknown, input: object, ...rest: unknown[]) => {
      const wrong = id === 'ingestPanel' ? [] : checkInput(id, input);
      if (wrong.length > 0) {
        const what = wrong.map((w) => `${w.pointer}: ${w.message}`).join('; ');
        throw new AppError('invalid-request', `The input is not what ${id} takes: ${what}.`, { errors: wrong });
      }
      return useCase(actor, input, ...rest);
    };
  };
  return Object.fromEntries(Object.keys(operations).map((id) => [id, wrap(id as OperationId)])) as unknown as Service;
}
