import type { Warning } from '../../core/errors.ts';
import { notice } from '../design/page-parts.ts';
import { html, type SafeHtml } from '../html.ts';
import type { Texts } from '../texts.ts';

/** The cautions of a result, in words. A caution without a text shows its code: hidden would be worse. */
export function warningList({ t, find }: Texts, warnings: readonly Warning[]): SafeHtml | null {
  if (warnings.length === 0) return null;
  return html`<div class="wrap block">${notice(
    html`<h2>${t('page.warnings')}</h2><ul>${warnings.map((warning) => html`<li>${find(`warning.${warning.code}`, warning.parameters) ?? warning.code}</li>`)}</ul>`,
  )}</div>`;
}
