import { fixturePaths } from '../support/fixture-pages.ts';

/** Every page and state that the browser checks visit. */
export const pagePaths: readonly string[] = [
  '/',
  '/collectives',
  '/collectives/heat-transition',
  '/collectives/heat-transition?collective=C01&kpi=comfort&by=tenure',
  '/collectives/heat-transition?collective=C03&when=2023-01&goal=veel',
  '/collectives/nowhere',
  '/warm-start',
  '/warm-start?neighbourhood=BU90080302&goal-comfort=0&ask=1',
  '/warm-start?gas_before=900000&ask=1',
  '/studies',
  '/studies/demo',
  ...fixturePaths,
];

/** Those that `npm test` visits: one of each kind; the matrix visits the rest. */
const matrixOnly =
  /^\/collectives\/heat-transition$|^\/studies$|gas_before=|\/working$|-(cautious|borrow|advice|demoted)$/;
export const everydayPaths = pagePaths.filter((path) => !matrixOnly.test(path));
