import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FUNCTION_FOLDERS, FUNCTION_VARIABLES } from '../../bench/function-variables.ts';
import { bundleFunction } from '../../lib/shared/bundle.ts';

/** A function's bundle, as it is deployed: whole, with its SDK. */
const BYTES_MAX = 700_000;
const run = promisify(execFile);

let folder: string;
const files = new Map<string, string>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-bundles-'));
  for (const name of FUNCTION_FOLDERS) files.set(name, bundleFunction(name, join(folder, name)));
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function fileOf(name: string): string {
  return files.get(name)!;
}

/** Runs `script` in a process that has the function's variables and the given ones; answers its stdout. */
async function inFunction(script: string, variables: Record<string, string> = {}): Promise<string> {
  const env = { ...FUNCTION_VARIABLES, ...variables };
  const { stdout } = await run(process.execPath, ['-e', script], { env, timeout: 30_000 });
  return stdout;
}

describe('the bundles', () => {
  it.each(FUNCTION_FOLDERS)('%s has at most 700 KB', (name) => {
    expect(readFileSync(fileOf(name)).byteLength).toBeLessThanOrEqual(BYTES_MAX);
  });

  it.each(FUNCTION_FOLDERS)(
    '%s hands out its handler',
    async (name) => {
      const script = `process.stdout.write(typeof require(${JSON.stringify(fileOf(name))}).handler)`;
      expect(await inFunction(script)).toBe('function');
    },
    60_000,
  );

  it.each(FUNCTION_FOLDERS)('%s holds no credential provider but the environment', (name) => {
    const text = readFileSync(fileOf(name), 'utf8');
    for (const word of ['credential_process', 'sso_start_url', 'web_identity_token_file']) {
      expect(text, word).not.toContain(word);
    }
  });

  it('are the same bytes wherever they are built', () => {
    const again = bundleFunction('reconcile', join(folder, 'elsewhere', 'deeper'));
    expect(readFileSync(again).equals(readFileSync(fileOf('reconcile')))).toBe(true);
  });

  it('sign their calls with the credentials of the environment', async () => {
    const { url, headers, close } = await refusingServer();
    try {
      const script = `
        const { handler } = require(${JSON.stringify(fileOf('reconcile'))});
        const invokedFunctionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:reconcile';
        const context = { awsRequestId: 'r', invokedFunctionArn, getRemainingTimeInMillis: () => 5000 };
        handler({}, context).catch(() => {}).then(() => process.exit());`;
      await inFunction(script, { AWS_ENDPOINT_URL: url });
    } finally {
      close();
    }
    expect(headers.length).toBeGreaterThan(0);
    for (const { authorization, 'x-amz-security-token': session } of headers) {
      expect(authorization).toContain(`Credential=${FUNCTION_VARIABLES['AWS_ACCESS_KEY_ID']}/`);
      expect(session).toBe(FUNCTION_VARIABLES['AWS_SESSION_TOKEN']);
    }
  }, 60_000);
});

/** Refuses every request, and keeps its headers. */
async function refusingServer(): Promise<{
  url: string;
  headers: IncomingHttpHeaders[];
  close: () => void;
}> {
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"__type":"ValidationException"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, headers, close: () => server.close() };
}
