export { ServiceTier, type ServiceTierProps } from './service-tier.ts';
export { TaskDefinition, type TaskDefinitionProps } from './task-definition.ts';
export { TaskService, type TaskServiceProps } from './task-service.ts';
