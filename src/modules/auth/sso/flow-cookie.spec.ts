import { randomToken } from '../../../infrastructure/crypto';
import { flowCookie, flowTokenIn, NO_FLOW_COOKIE } from './flow-cookie';

describe('the cookie of a flow', () => {
  const token = randomToken();

  it('is of this host alone, out of reach of scripts, and short-lived', () => {
    expect(flowCookie(token)).toBe(
      `__Host-ptc_flow=${token}; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=None`,
    );
    expect(NO_FLOW_COOKIE).toMatch(/^__Host-ptc_flow=; Max-Age=0; /);
  });

  it('is found among others', () => {
    expect(flowTokenIn(`a=b; __Host-ptc_flow=${token}; c`)).toBe(token);
  });

  it.each([
    ['none at all', undefined],
    ['another name', `ptc_flow=${token}`],
    ['another case', `__host-ptc_flow=${token}`],
    ['two of them', `__Host-ptc_flow=${token}; __Host-ptc_flow=${randomToken()}`],
    ['a value cut short', `__Host-ptc_flow=${token.slice(1)}`],
    ['a value with more', `__Host-ptc_flow=${token}=`.replace(token, `${token}x`)],
    ['no value', '__Host-ptc_flow'],
  ])('is not found in %s', (_, header) => {
    expect(flowTokenIn(header)).toBeNull();
  });
});
