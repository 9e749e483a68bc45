/** The buckets and their objects, in memory. Versioning is not modelled: an object written over is gone. */

import { createHash } from 'node:crypto';
import type { PolicyDocument } from '../../../twin/iam/index.ts';
import { AwsError, type World } from '../../kernel/index.ts';

export interface StoredObject {
  readonly key: string;
  readonly body: Uint8Array;
  readonly etag: string;
  readonly modifiedAt: number;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly encryption: { readonly algorithm: string; readonly keyId: string | null };
}

export interface NewObject {
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly encryption?: StoredObject['encryption'] | undefined;
  /** Given for an object put together from parts. */
  readonly etag?: string;
}

export interface Bucket {
  readonly name: string;
  readonly createdAt: number;
  readonly objects: Map<string, StoredObject>;
  policy: PolicyDocument | null;
  encryption: StoredObject['encryption'];
  isVersioned: boolean;
}

/** What S3 does where nobody asks for anything else. */
export const DEFAULT_ENCRYPTION: StoredObject['encryption'] = { algorithm: 'AES256', keyId: null };
const KEY_BYTES_MAX = 1024;
const NAME = /^(?!xn--|sthree-|\d+\.\d+\.\d+\.\d+$)[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]$/;

export class Buckets {
  readonly #world: World;
  readonly #buckets = new Map<string, Bucket>();

  constructor(world: World) {
    this.#world = world;
  }

  find(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  /** @throws AwsError `NoSuchBucket` */
  need(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket) return bucket;
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
      status: 404,
      fields: { BucketName: name },
    });
  }

  all(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws AwsError `InvalidBucketName`, `BucketAlreadyOwnedByYou` */
  create(name: string): Bucket {
    if (!NAME.test(name)) {
      throw new AwsError('InvalidBucketName', `The specified bucket is not valid: '${name}'`);
    }
    if (this.#buckets.has(name)) {
      throw new AwsError(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        { status: 409, fields: { BucketName: name } },
      );
    }
    const bucket: Bucket = {
      name,
      createdAt: this.#world.now(),
      objects: new Map(),
      policy: null,
      encryption: DEFAULT_ENCRYPTION,
      isVersioned: false,
    };
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** @throws AwsError `BucketNotEmpty` */
  delete(name: string): void {
    if (this.need(name).objects.size > 0) {
      throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
        status: 409,
        fields: { BucketName: name },
      });
    }
    this.#buckets.delete(name);
  }

  put(bucket: Bucket, object: NewObject): StoredObject {
    if (Buffer.byteLength(object.key) > KEY_BYTES_MAX) {
      throw new AwsError('KeyTooLongError', 'Your key is too long');
    }
    const stored: StoredObject = {
      key: object.key,
      body: object.body,
      etag: object.etag ?? quotedMd5(object.body),
      modifiedAt: this.#world.now(),
      contentType: object.contentType ?? 'application/octet-stream',
      metadata: object.metadata ?? {},
      encryption: object.encryption ?? bucket.encryption,
    };
    bucket.objects.set(object.key, stored);
    return stored;
  }
}

/** @throws AwsError `NoSuchKey` */
export function needObject(bucket: Bucket, key: string): StoredObject {
  const object = bucket.objects.get(key);
  if (object) return object;
  throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404, fields: { Key: key } });
}

export function quotedMd5(body: Uint8Array): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
