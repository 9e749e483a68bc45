import crypto from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CertificateAuthority,
  createCertificateAuthority,
} from '../../../../proving/sandbox/tls/index.ts';
import { worldIn } from '../engine-stage.ts';

describe('the throw-away certificate authority', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-tls-'));
  let authority: CertificateAuthority;
  beforeAll(() => {
    authority = createCertificateAuthority(worldIn(folder));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  test('issues a certificate that its CA verifies, for the names given and no other', () => {
    const issued = authority.issue(['db.abc.eu-west-1.rds.amazonaws.com', '*.custom.example']);
    const leaf = new crypto.X509Certificate(issued.certificatePem);
    const ca = new crypto.X509Certificate(authority.caPem);
    expect(ca.ca).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.checkIssued(ca)).toBe(true);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.checkPrivateKey(crypto.createPrivateKey(issued.keyPem))).toBe(true);
    expect(leaf.checkHost('db.abc.eu-west-1.rds.amazonaws.com')).toBeDefined();
    expect(leaf.checkHost('any.custom.example')).toBeDefined();
    expect(leaf.checkHost('two.labels.custom.example')).toBeUndefined();
    expect(leaf.checkHost('other.abc.eu-west-1.rds.amazonaws.com')).toBeUndefined();
    expect(new Date(leaf.validTo).getTime()).toBeGreaterThan(Date.now());
  });

  test('a client that trusts the CA file connects by name and is refused under another name', async () => {
    const { keyPem, certificatePem } = authority.issue(['db.example']);
    const server = tls.createServer({ key: keyPem, cert: certificatePem }, (s) => s.end('hello'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const connect = (servername: string, ca?: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = tls.connect({ host: '127.0.0.1', port, servername, ...(ca ? { ca } : {}) });
        socket.on('data', (d) => resolve(String(d)));
        socket.on('error', reject);
      });
    const ca = fs.readFileSync(authority.caFile, 'utf8');
    await expect(connect('db.example', ca)).resolves.toBe('hello');
    await expect(connect('other.example', ca)).rejects.toThrow(/altnames/);
    await expect(connect('db.example')).rejects.toThrow();
    await new Promise((done) => server.close(done));
  });

  test('SEC: the CA key is nowhere in the state folder', () => {
    const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
    const texts = files
      .filter((f) => f.isFile())
      .map((f) => fs.readFileSync(path.join(f.parentPath, f.name), 'utf8'));
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.every((text) => !text.includes('PRIVATE KEY'))).toBe(true);
  });

  const openssl = spawnSync('openssl', ['version']).status === 0;
  test.runIf(openssl)('openssl verifies the chain in its strict mode', () => {
    const { certificatePem } = authority.issue(['db.example']);
    const file = path.join(folder, 'leaf.pem');
    fs.writeFileSync(file, certificatePem);
    const said = execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', authority.caFile, file]);
    expect(String(said)).toContain('OK');
  });
});
