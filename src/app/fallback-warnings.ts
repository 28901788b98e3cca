import type { Warning } from '../core/errors.ts';
import type { Leaderboard } from '../core/recommend/cross-validate.ts';

/** Says that the set network did not run on what was asked for, and why. */
export const fallbackWarnings = ({ network }: Leaderboard): readonly Warning[] =>
  network?.fallback
    ? [{ code: 'backend-fallback', parameters: { backend: network.backend, reason: network.fallback } }]
    : [];
