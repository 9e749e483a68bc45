/** Certificate Manager of the sandbox: certificates by DNS validation, issued by the sandbox's own authority. */

import type { Certificates, Part, World } from '../kernel/index.ts';
import type { CertificateAuthority } from '../tls/index.ts';
import { certificateProvider } from './provider.ts';
import { CertificateStore, type ValidationZones } from './store.ts';
import { acmService } from './service.ts';

export interface AcmPorts {
  readonly tls: Pick<CertificateAuthority, 'issue'>;
  readonly zones: ValidationZones;
}

export interface Acm extends Part {
  /** Keys and certificates, for the balancers that are in front of them. */
  readonly certificates: Certificates;
}

export function createAcm(world: World, ports: AcmPorts): Acm {
  const store = new CertificateStore(world, ports);
  return {
    services: [acmService(world, store)],
    providers: [certificateProvider(store)],
    certificates: store,
    stop: async () => store.stop(),
  };
}
