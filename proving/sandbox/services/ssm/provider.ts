/** AWS::SSM::Parameter. */

import { type Enacted, Properties, type ResourceProvider, type ResourceRequest } from '../../kernel/index.ts';
import { type ParameterStore, TIERS, TYPES } from './store.ts';

const NAME_LENGTH_MAX = 512;
const KNOWN = ['Name', 'Type', 'Value', 'AllowedPattern', 'DataType', 'Description', 'Tier', 'Tags'];

export function createParameterProvider(store: ParameterStore): ResourceProvider {
  function put(request: ResourceRequest, name: string, overwrite: boolean): Enacted {
    const properties = new Properties(request, request.properties);
    properties.only(KNOWN, { Policies: 'the sandbox does not enact parameter policies' });
    const { type, value } = store.put({
      name,
      value: properties.requiredText('Value'),
      type: properties.oneOf('Type', TYPES),
      tier: properties.oneOf('Tier', TIERS),
      description: properties.text('Description'),
      allowedPattern: properties.text('AllowedPattern'),
      dataType: properties.oneOf('DataType', ['text']),
      overwrite,
      by: 'cloudformation.amazonaws.com',
    });
    return { physicalId: name, attributes: { Type: type, Value: value } };
  }

  return {
    type: 'AWS::SSM::Parameter',
    replaceOn: ['Name'],
    async create(request) {
      const name = new Properties(request, request.properties).text('Name');
      return put(request, name ?? request.generateName(NAME_LENGTH_MAX), false);
    },
    async update(request) {
      return put(request, request.physicalId, true);
    },
    async delete({ physicalId }) {
      store.delete(physicalId);
    },
  };
}
