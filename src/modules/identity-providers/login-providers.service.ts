import { Injectable } from '@nestjs/common';
import type { LoginProvidersResponse } from './dto/login-provider.schemas';
import { ProviderDirectory } from './provider-directory';

/** What anybody may know of the providers: that they are there. */
@Injectable()
export class LoginProvidersService {
  constructor(private readonly directory: ProviderDirectory) {}

  async list(email: string | undefined): Promise<LoginProvidersResponse> {
    const providers =
      email === undefined
        ? await this.directory.list()
        : [await this.directory.byDomain(email.slice(email.lastIndexOf('@') + 1))];
    return {
      items: providers
        .filter((provider) => provider !== undefined)
        .map(({ slug, name, kind }) => ({ slug, name, kind })),
    };
  }
}
