/** The look of a report: one file that asks for nothing, on paper as on a screen. Colours as in the pages. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #16241e; --ink-quiet: #4c5c55; --surface: #fff; --line: #d3d9d1;
  --accent: #0e5a48; --chart-main: #0e5a48; --chart-second: #b04a14; --chart-band: #d3e8de; --chart-grid: #e4e8e2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8efea; --ink-quiet: #a9b9b0; --surface: #17221d; --line: #2d3b35;
  --accent: #86dabb; --chart-main: #86dabb; --chart-second: #f4a76a; --chart-band: #21483b; --chart-grid: #26342e; } }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--surface); max-width: 60rem;
  margin: 0 auto; padding: 1rem; }
h1, h2, h3 { line-height: 1.2; text-wrap: balance; } h2 { margin-top: 2.5rem; border-top: 2px solid var(--accent); padding-top: .75rem; }
p.quiet, figcaption, caption { color: var(--ink-quiet); } figure { margin: 1rem 0; } svg { max-width: 100%; height: auto; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; } caption { text-align: left; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th.number, td.number { text-align: right; } .scroll { overflow-x: auto; } code, pre { font: .85rem ui-monospace, monospace; }
pre { border: 1px solid var(--line); padding: .75rem; overflow-x: auto; white-space: pre; } .formula { font-weight: 600; }
.caution { border-left: 4px solid var(--chart-second); padding-left: .75rem; } ul.caution { padding-left: 2rem; }
.sentence::first-letter { text-transform: uppercase; }
.mark { font-size: 1.5rem; line-height: 1; } .mark--small { font-size: .8rem; } td.mark-cell { text-align: center; }
.chart--narrow { display: none; } @media (max-width: 46rem) { .chart--wide { display: none; } .chart--narrow { display: block; } }
a { color: var(--accent); } nav ul { columns: 2 18rem; padding-left: 1.25rem; } code { overflow-wrap: anywhere; } td { min-width: 6ch; } td.number { white-space: nowrap; } th[scope=row] { min-width: 11ch; } table { min-width: min(100%, 26rem); }
cite { font-style: normal; color: var(--ink-quiet); } section { scroll-margin-top: 1rem; } figcaption { font-weight: 600; color: var(--ink); margin-bottom: .5rem; }
.verdict { border: 2px solid var(--chart-main); padding: .75rem 1rem; font-size: 1.15rem; } .verdict--caution { border-color: var(--chart-second); }
.verdict--do-not-use { border-color: var(--chart-second); border-width: 2px 2px 2px 12px; } .answer { font-size: 1.15rem; font-weight: 600; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.venn-set { fill: var(--chart-band); fill-opacity: .35; stroke: var(--ink-quiet); stroke-width: 1.5; }
.venn-mark { stroke: var(--chart-main); stroke-width: 2; fill: var(--surface); } .venn-mark--1 { fill: var(--chart-main); }
.venn-mark--C { stroke-dasharray: 3 3; fill: var(--chart-band); } svg .venn-count { font-size: 11px; }
svg .venn-count--on { fill: var(--surface); } svg .venn-name { font-weight: 600; }
@media print { :root { color-scheme: light; --ink: #000; --ink-quiet: #333; --surface: #fff; --line: #999; --accent: #0e5a48;
  --chart-main: #0e5a48; --chart-second: #b04a14; --chart-band: #d3e8de; --chart-grid: #e4e8e2; }
  body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; } .scroll { overflow: visible; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  h2, h3, caption { break-after: avoid; } figure, tr { break-inside: avoid; } thead { display: table-header-group; }
  .chart--wide { display: block; } .chart--narrow { display: none; } details:not([open]) { display: none; } }
`;
