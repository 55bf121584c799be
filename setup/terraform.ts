import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from './command.ts'
import { providerMirrors } from './provider-mirrors.ts'
import type { Setup } from './setup.ts'
import type { Part } from './setup-result.ts'

const PROVIDER = join('registry.terraform.io', 'hashicorp', 'aws')
const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch

interface Found {
  terraform: Part
  terraformProviders: Part
}

/**
 * Finds Terraform and a folder with its AWS provider, laid out as `terraform providers mirror` or a
 * plugin cache leaves it. Nothing is downloaded: the provider has 700 MB.
 */
export async function prepareTerraform(setup: Setup): Promise<Found> {
  const program = await findProgram('terraform')
  if (!program) return without(setup, 'terraform is not on the path')
  const mirror = providerMirrors().find(hasProvider)
  if (!mirror) {
    const remedy = 'set TERRAFORM_PROVIDERS to a folder that "terraform providers mirror" has made'
    return without(setup, `no folder has its AWS provider (${remedy})`)
  }
  setup.report.found('terraform', `${program}, with the AWS provider of ${mirror}`)
  return {
    terraform: { state: 'ready', value: program },
    terraformProviders: { state: 'ready', value: mirror },
  }
}

/** Packed (`…_linux_amd64.zip`) or unpacked (`<version>/linux_amd64/`), for this machine. */
export function hasProvider(mirror: string): boolean {
  const folder = join(mirror, PROVIDER)
  if (!existsSync(folder)) return false
  const platform = `${process.platform}_${ARCHITECTURE}`
  return readdirSync(folder).some(
    (name) => name.endsWith(`_${platform}.zip`) || existsSync(join(folder, name, platform)),
  )
}

function without(setup: Setup, reason: string): Found {
  setup.report.missing('terraform', `${reason}: its test will be SKIPPED`)
  const part: Part = { state: 'missing', reason }
  return { terraform: part, terraformProviders: part }
}
