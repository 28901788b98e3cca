import { existsSync } from 'node:fs';

/** Whether `npm ci` was run in this folder. danfojs never stands in the tree of the service itself. */
export const hasDanfo = (): boolean => existsSync(new URL('./node_modules/danfojs-node', import.meta.url));

export const needsDanfo = (notebook: string): boolean => notebook === 'dataframes';
