export const PASSWORD = 'a long and quiet sentence';
export const NEW_PASSWORD = 'another and much longer sentence';
