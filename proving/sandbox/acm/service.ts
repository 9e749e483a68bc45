/** Certificate Manager's API, as far as one asks for what a template made. */

import { X509Certificate } from 'node:crypto';
import * as sdk from '@aws-sdk/client-acm';
import { AwsError, type AwsService, operation, type World } from '../kernel/index.ts';
import type { Certificate, CertificateStore, Validation } from './store.ts';

export function acmService(world: World, store: CertificateStore): AwsService {
  const on =
    (action: string) =>
    ({ CertificateArn }: { CertificateArn?: string | undefined }) => [
      { action: `acm:${action}`, resource: CertificateArn ?? '*' },
    ];
  return {
    signingName: 'acm',
    sdk,
    client: new sdk.ACMClient({ region: world.region }),
    operations: {
      ListCertificates: operation({
        authorize: () => [{ action: 'acm:ListCertificates', resource: '*' }],
        handle: ({ CertificateStatuses }: sdk.ListCertificatesCommandInput) => ({
          CertificateSummaryList: store
            .all()
            .filter((one) => CertificateStatuses?.includes(statusOf(one)) ?? true)
            .map(summary),
        }),
      }),
      DescribeCertificate: operation({
        authorize: on('DescribeCertificate'),
        handle: ({ CertificateArn = '' }: sdk.DescribeCertificateCommandInput) => ({
          Certificate: detail(store.get(CertificateArn)),
        }),
      }),
      GetCertificate: operation({
        authorize: on('GetCertificate'),
        handle: ({ CertificateArn = '' }: sdk.GetCertificateCommandInput) => {
          const { material } = store.get(CertificateArn);
          if (material) return { Certificate: material.certificatePem };
          throw new AwsError(
            'RequestInProgressException',
            `The certificate ${CertificateArn} is not issued yet.`,
          );
        },
      }),
    },
  };
}

function statusOf({ issuedAt }: Certificate): 'ISSUED' | 'PENDING_VALIDATION' {
  return issuedAt === null ? 'PENDING_VALIDATION' : 'ISSUED';
}

function summary(certificate: Certificate): sdk.CertificateSummary {
  const { arn, domain, names, createdAt, issuedAt, material } = certificate;
  return {
    CertificateArn: arn,
    DomainName: domain,
    SubjectAlternativeNameSummaries: [...names],
    Status: statusOf(certificate),
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: 'EC_prime256v1',
    CreatedAt: new Date(createdAt),
    ...(issuedAt === null ? {} : { IssuedAt: new Date(issuedAt) }),
    ...validity(material?.certificatePem),
  };
}

function detail(certificate: Certificate): sdk.CertificateDetail {
  const { arn, domain, names, validations, createdAt, issuedAt, material } = certificate;
  const status = issuedAt === null ? 'PENDING_VALIDATION' : 'SUCCESS';
  return {
    CertificateArn: arn,
    DomainName: domain,
    SubjectAlternativeNames: [...names],
    Status: statusOf(certificate),
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: 'EC_prime256v1',
    DomainValidationOptions: validations.map((one) => validationShape(one, status)),
    CreatedAt: new Date(createdAt),
    ...(issuedAt === null ? {} : { IssuedAt: new Date(issuedAt) }),
    ...validity(material?.certificatePem),
  };
}

function validationShape(
  { domain, recordName, recordValue }: Validation,
  status: sdk.DomainStatus,
): sdk.DomainValidation {
  return {
    DomainName: domain,
    ValidationDomain: domain,
    ValidationMethod: 'DNS',
    ValidationStatus: status,
    ResourceRecord: { Name: `${recordName}.`, Type: 'CNAME', Value: `${recordValue}.` },
  };
}

function validity(pem: string | undefined): Pick<sdk.CertificateDetail, 'NotBefore' | 'NotAfter'> {
  if (pem === undefined) return {};
  const { validFrom, validTo } = new X509Certificate(pem);
  return { NotBefore: new Date(validFrom), NotAfter: new Date(validTo) };
}
