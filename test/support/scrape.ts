import type { ServiceProcess } from './service';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labels: readonly string[];
}

/** What a Prometheus would read of `service`, in the text format 0.0.4. */
export async function scrape({ api }: ServiceProcess, token?: string): Promise<Scrape> {
  const response = await fetch(`${api.baseUrl}/metrics`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`The metrics were answered ${response.status}: ${text}`);
  return new Scrape(text);
}

export class Scrape {
  readonly samples: readonly Sample[];

  constructor(readonly text: string) {
    this.samples = [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(
      ([, name = '', labels = '', value]) => ({
        name,
        labels: Object.fromEntries(
          [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text]),
        ),
        value: Number(value),
      }),
    );
  }

  /** Every metric, without its figures. */
  metrics(): Metric[] {
    const described = /^# HELP (\w+) (.+?)\.?\n# TYPE \w+ (\w+)$/gm;
    return [...this.text.matchAll(described)].map(([, name = '', help = '', type = '']) => {
      const own = this.samples.filter(
        (sample) => sample.name.replace(/_(bucket|sum|count)$/, '') === name || sample.name === name,
      );
      const labels = new Set(own.flatMap((sample) => Object.keys(sample.labels)));
      labels.delete('le');
      return { name, help, type, labels: [...labels].sort() };
    });
  }

  /** The sum of all series of `name` that have these labels. */
  total(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.samples
      .filter((sample) => sample.name === name)
      .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }
}
