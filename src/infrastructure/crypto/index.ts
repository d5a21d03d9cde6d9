export { CryptoModule } from './crypto.module';
export { isDeviceToken, newDeviceToken } from './device-token';
export { randomToken, sha256 } from './digest';
export { schemeOf } from './foreign-digest';
export { jwkThumbprint } from './jwk-thumbprint';
export { PasswordHasher } from './password-hasher';
export { rewrapSealedColumns } from './rewrap';
export { sealedColumn, sealedColumns, type SealedColumn } from './sealed-columns';
export { SecretBox, SecretBoxError } from './secret-box';
