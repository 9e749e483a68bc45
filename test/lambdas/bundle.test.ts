import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** A function's bundle, as it is deployed: whole, with its SDK. */
const BYTES_MAX = 700_000;
const FUNCTIONS = ['health-check', 'write-failover', 'replica-pool', 'reconcile', 'database-bootstrap'];

describe('the bundles', () => {
  it.each(FUNCTIONS)('%s has at most 700 KB', async (name) => {
    const { outputFiles } = await build({
      entryPoints: [`lambdas/${name}/entry.ts`],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      mainFields: ['module', 'main'],
      minify: true,
      keepNames: true,
      legalComments: 'none',
    });
    expect(outputFiles[0]!.contents.byteLength).toBeLessThanOrEqual(BYTES_MAX);
  });
});
