import { startTwoServices, type TwoServices } from '../two-services';
import { OTHER_RETURN_TO, RETURN_TO } from './saml-browser';

export const METRICS_TOKEN = 'a token for the scraper';

/** Where browsers are told that the service is; tests speak to each process directly. */
const PUBLIC_URL = 'http://127.0.0.1:9';

export interface SamlServices extends TwoServices {
  /** Adds a provider and answers its id, once both processes know it. */
  aProvider(slug: string, config: object, more?: object): Promise<string>;
  changeProvider(id: string, change: object): Promise<void>;
  /** Deletes a provider, and waits until neither process knows it. */
  removeProvider(id: string): Promise<void>;
  /** Why the last answer of a provider was refused, as the trail has it. */
  lastRefusal(providerId: string): Promise<string | undefined>;
}

export async function startSamlServices(): Promise<SamlServices> {
  const services = await startTwoServices({
    PUBLIC_URL,
    METRICS_TOKEN,
    SSO_RETURN_URLS: `${RETURN_TO},${OTHER_RETURN_TO}`,
    RATE_LIMIT_SSO_START: '10000',
  });
  const { first, second, adminToken } = services;
  /** Until both processes list the provider by its new name, or no longer. */
  const untilKnown = async (slug: string, name: string | undefined): Promise<void> => {
    const deadline = Date.now() + 1_000;
    for (const { api } of [first, second]) {
      for (;;) {
        const { body } = await api.get('/v1/auth/providers');
        const listed = (body.items as { slug: string; name: string }[]).find((item) => item.slug === slug);
        if (listed?.name === name) break;
        if (Date.now() > deadline) throw new Error('The change is not known everywhere after a second');
      }
    }
  };
  const provider = async (id: string): Promise<{ slug: string; version: number }> => {
    const { body } = await first.api.get(`/v1/identity-providers/${id}`, { token: adminToken });
    return body as { slug: string; version: number };
  };
  return {
    ...services,
    aProvider: async (slug, config, more = {}) => {
      const { status, body } = await first.api.post(
        '/v1/identity-providers',
        { kind: 'saml', slug, name: slug, ...more, config: { jitProvisioning: true, ...config } },
        { token: adminToken },
      );
      if (status !== 201) throw new Error(`The provider was answered ${status} ${JSON.stringify(body)}`);
      await untilKnown(slug, slug);
      return body.id as string;
    },
    changeProvider: async (id, change) => {
      const { slug, version: ifMatch } = await provider(id);
      const name = `version ${ifMatch + 1}`;
      const { status, body } = await first.api.patch(
        `/v1/identity-providers/${id}`,
        { ...change, name },
        { token: adminToken, ifMatch },
      );
      if (status !== 200) throw new Error(`The change was answered ${status} ${JSON.stringify(body)}`);
      await untilKnown(slug, body.enabled === true ? name : undefined);
    },
    removeProvider: async (id) => {
      const { slug, version: ifMatch } = await provider(id);
      const { status, body } = await first.api.delete(`/v1/identity-providers/${id}`, {
        token: adminToken,
        ifMatch,
      });
      if (status !== 204) throw new Error(`The deletion was answered ${status} ${JSON.stringify(body)}`);
      await untilKnown(slug, undefined);
    },
    lastRefusal: async (providerId) => (await services.trail('sso.refused', providerId))[0],
  };
}
