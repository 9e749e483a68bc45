/** Identifiers as AWS forms them. */

import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const SUFFIX_LENGTH = 12;
const EC2_ID_LENGTH = 17;

/** `<stack>-<logicalId>-<random>`, the front cut so that the whole has at most `max` characters. */
export function generatedName(stackName: string, logicalId: string, max: number): string {
  const suffix = Array.from(randomBytes(SUFFIX_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  const room = Math.max(0, max - SUFFIX_LENGTH - 1);
  const front = `${stackName}-${logicalId}`.slice(0, room).replace(/-+$/, '');
  return front === '' ? suffix.slice(0, max) : `${front}-${suffix}`;
}

/** `vpc-0a1b2c3d4e5f60718` */
export function randomEc2Id(prefix: string): string {
  return `${prefix}-0${randomBytes(EC2_ID_LENGTH)
    .toString('hex')
    .slice(0, EC2_ID_LENGTH - 1)}`;
}

/** An id that belongs to another one and is the same each time it is asked for. */
export function derivedEc2Id(prefix: string, owner: string): string {
  const digest = createHash('sha256').update(`${prefix} of ${owner}`).digest('hex');
  return `${prefix}-0${digest.slice(0, EC2_ID_LENGTH - 1)}`;
}

/** `eu-west-1b` is `euw1-az2`: which letter is which zone differs by account; here it follows the alphabet. */
export function zoneId(zone: string): string {
  const [area = '', direction = '', place = ''] = zone.split('-');
  const number = place.slice(0, -1);
  const letter = place.charCodeAt(place.length - 1) - 'a'.charCodeAt(0) + 1;
  return `${area}${direction.slice(0, 1)}${number}-az${letter}`;
}
