import { timestampField } from '../../../common/validation';

/** PostgreSQL has no year 0. */
export const momentField = timestampField.refine(
  (moment) => !moment.startsWith('0000'),
  'must be after year 0',
);
