import { addressesIn } from './forwarded-for';

describe('X-Forwarded-For', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7,2001:db8::7', '192.0.2.7, 2001:db8::7'],
    ['192.0.2.7:4711', '192.0.2.7'],
    ['[2001:db8::7]:4711, [2001:db8::8]', '2001:db8::7, 2001:db8::8'],
    ['unknown', ''],
    ['', ''],
    ['10.0.0.1, garbage, 192.0.2.7', '192.0.2.7'],
    ['192.0.2.7, garbage', ''],
    ['fe80::1%eth0', ''],
    ['999.1.1.1', ''],
    ['192.0.2.7/8', ''],
    ["'; DROP TABLE sessions", ''],
  ])('%j tells of %j', (header, addresses) => {
    expect(addressesIn(header)).toBe(addresses);
  });
});
