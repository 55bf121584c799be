import { Type } from 'typebox'
import { MAX_UNZIPPED_BYTES, MAX_ZIP_BYTES } from '../../../core/functions/function.ts'
import { CONCURRENCY_MAX, readUsage, TOTAL_CODE_BYTES_MAX } from '../../functions/account.ts'
import { operation } from '../operation.ts'

const get = operation({
  name: 'GetAccountSettings',
  route: 'GET /2016-08-19/account-settings',
  status: 200,
  input: Type.Object({}),
  async run({ parts }) {
    const { functions, codeBytes, reserved } = await readUsage(parts)
    return {
      AccountLimit: {
        TotalCodeSize: TOTAL_CODE_BYTES_MAX,
        CodeSizeUnzipped: MAX_UNZIPPED_BYTES,
        CodeSizeZipped: MAX_ZIP_BYTES,
        ConcurrentExecutions: CONCURRENCY_MAX,
        // REST lets functions reserve more than a region of Lambda's has.
        UnreservedConcurrentExecutions: Math.max(0, CONCURRENCY_MAX - reserved),
      },
      AccountUsage: { TotalCodeSize: codeBytes, FunctionCount: functions },
    }
  },
})

export const ACCOUNT_OPERATIONS = [get]
