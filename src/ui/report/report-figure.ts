import { html, type SafeHtml } from '../html.ts';

export interface ReportFigure {
  /** one sentence: what is to be seen */
  readonly caption: string;
  /** the two forms of a chart; CSS shows one */
  readonly picture: readonly SafeHtml[];
  /** what the marks stand for, where the picture does not say it */
  readonly legend?: string;
  /** the same as numbers */
  readonly table: SafeHtml;
}

/** A picture, its sentence and its numbers, all three there for everybody. */
export const reportFigure = ({ caption, picture, legend, table }: ReportFigure): SafeHtml =>
  html`<figure><figcaption>${caption}</figcaption>${[...picture]}${legend !== undefined && html`<p class="quiet">${legend}</p>`}</figure>${table}`;
