import { type TObject, type TProperties, type TSchema, Type } from 'typebox';

/** One operation of the service: HTTP route, remote call of the command line and OpenAPI entry in one record. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** path with `{name}` for its parameters */
  readonly path: string;
  /**
   * query: answers at once. analysis: a job; 200 with the result within a second, else 202 and a Location.
   * upload: the body is a file. events: server-sent events. document: answers with a file for people (HTML).
   */
  readonly kind: 'query' | 'analysis' | 'upload' | 'events' | 'document';
  readonly tag: string;
  readonly summary: string;
  readonly parameters: TObject;
  readonly query: TObject;
  readonly body: TObject;
  readonly response: TSchema;
  /** codes of the problems it may answer, beside those every operation may */
  readonly problems: readonly string[];
  /** a request body that works on the demo data */
  readonly example?: unknown;
}

/** An object that refuses what it does not know: a misspelt field must not mean its default. */
export const strict = <P extends TProperties>(properties: P, options: Record<string, unknown> = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

export const nothing = strict({});

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
