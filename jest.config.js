const { readFileSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

/**
 * NestJS 12 is published as ES modules. Node >= 20.19 can require() them, Jest only on Node >= 24.9, so here SWC turns
 * the packages below into CommonJS. Add one when Jest says "Must use import to load ES Module: …/node_modules/<name>/".
 */
const esmOnly = [
  '@nestjs',
  'uuid',
  'cookie',
  'fast-check',
  'pure-rand',
  '@scure',
  '@noble',
  'openid-client',
  'oauth4webapi',
  'jose',
];

// The build leaves specs out, which is all that differs here.
const { $schema, exclude, ...swc } = JSON.parse(readFileSync(join(__dirname, '.swcrc'), 'utf8'));

const project = (displayName, testMatch) => ({
  displayName,
  testMatch: testMatch.map((pattern) => `<rootDir>/${pattern}`),
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: { '^.+\\.[tj]s$': ['@swc/jest', { ...swc, swcrc: false }] },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
});

const withDatabase = (globalSetup) => ({
  globalSetup: `<rootDir>/test/support/${globalSetup}.ts`,
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
});

module.exports = {
  // Tests that start processes wait for them; what must happen in time is polled for within the test.
  testTimeout: 120_000,
  // More than there are cores: most of them wait for the processes that they started.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  projects: [
    project('unit', ['src/**/*.spec.ts', 'bench/*.spec.ts']),
    {
      ...project('integration', ['test/{integration,contract,architecture,engine}/**/*.spec.ts']),
      ...withDatabase('global-setup'),
    },
    { ...project('e2e', ['test/e2e/**/*.e2e-spec.ts']), ...withDatabase('global-setup') },
    { ...project('peers', ['test/**/*.peer-spec.ts']), ...withDatabase('peers-global-setup') },
  ],
};
