import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeclarationFile } from '../cli/declaration.ts'
import { PROJECT } from './setup-result.ts'

/** Writes the schema of `hearth.json` for editors, from the one that validates: `npm run schema`. */
const text = `${JSON.stringify(DeclarationFile, null, 2)}\n`
writeFileSync(join(PROJECT, 'cli', 'hearth.schema.json'), text)
