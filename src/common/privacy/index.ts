export { personalDataSectionOf, ProvidesPersonalData, type PersonalDataSource } from './personal-data';
