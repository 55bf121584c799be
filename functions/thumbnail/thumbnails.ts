import sharp from 'sharp'

/** Pixels of the longer edge. */
const SIZES = { small: 128, medium: 256, large: 512 }

export interface Thumbnail {
  size: string
  width: number
  height: number
  webp: Buffer
}

/**
 * Scales a photo down to every size; one that is smaller already keeps its size. The camera's note
 * on which side is up is applied to the pixels, so every viewer shows them upright.
 *
 * Resolves with `undefined` when the bytes are no image; rejects when the image is damaged.
 */
export async function thumbnailsOf(photo: Uint8Array): Promise<Thumbnail[] | undefined> {
  const format = await sharp(photo)
    .metadata()
    .catch(() => undefined)
  if (!format) return undefined
  return await Promise.all(
    Object.entries(SIZES).map(async ([size, edge]) => {
      const { data, info } = await sharp(photo)
        .autoOrient()
        .resize(edge, edge, { fit: 'inside', withoutEnlargement: true })
        .webp({ quality: 80 })
        .toBuffer({ resolveWithObject: true })
      return { size, width: info.width, height: info.height, webp: data }
    }),
  )
}
