/** Reads the properties of a CloudFormation resource. CloudFormation gives numbers and booleans as text at times. */

import { AwsError } from './service.ts';

export interface Owner {
  readonly type: string;
  readonly logicalId: string;
}

/** Every reader throws AwsError `ValidationException` naming the resource, the property, its value and the rule. */
export class Properties {
  readonly #owner: Owner;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #prefix: string;

  constructor(owner: Owner, values: unknown, prefix = '') {
    this.#owner = owner;
    this.#values = (values ?? {}) as Record<string, unknown>;
    this.#prefix = prefix;
    if (typeof this.#values !== 'object' || Array.isArray(this.#values)) {
      throw new AwsError(
        'ValidationException',
        `${owner.type} ${owner.logicalId}: ${prefix || 'Properties'} must be an object`,
      );
    }
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  raw(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  /** Refuses every property that is in neither list, and says of one in `refused` what stands there. */
  only(known: readonly string[], refused: Readonly<Record<string, string>> = {}): void {
    for (const name of Object.keys(this.#values)) {
      if (known.includes(name) || !this.has(name)) continue;
      throw this.fault(name, refused[name] ?? 'the sandbox knows no such property');
    }
  }

  text(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    throw this.fault(name, 'must be a string');
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw this.fault(name, 'is required');
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    throw this.fault(name, 'must be true or false');
  }

  integer(name: string, range: { min: number; max: number }): number | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (
      typeof number === 'number' &&
      Number.isInteger(number) &&
      number >= range.min &&
      number <= range.max
    ) {
      return number;
    }
    throw this.fault(name, `must be a whole number from ${range.min} to ${range.max}`);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    const found = allowed.find((each) => each === value);
    if (value === undefined || found !== undefined) return found;
    throw this.fault(name, `must be one of ${allowed.join(', ')}`);
  }

  object(name: string): Properties | undefined {
    return this.has(name) ? new Properties(this.#owner, this.raw(name), this.#path(name)) : undefined;
  }

  objects(name: string): Properties[] {
    return this.list(name).map((value, i) => new Properties(this.#owner, value, `${this.#path(name)}[${i}]`));
  }

  list(name: string): readonly unknown[] {
    const value = this.raw(name) ?? [];
    if (!Array.isArray(value)) throw this.fault(name, 'must be a list');
    return value;
  }

  fault(name: string, rule: string): AwsError {
    const shown = (JSON.stringify(this.raw(name)) ?? 'nothing').slice(0, 120);
    return new AwsError(
      'ValidationException',
      `${this.#owner.type} ${this.#owner.logicalId}: ${this.#path(name)} = ${shown}: ${rule}`,
    );
  }

  #path(name: string): string {
    return this.#prefix === '' ? name : `${this.#prefix}.${name}`;
  }
}
