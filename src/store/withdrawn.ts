import { AppError } from '../app/errors.ts';

/** The refusal for a job or result of which only the id is left. */
export const withdrawn = (kind: 'job' | 'result', id: string): AppError =>
  new AppError(
    'data-withdrawn',
    `The data behind "${id}" were erased, and what was made from them with them. Ask for the analysis again: it runs without them.`,
    { [kind]: id },
  );
