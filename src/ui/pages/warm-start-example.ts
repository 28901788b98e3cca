import type { SameAnswer } from '../design/same-answer.ts';
import { recommendationAsCode } from './recommendation-as-code.ts';

/** A small warm start for the start page: a neighbourhood of old homes with low incomes. */
export const exampleWarmStart = (origin: string): SameAnswer =>
  recommendationAsCode(
    { origin },
    { context: { mean_income: 27, built_before_1975_pct: 80, owner_occupied_pct: 40 }, goals: { 'gas-saving': 1 } },
  );
