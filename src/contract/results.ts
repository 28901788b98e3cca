import { type TSchema, Type } from 'typebox';
import { nullable, strict } from './operation.ts';

export const warning = strict({
  code: Type.String(),
  parameters: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Array(Type.String())])),
});

const dataSource = strict({
  panel: Type.String(),
  revision: Type.Integer(),
  digest: Type.String({
    description: 'sha256 of the file of this revision; where a unit was erased, of that digest and the erasure',
  }),
  units: nullable(Type.Array(Type.String())),
  consents: nullable(
    Type.Integer({
      description: 'of households: number of the newest consent event that was heeded, 0 for none',
    }),
  ),
});

export const engine = strict({ name: Type.Literal('samenwijs'), version: Type.String(), kernels: Type.String() });

/** The envelope around the body of every analysis. */
export const resultOf = (kind: string, settings: TSchema, body: TSchema) =>
  strict(
    {
      id: Type.String(),
      kind: Type.Literal(kind),
      class: Type.Union([Type.Literal('workspace'), Type.Literal('release')]),
      engine,
      settings,
      seed: Type.Integer(),
      sources: Type.Array(dataSource),
      attrition: Type.Array(strict({ step: Type.String(), units: nullable(Type.Number()) })),
      warnings: Type.Array(warning),
      body,
    },
    { title: `${kind} result` },
  );

const jobStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted'] as const;

export const jobOf = (result: TSchema) =>
  strict({
    id: Type.String(),
    kind: Type.String(),
    state: Type.Union(jobStates.map((state) => Type.Literal(state))),
    attempt: Type.Integer({ minimum: 1 }),
    progress: Type.Number({ minimum: 0, maximum: 1 }),
    stage: Type.String(),
    cost: nullable(
      strict(
        { seconds: Type.Number(), megabytes: Type.Number() },
        { description: 'estimate of what a long job takes, told before its work starts; to one significant digit' },
      ),
    ),
    submittedAt: Type.String(),
    startedAt: nullable(Type.String()),
    finishedAt: nullable(Type.String()),
    resultId: nullable(Type.String()),
    error: nullable(
      strict({ code: Type.String(), message: Type.String(), details: Type.Record(Type.String(), Type.Unknown()) }),
    ),
    result: nullable(result),
  });
