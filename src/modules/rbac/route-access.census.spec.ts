import { Controller, Get, Logger, Post } from '@nestjs/common';
import { MetadataScanner, type DiscoveryService } from '@nestjs/core';
import { Authenticated, Public, RequirePermission, type PermissionName } from '../../common/access';
import './rbac.permissions';
import { RouteAccessCensus } from './route-access.census';

@Controller('v1/good')
class GoodController {
  @Get()
  @Public()
  open(): string {
    return 'open';
  }

  @Post(':id/things')
  @Public()
  alsoOpen(): string {
    return 'alsoOpen';
  }

  @Get('own')
  @Authenticated()
  own(): string {
    return 'own';
  }

  @Get('guarded')
  @RequirePermission('roles:read')
  guarded(): string {
    return 'guarded';
  }

  notARoute(): string {
    return 'notARoute';
  }
}

@Controller('v1/bad')
class BadController {
  @Get('forgotten')
  forgotten(): string {
    return 'forgotten';
  }

  @Post('foreign')
  @RequirePermission('nobody:declares' as PermissionName)
  foreign(): string {
    return 'foreign';
  }
}

class HeirController extends BadController {}
Controller('v1/heir')(HeirController);

const censusOf = (...controllers: unknown[]): RouteAccessCensus => {
  const discovery = { getControllers: () => controllers.map((metatype) => ({ metatype })) };
  return new RouteAccessCensus(discovery as unknown as DiscoveryService, new MetadataScanner());
};

describe('RouteAccessCensus', () => {
  let lines: string[];

  beforeEach(() => {
    lines = [];
    Logger.overrideLogger({
      log: (line: string) => lines.push(line),
      warn: () => undefined,
      error: () => undefined,
    });
  });

  afterEach(() => {
    Logger.overrideLogger(true);
  });

  it('tells the public routes in one line', () => {
    censusOf(GoodController).onModuleInit();
    expect(lines).toEqual(['Public routes: GET /v1/good, POST /v1/good/:id/things']);
  });

  it('stops the start with every route that declares nothing, inherited ones too, or an unknown permission', () => {
    const start = () => censusOf(GoodController, BadController, HeirController).onModuleInit();
    expect(start).toThrow('BadController.forgotten (GET /v1/bad/forgotten)');
    expect(start).toThrow(
      'BadController.foreign (POST /v1/bad/foreign): nobody declares the permission "nobody:declares"',
    );
    expect(start).toThrow('HeirController.forgotten (GET /v1/heir/forgotten)');
    expect(start).not.toThrow('GoodController');
  });
});
