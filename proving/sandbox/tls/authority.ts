/**
 * The sandbox's throw-away certificate authority. Its key lives in this process's memory alone and is never
 * written, so nobody else can ever issue under it; clients get the public CA file.
 */

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { World } from '../kernel/index.ts';
import { signCertificate } from './certificate.ts';

export interface ServerCertificate {
  readonly keyPem: string;
  readonly certificatePem: string;
}

export interface CertificateAuthority {
  /** Path of the CA certificate, readable by every user: what a client passes as `ca`, `sslrootcert`. */
  readonly caFile: string;
  readonly caPem: string;
  /** A fresh key and a certificate for exactly these DNS names (a leading `*.` stands for one label). */
  issue(dnsNames: readonly string[]): ServerCertificate;
}

const AUTHORITY_NAME = 'Understudy sandbox CA';
const VALID_MS = 30 * 24 * 3_600_000;
/** Clocks of clients may be a little behind ours. */
const BACKDATED_MS = 3_600_000;

export function createCertificateAuthority(world: World): CertificateAuthority {
  const authority = newKeyPair();
  const signed = {
    issuerName: AUTHORITY_NAME,
    issuerKey: authority.privateKey,
    issuerPublicKey: authority.publicKey,
  };
  const validity = () => ({
    notBefore: world.now() - BACKDATED_MS,
    notAfter: world.now() + VALID_MS,
  });
  const caPem = signCertificate({
    ...signed,
    ...validity(),
    commonName: AUTHORITY_NAME,
    publicKey: authority.publicKey,
    dnsNames: null,
  });
  const folder = path.join(world.stateDir, 'tls');
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  const caFile = path.join(folder, 'ca.pem');
  fs.writeFileSync(caFile, caPem, { mode: 0o644 });
  return {
    caFile,
    caPem,
    issue(dnsNames) {
      const server = newKeyPair();
      const certificatePem = signCertificate({
        ...signed,
        ...validity(),
        commonName: dnsNames[0] ?? '',
        publicKey: server.publicKey,
        dnsNames,
      });
      const keyPem = server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      return { keyPem, certificatePem };
    },
  };
}

function newKeyPair(): { publicKey: crypto.KeyObject; privateKey: crypto.KeyObject } {
  return crypto.generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}
