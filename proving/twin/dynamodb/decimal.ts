/**
 * DynamoDB numbers: exact decimals of up to 38 significant digits, magnitude 1E-130 to 9.99...E+125. They are
 * kept as an integer and a power of ten, so comparing, adding and subtracting never round. A sum that would
 * need more than 38 digits is refused like a literal that does.
 */

import { validation } from './errors.ts';

/** The value is `digits` times ten to the power of `exponent`; `digits` carries the sign and no trailing zero. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const DIGITS_MAX = 38;
const MAGNITUDE_MAX = 125;
const MAGNITUDE_MIN = -130;
/** A text with a longer exponent is out of range whatever its digits are. */
const EXPONENT_TEXT_MAX = 1_000;
const TEXT_LENGTH_MAX = 1_000;
const SYNTAX = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?$/;

/** Throws ValidationException for a text that is no number, or out of DynamoDB's range. */
export function parseDecimal(text: string): Decimal {
  const parts = text.length <= TEXT_LENGTH_MAX ? SYNTAX.exec(text) : null;
  if (parts === null) {
    throw validation(`The parameter cannot be converted to a numeric value: ${text.slice(0, 100)}`);
  }
  const [, sign, whole = '', fraction = '', bareFraction = '', power = '0'] = parts;
  const decimals = fraction + bareFraction;
  const magnitude = BigInt(whole + decimals);
  const exponent = Number(power) - decimals.length;
  const bounded = Math.max(-EXPONENT_TEXT_MAX * 2, Math.min(EXPONENT_TEXT_MAX * 2, exponent));
  return inRange({ digits: sign === '-' ? -magnitude : magnitude, exponent: bounded });
}

export function compareDecimals(left: Decimal, right: Decimal): number {
  const [a, b] = aligned(left, right);
  return a < b ? -1 : Number(a > b);
}

export function addDecimals(left: Decimal, right: Decimal): Decimal {
  const [a, b, exponent] = aligned(left, right);
  return inRange({ digits: a + b, exponent });
}

export function subtractDecimals(left: Decimal, right: Decimal): Decimal {
  return addDecimals(left, { digits: -right.digits, exponent: right.exponent });
}

/** Plain notation without leading or trailing zeros, as DynamoDB returns it. */
export function formatDecimal({ digits, exponent }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const text = (digits < 0n ? -digits : digits).toString();
  if (exponent >= 0) return sign + text + '0'.repeat(exponent);
  const padded = text.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

/** The one text of a number: two texts of the same number become equal. */
export function canonicalNumber(text: string): string {
  return formatDecimal(parseDecimal(text));
}

function aligned(left: Decimal, right: Decimal): [bigint, bigint, number] {
  const exponent = Math.min(left.exponent, right.exponent);
  const scaled = (d: Decimal): bigint => d.digits * 10n ** BigInt(d.exponent - exponent);
  return [scaled(left), scaled(right), exponent];
}

function inRange(value: Decimal): Decimal {
  const { digits, exponent } = trimmed(value);
  if (digits === 0n) return { digits: 0n, exponent: 0 };
  const length = (digits < 0n ? -digits : digits).toString().length;
  const magnitude = length - 1 + exponent;
  if (magnitude > MAGNITUDE_MAX) {
    throw validation(
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    );
  }
  if (magnitude < MAGNITUDE_MIN) {
    throw validation(
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    );
  }
  if (length > DIGITS_MAX) {
    throw validation('Attempting to store more than 38 significant digits in a Number');
  }
  return { digits, exponent };
}

function trimmed(value: Decimal): Decimal {
  const text = value.digits.toString();
  const kept = text.replace(/0+$/, '');
  if (kept === '' || kept === text) return value;
  return { digits: BigInt(kept), exponent: value.exponent + text.length - kept.length };
}
