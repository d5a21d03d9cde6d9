export { Certificates, type CertificateLife } from './certificates';
export { Dependencies } from './dependencies';
export { DependenciesModule } from './dependencies.module';
export type { Dependency, DependencyCondition, DependencyState } from './dependency';
export { ObservedState } from './observed-state';
