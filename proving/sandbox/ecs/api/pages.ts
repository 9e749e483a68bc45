/** Lists in pages: the token is where the next one begins. */

const PAGE = 100;

export function paged(
  all: readonly string[],
  { nextToken, maxResults }: { nextToken?: string | undefined; maxResults?: number | undefined },
): { readonly page: string[]; readonly nextToken?: string } {
  const from = Number(nextToken ?? 0);
  const to = from + Math.min(maxResults ?? PAGE, PAGE);
  const page = all.slice(from, to);
  return to < all.length ? { page, nextToken: String(to) } : { page };
}

export interface Failure {
  readonly arn: string;
  readonly reason: 'MISSING';
}

/** What was found, and what there is none of. */
export function described<T>(wanted: readonly { readonly arn: string; readonly found: T | undefined }[]): {
  readonly found: T[];
  readonly failures: Failure[];
} {
  return {
    found: wanted.flatMap(({ found }) => (found === undefined ? [] : [found])),
    failures: wanted.flatMap(({ arn, found }) => (found === undefined ? [{ arn, reason: 'MISSING' }] : [])),
  };
}
