/** CloudFormation in process, with resource types that remember what was asked of them. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AwsError,
  type BusEvent,
  type Call,
  type HttpRoutes,
  type InvokeSource,
  type ResourceProvider,
  type World,
} from '../../../../proving/sandbox/kernel/index.ts';
import {
  type CloudFormation,
  type CloudFormationPorts,
  createCloudFormation,
} from '../../../../proving/sandbox/cloudformation/index.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';

export function testWorld(): World {
  return {
    accountId: ACCOUNT,
    region: REGION,
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    pace: 'fast',
    managed: (ms) => ms / 10,
    now: () => Date.now(),
    stateDir: '/nonexistent',
    unprivileged: null,
    log: () => undefined,
  };
}

const OPERATOR: Call = {
  service: 'cloudformation',
  operation: '',
  principal: {
    arn: `arn:aws:iam::${ACCOUNT}:user/operator`,
    kind: 'user',
    roleName: null,
    sessionName: null,
    userId: 'operator',
  },
  requestId: 'request',
  accessKeyId: 'key',
};

/** A type that keeps its things in a map and can be told to fail. */
export class Things {
  readonly standing = new Map<string, { properties: any; tags: any }>();
  readonly log: string[] = [];
  /** By logical id: the message to fail with, once for each entry of the list. */
  readonly failures = new Map<string, string[]>();
  active = 0;
  activeMax = 0;
  #next = 1;

  provider(type: string, replaceOn: readonly string[] = ['Name']): ResourceProvider {
    const enacted = (physicalId: string, properties: any) => ({
      physicalId,
      attributes: { Arn: `arn:thing:${physicalId}`, Value: properties.Value ?? null },
    });
    return {
      type,
      replaceOn,
      create: async (request) => {
        await this.#work('create', request.logicalId);
        const physicalId = `thing-${this.#next++}`;
        this.standing.set(physicalId, { properties: request.properties, tags: request.tags });
        return enacted(physicalId, request.properties);
      },
      update: async (request) => {
        await this.#work('update', request.logicalId);
        this.standing.set(request.physicalId, { properties: request.properties, tags: request.tags });
        return enacted(request.physicalId, request.properties);
      },
      delete: async (request) => {
        await this.#work('delete', request.logicalId);
        this.standing.delete(request.physicalId);
      },
    };
  }

  async #work(verb: string, logicalId: string): Promise<void> {
    this.log.push(`${verb} ${logicalId}`);
    this.active += 1;
    this.activeMax = Math.max(this.activeMax, this.active);
    await new Promise((resolve) => setImmediate(resolve));
    this.active -= 1;
    const key = this.failures.has(`${verb} ${logicalId}`) ? `${verb} ${logicalId}` : logicalId;
    const message = this.failures.get(key)?.shift();
    if (message !== undefined) throw new AwsError('ThingFailed', message);
  }
}

export interface Invocation {
  readonly functionArn: string;
  readonly payload: any;
  readonly source: InvokeSource;
}

export class Harness {
  readonly things = new Things();
  readonly providers = new Map<string, ResourceProvider>();
  readonly parameters = new Map<string, string>();
  readonly secrets = new Map<string, string>();
  readonly objects = new Map<string, Uint8Array>();
  readonly published: BusEvent[] = [];
  readonly invocations: Invocation[] = [];
  onInvoke: (invocation: Invocation) => void = () => undefined;
  readonly cloudformation: CloudFormation;
  readonly #server: http.Server;
  #handler: Parameters<HttpRoutes['route']>[1] | null = null;
  #url = '';

  constructor() {
    this.providers.set('Test::Thing', this.things.provider('Test::Thing'));
    this.cloudformation = createCloudFormation(testWorld(), this.#ports());
    this.#server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.#handler?.(request, Buffer.concat(chunks), response));
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await this.cloudformation.stop();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  async call(operation: string, input: unknown): Promise<any> {
    const found = this.cloudformation.services![0]!.operations[operation] as any;
    if (found === undefined) throw new Error(`no operation ${operation}`);
    found.authorize(input, OPERATOR);
    return await found.handle(input, { ...OPERATOR, operation });
  }

  /** Creates and executes a change set; resolves once the stack is at rest. */
  async deploy(stackName: string, template: unknown, more: Record<string, unknown> = {}): Promise<any> {
    const { execute, ...input } = more;
    const created = await this.call('CreateChangeSet', {
      StackName: stackName,
      ChangeSetName: 'changes',
      ChangeSetType: (await this.exists(stackName)) ? 'UPDATE' : 'CREATE',
      TemplateBody: typeof template === 'string' ? template : JSON.stringify(template),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      ...input,
    });
    const changeSet = await this.call('DescribeChangeSet', {
      ChangeSetName: created.Id,
      StackName: created.StackId,
    });
    if (changeSet.Status === 'CREATE_COMPLETE') {
      await this.call('ExecuteChangeSet', {
        ChangeSetName: created.Id,
        StackName: created.StackId,
        ...(execute as object),
      });
      await this.cloudformation.idle();
    }
    await this.call('DeleteChangeSet', { ChangeSetName: created.Id, StackName: created.StackId });
    return changeSet;
  }

  async destroy(stackName: string): Promise<void> {
    await this.call('DeleteStack', { StackName: stackName });
    await this.cloudformation.idle();
  }

  async exists(stackName: string): Promise<boolean> {
    try {
      return (await this.stack(stackName)).StackStatus !== 'REVIEW_IN_PROGRESS';
    } catch {
      return false;
    }
  }

  async stack(nameOrId: string): Promise<any> {
    return (await this.call('DescribeStacks', { StackName: nameOrId })).Stacks[0];
  }

  /** `LogicalId STATUS`, oldest first. */
  async history(nameOrId: string): Promise<string[]> {
    const { StackEvents } = await this.call('DescribeStackEvents', { StackName: nameOrId });
    return StackEvents.map((event: any) => `${event.LogicalResourceId} ${event.ResourceStatus}`).reverse();
  }

  async reasons(nameOrId: string): Promise<string[]> {
    const { StackEvents } = await this.call('DescribeStackEvents', { StackName: nameOrId });
    return StackEvents.map((event: any) => event.ResourceStatusReason).filter(Boolean);
  }

  #ports(): CloudFormationPorts {
    return {
      providers: this.providers,
      objects: { get: (bucket, key) => this.objects.get(`${bucket}/${key}`) },
      parameters: { get: (name) => this.parameters.get(name) },
      secrets: {
        value: (id) => {
          const value = this.secrets.get(id);
          if (value === undefined) throw new AwsError('ResourceNotFoundException', `no secret ${id}`);
          return value;
        },
      },
      invoker: {
        invoke: () => Promise.reject(new Error('custom resources are invoked asynchronously')),
        invokeAsync: (functionArn, payload, source) => {
          const invocation = { functionArn, payload, source };
          this.invocations.push(invocation);
          this.onInvoke(invocation);
        },
      },
      routes: this.#routes(),
      events: { publish: (event) => void this.published.push(event) },
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
    };
  }

  #routes(): HttpRoutes {
    const url = () => this.#url;
    return {
      get url() {
        return url();
      },
      route: (_prefix, handler) => {
        this.#handler = handler;
      },
    };
  }
}

export function thing(properties: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  return { Type: 'Test::Thing', Properties: properties, ...more };
}
