/** Our refresh tokens, and everything in the form of a JWT. */
const TOKEN = /\bptr_[\w-]+|\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g;

/** The text without the tokens that somebody put into it, such as the message of a foreign library. */
export function withoutTokens(text: string): string {
  return text.replace(TOKEN, '***');
}
