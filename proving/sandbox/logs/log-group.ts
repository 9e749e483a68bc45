import { AwsError, type Enacted, type ResourceProvider, type World } from '../kernel/index.ts';

/** `AWS::Logs::LogGroup`. Retention and KMS are accepted: the sandbox keeps what fits its log files. */
export function logGroupProvider(world: World): ResourceProvider & { readonly names: ReadonlySet<string> } {
  const names = new Set<string>();
  const enacted = (name: string): Enacted => ({
    physicalId: name,
    attributes: { Arn: `arn:${world.partition}:logs:${world.region}:${world.accountId}:log-group:${name}:*` },
  });
  return {
    type: 'AWS::Logs::LogGroup',
    replaceOn: ['LogGroupName'],
    names,
    async create(request) {
      const given = request.properties.LogGroupName;
      const name = typeof given === 'string' ? given : request.generateName(512);
      if (names.has(name)) {
        throw new AwsError(
          'ResourceAlreadyExistsException',
          `The specified log group already exists: ${name}`,
        );
      }
      names.add(name);
      return enacted(name);
    },
    async update(request) {
      return enacted(request.physicalId);
    },
    async delete(request) {
      names.delete(request.physicalId);
    },
  };
}
