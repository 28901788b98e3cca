// `node bench/kernels/write-report.ts`: puts bench/results/kernels.json into docs/methods/kernels.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { type SavedResults, withReport } from './report.ts';

const page = new URL('../../docs/methods/kernels.md', import.meta.url);
const results = JSON.parse(readFileSync(new URL('../results/kernels.json', import.meta.url), 'utf8')) as SavedResults;
writeFileSync(page, withReport(readFileSync(page, 'utf8'), results));
