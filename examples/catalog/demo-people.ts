/** What the demonstration reads of answers. */
interface Answer {
  readonly status: number;
  readonly body: {
    readonly id: string;
    readonly accessToken: string;
    readonly items: readonly { readonly id: string }[];
  };
}

export const DEMO_PASSWORD = 'demonstrations only please';

/** Whoever holds secrets: hidden from analysts, wherever the rest is open to them. */
const HIDDEN_FROM_ANALYSTS = ['users', 'sessions', 'signing_keys', 'audit_keys'];

/**
 * Ada looks after the whole catalogue. Bob reads every table but those that hold secrets. Cleo reads one table.
 * Says so by the API alone, as an administrator would; does nothing where it was done before.
 */
export async function seedPeople(baseUrl: string, adminPassword: string): Promise<void> {
  const api = new DemoApi(baseUrl);
  await api.signIn('admin', adminPassword);
  await api.send('POST', '/v1/catalog/scan');
  if ((await api.send('GET', '/v1/roles?name=data%20steward')).body.items.length > 0) return;
  const steward = await api.create('/v1/roles', { name: 'data steward', grants: ['catalog.*:*'] });
  const analyst = await api.create('/v1/roles', { name: 'analyst', grants: ['catalog.table:read'] });
  const [ada, bob, cleo] = [await api.person('ada'), await api.person('bob'), await api.person('cleo')];
  const analysts = await api.create('/v1/groups', { name: 'analysts' });
  await api.create(`/v1/groups/${analysts}/members`, { principalType: 'user', principalId: bob });
  const source = await api.node('catalog.source', 'portcullis');
  await api.assign('user', ada, steward, source);
  await api.assign('group', analysts, analyst, source);
  for (const table of HIDDEN_FROM_ANALYSTS)
    await api.assign(
      'group',
      analysts,
      analyst,
      await api.node('catalog.table', `portcullis/public/${table}`),
      'deny',
    );
  await api.assign('user', cleo, analyst, await api.node('catalog.table', 'portcullis/public/groups'));
}

class DemoApi {
  private token: string | undefined;

  constructor(private readonly baseUrl: string) {}

  async signIn(username: string, password: string): Promise<void> {
    const { status, body } = await this.send('POST', '/v1/auth/login', { username, password });
    if (status !== 200) throw new Error('The administrator of an earlier demonstration has another password');
    this.token = body.accessToken;
  }

  async send(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  async create(path: string, body: object): Promise<string> {
    const answer = await this.send('POST', path, body);
    if (answer.status !== 201) throw new Error(`${path} was answered ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  }

  person(username: string): Promise<string> {
    const account = { username, email: `${username}@example.com`, displayName: username };
    return this.create('/v1/users', { ...account, password: DEMO_PASSWORD });
  }

  async node(type: string, key: string): Promise<string> {
    const { body } = await this.send('GET', `/v1/resources?type=${type}&key=${encodeURIComponent(key)}`);
    const [node] = body.items;
    if (node === undefined) throw new Error(`There is no ${type} ${key}`);
    return node.id;
  }

  assign(principalType: string, principalId: string, roleId: string, resourceId: string, effect = 'allow') {
    return this.create('/v1/assignments', { principalType, principalId, roleId, resourceId, effect });
  }
}
