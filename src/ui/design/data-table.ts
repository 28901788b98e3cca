import { type HtmlValue, html, type SafeHtml } from '../html.ts';

export interface TableColumn {
  readonly label: string;
  readonly align: 'text' | 'number';
}

export interface TableRow {
  /** the row's own heading, in the first column */
  readonly heading: HtmlValue;
  /** one cell per further column */
  readonly cells: readonly HtmlValue[];
  /** the whole row says one thing (why it is withheld) in place of its cells */
  readonly note?: string;
}

/**
 * A table that a phone shows as one block per row. The roles are written out because `display: block` takes the table's
 * meaning away from screen readers.
 */
export function dataTable(caption: string, columns: readonly TableColumn[], rows: readonly TableRow[]): SafeHtml {
  const align = (at: number) => columns[at]?.align === 'number' && html` class="number"`;
  const span = columns.length - 1;
  return html`<table class="data${columns.filter((column) => column.align === 'text').length > 2 && ' data--many'}" role="table">
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map((column, at) => html`<th role="columnheader" scope="col"${align(at)}>${column.label}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map(
    (row) => html`
<tr role="row"><th role="rowheader" scope="row">${row.heading}</th>${
      row.note === undefined
        ? row.cells.map(
            (cell, at) =>
              html`<td role="cell"${align(at + 1)}><span class="cell-label" aria-hidden="true">${columns[at + 1]?.label ?? ''}</span><span>${cell}</span></td>`,
          )
        : html`<td role="cell" class="withheld" colspan="${span}">${row.note}</td>`
    }</tr>`,
  )}
</tbody></table>`;
}
