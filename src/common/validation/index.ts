export { canonicalName } from './canonical-name';
export {
  displayNameField,
  emailField,
  loginNameField,
  passwordField,
  publicReasonField,
  timestampField,
  usernameField,
  uuidField,
} from './fields';
