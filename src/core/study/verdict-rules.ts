/** What a rule looks at; each stands in the verdict with its number. */
export type VerdictMeasure =
  | 'concurrent-controls'
  | 'other-season'
  | 'left-out'
  | 'outside-range'
  | 'overlap-coefficient'
  | 'equipoise'
  | 'largest-difference'
  | 'any-difference'
  | 'variance-ratio'
  | 'effective-units'
  | 'effective-share'
  | 'clusters-per-arm'
  | 'attrition'
  | 'attrition-difference'
  | 'baseline-outcome'
  | 'placebo'
  | 'placebo-reach'
  | 'standard-error-inflation'
  | 'exposed-controls'
  | 'spillover'
  | 'spillover-reach'
  | 'other-outcomes'
  | 'read-before-seal'
  | 'adjusted-p-value'
  | 'detectable-effect'
  | 'hidden-cause'
  | 'e-value';

/** The heading under which a measure stands. */
export type VerdictRuleName =
  | 'comparison'
  | 'season'
  | 'overlap'
  | 'balance'
  | 'effective-sample'
  | 'clusters'
  | 'attrition'
  | 'baseline-outcome'
  | 'placebo'
  | 'level-of-inference'
  | 'interference'
  | 'protocol'
  | 'power'
  | 'sensitivity';

export interface VerdictRule {
  readonly rule: VerdictRuleName;
  readonly measure: VerdictMeasure;
  /** the side on which a value is worse; the limits themselves pass */
  readonly worse: 'above' | 'below';
  /** null = no value of this measure alone asks for caution, or makes the study useless */
  readonly caution: number | null;
  readonly fail: number | null;
  /**
   * `gate`: counts, and says nothing where it was not assessed. `required`: not assessed asks for caution. `stand-in`: counts
   * only where no placebo was assessed, in its place.
   */
  readonly role: 'gate' | 'required' | 'stand-in';
  /** where the limits come from; `own` = chosen here, see docs/methods/study-verdict.md */
  readonly source: string;
}

/**
 * The published table of rules. Units: shares from 0 to 1, differences in standard deviations, `placebo`, `spillover` and their
 * reach in standard errors of the study's effect.
 */
