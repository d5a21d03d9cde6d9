export { acceptsForm, AcceptsForm, FORM_MEDIA_TYPE } from './accepts-form.decorator';
export { ApiContract, ERROR_CODES_EXTENSION, type ApiContractOptions } from './api-contract.decorator';
export { setEtag } from './etag';
export { pageOf, pageQueryFields, type Page } from './page';
export { IfMatchVersion, UuidParam } from './params.decorator';
export { ProblemSchema, type Problem } from './problem.schema';
export { requestOf } from './request-of';
export { Synchronous } from './synchronous.decorator';
export { RouteOptions } from './route-options.decorator';
