import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ParameterReader } from '../../../core/ports/index.ts';

/** Pages read at most: ten parameters each, so some hundreds more than there can be thresholds. */
const PAGES_MAX = 60;

export class SsmParameters implements ParameterReader {
  readonly #client: SSMClient;

  constructor(client: SSMClient) {
    this.#client = client;
  }

  async under(path: string): Promise<Readonly<Record<string, string>>> {
    const found: Record<string, string> = {};
    let token: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer = await this.#client.send(
        new GetParametersByPathCommand({
          Path: path,
          Recursive: true,
          WithDecryption: false,
          NextToken: token,
        }),
      );
      for (const { Name, Value } of answer.Parameters ?? []) {
        if (Name !== undefined && Value !== undefined) found[Name.slice(path.length + 1)] = Value;
      }
      token = answer.NextToken;
      if (token === undefined || token === '') return found;
    }
    throw new Error(`more than ${PAGES_MAX} pages of parameters under ${path}`);
  }
}
