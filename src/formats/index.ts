/** The public face of the file formats: how a table is recognised and read, a registry of experiments, and any table of experiments. */
export { fileFormats } from './file-formats.ts';
export { readExperimentTable } from './read-experiment-table.ts';
export { type ExperimentFiles, readExperiments } from './read-experiments.ts';
