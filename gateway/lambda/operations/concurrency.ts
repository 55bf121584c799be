import { Type } from 'typebox'
import { deployChange } from '../../deployment.ts'
import { CONCURRENCY_MAX, reservedByOthers, UNRESERVED_MIN } from '../../functions/account.ts'
import { readName } from '../function-reference.ts'
import { invalidParameter } from '../lambda-error.ts'
import { FunctionReference } from '../members.ts'
import { operation } from '../operation.ts'

const Input = Type.Object({ FunctionName: FunctionReference })

const put = operation({
  name: 'PutFunctionConcurrency',
  route: 'PUT /2017-10-31/functions/:FunctionName/concurrency',
  status: 200,
  input: Type.Object({
    FunctionName: FunctionReference,
    ReservedConcurrentExecutions: Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }),
  }),
  async run({ parts }, input) {
    const name = readName(input)
    const { ReservedConcurrentExecutions: reservedConcurrency } = input
    await parts.functions.read(name)
    const others = await reservedByOthers(parts, name)
    if (CONCURRENCY_MAX - others - reservedConcurrency < UNRESERVED_MIN) {
      throw invalidParameter(
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_MIN}].`,
      )
    }
    await deployChange(parts, name, { reservedConcurrency })
    return { ReservedConcurrentExecutions: reservedConcurrency }
  },
})

const get = operation({
  name: 'GetFunctionConcurrency',
  route: 'GET /2019-09-30/functions/:FunctionName/concurrency',
  status: 200,
  input: Input,
  async run({ parts }, input) {
    const { reservedConcurrency } = await parts.functions.read(readName(input))
    return reservedConcurrency === null ? {} : { ReservedConcurrentExecutions: reservedConcurrency }
  },
})

const remove = operation({
  name: 'DeleteFunctionConcurrency',
  route: 'DELETE /2017-10-31/functions/:FunctionName/concurrency',
  status: 204,
  input: Input,
  async run({ parts }, input) {
    await deployChange(parts, readName(input), { reservedConcurrency: null })
    return undefined
  },
})

export const CONCURRENCY_OPERATIONS = [put, get, remove]
