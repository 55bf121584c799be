import { Type } from 'typebox'
import { LATEST } from '../../../core/functions/qualifier.ts'
import { publishVersion } from '../../functions/versions.ts'
import { functionConfiguration } from '../function-configuration.ts'
import { readName } from '../function-reference.ts'
import {
  Description,
  FunctionReference,
  LongFunctionReference,
  Marker,
  maxItems,
  o,
} from '../members.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../page.ts'

const VERSIONS = '/2015-03-31/functions/:FunctionName/versions'
const VERSIONS_OF_A_PAGE = 10_000

const publish = operation({
  name: 'PublishVersion',
  route: `POST ${VERSIONS}`,
  status: 201,
  input: Type.Object({
    FunctionName: FunctionReference,
    CodeSha256: o(Type.String()),
    Description: o(Description),
    RevisionId: o(Type.String()),
  }),
  async run({ parts }, input) {
    const version = await publishVersion(parts, readName(input), {
      codeSha256: input.CodeSha256,
      description: input.Description,
      expectedRevisionId: input.RevisionId,
    })
    return functionConfiguration(version)
  },
})

const list = operation({
  name: 'ListVersionsByFunction',
  route: `GET ${VERSIONS}`,
  status: 200,
  input: Type.Object({
    FunctionName: LongFunctionReference,
    Marker: o(Marker),
    MaxItems: o(maxItems(VERSIONS_OF_A_PAGE)),
  }),
  async run({ parts }, input) {
    const functionName = readName(input)
    const latest = await parts.functions.read(functionName)
    const { limit, cursor } = pageOf(input, VERSIONS_OF_A_PAGE)
    // The current state stands before all versions, on the first page.
    const isFirst = cursor === undefined
    const own = { functionName, qualifier: LATEST }
    const first = isFirst ? [functionConfiguration(latest, { as: own })] : []
    const asked = limit - first.length
    const after = isFirst || cursor === LATEST ? undefined : cursor
    const page = await parts.functions.listVersions(functionName, {
      limit: Math.max(asked, 1),
      ...(after !== undefined && { cursor: after }),
    })
    if (asked === 0) {
      return { Versions: first, ...(page.versions.length > 0 && { NextMarker: LATEST }) }
    }
    return {
      Versions: [...first, ...page.versions.map((version) => functionConfiguration(version))],
      ...(page.cursor !== undefined && { NextMarker: page.cursor }),
    }
  },
})

export const VERSION_OPERATIONS = [publish, list]
