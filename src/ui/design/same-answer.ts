import { html, type SafeHtml } from '../html.ts';
import type { Texts } from '../texts.ts';

/** One question in the three forms that give the same answer as the page. */
export interface SameAnswer {
  /** null where the command line has no form for the whole question */
  readonly commandLine: string | null;
  readonly request: string;
  readonly typescript: string;
}

/** The page as code: command line, API request and TypeScript, for each of its analyses. One click selects a whole line. */
export function sameAnswer({ t }: Texts, ...analyses: readonly SameAnswer[]): SafeHtml {
  const forms = analyses.flatMap(
    (lines) =>
      [
        [t('page.same-answer.command-line'), lines.commandLine],
        [t('page.same-answer.request'), lines.request],
        [t('page.same-answer.typescript'), lines.typescript],
      ] as const,
  );
  return html`<section class="wrap block same-answer" aria-labelledby="same-answer-heading">
<h2 id="same-answer-heading">${t('page.same-answer.heading')}</h2>
<p>${t('page.same-answer.lead')}</p>
${forms.map(([label, code]) => code !== null && codeBlock(label, code))}
</section>`;
}

export const codeBlock = (label: string, code: string): SafeHtml =>
  html`<div class="code"><p class="code-label">${label}</p><pre><code>${code}</code></pre></div>`;
