import { html, type SafeHtml } from '../html.ts';

/** A chart is three equal things: one sentence, a picture and the whole table. The sentence comes first. */
export interface Figure {
  readonly id: string;
  readonly summary: string;
  readonly picture: readonly SafeHtml[];
  readonly legend: readonly { readonly symbol: LegendSymbol; readonly label: string }[];
  readonly tableLabel: string;
  readonly table: SafeHtml;
  /** a long table starts closed; it is there all the same */
  readonly isLong?: boolean;
}

export type LegendSymbol = 'main' | 'second' | 'goal' | 'withheld' | 'dot-main' | 'dot-second';

export function figure({ id, summary, picture, legend, tableLabel, table, isLong = false }: Figure): SafeHtml {
  return html`<figure class="figure" id="${id}" aria-labelledby="${id}-summary">
<figcaption id="${id}-summary" class="figure-summary">${summary}</figcaption>
${legend.length > 0 && html`<ul class="legend" aria-hidden="true">${legend.map((item) => html`<li>${swatch(item.symbol, id)}${item.label}</li>`)}</ul>`}
<div class="figure-picture">${[...picture]}</div>
<details class="figure-table"${!isLong && html` open`}><summary>${tableLabel}</summary>${table}</details>
</figure>`;
}

function swatch(symbol: LegendSymbol, id: string): SafeHtml {
  switch (symbol) {
    case 'main':
      return html`<svg viewBox="0 0 28 14" width="28" height="14" focusable="false"><path class="swatch-main" d="M1 7h26M1 3v8M27 3v8"/><circle class="swatch-main-dot" cx="14" cy="7" r="5"/></svg>`;
    case 'second':
      return html`<svg viewBox="0 0 28 14" width="28" height="14" focusable="false"><path class="swatch-second" d="M1 7h26M1 3v8M27 3v8"/><path class="swatch-second-dot" d="M14 1l5 6-5 6-5-6z"/></svg>`;
    case 'dot-main':
      return html`<svg viewBox="0 0 14 14" width="14" height="14" focusable="false"><circle class="swatch-main-dot" cx="7" cy="7" r="5"/></svg>`;
    case 'dot-second':
      return html`<svg viewBox="0 0 14 14" width="14" height="14" focusable="false"><path class="swatch-second-dot" d="M7 1l5 6-5 6-5-6z"/></svg>`;
    case 'goal':
      return html`<svg viewBox="0 0 28 14" width="28" height="14" focusable="false"><path class="swatch-goal" d="M0 7h28"/></svg>`;
    case 'withheld':
      // A pattern of its own: one inside a picture that CSS hides would not be drawn.
      return html`<svg viewBox="0 0 28 14" width="28" height="14" focusable="false"><defs><pattern id="${id}-legend-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="swatch-hatch" x1="0" y1="0" x2="0" y2="6"/></pattern></defs><rect class="swatch-frame" x="1" y="1" width="26" height="12" fill="url(#${id}-legend-hatch)"/></svg>`;
  }
}
