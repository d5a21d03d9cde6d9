export { serveDocs } from './docs';
export { createHttpAdapter } from './fastify.adapter';
export { useJsonBodies } from './json-body.parser';
export { createOpenApiDocument } from './openapi';
export { ProblemFilter } from './problem.filter';
export { useRequestHooks } from './request-hooks';
export { ValidationPipe } from './validation.pipe';
