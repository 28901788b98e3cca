import { AppError } from '../app/errors.ts';
import type { DemoCatalogue, PageAsset, PageRenderer, PageRequest } from '../app/pages.ts';
import type { Service } from '../app/service.ts';
import { StillWorking, visitor } from './ask.ts';
import { loadAssets } from './assets.ts';
import type { SafeHtml } from './html.ts';
import type { PageContext } from './page-context.ts';
import { collectivePage } from './pages/collective-page.ts';
import { collectivesPage } from './pages/collectives-page.ts';
import { loadCollective } from './pages/load-collective.ts';
import { loadStudy } from './pages/load-study.ts';
import { loadWarmStart } from './pages/load-warm-start.ts';
import { problemPage } from './pages/problem-page.ts';
import { startPage } from './pages/start-page.ts';
import { studiesPage } from './pages/studies-page.ts';
import { studyPage } from './pages/study-page.ts';
import { warmStartPage } from './pages/warm-start-page.ts';
import { workingPage } from './pages/working-page.ts';
import { textsIn } from './texts.ts';

export interface PageOptions {
  readonly service: Service;
  readonly version: string;
  /** null where the demo is off */
  readonly demo: DemoCatalogue | null;
  /** whether the demo is on its way into an empty store */
  readonly demoIsLoading: () => boolean;
}

type Handler = (context: PageContext, options: PageOptions, parameters: readonly string[]) => Promise<SafeHtml>;

/** Every page by its path. */
const pages: Readonly<Record<string, Handler>> = {
  '/': async (context, { service, demo, demoIsLoading }) => {
    // Asked first: what is loading now may be in the list already, but not the other way round.
    const isLoading = demoIsLoading();
    return startPage(context, await service.listPanels(visitor, {}), demo, isLoading);
  },
  '/collectives': async (context, { service, demo, demoIsLoading }) => {
    const isLoading = demoIsLoading();
    return collectivesPage(context, await service.listPanels(visitor, {}), demo, isLoading);
  },
  '/collectives/:panel': async (context, { service, version, demo }, [panel]) =>
    collectivePage(context, await loadCollective(service, version, demo, panel!, context.query), demo),
  '/warm-start': async (context, { service, version }) => {
    const { form, question, answer, refusal } = await loadWarmStart(service, version, context);
    return warmStartPage(context, form, question, answer, refusal);
  },
  '/studies': async (context, { service, version, demo }) => {
    const id = context.query.get('id')?.trim() ?? '';
    return id === ''
      ? studiesPage(context, demo)
      : studyPage(context, await loadStudy(service, version, demo, id, context), demo);
  },
  '/studies/:id': async (context, { service, version, demo }, [id]) =>
    studyPage(context, await loadStudy(service, version, demo, id!, context), demo),
};

/** The pages for people, rendered on the server. */
export function createPageRenderer(options: PageOptions): PageRenderer {
  const assets = loadAssets();
  const contextOf = ({ path, query, language, origin }: PageRequest): PageContext => ({
    texts: textsIn(language),
    path,
    query,
    origin,
    asset: (name) => `/assets/${assets.get(name)!.digest}/${name}`,
  });
  return {
    paths: Object.keys(pages),
    async page(request) {
      const context = contextOf(request);
      const { language } = request;
      for (const [pattern, handler] of Object.entries(pages)) {
        const parameters = matchPath(pattern, request.path);
        if (parameters === null) continue;
        try {
          return { status: 200, language, body: String(await handler(context, options, parameters)) };
        } catch (error) {
          if (!(error instanceof StillWorking)) throw error;
          return { status: 202, language, body: String(workingPage(context)) };
        }
      }
      throw new AppError('invalid-request', `There is no page "${request.path}".`, { path: request.path });
    },
    problem: (request, problem) => ({
      status: problem.status,
      language: request.language,
      body: String(problemPage(contextOf(request), problem)),
    }),
    asset: (name): PageAsset | null => assets.get(name) ?? null,
  };
}

/** The values of the `:name` parts of a pattern, or null where the path is another one. */
function matchPath(pattern: string, path: string): readonly string[] | null {
  const wanted = pattern.split('/');
  const given = path.replace(/(.)\/$/, '$1').split('/');
  if (wanted.length !== given.length) return null;
  const values: string[] = [];
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i]!.startsWith(':')) values.push(given[i]!);
    else if (wanted[i] !== given[i]) return null;
  }
  return values;
}
