export { CryptoModule } from './crypto.module';
export { randomToken, sha256 } from './digest';
export { PasswordHasher } from './password-hasher';
export { SecretBox, SecretBoxError } from './secret-box';
