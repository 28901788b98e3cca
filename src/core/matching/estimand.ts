/** Whose average effect is asked for: of the treated, the controls, everybody, the overlap or the matched population. */
export type Estimand = 'ATT' | 'ATC' | 'ATE' | 'ATO' | 'ATM';

/** 1 for units of the focal group: the treated for ATT, the controls for ATC. */
export function focalGroup(treated: Uint8Array, estimand: 'ATT' | 'ATC'): Uint8Array {
  return estimand === 'ATT' ? treated : treated.map((t) => 1 - t);
}
