import { html, type SafeHtml } from '../html.ts';

export interface ReportFigure {
  /** one sentence: what is to be seen */
  readonly caption: string;
  /** the two forms of a chart; CSS shows one */
  readonly picture: readonly SafeHtml[];
  /** the same as numbers */
  readonly table: SafeHtml;
}

/** A picture, its sentence and its numbers, all three there for everybody. */
export const reportFigure = ({ caption, picture, table }: ReportFigure): SafeHtml =>
  html`<figure><figcaption>${caption}</figcaption>${[...picture]}</figure>${table}`;
