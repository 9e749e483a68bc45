/** AWS::CertificateManager::Certificate, with DNS validation in a hosted zone of the account. */

import { Properties, type ResourceProvider, type ResourceRequest } from '../kernel/index.ts';
import type { CertificateStore } from './store.ts';

const KNOWN = ['DomainName', 'SubjectAlternativeNames', 'DomainValidationOptions', 'ValidationMethod'];
/** Taken as given, without effect here. */
const INERT = ['Tags', 'CertificateTransparencyLoggingPreference', 'KeyAlgorithm', 'CertificateExport'];

export function certificateProvider(store: CertificateStore): ResourceProvider {
  return {
    type: 'AWS::CertificateManager::Certificate',
    replaceOn: [
      'DomainName',
      'SubjectAlternativeNames',
      'DomainValidationOptions',
      'ValidationMethod',
      'CertificateAuthorityArn',
      'KeyAlgorithm',
    ],
    async create(request) {
      const { arn, issued } = store.request(read(request));
      // As on AWS, the stack waits until the names are validated.
      await issued;
      return { physicalId: arn, attributes: {} };
    },
    async update(request) {
      read(request);
      return { physicalId: request.physicalId, attributes: {} };
    },
    async delete(request) {
      store.remove(request.physicalId);
    },
  };
}

function read(request: ResourceRequest): { domain: string; zones: ReadonlyMap<string, string> } {
  const properties = new Properties(request, request.properties);
  properties.only([...KNOWN, ...INERT], {
    CertificateAuthorityArn: 'private certificate authorities are not enacted by the sandbox',
  });
  if (properties.text('ValidationMethod') !== 'DNS') {
    throw properties.fault('ValidationMethod', 'must be DNS: nobody here reads the e-mail');
  }
  const domain = properties.requiredText('DomainName').toLowerCase();
  const others = properties.list('SubjectAlternativeNames').map((name) => String(name).toLowerCase());
  const options = properties
    .objects('DomainValidationOptions')
    .map((option) => [option.requiredText('DomainName').toLowerCase(), option.text('HostedZoneId')] as const);
  const zones = new Map(options);
  const byName = [...new Set([domain, ...others])].map((name): readonly [string, string] => {
    const zoneId = zones.get(name);
    if (zoneId !== undefined) return [name, zoneId];
    const rule = `names no HostedZoneId for ${name}: nobody would put the validation record there, and the stack would wait`;
    throw properties.fault('DomainValidationOptions', rule);
  });
  return { domain, zones: new Map(byName) };
}
