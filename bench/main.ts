import { UsageError, parseOptions } from './options';
import { run } from './run';

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  await run(options);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    process.stderr.write(
      `${isUsage ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
    );
    process.exit(isUsage ? 2 : 1);
  },
);
