/** AWS::SecretsManager::ResourcePolicy. */

import type { PolicyDocument } from '../../../twin/iam/index.ts';
import { type Enacted, Properties, type ResourceProvider, type ResourceRequest } from '../../kernel/index.ts';
import type { Secrets } from './store.ts';

export function createSecretPolicyProvider(secrets: Secrets): ResourceProvider {
  function put(request: ResourceRequest): Enacted {
    const properties = new Properties(request, request.properties);
    const secret = secrets.need(properties.requiredText('SecretId'));
    if (!properties.object('ResourcePolicy')?.has('Statement')) {
      throw properties.fault('ResourcePolicy', 'needs a Statement');
    }
    secret.policy = properties.raw('ResourcePolicy') as PolicyDocument;
    return { physicalId: secret.arn, attributes: {} };
  }

  return {
    type: 'AWS::SecretsManager::ResourcePolicy',
    replaceOn: ['SecretId'],
    create: async (request) => put(request),
    update: async (request) => put(request),
    async delete({ physicalId }) {
      const secret = secrets.find(physicalId);
      if (secret) secret.policy = null;
    },
  };
}
