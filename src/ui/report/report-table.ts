import { type HtmlValue, html, type SafeHtml } from '../html.ts';

export interface ReportColumn {
  readonly title: HtmlValue;
  readonly isNumber?: boolean;
}

/** A plain table that scrolls sideways where it is wide; the first cell of a row is its heading. */
export function reportTable(
  caption: HtmlValue,
  columns: readonly ReportColumn[],
  rows: readonly (readonly HtmlValue[])[],
): SafeHtml {
  const kind = (at: number) => columns[at]?.isNumber === true && html` class="number"`;
  const name = typeof caption === 'string' && html` role="group" aria-label="${caption}"`;
  // Focusable, so that a keyboard can scroll it.
  return html`<div class="scroll" tabindex="0"${name}><table>${caption !== null && html`<caption>${caption}</caption>`}
<thead><tr>${columns.map(({ title }, at) => html`<th scope="col"${kind(at)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([heading, ...cells]) =>
      html`<tr><th scope="row">${heading!}</th>${cells.map((cell, at) => html`<td${kind(at + 1)}>${cell}</td>`)}</tr>\n`,
  )}</tbody></table></div>`;
}
