import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './service';

const READY_WITHIN_MS = 30_000;

interface Target {
  readonly health: string;
  readonly lastError: string;
}

interface Rule {
  readonly name: string;
  readonly health: string;
}

/** The Prometheus of this machine, on loopback; it keeps its data in a temporary folder. */
export interface TestPrometheus {
  targets(): Promise<readonly Target[]>;
  rules(): Promise<readonly Rule[]>;
  /** The value of the one series that the expression gives; undefined where it gives none. */
  query(expression: string): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** Starts the Debian package's `prometheus`, which scrapes `address` each second with `token`. */
export async function startPrometheus(
  address: string,
  token: string,
  rules: string,
): Promise<TestPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-prometheus-'));
  const [config, credentials] = [join(folder, 'prometheus.yml'), join(folder, 'token')];
  writeFileSync(credentials, token);
  // JSON is YAML.
  const configuration = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: [
      {
        job_name: 'portcullis',
        authorization: { credentials_file: credentials },
        static_configs: [{ targets: [address] }],
      },
    ],
  };
  writeFileSync(config, JSON.stringify(configuration));
  const listen = `127.0.0.1:${await freePort()}`;
  const options = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${listen}`,
  ];
  const child = spawn('prometheus', options, { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-5_000)));
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const ask = async <Data>(path: string): Promise<Data> => {
    const response = await fetch(`http://${listen}/api/v1/${path}`);
    return ((await response.json()) as { data: Data }).data;
  };
  await untilReady(`http://${listen}/-/ready`).catch(async (error: unknown) => {
    await stop();
    throw new Error(`Prometheus did not start:\n${output}`, { cause: error });
  });
  return {
    targets: async () => (await ask<{ activeTargets: Target[] }>('targets')).activeTargets,
    rules: async () => {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>('rules');
      return groups.flatMap((group) => group.rules);
    },
    query: async (expression) => {
      const path = `query?query=${encodeURIComponent(expression)}`;
      const { result } = await ask<{ result: { value: [number, string] }[] }>(path);
      return result[0] === undefined ? undefined : Number(result[0].value[1]);
    },
    stop,
  };
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      if ((await fetch(url)).ok) return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) throw new Error('It is not ready in time');
    await sleep(50);
  }
}
