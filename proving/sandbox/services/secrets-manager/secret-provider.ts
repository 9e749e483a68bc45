/** AWS::SecretsManager::Secret. */

import {
  AwsError,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRequest,
} from '../../kernel/index.ts';
import { PASSWORD_LENGTH_MAX, generatePassword } from './password.ts';
import type { Secret, SecretSettings, Secrets } from './store.ts';

const NAME_LENGTH_MAX = 256;
const KNOWN = ['Name', 'Description', 'SecretString', 'GenerateSecretString', 'KmsKeyId', 'Tags'];

export function createSecretProvider(secrets: Secrets): ResourceProvider {
  return {
    type: 'AWS::SecretsManager::Secret',
    replaceOn: ['Name'],
    async create(request) {
      const properties = read(request);
      const name = properties.text('Name') ?? request.generateName(NAME_LENGTH_MAX);
      return enacted(secrets.create(name, valueOf(properties), settingsOf(request, properties)));
    },
    async update(request) {
      const secret = secrets.need(request.physicalId);
      const properties = read(request);
      const settings = settingsOf(request, properties);
      // A generated value stays until what generates it changes; an attachment may have added to it.
      if (valueSource(properties) !== valueSource(new Properties(request, request.previous))) {
        secrets.setValue(secret, valueOf(properties));
      }
      return enacted(Object.assign(secret, settings));
    },
    async delete({ physicalId }) {
      secrets.delete(physicalId);
    },
  };
}

function read(request: ResourceRequest): Properties {
  const properties = new Properties(request, request.properties);
  properties.only(KNOWN, { ReplicaRegions: 'the sandbox has one Region' });
  return properties;
}

function valueSource(properties: Properties): string {
  return JSON.stringify([properties.raw('SecretString'), properties.raw('GenerateSecretString')]);
}

function valueOf(properties: Properties): string {
  const given = properties.text('SecretString');
  const generate = properties.object('GenerateSecretString');
  if (given !== undefined && generate) {
    throw new AwsError(
      'InvalidRequest',
      'A secret has either SecretString or GenerateSecretString, not both.',
    );
  }
  return generate ? generated(generate) : (given ?? '');
}

function generated(rules: Properties): string {
  const password = generatePassword({
    length: rules.integer('PasswordLength', { min: 1, max: PASSWORD_LENGTH_MAX }),
    excludeCharacters: rules.text('ExcludeCharacters'),
    excludeLowercase: rules.boolean('ExcludeLowercase'),
    excludeUppercase: rules.boolean('ExcludeUppercase'),
    excludeNumbers: rules.boolean('ExcludeNumbers'),
    excludePunctuation: rules.boolean('ExcludePunctuation'),
    includeSpace: rules.boolean('IncludeSpace'),
    requireEachIncludedType: rules.boolean('RequireEachIncludedType'),
  });
  const template = rules.text('SecretStringTemplate');
  const key = rules.text('GenerateStringKey');
  if (template === undefined && key === undefined) return password;
  if (template === undefined || key === undefined) {
    throw rules.fault('GenerateStringKey', 'GenerateStringKey and SecretStringTemplate go together');
  }
  return JSON.stringify({ ...parseTemplate(rules, template), [key]: password });
}

function parseTemplate(rules: Properties, template: string): object {
  try {
    const parsed: unknown = JSON.parse(template);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    // Said below, together with every other text that is no JSON object.
  }
  throw rules.fault('SecretStringTemplate', 'must be a JSON object');
}

function settingsOf(request: ResourceRequest, properties: Properties): SecretSettings {
  const own = properties.list('Tags') as Secret['tags'];
  const stack = request.tags.filter(({ Key }) => !own.some((tag) => tag.Key === Key));
  return {
    description: properties.text('Description') ?? null,
    kmsKeyId: properties.text('KmsKeyId') ?? null,
    tags: [...stack, ...own],
  };
}

function enacted({ arn }: Secret): Enacted {
  return { physicalId: arn, attributes: { Id: arn } };
}
