import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { InvalidInput } from '../../../core/errors.ts';
import { bundleEntry } from '../../shared/bundle.ts';

const HASH_LENGTH = 12;
/** The key of a bundle in the bucket of the assets ends so, and that of no template or archive. */
export const BUNDLE_EXTENSION = '.mjs';

/**
 * Bundles the entry of an application and has it uploaded as one file.
 * @param entry path of a file, from the folder in which synthesis runs
 * @throws InvalidInput when there is no such file
 */
export function bundleAsset(scope: Construct, id: string, entry: string): Asset {
  const source = resolve(entry);
  if (statSync(source, { throwIfNoEntry: false })?.isFile() !== true) {
    const rule = 'must be a file';
    const fix = `name a file that Node can run; ${source} is none`;
    throw new InvalidInput(`The code of ${scope.node.path}`, [{ field: 'entry', value: entry, rule, fix }]);
  }
  // What only looks at a template, e.g. a test, needs no bundle.
  if (!Stack.of(scope).bundlingRequired) return new Asset(scope, id, { path: source });
  const folder = mkdtempSync(join(tmpdir(), 'understudy-bundle-'));
  try {
    const file = join(folder, `index${BUNDLE_EXTENSION}`);
    writeFileSync(file, bundleEntry(source));
    return new Asset(scope, id, { path: file });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What tells one bundle from another: the beginning of its hash. */
export function bundleVersion(asset: Asset): string {
  return asset.assetHash.slice(0, HASH_LENGTH);
}

/** What tells one image from another: the beginning of its digest, else of a hash of its name. */
export function imageVersion(image: string): string {
  const digest = /@sha256:([0-9a-f]+)$/.exec(image)?.[1];
  return (digest ?? createHash('sha256').update(image).digest('hex')).slice(0, HASH_LENGTH);
}
