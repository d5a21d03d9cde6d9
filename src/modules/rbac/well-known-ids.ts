/** Made by the first migration, and the same in every installation. */
export const ADMINISTRATOR_ROLE_ID = '00000000-0000-7000-8000-000000000001';
export const ROOT_RESOURCE_ID = '00000000-0000-7000-8000-000000000010';

export const BUILT_IN_ROLE_IDS = {
  administrator: ADMINISTRATOR_ROLE_ID,
  'user-manager': '00000000-0000-7000-8000-000000000002',
  auditor: '00000000-0000-7000-8000-000000000003',
} as const;

export type BuiltInRole = keyof typeof BUILT_IN_ROLE_IDS;
