export { Clock } from './clock';
export { ClockModule } from './clock.module';
export { DatabaseClock } from './database-clock';
