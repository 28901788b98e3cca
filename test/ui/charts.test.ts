import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { type IntervalChart, intervalChart, padded, wrap } from '../../src/ui/charts/interval-chart.ts';
import { type LovePlot, lovePlot } from '../../src/ui/charts/love-plot.ts';
import { type TrendChart, trendChart } from '../../src/ui/charts/trend-chart.ts';
import { type TwoSidedHistogram, twoSidedHistogram } from '../../src/ui/charts/two-sided-histogram.ts';
import type { SafeHtml } from '../../src/ui/html.ts';

const intervals: IntervalChart = {
  id: 'gas',
  title: 'Gas by insulation',
  description: 'From 51 to 99.',
  axisLabel: 'Gas, m³ a month',
  reference: { value: 80, label: 'everybody: 80' },
  formatTick: String,
  rows: [
    { label: 'poor', value: { estimate: 99, lower: 90, upper: 108 }, text: '99 (90 to 108)', emphasis: 'main' },
    { label: 'good <b>', value: { estimate: 51, lower: 45, upper: 57 }, text: '51 (45 to 57)', emphasis: 'second' },
    { label: 'partial', value: null, text: 'not shown: fewer than 10', emphasis: 'main' },
  ],
};
const trend: TrendChart = {
  id: 'trend',
  title: 'Gas through time',
  description: 'From 90 to 80.',
  axisLabel: 'Gas, m³ a month',
  goal: { value: 70, label: 'goal 70' },
  formatTick: String,
  points: [
    { label: '2022', value: { estimate: 90, lower: 85, upper: 95 } },
    { label: '2023', value: null },
    { label: '2024', value: { estimate: 80, lower: 76, upper: 84 } },
  ],
};
const love: LovePlot = {
  id: 'love',
  title: 'Balance',
  description: 'Largest difference after matching: 0.05.',
  axisLabel: 'standard deviations',
  threshold: 0.1,
  thresholdLabel: '0.1',
  formatTick: String,
  rows: [
    { label: 'income', before: 0.8, after: 0.05 },
    { label: 'size', before: 0.2, after: 0.08 },
  ],
};

const scores: TwoSidedHistogram = {
  id: 'overlap',
  title: 'Scores of both groups',
  description: 'The scores have 62 % in common.',
  axisLabel: 'score',
  upLabel: 'took part',
  downLabel: 'did not',
  formatTick: String,
  bins: [
    { from: -2, to: -1, up: 0, down: 0.5 },
    { from: -1, to: 0, up: 0.4, down: 0.4 },
    { from: 0, to: 1, up: 0.6, down: null },
  ],
};

const parse = (svg: SafeHtml) => parseHTML(`<html><body>${svg}</body></html>`).document.querySelector('svg')!;

