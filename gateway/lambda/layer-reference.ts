import { layerArn, parseLayerVersionArn } from '../../core/functions/layer.ts'
import { invalidParameter, LambdaError, noSuchResource } from './lambda-error.ts'
import { text } from './members.ts'

const ARN = 'arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+'

/** A layer by name or ARN. */
export const LayerNameMember = text(`(${ARN})|[a-zA-Z0-9-_]+`, { minLength: 1, maxLength: 140 })
/** In a path, where it is text still. */
export const LayerNumberMember = text('[0-9]+', { maxLength: 19 })
export const LayerVersionArnMember = text(`${ARN}:[0-9]+`, { minLength: 1, maxLength: 140 })

/** Throws where the name is too long, or the ARN is none of this platform's. */
export function readLayerName({ LayerName: given }: { LayerName: string }): string {
  const prefix = layerArn('')
  const name = given.startsWith(prefix) ? given.slice(prefix.length) : given
  if (name.includes(':')) throw noSuchResource()
  if (name.length > 64) {
    throw new LambdaError(
      'ValidationException',
      `1 validation error detected: Value '${name}' at 'layerName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    )
  }
  return name
}

/** Throws what Lambda says to numbers that no version has. */
export function readLayerVersion(input: { LayerName: string; VersionNumber: string }): {
  name: string
  version: number
} {
  const name = readLayerName(input)
  const version = Number(input.VersionNumber)
  if (version < 1) throw invalidParameter('Layer Version Cannot be less than 1')
  return { name, version }
}

export function readLayerVersionArn(arn: string): { name: string; version: number } {
  const found = parseLayerVersionArn(arn)
  if (!found) throw noSuchResource()
  return found
}
