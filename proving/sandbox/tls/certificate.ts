/** Builds and signs X.509 version 3 certificates (RFC 5280) with ECDSA P-256 keys. */

import crypto from 'node:crypto';
import * as der from './der.ts';

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** RFC 5280, upper bound of a common name. */
const COMMON_NAME_LENGTH_MAX = 64;

export interface CertificateRequest {
  readonly commonName: string;
  readonly publicKey: crypto.KeyObject;
  readonly issuerName: string;
  readonly issuerPublicKey: crypto.KeyObject;
  readonly issuerKey: crypto.KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
  /** DNS names of a server certificate; null makes a certificate authority. */
  readonly dnsNames: readonly string[] | null;
}

/** The certificate as PEM. */
export function signCertificate(request: CertificateRequest): string {
  const algorithm = der.sequence(der.oid(OID.ecdsaWithSha256));
  const body = der.sequence(
    der.context(0, der.integer(Buffer.from([2]))),
    der.integer(serialNumber()),
    algorithm,
    name(request.issuerName),
    der.sequence(der.utcTime(request.notBefore), der.utcTime(request.notAfter)),
    name(request.commonName),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    der.context(3, der.sequence(...extensions(request))),
  );
  const signature = crypto.sign('sha256', body, request.issuerKey);
  return pem('CERTIFICATE', der.sequence(body, algorithm, der.bitString(signature)));
}

function serialNumber(): Buffer {
  const bytes = crypto.randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}

function name(commonName: string): Buffer {
  const attribute = (id: string, value: string) => der.set(der.sequence(der.oid(id), der.utf8(value)));
  const organization = attribute(OID.organization, 'Understudy sandbox (throw-away)');
  if (commonName.length > COMMON_NAME_LENGTH_MAX) return der.sequence(organization);
  return der.sequence(organization, attribute(OID.commonName, commonName));
}

function extensions(request: CertificateRequest): Buffer[] {
  const identity = [
    extension(OID.subjectKeyIdentifier, der.octetString(keyIdentifier(request.publicKey))),
    extension(
      OID.authorityKeyIdentifier,
      der.sequence(der.context(0, keyIdentifier(request.issuerPublicKey), { primitive: true })),
    ),
  ];
  if (request.dnsNames === null) {
    const certSignAndCrlSign = der.bitString(Buffer.from([0b0000_0110]), 1);
    return [
      ...identity,
      extension(OID.basicConstraints, der.sequence(der.boolean(true)), true),
      extension(OID.keyUsage, certSignAndCrlSign, true),
    ];
  }
  const names = request.dnsNames.map((dnsName) =>
    der.context(2, Buffer.from(dnsName, 'latin1'), { primitive: true }),
  );
  const digitalSignature = der.bitString(Buffer.from([0b1000_0000]), 7);
  return [
    ...identity,
    extension(OID.basicConstraints, der.sequence(), true),
    extension(OID.keyUsage, digitalSignature, true),
    extension(OID.extendedKeyUsage, der.sequence(der.oid(OID.serverAuth))),
    extension(OID.subjectAltName, der.sequence(...names)),
  ];
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.oid(id), ...flag, der.octetString(value));
}

/** RFC 7093 method 1: the leftmost 160 bits of SHA-256 over the public key. */
function keyIdentifier(key: crypto.KeyObject): Buffer {
  const spki = key.export({ type: 'spki', format: 'der' });
  return crypto.createHash('sha256').update(spki).digest().subarray(0, 20);
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
