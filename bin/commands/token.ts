/** `understudy token`: prints an IAM token for the database of the running sandbox, for PGPASSWORD. */

import { output, readOutputs } from '../../ops/outputs.ts';
import { databaseToken } from '../../ops/token.ts';
import { requireSandbox } from '../stage/require-sandbox.ts';
import { targetOf } from '../stage/place.ts';

export interface TokenOptions {
  readonly stage: string;
  readonly user: string;
  readonly host?: string;
}

export async function token(options: TokenOptions): Promise<number> {
  const target = targetOf(await requireSandbox());
  const host = options.host ?? output(await readOutputs(target, options.stage), 'ClusterEndpoint');
  process.stdout.write(`${await databaseToken(target, { host, port: 5432, user: options.user })}\n`);
  return 0;
}
