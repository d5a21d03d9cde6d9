import { ADMIN } from '../../test/support/service';
import { signIn } from '../harness/accounts';
import type { Bench } from '../harness/bench';
import { peakResidentMebibytes } from '../harness/proc';
import { interleave } from '../harness/rounds';
import { withClient } from '../harness/sql';
import { bearer } from '../harness/tokens';
import type { Case, Measurement } from '../measurement';

const SMALL = 100_000;
const LARGE = { quick: 300_000, default: 1_000_000, full: 1_000_000 };
const BATCH = 1_000;

export const exportMemory: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const size = LARGE[bench.profile.name];
  const small = await sealedTrail(bench, SMALL);
  const large = await sealedTrail(bench, size);
  let mebibytes = 0;
  const values = await interleave(bench, {
    small: async () => (await peakOf(bench, small)).peak,
    large: async () => {
      const { peak, bytes } = await peakOf(bench, large);
      mebibytes = bytes / 2 ** 20;
      return peak;
    },
  });
  return {
    how: `highest resident set of a process that exports ${size} sealed events once, from its start on`,
    unit: 'MiB',
    better: 'less',
    ours: values.large!,
    baseline: { name: `the same of ${SMALL} events`, values: values.small! },
    peers: {},
    figures: { 'exported, MiB': mebibytes },
  };
}

/** Full batches behind what the database has already. Nobody verifies them here, so their hashes are of nothing. */
async function sealedTrail(bench: Bench, events: number): Promise<string> {
  const database = await bench.database();
  await withClient(database, async (client) => {
    await client.query(`INSERT INTO audit_sealing_keys VALUES ('bench', '', '')`);
    await client.query(
      `INSERT INTO audit_batches (number, id, month, first_sequence, last_sequence, first_at, last_at, root, previous,
         leaves, sealed_at, kid, signature)
       SELECT last.number + n, gen_random_uuid(), date_trunc('month', now() AT TIME ZONE 'UTC'),
         last.sequence + (n - 1) * $2::int + 1, last.sequence + n * $2::int, now(), now(), sha256(''), sha256(''),
         decode(repeat(encode(sha256(n::text::bytea), 'hex'), $2::int), 'hex'), now(), 'bench', ''
       FROM generate_series(1, $1::int / $2::int) n, (SELECT coalesce(max(number), 0) AS number,
         coalesce(max(last_sequence), 0) AS sequence FROM audit_batches) last`,
      [events, BATCH],
    );
    await client.query(
      `INSERT INTO audit_events (id, sequence, batch_id, action, outcome, actor_type, actor_id, target_type, target_id,
         changes, request_id, session_id)
       SELECT gen_random_uuid(), s, b.id, 'session.refreshed', 'success', 'user', gen_random_uuid(), 'session',
         gen_random_uuid()::text, '{"method": {"after": "pwd"}}', gen_random_uuid(), gen_random_uuid()
       FROM audit_batches b, generate_series(first_sequence, last_sequence) s WHERE b.kid = 'bench'`,
    );
    await client.query('VACUUM ANALYZE audit_events');
  });
  return database;
}

async function peakOf(bench: Bench, database: string): Promise<{ peak: number; bytes: number }> {
  const server = await bench.service(database);
  const { accessToken } = await signIn(server.origin, ADMIN.username, ADMIN.password);
  const response = await fetch(`${server.origin}/v1/audit/export`, { headers: bearer(accessToken) });
  if (response.body === null) throw new Error(`The export was answered ${response.status}`);
  let bytes = 0;
  let end = '';
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    end = (end + Buffer.from(chunk.subarray(-500)).toString()).slice(-500);
  }
  if (!end.includes('"kind":"end"')) throw new Error(`The export broke off after ${bytes} bytes`);
  const peak = peakResidentMebibytes(server.pid);
  await server.stop();
  return { peak, bytes };
}
