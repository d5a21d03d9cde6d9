import type { INestApplication } from '@nestjs/common';
import { SwaggerModule } from '@nestjs/swagger';
import { createOpenApiDocument } from './openapi';

interface BrowserResponse {
  readonly url: string;
  readonly status: number;
  readonly obj?: { readonly accessToken?: string };
}

interface BrowserWindow {
  readonly ui: { preauthorizeApiKey(scheme: string, token: string): void };
}

declare const window: BrowserWindow;

/** Swagger UI at `/docs`, the document at `/docs-json`. */
export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, createOpenApiDocument(app), {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: 'Portcullis API',
    swaggerOptions: { tagsSorter: 'alpha', responseInterceptor: authorizeAfterSignIn },
  });
}

/** Runs in the browser (its source is sent there): a successful sign-in authorises the page. */
function authorizeAfterSignIn(response: BrowserResponse): BrowserResponse {
  const token = response.obj?.accessToken;
  if (token !== undefined && response.status === 200 && response.url.includes('/v1/auth/')) {
    window.ui.preauthorizeApiKey('bearer', token);
  }
  return response;
}
