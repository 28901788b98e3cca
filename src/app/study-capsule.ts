import type { ReadBefore } from '../core/study/verdict-facts.ts';
import type { Actor } from './actor.ts';
import type { StudyProtocol } from './analyses/study-protocol.ts';
import type { ResultOf } from './analyses.ts';
import { digestOf } from './digest.ts';
import type { Answer } from './gate-answer.ts';
import type { Released } from './release.ts';
import type { Engine } from './results.ts';
import type { StudySeal } from './study-seal.ts';

/** A sealed study to be carried out again by anybody who has the data: all that was decided, and what came of it. */
export interface StudyCapsule {
  readonly format: 'samenwijs-capsule';
  readonly version: 1;
  /** `whole`: as the operator sees it; `released`: as everybody else does */
  readonly holds: 'whole' | 'released';
  /** id of the study; nothing is looked up by it */
  readonly result: string;
  readonly engine: Engine;
  /** with the panel, its revision and the seed */
  readonly protocol: StudyProtocol;
  /** with the digests of protocol, design and data */
  readonly seal: StudySeal;
  /** what had been read of the treatment before */
  readonly readBefore: ReadBefore;
  /** sha256 of the reason for which the effect is shown whatever the verdict says; null: as the verdict says */
  readonly override: string | null;
  /** null where only its digest is kept */
  readonly answer: Answer<object> | null;
  /** sha256 of the canonical JSON of the answer */
  readonly digest: string;
}

/** The capsule of a study as this actor sees it. */
export function toCapsule({ settings, ...study }: Released<ResultOf<'study'>>, actor: Actor): StudyCapsule {
  const { attrition, warnings, body } = study;
  const answer = { attrition, warnings, body };
  return {
    format: 'samenwijs-capsule',
    version: 1,
    holds: actor.role === 'operator' ? 'whole' : 'released',
    result: study.id,
    engine: study.engine,
    protocol: settings.protocol,
    seal: settings.seal,
    readBefore: settings.readBefore,
    override: settings.override && digestOf(settings.override.reason),
    answer,
    digest: digestOf(answer),
  };
}
