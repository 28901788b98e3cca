import { html, type SafeHtml } from '../html.ts';
import { wrap } from './interval-chart.ts';
import { type ChartForm, chartForms, ink } from './svg.ts';

/** One step: what it asks, and how many units are left, as text. */
export interface FlowStep {
  readonly label: string;
  readonly left: string;
}

export interface FlowChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly steps: readonly FlowStep[];
}

/** Boxes from top to bottom, one a step, with the number that is left at the right. */
export const flowChart = (chart: FlowChart): readonly SafeHtml[] => chartForms.map((form) => draw(chart, form));

const line = 18;
const padding = 12;
const gap = 24;

function draw({ id, title, description, steps }: FlowChart, form: ChartForm): SafeHtml {
  const isWide = form === 'wide';
  const [width, box, letters] = isWide ? [720, 520, 56] : [340, 336, 30];
  const left = 2;
  const middle = left + box / 2;
  let top = 2;
  const drawn = steps.map(({ label, left: count }, at) => {
    const lines = wrap(label, letters).split('\n');
    const height = lines.length * line + 2 * padding;
    const y = top;
    top += height + gap;
    const arrow =
      at < steps.length - 1 &&
      html`<path d="M${middle} ${y + height}v${gap - 2}m-5 -6l5 6l5 -6" fill="none" stroke="${ink.quiet}" stroke-width="1.5"/>`;
    return html`<rect x="${left}" y="${y}" width="${box}" height="${height}" rx="4" fill="${ink.surface}" stroke="${ink.quiet}"/>${lines.map(
      (text, l) =>
        html`<text x="${left + padding}" y="${y + padding + l * line + 13}" fill="${ink.text}">${text}</text>`,
    )}<text x="${left + box - padding}" y="${y + padding + 13}" text-anchor="end" font-weight="600" fill="${ink.text}">${count}</text>${arrow}`;
  });
  const height = top - gap + 2;
  const name = `${id}-${form}`;
  return html`<svg class="chart chart--${form}" role="img" aria-labelledby="${name}-title ${name}-desc" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><title id="${name}-title">${title}</title><desc id="${name}-desc">${description}</desc>${drawn}</svg>`;
}
