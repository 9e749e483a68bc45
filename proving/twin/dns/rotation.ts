/** A resolver hands the addresses of an answer out in turn, so that its clients spread over them. */

import type { ResourceRecord } from './answer.ts';

/** @param turn counts the answers of this name; what is no address keeps its place. */
export function rotatedAddresses(
  answers: readonly ResourceRecord[],
  turn: number,
): readonly ResourceRecord[] {
  const addresses = answers.filter(isAddress);
  if (addresses.length < 2) return answers;
  const shift = turn % addresses.length;
  return [
    ...answers.filter((record) => !isAddress(record)),
    ...addresses.slice(shift),
    ...addresses.slice(0, shift),
  ];
}

function isAddress({ type }: ResourceRecord): boolean {
  return type === 'A' || type === 'AAAA';
}
