export * from './world.ts';
export * from './service.ts';
export * from './resource.ts';
export * from './ports.ts';
export * from './spawn.ts';
export * from './processes.ts';
export * from './whole-file.ts';
export * from './properties.ts';
