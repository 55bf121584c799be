import { type Static, Type } from 'typebox'
import { LayerVersionArn, Runtime } from '../../core/functions/function.ts'
import { LayerName, LayerVersion } from '../../core/functions/layer.ts'
import { VersionNumber } from '../../core/functions/qualifier.ts'
import { UpdateCode, UpdateCodeForm } from './function.ts'
import { Cursor, PageQuery } from './page.ts'

const closed = { additionalProperties: false }

export const LayerParams = Type.Object({ name: LayerName })
export const LayerVersionParams = Type.Object({ name: LayerName, version: VersionNumber })

/** As it is answered. */
export const ShownLayerVersion = Type.Object({ arn: LayerVersionArn, ...LayerVersion.properties })

const Filter = {
  runtime: Type.Optional(
    Type.Unsafe<string>({ ...Runtime, description: 'Only those that say that they fit it' }),
  ),
  architecture: Type.Optional(Type.Enum(['x86_64', 'arm64'])),
}
export const LayerListQuery = Type.Object({ ...Filter, ...PageQuery }, closed)

export const LayerPage = Type.Object({ layers: Type.Array(ShownLayerVersion), cursor: Cursor })
export const LayerVersionPage = Type.Object({
  versions: Type.Array(ShownLayerVersion),
  cursor: Cursor,
})

const Said = Type.Partial(
  Type.Object({
    description: Type.String({ maxLength: 256 }),
    compatibleRuntimes: Type.Array(Runtime, { maxItems: 15 }),
    compatibleArchitectures: Type.Array(Type.Enum(['x86_64', 'arm64']), { maxItems: 2 }),
    licenseInfo: Type.String({ maxLength: 512 }),
  }),
).properties

const { files, zip } = UpdateCode.properties

export const PublishLayer = Type.Object({ files, zip, ...Said }, closed)
export type PublishLayer = Static<typeof PublishLayer>

/** Fields that are no text are sent as JSON. */
export const PublishLayerForm = Type.Object({ ...UpdateCodeForm.properties, ...Said }, closed)
