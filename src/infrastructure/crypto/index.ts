export { CryptoModule } from './crypto.module';
export { randomToken, sha256 } from './digest';
export { PasswordHasher } from './password-hasher';
export { sealedColumn } from './sealed-columns';
export { SecretBox, SecretBoxError } from './secret-box';
