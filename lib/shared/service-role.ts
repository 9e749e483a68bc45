import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { permissionBoundary } from './permission-boundary.ts';

export interface ServiceRoleProps {
  /** The service that assumes the role, e.g. `lambda.amazonaws.com`. */
  readonly service: string;
  readonly description: string;
  /** Pattern of the resources on whose behalf the service may act. @default - any of this account */
  readonly sourceArn?: string;
  /** @default true; false for roles that the team extends with rights of its own */
  readonly bounded?: boolean;
}

/** A role one AWS service assumes for this account alone (SEC-05), within the permission boundary (SEC-04). */
export function serviceRole(scope: Construct, id: string, props: ServiceRoleProps): iam.Role {
  return new iam.Role(scope, id, {
    description: props.description,
    assumedBy: new iam.ServicePrincipal(props.service, {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
        ...(props.sourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': props.sourceArn } }),
      },
    }),
    ...(props.bounded === false ? {} : { permissionsBoundary: permissionBoundary(scope) }),
  });
}
