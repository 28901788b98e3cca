/** The public face of the store: panels, jobs and results in one folder, experiments and models in files. */
export { createExperimentFiles, type RegistryFiles } from './experiment-files.ts';
export { createModelFiles, writeModelFolder } from './model-files.ts';
export { openStore, type Store, type StoreOptions, storeDefaults } from './open-store.ts';
