/** `Custom::*` resources: a function of the stack itself creates, changes and deletes them. */

import { randomUUID } from 'node:crypto';
import { isRecord, isScalar, type Properties } from '../../twin/cloudformation/index.ts';
import type { Enacted, FunctionInvoker, ResourceProvider, ResourceRequest } from '../kernel/index.ts';
import type { CustomResourceAnswers, Expectation } from './custom-resource-answers.ts';
import { FailedWithIdentity } from './engine/failures.ts';

/** Longest wait for an answer, and the wait where the template sets no `ServiceTimeout`, in seconds. */
const SERVICE_TIMEOUT_S_MAX = 3600;

const LAMBDA_ARN = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:.+$/;

type RequestType = 'Create' | 'Update' | 'Delete';

export interface CustomResources {
  /** Enacts one type, e.g. `Custom::DatabaseBootstrap`. */
  provider(type: string): ResourceProvider;
  /** Stops waiting for the answers of a stack's creations and updates; `null` for every stack and request. */
  cancel(stackId: string | null): void;
}

export function isCustom(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

interface Pending {
  readonly stackId: string;
  readonly requestType: RequestType;
  readonly expectation: Expectation;
}

export function createCustomResources(
  invoker: FunctionInvoker,
  answers: CustomResourceAnswers,
): CustomResources {
  const pending = new Set<Pending>();

  /** The service role of a stack may invoke whatever its template names, as the operator may. */
  async function ask(
    requestType: RequestType,
    request: ResourceRequest,
    extra: Properties,
  ): Promise<Enacted> {
    const serviceToken = request.properties['ServiceToken'];
    if (typeof serviceToken !== 'string' || !LAMBDA_ARN.test(serviceToken)) {
      throw new Error(
        `ServiceToken must be the ARN of a Lambda function, got ${JSON.stringify(serviceToken)}`,
      );
    }
    const expectation = answers.expect(serviceTimeoutMs(request.properties));
    const entry: Pending = { stackId: request.stackId, requestType, expectation };
    pending.add(entry);
    const requestId = randomUUID();
    const identity = typeof extra['PhysicalResourceId'] === 'string' ? extra['PhysicalResourceId'] : null;
    const fallback = identity ?? request.generateName(255);
    try {
      const payload = {
        ...commonFields(requestType, request, requestId),
        ...extra,
        ResponseURL: expectation.url,
      };
      invoker.invokeAsync(serviceToken, payload, { service: null, sourceArn: null });
      return await enacted(expectation, fallback, requestId);
    } catch (error) {
      expectation.abandon('the function could not be invoked');
      await expectation.answer.catch(() => null);
      throw error;
    } finally {
      pending.delete(entry);
    }
  }

  return {
    provider: (type) => ({
      type,
      replaceOn: [],
      create: (request) => ask('Create', request, {}),
      update: (request) =>
        ask('Update', request, {
          PhysicalResourceId: request.physicalId,
          OldResourceProperties: asText(request.previous),
        }),
      delete: async (request) => {
        await ask('Delete', request, { PhysicalResourceId: request.physicalId });
      },
    }),
    cancel(stackId) {
      for (const { stackId: owner, requestType, expectation } of pending) {
        if (stackId === null || (owner === stackId && requestType !== 'Delete')) {
          expectation.abandon(`Resource ${requestType === 'Update' ? 'update' : 'creation'} cancelled`);
        }
      }
    },
  };
}

async function enacted(expectation: Expectation, fallback: string, requestId: string): Promise<Enacted> {
  const answer = await expectation.answer.catch((error: Error) => {
    throw new FailedWithIdentity(error.message, fallback);
  });
  if (answer.status === 'FAILED') {
    throw new FailedWithIdentity(
      `Received response status [FAILED] from custom resource. Message returned: ${answer.reason} (RequestId: ${requestId})`,
      answer.physicalId ?? fallback,
    );
  }
  if (answer.physicalId === null) {
    throw new FailedWithIdentity(
      'Invalid PhysicalResourceId: the response of the custom resource has none.',
      fallback,
    );
  }
  return { physicalId: answer.physicalId, attributes: answer.data };
}

function commonFields(requestType: RequestType, request: ResourceRequest, requestId: string): Properties {
  return {
    RequestType: requestType,
    RequestId: requestId,
    ServiceToken: request.properties['ServiceToken'],
    StackId: request.stackId,
    LogicalResourceId: request.logicalId,
    ResourceType: request.type,
    ResourceProperties: asText(request.properties),
  };
}

/** CloudFormation hands every scalar over as text. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
  }
  return isScalar(value) ? String(value) : value;
}

/** Real seconds, whatever the pace: a function's own time-outs are never scaled either. */
function serviceTimeoutMs(properties: Properties): number {
  const given = properties['ServiceTimeout'];
  if (given === undefined) return SERVICE_TIMEOUT_S_MAX * 1000;
  const seconds = Number(given);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > SERVICE_TIMEOUT_S_MAX) {
    throw new Error(
      `ServiceTimeout must be a whole number from 1 to ${SERVICE_TIMEOUT_S_MAX}, got ${JSON.stringify(given)}`,
    );
  }
  return seconds * 1000;
}
