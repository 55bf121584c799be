import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const CONFIGURED = /\b(?:plugin_cache_dir|path)\s*=\s*"([^"]+)"/g

/**
 * Folders where Terraform's providers may lie, the surest first: that of TERRAFORM_PROVIDERS, what
 * Terraform's own configuration names, the places that Terraform looks at by itself
 * (developer.hashicorp.com/terraform/cli/config/config-file, "Implied Local Mirror Directories"),
 * and those under /opt, where images for continuous integration keep such things.
 */
export function providerMirrors(environment: NodeJS.ProcessEnv = process.env): string[] {
  const { TERRAFORM_PROVIDERS, TF_PLUGIN_CACHE_DIR, XDG_DATA_HOME, XDG_DATA_DIRS } = environment
  const home = environment.HOME || homedir()
  const data = [
    XDG_DATA_HOME || join(home, '.local', 'share'),
    ...(XDG_DATA_DIRS || '/usr/local/share:/usr/share').split(':'),
  ]
  return [
    ...(TERRAFORM_PROVIDERS ? [TERRAFORM_PROVIDERS] : []),
    ...(TF_PLUGIN_CACHE_DIR ? [TF_PLUGIN_CACHE_DIR] : []),
    ...configured(environment.TF_CLI_CONFIG_FILE || join(home, '.terraformrc'), home),
    join(home, '.terraform.d', 'plugins'),
    join(home, '.terraform.d', 'plugin-cache'),
    ...data.map((folder) => join(folder, 'terraform', 'plugins')),
    ...(existsSync('/opt') ? readdirSync('/opt').map((name) => join('/opt', name)) : []),
  ]
}

/** The folders that a configuration of Terraform's command line names. */
function configured(file: string, home: string): string[] {
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(CONFIGURED)].map(([, path = '']) =>
    path.replace('$HOME', home).replace(/^~(?=\/)/, home),
  )
}
