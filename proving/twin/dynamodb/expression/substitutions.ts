/** ExpressionAttributeNames and ExpressionAttributeValues of one request, and which of them its expressions used. */

import { validation } from '../errors.ts';
import { type AttributeValue, validated } from '../value.ts';

export class Substitutions {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #used = new Set<string>();

  /** Throws ValidationException for an empty map or a key of a wrong form. */
  constructor(
    names: Readonly<Record<string, string>> | undefined,
    values: Readonly<Record<string, unknown>> | undefined,
  ) {
    requireKeys('ExpressionAttributeNames', names, /^#[A-Za-z0-9_]+$/);
    requireKeys('ExpressionAttributeValues', values, /^:[A-Za-z0-9_]+$/);
    this.#names = names ?? {};
    this.#values = Object.fromEntries(
      Object.entries(values ?? {}).map(([key, value]) => [key, validatedValue(key, value)]),
    );
  }

  name(label: string, key: string): string {
    if (!Object.hasOwn(this.#names, key)) {
      throw validation(
        `Invalid ${label}: An expression attribute name used in the document path is not defined; attribute name: ${key}`,
      );
    }
    this.#used.add(key);
    return this.#names[key]!;
  }

  value(label: string, key: string): AttributeValue {
    if (!Object.hasOwn(this.#values, key)) {
      throw validation(
        `Invalid ${label}: An expression attribute value used in expression is not defined; attribute value: ${key}`,
      );
    }
    this.#used.add(key);
    return this.#values[key] as AttributeValue;
  }

  /** Call once every expression of the request is parsed. Throws ValidationException naming what was not used. */
  requireAllUsed(): void {
    this.#requireUsed('ExpressionAttributeNames', this.#names);
    this.#requireUsed('ExpressionAttributeValues', this.#values);
  }

  #requireUsed(member: string, given: Readonly<Record<string, unknown>>): void {
    const unused = Object.keys(given).filter((key) => !this.#used.has(key));
    if (unused.length > 0) {
      throw validation(`Value provided in ${member} unused in expressions: keys: {${unused.join(', ')}}`);
    }
  }
}

function requireKeys(
  member: string,
  given: Readonly<Record<string, unknown>> | undefined,
  syntax: RegExp,
): void {
  if (given === undefined) return;
  if (Object.keys(given).length === 0) throw validation(`${member} must not be empty`);
  const wrong = Object.keys(given).find((key) => !syntax.test(key));
  if (wrong !== undefined) {
    throw validation(`${member} contains invalid key: Syntax error; key: "${wrong}"`);
  }
}

function validatedValue(key: string, value: unknown): AttributeValue {
  try {
    return validated(value);
  } catch (error) {
    throw validation(
      `ExpressionAttributeValues contains invalid value: ${(error as Error).message} for key ${key}`,
    );
  }
}
