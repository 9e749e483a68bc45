/** The secrets. One version each: rotation is not modelled. */

import { randomInt, randomUUID } from 'node:crypto';
import type { PolicyDocument } from '../../../twin/iam/index.ts';
import { AwsError, type World } from '../../kernel/index.ts';

export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
  value: string;
  versionId: string;
  changedAt: number;
  description: string | null;
  kmsKeyId: string | null;
  tags: readonly { readonly Key: string; readonly Value: string }[];
  policy: PolicyDocument | null;
}

export interface SecretSettings {
  readonly description: string | null;
  readonly kmsKeyId: string | null;
  readonly tags: Secret['tags'];
}

const SUFFIX_LENGTH = 6;
const VALUE_BYTES_MAX = 65_536;

export class Secrets {
  readonly #world: World;
  readonly #secrets = new Map<string, Secret>();

  constructor(world: World) {
    this.#world = world;
  }

  /** @throws AwsError `ResourceExistsException`, `InvalidRequestException` */
  create(name: string, value: string, settings: SecretSettings): Secret {
    if ([...this.#secrets.values()].some((secret) => secret.name === name)) {
      throw new AwsError(
        'ResourceExistsException',
        `The operation failed because the secret ${name} already exists.`,
      );
    }
    const arn = `${this.#arnPrefix()}${name}-${suffix()}`;
    const now = this.#world.now();
    const secret: Secret = {
      ...settings,
      arn,
      name,
      value: checkSize(value),
      versionId: randomUUID(),
      createdAt: now,
      changedAt: now,
      policy: null,
    };
    this.#secrets.set(arn, secret);
    return secret;
  }

  /** By ARN, by ARN without its random end, or by name. */
  find(id: string): Secret | undefined {
    return (
      this.#secrets.get(id) ??
      [...this.#secrets.values()].find(
        ({ name, arn }) => name === id || arn.slice(0, -SUFFIX_LENGTH - 1) === id,
      )
    );
  }

  /** @throws AwsError `ResourceNotFoundException` */
  need(id: string): Secret {
    const found = this.find(id);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.", {
      status: 400,
    });
  }

  /** What a permission is checked on; a secret that is not there is denied before it is missed. */
  arnOf(id: string): string {
    return this.find(id)?.arn ?? (id.startsWith('arn:') ? id : `${this.#arnPrefix()}${id}`);
  }

  #arnPrefix(): string {
    const { partition, region, accountId } = this.#world;
    return `arn:${partition}:secretsmanager:${region}:${accountId}:secret:`;
  }

  setValue(secret: Secret, value: string): void {
    if (secret.value === value) return;
    secret.value = checkSize(value);
    secret.versionId = randomUUID();
    secret.changedAt = this.#world.now();
  }

  delete(arn: string): void {
    this.#secrets.delete(arn);
  }
}

function checkSize(value: string): string {
  if (Buffer.byteLength(value) <= VALUE_BYTES_MAX) return value;
  throw new AwsError('InvalidParameterException', `A secret value has at most ${VALUE_BYTES_MAX} bytes.`);
}

function suffix(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  return Array.from({ length: SUFFIX_LENGTH }, () => alphabet[randomInt(alphabet.length)]).join('');
}
