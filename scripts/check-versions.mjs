// Refuses a package-lock.json that holds a package with a known hole, or one that must not come in at all.
// No audit service is asked: the list is ours, so the check works offline and says the same everywhere.
import { readFileSync } from 'node:fs';

/** The lowest safe version; where a fix went into several lines, the lowest of each line (newest line last). */
const MINIMUM = {
  '@nestjs/core': ['11.1.18'],
  '@nestjs/microservices': ['11.1.19'],
  '@nestjs/platform-fastify': ['11.1.25'],
  '@node-saml/node-saml': ['5.1.0'],
  '@node-saml/passport-saml': ['5.1.0'],
  'express-rate-limit': ['8.2.2'],
  jose: ['4.15.5'],
  jsonwebtoken: ['9.0.0'],
  'ldapauth-fork': ['2.3.3'],
  passport: ['0.6.0'],
  samlify: ['2.13.0'],
  typeorm: ['0.3.31', '1.1.0'],
  'xml-crypto': ['6.0.1'],
};

const BANNED = {
  'node-jose': 'use jose',
  'passport-saml': 'use @node-saml/passport-saml',
  'passport-wsfed-saml2': 'use @node-saml/passport-saml',
};

const numbers = (version) => version.split('-')[0].split('.').map(Number);

/** Orders versions; a pre-release comes before its release. */
function compare(left, right) {
  const [a, b] = [numbers(left), numbers(right)];
  const difference = a.map((number, index) => number - b[index]).find((delta) => delta !== 0);
  return difference ?? Number(right.includes('-')) - Number(left.includes('-'));
}

function isSafe(version, minimums) {
  const [major] = numbers(version);
  const line = minimums.find((minimum) => numbers(minimum)[0] === major) ?? minimums.at(-1);
  return compare(version, line) >= 0;
}

function problemsOf([path, { name, version }]) {
  // The path ends in the name, unless the package was installed under an alias; then the entry has the name.
  const packageName = name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (packageName in BANNED) return [`${packageName} is banned: ${BANNED[packageName]}`];
  const minimums = MINIMUM[packageName];
  if (minimums === undefined || isSafe(version, minimums)) return [];
  return [`${packageName} ${version} is not safe: at least ${minimums.join(' or ')} is needed`];
}

const { packages } = JSON.parse(readFileSync(process.argv[2] ?? 'package-lock.json', 'utf8'));
const problems = Object.entries(packages)
  .filter(([path]) => path !== '')
  .flatMap(problemsOf);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
