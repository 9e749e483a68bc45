/** Error replies of a shard that are answers all the same. */

/** Another client put something there that is no string. It is in nobody's way until it expires. */
export function isOfAnotherType(error: unknown): boolean {
  return replyOf(error).includes('WRONGTYPE');
}

export function isUnknownScript(error: unknown): boolean {
  return replyOf(error).startsWith('NOSCRIPT');
}

/** What the server said; empty for what is no error of the server's. */
function replyOf(error: unknown): string {
  return error instanceof Error && error.name === 'ReplyError' ? error.message : '';
}
