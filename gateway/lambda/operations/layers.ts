import { Type } from 'typebox'
import { HearthError } from '../../../core/errors.ts'
import { type LayerVersion, layerArn, layerVersionArn } from '../../../core/functions/layer.ts'
import { CODE_BODY_BYTES } from '../../code-upload.ts'
import { latestLayers, layerVersions, publishLayer } from '../../functions/layers.ts'
import { packageLink, storePackage } from '../code-package.ts'
import { lambdaTime } from '../function-configuration.ts'
import { noSuchResource } from '../lambda-error.ts'
import {
  LayerNameMember,
  LayerNumberMember,
  LayerVersionArnMember,
  readLayerName,
  readLayerVersion,
  readLayerVersionArn,
} from '../layer-reference.ts'
import { Description, Marker, maxItems, o, query, text } from '../members.ts'
import { type OperationCall, operation } from '../operation.ts'
import { sliced } from '../page.ts'

const LAYERS = '/2018-10-31/layers'
const VERSIONS = `${LAYERS}/:LayerName/versions`
const VERSION = `${VERSIONS}/:VersionNumber`

/** All that Lambda knows: a layer may be of use to runtimes that this platform has not. */
const AnyRuntime = Type.Enum(
  (
    'nodejs nodejs4.3 nodejs6.10 nodejs8.10 nodejs10.x nodejs12.x nodejs14.x nodejs16.x java8 java8.al2 ' +
    'java11 python2.7 python3.6 python3.7 python3.8 python3.9 dotnetcore1.0 dotnetcore2.0 dotnetcore2.1 ' +
    'dotnetcore3.1 dotnet6 dotnet8 nodejs4.3-edge go1.x ruby2.5 ruby2.7 provided provided.al2 nodejs18.x ' +
    'python3.10 java17 ruby3.2 ruby3.3 ruby3.4 python3.11 nodejs20.x provided.al2023 python3.12 java21 ' +
    'python3.13 nodejs22.x nodejs24.x python3.14 java25 dotnet10 ruby4.0'
  ).split(' '),
)
const Architecture = Type.Enum(['x86_64', 'arm64'])
const Filter = {
  CompatibleRuntime: o(query(AnyRuntime)),
  CompatibleArchitecture: o(query(Architecture)),
  Marker: o(Marker),
  MaxItems: o(maxItems(50)),
}
const Named = { LayerName: LayerNameMember, VersionNumber: LayerNumberMember }

const publish = operation({
  name: 'PublishLayerVersion',
  route: `POST ${VERSIONS}`,
  status: 201,
  bodyLimit: CODE_BODY_BYTES,
  input: Type.Object({
    LayerName: LayerNameMember,
    Description: o(Description),
    Content: Type.Object({
      S3Bucket: o(text('[0-9A-Za-z\\.\\-_]*(?<!\\.)', { minLength: 3, maxLength: 63 })),
      S3Key: o(Type.String({ minLength: 1, maxLength: 1024 })),
      S3ObjectVersion: o(Type.String({ minLength: 1, maxLength: 1024 })),
      ZipFile: o(Type.String()),
    }),
    CompatibleRuntimes: o(Type.Array(AnyRuntime, { maxItems: 15 })),
    LicenseInfo: o(Type.String({ maxLength: 512 })),
    CompatibleArchitectures: o(Type.Array(Architecture, { maxItems: 2 })),
  }),
  async run(call, input) {
    const name = readLayerName(input)
    const stored = await storePackage(call.parts, input.Content)
    const version = await publishLayer(
      call.parts,
      {
        name,
        description: input.Description,
        compatibleRuntimes: input.CompatibleRuntimes,
        compatibleArchitectures: input.CompatibleArchitectures,
        licenseInfo: input.LicenseInfo,
      },
      stored,
    )
    call.request.log.info({ layerName: name, version: version.version }, 'Layer published')
    return withContent(call, version)
  },
})

const get = operation({
  name: 'GetLayerVersion',
  route: `GET ${VERSION}`,
  status: 200,
  input: Type.Object(Named),
  async run(call, input) {
    return withContent(call, await read(call, readLayerVersion(input)))
  },
})

const getByArn = operation({
  name: 'GetLayerVersionByArn',
  route: `GET ${LAYERS}`,
  when: { find: 'LayerVersion' },
  status: 200,
  input: Type.Object({ Arn: query(LayerVersionArnMember) }),
  async run(call, { Arn }) {
    return withContent(call, await read(call, readLayerVersionArn(Arn)))
  },
})

const remove = operation({
  name: 'DeleteLayerVersion',
  route: `DELETE ${VERSION}`,
  status: 204,
  input: Type.Object(Named),
  async run({ parts }, input) {
    const { name, version } = readLayerVersion(input)
    // One that is not there is gone already, as Lambda has it.
    await parts.layers.remove(name, version)
    return undefined
  },
})

const list = operation({
  name: 'ListLayers',
  route: `GET ${LAYERS}`,
  status: 200,
  input: Type.Object(Filter),
  async run({ parts }, input) {
    const latest = await latestLayers(parts, filterOf(input))
    const { items, ...rest } = sliced(latest, input, ({ name }) => name)
    return {
      Layers: items.map((version) => ({
        LayerName: version.name,
        LayerArn: layerArn(version.name),
        LatestMatchingVersion: shown(version),
      })),
      ...rest,
    }
  },
})

const listVersions = operation({
  name: 'ListLayerVersions',
  route: `GET ${VERSIONS}`,
  status: 200,
  input: Type.Object({ LayerName: LayerNameMember, ...Filter }),
  async run({ parts }, input) {
    const versions = await layerVersions(parts, readLayerName(input), filterOf(input))
    const { items, ...rest } = sliced(versions, input, ({ version }) => String(version))
    return { LayerVersions: items.map(shown), ...rest }
  },
})

function filterOf(input: {
  CompatibleRuntime?: string | undefined
  CompatibleArchitecture?: string | undefined
}) {
  return { runtime: input.CompatibleRuntime, architecture: input.CompatibleArchitecture }
}

async function read(
  { parts }: OperationCall,
  { name, version }: { name: string; version: number },
): Promise<LayerVersion> {
  try {
    return await parts.layers.read(name, version)
  } catch (error) {
    if (error instanceof HearthError && error.code === 'LayerNotFound') throw noSuchResource()
    throw error
  }
}

function withContent({ parts, request }: OperationCall, version: LayerVersion): object {
  const { host = 'localhost' } = request.headers
  const { codeSha256, codeSize } = version
  const Location = `http://${host}${packageLink(parts.webhookToken, codeSha256)}`
  return {
    Content: { Location, CodeSha256: codeSha256, CodeSize: codeSize },
    LayerArn: layerArn(version.name),
    ...shown(version),
  }
}

function shown(version: LayerVersion): object {
  const { description, compatibleRuntimes, compatibleArchitectures, licenseInfo } = version
  return {
    LayerVersionArn: layerVersionArn(version),
    Version: version.version,
    Description: description,
    CreatedDate: lambdaTime(version.createdAt),
    ...(compatibleRuntimes.length > 0 && { CompatibleRuntimes: compatibleRuntimes }),
    ...(compatibleArchitectures.length > 0 && {
      CompatibleArchitectures: compatibleArchitectures,
    }),
    ...(licenseInfo !== '' && { LicenseInfo: licenseInfo }),
  }
}

export const LAYER_OPERATIONS = [publish, get, getByArn, remove, list, listVersions]
