import { Signer } from '@aws-sdk/rds-signer';

export interface TokenOptions {
  readonly region: string;
  readonly user: string;
}

/** Login tokens for the database, signed on this machine with the function's credentials. Valid for 15 minutes. */
export function databaseToken({
  region,
  user,
}: TokenOptions): (host: string, port: number) => Promise<string> {
  return (hostname, port) => new Signer({ hostname, port, username: user, region }).getAuthToken();
}
