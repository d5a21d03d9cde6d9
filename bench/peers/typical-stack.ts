import 'reflect-metadata';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Injectable,
  Module,
  Post,
  Query,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { hash, verify } from '@node-rs/argon2';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Column, Entity, JoinTable, ManyToMany, PrimaryGeneratedColumn, type Repository } from 'typeorm';

/*
 * What most Nest services do about sign-in: Express, passport-jwt, TypeORM. The strategy loads the user and its roles
 * for every request, which is also the only revocation there is.
 */

const SECRET = 'a secret that only this benchmark knows';
const PERMISSION = 'no-op:call';
const USERS = 16;

@Entity('roles')
class Role {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Column('text', { unique: true }) name!: string;
  @Column('text', { array: true }) permissions!: string[];
}

@Entity('users')
class User {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Column('text', { unique: true }) username!: string;
  @Column('text') passwordHash!: string;
  @Column('boolean', { default: true }) active!: boolean;
  @ManyToMany(() => Role) @JoinTable() roles!: Role[];
}

@Injectable()
class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {
    super({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: SECRET });
  }

  async validate({ sub }: { sub: string }): Promise<User> {
    const user = await this.users.findOne({ where: { id: sub, active: true }, relations: { roles: true } });
    if (user === null) throw new UnauthorizedException();
    return user;
  }
}

@Injectable()
class PermissionsGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const permission = this.reflector.getAllAndOverride<string>('permission', [
      context.getHandler(),
      context.getClass(),
    ]);
    const { user } = context.switchToHttp().getRequest<{ user: User }>();
    return user.roles.some(({ permissions }) => permissions.includes(permission));
  }
}

@Controller()
class TypicalController {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    @Inject(JwtService) private readonly jwt: JwtService,
  ) {}

  @Get('ready')
  ready(): { status: string } {
    return { status: 'ok' };
  }

  @Get('no-op')
  @SetMetadata('permission', PERMISSION)
  @UseGuards(AuthGuard('jwt'), PermissionsGuard)
  call(): { status: string } {
    return { status: 'ok' };
  }

  @Post('login')
  @HttpCode(200)
  async login(@Body() body: { username: string; password: string }): Promise<{ accessToken: string }> {
    const user = await this.users.findOne({ where: { username: body.username }, relations: { roles: true } });
    if (user === null || !(await verify(user.passwordHash, body.password))) throw new UnauthorizedException();
    return { accessToken: this.tokenOf(user, 'login') };
  }

  /** For the benchmark: the headers of that many callers, each with a token of its own. */
  @Get('callers')
  async callers(@Query('count') count: string): Promise<Record<string, string>[]> {
    const users = await this.users.find();
    return Array.from({ length: Number(count) }, (_, index) => ({
      authorization: `Bearer ${this.tokenOf(users[index % users.length]!, String(index))}`,
    }));
  }

  private tokenOf({ id }: User, jwtid: string): string {
    return this.jwt.sign({ sub: id }, { jwtid });
  }
}

@Module({
  imports: [
    PassportModule,
    JwtModule.register({ secret: SECRET, signOptions: { expiresIn: '1h' } }),
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DB_URL!,
      entities: [User, Role],
      synchronize: true,
      extra: { max: 10 },
    }),
    TypeOrmModule.forFeature([User, Role]),
  ],
  controllers: [TypicalController],
  providers: [JwtStrategy],
})
class TypicalModule {}

async function seed(users: Repository<User>, roles: Repository<Role>): Promise<void> {
  if (await users.exists()) return;
  const role = await roles.save({ name: 'caller', permissions: [PERMISSION] });
  const { PASSWORD = '', HASH_MEMORY_KIB, HASH_ITERATIONS } = process.env;
  const passwordHash = await hash(PASSWORD, {
    memoryCost: Number(HASH_MEMORY_KIB),
    timeCost: Number(HASH_ITERATIONS),
    parallelism: 1,
  });
  const names = Array.from({ length: USERS }, (_, index) => `user-${index}`);
  await users.save(names.map((username) => ({ username, passwordHash, roles: [role] })));
}

async function main(): Promise<void> {
  const app = await NestFactory.create(TypicalModule, { logger: false });
  await app.init();
  await seed(app.get('UserRepository'), app.get('RoleRepository'));
  await app.listen(Number(process.env.PORT), '127.0.0.1');
}

void main();
