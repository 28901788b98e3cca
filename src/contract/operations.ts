import { type TSchema, Type } from 'typebox';
import { insightsBody, insightsRequest, insightsSettings } from './insights.ts';
import { matchingStudyBody, matchingStudyRequest, matchingStudySettings } from './matching-study.ts';
import { nothing, type Operation, strict } from './operation.ts';
import { ingestQuery, ingestReport, panelDescription, panelList, panelName } from './panels.ts';
import { qcaBody, qcaExample, qcaRequest, qcaSettings } from './qca.ts';
import { jobOf, resultOf } from './results.ts';

const panel = strict({ panel: panelName });
const job = strict({ job: Type.String({ pattern: '^job_[A-Za-z0-9_-]{1,64}$' }) });

/** The results of all analyses; a job or a stored result holds one of them. */
export const results = {
  insights: resultOf('insights', insightsSettings, insightsBody),
  qca: resultOf('qca', qcaSettings, qcaBody),
  'matching-study': resultOf('matching-study', matchingStudySettings, matchingStudyBody),
} as const satisfies Record<string, TSchema>;
const anyResult = Type.Union(Object.values(results));

const none = { parameters: nothing, query: nothing, body: nothing, problems: [] } as const;

/** Every operation of the service by id. The input of an operation is its parameters, query and body merged. */
export const operations = {
  listPanels: {
    ...none,
    method: 'GET',
    path: '/v1/panels',
    kind: 'query',
    tag: 'panels',
    summary: 'The panels of this service',
    response: panelList,
  },
  describePanel: {
    ...none,
    method: 'GET',
    path: '/v1/panels/{panel}',
    kind: 'query',
    tag: 'panels',
    summary: 'What a panel holds: variables, ranges, missing values by reason, revisions',
    parameters: panel,
    query: strict({ revision: Type.Optional(Type.Integer({ minimum: 1 })) }),
    response: panelDescription,
    problems: ['panel-not-found', 'revision-not-found'],
  },
  ingestPanel: {
    ...none,
    method: 'POST',
    path: '/v1/panels/{panel}/revisions',
    kind: 'upload',
    tag: 'panels',
    summary: 'Upload a file as a new panel or a new revision of one; a file with errors changes nothing',
    parameters: panel,
    query: ingestQuery,
    response: ingestReport,
    problems: ['invalid-file', 'payload-too-large', 'too-many-columns', 'store-full'],
  },
  insights: {
    ...none,
    method: 'POST',
    path: '/v1/panels/{panel}/insights',
    kind: 'analysis',
    tag: 'insights',
    summary: 'A KPI by period and attribute, with interval and group size; small groups are withheld',
    parameters: panel,
    body: insightsRequest,
    response: jobOf(results.insights),
    problems: ['panel-not-found', 'unknown-variable'],
  },
  qca: {
    ...none,
    method: 'POST',
    path: '/v1/qca',
    kind: 'analysis',
    tag: 'qca',
    summary:
      'Qualitative comparative analysis: which combinations of conditions go with the outcome; every minimal model, with a certificate',
    body: qcaRequest,
    response: jobOf(results.qca),
    problems: ['panel-not-found', 'unknown-variable'],
    example: qcaExample,
  },
  matchingStudy: {
    ...none,
    method: 'POST',
    path: '/v1/panels/{panel}/matching-studies',
    kind: 'analysis',
    tag: 'causal',
    summary:
      'What a treatment changed: matched comparison with balance, overlap, and a standard error that fits the design',
    parameters: panel,
    body: matchingStudyRequest,
    response: jobOf(results['matching-study']),
    problems: ['panel-not-found', 'unknown-variable', 'separation', 'empty-group', 'no-overlap', 'too-few-groups'],
  },
  listJobs: {
    ...none,
    method: 'GET',
    path: '/v1/jobs',
    kind: 'query',
    tag: 'jobs',
    summary: 'Jobs, newest first',
    query: strict({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) }),
    response: strict({ jobs: Type.Array(jobOf(anyResult)) }),
  },
  getJob: {
    ...none,
    method: 'GET',
    path: '/v1/jobs/{job}',
    kind: 'query',
    tag: 'jobs',
    summary: 'State, progress and, when it succeeded, the result of a job',
    parameters: job,
    response: jobOf(anyResult),
    problems: ['job-not-found'],
  },
  cancelJob: {
    ...none,
    method: 'DELETE',
    path: '/v1/jobs/{job}',
    kind: 'query',
    tag: 'jobs',
    summary: 'Cancel a job; one that ended stays as it is',
    parameters: job,
    response: jobOf(anyResult),
    problems: ['job-not-found'],
  },
  restartJob: {
    ...none,
    method: 'POST',
    path: '/v1/jobs/{job}/restart',
    kind: 'query',
    tag: 'jobs',
    summary: 'Run an interrupted, failed or cancelled job again',
    parameters: job,
    response: jobOf(anyResult),
    problems: ['job-not-found'],
  },
  watchJob: {
    ...none,
    method: 'GET',
    path: '/v1/jobs/{job}/events',
    kind: 'events',
    tag: 'jobs',
    summary: 'Progress of a job as server-sent events: `progress` and, at the end, `end`',
    parameters: job,
    response: jobOf(anyResult),
    problems: ['job-not-found'],
  },
  getResult: {
    ...none,
    method: 'GET',
    path: '/v1/results/{result}',
    kind: 'query',
    tag: 'jobs',
    summary: 'A stored result',
    parameters: strict({ result: Type.String({ pattern: '^res_[A-Za-z0-9_-]{1,64}$' }) }),
    response: anyResult,
    problems: ['result-not-found'],
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
