import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { RouteOptions } from './route-options.decorator';

export const FORM_MEDIA_TYPE = 'application/x-www-form-urlencoded';

interface FormConfig extends Partial<Pick<RouteOptions, 'maxBodyBytes'>> {
  readonly acceptsForm?: boolean;
}

/** The route takes a form body as well as JSON, where a standard says so; elsewhere a form is 415. */
export function AcceptsForm(options: Pick<RouteOptions, 'maxBodyBytes'> = {}): MethodDecorator {
  const config: FormConfig = { acceptsForm: true, ...options };
  return applyDecorators(RouteConfig(config), ApiConsumes('application/json', FORM_MEDIA_TYPE));
}

export function acceptsForm({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as FormConfig).acceptsForm === true;
}
