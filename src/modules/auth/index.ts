export { AuthModule } from './auth.module';
export { AuthenticationGuard } from './authentication.guard';
export { AssuranceGuard } from './step-up/assurance.guard';
