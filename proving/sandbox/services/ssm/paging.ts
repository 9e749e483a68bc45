/** Pages of a list: the token is the position of the next item. */

import { AwsError } from '../../kernel/index.ts';

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

/** @throws AwsError `ValidationException` for a size out of range, `InvalidNextToken` for a token of our own we did not make. */
export function pageOf<T>(
  all: readonly T[],
  request: PageRequest,
  sizes: { max: number; default: number },
): Page<T> {
  const size = request.MaxResults ?? sizes.default;
  if (!Number.isInteger(size) || size < 1 || size > sizes.max) {
    throw new AwsError('ValidationException', `MaxResults ${size} must be from 1 to ${sizes.max}.`);
  }
  const start = request.NextToken === undefined ? 0 : Number(request.NextToken);
  if (!Number.isInteger(start) || start < 0) {
    throw new AwsError('InvalidNextToken', `The specified token '${request.NextToken}' isn't valid.`);
  }
  const next = start + size;
  return {
    items: all.slice(start, next),
    ...(next < all.length ? { NextToken: String(next) } : {}),
  };
}
