import type { ResourceProvider } from '../../kernel/index.ts';
import { text } from '../function-config.ts';
import type { FunctionRegistry } from '../registry.ts';

/** `AWS::Lambda::Permission`: one statement of a function's resource policy. Every change is a replacement. */
export function permissionProvider(registry: FunctionRegistry): ResourceProvider {
  return {
    type: 'AWS::Lambda::Permission',
    replaceOn: [
      'Action',
      'EventSourceToken',
      'FunctionName',
      'FunctionUrlAuthType',
      'InvokedViaFunctionUrl',
      'Principal',
      'PrincipalOrgID',
      'SourceAccount',
      'SourceArn',
    ],
    async create(request) {
      const { properties } = request;
      const id = request.generateName(100);
      registry.find(text(properties.FunctionName) ?? '').permissions.set(id, {
        action: text(properties.Action) ?? '',
        principal: text(properties.Principal) ?? '',
        sourceArn: text(properties.SourceArn) ?? null,
        sourceAccount: text(properties.SourceAccount) ?? null,
      });
      return { physicalId: id, attributes: { Id: id } };
    },
    async update({ physicalId }) {
      return { physicalId, attributes: { Id: physicalId } };
    },
    async delete({ physicalId }) {
      for (const deployed of registry.all()) deployed.permissions.delete(physicalId);
    },
  };
}
