import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SecretKeys, secretKeysPath } from '../core/functions/secret-keys.ts'
import { openSecrets } from '../core/process/secrets.ts'
import { EVENTS_DIRECTORY } from '../core/process/service.ts'
import { webhookVariables } from '../core/triggers/bucket-notification.ts'

const USAGE =
  'usage: node setup/secrets.ts <directory> <gateway url> <directory for MinIO> <directory of the key alone>'

const [directory, gatewayUrl, minioDirectory, keyDirectory] = process.argv.slice(2)
if (!directory || !gatewayUrl || !minioDirectory || !keyDirectory) {
  console.error(USAGE)
  process.exit(2)
}

/** Makes what the services of docker-compose.yml share, at first boot; prints the key then, and only then. */
const { secrets, made } = openSecrets(join(directory, 'secrets.json'))
// The services themselves cannot write here.
new SecretKeys(secretKeysPath(directory)).ids()
const variables = {
  MINIO_ROOT_USER: secrets.s3AccessKeyId,
  MINIO_ROOT_PASSWORD: secrets.s3SecretAccessKey,
  ...webhookVariables({
    url: `${gatewayUrl}/storage/events`,
    token: secrets.webhookToken,
    queueDirectory: EVENTS_DIRECTORY,
  }),
}
const lines = Object.entries(variables).map(([name, value]) => `export ${name}="${value}"`)
// What others run sees its own secrets and no more.
writeFileSync(join(minioDirectory, 'minio.env'), `${lines.join('\n')}\n`, { mode: 0o600 })
// Whoever reads it there is some other user.
writeFileSync(join(keyDirectory, 'api-key'), secrets.apiKey, { mode: 0o444 })
console.log(
  made
    ? `The key of this platform, shown this once: ${secrets.apiKey} (tools of AWS: it is the secret of the access key id "hearth")`
    : 'Secrets are there; the key was shown when they were made',
)
