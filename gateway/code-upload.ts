import type { MultipartFile } from '@fastify/multipart'
import type { FastifyError, FastifyRequest } from 'fastify'
import { HearthError } from '../core/errors.ts'
import { MAX_ZIP_BYTES } from '../core/functions/function.ts'
import { inspectZip, makeZip } from '../core/functions/zip.ts'
import { requireStorable } from './json-body.ts'
import type { UpdateCode } from './schemas/function.ts'

/** Base64 of the largest package, and room for the other fields; Lambda's own limit. */
export const CODE_BODY_BYTES = 70_167_211

export const MULTIPART_OPTIONS = {
  limits: { fileSize: MAX_ZIP_BYTES, files: 1, fields: 20, fieldSize: 64 * 1024, parts: 21 },
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The part `code` of a form, or the whole body of an application/zip. */
    upload: { fileName: string; bytes: Buffer } | undefined
  }
}

/** Fields whose text is taken as it is; all others of a form are JSON. */
const TEXT_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'runtime',
  'handler',
  'description',
  'licenseInfo',
])

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'multipart/form-data'

/**
 * Before validation: refuses what no schema would look at, and turns a form into the body that
 * the same fields in JSON would make, with its file beside it.
 */
export async function readForm(request: FastifyRequest): Promise<void> {
  const { mediaType } = request
  if (mediaType === JSON_TYPE || request.upload) return
  if (mediaType !== FORM_TYPE) {
    throw new HearthError('UnsupportedMediaType', { contentType: mediaType ?? 'none' })
  }
  try {
    request.body = await readParts(request)
  } catch (error) {
    // The parser's own errors have no status; whatever it cannot read is the caller's to mend.
    if (error instanceof HearthError || (error as FastifyError).statusCode) throw error
    throw new HearthError('InvalidRequest', { reason: formMistake(error) }, { cause: error })
  }
}

async function readParts(request: FastifyRequest): Promise<Record<string, unknown>> {
  const body: Record<string, unknown> = {}
  for await (const part of request.parts(MULTIPART_OPTIONS)) {
    if (Object.hasOwn(body, part.fieldname)) refuse(`field "${part.fieldname}" is there twice`)
    if (part.type === 'file') {
      if (part.fieldname !== 'code') refuse(`part "${part.fieldname}" must not be a file`)
      request.upload = await readPart(part)
      body.code = ''
    } else {
      body[part.fieldname] = readField(part.fieldname, String(part.value))
    }
  }
  if (body.code !== undefined && !request.upload) refuse('part "code" must be a file')
  return body
}

function formMistake(error: unknown): string {
  return `form cannot be read: ${(error as Error).message}`
}

/**
 * Makes the package out of whichever way the code was sent, and checks it.
 * Throws InvalidRequest where there is no code or more than one, InvalidCodePackage, PayloadTooLarge.
 */
export async function packageOf(
  code: UpdateCode,
  upload: FastifyRequest['upload'],
): Promise<Buffer> {
  const ways = [code.source, code.files, code.zip, upload].filter((way) => way !== undefined)
  if (ways.length !== 1) {
    refuse(`code is sent in exactly one of "source", "files", "zip" or a file, not ${ways.length}`)
  }
  const zip = await zipOf(code, upload)
  await inspectZip(zip)
  return zip
}

async function zipOf(code: UpdateCode, upload: FastifyRequest['upload']): Promise<Buffer> {
  if (code.source !== undefined) return makeZip({ 'index.mjs': code.source })
  if (code.files !== undefined) return makeZip(code.files)
  if (code.zip !== undefined) return fromBase64(code.zip)
  if (!upload) return refuse('code is missing')
  if (/\.zip$/i.test(upload.fileName)) return upload.bytes
  const [, extension] = /\.(js|mjs|cjs|ts|mts)$/i.exec(upload.fileName) ?? []
  if (extension === undefined) {
    refuse('part "code" must be a .zip, .js, .mjs, .cjs, .ts or .mts file by its name')
  }
  return makeZip({ [`index.${extension.toLowerCase()}`]: upload.bytes })
}

/** Buffer.from takes anything and leaves out what is no Base64; half a package must not get by. */
function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (Math.floor((text.replace(/=+$/, '').length * 3) / 4) !== bytes.length) {
    throw new HearthError('InvalidCodePackage', { reason: '"zip" is not Base64' })
  }
  return bytes
}

async function readPart(part: MultipartFile): Promise<{ fileName: string; bytes: Buffer }> {
  return { fileName: part.filename, bytes: await part.toBuffer() }
}

function readField(name: string, text: string): unknown {
  if (TEXT_FIELDS.has(name)) return text
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // egress=public; where JSON is needed, the schema names the field.
    return text
  }
  requireStorable(text)
  return value
}

function refuse(reason: string): never {
  throw new HearthError('InvalidRequest', { reason })
}
