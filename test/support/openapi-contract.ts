import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

interface Content {
  readonly schema?: object;
}

interface Operation {
  readonly responses: Record<string, { readonly content?: Record<string, Content> }>;
}

interface OpenApiDocument {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: object;
}

/** The published document as the judge of every answer: undocumented statuses and shapes fail the test. */
export class OpenApiContract {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly routes: { readonly pattern: RegExp; readonly path: string; readonly parameters: number }[];

  private constructor(private readonly document: OpenApiDocument) {
    addFormats.default(this.ajv);
    this.ajv.addSchema({ $id: 'document', ...document });
    this.routes = Object.keys(document.paths)
      .map((path) => ({
        path,
        pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
        parameters: path.split('{').length,
      }))
      .sort((a, b) => a.parameters - b.parameters);
  }

  static async load(baseUrl: string): Promise<OpenApiContract> {
    return new OpenApiContract((await (await fetch(`${baseUrl}/docs-json`)).json()) as OpenApiDocument);
  }

  check(method: string, url: string, answer: ApiAnswer): void {
    const pathname = url.split('?', 1)[0] ?? url;
    const verb = method.toLowerCase();
    const route = this.routes.find(
      ({ pattern, path }) => pattern.test(pathname) && verb in (this.document.paths[path] ?? {}),
    );
    if (route === undefined) return;
    const response = this.document.paths[route.path]?.[verb]?.responses[String(answer.status)];
    if (response === undefined) throw new Error(`${method} ${route.path} does not document ${answer.status}`);
    const type = answer.headers.get('content-type')?.split(';', 1)[0];
    if (answer.body === null || type === undefined) return;
    if (response.content?.[type]?.schema === undefined) {
      throw new Error(`${method} ${route.path} ${answer.status} does not document ${type}`);
    }
    const ref = `document#/paths/${[route.path, verb, 'responses', answer.status, 'content', type, 'schema'].map(escape).join('/')}`;
    // Of NDJSON the document describes a line.
    const values = type === 'application/x-ndjson' ? (answer.body as readonly unknown[]) : [answer.body];
    for (const value of values) this.validate(ref, value);
  }

  private validate(ref: string, value: unknown): void {
    let validator = this.validators.get(ref);
    if (validator === undefined) {
      validator = this.ajv.compile({ $ref: ref });
      this.validators.set(ref, validator);
    }
    if (!validator(value)) {
      throw new Error(`${ref}: ${this.ajv.errorsText(validator.errors)} in ${JSON.stringify(value)}`);
    }
  }
}

function escape(segment: string | number): string {
  return encodeURIComponent(String(segment).replaceAll('~', '~0').replaceAll('/', '~1'));
}
