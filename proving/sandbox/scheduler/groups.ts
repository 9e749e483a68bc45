/** AWS::Scheduler::ScheduleGroup. */

import { AwsError, Properties, type ResourceProvider, type World } from '../kernel/index.ts';

export const DEFAULT_GROUP = 'default';
const NAME = /^[0-9A-Za-z_.-]{1,64}$/;

export class ScheduleGroups {
  readonly #names = new Set([DEFAULT_GROUP]);

  add(name: string): void {
    if (this.#names.has(name))
      throw new AwsError('ConflictException', `Schedule group ${name} already exists.`);
    this.#names.add(name);
  }

  remove(name: string): void {
    if (name !== DEFAULT_GROUP) this.#names.delete(name);
  }

  /** Throws AwsError `ResourceNotFoundException`. */
  require(name: string): void {
    if (!this.#names.has(name)) {
      throw new AwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, {
        status: 404,
      });
    }
  }
}

export function groupProvider(world: World, groups: ScheduleGroups): ResourceProvider {
  const createdAt = new Map<string, string>();
  const enacted = (name: string) => ({
    physicalId: name,
    attributes: {
      Arn: `arn:${world.partition}:scheduler:${world.region}:${world.accountId}:schedule-group/${name}`,
      State: 'ACTIVE',
      CreationDate: createdAt.get(name),
      LastModificationDate: createdAt.get(name),
    },
  });
  return {
    type: 'AWS::Scheduler::ScheduleGroup',
    replaceOn: ['Name'],
    async create(request) {
      const properties = new Properties(request, request.properties);
      properties.only(['Name', 'Tags']);
      const name = scheduleName(properties, request.generateName(64));
      groups.add(name);
      createdAt.set(name, new Date(world.now()).toISOString());
      return enacted(name);
    },
    update: async (request) => enacted(request.physicalId),
    async delete(request) {
      groups.remove(request.physicalId);
    },
  };
}

export function scheduleName(properties: Properties, generated: string): string {
  const name = properties.text('Name') ?? generated;
  if (!NAME.test(name)) {
    throw properties.fault('Name', 'must be 1 to 64 letters, digits, dots, hyphens and underscores');
  }
  return name;
}
