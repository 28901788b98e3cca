import type { Language } from '../messages/language.ts';

/** A request for a page, as the room `http` hands it on: path without language prefix, values decoded. */
export interface PageRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly language: Language;
  /** scheme and host that the reader used, for the copyable requests: `http://127.0.0.1:3000` */
  readonly origin: string;
}

export interface Page {
  readonly status: number;
  readonly language: Language;
  readonly body: string;
}

/** A style sheet, font or picture. `digest` changes with its content. */
export interface PageAsset {
  readonly type: string;
  readonly digest: string;
  readonly body: Uint8Array;
}

/** What the demo data say about their collectives: names and goals, which are no panel columns. */
export interface DemoCatalogue {
  readonly panel: string;
  readonly collectives: readonly DemoCollective[];
}

export interface DemoCollective {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** one of those the start page introduces */
  readonly featured: boolean;
  readonly goals: readonly {
    readonly kpi: string;
    readonly period: 'wave' | 'year';
    readonly baseline: string;
    readonly by: string;
    readonly value: number;
  }[];
}

/** A refusal, to be shown as a page: status and code as in problem+json. */
export interface PageProblem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/**
 * The pages for people. The room `ui` implements it, `http` serves it, `main` brings them together. Every page is asked for
 * as a visitor, so that what it shows went through the release gate.
 */
export interface PageRenderer {
  /** paths of all pages with `:name` for their parameters, without language prefix */
  readonly paths: readonly string[];
  /** @throws CoreError and AppError; who serves the pages gives them to `problem` */
  page(request: PageRequest): Promise<Page>;
  problem(request: PageRequest, problem: PageProblem): Page;
  asset(name: string): PageAsset | null;
}
