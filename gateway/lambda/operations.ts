import type { Operation } from './operation.ts'
import { ACCOUNT_OPERATIONS } from './operations/account.ts'
import { ALIAS_OPERATIONS } from './operations/aliases.ts'
import { CONCURRENCY_OPERATIONS } from './operations/concurrency.ts'
import { EVENT_INVOKE_CONFIG_OPERATIONS } from './operations/event-invoke-config.ts'
import { EVENT_SOURCE_MAPPING_OPERATIONS } from './operations/event-source-mappings.ts'
import { FUNCTION_SETTING_OPERATIONS } from './operations/function-settings.ts'
import { FUNCTION_URL_OPERATIONS } from './operations/function-urls.ts'
import { FUNCTION_OPERATIONS } from './operations/functions.ts'
import { INVOKE_OPERATIONS } from './operations/invoke.ts'
import { INVOKE_STREAM_OPERATIONS } from './operations/invoke-stream.ts'
import { LAYER_PERMISSION_OPERATIONS } from './operations/layer-permissions.ts'
import { LAYER_OPERATIONS } from './operations/layers.ts'
import { PERMISSION_OPERATIONS } from './operations/permissions.ts'
import { PROVISIONED_OPERATIONS } from './operations/provisioned-concurrency.ts'
import { TAG_OPERATIONS } from './operations/tags.ts'
import { VERSION_OPERATIONS } from './operations/versions.ts'
import { REFUSED_OPERATIONS } from './refused-operations.ts'

/** All of Lambda's operations, those that are refused included. */
export const OPERATIONS: readonly Operation[] = [
  ...FUNCTION_OPERATIONS,
  ...VERSION_OPERATIONS,
  ...ALIAS_OPERATIONS,
  ...INVOKE_OPERATIONS,
  ...FUNCTION_URL_OPERATIONS,
  ...PERMISSION_OPERATIONS,
  ...CONCURRENCY_OPERATIONS,
  ...EVENT_INVOKE_CONFIG_OPERATIONS,
  ...EVENT_SOURCE_MAPPING_OPERATIONS,
  ...FUNCTION_SETTING_OPERATIONS,
  ...TAG_OPERATIONS,
  ...ACCOUNT_OPERATIONS,
  ...INVOKE_STREAM_OPERATIONS,
  ...LAYER_OPERATIONS,
  ...LAYER_PERMISSION_OPERATIONS,
  ...PROVISIONED_OPERATIONS,
  ...REFUSED_OPERATIONS,
]