export const verdictRules: readonly VerdictRule[] = [
  {
    ...{ rule: 'comparison', measure: 'concurrent-controls', worse: 'below', caution: null, fail: 1 },
    ...{ role: 'required', source: 'Shadish, Cook and Campbell 2002, chapter 4' },
  },
  {
    ...{ rule: 'season', measure: 'other-season', worse: 'above', caution: 0, fail: null },
    ...{ role: 'gate', source: 'Shadish, Cook and Campbell 2002, chapter 6; own' },
  },
  {
    ...{ rule: 'overlap', measure: 'left-out', worse: 'above', caution: 0.2, fail: 0.6 },
    ...{ role: 'required', source: 'Crump and others 2009, doi:10.1093/biomet/asn055; own' },
  },
  {
    ...{ rule: 'overlap', measure: 'outside-range', worse: 'above', caution: 0.1, fail: 0.5 },
    ...{ role: 'gate', source: 'Stuart 2010, doi:10.1214/09-STS313; own' },
  },
  // Caution only: a large pool of unlike controls lowers both without harm to those who are matched.
  {
    ...{ rule: 'overlap', measure: 'overlap-coefficient', worse: 'below', caution: 0.5, fail: null },
    ...{ role: 'gate', source: 'Inman and Bradley 1989, doi:10.1080/03610928908830127; own' },
  },
  {
    ...{ rule: 'overlap', measure: 'equipoise', worse: 'below', caution: 0.2, fail: null },
    ...{ role: 'gate', source: 'Walker and others 2013, doi:10.2147/CER.S40357; limit of OHDSI CohortMethod' },
  },
  {
    ...{ rule: 'balance', measure: 'largest-difference', worse: 'above', caution: 0.1, fail: 0.25 },
    ...{ role: 'required', source: 'Austin 2009, doi:10.1002/sim.3697; Rubin 2001, doi:10.1023/A:1020363010465' },
  },
  // A difference by chance is in the estimate like any other; above this limit not even an adjustment makes up for it.
  {
    ...{ rule: 'balance', measure: 'any-difference', worse: 'above', caution: 0.25, fail: null },
    ...{ role: 'gate', source: 'Imai, King and Stuart 2008, doi:10.1111/j.1467-985X.2007.00527.x; Rubin 2001' },
  },
  {
    ...{ rule: 'balance', measure: 'variance-ratio', worse: 'above', caution: 2, fail: null },
    ...{ role: 'gate', source: 'Rubin 2001, doi:10.1023/A:1020363010465' },
  },
  {
    ...{ rule: 'effective-sample', measure: 'effective-units', worse: 'below', caution: 40, fail: 20 },
    ...{ role: 'required', source: 'own' },
  },
  {
    ...{ rule: 'effective-sample', measure: 'effective-share', worse: 'below', caution: 0.2, fail: null },
    ...{ role: 'required', source: 'own' },
  },
  {
    ...{ rule: 'clusters', measure: 'clusters-per-arm', worse: 'below', caution: 10, fail: 4 },
    ...{ role: 'gate', source: 'MacKinnon and Webb 2017, doi:10.1002/jae.2508; own' },
  },
  {
    ...{ rule: 'attrition', measure: 'attrition', worse: 'above', caution: 0.2, fail: 0.5 },
    ...{ role: 'required', source: 'Schulz and Grimes 2002, doi:10.1016/S0140-6736(02)07882-0; own' },
  },
  {
    ...{ rule: 'attrition', measure: 'attrition-difference', worse: 'above', caution: 0.05, fail: 0.2 },
    ...{ role: 'required', source: 'Deke and Chiang 2017, doi:10.1177/0193841X16670047; own' },
  },
  {
    ...{ rule: 'baseline-outcome', measure: 'baseline-outcome', worse: 'above', caution: 0.1, fail: null },
    ...{ role: 'gate', source: 'Daw and Hatfield 2018, doi:10.1111/1475-6773.12993; limit as for balance' },
  },
  {
    ...{ rule: 'placebo', measure: 'placebo', worse: 'above', caution: 0.5, fail: 3 },
    ...{ role: 'required', source: 'Lipsitch and others 2010, doi:10.1097/EDE.0b013e3181d61eeb; own' },
  },
  {
    ...{ rule: 'placebo', measure: 'placebo-reach', worse: 'above', caution: 2.8, fail: null },
    ...{
      role: 'required',
      source: 'Bilinski and Hatfield 2018, arXiv:1805.03273; Bloom 1995, doi:10.1177/0193841X9501900504',
    },
  },
  {
    ...{ rule: 'level-of-inference', measure: 'standard-error-inflation', worse: 'above', caution: 1.1, fail: 1.5 },
    ...{ role: 'gate', source: 'Moulton 1986, doi:10.1016/0304-4076(86)90021-7; own' },
  },
  {
    ...{ rule: 'interference', measure: 'exposed-controls', worse: 'above', caution: 0.2, fail: null },
    ...{ role: 'gate', source: 'Hudgens and Halloran 2008, doi:10.1198/016214508000000292; own' },
  },
  {
    ...{ rule: 'interference', measure: 'spillover', worse: 'above', caution: 0.5, fail: 3 },
    ...{ role: 'gate', source: 'Hudgens and Halloran 2008, doi:10.1198/016214508000000292; own' },
  },
  {
    ...{ rule: 'interference', measure: 'spillover-reach', worse: 'above', caution: 2.8, fail: null },
    ...{ role: 'gate', source: 'own, as for the placebo' },
  },
  {
    ...{ rule: 'protocol', measure: 'other-outcomes', worse: 'above', caution: 0, fail: null },
    ...{ role: 'required', source: 'Dwan and others 2013, doi:10.1371/journal.pone.0066844' },
  },
  {
    ...{ rule: 'protocol', measure: 'read-before-seal', worse: 'above', caution: 0, fail: null },
    ...{ role: 'gate', source: 'Rubin 2008, doi:10.1214/08-AOAS187' },
  },
  {
    ...{ rule: 'protocol', measure: 'adjusted-p-value', worse: 'above', caution: 0.05, fail: null },
    ...{ role: 'gate', source: 'Holm 1979' },
  },
  {
    ...{ rule: 'power', measure: 'detectable-effect', worse: 'above', caution: 0.5, fail: 1 },
    ...{ role: 'required', source: 'Cohen 1988; Bloom 1995, doi:10.1177/0193841X9501900504; own' },
  },
  {
    ...{ rule: 'sensitivity', measure: 'hidden-cause', worse: 'below', caution: 0, fail: null },
    ...{ role: 'stand-in', source: 'Cinelli and Hazlett 2020, doi:10.1111/rssb.12348' },
  },
  {
    ...{ rule: 'sensitivity', measure: 'e-value', worse: 'below', caution: 2, fail: null },
    ...{ role: 'stand-in', source: 'VanderWeele and Ding 2017, doi:10.7326/M16-2607; own' },
  },
];
