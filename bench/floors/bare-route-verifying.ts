import 'reflect-metadata';
import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { Controller, Get, Headers, Module, UnauthorizedException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/** The key that every token of this run was signed with, imported once. */
const publicKey: KeyObject = createPublicKey({
  key: JSON.parse(process.env.PUBLIC_JWK ?? '{}') as JsonWebKey,
  format: 'jwk',
});

/** A route that does nothing but verify the signature of the token: no claims, no strategy, no memory. */
@Controller()
class VerifyingController {
  @Get('ready')
  ready(): { status: string } {
    return { status: 'ok' };
  }

  @Get('no-op')
  call(@Headers('authorization') authorization: string): { status: string } {
    const token = authorization.slice('Bearer '.length);
    const end = token.lastIndexOf('.');
    const signature = Buffer.from(token.slice(end + 1), 'base64url');
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    if (!verify('sha256', Buffer.from(token.slice(0, end)), key, signature))
      throw new UnauthorizedException();
    return { status: 'ok' };
  }
}

@Module({ controllers: [VerifyingController] })
class VerifyingModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(VerifyingModule, new FastifyAdapter(), {
    logger: false,
  });
  await app.listen(Number(process.env.PORT), '127.0.0.1');
}

void main();
