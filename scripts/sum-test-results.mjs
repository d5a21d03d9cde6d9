// Sums what Jest wrote with --json --outputFile. A suite that could not run counts as a failure, and so does a file
// that is missing or holds no test.
import { readFileSync } from 'node:fs';

function countsOf(file) {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return { passed: numPassedTests, failed: numPassedTests + failed === 0 ? 1 : failed };
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

const counts = process.argv.slice(2).map(countsOf);
const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
process.exitCode = sum('failed') === 0 ? 0 : 1;
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
