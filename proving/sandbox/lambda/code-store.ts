/** Deployed code: each asset is unpacked once, into a folder named after its content. */

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { AwsError, type ObjectStore } from '../kernel/index.ts';

export interface UnpackedCode {
  readonly folder: string;
  /** Base64 SHA-256 of the asset, as `CodeSha256`. */
  readonly sha256: string;
  readonly bytes: number;
}

const UNZIPPED_BYTES_MAX = 262_144_000;

export class CodeStore {
  readonly #folder: string;
  readonly #objects: ObjectStore;

  constructor(folder: string, objects: ObjectStore) {
    this.#folder = folder;
    this.#objects = objects;
  }

  /** @throws AwsError `InvalidParameterValueException` for an asset that is absent or no zip */
  unpack(bucket: string, key: string): UnpackedCode {
    const asset = this.#objects.get(bucket, key);
    if (!asset) {
      throw invalid(
        `Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist. (${bucket}/${key})`,
      );
    }
    return this.#keep(asset, () => entriesOf(asset, `${bucket}/${key}`));
  }

  /** Code written into the template itself: one file, `index.js`. */
  inline(source: string): UnpackedCode {
    const content = Buffer.from(source);
    return this.#keep(content, () => ({ 'index.js': content }));
  }

  #keep(asset: Uint8Array, entries: () => Readonly<Record<string, Uint8Array>>): UnpackedCode {
    const sha256 = createHash('sha256').update(asset).digest();
    const folder = path.join(this.#folder, sha256.toString('hex').slice(0, 32));
    if (!fs.existsSync(folder)) this.#write(folder, entries());
    return { folder, sha256: sha256.toString('base64'), bytes: asset.length };
  }

  /** Written beside and renamed, so that a folder that exists is whole. */
  #write(folder: string, entries: Readonly<Record<string, Uint8Array>>): void {
    const partial = `${folder}.${process.pid}.partial`;
    fs.rmSync(partial, { recursive: true, force: true });
    fs.mkdirSync(partial, { recursive: true });
    for (const [name, content] of Object.entries(entries)) {
      const file = path.join(partial, name);
      if (!file.startsWith(partial + path.sep)) throw invalid(`The zip entry ${name} leaves the task root`);
      if (name.endsWith('/')) fs.mkdirSync(file, { recursive: true });
      else {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, content);
      }
    }
    // Ends Node's search for a package.json, which would otherwise find the one of a checkout around us.
    fs.writeFileSync(path.join(this.#folder, 'package.json'), '{}');
    fs.renameSync(partial, folder);
  }
}

function entriesOf(asset: Uint8Array, name: string): Record<string, Uint8Array> {
  let bytes = 0;
  try {
    return unzipSync(asset, {
      filter(file) {
        bytes += file.originalSize;
        if (bytes > UNZIPPED_BYTES_MAX) throw new Error('unzipped size must be smaller than 262144000 bytes');
        return true;
      },
    });
  } catch (error) {
    throw invalid(`Could not unzip uploaded file ${name}: ${(error as Error).message}`);
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
