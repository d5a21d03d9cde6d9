export { canonicalName } from './canonical-name';
export {
  displayNameField,
  emailField,
  loginNameField,
  passwordField,
  timestampField,
  usernameField,
  uuidField,
} from './fields';
