/** Operations that change parameters. */

import type * as SSM from '@aws-sdk/client-ssm';
import { type Operation, type World, operation } from '../../kernel/index.ts';
import { parameterArn, parseSelector, validation } from './names.ts';
import { notFound } from './read-operations.ts';
import type { ParameterStore } from './store.ts';

const NAMES_MAX = 10;

export function writeOperations(world: World, store: ParameterStore): Record<string, Operation> {
  const arnOf = (text: string): string => parameterArn(world, parseSelector(world, text).name);
  return {
    PutParameter: operation<SSM.PutParameterCommandInput, object>({
      authorize: ({ Name = '', Overwrite = false }) => [
        {
          action: 'ssm:PutParameter',
          resource: arnOf(Name),
          context: { 'ssm:Overwrite': String(Overwrite) },
        },
      ],
      handle: (input, { principal }) => {
        refuseUnsupported(input);
        const { version, tier } = store.put({
          name: input.Name ?? '',
          value: input.Value ?? '',
          type: input.Type,
          tier: input.Tier,
          description: input.Description,
          allowedPattern: input.AllowedPattern,
          dataType: input.DataType,
          overwrite: input.Overwrite ?? false,
          by: principal.arn,
        });
        return { Version: version, Tier: tier };
      },
    }),
    DeleteParameter: operation<SSM.DeleteParameterCommandInput, object>({
      authorize: ({ Name = '' }) => [{ action: 'ssm:DeleteParameter', resource: arnOf(Name) }],
      handle: ({ Name = '' }) => {
        const { name } = parseSelector(world, Name);
        if (!store.delete(name)) throw notFound(name);
        return {};
      },
    }),
    DeleteParameters: operation<SSM.DeleteParametersCommandInput, object>({
      authorize: ({ Names = [] }) =>
        Names.map((name) => ({ action: 'ssm:DeleteParameters', resource: arnOf(name) })),
      handle: ({ Names = [] }) => {
        if (Names.length > NAMES_MAX) {
          throw validation(`Names has ${Names.length} members; at most ${NAMES_MAX} are allowed.`);
        }
        const DeletedParameters: string[] = [];
        const InvalidParameters: string[] = [];
        for (const text of Names) {
          const wasThere = store.delete(parseSelector(world, text).name);
          (wasThere ? DeletedParameters : InvalidParameters).push(text);
        }
        return { DeletedParameters, InvalidParameters };
      },
    }),
  };
}

function refuseUnsupported(input: SSM.PutParameterCommandInput): void {
  if (input.Overwrite && (input.Tags ?? []).length > 0) {
    throw validation(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag.",
    );
  }
  if (input.Policies !== undefined && input.Policies !== '') {
    throw validation('Parameter policies are not enacted by the sandbox. Leave Policies out.');
  }
  if (input.DataType !== undefined && input.DataType !== 'text') {
    throw validation(`DataType '${input.DataType}' is not enacted by the sandbox. Use 'text'.`);
  }
}
