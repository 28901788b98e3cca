import { Type } from 'typebox';
import { literals } from './matching-study.ts';
import { nullable, strict } from './operation.ts';
import { engine } from './results.ts';
import { readBefore, seal, studyProtocol } from './study.ts';

const digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'sha256 of the canonical JSON of the answer' });

const capsule = {
  format: Type.Literal('samenwijs-capsule'),
  version: Type.Literal(1),
  holds: literals(['whole', 'released'], {
    description: 'whole: as the operator sees the study; released: as everybody else does',
  }),
  result: Type.String({ description: 'id of the study; nothing is looked up by it' }),
  engine,
  protocol: studyProtocol,
  seal,
  readBefore,
  override: nullable(Type.String({ description: 'sha256 of the reason of an override' })),
  digest,
};
// As any version of the engine wrote it: what this one would not write is a difference to be told.
const answer = nullable(
  strict(
    {
      attrition: Type.Array(Type.Unknown()),
      warnings: Type.Array(Type.Unknown()),
      body: Type.Record(Type.String(), Type.Unknown()),
    },
    { description: 'attrition, warnings and body of the study; null: only its digest is compared' },
  ),
);

export const studyCapsule = strict({ ...capsule, answer }, { title: 'study capsule' });

export const replaySettings = strict({
  panel: Type.String(),
  revision: Type.Integer(),
  capsule: strict({ ...capsule, answer: Type.Null({ description: 'its digest is enough' }) }),
});

export const replayBody = strict({
  verdict: literals(['same', 'changed']),
  identical: nullable(
    Type.Boolean({
      description:
        'whether the answer is the same to the byte; null: not estimated, since settings, data or design are others',
    }),
  ),
  sealedHere: Type.Boolean({ description: 'whether the log of this service holds the seal' }),
  changes: Type.Array(
    strict({
      what: literals(['settings', 'data', 'engine', 'design', 'result']),
      code: Type.String(),
      parameters: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
    }),
  ),
  digest: nullable(digest),
  differences: Type.Array(
    strict({
      path: Type.String({ description: 'JSON Pointer into the answer' }),
      was: nullable(
        Type.String({
          description: 'JSON of the value in the capsule, {…} or […] where it has parts; null: none, or not to be told',
        }),
      ),
      is: nullable(Type.String({ description: 'the same of the value here' })),
    }),
    { description: 'the first ten' },
  ),
});
