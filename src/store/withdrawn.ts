import { AppError } from '../app/errors.ts';

/** The refusal for a job or result of which only the id is left. */
export const withdrawn = (kind: 'job' | 'result', id: string): AppError =>
  new AppError(
    'data-withdrawn',
    `Data behind "${id}" were erased, or consent to use them changed, and what was made from them is gone. Ask for the analysis again: it runs on what may be used now.`,
    { [kind]: id },
  );
