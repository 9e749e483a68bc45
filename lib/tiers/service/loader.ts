/**
 * What the stock image runs: it fetches the bundle of the application and imports it in the same process, so that
 * signals reach the application as process 1. It is text because it is the argument of `node -e`: the image has
 * Node and the AWS SDK, and nothing of ours. CommonJS, as only `require` looks where NODE_PATH says.
 */

/** Variables that the loader reads. */
export const LOADER_ENV = {
  bucket: 'UNDERSTUDY_BUNDLE_BUCKET',
  key: 'UNDERSTUDY_BUNDLE_KEY',
} as const;

/** Carries Node 24 and, in `SDK_PATH`, the AWS SDK; for ARM64 and x86-64 alike. */
export const STOCK_IMAGE = 'public.ecr.aws/lambda/nodejs:24';
export const SDK_PATH = '/var/runtime/node_modules';
const S3_CLIENT = '@aws-sdk/client-s3';

/** Attempts that the SDK makes at the bundle; a task that cannot have it ends, and ECS starts another. */
const ATTEMPTS = 5;
/** A signal before the application listens to signals ends the process as an unhandled one would end any but process 1. */
const EXIT_SIGTERM = 143;

export const LOADER = `'use strict';
const { mkdtempSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const ended = () => process.exit(${EXIT_SIGTERM});

function named(name) {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(name + ' is not set: the task definition names the bundle by it');
  return value;
}

async function fetched(Bucket, Key) {
  const { GetObjectCommand, S3Client } = require(${JSON.stringify(S3_CLIENT)});
  const client = new S3Client({ maxAttempts: ${ATTEMPTS} });
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return await Body.transformToByteArray();
  } finally {
    client.destroy();
  }
}

async function load() {
  const bucket = named('${LOADER_ENV.bucket}');
  const key = named('${LOADER_ENV.key}');
  const object = 's3://' + bucket + '/' + key;
  const file = join(mkdtempSync(join(tmpdir(), 'understudy-')), 'index.mjs');
  try {
    writeFileSync(file, await fetched(bucket, key));
  } catch (cause) {
    throw new Error('cannot fetch ' + object + ': ' + (cause.name + ': ' + cause.message), { cause });
  }
  process.off('SIGTERM', ended);
  process.argv[1] = file;
  await import(pathToFileURL(file)).catch((cause) => {
    throw new Error(object + ' does not run: ' + cause.message, { cause });
  });
}

process.on('SIGTERM', ended);
load().catch((error) => {
  console.error(error);
  process.exit(1);
});
`;
