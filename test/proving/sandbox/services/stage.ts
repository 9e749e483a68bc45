/** A real endpoint with real identities and one part, for the real clients. */

import { type IdentityPart, createIdentity } from '../../../../proving/sandbox/identity/index.ts';
import type { Part, ResourceProvider } from '../../../../proving/sandbox/kernel/index.ts';
import { type Endpoint, createEndpoint } from '../../../../proving/sandbox/wire/index.ts';
import { TRUST_LAMBDA, document, request } from '../identity/fixture.ts';
import { REGION, testWorld } from '../wire/world.ts';

export { document, request };

export interface Stage<P extends Part> {
  readonly part: P;
  readonly identity: IdentityPart;
  readonly endpoint: Endpoint;
  /** For a client as the operator. */
  readonly operator: ClientConfig;
  /** For a client as a function whose role has these statements. */
  asRole(name: string, ...statements: object[]): Promise<ClientConfig>;
  provider(type: string): ResourceProvider;
  stop(): Promise<void>;
}

export interface ClientConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly maxAttempts: number;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

export async function openStage<P extends Part>(
  make: (world: ReturnType<typeof testWorld>) => P,
  world = testWorld(),
): Promise<Stage<P>> {
  const identity = createIdentity(world);
  const endpoint = createEndpoint(world, { identity });
  const part = make(world);
  for (const service of [...(identity.services ?? []), ...(part.services ?? [])]) endpoint.add(service);
  await endpoint.listen(0);
  const config = (credentials: ClientConfig['credentials']): ClientConfig => ({
    region: REGION,
    endpoint: endpoint.addressUrl,
    maxAttempts: 1,
    credentials,
  });
  const find = (providers: Part['providers'], type: string): ResourceProvider => {
    const found = providers?.find((provider) => provider.type === type);
    if (!found) throw new Error(`no provider for ${type}`);
    return found;
  };
  return {
    part,
    identity,
    endpoint,
    operator: config(identity.operator),
    async asRole(name, ...statements) {
      const roles = find(identity.providers, 'AWS::IAM::Role');
      const { attributes } = await roles.create(
        request(roles, name, {
          RoleName: name,
          AssumeRolePolicyDocument: TRUST_LAMBDA,
          Policies: [{ PolicyName: 'p', PolicyDocument: document(...statements) }],
        }),
      );
      return config(identity.issueForRole(String(attributes['Arn']), 'session', 900));
    },
    provider: (type) => find(part.providers, type),
    stop: () => endpoint.stop(),
  };
}

/** What the call was refused with. */
export async function failure(promise: Promise<unknown>): Promise<any> {
  return await promise.then(
    () => {
      throw new Error('the call succeeded');
    },
    (cause: unknown) => cause,
  );
}
