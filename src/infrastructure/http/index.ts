export { carryContext } from './carry-context';
export { createHttpAdapter, HttpAdapter } from './http-adapter';
export { createOpenApiDocument } from './openapi/openapi-document';
export { serveDocumentation } from './openapi/swagger-ui';
export { statusOf } from './problem';
export { ProblemFilter } from './problem.filter';
export { DURATION_BOUNDS, type RouteMeter } from './request-meters';
export { ValidationPipe } from './validation.pipe';
