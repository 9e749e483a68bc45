/** The engineer's document in Parameter Store, which takes the place of the template's. */

import {
  DeleteParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { Target } from './target.ts';

/** Puts the override, or with null takes it away: one that is not there is none to take away. */
export async function putOverride(target: Target, Name: string, document: object | null): Promise<void> {
  const client = new SSMClient({ ...target });
  try {
    if (document === null) {
      await client.send(new DeleteParameterCommand({ Name }));
    } else {
      const Value = JSON.stringify(document);
      await client.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
    }
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
  } finally {
    client.destroy();
  }
}
