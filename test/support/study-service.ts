import type { Actor } from '../../src/app/actor.ts';
import type { StudyProtocolRequest } from '../../src/app/analyses/study-protocol.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { type MemoryPanel, memoryPorts } from './memory-ports.ts';

const wait = { waitMs: 60_000 };

/** A service over one panel that carries out whole studies by their protocol: design, seal, estimate. */
export function studyService(panel: MemoryPanel) {
  const ports = memoryPorts([panel]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const ended = async <T>(job: Promise<{ error: unknown; result: unknown }>): Promise<T> => {
    const { error, result } = await job;
    if (error !== null) throw Object.assign(new Error((error as { message: string }).message), error);
    return result as T;
  };
  const study = async (
    actor: Actor,
    protocol: StudyProtocolRequest,
    override?: { readonly reason: string },
  ): Promise<ResultOf<'study'>> => {
    const { id } = await ended<ResultOf<'study-design'>>(service.designStudy(actor, protocol, wait));
    await service.sealStudyDesign(actor, { result: id });
    return ended(service.estimateStudy(actor, { result: id, ...(override && { override }) }, wait));
  };
  return { service, study };
}
