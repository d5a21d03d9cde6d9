export { PersonalDataCollector } from './personal-data-collector';
export { PrivacyModule } from './privacy.module';
