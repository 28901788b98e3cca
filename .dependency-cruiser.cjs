// The import rules of docs/architecture.md, checked by `npm test`.
const room = (name) => `^src/${name}/`;
const rooms = [
  'core',
  'kernels',
  'contract',
  'app',
  'store',
  'formats',
  'workers',
  'solvers',
  'neural',
  'messages',
  'http',
  'cli',
  'ui',
  'conformance',
  'main',
];

/** What a room may import of the project; types may come from more rooms (see `typesFrom`). */
const may = {
  core: ['core'],
  kernels: ['kernels'],
  contract: ['contract'],
  messages: ['messages'],
  app: ['app', 'core', 'messages'],
  store: ['store'],
  formats: ['formats'],
  workers: ['workers', 'core', 'kernels'],
  solvers: ['solvers'],
  neural: ['neural'],
  http: ['http', 'app', 'contract', 'messages'],
  cli: ['cli', 'app', 'contract', 'messages'],
  ui: ['ui', 'contract', 'messages'],
  conformance: ['conformance', 'core'],
};
const typesFrom = {
  kernels: ['core'],
  store: ['app', 'core'],
  formats: ['app', 'core'],
  workers: ['app'],
  solvers: ['app', 'core'],
  neural: ['app', 'core'],
  ui: ['app', 'core'],
  conformance: ['app'],
};
/** The error classes of core and app are values that every adapter may throw or recognise. */
const errors = ['^src/core/errors\\.ts$', '^src/app/errors\\.ts$'];

const forbidden = [];
for (const [from, allowed] of Object.entries(may)) {
  const types = typesFrom[from] ?? [];
  const strangers = rooms.filter((r) => !allowed.includes(r) && !types.includes(r));
  forbidden.push({
    name: `${from}-imports-only-its-neighbours`,
    severity: 'error',
    from: { path: room(from) },
    to: { path: strangers.map(room), pathNot: errors },
  });
  if (types.length)
    forbidden.push({
      name: `${from}-takes-only-types`,
      severity: 'error',
      from: { path: room(from) },
      to: { path: types.map(room), pathNot: errors, dependencyTypesNot: ['type-only'] },
    });
}
forbidden.push(
  {
    name: 'no-cycles',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'only-main-reads-config',
    severity: 'error',
    from: { pathNot: ['^src/main/', '^src/config\\.ts$'] },
    to: { path: '^src/config\\.ts$' },
  },
  {
    name: 'core-stays-pure',
    severity: 'error',
    from: { path: room('core') },
    to: {
      dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'core'],
      pathNot: 'node_modules/(ml-matrix|simple-statistics)/',
    },
  },
  {
    name: 'app-knows-no-driver',
    severity: 'error',
    from: { path: room('app') },
    to: { dependencyTypes: ['npm', 'npm-optional', 'npm-peer'] },
  },
  { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  {
    name: 'no-dev-dependency-in-src',
    severity: 'error',
    from: { path: '^src', pathNot: '^src/kernels/assembly' },
    to: { dependencyTypes: ['npm-dev'] },
  },
);

module.exports = {
  forbidden,
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/kernels/assembly' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
