import { type Static, Type } from 'typebox'
import { NOT_A_KEY } from '../identifiers.ts'
import type { ResourcePolicy } from './attachment.ts'
import { ACCOUNT_ID, REGION } from './function.ts'

export const LayerName = Type.String({
  pattern: `^${NOT_A_KEY}[a-zA-Z0-9-_]{1,64}$`,
  description: 'Letters, digits, "-" and "_", at most 64',
})

/** An immutable package of files for `/opt`, under a number of its layer. */
export const LayerVersion = Type.Object({
  name: LayerName,
  version: Type.Integer(),
  description: Type.String({ maxLength: 256 }),
  createdAt: Type.String(),
  /** Base64 of the package's SHA-256. */
  codeSha256: Type.String(),
  codeSize: Type.Integer(),
  compatibleRuntimes: Type.Array(Type.String()),
  compatibleArchitectures: Type.Array(Type.String()),
  licenseInfo: Type.String({ maxLength: 512 }),
})
export type LayerVersion = Static<typeof LayerVersion> & { policy?: ResourcePolicy }

export function layerArn(name: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:layer:${name}`
}

export function layerVersionArn({ name, version }: { name: string; version: number }): string {
  return `${layerArn(name)}:${version}`
}

/** Name and number out of the ARN of a layer version; undefined where it is none of this platform's. */
export function parseLayerVersionArn(arn: string): { name: string; version: number } | undefined {
  const [, name, version] = /^(.+):([1-9]\d{0,9})$/.exec(arn) ?? []
  const prefix = layerArn('')
  if (name === undefined || !name.startsWith(prefix)) return undefined
  return { name: name.slice(prefix.length), version: Number(version) }
}
