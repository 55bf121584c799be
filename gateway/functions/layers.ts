import type { LayerVersion } from '../../core/functions/layer.ts'
import type { GatewayParts } from '../parts.ts'

export interface LayerFilter {
  runtime?: string | undefined
  architecture?: string | undefined
}

export interface LayerInput {
  name: string
  description?: string | undefined
  compatibleRuntimes?: string[] | undefined
  compatibleArchitectures?: string[] | undefined
  licenseInfo?: string | undefined
}

/** Under the next number of its layer; its package is stored already. */
export async function publishLayer(
  parts: GatewayParts,
  input: LayerInput,
  stored: { codeSha256: string; codeSize: number },
): Promise<LayerVersion> {
  return parts.layers.publish({
    name: input.name,
    description: input.description ?? '',
    createdAt: new Date().toISOString(),
    ...stored,
    compatibleRuntimes: input.compatibleRuntimes ?? [],
    compatibleArchitectures: input.compatibleArchitectures ?? [],
    licenseInfo: input.licenseInfo ?? '',
  })
}

/** Of each layer the newest version that fits, in the order of their names. */
export async function latestLayers(
  parts: GatewayParts,
  filter: LayerFilter = {},
): Promise<LayerVersion[]> {
  const names = await parts.layers.names()
  const all = await Promise.all(names.map((name) => layerVersions(parts, name, filter)))
  return all.flatMap(([latest]) => (latest ? [latest] : []))
}

/** Those that fit, newest first; of a layer that there is not, none. */
export async function layerVersions(
  parts: GatewayParts,
  name: string,
  { runtime, architecture }: LayerFilter = {},
): Promise<LayerVersion[]> {
  const versions = await parts.layers.versions(name)
  return versions.filter(
    ({ compatibleRuntimes, compatibleArchitectures }) =>
      (runtime === undefined || compatibleRuntimes.includes(runtime)) &&
      (architecture === undefined || compatibleArchitectures.includes(architecture)),
  )
}
