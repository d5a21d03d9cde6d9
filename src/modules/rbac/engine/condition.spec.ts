import { ConditionSchema, type Condition } from './condition';
import { compileCondition } from './evaluate-condition';
import { nodeFrom } from './resource-node';
import type { Facts } from './subject';

const accepts = (condition: unknown): boolean => ConditionSchema.safeParse(condition).success;
const nested = (depth: number): unknown =>
  depth === 1 ? { op: 'owner' } : { op: 'not', of: nested(depth - 1) };

const factsAt = (time: string, context: object = {}): Facts => ({
  request: { subject: { type: 'user', id: 'ada' }, permission: 'users:read', context },
  subject: {
    id: 'ada',
    type: 'user',
    holders: new Map([['ada', null]]),
    held: [],
    assignments: new Map(),
    asksForAuthentication: false,
  },
  resource: nodeFrom({ id: 'root', path: ['root'], type: 'root', key: 'root', tags: {}, ownerId: null }),
  now: Date.parse(time),
});

describe('a condition', () => {
  it.each<[string, unknown]>([
    ['an unknown operator', { op: 'matches', attribute: 'subject.id', value: '.*' }],
    ['an unknown attribute', { op: 'eq', attribute: 'subject.password', value: 'x' }],
    ['an attribute that reaches for a prototype', { op: 'eq', attribute: 'context.__proto__', value: 'x' }],
    ['a foreign field', { op: 'owner', of: [] }],
    ['an empty list', { op: 'all', of: [] }],
    ['a zone that is none', { op: 'time', zone: 'Europe/Atlantis' }],
    ['an offset as a zone', { op: 'time', zone: '+01:00' }],
    ['half a window', { op: 'time', zone: 'UTC', from: '09:00' }],
    ['an hour that is none', { op: 'time', zone: 'UTC', from: '09:00', to: '24:00' }],
    ['a network that is none', { op: 'ip', in: ['10.0.0.0/33'] }],
    ['a host name', { op: 'ip', in: ['localhost'] }],
    ['too many levels', nested(9)],
    ['too many tests', { op: 'any', of: Array.from({ length: 64 }, () => ({ op: 'owner' })) }],
  ])('with %s is refused', (_, condition) => {
    expect(accepts(condition)).toBe(false);
  });

  it.each<[unknown]>([
    [nested(8)],
    [{ op: 'eq', attribute: 'resource.tags.owner-team', value: { attribute: 'subject.properties.team' } }],
    [{ op: 'time', zone: 'Europe/Berlin', days: ['mon', 'fri'], from: '22:00', to: '06:00' }],
    [{ op: 'ip', in: ['10.0.0.0/8', '2001:db8::1'] }],
  ])('such as %j is accepted', (condition) => {
    expect(accepts(condition)).toBe(true);
  });

  // 2026-03-29: clocks in Berlin go from 02:00 to 03:00. A Sunday.
  it.each<[string, boolean]>([
    ['2026-03-28T08:00:00Z', true],
    ['2026-03-28T07:59:59Z', false],
    ['2026-03-28T15:59:59Z', true],
    ['2026-03-28T16:00:00Z', false],
    ['2026-03-29T07:00:00Z', true],
    ['2026-03-29T15:00:00Z', false],
  ])('on office hours in Berlin holds at %s: %s', (time, expected) => {
    const condition: Condition = { op: 'time', zone: 'Europe/Berlin', from: '09:00', to: '17:00' };
    expect(compileCondition(condition)(factsAt(time))).toBe(expected);
  });

  it.each<[string, boolean]>([
    ['2026-01-02T21:59:00Z', false],
    ['2026-01-02T22:00:00Z', true],
    ['2026-01-03T05:59:00Z', true],
    ['2026-01-03T06:00:00Z', false],
    ['2026-01-03T23:00:00Z', false],
    ['2026-01-02T03:00:00Z', false],
  ])('on the night that begins on Friday holds at %s: %s', (time, expected) => {
    const condition: Condition = { op: 'time', zone: 'UTC', days: ['fri'], from: '22:00', to: '06:00' };
    expect(compileCondition(condition)(factsAt(time))).toBe(expected);
  });

  it.each<[string | undefined, boolean | null]>([
    ['10.200.0.1', true],
    ['::ffff:10.0.0.1', true],
    ['11.0.0.1', false],
    ['2001:db8::5', true],
    ['2001:db9::5', false],
    ['not an address', null],
    [undefined, null],
  ])('on networks says of %s: %s', (ip, expected) => {
    const condition: Condition = { op: 'ip', in: ['10.0.0.0/8', '2001:db8::/32'] };
    expect(compileCondition(condition)(factsAt('2026-01-01T00:00:00Z', { ip }))).toBe(expected);
  });
});
