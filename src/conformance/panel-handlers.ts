import type { CaseHandler } from './case.ts';
import { differenceInDifferences } from './panel-did.ts';
import { panelLinear, panelTest } from './panel-regression.ts';

/** The kinds of panel models. */
export const panelHandlers: Readonly<Record<string, CaseHandler>> = {
  'panel.linear': panelLinear,
  'panel.tests': panelTest,
  'panel.did': differenceInDifferences,
};
