/** IAM database tokens: signed locally for each connection, so no AWS API is needed to log in (SEC-14). */

import { Signer, type SignerConfig } from '@aws-sdk/rds-signer';
import type { Member } from '../ports.ts';

export interface IamTokenOptions {
  readonly region: string;
  readonly port: number;
  readonly user: string;
  /** @default - the SDK's provider chain */
  readonly credentials?: SignerConfig['credentials'];
}

/** A password function for `PgConnector`. The signer of each member is kept, the token is not. */
export function iamToken(options: IamTokenOptions): (member: Member) => Promise<string> {
  const { region, port, user, credentials } = options;
  const signers = new Map<string, Signer>();
  return (member) => {
    let signer = signers.get(member.host);
    if (!signer) {
      const config = { region, port, username: user, hostname: member.host };
      signer = new Signer(credentials === undefined ? config : { ...config, credentials });
      signers.set(member.host, signer);
    }
    return signer.getAuthToken();
  };
}
