import mammoth from 'mammoth'
import { markdownOf } from './markdown.ts'

export interface File {
  name: string
  body: Buffer | string
  type: string
}

/** What a browser shows at least as safely as text; anything else in a document is left out. */
const IMAGE_ENDINGS: Record<string, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
}

/** What mammoth does not map by itself; Word and LibreOffice have different names for the same. */
const STYLES = [
  "p[style-name='Title'] => h1.title:fresh",
  "p[style-name='Quote'] => blockquote > p:fresh",
  "p[style-name='Quotations'] => blockquote > p:fresh",
  "r[style-name='Source_Text'] => code",
]

/** Scripts, also those of `javascript:` links, do not run in a page that allows none. */
const POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"

/**
 * Converts a .docx to `index.html`, `index.md` and its images, which both refer to. Styles become
 * structure: headings, lists, tables, emphasis, links; fonts and colours fall away.
 */
export async function convert(docx: Buffer, title: string): Promise<File[]> {
  const images: File[] = []
  const convertImage = mammoth.images.imgElement(async (image) => {
    const ending = IMAGE_ENDINGS[image.contentType]
    if (!ending) {
      console.warn(`Left out an image of type ${image.contentType}`)
      return { src: '' }
    }
    const name = `image-${images.length + 1}.${ending}`
    const file: File = { name, body: '', type: image.contentType }
    images.push(file)
    file.body = await image.readAsBuffer()
    return { src: name }
  })
  const { value, messages } = await mammoth.convertToHtml(
    { buffer: docx },
    { convertImage, styleMap: STYLES },
  )
  for (const message of messages) console.log(`${message.type}: ${message.message}`)
  return [
    { name: 'index.html', body: page(title, value), type: 'text/html; charset=utf-8' },
    { name: 'index.md', body: markdownOf(value), type: 'text/markdown; charset=utf-8' },
    ...images,
  ]
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>
<style>
  body { font: 16px/1.6 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse } td, th { border: 1px solid #ccc; padding: .25rem .75rem }
  img { max-width: 100% }
</style>
${content}
</html>
`
}
