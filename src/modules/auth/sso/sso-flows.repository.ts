import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { SecretBox, sealedColumn, sha256 } from '../../../infrastructure/crypto';
import { Database } from '../../../infrastructure/database';
import { Purge } from '../../../infrastructure/purge';
import { FLOW_LIFE_SECONDS } from './flow-cookie';
import type { ExpectedFlow, NewSsoFlow, SsoFlow } from './sso-flow';

const PURPOSE = sealedColumn({
  purpose: 'sso-protocol-state',
  table: 'sso_flows',
  id: 'id',
  ciphertext: 'protocol_state_ciphertext',
});

const INSERT = {
  name: 'sso-flows-insert',
  text: `INSERT INTO sso_flows (id, cookie_hash, state_hash, provider_id, return_to, code_challenge,
           protocol_state_ciphertext, link_user_id, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
           statement_timestamp() + make_interval(secs => ${FLOW_LIFE_SECONDS}))`,
};
const SPEND = {
  name: 'sso-flows-spend',
  text: `DELETE FROM sso_flows
         WHERE cookie_hash = $1 AND provider_id = $2 AND state_hash = $3 AND expires_at > statement_timestamp()
         RETURNING id, provider_id AS "providerId", return_to AS "returnTo", code_challenge AS "codeChallenge",
           protocol_state_ciphertext AS "ciphertext"`,
};
const FIND_PROVIDER = {
  name: 'sso-flows-find-provider',
  text: `SELECT provider_id AS "providerId" FROM sso_flows
         WHERE cookie_hash = $1 AND expires_at > statement_timestamp()`,
};
const PURGE = {
  name: 'sso-flows-purge',
  text: `DELETE FROM sso_flows WHERE id IN (
           SELECT id FROM sso_flows WHERE expires_at < statement_timestamp() - interval '1 hour' LIMIT $1)`,
};

/** What is sealed: nobody who can write to the table chooses whose account a flow links. */
type Sealed = Pick<SsoFlow, 'protocolState' | 'link'>;
type FlowRow = Omit<SsoFlow, keyof Sealed> & { readonly id: string; readonly ciphertext: Buffer };

@Injectable()
export class SsoFlowsRepository {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
    purge: Purge,
  ) {
    purge.register(PURGE);
  }

  async insert(cookie: string, flow: NewSsoFlow): Promise<void> {
    const id = uuidv7();
    const { state, providerId, returnTo, codeChallenge, protocolState, link } = flow;
    const secrets: Sealed = { protocolState, link };
    const sealed = this.box.seal(PURPOSE, Buffer.from(JSON.stringify(secrets)), id);
    const hashes = [sha256(cookie), sha256(state)];
    await this.database.change(INSERT, [
      id,
      ...hashes,
      providerId,
      returnTo,
      codeChallenge,
      sealed,
      link?.userId ?? null,
    ]);
  }

  /**
   * Of any number of racers exactly one gets the flow. An answer that does not fit spends nothing: a page that sends
   * one in the user's name must not end the flow that the user is in.
   */
  async spend(cookie: string, { providerId, state }: ExpectedFlow): Promise<SsoFlow | null> {
    const values = [sha256(cookie), providerId, sha256(state)];
    const [row] = await this.database.query<FlowRow>(SPEND, values);
    if (row === undefined) return null;
    const { id, ciphertext, ...flow } = row;
    return { ...flow, ...(JSON.parse(this.box.open(PURPOSE, ciphertext, id).toString()) as Sealed) };
  }

  /** The provider of the flow that a browser is in. */
  async findProviderId(cookie: string): Promise<string | null> {
    const [row] = await this.database.query<{ providerId: string }>(FIND_PROVIDER, [sha256(cookie)]);
    return row?.providerId ?? null;
  }
}
