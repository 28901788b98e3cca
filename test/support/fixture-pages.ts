import type { PageRenderer, PageRequest } from '../../src/app/pages.ts';
import type { PageContext } from '../../src/ui/page-context.ts';
import { studyPage } from '../../src/ui/pages/study-page.ts';
import { warmStartPage } from '../../src/ui/pages/warm-start-page.ts';
import { verdicts } from '../../src/ui/pages/warm-start-view.ts';
import { workingPage } from '../../src/ui/pages/working-page.ts';
import { textsIn } from '../../src/ui/texts.ts';
import {
  demotedAnswer,
  studyFixture,
  warmStartAnswer,
  warmStartForm,
  warmStartMistake,
  warmStartQuestion,
} from './page-fixtures.ts';

/** States of the pages that the demo data do not bring about, drawn from records made by hand. */
const fixtures: Readonly<Record<string, (context: PageContext) => unknown>> = {
  '/fixtures/study': (context) => studyPage(context, studyFixture, null),
  '/fixtures/working': workingPage,
  '/fixtures/warm-start-mistake': (context) => warmStartPage(context, warmStartForm, warmStartMistake, null, null),
  '/fixtures/warm-start-demoted': (context) =>
    warmStartPage(context, warmStartForm, warmStartQuestion, demotedAnswer, null),
  ...Object.fromEntries(
    verdicts.map((verdict) => [
      `/fixtures/warm-start-${verdict}`,
      (context: PageContext) =>
        warmStartPage(context, warmStartForm, warmStartQuestion, warmStartAnswer(verdict), null),
    ]),
  ),
};

export const fixturePaths = Object.keys(fixtures);

/** A renderer that serves the fixture pages beside its own. */
export function withFixturePages(renderer: PageRenderer): PageRenderer {
  const contextOf = ({ path, query, language, origin }: PageRequest): PageContext => ({
    texts: textsIn(language),
    path,
    query,
    origin,
    asset: (name) => `/assets/${renderer.asset(name)!.digest}/${name}`,
  });
  return {
    ...renderer,
    paths: [...renderer.paths, ...fixturePaths],
    async page(request) {
      const draw = fixtures[request.path];
      return draw
        ? { status: 200, language: request.language, body: String(draw(contextOf(request))) }
        : renderer.page(request);
    },
  };
}
