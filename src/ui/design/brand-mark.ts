import { html, type SafeHtml } from '../html.ts';

/** Three houses of different heights: a street, and a small bar chart. Decoration only; the name stands beside it. */
export const brandMark = (): SafeHtml =>
  html`<svg class="brand-mark" viewBox="0 0 32 24" width="40" height="30" aria-hidden="true" focusable="false"><path class="brand-side" d="M1 24V13l5-6 5 6v11z"/><path class="brand-middle" d="M11 24V8l5-7 5 7v16z"/><path class="brand-side" d="M21 24V16l5-6 5 6v8z"/></svg>`;

/** A house whose curtains are closed: the sign for numbers that stay inside. */
export const closedCurtains = (): SafeHtml =>
  html`<svg class="closed-curtains" viewBox="0 0 32 32" width="40" height="40" aria-hidden="true" focusable="false"><path class="house" d="M4 31V14L16 2l12 12v17z"/><path class="window" d="M9 15h14v11H9z"/><path class="curtain" d="M9 15c3 0 6 2 6.500 11H9zM23 15c-3 0-6 2-6.500 11H23z"/></svg>`;

interface House {
  readonly width: number;
  readonly height: number;
  readonly gable: 'point' | 'step' | 'bell' | 'flat';
  readonly floors: number;
  readonly tone: 1 | 2 | 3 | 4;
  readonly curtains?: boolean;
}

const houses: readonly House[] = [
  { width: 64, height: 118, gable: 'point', floors: 2, tone: 1 },
  { width: 74, height: 158, gable: 'step', floors: 3, tone: 2 },
  { width: 58, height: 104, gable: 'flat', floors: 2, tone: 3 },
  { width: 70, height: 142, gable: 'bell', floors: 3, tone: 4 },
  { width: 62, height: 112, gable: 'point', floors: 2, tone: 2, curtains: true },
  { width: 78, height: 176, gable: 'step', floors: 4, tone: 1 },
  { width: 60, height: 128, gable: 'point', floors: 3, tone: 3 },
  { width: 72, height: 150, gable: 'bell', floors: 3, tone: 2 },
];

/** The street of the start page. One house keeps its curtains closed, as small groups do. Decoration only. */
export function street(): SafeHtml {
  const ground = 200;
  let x = 4;
  const drawn = houses.map((house) => {
    const left = x;
    x += house.width + 2;
    return drawHouse(house, left, ground);
  });
  return html`<svg class="street" viewBox="0 0 ${x + 2} ${ground}" aria-hidden="true" focusable="false">${drawn}</svg>`;
}

function drawHouse(house: House, left: number, ground: number): SafeHtml {
  const { width: w, height, gable, floors, tone } = house;
  const top = ground - height;
  const eaves = top + (gable === 'flat' ? 0 : 32);
  const right = left + w;
  const middle = left + w / 2;
  const outline = {
    flat: `M${left} ${ground}V${top}H${right}V${ground}z`,
    point: `M${left} ${ground}V${eaves}L${middle} ${top}L${right} ${eaves}V${ground}z`,
    bell: `M${left} ${ground}V${eaves}C${left + w * 0.22} ${eaves - 2} ${left + w * 0.2} ${top} ${middle} ${top}C${right - w * 0.2} ${top} ${right - w * 0.22} ${eaves - 2} ${right} ${eaves}V${ground}z`,
    step: `M${left} ${ground}V${eaves}h${w * 0.14}v-11h${w * 0.14}v-11h${w * 0.14}v-10h${w * 0.16}v10h${w * 0.14}v11h${w * 0.14}v11h${w * 0.14}V${ground}z`,
  }[gable];
  const pane = { w: w * 0.22, h: 20 };
  const windows: SafeHtml[] = [];
  for (let floor = 0; floor < floors; floor++) {
    const y = eaves + 8 + floor * 32;
    if (y + pane.h > ground - 10) break;
    for (const share of [0.3, 0.7]) {
      const door = floor === floors - 1 && share === 0.7;
      const px = left + w * share - pane.w / 2;
      windows.push(
        door
          ? html`<rect class="door" x="${px}" y="${ground - 30}" width="${pane.w}" height="30"/>`
          : html`<rect class="${house.curtains ? 'curtained' : 'lit'}" x="${px}" y="${y}" width="${pane.w}" height="${pane.h}"/>`,
      );
    }
  }
  return html`<path class="tone-${tone}" d="${outline}"/>${windows}`;
}
