/** The public face of the file formats: how a table is recognised and read, and a registry of experiments. */
export { fileFormats } from './file-formats.ts';
export { type ExperimentFiles, readExperiments } from './read-experiments.ts';
