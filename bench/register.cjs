// Runs the benchmarks from their source against the built product: what they import of src/ comes from dist/src/.
const Module = require('node:module');
const { join, sep } = require('node:path');
require('../scripts/register-typescript.cjs');

const source = join(__dirname, '..', 'src') + sep;
const built = join(__dirname, '..', 'dist', 'src') + sep;
const resolve = Module._resolveFilename;

Module._resolveFilename = (...request) => {
  const filename = resolve(...request);
  if (!filename.startsWith(source)) return filename;
  return built + filename.slice(source.length).replace(/\.ts$/, '.js');
};