describe.each([
  ['interval chart', intervalChart(intervals)],
  ['trend chart', trendChart(trend)],
  ['love plot', lovePlot(love)],
  ['two-sided histogram', twoSidedHistogram(scores)],
] as const)('the %s', (name, [wide, narrow]) => {
  it('is one named image in a wide and a narrow form', () => {
    for (const [svg, form, width] of [
      [parse(wide!), 'wide', '720'],
      [parse(narrow!), 'narrow', '340'],
    ] as const) {
      expect(svg.getAttribute('role')).toBe('img');
      expect(svg.getAttribute('class')).toBe(`chart chart--${form}`);
      expect(svg.getAttribute('width')).toBe(width);
      const named = svg.getAttribute('aria-labelledby')!.split(' ');
      expect(named.map((id: string) => svg.querySelector(`#${id}`)!.tagName.toLowerCase())).toEqual(['title', 'desc']);
    }
  });

  it('has no inline style and no colour that dark mode could not change', () => {
    for (const svg of [wide!, narrow!]) {
      const markup = String(svg);
      expect(markup).not.toMatch(/<style|style=/);
      const colours = [...markup.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map((match) => match[1]!);
      expect(
        colours.filter((colour) => !/^(none|currentColor|var\(--[a-z-]+\)|url\(#[a-z-]+\))$/.test(colour)),
      ).toEqual([]);
    }
  });

  it('is drawn as it was when somebody last looked at it', async () => {
    for (const [svg, form] of [
      [wide!, 'wide'],
      [narrow!, 'narrow'],
    ] as const) {
      await expect(String(svg)).toMatchFileSnapshot(`snapshots/${name.replaceAll(' ', '-')}-${form}.svg`);
    }
  });
});

describe('an interval chart', () => {
  it('places every estimate and interval end where its number says', () => {
    const svg = parse(intervalChart(intervals)[0]!);
    const [low, high] = padded([99, 90, 108, 51, 45, 57, 80]);
    const x = (value: number) => 200 + ((value - low) / (high - low)) * (720 - 400);
    const centres = [...svg.querySelectorAll('path[transform]')].map((path) =>
      Number(/translate\(([-\d.]+)/.exec(path.getAttribute('transform')!)![1]),
    );
    expect(centres.map((centre) => centre.toFixed(0))).toEqual([99, 51].map((value) => x(value).toFixed(0)));
    const spans = [...svg.querySelectorAll('path[d^="M"]')]
      .map((path) => /^M([\d.]+),[\d.]+L([\d.]+),/.exec(path.getAttribute('d')!))
      .filter((match) => match !== null);
    expect(spans.map((match) => [Number(match[1]).toFixed(0), Number(match[2]).toFixed(0)])).toEqual([
      [x(90).toFixed(0), x(108).toFixed(0)],
      [x(45).toFixed(0), x(57).toFixed(0)],
    ]);
  });

  it('hatches a withheld row and gives no number away for it', () => {
    const markup = String(intervalChart(intervals)[0]!);
    expect(markup).toContain('fill="url(#gas-wide-hatch)"');
    expect(markup).toContain('not shown: fewer than 10');
  });

  it('escapes labels', () => {
    const markup = String(intervalChart(intervals)[0]!);
    expect(markup).toContain('good &lt;b&gt;');
    expect(markup).not.toContain('<b>');
  });
});

describe('a trend chart', () => {
  it('leaves a gap at a withheld period instead of drawing through it', () => {
    const markup = String(trendChart(trend)[0]!);
    // one subpath per run of shown periods: the line starts twice
    const line = [...parse(trendChart(trend)[0]!).querySelectorAll('path')].find((path) =>
      path.getAttribute('d')!.includes('Z'),
    )!;
    expect(line.getAttribute('d')!.match(/M/g)).toHaveLength(2);
    expect(markup).toContain('goal 70');
  });
});

describe('labels', () => {
  it('break at a space, as often as needed', () => {
    expect(wrap('short', 24)).toBe('short');
    expect(wrap('rented from a housing association', 24)).toBe('rented from a housing\nassociation');
  });
});

describe('a two-sided histogram', () => {
  it('draws one group above and one below the line, as high as their shares, and hatches what is withheld', () => {
    const svg = parse(twoSidedHistogram(scores)[0]!);
    const bars = [...svg.querySelectorAll('rect')].filter((rect) => rect.getAttribute('width') !== null);
    const of = (fill: string) =>
      [...svg.querySelectorAll(`g[fill="${fill}"] rect, rect[fill="${fill}"]`)].map((rect) =>
        Number(rect.getAttribute('height')),
      );
    const [up, down] = [of('var(--chart-main)'), of('var(--chart-second)')];
    expect(up).toHaveLength(2);
    expect(up[1]! / up[0]!).toBeCloseTo(0.6 / 0.4, 1);
    expect(down).toHaveLength(2);
    expect(down[0]! / up[0]!).toBeCloseTo(0.5 / 0.4, 1);
    expect(bars.length).toBeGreaterThanOrEqual(5);
    expect(String(twoSidedHistogram(scores)[0])).toContain('url(#overlap-wide-hatch)');
  });
});
