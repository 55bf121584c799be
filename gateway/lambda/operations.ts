import type { Operation } from './operation.ts'
import { ALIAS_OPERATIONS } from './operations/aliases.ts'
import { FUNCTION_OPERATIONS } from './operations/functions.ts'
import { INVOKE_OPERATIONS } from './operations/invoke.ts'
import { INVOKE_STREAM_OPERATIONS } from './operations/invoke-stream.ts'
import { LAYER_PERMISSION_OPERATIONS } from './operations/layer-permissions.ts'
import { LAYER_OPERATIONS } from './operations/layers.ts'
import { PROVISIONED_OPERATIONS } from './operations/provisioned-concurrency.ts'
import { VERSION_OPERATIONS } from './operations/versions.ts'
import { REFUSED_OPERATIONS } from './refused-operations.ts'

/** All of Lambda's operations, those that are refused included. */
export const OPERATIONS: readonly Operation[] = [
  ...FUNCTION_OPERATIONS,
  ...VERSION_OPERATIONS,
  ...ALIAS_OPERATIONS,
  ...INVOKE_OPERATIONS,
  ...INVOKE_STREAM_OPERATIONS,
  ...LAYER_OPERATIONS,
  ...LAYER_PERMISSION_OPERATIONS,
  ...PROVISIONED_OPERATIONS,
  ...REFUSED_OPERATIONS,
]
