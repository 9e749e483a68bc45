/** Certificates: requested, validated by a record in the zone that owns the name, issued. */

import { createHash, randomUUID } from 'node:crypto';
import { AwsError, type Certificates, type World } from '../kernel/index.ts';
import type { CertificateAuthority, ServerCertificate } from '../tls/index.ts';

/** Implemented by the DNS part: where the validation records go. */
export interface ValidationZones {
  /** The zone's name, without a trailing dot; undefined where there is no such zone. */
  zoneName(zoneId: string): string | undefined;
  putValidation(zoneId: string, record: { readonly name: string; readonly value: string }): void;
  removeValidation(zoneId: string, name: string): void;
}

export interface Validation {
  readonly domain: string;
  readonly zoneId: string;
  readonly recordName: string;
  readonly recordValue: string;
}

export interface Certificate {
  readonly arn: string;
  readonly domain: string;
  /** With the domain itself. */
  readonly names: readonly string[];
  readonly validations: readonly Validation[];
  readonly createdAt: number;
  issuedAt: number | null;
  material: ServerCertificate | null;
}

/** "Several minutes" at most, says ACM's guide; where the zone is the account's own it is much less. Assumed. */
const VALIDATION_MS = 20_000;

export class CertificateStore implements Certificates {
  readonly #world: World;
  readonly #ports: { readonly tls: Pick<CertificateAuthority, 'issue'>; readonly zones: ValidationZones };
  readonly #certificates = new Map<string, Certificate>();
  readonly #pending = new Set<() => void>();

  constructor(world: World, ports: { tls: Pick<CertificateAuthority, 'issue'>; zones: ValidationZones }) {
    this.#world = world;
    this.#ports = ports;
  }

  all(): readonly Certificate[] {
    return [...this.#certificates.values()];
  }

  /** Throws AwsError `ResourceNotFoundException`. */
  get(arn: string): Certificate {
    const found = this.#certificates.get(arn);
    if (found) return found;
    const { accountId } = this.#world;
    const message = `Could not find certificate ${arn} in account ${accountId}.`;
    throw new AwsError('ResourceNotFoundException', message);
  }

  material(certificateArn: string): { readonly certificate: string; readonly privateKey: string } {
    const { material } = this.get(certificateArn);
    if (material === null) {
      const message = `The certificate ${certificateArn} is pending validation and has no key yet.`;
      throw new AwsError('ResourceNotFoundException', message);
    }
    return { certificate: material.certificatePem, privateKey: material.keyPem };
  }

  /**
   * Asks for a certificate; `issued` resolves when the names are validated, and rejects when the sandbox stops.
   * @throws AwsError `InvalidDomainValidationOptionsException` where a zone does not own a name
   */
  request(wanted: { readonly domain: string; readonly zones: ReadonlyMap<string, string> }): {
    readonly arn: string;
    readonly issued: Promise<void>;
  } {
    const { partition, region, accountId } = this.#world;
    const arn = `arn:${partition}:acm:${region}:${accountId}:certificate/${randomUUID()}`;
    const validations = [...wanted.zones].map(([domain, zoneId]) => this.#validationOf(domain, zoneId));
    const certificate: Certificate = {
      arn,
      domain: wanted.domain,
      names: [...wanted.zones.keys()],
      validations,
      createdAt: this.#world.now(),
      issuedAt: null,
      material: null,
    };
    this.#certificates.set(arn, certificate);
    for (const { zoneId, recordName, recordValue } of validations) {
      this.#ports.zones.putValidation(zoneId, { name: recordName, value: recordValue });
    }
    return { arn, issued: this.#issueLater(certificate) };
  }

  remove(arn: string): void {
    const certificate = this.#certificates.get(arn);
    if (!certificate) return;
    this.#certificates.delete(arn);
    const kept = new Set(this.all().flatMap(({ validations }) => validations.map((one) => one.recordName)));
    for (const { zoneId, recordName } of certificate.validations) {
      if (!kept.has(recordName)) this.#ports.zones.removeValidation(zoneId, recordName);
    }
  }

  stop(): void {
    for (const end of this.#pending) end();
    this.#pending.clear();
  }

  #issueLater(certificate: Certificate): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        reject(new AwsError('InternalFailure', 'the sandbox stopped before the certificate was issued'));
      };
      const timer = setTimeout(() => {
        this.#pending.delete(end);
        certificate.material = this.#ports.tls.issue(certificate.names);
        certificate.issuedAt = this.#world.now();
        resolve();
      }, this.#world.managed(VALIDATION_MS));
      this.#pending.add(end);
    });
  }

  /** The record is the same whenever this account asks for this name again. A wildcard shares that of its parent. */
  #validationOf(domain: string, zoneId: string): Validation {
    const owned = domain.replace(/^\*\./, '');
    const zone = this.#ports.zones.zoneName(zoneId);
    if (zone === undefined || (owned !== zone && !owned.endsWith(`.${zone}`))) {
      const why =
        zone === undefined ? 'there is no such zone' : `that zone is ${zone}, which does not own the name`;
      throw new AwsError(
        'InvalidDomainValidationOptionsException',
        `DomainValidationOptions: ${domain} is to be validated in hosted zone ${zoneId}: ${why}. ` +
          'Fix: give the id of the public zone that holds the name.',
      );
    }
    const token = (what: string) =>
      createHash('sha256').update(`${this.#world.accountId} ${what} ${owned}`).digest('hex').slice(0, 32);
    const recordName = `_${token('name')}.${owned}`;
    return { domain, zoneId, recordName, recordValue: `_${token('value')}.acm-validations.aws` };
  }
}
