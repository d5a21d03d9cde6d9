import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { DOCS_POLICY } from '../response-headers';
import { authorizeOnSignIn } from './authorize-on-sign-in';

const PATH = 'docs';

/** Serves the document at `/docs-json` and Swagger UI at `/docs`. */
export function serveDocumentation(app: NestFastifyApplication, document: () => OpenAPIObject): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', (route) => {
      if (!/^\/docs(\/|$)/.test(route.url)) return;
      route.onRequest = (_request, reply, done): void => {
        void reply.header('content-security-policy', DOCS_POLICY);
        done();
      };
    });
  SwaggerModule.setup(PATH, app, document, {
    raw: ['json'],
    customSiteTitle: 'Portcullis',
    swaggerOptions: {
      // Swagger UI would send the address of the document to a validator of its makers.
      validatorUrl: null,
      tagsSorter: 'alpha',
      tryItOutEnabled: true,
      displayRequestDuration: true,
      responseInterceptor: authorizeOnSignIn,
    },
  });
}
