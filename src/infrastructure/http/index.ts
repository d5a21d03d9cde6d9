export { carryContext } from './carry-context';
export { createHttpAdapter, HttpAdapter } from './http-adapter';
export { createOpenApiDocument } from './openapi/openapi-document';
export { serveDocumentation } from './openapi/swagger-ui';
export { ProblemFilter } from './problem.filter';
export { ValidationPipe } from './validation.pipe';
