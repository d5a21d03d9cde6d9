import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (path: string): string => readFileSync(join(__dirname, '../..', path), 'utf8');
const rules = read('ops/prometheus/alerts.yml').split('      - alert: ').slice(1);
const names = rules.map((rule) => rule.split('\n', 1)[0] ?? '');
const tests = read('ops/prometheus/alerts.test.yml');

describe('the alerts', () => {
  it('are each explained once in the page that they point to', () => {
    const headings = [...read('docs/operations/alerts.md').matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect([...headings].sort()).toEqual([...names].sort());
  });

  it.each(rules.map((rule, index) => [names[index] ?? '', rule]))(
    '%s says whom to tell and where to read on',
    (name, rule) => {
      expect(rule).toMatch(/labels: \{ team: (operations|security), severity: (page|ticket) \}/);
      expect(rule).toContain(`runbook_url: docs/operations/alerts.md#${name.toLowerCase()}\n`);
      expect(rule).toMatch(/summary: '.+'/);
    },
  );

  it.each(names)('%s is tested both ways', (name) => {
    expect(tests).toContain(`- name: ${name} fires`);
    expect(
      tests.match(new RegExp(`alertname: ${name}, eval_time: \\w+, exp_alerts: \\[\\]`, 'g'))?.length,
    ).toBeGreaterThan(1);
  });
});
