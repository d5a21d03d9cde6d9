// `node --require ./scripts/register-typescript.cjs file.ts` runs TypeScript from its source, for the benchmarks and
// for the processes that tests start. It uses .swcrc, so what runs is what the build would give.
const Module = require('node:module');
const { join } = require('node:path');
const { transformFileSync } = require('@swc/core');

const configFile = join(__dirname, '..', '.swcrc');

Module._extensions['.ts'] = (module, filename) =>
  module._compile(transformFileSync(filename, { configFile, sourceMaps: 'inline' }).code, filename);
