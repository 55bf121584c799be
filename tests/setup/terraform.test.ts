import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { providerMirrors } from '../../setup/provider-mirrors.ts'
import { hasProvider } from '../../setup/terraform.ts'

const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch

t.test('what is named comes first, then what Terraform is configured with', async (t) => {
  const home = t.testdir({
    '.terraformrc': `plugin_cache_dir = "$HOME/cache"
      provider_installation { filesystem_mirror { path = "/srv/mirror" include = ["*/*/*"] } }`,
  })
  const named = { HOME: home, TERRAFORM_PROVIDERS: '/named', TF_PLUGIN_CACHE_DIR: '/set' }
  const found = ['/named', '/set', `${home}/cache`, '/srv/mirror', `${home}/.terraform.d/plugins`]
  t.same(providerMirrors(named).slice(0, 5), found)
})

t.test('another configuration file is read instead of the one at home', async (t) => {
  const folder = t.testdir({ '.terraformrc': 'plugin_cache_dir = "/home"', other: '' })
  const other = join(folder, 'other')
  writeFileSync(other, 'plugin_cache_dir = "/other"')
  t.equal(providerMirrors({ HOME: folder, TF_CLI_CONFIG_FILE: other })[0], '/other')
})

t.test('without a configuration the places of Terraform itself are left', async (t) => {
  const places = providerMirrors({ HOME: t.testdir(), XDG_DATA_DIRS: '/a:/b' })
  for (const place of ['/a/terraform/plugins', '/b/terraform/plugins']) t.ok(places.includes(place))
})

for (const [title, path, expected] of [
  ['unpacked', `5.1.0/linux_${ARCHITECTURE}/x`, true],
  ['packed', `terraform-provider-aws_5.1.0_linux_${ARCHITECTURE}.zip/x`, true],
  ['for another system', '5.1.0/plan9_mips/x', false],
] as const) {
  t.test(`a provider is found ${title}: ${expected}`, async (t) => {
    const mirror = t.testdir()
    t.notOk(hasProvider(mirror))
    mkdirSync(join(mirror, 'registry.terraform.io/hashicorp/aws', path), { recursive: true })
    t.equal(hasProvider(mirror), expected)
  })
}
