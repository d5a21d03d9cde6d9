/**
 * Who may import whom: the import table of the architecture, kept by `npm run check`.
 *
 * src/common is the vocabulary that every module speaks; src/infrastructure adapts the outside and knows no module;
 * users, sessions, rbac and identity-providers are strangers that only auth joins; nobody imports audit.
 */
const COMPOSITION =
  '^src/(app\\.module|app\\.setup|main|serve|supervise|workers)\\.ts$|^src/cli/|^src/modules/health/';
const CORE = '(users|sessions|rbac|identity-providers)';
const SPEC = '\\.spec\\.ts$';

const forbid = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

module.exports = {
  forbidden: [
    forbid(
      'no-cycles',
      'Cut the cycle: move what both need below them, or publish an event.',
      {},
      { circular: true },
    ),
    forbid(
      'common-is-a-leaf',
      'src/common imports nothing else of src.',
      { path: '^src/common/' },
      { path: '^src/(?!common/)' },
    ),
    forbid(
      'config-knows-common',
      'src/config imports src/common only.',
      { path: '^src/config/' },
      { path: '^src/(?!common/|config/)' },
    ),
    forbid(
      'infrastructure-below-modules',
      'src/infrastructure imports src/common and src/config only.',
      { path: '^src/infrastructure/' },
      { path: '^src/(?!common/|config/|infrastructure/)' },
    ),
    forbid(
      'core-modules-are-strangers',
      'Hold the id of the other module; only src/modules/auth joins them.',
      { path: `^src/modules/${CORE}/` },
      { path: '^src/modules/', pathNot: '^src/modules/$1/' },
    ),
    forbid(
      'auth-joins-core-modules',
      'src/modules/auth imports the front doors of the core modules.',
      { path: '^src/modules/auth/' },
      { path: '^src/modules/', pathNot: `^src/modules/(auth|${CORE})/` },
    ),
    forbid(
      'audit-listens',
      'src/modules/audit imports the events of other modules, nothing else of theirs.',
      { path: '^src/modules/audit/' },
      { path: '^src/modules/', pathNot: '^src/modules/(audit|[^/]+/events)/' },
    ),
    forbid(
      'nobody-imports-audit',
      'Publish an event; src/modules/audit subscribes.',
      { path: '^src/', pathNot: [COMPOSITION, '^src/modules/audit/'] },
      { path: '^src/modules/audit/' },
    ),
    forbid(
      'only-the-composition-knows-the-application',
      'src/app.*, src/main.ts, src/cli and src/modules/health compose; nothing imports them.',
      { path: '^src/', pathNot: COMPOSITION },
      { path: COMPOSITION },
    ),
    forbid(
      'front-door-only',
      'Import index.ts, or a file under events/.',
      { path: '^src/(common|infrastructure|modules)/([^/]+)/' },
      {
        path: '^src/(common|infrastructure|modules)/[^/]+/',
        pathNot: ['^src/$1/$2/', '^src/[^/]+/[^/]+/index\\.ts$', '^src/modules/[^/]+/events/'],
      },
    ),
    forbid(
      'front-door-only-from-the-top',
      'Import index.ts, or a file under events/.',
      { path: '^src/(?!(common|infrastructure|modules)/)' },
      {
        path: '^src/(common|infrastructure|modules)/[^/]+/',
        pathNot: ['^src/[^/]+/[^/]+/index\\.ts$', '^src/modules/[^/]+/events/'],
      },
    ),
    forbid(
      'tests-use-front-doors',
      'Go through index.ts, events/ or HTTP; only specs beside their source know the inside of a module.',
      // The decision engine is held against its oracle, and its mutants against both, from within.
      { path: '^(test|bench)/', pathNot: '^test/engine/' },
      { path: '^src/modules/[^/]+/', pathNot: '^src/modules/[^/]+/(index\\.ts$|events/)' },
    ),
    forbid(
      'examples-use-front-doors',
      'A sibling module imports index.ts of common, infrastructure and modules; only its demo composes.',
      { path: '^examples/', pathNot: '/demo\\.ts$' },
      { path: '^src/', pathNot: '^src/(common|infrastructure|modules)/[^/]+/index\\.ts$' },
    ),
    forbid(
      'barrel-is-for-others',
      'Inside its own folder, import the file itself.',
      { path: '^src/(common|infrastructure|modules)/([^/]+)/(?!index\\.ts$)', pathNot: SPEC },
      { path: '^src/$1/$2/index\\.ts$' },
    ),
    forbid(
      'sql-in-repositories',
      'Ask the repository: TypeORM is for *.repository.ts, *.entity.ts, *.module.ts, infrastructure and migrations.',
      { path: '^src/', pathNot: ['\\.(repository|entity|module)\\.ts$', '^src/infrastructure/'] },
      { path: '(^|/)node_modules/(@nestjs/)?typeorm/' },
    ),
    forbid(
      'source-knows-no-tests',
      'src and migrations import no tests.',
      { path: '^(src|migrations)/', pathNot: SPEC },
      { path: '^(test|bench)/|\\.spec\\.ts$' },
    ),
    forbid(
      'production-dependencies-only',
      'Move the package to "dependencies".',
      { path: '^(src|migrations)/', pathNot: SPEC },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    ),
    forbid('not-to-unresolvable', 'The import leads nowhere.', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The peers of the benchmarks import packages of their own, which are not installed with ours.
    exclude: { path: '^bench/peers/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
